//! Check calls: a report of position, ETA and condition from the driver to the dispatcher (`domain.md` §1.1), who logs
//! it, and when the next one is due (§4.5, §7.4).
//!
//! A check call moves no truck on the map. A truck that is tracked and on time when its call falls due needs nobody to
//! ring: one is made from its position. What was not heard of then stays due until a person has called; no position that
//! comes later makes it look done.

mod due;
mod log;

use serde::{Deserialize, Serialize};

use crate::{
    CheckCallId, LoadId, Timestamp,
    event::Cursor,
    geo::Point,
    loads::{LoadRow, Town},
    tracking::Source,
};
pub use due::*;
pub use log::*;

/// How long notes may be, in characters (`domain.md` §4.5).
pub const MAX_NOTES: usize = 500;

/// How long the name of a town may be, in characters (`domain.md` §1.2).
pub const MAX_CITY: usize = 100;

/// How far back a call may be dated, in milliseconds (`domain.md` §4.5: 4 h); farther for who may backdate.
pub const MAX_BACK_MS: i64 = 4 * 3_600_000;

/// How far back anybody may date a call, in milliseconds: 30 days.
pub const MAX_BACKDATED_MS: i64 = 30 * 24 * 3_600_000;

/// How far ahead of the server's clock a call may be dated, in milliseconds: as much as clocks differ.
pub const MAX_AHEAD_MS: i64 = 2 * 60_000;

/// How long ago the time may be at which a truck was to come, in milliseconds (`domain.md` §4.5: 30 min).
pub const MAX_PAST_ETA_MS: i64 = 30 * 60_000;

/// So far ahead a truck may be expected, in milliseconds: 30 days.
pub const MAX_ETA_MS: i64 = 30 * 24 * 3_600_000;

/// For so long who logged a call may change its notes, in milliseconds (`domain.md` §4.5: 30 min).
pub const EDIT_MS: i64 = 30 * 60_000;

/// In how many hours the next call may be asked for (`domain.md` §4.5).
pub const REMINDERS_H: [u32; 3] = [2, 3, 4];

/// A load's page shows so many of its calls, the newest.
pub const MAX_CALLS: i64 = 200;

/// What a check call reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CheckCallKind {
    /// That all goes on.
    #[default]
    CheckCall,
    /// That the truck came to a stop.
    Arrival,
    /// That it left one.
    Departure,
    /// That it will be late.
    Delay,
    /// That something is wrong.
    Issue,
}

/// All of them.
pub const CHECK_CALL_KINDS: [CheckCallKind; 5] = [
    CheckCallKind::CheckCall,
    CheckCallKind::Arrival,
    CheckCallKind::Departure,
    CheckCallKind::Delay,
    CheckCallKind::Issue,
];

impl CheckCallKind {
    /// The name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CheckCall => "CHECK_CALL",
            Self::Arrival => "ARRIVAL",
            Self::Departure => "DEPARTURE",
            Self::Delay => "DELAY",
            Self::Issue => "ISSUE",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        CHECK_CALL_KINDS.into_iter().find(|kind| kind.name() == name)
    }
}

/// By which way a report came (`domain.md` §1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ContactMethod {
    /// Somebody rang.
    #[default]
    Phone,
    /// Somebody wrote.
    Text,
    /// The driver or the carrier's office entered it here.
    App,
    /// It was made from the truck's positions.
    Gps,
}

/// All of them.
pub const CONTACT_METHODS: [ContactMethod; 4] =
    [ContactMethod::Phone, ContactMethod::Text, ContactMethod::App, ContactMethod::Gps];

impl ContactMethod {
    /// The name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Phone => "PHONE",
            Self::Text => "TEXT",
            Self::App => "APP",
            Self::Gps => "GPS",
        }
    }

    /// The method of this name.
    pub fn named(name: &str) -> Option<Self> {
        CONTACT_METHODS.into_iter().find(|method| method.name() == name)
    }
}

