//! The desk's figures.

pub mod api;
mod chart;
pub mod page;
#[cfg(feature = "ssr")]
pub mod port;
