//! The fleet stream: the newest position of each truck, once per tick for each distinct view, shared by its readers.
//!
//! A tick comes at once after a quiet time and at most every 250 ms under load, so that one truck is shown without
//! delay and a thousand cost no more than four messages a second.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use contract::{
    LoadId, TenantId,
    event::{Event as _, LoadStatusChanged},
    geo::Point,
    room::Stream,
    tracking::{Bounds, FleetFix, LastFix},
};
use tokio::sync::Notify;

use crate::store::Sealed;

/// The longest that a position waits for its tick.
pub const TICK: Duration = Duration::from_millis(250);

/// The grid to which views are widened, in steps for each degree: two people who look at nearly the same share a view.
const GRID: f64 = 10.0;

/// How many views a company has at most; whoever comes with another one then gets the whole fleet.
const MOST_VIEWS: usize = 64;

/// The part of the globe on the grid that holds another one.
fn widened(bounds: Bounds) -> Bounds {
    let down = |edge: f64| (edge * GRID).floor() / GRID;
    let up = |edge: f64| (edge * GRID).ceil() / GRID;
    Bounds { south: down(bounds.south), west: down(bounds.west), north: up(bounds.north), east: up(bounds.east) }
}

/// A view of a company's fleet, as its readers share it.
#[derive(Clone, Debug, PartialEq)]
struct View {
    tenant: TenantId,
    bounds: Option<Bounds>,
    number: u64,
    readers: usize,
    /// How many readers still read its state. Until they have, nobody knows for certain who is in it.
    opening: usize,
    /// The trucks that its readers believe to be in it; kept only for a part of the globe.
    inside: HashSet<LoadId>,
}

impl View {
    /// Whether its readers must hear of a truck that is here now: it is in the view, or was and has left it.
    fn takes(&mut self, load: LoadId, at: Point) -> bool {
        let Some(bounds) = self.bounds else { return true };
        if bounds.contain(at) {
            self.inside.insert(load);
            return true;
        }
        self.opening > 0 || self.inside.remove(&load)
    }
}

/// What changed of a company's fleet since the last tick.
#[derive(Default)]
struct Change {
    moved: BTreeMap<LoadId, LastFix>,
    gone: BTreeSet<LoadId>,
}

#[derive(Default)]
struct State {
    changes: HashMap<TenantId, Change>,
    views: Vec<View>,
    last_number: u64,
}

/// The newest positions on this node, and who watches which part of them. Cheap to clone.
#[derive(Clone, Default)]
pub struct Fleet {
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
}

/// One message to send: to the readers of a company's view.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Whose fleet.
    pub tenant: TenantId,
    /// The view's number on this node.
    pub view: u64,
    /// Those that moved since the last tick and are in it, or have just left it.
    pub positions: Vec<FleetFix>,
    /// Those that are no longer under way.
    pub gone: Vec<LoadId>,
}

impl Fleet {
    /// Never held across an await, so a plain mutex is right.
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes something for a company's next tick, if anybody watches its fleet.
    fn change(&self, tenant: TenantId, note: impl FnOnce(&mut Change)) {
        let mut state = self.state();
        if state.views.iter().any(|view| view.tenant == tenant) {
            note(state.changes.entry(tenant).or_default());
            self.changed.notify_one();
        }
    }

    /// A truck moved.
    pub fn moved(&self, tenant: TenantId, load: LoadId, fix: LastFix) {
        self.change(tenant, |change| {
            change.gone.remove(&load);
            change.moved.insert(load, fix);
        });
    }

    /// A load is no longer under way.
    pub fn gone(&self, tenant: TenantId, load: LoadId) {
        self.change(tenant, |change| {
            change.moved.remove(&load);
            change.gone.insert(load);
        });
    }

    /// Hears of an event: a load whose way is over leaves the fleet.
    pub fn hear(&self, sealed: &Sealed) {
        if sealed.envelope.event != LoadStatusChanged::NAME
            || sealed.stream != Stream::Tenant(sealed.envelope.tenant_id)
        {
            return;
        }
        let told = serde_json::from_value::<LoadStatusChanged>(sealed.envelope.data.clone());
        if let Ok(LoadStatusChanged { load_id, previous_status, new_status, .. }) = told
            && previous_status.is_under_way()
            && !new_status.is_under_way()
        {
            self.gone(sealed.envelope.tenant_id, load_id);
        }
    }

    /// Somebody watches a view; gives its number and what it really holds, which is at least what was asked for. Once
    /// they have read its state, [`Self::opened`] must be called.
    pub fn watch(&self, tenant: TenantId, bounds: Option<Bounds>) -> (u64, Option<Bounds>) {
        let mut state = self.state();
        let of_tenant = || state.views.iter().filter(|view| view.tenant == tenant);
        let asked = bounds.map(widened);
        let is_there = of_tenant().any(|view| view.bounds == asked);
        let bounds = asked.filter(|_| is_there || of_tenant().count() < MOST_VIEWS);
        if let Some(view) = state.views.iter_mut().find(|view| view.tenant == tenant && view.bounds == bounds) {
            view.readers += 1;
            view.opening += 1;
            return (view.number, bounds);
        }
        state.last_number += 1;
        let number = state.last_number;
        state.views.push(View { tenant, bounds, number, readers: 1, opening: 1, inside: HashSet::new() });
        (number, bounds)
    }

    /// A reader has read who is in a view.
    pub fn opened(&self, number: u64, inside: HashSet<LoadId>) {
        let mut state = self.state();
        if let Some(view) = state.views.iter_mut().find(|view| view.number == number) {
            view.opening = view.opening.saturating_sub(1);
            if view.bounds.is_some() {
                view.inside.extend(inside);
            }
        }
    }

