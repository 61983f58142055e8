//! Messages about loads: the thread on a load's page, the list of threads, and what waits to be sent.

pub mod api;
pub mod badge;
mod composer;
pub mod conversation;
mod line;
pub mod outbox;
pub mod page;
mod pieces;
#[cfg(feature = "ssr")]
pub mod port;
mod scroll;
mod shown;
mod threads;
