//! What the menu of a row does, and how the row gets the keyboard back.

use contract::LoadId;
use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};

use crate::loads::{act, deeds::Deed};

/// The link that stands for a row.
pub const LINK: &str = "a.num";

/// Does what was chosen.
pub fn carry_out((load, deed): (LoadId, Deed)) {
    match deed {
        Deed::Move(to) => act::move_to(load, to),
        Deed::Assign => _ = act::assign(load),
        Deed::Edit => _ = act::edit(load),
        Deed::Call => _ = act::log_call(load),
        Deed::Open => {
            if let Some(link) = link_to(load) {
                link.click();
            }
        }
    }
}

/// Gives the keyboard to a load's row.
pub fn focus(load: LoadId) {
    if let Some(link) = link_to(load) {
        _ = link.focus();
    }
}

fn link_to(load: LoadId) -> Option<HtmlElement> {
    let link = document().query_selector(&format!("tbody {LINK}[href=\"/loads/{load}\"]")).ok().flatten();
    link.and_then(|link| link.dyn_into().ok())
}
