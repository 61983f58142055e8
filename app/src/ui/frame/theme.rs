//! Light, dark, or as the system has it. The choice stays in this browser; no cookie, and the server never knows.

use leptos::prelude::*;

use crate::say;

/// Runs in the head before anything is painted, so that a chosen theme doesn't flash up in the other one.
pub const EARLY: &str =
    "try{let t=localStorage.theme;if(t=='dark'||t=='light')document.documentElement.dataset.theme=t}catch{}";

/// A choice; the system's own has no name in the document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::System => say!(common.me.system),
            Self::Light => say!(common.me.light),
            Self::Dark => say!(common.me.dark),
        }
    }

    /// What this document shows.
    fn shown() -> Self {
        let root = document().document_element();
        match root.and_then(|root| root.get_attribute("data-theme")).as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    /// Shows it and keeps it.
    fn choose(self) {
        if let Some(root) = document().document_element() {
            _ = match self {
                Self::System => root.remove_attribute("data-theme"),
                Self::Light | Self::Dark => root.set_attribute("data-theme", self.name()),
            };
        }
        #[cfg(feature = "hydrate")]
        if let Ok(Some(storage)) = window().local_storage() {
            _ = match self {
                Self::System => storage.remove_item("theme"),
                Self::Light | Self::Dark => storage.set_item("theme", self.name()),
            };
        }
    }
}

/// The choice of three.
#[component]
pub fn ThemeChoice() -> impl IntoView {
    let shown = RwSignal::new(Theme::System);
    Effect::new(move |_| shown.set(Theme::shown()));
    let choices = [Theme::System, Theme::Light, Theme::Dark]
        .map(|theme| {
            view! {
                <label>
                    <input
                        type="radio"
                        name="theme"
                        value=theme.name()
                        checked=theme == Theme::System
                        prop:checked=move || shown.get() == theme
                        on:change=move |_| {
                            theme.choose();
                            shown.set(theme);
                        }
                    />
                    <span>{theme.word()}</span>
                </label>
            }
        })
        .into_iter()
        .collect_view();
    view! {
        <fieldset class="seg">
            <legend>{say!(common.me.theme)}</legend>
            {choices}
        </fieldset>
    }
}
