//! Icons: one drawn set, kept in one small file that every page shares.

use leptos::prelude::*;

/// An icon by its name in `public/icons.svg`. It says nothing to a screen reader: the text beside it does.
#[component]
pub fn Icon(
    /// The symbol's id.
    name: &'static str,
    /// Pixels.
    #[prop(default = 16)]
    size: u16,
) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true" width=size height=size>
            <use href=format!("/icons.svg#{name}")></use>
        </svg>
    }
}
