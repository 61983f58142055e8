//! People: who may sign in, and as what.

pub mod api;
mod invite;
mod line;
pub mod page;
#[cfg(feature = "ssr")]
pub mod port;
