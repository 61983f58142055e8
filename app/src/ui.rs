//! What pages are put together from.

pub mod frame;
pub mod missing;
pub mod toast;
