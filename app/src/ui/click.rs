//! A click on a load's card or row opens it, as its number does.

use leptos::{ev::MouseEvent, prelude::*, wasm_bindgen::JsCast, web_sys};

/// Opens the load whose card or row was clicked, unless the click was for something in it, or ends a selection of text.
pub fn open(event: &MouseEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let is_own = |target: &web_sys::Element| matches!(target.closest("a,button,input,label,summary"), Ok(Some(_)));
    let selected = window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
    let Some(target) = target.filter(|target| !selected && !is_own(target)) else { return };
    let item = target.closest("li.card,tbody tr").ok().flatten();
    let link = item.and_then(|item| item.query_selector("a.num").ok().flatten());
    let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok()) else { return };
    if event.ctrl_key() || event.meta_key() {
        _ = window().open_with_url_and_target(&link.href(), "_blank");
    } else {
        link.click();
    }
}
