//! The card under the pointer stays under it when cards above it come or go: a click must not hit another load.
//!
//! The lane is scrolled by as much as the card has moved; where it can't be, it gets a gap, which closes when the
//! pointer leaves the lane.

use contract::LoadId;
use leptos::{
    ev,
    prelude::*,
    web_sys::{Element, HtmlElement},
};

#[cfg(feature = "hydrate")]
use super::card::element_id;

/// A card that is pointed at, and where it was before its lane changed.
#[cfg(feature = "hydrate")]
#[derive(Clone, Copy, Debug)]
pub struct Held {
    load: LoadId,
    /// Pixels from the top of the window.
    top: f64,
}

/// The load whose card is pointed at.
pub fn pointed(event: &ev::PointerEvent) -> Option<LoadId> {
    let card = event_target::<Element>(event).closest("li.card").ok().flatten()?;
    card.id().strip_prefix("card-")?.parse().ok()
}

/// Where a card is, before the page shows a change of its lane.
#[cfg(feature = "hydrate")]
pub fn take_hold(load: LoadId) -> Option<Held> {
    let card = document().get_element_by_id(&element_id(load))?;
    Some(Held { load, top: card.get_bounding_client_rect().top() })
}

/// Brings a card back to where it was, once the page shows the change.
#[cfg(feature = "hydrate")]
pub fn keep(held: Held) {
    use leptos::wasm_bindgen::JsCast;

    let Some(card) = document().get_element_by_id(&element_id(held.load)) else { return };
    let Some(list) = card.parent_element().and_then(|list| list.dyn_into::<HtmlElement>().ok()) else { return };
    let moved = || card.get_bounding_client_rect().top() - held.top;
    let scroll = |by: f64| list.set_scroll_top(list.scroll_top() + by.round() as i32);
    if moved().abs() < 1.0 {
        return;
    }
    scroll(moved());
    let rest = moved();
    if rest >= 1.0 {
        widen(&list, "padding-bottom", rest);
        scroll(rest);
    } else if rest <= -1.0 {
        widen(&list, "padding-top", -rest);
    }
}

/// Closes a lane's gaps.
pub fn let_go(list: &HtmlElement) {
    for side in ["padding-top", "padding-bottom"] {
        _ = list.style().remove_property(side);
    }
}

#[cfg(feature = "hydrate")]
fn widen(list: &HtmlElement, side: &str, by: f64) {
    let now = window().get_computed_style(list).ok().flatten().and_then(|style| style.get_property_value(side).ok());
    let now = now.and_then(|text| text.trim_end_matches("px").parse::<f64>().ok()).unwrap_or(0.0);
    _ = list.style().set_property(side, &format!("{}px", now + by));
}
