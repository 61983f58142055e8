//! The dispatch board: six lanes of cards, moved by pointer, menu or keys.

mod bar;
mod card;
mod figures;
mod filter;
mod hands;
mod keys;
mod lane;
mod menu;
pub mod page;
