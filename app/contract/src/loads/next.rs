//! Where a load goes next: to its pickup, to a stop between, or to its last stop.

use serde::{Deserialize, Serialize};

use super::{Appointment, LoadRow, StopKind, Town};
use crate::{geo::Point, refusal::Rule, status::LoadStatus};

/// The stop that a truck comes to next, as far as rows need it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct NextStop {
    /// Counted from 1.
    pub sequence: u32,
    /// What for.
    pub kind: StopKind,
    /// Where.
    pub town: Town,
    /// Exactly where.
    pub point: Point,
    /// When.
    pub appointment: Appointment,
}

impl LoadRow {
    /// The stop that counts now, with its place and window: the next one while the load is under way; the first one
    /// before, the last one afterwards.
    pub fn ahead(&self) -> (&Town, Point, &Appointment) {
        match &self.next_stop {
            Some(next) => (&next.town, next.point, &next.appointment),
            None if self.status <= LoadStatus::Dispatched => (&self.origin, self.origin_point, &self.pickup),
            None => (&self.destination, self.destination_point, &self.delivery),
        }
    }

    /// Whether the stop that counts now is the last one.
    pub fn is_on_last_leg(&self) -> bool {
        self.status > LoadStatus::Dispatched
            && self.next_stop.as_ref().is_none_or(|next| next.sequence >= self.stop_count)
    }

    /// Whether the stops allow a move: between, a load drives on; only from its last stop it is delivered.
    pub fn stops_allow(&self, to: LoadStatus) -> bool {
        self.stops_against(to).is_none()
    }

    /// What the stops have against a move, when they forbid it.
    pub fn stops_against(&self, to: LoadStatus) -> Option<Rule> {
        match (self.status, to) {
            (LoadStatus::AtDelivery, LoadStatus::Delivered) if self.has_further_stops() => Some(Rule::StopsRemain),
            (LoadStatus::AtDelivery, LoadStatus::InTransit) if !self.has_further_stops() => Some(Rule::NoFurtherStop),
            _ => None,
        }
    }

    /// Whether the load has stops beyond the one that it stands at or drives to; then it isn't delivered from there.
    pub fn has_further_stops(&self) -> bool {
        self.status == LoadStatus::AtDelivery && self.next_stop.is_some()
    }
}
