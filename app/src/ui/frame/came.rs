//! Where the reader came from, so that a load leads back to the very list, board or map they left.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::rail::face;
use crate::{pages::Page, say};

/// The address of the page before a load's, as it was left; in context.
#[derive(Clone, Copy)]
pub struct CameFrom(RwSignal<Option<String>>);

impl CameFrom {
    /// Follows the address as long as the application lives.
    pub fn provide() {
        let came = Self(RwSignal::new(None));
        provide_context(came);
        let location = use_location();
        Effect::new(move |_| {
            let (path, search) = (location.pathname.get(), location.search.get());
            if !path.starts_with("/loads/") && !path.starts_with("/carriers/") {
                let mark = if search.is_empty() { "" } else { "?" };
                came.0.set(Some(format!("{path}{mark}{}", search.trim_start_matches('?'))));
            }
        });
    }

    /// The way back.
    pub fn address(self) -> String {
        self.0.get().unwrap_or_else(|| "/loads".to_owned())
    }

    /// What it is called.
    pub fn words(self) -> String {
        let from = self.0.get();
        let page = from.and_then(|from| Page::of(from.split('?').next().unwrap_or_default()));
        match page {
            Some(page) => say!(common.detail.back_to, page = face(page).0),
            None => say!(common.detail.back).to_owned(),
        }
    }
}
