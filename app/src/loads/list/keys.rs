//! The keys of the loads page: J and K or the arrows go from load to load, Enter opens one because the browser does
//! that for a focused link, N enters a new one.

use leptos::{
    ev::{self, KeyboardEvent},
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::loads::dialogs::{Asked, Dialog, ask};

/// The link that stands for a row.
const LINK: &str = "a.num";

/// Listens while the page is open.
pub fn listen(list: NodeRef<leptos::html::Section>, may_create: bool) {
    let dialogs = expect_context::<Asked>().0;
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        if is_typing(&event) || dialogs.with_untracked(Option::is_some) {
            return;
        }
        let Some(list) = list.get_untracked() else { return };
        let inside = document().active_element().is_some_and(|focused| list.contains(Some(&focused)));
        let moved = match event.key().as_str() {
            "j" | "J" => go(&list, Element::next_element_sibling),
            "k" | "K" => go(&list, Element::previous_element_sibling),
            "ArrowDown" if inside => go(&list, Element::next_element_sibling),
            "ArrowUp" if inside => go(&list, Element::previous_element_sibling),
            "n" | "N" if may_create => {
                ask(Dialog::NewLoad);
                true
            }
            _ => false,
        };
        if moved {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

/// Makes the first row's link the only one that Tab reaches, once the page can do the rest by itself.
pub fn rove(list: &Element) {
    let mut row = first_row(list);
    let mut tab_index = 0;
    while let Some(this) = row {
        if let Some(link) = link_of(&this) {
            link.set_tab_index(tab_index);
            tab_index = -1;
        }
        row = this.next_element_sibling();
    }
}

/// Goes one row on, or to the row that was left.
fn go(list: &Element, step: fn(&Element) -> Option<Element>) -> bool {
    let focused = document().active_element().and_then(|focused| focused.closest("tbody tr").ok().flatten());
    let left = list.query_selector(&format!("tbody {LINK}[tabindex=\"0\"]")).ok().flatten();
    let next = match &focused {
        Some(row) => step(row),
        None => left.as_ref().and_then(|link| link.closest("tr").ok().flatten()).or_else(|| first_row(list)),
    };
    let Some(next) = next.as_ref().and_then(link_of) else { return focused.is_some() };
    if let Some(left) = left.and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
        left.set_tab_index(-1);
    }
    next.set_tab_index(0);
    next.focus().is_ok()
}

fn first_row(list: &Element) -> Option<Element> {
    list.query_selector("tbody tr").ok().flatten()
}

fn link_of(row: &Element) -> Option<HtmlElement> {
    row.query_selector(LINK).ok().flatten().and_then(|link| link.dyn_into().ok())
}

/// Whether the key goes into a field.
fn is_typing(event: &KeyboardEvent) -> bool {
    event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|target| {
        target.closest("input, textarea, select, [contenteditable], dialog").ok().flatten().is_some()
    })
}
