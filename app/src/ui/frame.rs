//! The rail, the top bar and the place for the page.

use leptos::prelude::*;

/// Everything around a page.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    view! { <main id="main">{children()}</main> }
}
