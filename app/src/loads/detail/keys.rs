//! The keys of a load's page: A assigns it, E edits it, C logs a check call, D dispatches it, S leads to all that can be done.

use contract::{LoadId, status::LoadStatus};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::{loads::act, ui::keys::is_taken};

/// Listens while the load is shown.
pub fn listen(load: LoadId) {
    // A child, because a page whose own owner is held would never be cleaned up.
    let owner = Owner::current().map(|page| page.child());
    let handle = window_event_listener(ev::keydown, move |event| {
        let press = || match event.key().as_str() {
            _ if is_taken(&event) => false,
            "a" | "A" => act::assign(load),
            "e" | "E" => act::edit(load),
            "c" | "C" => act::log_call(load),
            "d" | "D" => {
                act::move_to(load, LoadStatus::Dispatched);
                true
            }
            "s" | "S" | "m" | "M" => lead_to_actions(),
            _ => false,
        };
        if owner.as_ref().map_or_else(press, |owner| owner.with(press)) {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

fn lead_to_actions() -> bool {
    let first = document().query_selector(".load-head .acts :is(button,summary)").ok().flatten();
    first.and_then(|first| first.dyn_into::<HtmlElement>().ok()?.focus().ok()).is_some()
}
