//! Going to another address without loading the page anew.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

type Navigate = Box<dyn Fn(&str, NavigateOptions) + Send + Sync>;

/// The way to other addresses.
#[derive(Clone, Copy)]
pub struct Go(StoredValue<Navigate>);

impl Go {
    /// From this page.
    pub fn here() -> Self {
        Self(StoredValue::new(Box::new(use_navigate())))
    }

    /// Goes there, and back leads here.
    pub fn to(self, address: &str) {
        self.go(address, false);
    }

    /// Goes there in place of this address, and back leads to the one before.
    #[cfg(feature = "hydrate")]
    pub fn instead(self, address: &str) {
        self.go(address, true);
    }

    fn go(self, address: &str, replace: bool) {
        let options = NavigateOptions { scroll: false, replace, ..NavigateOptions::default() };
        self.0.try_with_value(|navigate| navigate(address, options));
    }
}
