//! Carriers and places to choose from.

pub mod api;
#[cfg(feature = "ssr")]
pub mod port;
