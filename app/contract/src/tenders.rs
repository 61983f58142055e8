//! Tenders: offers of a load to carriers at a rate, each open for a window (`domain.md` §§1.1, 2.4, 7.5).

use serde::{Deserialize, Serialize};

use crate::{
    CarrierId, DriverId, LoadId, TenderId, Timestamp,
    loads::{Appointment, Equipment, Named, Town},
};

/// How long an offer is open when nobody says, in minutes (`domain.md` §7.5).
pub const WINDOW_MIN: u32 = 30;

/// How short and how long it may be, in minutes: five, and a day.
pub const WINDOWS_MIN: core::ops::RangeInclusive<u32> = 5..=24 * 60;

/// To how many carriers a load may be tendered at once or in turn.
pub const MAX_CARRIERS: usize = 20;

/// How a load is offered to several carriers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TenderMode {
    /// To one after the other, each when the one before it said no or let its window pass.
    #[default]
    Waterfall,
    /// To all at once; the first to accept gets it.
    Broadcast,
}

impl TenderMode {
    /// The name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waterfall => "WATERFALL",
            Self::Broadcast => "BROADCAST",
        }
    }

    /// The mode of this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Waterfall, Self::Broadcast].into_iter().find(|mode| mode.name() == name)
    }
}

/// What became of an offer to one carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OfferState {
    /// It is not this carrier's turn yet.
    Pending,
    /// It is open.
    Offered,
    /// The carrier took the load.
    Accepted,
    /// The carrier said no.
    Declined,
    /// The window closed without an answer.
    Expired,
    /// The desk took it back.
    Withdrawn,
    /// Another carrier was faster.
    Taken,
}

/// Every state of an offer.
pub const OFFER_STATES: [OfferState; 7] = [
    OfferState::Pending,
    OfferState::Offered,
    OfferState::Accepted,
    OfferState::Declined,
    OfferState::Expired,
    OfferState::Withdrawn,
    OfferState::Taken,
];

impl OfferState {
    /// The name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Offered => "OFFERED",
            Self::Accepted => "ACCEPTED",
            Self::Declined => "DECLINED",
            Self::Expired => "EXPIRED",
            Self::Withdrawn => "WITHDRAWN",
            Self::Taken => "TAKEN",
        }
    }

    /// The state of this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        OFFER_STATES.into_iter().find(|state| state.name() == name)
    }
}

/// Why a carrier says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeclineReason {
    /// It pays too little.
    Rate,
    /// No truck is free.
    NoTruck,
    /// Pickup or delivery can't be made in time.
    Timing,
    /// It doesn't go there.
    Lane,
    /// Something else.
    Other,
}

/// Every reason, commonest first.
pub const DECLINE_REASONS: [DeclineReason; 5] =
    [DeclineReason::Rate, DeclineReason::NoTruck, DeclineReason::Timing, DeclineReason::Lane, DeclineReason::Other];

impl DeclineReason {
    /// The name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rate => "RATE",
            Self::NoTruck => "NO_TRUCK",
            Self::Timing => "TIMING",
            Self::Lane => "LANE",
            Self::Other => "OTHER",
        }
    }

    /// The reason of this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        DECLINE_REASONS.into_iter().find(|reason| reason.name() == name)
    }
}

/// A load to be offered to carriers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TenderLoad {
    /// Which.
    pub load_id: LoadId,
    /// The version that the caller saw.
    pub version: i64,
    /// To whom, in their turn; at most [`MAX_CARRIERS`].
    pub carrier_ids: Vec<CarrierId>,
    /// In turn unless it says otherwise.
    #[serde(default)]
    pub mode: TenderMode,
    /// What it pays, in cents; the load's carrier rate when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_rate_cents: Option<i64>,
    /// How long each offer is open, in minutes; [`WINDOW_MIN`] when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_min: Option<u32>,
}

/// A carrier takes a load that it was offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AcceptTender {
    /// Which load.
    pub load_id: LoadId,
    /// The version that the caller saw, where they see one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// For whom the desk says so; a carrier's people speak for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_id: Option<CarrierId>,
    /// Who will drive, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver_id: Option<DriverId>,
}

/// A carrier says no to a load that it was offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeclineTender {
    /// Which load.
    pub load_id: LoadId,
    /// For whom the desk says so; a carrier's people speak for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_id: Option<CarrierId>,
    /// Why.
    pub reason: DeclineReason,
    /// In their own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What became of a carrier's own offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Answered {
    /// Of which load.
    pub load_id: LoadId,
    /// Where the offer stands.
    pub state: OfferState,
}

/// An open offer, as the carrier that has it sees it: enough to say yes or no, and nothing of anybody else's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    /// Of which load.
    pub load_id: LoadId,
    /// As people call it.
    pub load_number: String,
    /// The first stop.
    pub origin: Town,
    /// The last stop.
    pub destination: Town,
    /// The first stop's window.
    pub pickup: Appointment,
    /// The last stop's window.
    pub delivery: Appointment,
    /// How many stops it has.
    pub stop_count: u32,
    /// Road miles from the first stop to the last.
    pub miles: f64,
    /// What trailer it needs.
    pub equipment: Equipment,
    /// What is on the truck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commodity: Option<String>,
    /// Pounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_lbs: Option<i64>,
    /// What it pays, in cents.
    pub rate_cents: i64,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

/// What became of a tender at one carrier, as the desk sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct OfferLine {
    /// To whom.
    pub carrier: Named<CarrierId>,
    /// Where it stands.
    pub state: OfferState,
    /// Until when it can or could be accepted; absent while it is not their turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was answered or ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Why they said no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<DeclineReason>,
    /// In their own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A load's newest tender, as the desk sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Tender {
    /// Which.
    pub id: TenderId,
    /// In turn or at once.
    pub mode: TenderMode,
    /// What it pays, in cents; absent for those who may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_cents: Option<i64>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// To whom, in their turn.
    pub offers: Vec<OfferLine>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_found_by_its_name_and_travels_by_it() {
        for mode in [TenderMode::Waterfall, TenderMode::Broadcast] {
            assert_eq!(TenderMode::named(mode.name()), Some(mode));
            assert_eq!(serde_json::to_string(&mode).expect("json"), format!("\"{}\"", mode.name()));
        }
        for state in OFFER_STATES {
            assert_eq!(OfferState::named(state.name()), Some(state));
            assert_eq!(serde_json::to_string(&state).expect("json"), format!("\"{}\"", state.name()));
        }
        for reason in DECLINE_REASONS {
            assert_eq!(DeclineReason::named(reason.name()), Some(reason));
            assert_eq!(serde_json::to_string(&reason).expect("json"), format!("\"{}\"", reason.name()));
        }
    }
}
