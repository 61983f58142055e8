//! Notices: how many there are, on every page; the list of them and how somebody wants to be told, when that is opened.

pub mod api;
pub mod bell;
mod drawer;
mod list;
mod loud;
#[cfg(feature = "ssr")]
pub mod port;
mod settings;
mod words;

use leptos::prelude::*;

/// What the part of the pages that is about notices can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The list.
    Drawer,
    /// What is shown by itself.
    Loud,
}

/// The view of it.
pub fn show(shown: Shown) -> AnyView {
    match shown {
        Shown::Drawer => view! { <drawer::Drawer /> }.into_any(),
        Shown::Loud => view! { <loud::Loud /> }.into_any(),
    }
}
