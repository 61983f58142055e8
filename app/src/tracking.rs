//! The tracking map: where every truck under way is, which ones need a person, and the same as a list.

mod address;
pub mod api;
mod basemap;
mod fleet;
mod go;
mod list;
mod map;
#[cfg(any(feature = "hydrate", test))]
mod mercator;
pub mod page;
mod panel;
#[cfg(feature = "ssr")]
pub mod port;
#[cfg(any(feature = "hydrate", test))]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only the browser draws; tests look at parts of it"))]
mod trucks;
