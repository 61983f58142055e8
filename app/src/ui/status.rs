//! A load's status: a small coloured dot with its word.

use contract::status::LoadStatus;
use leptos::prelude::*;

use super::words::status_word;

/// The dot and the word.
#[component]
pub fn Status(
    /// What to show.
    #[prop(into)]
    status: Signal<LoadStatus>,
) -> impl IntoView {
    view! {
        <span class="status" data-s=move || status.get().name()>
            <i></i>
            {move || status_word(status.get())}
        </span>
    }
}
