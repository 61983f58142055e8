//! The bell of the top bar with the count of what is not read, and the places of what the rest of this room shows.
//!
//! This much is on every page, so it knows no more than numbers. What the server tells of notices brings the count with it;
//! it is asked for when a page wakes, and when it was away for too long.

use contract::One;
use leptos::{prelude::*, task::spawn_local};

use super::{Shown, api::count_unread};
use crate::{
    live::{again::when_back, live},
    parts, say,
    ui::icon::Icon,
};

/// Whether the list of notices is open, in context.
#[derive(Clone, Copy)]
pub struct IsOpen(pub RwSignal<bool>);

/// Makes room for it on this page.
pub fn provide() {
    provide_context(IsOpen(RwSignal::new(false)));
}

/// A count as it fits on the bell.
fn short(count: u32) -> String {
    if count > 99 { "99+".to_owned() } else { count.to_string() }
}

/// The bell.
#[component]
pub fn Bell() -> impl IntoView {
    let IsOpen(is_open) = expect_context();
    let live = live();
    let again = RwSignal::new(0_u32);
    when_back(Callback::new(move |()| again.update(|times| *times += 1)));
    Effect::new(move |_| {
        again.track();
        live.afresh.track();
        let heard = live.noted().notices.get_untracked();
        spawn_local(async move {
            // What was told meanwhile is newer than the answer.
            if let Ok(One { data }) = count_unread().await
                && live.noted().notices.try_get_untracked() == Some(heard)
            {
                live.noted().unread.set(data.unread);
            }
        });
    });
    let label = move || match live.noted().unread.get() {
        0 => say!(common.notices.none).to_owned(),
        1 => say!(common.notices.one).to_owned(),
        count => say!(common.notices.many, count = count),
    };
    view! {
        <button
            type="button"
            class="iconb bell"
            aria-haspopup="dialog"
            aria-expanded=move || is_open.get().to_string()
            aria-label=label
            on:click=move |_| is_open.set(true)
        >
            <Icon name="bell" size=18 />
            {move || Some(live.noted().unread.get()).filter(|count| *count > 0).map(|count| view! { <b class="count" aria-hidden="true">{short(count)}</b> })}
        </button>
    }
}

/// The list, when it is open, and what is shown by itself.
#[component]
pub fn Told() -> impl IntoView {
    let IsOpen(is_open) = expect_context();
    let loud = live().noted().loud;
    let is_loud = Memo::new(move |_| loud.with(Option::is_some));
    view! {
        {move || is_open.get().then(|| Suspend::new(parts::notices(Shown::Drawer)))}
        {move || is_loud.get().then(|| Suspend::new(parts::notices(Shown::Loud)))}
    }
}

/// What the company's people are told of the whole desk, above the page, until they put it away.
#[component]
pub fn Announced() -> impl IntoView {
    let announced = live().noted().announced;
    move || {
        announced.get().map(|words| {
            view! {
                <p class="announced" role="status">
                    <span>{words}</span>
                    <button type="button" class="iconb" aria-label=say!(common.toast.dismiss) on:click=move |_| announced.set(None)>
                        <Icon name="x" />
                    </button>
                </p>
            }
        })
    }
}
