//! The dispatch board: six lanes of cards, moved by pointer, menu or keys.

mod bar;
mod card;
mod figures;
mod filter;
mod glide;
mod hands;
mod hold;
mod keys;
mod lane;
pub mod page;
mod several;
