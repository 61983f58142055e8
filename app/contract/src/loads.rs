//! Loads: what they are, how they are asked for, and what can be done to them.

mod ask;
mod checks;
pub mod edit;
pub mod import;
mod next;
pub mod seek;
mod stop;
mod timeline;

use serde::{Deserialize, Serialize};

use crate::{
    CarrierId, DriverId, LoadId, Timestamp, UserId,
    documents::{Document, DocumentKind},
    geo::Point,
    risk::UNCOVERED_MIN,
    status::LoadStatus,
    tenders::{DeclineReason, OfferState, Tender},
    tracking::LastFix,
};
pub use ask::*;
pub use checks::{CHECKS, Check};
pub use next::*;
pub use stop::*;

/// What the trailer is (`domain.md` §2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the trade's own words need no other")]
pub enum Equipment {
    DryVan,
    Reefer,
    Flatbed,
    StepDeck,
    Lowboy,
    Conestoga,
    PowerOnly,
    Sprinter,
    Hotshot,
    Tanker,
    Hopper,
    Container,
}

/// Every kind of equipment, commonest first.
pub const EQUIPMENT: [Equipment; 12] = [
    Equipment::DryVan,
    Equipment::Reefer,
    Equipment::Flatbed,
    Equipment::StepDeck,
    Equipment::Lowboy,
    Equipment::Conestoga,
    Equipment::PowerOnly,
    Equipment::Sprinter,
    Equipment::Hotshot,
    Equipment::Tanker,
    Equipment::Hopper,
    Equipment::Container,
];

impl Equipment {
    /// The name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DryVan => "DRY_VAN",
            Self::Reefer => "REEFER",
            Self::Flatbed => "FLATBED",
            Self::StepDeck => "STEP_DECK",
            Self::Lowboy => "LOWBOY",
            Self::Conestoga => "CONESTOGA",
            Self::PowerOnly => "POWER_ONLY",
            Self::Sprinter => "SPRINTER",
            Self::Hotshot => "HOTSHOT",
            Self::Tanker => "TANKER",
            Self::Hopper => "HOPPER",
            Self::Container => "CONTAINER",
        }
    }

    /// The equipment of this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        EQUIPMENT.into_iter().find(|equipment| equipment.name() == name)
    }
}

/// A carrier, driver or colleague, as far as a row needs them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Named_{I}"))]
pub struct Named<I> {
    /// Which.
    pub id: I,
    /// As people call it.
    pub name: String,
}

/// A booked window at a stop, in the stop's own time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Appointment {
    /// When the window opens.
    pub start: Timestamp,
    /// When it closes.
    pub end: Timestamp,
    /// The zone's IANA name, such as `America/Chicago`.
    pub zone: String,
    /// Minutes that the stop's clock is ahead of UTC at the window's start; negative west of Greenwich.
    pub offset_min: i32,
    /// How the trade writes the zone, such as `CT`.
    pub zone_short: String,
}

impl Appointment {
    /// How many minutes after the window had closed a moment lies, if it does: what came by then was on time
    /// (`domain.md` §7.7).
    pub fn late_min(&self, at: Timestamp) -> Option<i64> {
        Some(at.since_ms(self.end) / 60_000).filter(|min| *min > 0)
    }

    /// Whether two moments fall on the same day by the stop's clock.
    pub fn is_same_day(&self, one: Timestamp, other: Timestamp) -> bool {
        let day = |at: Timestamp| at.plus_minutes(self.offset_min.into()).millis().div_euclid(DAY_MS);
        day(one) == day(other)
    }
}

const DAY_MS: i64 = 24 * 3_600_000;

/// A truck that is said to be at its pickup so many minutes before that opens is asked about: half a day.
const EARLY_MIN: i64 = 12 * 60;

/// A town with its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Town {
    /// The town.
    pub city: String,
    /// Two letters.
    pub state: String,
}

/// A load as lists, the board and the map show it, already cut to what the reader may see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LoadRow {
    /// Which.
    pub id: LoadId,
    /// `LD-YYYYMM-NNNNN`.
    pub load_number: String,
    /// Goes up with every change; a write must name the one it saw.
    pub version: i64,
    /// Where it is in its life.
    pub status: LoadStatus,
    /// Since when.
    pub status_changed_at: Timestamp,
    /// When anything of it changed last.
    pub updated_at: Timestamp,
    /// Who pays for it.
    pub customer_name: String,
    /// What trailer it needs.
    pub equipment: Equipment,
    /// To be looked at first.
    pub is_hot: bool,
    /// Who moves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<Named<CarrierId>>,
    /// Who drives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver: Option<Named<DriverId>>,
    /// Who looks after it at the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatcher: Option<Named<UserId>>,
    /// How many stops it has.
    pub stop_count: u32,
    /// The first stop.
    pub origin: Town,
    /// The last stop.
    pub destination: Town,
    /// Where the first stop is.
    pub origin_point: Point,
    /// Where the last stop is.
    pub destination_point: Point,
    /// The first stop's window.
    pub pickup: Appointment,
    /// The last stop's window.
    pub delivery: Appointment,
    /// Road miles from the first stop to the last.
    pub miles: f64,
    /// The stop that its truck comes to next, while it is under way; absent at the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_stop: Option<NextStop>,
    /// Since when its truck stands at a stop, while it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_stop: Option<AtStop>,
    /// Where the truck was last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_location: Option<LastFix>,
    /// When it is expected at its next stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eta: Option<Timestamp>,
    /// What the carrier is paid, in cents; absent for those who may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_rate_cents: Option<i64>,
    /// What the customer pays, in cents; absent for those who may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_rate_cents: Option<i64>,
    /// When it was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Timestamp>,
    /// Until when its open offers can be accepted, while it is tendered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tender_expires_at: Option<Timestamp>,
}

