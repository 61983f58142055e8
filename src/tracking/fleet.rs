//! The fleet stream: the newest position of each truck, once per tick for each distinct view, shared by its readers.
//!
//! A tick comes at once after a quiet time and at most every 250 ms under load, so that one truck is shown without
//! delay and a thousand cost no more than four messages a second.
//!
//! A truck has a number on this node for as long as its company's fleet is watched and it is in it; readers learn it with
//! the truck's first position. No number is ever used again, so none can be taken for another truck's.

mod view;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use contract::{
    LoadId, TenantId,
    room::Stream,
    status::LoadStatus,
    tracking::{Bounds, Frame, FrameBytes, LastFix},
};
use serde::Deserialize;
use tokio::sync::{MutexGuard, Notify};

use crate::store::Sealed;
use view::View;

/// The longest that a position waits for its tick.
pub const TICK: Duration = Duration::from_millis(250);

/// How many views a company has at most; whoever comes with another one then gets the whole fleet.
const MOST_VIEWS: usize = 64;

/// A truck where it is now.
#[derive(Clone, Copy, Debug)]
struct Truck {
    number: u32,
    load: LoadId,
    fix: LastFix,
}

/// What changed of a company's fleet, ready to be told to its views.
struct Changed {
    /// In the order of their numbers.
    moved: Vec<Truck>,
    gone: Vec<u32>,
}

/// A company whose fleet is watched.
#[derive(Default)]
struct Company {
    numbers: HashMap<LoadId, u32>,
    moved: HashMap<LoadId, LastFix>,
    gone: Vec<u32>,
}

#[derive(Default)]
struct State {
    companies: HashMap<TenantId, Company>,
    views: Vec<View>,
    last_view: u64,
    last_truck: u32,
}

/// The newest positions on this node, and who watches which part of them. Cheap to clone.
#[derive(Clone, Default)]
pub struct Fleet {
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// One message to send: to the readers of a company's view.
#[derive(Clone, Debug)]
pub struct ViewFrame {
    /// Whose fleet.
    pub tenant: TenantId,
    /// The view's number on this node.
    pub view: u64,
    /// What is sent.
    pub bytes: FrameBytes,
}

/// A load as events show it, as far as the fleet is concerned.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: LoadId,
    status: LoadStatus,
    #[serde(default)]
    current_location: Option<LastFix>,
}

impl State {
    /// The number of a truck, a new one when it has none yet.
    fn number(&mut self, tenant: TenantId, load: LoadId) -> u32 {
        let numbers = &mut self.companies.entry(tenant).or_default().numbers;
        *numbers.entry(load).or_insert_with(|| {
            self.last_truck = self.last_truck.wrapping_add(1);
            self.last_truck
        })
    }

    fn views_of(&mut self, tenant: TenantId) -> impl Iterator<Item = &mut View> {
        self.views.iter_mut().filter(move |view| view.tenant == tenant)
    }
}

impl Fleet {
    /// Never held across an await, so a plain mutex is right.
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Trucks moved: of those whose fleet is watched, the newest position waits for the tick.
    pub fn moved(&self, trucks: impl IntoIterator<Item = (TenantId, LoadId, LastFix)>) {
        let mut state = self.state();
        let mut any = false;
        for (tenant, load, fix) in trucks {
            let Some(company) = state.companies.get_mut(&tenant) else { continue };
            company.moved.insert(load, fix);
            state.views_of(tenant).for_each(|view| view.note(load, true));
            any = true;
        }
        if any {
            self.changed.notify_one();
        }
    }

    /// A load has no truck any more that could be shown.
    pub fn gone(&self, tenant: TenantId, load: LoadId) {
        let mut state = self.state();
        let Some(company) = state.companies.get_mut(&tenant) else { return };
        company.moved.remove(&load);
        let number = company.numbers.remove(&load);
        company.gone.extend(number);
        state.views_of(tenant).for_each(|view| view.note(load, false));
        if number.is_some() {
            self.changed.notify_one();
        }
    }

    /// Hears of an event: a load whose way is over leaves the fleet, and one whose truck was exchanged as well, until the
    /// new one is heard of; one that is under way again with the truck it had comes back.
    pub fn hear(&self, sealed: &Sealed) {
        let tenant = sealed.envelope.tenant_id;
        if sealed.stream != Stream::Tenant(tenant) {
            return;
        }
        let Some(load) = sealed.envelope.data.get("load") else { return };
        match Shown::deserialize(load) {
            Ok(Shown { id, status, current_location: Some(fix) }) if status.is_under_way() => {
                // What waits for the tick already was reported since.
                let is_news = |company: &Company| company.moved.get(&id).is_none_or(|waits| fix.at > waits.at);
                if self.state().companies.get(&tenant).is_some_and(is_news) {
                    self.moved([(tenant, id, fix)]);
                }
            }
            Ok(Shown { id, .. }) => self.gone(tenant, id),
            // No load that could have a truck.
            Err(_) => {}
        }
    }

