//! The dispatch board.

pub mod page;
