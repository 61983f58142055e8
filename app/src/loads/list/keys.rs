//! The keys of the loads page: J and K or the arrows go from load to load, Enter opens one because the browser does
//! that for a focused link, S shows what can be done to it, A assigns and D dispatches it, C logs a check call.

use contract::{LoadId, status::LoadStatus};
use leptos::{
    ev::{self, KeyboardEvent},
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::hand::LINK;
use crate::{
    loads::{act, deeds::Opened, dialogs::Asked},
    ui::keys::{is_taken, leave},
};

/// Listens while the page is open.
pub fn listen(list: NodeRef<leptos::html::Section>, menu: RwSignal<Option<Opened>>) {
    let dialogs = expect_context::<Asked>().0;
    // A child, because a page whose own owner is held would never be cleaned up.
    let owner = Owner::current().map(|page| page.child());
    let handle = window_event_listener(ev::keydown, move |event| {
        let is_elsewhere = dialogs.with_untracked(Option::is_some) || menu.with_untracked(Option::is_some);
        let Some(list) = list.get_untracked().filter(|_| !is_elsewhere && !is_taken(&event)) else { return };
        let press = || press(&list, &event, menu);
        let is_done = match &owner {
            Some(owner) => owner.with(press),
            None => press(),
        };
        if is_done {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

/// Does what a key stands for; whether it stands for anything.
fn press(list: &Element, event: &KeyboardEvent, menu: RwSignal<Option<Opened>>) -> bool {
    let focused = document().active_element().filter(|focused| list.contains(Some(focused)));
    let load = focused.as_ref().and_then(load_at);
    match (event.key().as_str(), load) {
        ("j" | "J", _) => go(list, Element::next_element_sibling),
        ("k" | "K", _) => go(list, Element::previous_element_sibling),
        ("ArrowDown", _) if focused.is_some() => go(list, Element::next_element_sibling),
        ("ArrowUp", _) if focused.is_some() => go(list, Element::previous_element_sibling),
        ("s" | "S" | "m" | "M" | "ContextMenu", Some(load)) => {
            if let Some(edges) = focused.map(|link| link.get_bounding_client_rect()) {
                menu.set(Some(Opened { load, x: edges.left(), y: edges.bottom() + 4.0 }));
            }
            true
        }
        ("a" | "A", Some(load)) => act::assign(load),
        ("e" | "E", Some(load)) => act::edit(load),
        ("c" | "C", Some(load)) => act::log_call(load),
        ("d" | "D", Some(load)) => {
            act::move_to(load, LoadStatus::Dispatched);
            true
        }
        ("Escape", Some(_)) => leave(),
        _ => false,
    }
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

/// The load whose row an element is in.
fn load_at(element: &Element) -> Option<LoadId> {
    let row = element.closest("tbody tr").ok().flatten()?;
    link_of(&row)?.get_attribute("href")?.strip_prefix("/loads/")?.parse().ok()
}
