//! Drivers' links: made at the desk, opened on a telephone by whoever drives, without an app and without signing in.

pub mod api;
#[cfg(feature = "ssr")]
pub mod drive;
#[cfg(feature = "ssr")]
pub mod port;
pub mod section;

use crate::say;

/// By which name an event says that a load's links changed.
pub const FIELD: &str = "driverLinks";

/// What a text message to a driver says.
pub fn sms_words(company: &str, number: &str, url: &str) -> String {
    say!(links.sms_text, company = company, number = number, url = url)
}
