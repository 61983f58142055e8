//! Short notices at the bottom.

use std::time::Duration;

use leptos::prelude::*;

use super::icon::Icon;
use crate::say;

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
    show(text.into(), Tone::Done);
}

/// Says what went wrong and what to do next.
pub fn wrong(text: impl Into<String>) {
    show(text.into(), Tone::Wrong);
}

fn show(text: String, tone: Tone) {
    if let Some(Toasts(newest)) = use_context::<Toasts>() {
        newest.update(|newest| {
            let number = newest.as_ref().map_or(0, |toast| toast.number + 1);
            *newest = Some(Toast { text, tone, number });
        });
    }
}

/// How long the notice of a thing done stays.
const DONE_STAYS: Duration = Duration::from_secs(5);

/// The newest notice. What was done goes by itself; what went wrong stays until it is dismissed.
#[component]
pub fn Notices() -> impl IntoView {
    let Toasts(newest) = expect_context();
    let text = move |tone| newest.get().filter(|toast| toast.tone == tone).map(|toast| toast.text);
    Effect::new(move |_| {
        let Some(Toast { tone: Tone::Done, number, .. }) = newest.get() else { return };
        let go = move || {
            if newest.with_untracked(|newest| newest.as_ref().is_some_and(|toast| toast.number == number)) {
                newest.set(None);
            }
        };
        set_timeout(go, DONE_STAYS);
    });
    view! {
        <div class="toasts">
            <div role="status">
                {move || text(Tone::Done).map(|text| view! { <p class="toast">{text}</p> })}
            </div>
            <div role="alert">
                {move || {
                    text(Tone::Wrong)
                        .map(|text| {
                            view! {
                                <div class="toast">
                                    <Icon name="triangle-alert" />
                                    <span>{text}</span>
                                    <button type="button" on:click=move |_| newest.set(None)>{say!(common.toast.dismiss)}</button>
                                </div>
                            }
                        })
                }}
            </div>
        </div>
    }
}
