//! Everything of one load.

use leptos::prelude::*;

/// The page of one load.
#[component]
pub fn LoadPage() -> impl IntoView {
    view! { <h1>"Load"</h1> }
}
