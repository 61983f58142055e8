//! The fleet stream: the newest position of each truck, once per tick for each distinct view, shared by its readers.
//!
//! A tick comes at once after a quiet time and at most every 250 ms under load, so that one truck is shown without
//! delay and a thousand cost no more than four messages a second.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use contract::{
    LoadId, TenantId,
    tracking::{Bounds, FleetFix, LastFix},
};
use tokio::sync::Notify;

/// The longest that a position waits for its tick.
pub const TICK: Duration = Duration::from_millis(250);

/// A view of a company's fleet, as its readers share it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct View {
    tenant: TenantId,
    bounds: Option<Bounds>,
    number: u64,
    readers: usize,
}

#[derive(Default)]
struct State {
    moved: HashMap<TenantId, BTreeMap<LoadId, LastFix>>,
    views: Vec<View>,
    last_number: u64,
}

/// The newest positions on this node, and who watches which part of them. Cheap to clone.
#[derive(Clone, Default)]
pub struct Fleet {
    state: Arc<Mutex<State>>,
    moved: Arc<Notify>,
}

/// One message to send: to the readers of a company's view.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Whose fleet.
    pub tenant: TenantId,
    /// The view's number on this node.
    pub view: u64,
    /// Those that moved since the last tick and are in it.
    pub positions: Vec<FleetFix>,
}

impl Fleet {
    /// Never held across an await, so a plain mutex is right.
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A truck moved.
    pub fn moved(&self, tenant: TenantId, load: LoadId, fix: LastFix) {
        let mut state = self.state();
        if state.views.iter().any(|view| view.tenant == tenant) {
            state.moved.entry(tenant).or_default().insert(load, fix);
            self.moved.notify_one();
        }
    }

    /// Somebody watches a view; gives its number.
    pub fn watch(&self, tenant: TenantId, bounds: Option<Bounds>) -> u64 {
        let mut state = self.state();
        if let Some(view) = state.views.iter_mut().find(|view| view.tenant == tenant && view.bounds == bounds) {
            view.readers += 1;
            return view.number;
        }
        state.last_number += 1;
        let number = state.last_number;
        state.views.push(View { tenant, bounds, number, readers: 1 });
        number
    }

    /// Somebody stops watching.
    pub fn leave(&self, number: u64) {
        let mut state = self.state();
        if let Some(view) = state.views.iter_mut().find(|view| view.number == number) {
            view.readers -= 1;
        }
        state.views.retain(|view| view.readers > 0);
        let watched: HashSet<TenantId> = state.views.iter().map(|view| view.tenant).collect();
        state.moved.retain(|tenant, _| watched.contains(tenant));
    }

    /// Waits until something moved.
    pub async fn wait(&self) {
        self.moved.notified().await;
    }

    /// What moved since the last tick, put together once for each view.
    pub fn tick(&self) -> Vec<Frame> {
        let mut state = self.state();
        let moved = std::mem::take(&mut state.moved);
        let frames = state.views.iter().filter_map(|view| {
            let positions: Vec<_> = moved
                .get(&view.tenant)?
                .iter()
                .filter(|(_, fix)| view.bounds.is_none_or(|bounds| bounds.contain(fix.point())))
                .map(|(load, fix)| FleetFix::new(*load, fix))
                .collect();
            (!positions.is_empty()).then_some(Frame { tenant: view.tenant, view: view.number, positions })
        });
        frames.collect()
    }
}

#[cfg(test)]
mod tests {
    use contract::{Timestamp, tracking::Source};
    use uuid::Uuid;

    use super::*;

    const TENANT: TenantId = TenantId::new(Uuid::from_u128(1));
    const OTHER: TenantId = TenantId::new(Uuid::from_u128(2));
    const LOAD: LoadId = LoadId::new(Uuid::from_u128(3));

    fn fix(lat: f64, at: i64) -> LastFix {
        LastFix { lat, lng: -90.0, heading: None, speed: None, at: Timestamp::from_millis(at), source: Source::Driver }
    }

    #[test]
    fn only_the_newest_position_of_a_truck_is_sent_once() {
        let fleet = Fleet::default();
        fleet.watch(TENANT, None);

        fleet.moved(TENANT, LOAD, fix(40.0, 1));
        fleet.moved(TENANT, LOAD, fix(41.0, 2));

        let frames = fleet.tick();
        assert_eq!(frames.len(), 1);
        assert_eq!(frames[0].positions, vec![FleetFix::new(LOAD, &fix(41.0, 2))]);
        assert!(fleet.tick().is_empty());
    }

    #[test]
    fn two_readers_of_the_same_view_share_it_and_other_companies_have_their_own() {
        let fleet = Fleet::default();
        let first = fleet.watch(TENANT, None);

        assert_eq!(fleet.watch(TENANT, None), first);
        assert_ne!(fleet.watch(OTHER, None), first);

        fleet.moved(TENANT, LOAD, fix(40.0, 1));
        let frames = fleet.tick();
        assert!(frames.iter().all(|frame| frame.tenant == TENANT), "another company hears nothing");
    }

    #[test]
    fn a_view_hears_only_what_lies_in_it() {
        let fleet = Fleet::default();
        fleet.watch(TENANT, Some(Bounds { south: 30.0, west: -100.0, north: 35.0, east: -80.0 }));

        fleet.moved(TENANT, LOAD, fix(40.0, 1));
        assert!(fleet.tick().is_empty());

        fleet.moved(TENANT, LOAD, fix(33.0, 2));
        assert_eq!(fleet.tick().len(), 1);
    }
}
