//! The palette: whatever can be done from here, and every load, found by a few letters of its name.

mod items;

use std::time::Duration;

use contract::{LoadId, One, actor::Permission, loads::LoadQuery};
use leptos::{
    ev, html, leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys,
};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use self::items::{Found, Item, MOST, What, fixed, loads, view_item};
use super::{
    super::{act, api::list_loads, deeds::Deed},
    Asked, Dialog,
};
use crate::{pages::Visitor, say, ui::icon::Icon, views::api::list_views};

/// How long the server is not yet asked while somebody is typing.
const PAUSE: Duration = Duration::from_millis(120);

/// From how many letters on loads are looked for: one letter is in all of them.
const FEWEST: usize = 2;

/// The dialog.
#[component]
pub fn Palette(
    /// The load that the keyboard was at.
    load: Option<LoadId>,
) -> impl IntoView {
    let asked = expect_context::<Asked>().0;
    let visitor = StoredValue::new(expect_context::<Visitor>());
    let sees_loads = visitor.with_value(|visitor| visitor.can(Permission::LoadView));
    let node = NodeRef::<html::Dialog>::new();
    let typed = RwSignal::new(String::new());
    let found = RwSignal::new(Found::Unasked);
    Effect::new(move |_| {
        if let Some(node) = node.get().filter(|node| !node.open()) {
            _ = node.show_modal();
        }
    });
    if sees_loads {
        look_for_loads(typed, found);
    }

    let fixed = StoredValue::new(visitor.with_value(|visitor| fixed(visitor, load)));
    // Saved views come when they come; nothing waits for them.
    let saved = RwSignal::new(Vec::<Item>::new());
    if visitor.with_value(|visitor| visitor.can(Permission::ViewKeep)) {
        Effect::new(move |_| {
            spawn_local(async move {
                if let Ok(One { data }) = list_views().await {
                    saved.try_set(data.iter().map(view_item).collect());
                }
            });
        });
    }
    let items = Memo::new(move |_| {
        let text = typed.with(|typed| typed.trim().to_lowercase());
        let mut items =
            fixed.with_value(|fixed| fixed.iter().filter(|item| item.answers(&text)).cloned().collect::<Vec<_>>());
        saved.with(|saved| items.extend(saved.iter().filter(|item| item.answers(&text)).cloned()));
        found.with(|found| items.extend(loads(found, &text)));
        items
    });
    // The entry that Enter takes. It stays while others come and go around it.
    let chosen = RwSignal::new(None::<What>);
    let place = Memo::new(move |_| {
        let place =
            |items: &Vec<Item>| chosen.with(|chosen| items.iter().position(|item| Some(&item.what) == chosen.as_ref()));
        items.with(place).unwrap_or_default()
    });
    let navigate = use_navigate();
    let take = Callback::new(move |what: What| {
        // The browser leads back to where the keyboard was, before that is led elsewhere.
        if let Some(node) = node.get_untracked() {
            node.close();
        }
        match what {
            What::Act(act) => _ = act.run(),
            What::Deed(load, Deed::Move(to)) => act::move_to(load, to),
            What::Deed(load, Deed::Assign) => _ = act::assign(load),
            What::Deed(load, Deed::Edit) => _ = act::edit(load),
            What::Deed(load, Deed::Call) => _ = act::log_call(load),
            What::Deed(load, Deed::Open) | What::Load(load) => {
                navigate(&format!("/loads/{load}"), NavigateOptions::default());
            }
            What::Address(address) => navigate(&address, NavigateOptions::default()),
        }
    });
    let go = move |by: isize| {
        items.with_untracked(|items| {
            if !items.is_empty() {
                let next = (place.get_untracked() as isize + by).rem_euclid(items.len() as isize) as usize;
                chosen.set(Some(items[next].what.clone()));
                request_animation_frame(move || show(next));
            }
        });
    };
    let press = move |event: web_sys::KeyboardEvent| {
        match event.key().as_str() {
            "ArrowDown" => go(1),
            "ArrowUp" => go(-1),
            // A character that is being put together is confirmed with the same key.
            "Enter" if event.is_composing() => return,
            "Enter" => {
                let what = items.with_untracked(|items| items.get(place.get_untracked()).map(|item| item.what.clone()));
                if let Some(what) = what {
                    take.run(what);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let close = move |_: ev::Event| {
        // What was chosen may have asked something else meanwhile.
        asked.update(|asked| {
            if matches!(asked, Some(Dialog::Palette { .. })) {
                *asked = None;
            }
        });
    };
    let count = move || match items.with(Vec::len) {
        0 => String::new(),
        1 => say!(common.palette.count_one).to_owned(),
        count => say!(common.palette.count, count = count),
    };
    view! {
        <dialog class="dialog wide palette" node_ref=node aria-label=say!(common.palette.title) on:close=close>
            <div class="seek-all">
                <Icon name="search" />
                <input
                    type="text"
                    role="combobox"
                    autocomplete="off"
                    spellcheck="false"
                    aria-label=say!(common.palette.title)
                    placeholder=say!(common.palette.field)
                    aria-expanded="true"
                    aria-autocomplete="list"
                    aria-controls="palette-list"
                    aria-activedescendant=move || (!items.with(Vec::is_empty)).then(|| format!("palette-{}", place.get()))
                    maxlength="100"
                    on:keydown=press
                    on:input=move |event| {
                        chosen.set(None);
                        typed.set(event_target_value(&event));
                    }
                />
                <button type="button" class="iconb" aria-label=say!(common.dialogs.close) on:click=move |_| if let Some(node) = node.get_untracked() { node.close() }>
                    <Icon name="x" />
                </button>
            </div>
            <p class="sr-only" role="status">{count}</p>
            <div class="entries" role="listbox" id="palette-list" aria-label=say!(common.palette.title)>
                {move || items.with(|items| entries(items, place, chosen, take))}
            </div>
            {move || foot(&found.get(), items.with(Vec::is_empty))}
        </dialog>
    }
}

/// Asks the server for loads when somebody has stopped typing; only the answer to the newest letters counts.
fn look_for_loads(typed: RwSignal<String>, found: RwSignal<Found>) {
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    on_cleanup(stop);
    Effect::new(move |_| {
        let text = typed.get().trim().to_owned();
        stop();
        if text.chars().count() < FEWEST {
            return found.set(Found::Unasked);
        }
        found.set(Found::Asking);
        let ask = move || {
            spawn_local(async move {
                let query = LoadQuery {
                    q: Some(text.clone()),
                    sort: Some("-pickup".to_owned()),
                    size: Some(MOST as u32),
                    ..LoadQuery::default()
                };
                let answer = list_loads(query).await;
                if typed.try_with_untracked(|typed| typed.trim() == text) == Some(true) {
                    found.set(answer.map_or(Found::Failed, |list| Found::These(list.data)));
                }
            });
        };
        waiting.set_value(set_timeout_with_handle(ask, PAUSE).ok());
    });
}

/// The entries below their headings.
fn entries(items: &[Item], place: Memo<usize>, chosen: RwSignal<Option<What>>, take: Callback<What>) -> Vec<AnyView> {
    let mut number = 0;
    let groups = items.chunk_by(|item, next| item.group == next.group).map(|group| {
        let heading = group[0].group.clone();
        let options = group.iter().map(|item| {
            let here = number;
            number += 1;
            let Item { what, icon, words, more, keys, .. } = item.clone();
            let point = what.clone();
            let keys = keys.into_iter().map(|key| view! { <kbd>{key}</kbd> }).collect_view();
            view! {
                <div
                    role="option"
                    id=format!("palette-{here}")
                    aria-selected=move || (place.get() == here).to_string()
                    on:mousemove=move |_| if place.get_untracked() != here { chosen.set(Some(point.clone())) }
                    on:click=move |_| take.run(what.clone())
                >
                    <Icon name=icon size=14 />
                    <span class="grow">{words}</span>
                    <small>{more}</small>
                    <span class="keys" aria-hidden="true">{keys}</span>
                </div>
            }
        });
        let options = options.collect_view();
        view! {
            <div role="group" aria-label=heading.clone()>
                <h3 aria-hidden="true">{heading.clone()}</h3>
                {options}
            </div>
        }
        .into_any()
    });
    groups.collect()
}

/// What stands below the entries: that loads are still being looked for, or can't be, or that there is nothing.
fn foot(found: &Found, is_empty: bool) -> Option<impl IntoView + use<>> {
    let words = match found {
        Found::Asking => say!(common.palette.searching),
        Found::Failed => say!(common.palette.failed),
        _ if is_empty => say!(common.palette.none),
        _ => return None,
    };
    Some(view! { <p class="sub" role="status">{words}</p> })
}

/// Brings an entry into view.
fn show(place: usize) {
    if let Some(entry) = document().get_element_by_id(&format!("palette-{place}")) {
        let entry: web_sys::Element = entry.unchecked_into();
        entry.scroll_into_view_with_bool(false);
    }
}
