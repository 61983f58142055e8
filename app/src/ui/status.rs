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
    // A page that makes this anew keeps what it made before in view until then, though that knows no status any more.
    view! {
        <span class="status" data-s=move || status.try_get().map(LoadStatus::name)>
            <i></i>
            {move || status.try_get().map(status_word)}
        </span>
    }
}
