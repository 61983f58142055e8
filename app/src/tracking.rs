//! The tracking map: where every truck under way is, which ones need a person, and the same as a list.

pub mod api;
mod basemap;
mod fleet;
mod list;
mod map;
#[cfg(any(feature = "hydrate", test))]
mod mercator;
pub mod page;
mod panel;
#[cfg(feature = "ssr")]
pub mod port;
#[cfg(any(feature = "hydrate", test))]
mod trucks;
