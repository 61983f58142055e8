//! The loads page.

use leptos::prelude::*;

/// A dense table of loads.
#[component]
pub fn LoadsPage() -> impl IntoView {
    view! { <h1>"Loads"</h1> }
}
