//! The sign-in page.

use leptos::prelude::*;

/// Where visitors come in.
#[component]
pub fn SignInPage() -> impl IntoView {
    view! { <h1>"Sign in"</h1> }
}
