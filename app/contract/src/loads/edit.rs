//! Editing what is known of a load, field by field: two people who change different fields both succeed, and whoever
//! changes a field that somebody else has changed meanwhile is asked first.

use serde::{Deserialize, Serialize};

use super::Equipment;
use crate::{LoadId, StopId, Timestamp};

/// A field as its editor saw it, and as it is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Edit_{T}"))]
pub struct Edit<T> {
    /// What the editor saw.
    pub was: T,
    /// What they make of it.
    pub now: T,
}

/// A window as its editor saw it, and as it is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EditWindow {
    /// When the editor saw it open.
    pub was_start: Timestamp,
    /// When they saw it close.
    pub was_end: Timestamp,
    /// When it is to open: RFC 3339, or `2026-11-24T08:00` on the stop's own clock.
    pub window_start: String,
    /// When it is to close, likewise.
    pub window_end: String,
}

/// What is to change of a stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EditStop {
    /// Which.
    pub id: StopId,
    /// The warehouse or plant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facility: Option<Edit<String>>,
    /// When the truck is to come; of a stop that it hasn't left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<EditWindow>,
}

/// Changes what is known of a load. What isn't named stays; either all of it is changed, or nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EditLoad {
    /// Which.
    pub load_id: LoadId,
    /// Who pays for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_name: Option<Edit<String>>,
    /// What trailer it needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equipment: Option<Edit<Equipment>>,
    /// To be looked at first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_hot: Option<Edit<bool>>,
    /// What is on the truck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commodity: Option<Edit<Option<String>>>,
    /// Pounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_lbs: Option<Edit<Option<i64>>>,
    /// The customer's own reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Edit<Option<String>>>,
    /// The desk's own notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Edit<Option<String>>>,
    /// What the customer pays, in cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_rate_cents: Option<Edit<Option<i64>>>,
    /// What the carrier is paid, in cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_rate_cents: Option<Edit<Option<i64>>>,
    /// Of its stops, those that change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stops: Vec<EditStop>,
}

impl EditLoad {
    /// Nothing is to change yet.
    pub const fn of(load_id: LoadId) -> Self {
        Self {
            load_id,
            customer_name: None,
            equipment: None,
            is_hot: None,
            commodity: None,
            weight_lbs: None,
            reference: None,
            notes: None,
            customer_rate_cents: None,
            carrier_rate_cents: None,
            stops: Vec::new(),
        }
    }
}

/// Fields whose change is none of a carrier's business, by their names on the wire.
pub const INSIDE: [&str; 4] = ["customerRateCents", "dispatcher", "isHot", "notes"];

/// The name of a stop's field in refusals and in the timeline, such as `stops[0].window`.
pub fn stop_field(index: usize, name: &str) -> String {
    format!("stops[{index}].{name}")
}