impl LoadRow {
    /// Whether it was delivered on the day that it is now at its last stop.
    pub fn is_delivered_today(&self, now: Timestamp) -> bool {
        self.delivered_at.is_some_and(|at| self.delivery.is_same_day(at, now))
    }

    /// Whether it was completed at most 24 hours ago: so long the board shows it.
    pub fn is_completed_lately(&self, now: Timestamp) -> bool {
        self.status == LoadStatus::Completed && now.since_ms(self.status_changed_at) <= DAY_MS
    }

    /// Whether somebody must find a carrier for it at once, or hear from one: within a day, when it is hot or nobody was
    /// chosen; within some hours, whoever was asked.
    pub fn is_urgent(&self, now: Timestamp) -> bool {
        let opens_in_min = self.pickup.start.since_ms(now) / 60_000;
        matches!(self.status, LoadStatus::Planning | LoadStatus::Pending | LoadStatus::Tendered)
            && (opens_in_min < UNCOVERED_MIN
                || (self.pickup.start < now.plus_ms(DAY_MS) && (self.is_hot || self.carrier.is_none())))
    }

    /// Whether it is on its way to a pickup that opens so much later that its truck is hardly there already.
    pub fn is_early_for_pickup(&self, now: Timestamp) -> bool {
        self.status == LoadStatus::Dispatched && self.pickup.start.since_ms(now) / 60_000 >= EARLY_MIN
    }

    /// Whether the same truck moves it as another row of it says: where one truck is says nothing of another.
    pub fn has_same_truck(&self, other: &Self) -> bool {
        (&self.carrier, &self.driver) == (&other.carrier, &other.driver)
    }

    /// This row without money, as it may go into an event.
    #[must_use]
    pub fn without_money(mut self) -> Self {
        self.carrier_rate_cents = None;
        self.customer_rate_cents = None;
        self
    }

    /// This row as a carrier's people may see it: without the customer's rate and without the desk's own people.
    #[must_use]
    pub fn for_carrier(mut self) -> Self {
        self.customer_rate_cents = None;
        self.dispatcher = None;
        self.is_hot = false;
        self
    }
}

/// What happened to a load, for its timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "the fields say what they are")]
pub enum Happening {
    /// It was entered.
    LoadCreated,
    /// It went from one status to another.
    StatusChanged { from: LoadStatus, to: LoadStatus, reason: Option<String> },
    /// Carrier or driver were chosen.
    CarrierAssigned { carrier_name: String, driver_name: Option<String> },
    /// The truck came to a stop; so many minutes after its window had closed, if it had; seen by a fix of that moment, if it
    /// was told by its position.
    StopArrived {
        city: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        late_min: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fix_at: Option<Timestamp>,
    },
    /// The truck left a stop; seen by a fix of that moment, if it was told by its position.
    StopDeparted {
        city: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fix_at: Option<Timestamp>,
    },
    /// The truck is expected later than was told before.
    EtaSlipped { before: Timestamp, eta: Timestamp },
    /// The time at a stop that is free is over.
    DetentionBegun { city: String },
    /// It was offered to one carrier, or to several at once.
    Tendered { carrier_name: String, expires_at: Timestamp },
    /// An offer ended: declined, with a reason, or without an answer.
    TenderAnswered {
        carrier_name: String,
        state: OfferState,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decline: Option<DeclineReason>,
        reason: Option<String>,
    },
    /// A paper was uploaded.
    DocumentAdded { document: DocumentKind, name: String },
    /// A paper was taken out.
    DocumentRemoved { document: DocumentKind, name: String },
    /// It was sent on its way although something was not as it must be.
    ChecksWaived { checks: Vec<Check> },
    /// What is known of it was changed: these fields, by their names on the wire.
    Edited { fields: Vec<String> },
    /// The newest change was taken back; the status stayed when the change was another one.
    ChangeUndone { from: LoadStatus, to: LoadStatus },
}

/// A line of a load's timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "timeline::Flat")]
pub struct TimelineEntry {
    /// When.
    pub at: Timestamp,
    /// By whom; nobody when it happened by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What.
    #[serde(flatten)]
    pub what: Happening,
}

/// Everything of one load that the reader may see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LoadDetail {
    /// As in lists.
    pub load: LoadRow,
    /// In their order.
    pub stops: Vec<Stop>,
    /// Newest first.
    pub timeline: Vec<TimelineEntry>,
    /// Its newest tender; absent for carriers, who see their own offers alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tender: Option<Tender>,
    /// Its papers, newest last.
    pub documents: Vec<Document>,
    /// What is on the truck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commodity: Option<String>,
    /// Pounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_lbs: Option<i64>,
    /// The customer's own reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The desk's own notes; absent for those who may not see them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// How to reach the driver; absent for those who may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver_phone: Option<String>,
    /// The carrier's motor carrier number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_mc: Option<String>,
}