    /// Somebody watches a view; gives its number and what it really holds, which is at least what was asked for. Once
    /// they have read its state, [`Self::open`] must be called.
    pub fn watch(&self, tenant: TenantId, bounds: Option<Bounds>) -> (u64, Option<Bounds>) {
        let mut state = self.state();
        let asked = bounds.map(view::widened);
        let is_there = state.views_of(tenant).any(|view| view.bounds == asked);
        let has_room = state.views_of(tenant).count() < MOST_VIEWS;
        let bounds = asked.filter(|_| is_there || has_room);
        if let Some(view) = state.views_of(tenant).find(|view| view.bounds == bounds) {
            view.join();
            return (view.number, bounds);
        }
        state.companies.entry(tenant).or_default();
        state.last_view += 1;
        let number = state.last_view;
        state.views.push(View::new(tenant, bounds, number));
        (number, bounds)
    }

    /// The turn to tell readers something. Whoever takes messages from here sends them before others are made, so that
    /// nobody hears of what is left out of the state that they are about to get.
    pub async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// The whole view for a reader who has read the state of the fleet, and how many trucks are in it.
    pub fn open(&self, number: u64, fleet: impl IntoIterator<Item = (LoadId, LastFix)>) -> (FrameBytes, usize) {
        let mut state = self.state();
        let Some(place) = state.views.iter().position(|view| view.number == number) else {
            return (Frame { whole: true, ..Frame::default() }.encode(), 0);
        };
        let tenant = state.views[place].tenant;
        let trucks: Vec<Truck> =
            fleet.into_iter().map(|(load, fix)| Truck { number: state.number(tenant, load), load, fix }).collect();
        let frame = state.views[place].open(trucks.into_iter());
        (frame.encode(), frame.positions.len())
    }

    /// Somebody stops watching.
    pub fn leave(&self, number: u64) {
        let mut state = self.state();
        if let Some(view) = state.views.iter_mut().find(|view| view.number == number) {
            view.readers -= 1;
        }
        state.views.retain(|view| view.readers > 0);
        let watched: HashSet<TenantId> = state.views.iter().map(|view| view.tenant).collect();
        state.companies.retain(|tenant, _| watched.contains(tenant));
    }

    /// Waits until something changed.
    pub async fn wait(&self) {
        self.changed.notified().await;
    }

    /// What changed since the last tick, put together once for each view.
    pub fn tick(&self) -> Vec<ViewFrame> {
        let begun = Instant::now();
        let mut frames = Vec::new();
        let mut state = self.state();
        let tenants: Vec<TenantId> = state.companies.keys().copied().collect();
        for tenant in tenants {
            let Some(company) = state.companies.get_mut(&tenant) else { continue };
            let (moved, gone) = (std::mem::take(&mut company.moved), std::mem::take(&mut company.gone));
            if moved.is_empty() && gone.is_empty() {
                continue;
            }
            let numbered = |(load, fix)| Truck { number: state.number(tenant, load), load, fix };
            let mut moved: Vec<Truck> = moved.into_iter().map(numbered).collect();
            moved.sort_unstable_by_key(|truck| truck.number);
            let changed = Changed { moved, gone };
            frames.extend(state.views_of(tenant).filter_map(|view| {
                let bytes = view.tell(&changed)?;
                Some(ViewFrame { tenant, view: view.number, bytes })
            }));
        }
        drop(state);
        if !frames.is_empty() {
            metrics::histogram!("headhaul_fleet_tick_seconds").record(begun.elapsed());
            let size = metrics::histogram!("headhaul_fleet_frame_bytes");
            for frame in &frames {
                size.record(frame.bytes.0.len() as f64);
            }
        }
        frames
    }
}

#[cfg(test)]
mod tests {
    use contract::{
        Timestamp,
        tracking::{Heard, Roster, Source},
    };
    use uuid::Uuid;

    use super::*;

    const TENANT: TenantId = TenantId::new(Uuid::from_u128(1));
    const OTHER: TenantId = TenantId::new(Uuid::from_u128(2));
    const LOAD: LoadId = LoadId::new(Uuid::from_u128(3));
    const SOUTH: Option<Bounds> = Some(Bounds { south: 30.0, west: -100.0, north: 35.0, east: -80.0 });