    /// Somebody stops watching.
    pub fn leave(&self, number: u64) {
        let mut state = self.state();
        if let Some(view) = state.views.iter_mut().find(|view| view.number == number) {
            view.readers -= 1;
        }
        state.views.retain(|view| view.readers > 0);
        let watched: HashSet<TenantId> = state.views.iter().map(|view| view.tenant).collect();
        state.changes.retain(|tenant, _| watched.contains(tenant));
    }

    /// Waits until something changed.
    pub async fn wait(&self) {
        self.changed.notified().await;
    }

    /// What changed since the last tick, put together once for each view.
    pub fn tick(&self) -> Vec<Frame> {
        let mut state = self.state();
        let changes = std::mem::take(&mut state.changes);
        let frames = state.views.iter_mut().filter_map(|view| {
            let Change { moved, gone } = changes.get(&view.tenant)?;
            let positions: Vec<_> = moved
                .iter()
                .filter(|(load, fix)| view.takes(**load, fix.point()))
                .map(|(load, fix)| FleetFix::new(*load, fix))
                .collect();
            let everything = view.bounds.is_none() || view.opening > 0;
            let gone: Vec<_> = gone.iter().copied().filter(|load| view.inside.remove(load) || everything).collect();
            let something = !positions.is_empty() || !gone.is_empty();
            something.then_some(Frame { tenant: view.tenant, view: view.number, positions, gone })
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
        let (first, _) = fleet.watch(TENANT, None);

        assert_eq!(fleet.watch(TENANT, None).0, first);
        assert_ne!(fleet.watch(OTHER, None).0, first);

        fleet.moved(TENANT, LOAD, fix(40.0, 1));
        let frames = fleet.tick();
        assert!(frames.iter().all(|frame| frame.tenant == TENANT), "another company hears nothing");
    }

    const SOUTH: Option<Bounds> = Some(Bounds { south: 30.0, west: -100.0, north: 35.0, east: -80.0 });

    /// A view of the south whose only reader has read that nobody is in it.
    fn watch_south(fleet: &Fleet) {
        let (view, _) = fleet.watch(TENANT, SOUTH);
        fleet.opened(view, HashSet::new());
    }

    #[test]
    fn nearly_the_same_views_are_one_and_a_company_has_no_more_than_so_many() {
        let fleet = Fleet::default();
        let part = |west: f64| Some(Bounds { south: 30.0, west, north: 35.0, east: 100.0 });

        let (first, bounds) = fleet.watch(TENANT, part(-99.97));
        assert_eq!(bounds, part(-100.0));
        assert_eq!(fleet.watch(TENANT, part(-99.93)).0, first);
        for n in 0..MOST_VIEWS * 3 {
            fleet.watch(TENANT, part(n as f64));
        }
        assert_eq!(fleet.watch(TENANT, part(99.0)).1, None, "the whole fleet instead of one view more");
        assert_eq!(fleet.watch(TENANT, part(-99.95)), (first, part(-100.0)), "what is there is still shared");
        assert!(fleet.state().views.len() <= MOST_VIEWS + 1);
        assert_eq!(fleet.watch(OTHER, part(99.0)).1, part(99.0), "another company has its own");
    }

    #[test]
    fn a_view_hears_only_what_lies_in_it() {
        let fleet = Fleet::default();
        watch_south(&fleet);

        fleet.moved(TENANT, LOAD, fix(40.0, 1));
        assert!(fleet.tick().is_empty());

        fleet.moved(TENANT, LOAD, fix(33.0, 2));
        assert_eq!(fleet.tick().len(), 1);
    }

    #[test]
    fn a_truck_that_leaves_a_view_is_told_to_it_once_more() {
        let fleet = Fleet::default();
        watch_south(&fleet);
        fleet.moved(TENANT, LOAD, fix(34.9, 1));
        fleet.tick();

        fleet.moved(TENANT, LOAD, fix(35.1, 2));
        assert_eq!(fleet.tick()[0].positions, vec![FleetFix::new(LOAD, &fix(35.1, 2))]);
        fleet.moved(TENANT, LOAD, fix(35.3, 3));
        assert!(fleet.tick().is_empty(), "and then no more");
    }

    #[test]
    fn a_truck_that_leaves_while_a_reader_reads_the_state_is_told_too() {
        let fleet = Fleet::default();
        let (view, _) = fleet.watch(TENANT, SOUTH);
        fleet.moved(TENANT, LOAD, fix(35.1, 2));
        assert_eq!(fleet.tick().len(), 1, "the state that is being read may say that it is inside");

        fleet.opened(view, HashSet::from([LOAD]));
        fleet.moved(TENANT, LOAD, fix(35.2, 3));
        assert_eq!(fleet.tick().len(), 1, "as the state said");
        fleet.moved(TENANT, LOAD, fix(35.3, 4));
        assert!(fleet.tick().is_empty());
    }

    #[test]
    fn a_load_that_is_done_leaves_the_fleet_and_is_not_shown_again() {
        let fleet = Fleet::default();
        let (everywhere, _) = fleet.watch(TENANT, None);
        fleet.opened(everywhere, HashSet::from([LOAD]));
        watch_south(&fleet);

        fleet.moved(TENANT, LOAD, fix(40.0, 1));
        fleet.gone(TENANT, LOAD);

        let frames = fleet.tick();
        assert_eq!(frames.len(), 1, "the south never had it");
        assert_eq!((frames[0].view, frames[0].gone.as_slice()), (everywhere, &[LOAD][..]));
        assert!(frames[0].positions.is_empty());
        assert!(fleet.tick().is_empty());
    }
}
