//! Short notices at the bottom.

use leptos::prelude::*;

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
