//! The vocabulary that the browser and the server share: ids, roles, loads, fixes, events and refusals.
//!
//! Everything that travels is written here once and compiled into both ends, so that neither can drift. What needs a
//! database, a clock, randomness or a screen does not belong here.
//!
//! Architecture invariant: this crate depends on serde, chrono, uuid and thiserror and on nothing else; for the server
//! alone on schemars, which describes it.
#![warn(missing_docs)]

pub mod accounts;
pub mod actor;
pub mod carriers;
pub mod check_calls;
pub mod documents;
pub mod eta;
pub mod event;
pub mod fence;
pub mod follow;
pub mod geo;
mod ids;
pub mod kpis;
mod lenient;
pub mod links;
pub mod loads;
pub mod messages;
pub mod notices;
pub mod people;
pub mod refusal;
pub mod risk;
pub mod room;
pub mod status;
pub mod tenders;
pub mod text;
mod time;
pub mod tracking;
pub mod typed;
pub mod views;

pub use ids::{
    CarrierId, CheckCallId, ClientKey, DocumentId, DriverId, EventId, LinkId, LoadId, MessageId, NotificationId,
    SessionId, StopId, TenantId, TenderId, UserId, ViewId,
};
pub use refusal::{Code, Refusal};
pub use time::{Day, NoDay, NoMoment, Timestamp, YEARS};

use serde::{Deserialize, Serialize};

/// One thing, as every answer of the HTTP interface wraps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "OneOf_{T}"))]
pub struct One<T> {
    /// What was asked for.
    pub data: T,
}

/// A list with its place among the pages, and the cursor from which its later changes can be followed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ListOf_{T}"))]
pub struct Listed<T> {
    /// The rows of this page.
    pub data: Vec<T>,
    /// Which page this is, of how many rows in all.
    pub page: PageOf,
    /// Where the reader's streams stood before the rows were read.
    pub cursor: event::Cursor,
    /// The server's clock when it answered: a page counts ages from here until its own clock has taken over.
    pub as_of: Timestamp,
}

/// A page of a longer list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PageOf {
    /// Counted from 1.
    pub number: u32,
    /// How many rows a full page has.
    pub size: u32,
    /// How many rows there are on all pages.
    pub total: u64,
}