/// Where a truck was said to be, in words: the town, else the position.
pub fn place_words(town: Option<&Town>, position: Option<Point>) -> String {
    match (town, position) {
        (Some(town), _) => format!("{}, {}", town.city, town.state),
        (None, Some(Point { lat, lng })) => format!("{lat:.3}, {lng:.3}"),
        (None, None) => String::new(),
    }
}

/// A check call, as its reader may see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CheckCall {
    /// Which.
    pub id: CheckCallId,
    /// Of which load.
    pub load_id: LoadId,
    /// What it reports.
    #[serde(rename = "type")]
    pub kind: CheckCallKind,
    /// Where the truck was said to be, in words.
    pub location: String,
    /// The town, if it was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub town: Option<Town>,
    /// The position, if it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Point>,
    /// When the truck was expected at its next stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eta: Option<Timestamp>,
    /// What else was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// By which way it came.
    pub method: ContactMethod,
    /// Whether it was typed in by the desk, or comes from the carrier's side.
    pub source: Source,
    /// When it was said.
    pub called_at: Timestamp,
    /// When it was stored.
    pub received_at: Timestamp,
    /// Whether it was dated farther back than calls are logged as a rule.
    pub is_backdated: bool,
    /// In how many hours the next call was wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_hours: Option<u32>,
    /// Who logged it; empty when it was made from the truck's position.
    pub by: String,
    /// Whether it is the reader's own.
    pub own: bool,
    /// Whether it comes from the carrier's side.
    pub from_carrier: bool,
    /// When its notes were changed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
}

/// The calls of which load are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CheckCallQuery {
    /// Which.
    pub load_id: LoadId,
}

/// The check calls of a load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CheckCalls {
    /// Them, by when they were said, the newest first.
    pub data: Vec<CheckCall>,
    /// When its dispatch began the clock, if it is under way; told to the desk alone, as are the next two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// When the next call is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    /// The driver's telephone number, for who may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver_phone: Option<String>,
    /// The town that the truck's last position is near.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<Town>,
    /// Where the reader's streams stood before it was read.
    pub cursor: Cursor,
    /// The server's clock when it answered.
    pub as_of: Timestamp,
}

/// A load that must be heard of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DueCall {
    /// Which.
    pub load: LoadRow,
    /// Since when, or when.
    pub due: Due,
    /// What was said last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<CheckCall>,
    /// The driver's telephone number, for who may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver_phone: Option<String>,
}

/// The loads that must be heard of, what costs most first, and how many there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DueCalls {
    /// Those that are due, or will be within an hour: the first 200.
    pub data: Vec<DueCall>,
    /// How many are due.
    pub overdue: u32,
    /// How many will be due within an hour.
    pub soon: u32,
    /// How many others are under way.
    pub quiet: u32,
    /// How many calls were logged today, by the company's own clock, those made from positions among them.
    pub today: u32,
    /// How many of these were made from positions.
    pub automatic: u32,
    /// Where the reader's streams stood before it was read.
    pub cursor: Cursor,
    /// The server's clock when it answered.
    pub as_of: Timestamp,
}

/// Somebody changes the notes of a call that they logged at most 30 minutes ago.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChangeCheckCall {
    /// Which.
    pub id: CheckCallId,
    /// The notes as they are to be; without them when nothing is there.
    pub notes: String,
}

/// Somebody takes a call out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RemoveCheckCall {
    /// Which.
    pub id: CheckCallId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_again() {
        for kind in CHECK_CALL_KINDS {
            assert_eq!(CheckCallKind::named(kind.name()), Some(kind));
            assert_eq!(serde_json::to_string(&kind).expect("json"), format!("\"{}\"", kind.name()));
        }
        for method in CONTACT_METHODS {
            assert_eq!(ContactMethod::named(method.name()), Some(method));
            assert_eq!(serde_json::to_string(&method).expect("json"), format!("\"{}\"", method.name()));
        }
    }
}
