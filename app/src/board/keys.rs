//! The board's keys.

use contract::LoadId;
#[cfg(feature = "hydrate")]
use contract::status::LoadStatus;
use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys};

use super::card::element_id;
#[cfg(feature = "hydrate")]
use super::hands::Hands;
#[cfg(feature = "hydrate")]
use crate::{
    loads::{act, deeds::Opened},
    ui::keys::{is_taken, leave},
};

/// Gives the keyboard to a load's card.
pub fn focus(load: LoadId) {
    if let Some(card) = document().get_element_by_id(&element_id(load)) {
        _ = card.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}

/// Opens a load as its own link does.
pub fn open(load: LoadId) {
    let link = document().get_element_by_id(&element_id(load)).and_then(|card| card.query_selector("a").ok().flatten());
    if let Some(link) = link {
        link.unchecked_into::<web_sys::HtmlElement>().click();
    }
}

/// Listens for the board's keys while it is in view.
#[cfg(feature = "hydrate")]
pub fn listen(hands: Hands) {
    let owner = Owner::current();
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if let Some(owner) = &owner {
            owner.with(|| press(hands, &event));
        }
    });
    on_cleanup(move || listener.remove());
}

#[cfg(feature = "hydrate")]
fn press(hands: Hands, event: &web_sys::KeyboardEvent) {
    if is_taken(event) || hands.menu.get_untracked().is_some() {
        return;
    }
    let Some(target) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok()) else { return };
    let key = event.key();
    let card = target.closest("li.card").ok().flatten();
    let here = hands.here.get_untracked().filter(|_| card.is_some());
    let may_walk = here.is_some() || matches!(target.tag_name().as_str(), "BODY" | "MAIN" | "H1");
    let is_taken = match (key.as_str(), here) {
        ("1" | "2" | "3" | "4" | "5" | "6", _) => enter(hands, key.parse().unwrap_or(1)),
        ("ArrowRight", Some(load)) if event.shift_key() => shift(hands, load, 1),
        ("ArrowLeft", Some(load)) if event.shift_key() => shift(hands, load, -1),
        ("]", Some(load)) => shift(hands, load, 1),
        ("[", Some(load)) => shift(hands, load, -1),
        ("ArrowRight" | "l" | "L", _) if may_walk => walk(hands, here, 1, 0),
        ("ArrowLeft" | "h" | "H", _) if may_walk => walk(hands, here, -1, 0),
        ("ArrowDown" | "j" | "J", _) if may_walk => walk(hands, here, 0, 1),
        ("ArrowUp" | "k" | "K", _) if may_walk => walk(hands, here, 0, -1),
        // On the link or the button in the card, Enter is theirs.
        ("Enter", Some(load)) if card.as_ref() == Some(target.as_ref()) => {
            open(load);
            true
        }
        ("s" | "S" | "m" | "M" | "ContextMenu", Some(load)) => {
            open_beside(hands, load);
            true
        }
        ("a" | "A", Some(load)) => {
            hands.assign(load);
            true
        }
        ("e" | "E", Some(load)) => act::edit(load),
        ("c" | "C", Some(load)) => act::log_call(load),
        ("d" | "D", Some(load)) => {
            hands.carry(load, LoadStatus::Dispatched);
            true
        }
        ("x" | "X", Some(load)) => {
            hands.choose(load);
            true
        }
        ("Escape", _) if !hands.chosen.with_untracked(std::collections::BTreeSet::is_empty) => {
            hands.chosen.set(std::collections::BTreeSet::new());
            true
        }
        ("Escape", Some(_)) => leave(),
        _ => false,
    };
    if is_taken {
        event.prevent_default();
    }
}

#[cfg(feature = "hydrate")]
fn shift(hands: Hands, load: LoadId, by: isize) -> bool {
    hands.shift(load, by);
    true
}

/// Goes to a lane, counted from 1.
#[cfg(feature = "hydrate")]
fn enter(hands: Hands, lane: usize) -> bool {
    let first = hands.lanes.with_untracked(|lanes| lanes.get(lane - 1).and_then(|cards| cards.first().copied()));
    if let Some(load) = first {
        focus(load);
    }
    first.is_some()
}

/// Goes to a neighbour: another lane's card at the same height, past empty lanes, or the next in this lane.
#[cfg(feature = "hydrate")]
fn walk(hands: Hands, here: Option<LoadId>, across: isize, along: isize) -> bool {
    let next = hands.lanes.with_untracked(|lanes| {
        let Some((lane, place)) = here.and_then(|here| {
            let place_in = |cards: &Vec<LoadId>| cards.iter().position(|card| *card == here);
            lanes.iter().enumerate().find_map(|(lane, cards)| place_in(cards).map(|place| (lane, place)))
        }) else {
            return lanes.iter().flatten().next().copied();
        };
        if along != 0 {
            return place.checked_add_signed(along).and_then(|place| lanes[lane].get(place)).copied();
        }
        let mut lane = lane.checked_add_signed(across)?;
        while lanes.get(lane)?.is_empty() {
            lane = lane.checked_add_signed(across)?;
        }
        lanes[lane].get(place).or_else(|| lanes[lane].last()).copied()
    });
    if let Some(load) = next {
        focus(load);
    }
    true
}

/// Opens a load's menu beside its card.
#[cfg(feature = "hydrate")]
fn open_beside(hands: Hands, load: LoadId) {
    if let Some(card) = document().get_element_by_id(&element_id(load)) {
        let edges = card.get_bounding_client_rect();
        hands.menu.set(Some(Opened { load, x: edges.left() + 24.0, y: edges.top() + 28.0 }));
    }
}