    fn fix(lat: f64, at: i64) -> LastFix {
        LastFix { lat, lng: -90.0, heading: None, speed: None, at: Timestamp::from_millis(at), source: Source::Driver }
    }

    fn moved(fleet: &Fleet, lat: f64, at: i64) {
        fleet.moved([(TENANT, LOAD, fix(lat, at))]);
    }

    /// A reader of a view, as a client is one.
    struct Reader {
        view: u64,
        roster: Roster,
    }

    impl Reader {
        /// Begins to watch, and has not read the state yet.
        fn begin(fleet: &Fleet, bounds: Option<Bounds>) -> Self {
            Self { view: fleet.watch(TENANT, bounds).0, roster: Roster::default() }
        }

        fn take(&mut self, bytes: &FrameBytes) -> Heard {
            self.roster.take(&bytes.0).expect("a frame")
        }

        /// Gets the state that was read.
        fn open(&mut self, fleet: &Fleet, state: &[(LoadId, LastFix)]) -> Heard {
            let (bytes, count) = fleet.open(self.view, state.to_vec());
            let heard = self.take(&bytes);
            assert_eq!((heard.whole, heard.positions.len()), (true, count));
            heard
        }

        /// Watches, with nobody in the fleet yet.
        fn of_nobody(fleet: &Fleet, bounds: Option<Bounds>) -> Self {
            let mut reader = Self::begin(fleet, bounds);
            reader.open(fleet, &[]);
            reader
        }

        /// What it hears of a tick.
        fn hear(&mut self, frames: &[ViewFrame]) -> Heard {
            let own = frames.iter().find(|frame| frame.view == self.view);
            own.map(|frame| self.take(&frame.bytes)).unwrap_or_default()
        }
    }

    #[test]
    fn only_the_newest_position_of_a_truck_is_sent_once() {
        let fleet = Fleet::default();
        let mut reader = Reader::of_nobody(&fleet, None);

        moved(&fleet, 40.0, 1);
        moved(&fleet, 41.0, 2);

        assert_eq!(reader.hear(&fleet.tick()).positions, [(LOAD, fix(41.0, 2))]);
        assert!(fleet.tick().is_empty());
    }

    #[test]
    fn a_truck_is_named_once() {
        let fleet = Fleet::default();
        let mut reader = Reader::of_nobody(&fleet, None);
        let sizes: Vec<usize> = (1..4)
            .map(|n| {
                moved(&fleet, 40.0 + n as f64, n);
                let frames = fleet.tick();
                assert_eq!(reader.hear(&frames).positions, [(LOAD, fix(40.0 + n as f64, n))]);
                frames[0].bytes.0.len()
            })
            .collect();

        assert!(sizes[0] >= sizes[1] + 16 && sizes[1] == sizes[2], "{sizes:?}");
    }

    #[test]
    fn two_readers_of_the_same_view_share_it_and_other_companies_have_their_own() {
        let fleet = Fleet::default();
        let (first, _) = fleet.watch(TENANT, None);

        assert_eq!(fleet.watch(TENANT, None).0, first);
        assert_ne!(fleet.watch(OTHER, None).0, first);

        moved(&fleet, 40.0, 1);
        let frames = fleet.tick();
        assert!(frames.iter().all(|frame| frame.tenant == TENANT), "another company hears nothing");
        assert_eq!(frames.len(), 1);
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
        let mut reader = Reader::of_nobody(&fleet, SOUTH);

        moved(&fleet, 40.0, 1);
        assert!(fleet.tick().is_empty());

        moved(&fleet, 33.0, 2);
        assert_eq!(reader.hear(&fleet.tick()).positions, [(LOAD, fix(33.0, 2))]);
    }

    #[test]
    fn a_truck_that_leaves_a_view_is_told_to_it_once_more_and_known_again_when_it_returns() {
        let fleet = Fleet::default();
        let mut early = Reader::of_nobody(&fleet, SOUTH);
        moved(&fleet, 34.9, 1);
        early.hear(&fleet.tick());

        moved(&fleet, 35.1, 2);
        assert_eq!(early.hear(&fleet.tick()).positions, [(LOAD, fix(35.1, 2))]);
        moved(&fleet, 35.3, 3);
        assert!(fleet.tick().is_empty(), "and then no more");

        let mut late = Reader::begin(&fleet, SOUTH);
        late.open(&fleet, &[(LOAD, fix(35.3, 3))]);
        moved(&fleet, 34.8, 4);
        let frames = fleet.tick();
        for reader in [&mut early, &mut late] {
            assert_eq!(reader.hear(&frames).positions, [(LOAD, fix(34.8, 4))]);
        }
    }

