//! What pages are put together from.

pub mod acts;
pub mod address;
pub mod avatar;
pub mod click;
pub mod drop;
pub mod fields;
#[cfg(feature = "hydrate")]
pub mod focus;
pub mod frame;
pub mod here;
pub mod icon;
pub mod keys;
pub mod missing;
pub mod read;
pub mod status;
pub mod toast;
pub mod words;
