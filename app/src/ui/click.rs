//! A click on a load's card or row opens it, as its number does.

use leptos::ev::MouseEvent;

/// Opens the load whose card or row was clicked, unless the click was for something in it, or ends a selection of text.
#[cfg(feature = "hydrate")]
pub fn open(event: &MouseEvent) {
    use leptos::{prelude::*, wasm_bindgen::JsCast};
    use web_sys::{Element, HtmlAnchorElement};

    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let is_own = |target: &Element| matches!(target.closest("a,button,input,label,summary"), Ok(Some(_)));
    let selected = window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
    // With Shift it chooses.
    let Some(target) = target.filter(|target| !selected && !event.shift_key() && !is_own(target)) else { return };
    let item = target.closest("li.card,tbody tr").ok().flatten();
    let link = item.and_then(|item| item.query_selector("a.num").ok().flatten());
    let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) else { return };
    if event.ctrl_key() || event.meta_key() {
        _ = window().open_with_url_and_target(&link.href(), "_blank");
    } else {
        // Not at once: the link's own click comes by here too, and nothing that listens is called while it runs.
        request_animation_frame(move || link.click());
    }
}

/// Nobody clicks on the server.
#[cfg(not(feature = "hydrate"))]
pub const fn open(_event: &MouseEvent) {}
