//! A load's stops, and how long a truck stands at one.

use serde::{Deserialize, Serialize};

use super::{Appointment, Town};
use crate::{StopId, Timestamp, geo::Point};

/// So many minutes at a stop are free; what comes after them is detention (`domain.md` §7.5).
pub const FREE_MIN: i64 = 120;

/// What a stop is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StopKind {
    /// Freight comes on.
    Pickup,
    /// Freight goes off.
    Delivery,
}

impl StopKind {
    /// The name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pickup => "PICKUP",
            Self::Delivery => "DELIVERY",
        }
    }
}

/// A stop of a load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Stop {
    /// Which.
    pub id: StopId,
    /// Counted from 1.
    pub sequence: i32,
    /// What for.
    pub kind: StopKind,
    /// The warehouse or plant.
    pub facility: String,
    /// Where.
    pub town: Town,
    /// Exactly where.
    pub point: Point,
    /// When.
    pub appointment: Appointment,
    /// When the truck came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived_at: Option<Timestamp>,
    /// Whether its position told that it came, and nobody's word.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub arrived_by_position: bool,
    /// When it left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departed_at: Option<Timestamp>,
    /// Whether its position told that it left, and nobody's word.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub departed_by_position: bool,
}

impl Stop {
    /// How long the truck has stood here, once it has come.
    pub fn stay(&self) -> Option<Stay> {
        let free_until = free_until(self.arrived_at?, self.appointment.start);
        Some(Stay { arrived_at: self.arrived_at?, free_until, departed_at: self.departed_at })
    }
}

/// The stop at which a load's truck stands, as far as rows need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AtStop {
    /// Counted from 1.
    pub sequence: u32,
    /// When the truck came.
    pub arrived_at: Timestamp,
    /// When detention begins.
    pub free_until: Timestamp,
    /// Whether its position told that it came, and nobody's word.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub by_position: bool,
}

impl AtStop {
    /// How long the truck has stood there.
    pub const fn stay(&self) -> Stay {
        Stay { arrived_at: self.arrived_at, free_until: self.free_until, departed_at: None }
    }
}

/// When the free time at a stop ends. It counts from the appointment for a truck that came early: nobody owes it anything
/// for the time before.
pub fn free_until(arrived: Timestamp, opens: Timestamp) -> Timestamp {
    arrived.max(opens).plus_minutes(FREE_MIN)
}

/// A truck's time at a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// When it came.
    pub arrived_at: Timestamp,
    /// When detention begins.
    pub free_until: Timestamp,
    /// When it left.
    pub departed_at: Option<Timestamp>,
}

impl Stay {
    /// How many minutes it lasts so far, or lasted.
    pub fn min(&self, now: Timestamp) -> i64 {
        (self.end(now).since_ms(self.arrived_at) / 60_000).max(0)
    }

    /// How many minutes of it are detention, if the free time is over.
    pub fn detention_min(&self, now: Timestamp) -> Option<i64> {
        let over_ms = self.end(now).since_ms(self.free_until);
        (over_ms >= 0).then_some(over_ms / 60_000)
    }

    fn end(&self, now: Timestamp) -> Timestamp {
        self.departed_at.unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    #[test]
    fn two_hours_are_free_counted_from_the_appointment_of_a_truck_that_came_early() {
        let late = free_until(NOW, NOW.plus_minutes(-30));
        let early = free_until(NOW, NOW.plus_minutes(45));
        assert_eq!((late, early), (NOW.plus_minutes(120), NOW.plus_minutes(165)));
    }

    #[test]
    fn the_clock_runs_while_the_truck_stands_and_stops_when_it_leaves() {
        let stay = Stay { arrived_at: NOW, free_until: NOW.plus_minutes(120), departed_at: None };
        assert_eq!((stay.min(NOW.plus_minutes(119)), stay.detention_min(NOW.plus_minutes(119))), (119, None));
        assert_eq!(stay.detention_min(NOW.plus_minutes(120)), Some(0));
        assert_eq!(stay.detention_min(NOW.plus_minutes(155)), Some(35));
        let left = Stay { departed_at: Some(NOW.plus_minutes(130)), ..stay };
        assert_eq!((left.min(NOW.plus_minutes(900)), left.detention_min(NOW.plus_minutes(900))), (130, Some(10)));
    }
}
