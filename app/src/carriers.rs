//! Carriers: the list of them, one of them, and what they must have in force; and places to choose from.

pub mod api;
mod cells;
pub mod detail;
mod drivers;
mod edit;
pub mod page;
#[cfg(feature = "ssr")]
pub mod port;
