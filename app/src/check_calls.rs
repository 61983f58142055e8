//! Check calls: who must be heard of, logging what was said, and what was said of a load.

pub mod api;
pub mod log;
mod notes;
pub mod of_load;
pub mod page;
#[cfg(feature = "ssr")]
pub mod port;
mod table;
mod words;
