//! The way of moved trucks to those who show them: the newest of each waits, however long nobody takes it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use contract::{CarrierId, LoadId, TenantId, event::LoadLocationUpdated, tracking::LastFix};
use tokio::sync::Notify;

/// A truck that moved, to be shown.
#[derive(Clone, Debug)]
pub struct Moved {
    /// Whose company's load.
    pub tenant: TenantId,
    /// The carrier's people hear of it too.
    pub carrier: Option<CarrierId>,
    /// Where it is now.
    pub fix: LastFix,
    /// The same, as watchers of the load hear of it.
    pub event: LoadLocationUpdated,
}

impl Moved {
    /// Of what watchers of the load hear.
    pub fn new(tenant: TenantId, carrier: Option<CarrierId>, event: LoadLocationUpdated) -> Self {
        let LoadLocationUpdated { location, heading, speed, recorded_at: at, source, .. } = event;
        let fix = LastFix { lat: location.lat, lng: location.lng, heading, speed, at, source };
        Self { tenant, carrier, fix, event }
    }
}

/// Where moved trucks go to be shown. It holds one entry for each load under way and no more. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Moves {
    newest: Arc<Mutex<HashMap<LoadId, Moved>>>,
    some: Arc<Notify>,
}

impl Moves {
    /// Never held across an await, so a plain mutex is right.
    fn newest(&self) -> std::sync::MutexGuard<'_, HashMap<LoadId, Moved>> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Trucks moved; what was not taken yet of the same trucks is forgotten.
    pub fn put(&self, moved: Vec<Moved>) {
        let mut newest = self.newest();
        let mut replaced = 0_u64;
        for truck in moved {
            replaced += u64::from(newest.insert(truck.event.load_id, truck).is_some());
        }
        drop(newest);
        metrics::counter!("headhaul_positions_conflated").increment(replaced);
        self.some.notify_one();
    }

    /// Adds trucks of which nothing waits: what waits is newer than what was read somewhere.
    pub fn add(&self, moved: impl IntoIterator<Item = Moved>) {
        let mut newest = self.newest();
        for truck in moved {
            newest.entry(truck.event.load_id).or_insert(truck);
        }
        drop(newest);
        self.some.notify_one();
    }

    /// Waits until trucks have moved and takes them.
    pub async fn take(&self) -> Vec<Moved> {
        loop {
            let taken: Vec<Moved> = self.newest().drain().map(|(_, moved)| moved).collect();
            if !taken.is_empty() {
                return taken;
            }
            self.some.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use contract::{Timestamp, geo::Point, tracking::Source};
    use uuid::Uuid;

    use super::*;

    fn moved(load: u128, at: i64) -> Moved {
        let (source, recorded_at) = (Source::Driver, Timestamp::from_millis(at));
        Moved {
            tenant: TenantId::new(Uuid::nil()),
            carrier: None,
            fix: LastFix { lat: 40.0, lng: -90.0, heading: None, speed: None, at: recorded_at, source },
            event: LoadLocationUpdated {
                load_id: LoadId::new(Uuid::from_u128(load)),
                load_number: String::new(),
                location: Point { lat: 40.0, lng: -90.0 },
                eta: None,
                speed: None,
                heading: None,
                recorded_at,
                source,
            },
        }
    }

    #[tokio::test]
    async fn of_each_truck_the_newest_waits_and_nothing_else() {
        let moves = Moves::default();
        for at in 0..1_000 {
            moves.put(vec![moved(1, at), moved(2, at)]);
        }

        let taken = moves.take().await;
        assert_eq!(taken.len(), 2);
        assert!(taken.iter().all(|moved| moved.fix.at.millis() == 999));

        moves.put(vec![moved(1, 5)]);
        moves.add([moved(1, 4), moved(2, 4)]);
        let mut taken: Vec<i64> = moves.take().await.iter().map(|moved| moved.fix.at.millis()).collect();
        taken.sort_unstable();
        assert_eq!(taken, [4, 5], "what was read does not replace what waits");
    }
}
