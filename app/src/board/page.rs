//! The dispatch board: six lanes of cards.

use leptos::prelude::*;

/// The board.
#[component]
pub fn BoardPage() -> impl IntoView {
    view! { <h1>"Dispatch"</h1> }
}
