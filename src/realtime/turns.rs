//! Each load's position for those who take every load's: at most every few seconds, and never without the last one.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use contract::{
    CarrierId, LoadId, TenantId,
    event::{Envelope, LoadLocationUpdated},
};

/// How often a load's position goes to those who take every load's, at most.
const PER_LOAD: Duration = Duration::from_secs(5);

/// How often it is looked whose turn has come.
pub const LOOK: Duration = Duration::from_millis(500);

/// A position for everybody who takes every load's.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    /// Whose company's load.
    pub tenant: TenantId,
    /// The carrier's people hear of it too.
    pub carrier: Option<CarrierId>,
    /// What is told.
    pub message: Envelope<LoadLocationUpdated>,
}

/// When a load was told, and what waits since then.
struct Turn {
    told: Instant,
    waiting: Option<Position>,
}

/// Which positions wait for their turn: one entry for each load that moved within the last seconds. Cheap to clone.
#[derive(Clone, Default)]
pub struct Turns(Arc<Mutex<HashMap<LoadId, Turn>>>);

impl Turns {
    /// Never held across an await, so a plain mutex is right.
    fn turns(&self) -> std::sync::MutexGuard<'_, HashMap<LoadId, Turn>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A load moved: gives its position back if it is to be told now, else keeps it in place of what waited before.
    pub fn moved(&self, position: Position, now: Instant) -> Option<Position> {
        let mut turns = self.turns();
        let load = position.message.data.load_id;
        if let Some(turn) = turns.get_mut(&load)
            && now.duration_since(turn.told) < PER_LOAD
        {
            turn.waiting = Some(position);
            return None;
        }
        turns.insert(load, Turn { told: now, waiting: None });
        Some(position)
    }

    /// The positions whose turn has come; loads that have been quiet since are forgotten.
    pub fn due(&self, now: Instant) -> Vec<Position> {
        let mut due = Vec::new();
        self.turns().retain(|_, turn| {
            if now.duration_since(turn.told) < PER_LOAD {
                return true;
            }
            let waited = turn.waiting.take();
            turn.told = now;
            let goes_on = waited.is_some();
            due.extend(waited);
            goes_on
        });
        due
    }

    /// A load was taken from its carrier, whose people hear no more of it.
    pub fn withdraw(&self, load: LoadId) {
        if let Some(waiting) = self.turns().get_mut(&load).and_then(|turn| turn.waiting.as_mut()) {
            waiting.carrier = None;
        }
    }

    /// The same for every load, after events were lost.
    pub fn withdraw_all(&self) {
        for waiting in self.turns().values_mut().filter_map(|turn| turn.waiting.as_mut()) {
            waiting.carrier = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use contract::{EventId, Timestamp, geo::Point, tracking::Source};
    use uuid::Uuid;

    use super::*;

    const LOAD: LoadId = LoadId::new(Uuid::from_u128(1));

    fn at(lat: f64) -> Position {
        let tenant = TenantId::new(Uuid::nil());
        let data = LoadLocationUpdated {
            load_id: LOAD,
            load_number: String::new(),
            location: Point { lat, lng: -90.0 },
            eta: None,
            speed: None,
            heading: None,
            recorded_at: Timestamp::from_millis(0),
            source: Source::Driver,
        };
        let message = Envelope {
            event: String::new(),
            data,
            timestamp: Timestamp::from_millis(0),
            tenant_id: tenant,
            id: EventId::new(Uuid::nil()),
            place: None,
        };
        Position { tenant, carrier: Some(CarrierId::new(Uuid::nil())), message }
    }

    #[test]
    fn the_first_and_the_last_of_a_few_seconds_are_told() {
        let turns = Turns::default();
        let start = Instant::now();
        let later = |seconds| start + Duration::from_secs(seconds);

        assert_eq!(turns.moved(at(1.0), start), Some(at(1.0)));
        assert_eq!(turns.moved(at(2.0), later(1)), None);
        assert_eq!(turns.moved(at(3.0), later(2)), None);
        assert_eq!(turns.due(later(4)), []);
        assert_eq!(turns.due(later(5)), [at(3.0)]);
        assert_eq!(turns.moved(at(4.0), later(6)), None, "that was a turn too");
        assert_eq!(turns.due(later(10)), [at(4.0)]);
        assert_eq!(turns.due(later(15)), []);
        assert!(turns.turns().is_empty(), "who is quiet is forgotten");
    }

    #[test]
    fn a_newer_position_that_is_told_takes_the_place_of_what_waited() {
        let turns = Turns::default();
        let start = Instant::now();
        turns.moved(at(1.0), start);
        turns.moved(at(2.0), start + Duration::from_secs(1));

        assert!(turns.moved(at(3.0), start + Duration::from_secs(6)).is_some());
        assert_eq!(turns.due(start + Duration::from_secs(20)), []);
    }

    #[test]
    fn a_carrier_that_lost_the_load_is_not_told_what_waited() {
        let turns = Turns::default();
        let start = Instant::now();
        turns.moved(at(1.0), start);
        turns.moved(at(2.0), start);
        turns.withdraw(LOAD);

        let due = turns.due(start + PER_LOAD);
        assert_eq!((due.len(), due[0].carrier), (1, None), "its own company is");
    }
}
