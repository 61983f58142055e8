//! The page's colours, for drawing: read from the style sheet, so that the map is dark when the page is.

use contract::risk::Risk;
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{MediaQueryList, MutationObserver, MutationObserverInit};

/// The colours in force.
pub struct Theme {
    pub sea: String,
    pub land: String,
    pub border: String,
    pub shore: String,
    pub ink: String,
    pub label: String,
    pub surface: String,
    pub accent: String,
    pub accent_tint: String,
    pub stale: String,
    ok: String,
    tight: String,
    late: String,
}

impl Theme {
    /// Reads them where `element` is.
    pub fn of(element: &web_sys::Element) -> Self {
        let style = window().get_computed_style(element).ok().flatten();
        let read = |name: &str| {
            let value = style.as_ref().and_then(|style| style.get_property_value(name).ok()).unwrap_or_default();
            value.trim().to_owned()
        };
        Self {
            sea: read("--sea"),
            land: read("--land"),
            border: read("--ln"),
            shore: read("--ln2"),
            ink: read("--ink"),
            label: read("--ink3"),
            surface: read("--sf"),
            accent: read("--ac"),
            accent_tint: read("--acbg"),
            stale: read("--stale"),
            ok: read("--okm"),
            tight: read("--tightm"),
            late: read("--late"),
        }
    }

    /// The ring's colour.
    pub fn ring(&self, risk: Risk) -> &str {
        match risk {
            Risk::None => &self.ok,
            Risk::Tight => &self.tight,
            Risk::Late => &self.late,
        }
    }
}

/// Runs something whenever the page turns dark or light; until it is dropped.
pub struct ThemeWatch {
    observer: Option<MutationObserver>,
    query: Option<MediaQueryList>,
    changed: Closure<dyn FnMut()>,
}

impl ThemeWatch {
    /// Begins watching.
    pub fn new(changed: impl FnMut() + 'static) -> Self {
        let changed = Closure::<dyn FnMut()>::new(changed);
        let call: &js_sys::Function = changed.as_ref().unchecked_ref();
        let observer = MutationObserver::new(call).ok();
        if let (Some(observer), Some(root)) = (&observer, document().document_element()) {
            let what = MutationObserverInit::new();
            what.set_attributes(true);
            _ = observer.observe_with_options(&root, &what);
        }
        let query = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
        if let Some(query) = &query {
            _ = query.add_event_listener_with_callback("change", call);
        }
        Self { observer, query, changed }
    }
}

impl Drop for ThemeWatch {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
        if let Some(query) = &self.query {
            _ = query.remove_event_listener_with_callback("change", self.changed.as_ref().unchecked_ref());
        }
    }
}
