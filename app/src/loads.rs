//! Loads: the list, the detail, entering new ones, and what can be done to them.

pub mod act;
pub mod api;
pub mod deeds;
pub mod detail;
pub mod dialogs;
pub(crate) mod list;
mod offers;
pub mod page;
#[cfg(feature = "ssr")]
pub mod port;
mod sheet;
pub mod undo;
mod upload;
