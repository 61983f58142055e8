//! Loads: the list, the detail, entering new ones, and what can be done to them.

pub mod api;
pub mod detail;
pub mod page;
#[cfg(feature = "ssr")]
pub mod port;
