//! The map's own script and style sheet, fetched when a map is first wanted.

use leptos::prelude::document;
use wasm_bindgen_futures::JsFuture;

const SCRIPT: &str = "/vendor/leaflet-1.9.4/leaflet.js";
const STYLE: &str = "/vendor/leaflet-1.9.4/leaflet.css";

/// Brings them onto the page, once; nothing when they don't arrive.
pub async fn fetch() -> Option<()> {
    load("link", "href", STYLE).await?;
    load("script", "src", SCRIPT).await
}

async fn load(tag: &str, attribute: &str, address: &str) -> Option<()> {
    if document().query_selector(&format!("{tag}[{attribute}='{address}'][data-loaded]")).ok().flatten().is_some() {
        return Some(());
    }
    let element = document().create_element(tag).ok()?;
    if tag == "link" {
        element.set_attribute("rel", "stylesheet").ok()?;
    }
    element.set_attribute(attribute, address).ok()?;
    let loaded = js_sys::Promise::new(&mut |resolve, reject| {
        _ = element.add_event_listener_with_callback("load", &resolve);
        _ = element.add_event_listener_with_callback("error", &reject);
    });
    document().head()?.append_child(&element).ok()?;
    if JsFuture::from(loaded).await.is_err() {
        // A later try begins anew.
        element.remove();
        return None;
    }
    element.set_attribute("data-loaded", "").ok()
}
