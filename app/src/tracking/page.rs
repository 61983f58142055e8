//! The tracking map with its list and panel.

use leptos::prelude::*;

/// The map.
#[component]
pub fn TrackingPage() -> impl IntoView {
    view! { <h1>"Tracking"</h1> }
}
