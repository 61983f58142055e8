//! Whose a key is: single letters are the page's only while nobody writes, and while no chord such as `G L` has begun.

use std::cell::Cell;

use leptos::{wasm_bindgen::JsCast, web_sys};

/// How long a chord waits for its second key, in milliseconds.
pub const CHORD_MS: f64 = 1_500.0;

thread_local! {
    /// Until when the first key of a chord counts, by the events' own clock.
    static CHORD: Cell<f64> = const { Cell::new(0.0) };
}

/// Whether a key is no shortcut of the page: it belongs to a text, to an open dialog, to the browser, or to a chord, or
/// somebody has taken it already.
pub fn is_taken(event: &web_sys::KeyboardEvent) -> bool {
    let is_modified = event.ctrl_key() || event.meta_key() || event.alt_key();
    is_modified || event.default_prevented() || in_chord(event) || is_typing(event)
}

/// Whether a key belongs to a text that is being written, or to an open dialog or menu.
pub fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    is_within(event, "input,textarea,select,dialog,[contenteditable],[role=menu]")
}

fn is_within(event: &web_sys::KeyboardEvent, selector: &str) -> bool {
    let at = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    at.is_some_and(|at| matches!(at.closest(selector), Ok(Some(_))))
}

/// Whether a key belongs to an open dialog.
pub fn is_in_dialog(event: &web_sys::KeyboardEvent) -> bool {
    is_within(event, "dialog")
}

/// Leaves what has the keyboard: it goes to the page as a whole, and is not lost.
#[cfg(feature = "hydrate")]
pub fn leave() -> bool {
    let main = leptos::prelude::document().get_element_by_id("main");
    main.and_then(|main| main.dyn_into::<web_sys::HtmlElement>().ok()?.focus().ok()).is_some()
}

/// Begins a chord.
pub fn begin_chord(event: &web_sys::KeyboardEvent) {
    CHORD.set(event.time_stamp() + CHORD_MS);
}

/// Whether this key is the second one of a chord.
pub fn in_chord(event: &web_sys::KeyboardEvent) -> bool {
    event.time_stamp() < CHORD.get()
}

/// Ends a chord.
pub fn end_chord() {
    CHORD.set(0.0);
}