    #[test]
    fn what_moves_while_a_reader_reads_the_state_is_told_with_its_name() {
        let fleet = Fleet::default();
        let mut early = Reader::of_nobody(&fleet, None);
        moved(&fleet, 40.0, 1);
        early.hear(&fleet.tick());

        let mut late = Reader::begin(&fleet, None);
        moved(&fleet, 41.0, 2);
        let frames = fleet.tick();
        assert_eq!(late.hear(&frames).positions, [(LOAD, fix(41.0, 2))], "the state may be from before");
        assert_eq!(early.hear(&frames).positions, [(LOAD, fix(41.0, 2))]);

        late.open(&fleet, &[(LOAD, fix(40.0, 1))]);
        moved(&fleet, 42.0, 3);
        assert_eq!(late.hear(&fleet.tick()).positions, [(LOAD, fix(42.0, 3))]);
    }

    #[test]
    fn a_truck_that_leaves_while_a_reader_reads_the_state_is_told_too() {
        let fleet = Fleet::default();
        let mut reader = Reader::begin(&fleet, SOUTH);
        moved(&fleet, 35.1, 2);
        assert_eq!(fleet.tick().len(), 1, "the state that is being read may say that it is inside");

        reader.open(&fleet, &[(LOAD, fix(34.9, 1))]);
        moved(&fleet, 35.2, 3);
        assert_eq!(reader.hear(&fleet.tick()).positions, [(LOAD, fix(35.2, 3))], "as the state said");
        moved(&fleet, 35.3, 4);
        assert!(fleet.tick().is_empty());
    }

    #[test]
    fn a_truck_that_the_state_has_outside_is_known_to_its_reader_when_it_is_back_at_once() {
        let fleet = Fleet::default();
        let mut early = Reader::of_nobody(&fleet, SOUTH);
        moved(&fleet, 34.9, 1);
        early.hear(&fleet.tick());

        let mut late = Reader::begin(&fleet, SOUTH);
        moved(&fleet, 35.1, 2);
        assert_eq!(late.open(&fleet, &[(LOAD, fix(35.1, 2))]).positions, []);
        moved(&fleet, 34.8, 3);

        let frames = fleet.tick();
        for reader in [&mut early, &mut late] {
            assert_eq!(reader.hear(&frames).positions, [(LOAD, fix(34.8, 3))]);
        }
    }

    #[test]
    fn a_load_that_is_gone_leaves_the_fleet_and_is_not_shown_again() {
        let fleet = Fleet::default();
        let mut everywhere = Reader::begin(&fleet, None);
        everywhere.open(&fleet, &[(LOAD, fix(40.0, 1))]);
        Reader::of_nobody(&fleet, SOUTH);

        moved(&fleet, 40.1, 2);
        fleet.gone(TENANT, LOAD);

        let frames = fleet.tick();
        assert_eq!(frames.len(), 1, "the south never had it");
        let heard = everywhere.hear(&frames);
        assert_eq!((heard.gone, heard.positions), (vec![LOAD], vec![]));
        assert!(fleet.tick().is_empty());
    }

    #[test]
    fn a_load_that_goes_while_a_reader_reads_the_state_is_left_out_of_it() {
        let fleet = Fleet::default();
        let mut reader = Reader::begin(&fleet, None);
        fleet.gone(TENANT, LOAD);
        assert_eq!(reader.open(&fleet, &[(LOAD, fix(40.0, 1))]).positions, []);

        let mut another = Reader::begin(&fleet, None);
        fleet.gone(TENANT, LOAD);
        moved(&fleet, 41.0, 2);
        another.hear(&fleet.tick());
        assert_eq!(another.open(&fleet, &[(LOAD, fix(41.0, 2))]).positions.len(), 1, "it came back");
    }

    #[test]
    fn a_load_that_comes_back_has_another_number() {
        let fleet = Fleet::default();
        let mut reader = Reader::of_nobody(&fleet, None);
        moved(&fleet, 40.0, 1);
        reader.hear(&fleet.tick());

        fleet.gone(TENANT, LOAD);
        moved(&fleet, 39.0, 0);

        let heard = reader.hear(&fleet.tick());
        assert_eq!((heard.gone, heard.positions), (vec![LOAD], vec![(LOAD, fix(39.0, 0))]), "gone and here");
    }

    #[test]
    fn what_nobody_watches_takes_no_memory() {
        let fleet = Fleet::default();
        moved(&fleet, 40.0, 1);
        let reader = Reader::of_nobody(&fleet, None);
        moved(&fleet, 41.0, 2);
        fleet.leave(reader.view);

        assert!(fleet.state().companies.is_empty() && fleet.state().views.is_empty());
        assert!(fleet.tick().is_empty());
    }
}
