//! What stands in the table's place: what is coming, why there is nothing, or what went wrong.

use contract::{
    Code,
    loads::{LoadQuery, View},
};
use leptos::{prelude::*, task::spawn_local};

use super::asked::{href, is_filtered, view_word, whole};
use crate::{
    fault::Fault,
    loads::{
        api::list_loads,
        dialogs::{Dialog, ask},
    },
    say,
    ui::words::unread_words,
};

/// The shape of what is coming.
pub fn skeleton() -> impl IntoView {
    let rows = (0..14).map(|_| view! { <div><i></i><i></i><i></i><i></i></div> }).collect_view();
    view! {
        <div class="coming">
            <p class="sr-only">{say!(loads.list.loading)}</p>
            <div aria-hidden="true">{rows}</div>
        </div>
    }
}

/// Why the list is empty and where to go from there. `in_view` is how many loads the selection has without filters.
pub fn empty(asked: &LoadQuery, in_view: Option<u64>, may_create: bool) -> AnyView {
    if asked.page.is_some() {
        let first = href(&LoadQuery { page: None, ..asked.clone() });
        return view! { <div class="nothing"><p>{say!(loads.nothing.page)}</p><a class="btn" href=first>{say!(loads.list.first_page)}</a></div> }.into_any();
    }
    if is_filtered(asked) {
        let hidden = hidden(asked.view, in_view);
        let clear = href(&whole(asked, asked.view));
        let wider = asked.view.is_some().then(|| {
            let everywhere = href(&LoadQuery { view: None, ..asked.clone() });
            view! { <a class="btn" href=everywhere>{say!(loads.nothing.search_all)}</a> }
        });
        return view! {
            <div class="nothing">
                <p><b>{say!(loads.nothing.matches)}</b>" "{hidden}</p>
                <p class="acts"><a class="btn" href=clear>{say!(loads.filter.clear)}</a>{wider}</p>
            </div>
        }
        .into_any();
    }
    if !matches!(asked.view, Some(View::Active) | None) {
        let active = href(&whole(asked, Some(View::Active)));
        return view! {
            <div class="nothing">
                <p>{say!(loads.nothing.view, view = view_word(asked.view))}</p>
                <a class="btn" href=active>{say!(loads.nothing.show_active)}</a>
            </div>
        }
        .into_any();
    }
    let (text, action) = if may_create {
        let action =
            view! { <button class="btn pri" on:click=|_| ask(Dialog::NewLoad)>{say!(loads.new_load)}</button> };
        (say!(loads.nothing.first), Some(action))
    } else {
        (say!(loads.nothing.come_back), None)
    };
    view! { <div class="nothing"><p><b>{say!(loads.nothing.active)}</b>" "{text}</p>{action}</div> }.into_any()
}

/// How many loads the filters hide; a selection that the bar doesn't count is counted now.
fn hidden(view: Option<View>, in_view: Option<u64>) -> impl Fn() -> String {
    let count = RwSignal::new(in_view);
    Effect::new(move |_| {
        if in_view.is_none() {
            spawn_local(async move {
                let all = LoadQuery { view, size: Some(1), ..LoadQuery::default() };
                if let Ok(listed) = list_loads(all).await {
                    count.try_set(Some(listed.page.total));
                }
            });
        }
    });
    move || match count.get() {
        None | Some(0) => String::new(),
        Some(1) => say!(loads.nothing.one_hidden).to_owned(),
        Some(count) => say!(loads.nothing.many_hidden, count = count),
    }
}

/// What went wrong, with the way on.
pub fn failed(fault: &Fault, again: RwSignal<u32>) -> AnyView {
    match fault.code() {
        Some(Code::Forbidden) => {
            view! { <div class="nothing" role="alert"><p>{say!(loads.nothing.forbidden)}</p></div> }.into_any()
        }
        Some(Code::Unauthorized | Code::TokenExpired | Code::Revoked) => view! {
            <div class="nothing" role="alert">
                <p>{say!(loads.nothing.signed_out)}</p>
                <a class="btn pri" href="/login">{say!(loads.nothing.sign_in)}</a>
            </div>
        }
        .into_any(),
        _ => view! { <div class="nothing" role="alert"><p>{unread_words(fault)}</p>{retry(again)}</div> }.into_any(),
    }
}

/// Says that what is shown is older than it should be.
pub fn stale(again: RwSignal<u32>) -> impl IntoView {
    view! { <div class="stale-list" role="alert"><span>{say!(loads.list.stale)}</span>{retry(again)}</div> }
}

fn retry(again: RwSignal<u32>) -> impl IntoView {
    view! { <button class="btn" on:click=move |_| again.update(|count| *count += 1)>{say!(loads.list.retry)}</button> }
}
