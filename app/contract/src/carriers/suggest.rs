//! Which carriers suit a load, in which order, and why.

use serde::{Deserialize, Serialize};

use crate::{CarrierId, LoadId, Timestamp, kpis::Share, loads::Town};

/// So many days back a carrier's record counts: about two seasons, so that it says something of a lane and is still true.
pub const RECORD_DAYS: i64 = 180;

/// Loads belong to one lane whose ends lie within so many miles of each other: about a market, as rates are quoted.
pub const LANE_MILES: f64 = 75.0;

/// A truck farther away from the pickup than so many miles of road is no argument: about half a day, empty.
pub const EMPTY_MILES: f64 = 250.0;

/// So many carriers are suggested.
pub const MAX_SUGGESTED: usize = 8;

/// On from so many loads a carrier knows a lane as well as any.
const KNOWN_LOADS: f64 = 10.0;

/// For which load carriers are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SuggestQuery {
    /// Which.
    pub load_id: LoadId,
}

/// A carrier that may be given a load and has its trailer, with what speaks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Suggested {
    /// Which.
    pub carrier_id: CarrierId,
    /// How many loads it has delivered on this lane in [`RECORD_DAYS`].
    pub lane_loads: u64,
    /// Of all that it has delivered, what was there in time.
    pub on_time: Share,
    /// Of the offers that it had, what it took.
    pub taken: Share,
    /// Its truck that will be empty nearest to the pickup, and can be there before that closes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truck: Option<EmptyTruck>,
}

/// A truck that will be empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct EmptyTruck {
    /// Who drives it.
    pub driver: String,
    /// Where.
    pub town: Town,
    /// How far that is from the pickup, in miles of road.
    pub miles: u32,
    /// From when on; that may be past.
    pub from: Timestamp,
}

impl Suggested {
    /// How much speaks for it: nothing but what is shown, each part within its bound. A lane that it knows and an empty truck
    /// close by count 30 each, its being on time 25, its taking what it is offered 15. Of whom little is known, the middle is
    /// taken: four of five on time, every second offer.
    pub fn points(&self) -> f64 {
        let part = |share: Share, met: f64, of: f64| (share.met as f64 + met) / (share.of as f64 + of);
        let lane = (self.lane_loads as f64 / KNOWN_LOADS).min(1.0);
        let near = self.truck.as_ref().map_or(0.0, |truck| 1.0 - (f64::from(truck.miles) / EMPTY_MILES).min(1.0));
        30.0 * lane + 30.0 * near + 25.0 * part(self.on_time, 4.0, 5.0) + 15.0 * part(self.taken, 1.0, 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nobody() -> Suggested {
        Suggested {
            carrier_id: CarrierId::new(uuid::Uuid::nil()),
            lane_loads: 0,
            on_time: Share::default(),
            taken: Share::default(),
            truck: None,
        }
    }

    fn near(miles: u32) -> EmptyTruck {
        let town = Town { city: "Salina".to_owned(), state: "KS".to_owned() };
        EmptyTruck { driver: "Ana".to_owned(), town, miles, from: Timestamp::from_millis(0) }
    }

    #[test]
    fn each_thing_that_speaks_for_a_carrier_puts_it_before_one_for_which_nothing_does() {
        let plain = nobody().points();
        for better in [
            Suggested { lane_loads: 1, ..nobody() },
            Suggested { truck: Some(near(200)), ..nobody() },
            Suggested { on_time: Share { met: 10, of: 10 }, ..nobody() },
            Suggested { taken: Share { met: 3, of: 4 }, ..nobody() },
        ] {
            assert!(better.points() > plain, "{better:?}");
        }
        for worse in [
            Suggested { on_time: Share { met: 5, of: 10 }, ..nobody() },
            Suggested { taken: Share { met: 0, of: 4 }, ..nobody() },
        ] {
            assert!(worse.points() < plain, "{worse:?}");
        }
    }

    #[test]
    fn nearer_is_better_and_one_good_day_is_less_than_a_good_year() {
        let at = |miles| Suggested { truck: Some(near(miles)), ..nobody() }.points();
        assert!(at(10) > at(100) && at(100) > at(250));
        let on_time = |met, of| Suggested { on_time: Share { met, of }, ..nobody() }.points();
        assert!(on_time(96, 100) > on_time(1, 1));
        let lane = |lane_loads| Suggested { lane_loads, ..nobody() }.points();
        assert!((lane(10) - lane(500)).abs() < f64::EPSILON, "no carrier wins by sheer size");
        let best = Suggested {
            lane_loads: 99,
            on_time: Share { met: 9_999, of: 9_999 },
            taken: Share { met: 9_999, of: 9_999 },
            truck: Some(near(0)),
            ..nobody()
        };
        assert!(best.points() <= 100.0);
    }
}
