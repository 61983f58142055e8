//! The parts of the loads page: what its address asks for, the bar above the table, the table, and what is new.

pub mod asked;
pub mod bar;
pub mod filter;
pub mod fits;
pub mod hand;
#[cfg(feature = "hydrate")]
pub mod keys;
pub mod news;
pub mod nothing;
pub mod row;
pub mod table;
