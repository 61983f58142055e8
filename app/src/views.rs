//! Saved views: what somebody looks for again and again, under a name, their own or shared with their colleagues.

pub mod api;
pub mod menu;
#[cfg(feature = "ssr")]
pub mod port;
