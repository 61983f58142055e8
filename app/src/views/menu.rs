//! The menu of saved views in a page's bar: those there are, and the way to keep what is shown now.

use contract::{
    One,
    actor::{Permission, Role},
    views::{MAX_NAME, RemoveView, SaveView, SavedView, ViewPage},
};
use leptos::{ev, html, prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys};

use super::api::{list_views, remove_view, save_view};
use crate::{
    fault::Fault,
    live::live,
    pages::Visitor,
    say,
    ui::{
        icon::Icon,
        toast,
        words::{fault_words, field_words, unread_words},
    },
};

/// What is known of the views.
#[derive(Clone, Debug, PartialEq)]
enum Known {
    Nothing,
    These(Vec<SavedView>),
    Failed(String),
}

/// The menu, for those who may keep views.
#[component]
pub fn SavedViews(
    /// Of which page.
    page: ViewPage,
    /// What its address asks for now, after the question mark.
    query: Signal<String>,
) -> impl IntoView {
    let visitor = expect_context::<Visitor>();
    visitor
        .can(Permission::ViewKeep)
        .then(|| view! { <Menu page query may_share=visitor.can(Permission::ViewShare) /> })
}

#[component]
fn Menu(page: ViewPage, query: Signal<String>, may_share: bool) -> impl IntoView {
    let live = live();
    let known = RwSignal::new(Known::Nothing);
    let node = NodeRef::<html::Details>::new();
    let open = move || node.get_untracked().filter(web_sys::HtmlDetailsElement::open);
    // What colleagues share changes while nobody looks; so it is asked for each time the menu is opened.
    let read = move || {
        spawn_local(async move {
            let answer = list_views().await;
            known.try_update(|known| match answer {
                Ok(One { data }) => *known = Known::These(data.into_iter().filter(|view| view.page == page).collect()),
                // What was known before is better than nothing.
                Err(fault) if !matches!(known, Known::These(_)) => *known = Known::Failed(unread_words(&fault)),
                Err(_) => {}
            });
        });
    };
    let turned = move |_| {
        if open().is_some() {
            read();
        }
    };
    let left = move |event: web_sys::FocusEvent| {
        let to = event.related_target().and_then(|to| to.dyn_into::<web_sys::Node>().ok());
        // Where a press leads nowhere, as on the menu's own text, it hasn't left.
        if let (Some(node), Some(to)) = (open(), to)
            && !node.contains(Some(&to))
        {
            node.set_open(false);
        }
    };
    let pressed = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape"
            && let Some(node) = open()
        {
            event.stop_propagation();
            node.set_open(false);
            if let Some(button) =
                node.query_selector("summary").ok().flatten().and_then(|at| at.dyn_into::<web_sys::HtmlElement>().ok())
            {
                _ = button.focus();
            }
        }
    };
    let remove = Callback::new(move |view: SavedView| {
        spawn_local(async move {
            match remove_view(RemoveView { id: view.id }).await {
                Ok(One { data }) => {
                    live.within(|| toast::done(say!(common.views.removed, name = data.name)));
                }
                Err(fault) => live.within(|| toast::wrong(fault_words(&fault))),
            }
            read();
        });
    });
    view! {
        <details class="drop views-menu" node_ref=node on:toggle=turned on:focusout=left on:keydown=pressed>
            <summary class="btn"><Icon name="layers" size=14 />{say!(common.views.open)}</summary>
            <div class="menu" role="group" aria-label=say!(common.views.title)>
                {move || known.with(|known| listed(known, query, remove))}
                <Keep page query may_share on_kept=Callback::new(move |()| read()) />
            </div>
        </details>
    }
}

/// The views that there are.
fn listed(known: &Known, query: Signal<String>, remove: Callback<SavedView>) -> AnyView {
    let views = match known {
        Known::Nothing => return view! { <p class="sub" role="status">{say!(common.views.coming)}</p> }.into_any(),
        Known::Failed(words) => return view! { <p class="sub" role="alert">{words.clone()}</p> }.into_any(),
        Known::These(views) if views.is_empty() => {
            return view! { <p class="sub">{say!(common.views.none)}</p> }.into_any();
        }
        Known::These(views) => views,
    };
    let is_admin = expect_context::<Visitor>().me.is_some_and(|me| me.roles.contains(&Role::Admin));
    let rows = views.iter().map(|view| {
        let asked = view.query.clone();
        let here = move || (query.get() == asked).then_some("true");
        let label = say!(common.views.remove, name = view.name.clone());
        let whose = match (view.mine, view.shared) {
            (false, _) => Some(view.owner.clone()),
            (true, true) => Some(say!(common.views.shared).to_owned()),
            (true, false) => None,
        };
        let may_remove = view.mine || is_admin;
        let removed = view.clone();
        view! {
            <li>
                <a class="menu-item" href=view.address() aria-current=here>
                    <span class="grow">{view.name.clone()}</span>
                    {whose.map(|whose| view! { <small>{whose}</small> })}
                </a>
                {may_remove.then(|| view! {
                    <button type="button" class="iconb" aria-label=label on:click=move |_| remove.run(removed.clone())>
                        <Icon name="x" size=13 />
                    </button>
                })}
            </li>
        }
    });
    view! { <ul>{rows.collect_view()}</ul> }.into_any()
}

/// Keeps what is shown now.
#[component]
fn Keep(page: ViewPage, query: Signal<String>, may_share: bool, on_kept: Callback<()>) -> impl IntoView {
    let live = live();
    let (name, shared) = (RwSignal::new(String::new()), RwSignal::new(false));
    let busy = RwSignal::new(false);
    let fault = RwSignal::new(None::<String>);
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        fault.set(None);
        let ask = SaveView {
            page,
            name: name.get_untracked(),
            query: query.get_untracked(),
            shared: may_share && shared.get_untracked(),
        };
        spawn_local(async move {
            match save_view(ask).await {
                Ok(One { data }) => {
                    if name.try_set(String::new()).is_none() {
                        shared.set(false);
                        on_kept.run(());
                    }
                    live.within(|| toast::done(say!(common.views.kept, name = data.name)));
                }
                // What was typed stays.
                Err(refused) => _ = fault.try_set(Some(words(&refused))),
            }
            busy.try_set(false);
        });
    };
    view! {
        <form on:submit=send>
            <div class="field">
                <label for="view-name">{say!(common.views.name)}</label>
                <input
                    id="view-name"
                    autocomplete="off"
                    required=true
                    maxlength=MAX_NAME
                    prop:value=move || name.get()
                    aria-invalid=move || fault.with(Option::is_some).then_some("true")
                    aria-describedby="view-fault"
                    on:input=move |event| name.set(event_target_value(&event))
                />
                <small id="view-fault" role="alert">{move || fault.get()}</small>
            </div>
            {may_share.then(|| view! {
                <label class="tick">
                    <input type="checkbox" prop:checked=move || shared.get() on:change=move |event| shared.set(event_target_checked(&event)) />
                    {say!(common.views.share)}
                </label>
            })}
            <button type="submit" class="btn" aria-disabled=move || busy.get().then_some("true")>{say!(common.views.keep)}</button>
        </form>
    }
}

/// What stands against keeping it: at its name when it is about that.
fn words(fault: &Fault) -> String {
    let details = fault.refusal().and_then(|refusal| refusal.details.as_ref());
    let of_name = details.and_then(|details| {
        let text = details.fields.get("name")?;
        Some(field_words("viewName", details.flaws.get("name").copied(), text))
    });
    of_name.unwrap_or_else(|| fault_words(fault))
}
