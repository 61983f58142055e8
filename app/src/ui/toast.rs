//! Short notices at the bottom.

use std::time::Duration;

use contract::LoadId;
use leptos::prelude::*;

use super::icon::Icon;
use crate::{
    loads::undo::{self, Offer},
    say,
};

/// What a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// The user's own action was done.
    Done,
    /// Something stands against it; stays until it is dismissed.
    Wrong,
}

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// What it says.
    pub text: String,
    /// What it is.
    pub tone: Tone,
    /// What was done, if it can be taken back.
    pub undo: Option<Offer>,
    /// The load that it is about, if it isn't in view by itself.
    pub link: Option<LoadId>,
    /// Tells one from the next.
    pub number: u32,
}

/// The newest notice.
#[derive(Clone, Copy)]
pub struct Toasts(pub RwSignal<Option<Toast>>);

/// Makes room for notices on this page.
pub fn provide() {
    provide_context(Toasts(RwSignal::new(None)));
}

/// Says that something was done.
pub fn done(text: impl Into<String>) {
    show(text.into(), Tone::Done, None, None);
}

/// Says that a load was entered, and leads to it.
pub fn entered(text: impl Into<String>, load: LoadId) {
    show(text.into(), Tone::Done, None, Some(load));
}

/// Says that something was done that can be taken back.
pub fn undoable(text: impl Into<String>, undo: Offer) {
    show(text.into(), Tone::Done, Some(undo), None);
}

/// Says what went wrong and what to do next.
pub fn wrong(text: impl Into<String>) {
    show(text.into(), Tone::Wrong, None, None);
}

/// Takes the notice away.
pub fn clear() {
    if let Some(Toasts(newest)) = use_context::<Toasts>() {
        newest.set(None);
    }
}

fn show(text: String, tone: Tone, undo: Option<Offer>, link: Option<LoadId>) {
    thread_local! {
        static NUMBER: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    }
    if let Some(Toasts(newest)) = use_context::<Toasts>() {
        let number = NUMBER.get().wrapping_add(1);
        NUMBER.set(number);
        newest.set(Some(Toast { text, tone, undo, link, number }));
    }
}

/// How long the notice of a thing done stays.
const DONE_STAYS: Duration = Duration::from_secs(5);
/// How long it stays when it offers to take the thing back: people must notice, decide and get there.
const UNDO_STAYS: Duration = Duration::from_secs(12);
/// How long it stays on when somebody is about to press it.
const HELD: Duration = Duration::from_secs(2);

/// The newest notice. What was done goes by itself; what went wrong stays until it is dismissed.
#[component]
pub fn Notices() -> impl IntoView {
    let Toasts(newest) = expect_context();
    let of = move |tone| newest.get().filter(|toast| toast.tone == tone);
    Effect::new(move |_| {
        let Some(Toast { tone: Tone::Done, number, undo, link, .. }) = newest.get() else { return };
        go_after(if undo.is_some() || link.is_some() { UNDO_STAYS } else { DONE_STAYS }, newest, number);
    });
    view! {
        <div class="toasts">
            <div role="status">
                {move || of(Tone::Done).map(|toast| view! { <div class="toast"><span>{toast.text}</span>{toast.undo.map(undo_button)}{toast.link.map(open_link)}</div> })}
            </div>
            <div role="alert">
                {move || {
                    of(Tone::Wrong)
                        .map(|toast| {
                            view! {
                                <div class="toast">
                                    <Icon name="triangle-alert" />
                                    <span>{toast.text}</span>
                                    <button type="button" on:click=move |_| newest.set(None)>{say!(common.toast.dismiss)}</button>
                                </div>
                            }
                        })
                }}
            </div>
        </div>
    }
}

fn open_link(load: LoadId) -> impl IntoView {
    view! { <a href=format!("/loads/{load}") on:click=|_| clear()>{say!(common.toast.open)}</a> }
}

fn undo_button(offer: Offer) -> impl IntoView {
    let take_back = move |_| {
        undo::take_back(offer);
        // The button goes away with its notice; the keyboard must not be lost with it.
        #[cfg(feature = "hydrate")]
        super::focus::back();
    };
    let key = if is_mac() { say!(common.toast.undo_key_mac) } else { say!(common.toast.undo_key) };
    view! {
        <button type="button" aria-keyshortcuts="Control+Z Meta+Z" on:click=take_back>{say!(common.toast.undo)}</button>
        <kbd aria-hidden="true">{key}</kbd>
    }
}

/// Takes a notice away after a while, unless it is pointed at or has the keyboard then.
fn go_after(stays: Duration, newest: RwSignal<Option<Toast>>, number: u32) {
    let go = move || {
        if newest.try_with_untracked(|newest| newest.as_ref().is_some_and(|toast| toast.number == number)) != Some(true)
        {
            return;
        }
        let held = document().query_selector(".toast:is(:hover,:focus-within)");
        if matches!(held, Ok(Some(_))) {
            go_after(HELD, newest, number);
        } else {
            newest.set(None);
        }
    };
    set_timeout(go, stays);
}

/// Whether the reader's keyboard has a command key.
#[cfg(feature = "hydrate")]
pub fn is_mac() -> bool {
    window().navigator().platform().is_ok_and(|platform| platform.starts_with("Mac") || platform.starts_with("iP"))
}

/// Nothing was done before the page has woken.
#[cfg(not(feature = "hydrate"))]
pub const fn is_mac() -> bool {
    false
}
