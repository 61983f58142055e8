//! Reading what was filled in.

pub use contract::typed::{cents, dollars, number, town};
use leptos::web_sys::FormData;

/// A field's text without spaces around it.
pub fn text(data: &FormData, name: &str) -> String {
    data.get(name).as_string().unwrap_or_default().trim().to_owned()
}

/// The same, when anything is there.
pub fn filled(data: &FormData, name: &str) -> Option<String> {
    Some(text(data, name)).filter(|text| !text.is_empty())
}
