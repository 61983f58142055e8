//! How loads are asked for, and what can be done to them.

use serde::{Deserialize, Serialize};

use super::{Equipment, LoadRow, StopKind};
use crate::{CarrierId, DriverId, LoadId, Refusal, Timestamp, UserId, geo::Point, lenient, status::LoadStatus};

/// Which loads, in which order, and which page of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct LoadQuery {
    /// Statuses, separated by commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Words, each of which is part of a load number, customer, carrier or its number, driver, city, state or reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Only this carrier's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier_id: Option<CarrierId>,
    /// Only this dispatcher's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispatcher_id: Option<UserId>,
    /// Kinds of equipment, separated by commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equipment: Option<String>,
    /// Picked up at this moment or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pickup_from: Option<Timestamp>,
    /// Picked up before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pickup_to: Option<Timestamp>,
    /// A named selection, see [`View`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<View>,
    /// A column's name, with a minus in front for descending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Counted from 1.
    #[serde(deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Rows on a page, at most 1000.
    #[serde(deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
    /// Changed at this moment or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_since: Option<Timestamp>,
}

/// A selection that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// Neither completed nor cancelled.
    Active,
    /// What the board shows: the active ones and what was completed in the last 24 hours.
    Board,
    /// Picked up within the next 24 hours and without a carrier, or marked hot; or within the next 4 hours and taken by
    /// no carrier yet.
    Urgent,
    /// Without a carrier.
    Unassigned,
    /// Picked up within the tenant's day.
    Today,
    /// From the pickup to the delivery.
    InTransit,
    /// Late or tight, see [`crate::risk`].
    AtRisk,
    /// Looked after by the reader.
    Mine,
    /// Delivered today, by the clock of the last stop; completed since or not.
    DeliveredToday,
    /// Completed in the last 24 hours: those that the board still shows.
    CompletedLately,
    /// Sent on their way within the company's day.
    DispatchedToday,
    /// Delivered in the last 30 days after the window of the last stop had closed.
    DeliveredLate,
}

/// The columns by which a list can be sorted.
pub const SORTS: [&str; 7] = ["pickup", "delivery", "loadNumber", "status", "carrier", "customer", "updated"];

/// How many rows a page has when nobody says.
pub const PAGE_SIZE: u32 = 50;

/// How many rows a page may have.
pub const MAX_PAGE_SIZE: u32 = 1000;

/// The most loads that are looked at where a part of them will not do, as for the map and the figures: more than any one
/// desk has in work, and few enough to hold.
pub const MAX_ACTIVE: u32 = 20_000;

/// A stop to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewStop {
    /// What for.
    pub kind: StopKind,
    /// The warehouse or plant.
    #[serde(default)]
    pub facility: String,
    /// The town.
    pub city: String,
    /// Two letters.
    pub state: String,
    /// Exactly where; needed when the town isn't in the built-in list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<Point>,
    /// The zone's IANA name; needed when the town isn't in the built-in list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// When the window opens: RFC 3339, or `YYYY-MM-DDTHH:MM` on the stop's own clock.
    pub window_start: String,
    /// When it closes, likewise.
    pub window_end: String,
}

/// A load to be entered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewLoad {
    /// Who pays.
    pub customer_name: String,
    /// What trailer.
    pub equipment: Equipment,
    /// In their order: first a pickup, last a delivery.
    pub stops: Vec<NewStop>,
    /// To be looked at first.
    #[serde(default)]
    pub is_hot: bool,
    /// What is on the truck.
    #[serde(default)]
    pub commodity: Option<String>,
    /// Pounds, 1 to 80,000 (`domain.md` §7.5).
    #[serde(default)]
    pub weight_lbs: Option<i64>,
    /// The customer's own reference.
    #[serde(default)]
    pub reference: Option<String>,
    /// Cents.
    #[serde(default)]
    pub customer_rate_cents: Option<i64>,
    /// Cents.
    #[serde(default)]
    pub carrier_rate_cents: Option<i64>,
    /// The desk's own.
    #[serde(default)]
    pub notes: Option<String>,
}

/// A load to be moved to another status.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangeStatus {
    /// Which.
    pub load_id: LoadId,
    /// Where to.
    pub status: LoadStatus,
    /// The version that the caller saw.
    pub version: i64,
    /// Why; needed for going back and for cancelling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The caller confirms a delivery without its papers.
    #[serde(default)]
    pub confirmed: bool,
}

/// A carrier, and perhaps a driver, for a load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AssignLoad {
    /// Which.
    pub load_id: LoadId,
    /// The version that the caller saw.
    pub version: i64,
    /// Who moves it.
    pub carrier_id: CarrierId,
    /// Who drives it; unchanged when absent, nobody yet when the carrier is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver_id: Option<DriverId>,
    /// What they are paid, in cents; unchanged when absent, not agreed yet when the carrier is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_rate_cents: Option<i64>,
    /// The status to go on to at once: `TENDERED`, `ACCEPTED` or `DISPATCHED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<LoadStatus>,
}

/// A load to be sent on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DispatchLoad {
    /// Which.
    pub load_id: LoadId,
    /// The version that the caller saw.
    pub version: i64,
    /// Why it starts although something is not as it must be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// That this is meant; counts for those alone who may do without, and together with a reason.
    #[serde(default)]
    pub confirmed: bool,
}

/// A load to be called off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CancelLoad {
    /// Which.
    pub load_id: LoadId,
    /// The version that the caller saw.
    pub version: i64,
    /// Why.
    pub reason: String,
}

/// How many loads one call may change at once.
pub const MAX_BULK: usize = 200;

/// The same to be done to several loads at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct BulkLoads {
    /// Which; at most [`MAX_BULK`], each once.
    pub loads: Vec<LoadVersion>,
    /// What.
    pub action: BulkAction,
}

/// A load as the caller saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LoadVersion {
    /// Which.
    pub load_id: LoadId,
    /// The version that the caller saw.
    pub version: i64,
}

/// What can be done to several loads at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum BulkAction {
    /// Move each to another status.
    Status {
        /// Where to.
        status: LoadStatus,
        /// Why; needed for going back and for cancelling.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The caller confirms deliveries without their papers.
        #[serde(default)]
        confirmed: bool,
    },
    /// The caller looks after them from now on.
    Take,
    /// They are to be looked at first, or no longer.
    Hot {
        /// Which of the two.
        is_hot: bool,
    },
}

/// What became of one of them, in the order in which they were named.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BulkOutcome {
    /// The load as it is now, when it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<LoadRow>,
    /// Why not, when it wasn't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Refusal>,
}

/// The caller's own newest change of a load, to be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UndoChange {
    /// Which load.
    pub load_id: LoadId,
    /// The version that the change made.
    pub version: i64,
}

/// A load as the tracking map's first call gives it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
pub struct ActiveQuery {
    /// `south,west,north,east` in degrees; everything when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounds: Option<String>,
    /// Changed at this moment or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_since: Option<Timestamp>,
}

/// A town that stops can be made in, from the built-in list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// The town.
    pub city: String,
    /// Two letters.
    pub state: String,
    /// Where.
    pub point: Point,
    /// The zone's IANA name.
    pub zone: String,
    /// How the trade writes it, such as `CT`.
    pub zone_short: String,
}

/// How many loads each named selection has, for the caller's eyes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "named like the selections of `View`")]
pub struct ViewCounts {
    pub active: u64,
    pub urgent: u64,
    pub unassigned: u64,
    pub today: u64,
    pub in_transit: u64,
    pub at_risk: u64,
    pub mine: u64,
}
