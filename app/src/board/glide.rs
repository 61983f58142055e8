//! A card that somebody else moved glides to its new lane. The visitor's own moves are where the hand has put them.
//!
//! The lanes clip what is in them, so it is a copy of the card that flies above them; the card itself waits unseen at
//! its new place.

#[cfg(feature = "hydrate")]
use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use contract::LoadId;
use leptos::web_sys::HtmlElement;
#[cfg(feature = "hydrate")]
use leptos::{prelude::*, wasm_bindgen::JsCast};

#[cfg(feature = "hydrate")]
use super::card::element_id;

/// How long a card flies, in milliseconds; the style sheet says the same.
#[cfg(feature = "hydrate")]
const FLIGHT_MS: u64 = 300;

#[cfg(feature = "hydrate")]
thread_local! {
    /// The copies that have left and not arrived.
    static FLYING: RefCell<BTreeMap<LoadId, HtmlElement>> = const { RefCell::new(BTreeMap::new()) };
}

/// Whether the reader wants things to move at all.
#[cfg(feature = "hydrate")]
pub fn is_wanted() -> bool {
    let still = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
    !still.is_some_and(|still| still.matches())
}

/// Takes a copy of a card where it still is, before the page shows it in its new lane.
#[cfg(feature = "hydrate")]
pub fn take_off(load: LoadId) {
    let Some(card) = document().get_element_by_id(&element_id(load)) else { return };
    let (from, Some(lane)) = (card.get_bounding_client_rect(), card.parent_element()) else { return };
    let lane = lane.get_bounding_client_rect();
    let is_seen = from.bottom() > lane.top() && from.top() < lane.bottom();
    let copy = card.clone_node_with_deep(true).ok().and_then(|copy| copy.dyn_into::<HtmlElement>().ok());
    let (Some(copy), Ok(Some(board))) = (copy.filter(|_| is_seen), document().query_selector(".board-page")) else {
        return;
    };
    for name in ["id", "data-load", "tabindex", "draggable"] {
        _ = copy.remove_attribute(name);
    }
    _ = copy.set_attribute("aria-hidden", "true");
    _ = copy.set_attribute("inert", "");
    _ = copy.class_list().add_1("flying");
    set(&copy, &[("left", from.left()), ("top", from.top()), ("width", from.width()), ("height", from.height())]);
    if board.append_child(&copy).is_ok() {
        FLYING.with_borrow_mut(|flying| _ = flying.insert(load, copy.clone()));
        // Whatever becomes of the card, nothing stays in the air.
        set_timeout(
            move || {
                copy.remove();
                FLYING.with_borrow_mut(|flying| _ = flying.remove(&load));
            },
            Duration::from_millis(FLIGHT_MS + 40),
        );
    }
}

/// Leads the copy of a card, if one is in the air, to where the card is now.
#[cfg(feature = "hydrate")]
pub fn land(load: LoadId, card: &HtmlElement) {
    let Some(copy) = FLYING.with_borrow(|flying| flying.get(&load).cloned()) else { return };
    _ = card.style().set_property("visibility", "hidden");
    let hidden = card.clone();
    set_timeout(move || _ = hidden.style().remove_property("visibility"), Duration::from_millis(FLIGHT_MS));
    let card = card.clone();
    request_animation_frame(move || {
        let (from, to) = (copy.get_bounding_client_rect(), card.get_bounding_client_rect());
        // A place below the lane's end is shown at its end.
        let floor = card.parent_element().map_or(to.top(), |lane| lane.get_bounding_client_rect().bottom());
        let (right, down) = (to.left() - from.left(), to.top().min(floor) - from.top());
        _ = copy.style().set_property("transform", &format!("translate({right}px,{down}px)"));
    });
}

#[cfg(feature = "hydrate")]
fn set(element: &HtmlElement, measures: &[(&str, f64)]) {
    for (name, pixels) in measures {
        _ = element.style().set_property(name, &format!("{pixels}px"));
    }
}

/// Nothing moves on the server.
#[cfg(not(feature = "hydrate"))]
pub const fn land(_load: LoadId, _card: &HtmlElement) {}
