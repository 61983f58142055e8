//! Where nothing is.

use leptos::prelude::*;

/// Shown for an address that leads nowhere.
#[component]
pub fn Missing() -> impl IntoView {
    view! { <h1>"Not found"</h1> }
}
