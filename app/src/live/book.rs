//! What a page knows of loads: one entry for each, whoever told of it.

use std::collections::{BTreeMap, BTreeSet};

use contract::{Listed, LoadId, event::Happened, loads::LoadRow, status::LoadStatus, tracking::LastFix};
use leptos::prelude::*;

/// How late a list may be, in milliseconds.
const LATELY_MS: i64 = 10_000;

/// A load, with what this page's user wants of it while the server's answer is out.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// As the server last told.
    pub row: LoadRow,
    /// The status that the user moved it to; shown at once, gone when refused.
    wanted: Option<(Ticket, LoadStatus)>,
    /// Goes up with each change by somebody else, for the flash.
    pub changed: u32,
}

/// Tells one wish from a later one about the same load, so that answers that come out of order settle only their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(u32);

impl Entry {
    /// The status to show.
    pub fn status(&self) -> LoadStatus {
        self.wanted.map_or(self.row.status, |(_, status)| status)
    }

    /// Whether an answer is still out.
    pub const fn is_waiting(&self) -> bool {
        self.wanted.is_some()
    }
}

/// All loads that the page knows of.
#[derive(Clone, Copy)]
pub struct Book {
    entries: StoredValue<BTreeMap<LoadId, ArcRwSignal<Entry>>>,
    /// Goes up when a load comes or goes, or moves to where another list shows it.
    shape: RwSignal<u32>,
    /// Goes up when anything is learnt of any load.
    learnt: RwSignal<u32>,
    tickets: StoredValue<u32>,
}

impl Default for Book {
    fn default() -> Self {
        Self::new()
    }
}

impl Book {
    /// Knows nothing yet.
    pub fn new() -> Self {
        Self {
            entries: StoredValue::new(BTreeMap::new()),
            shape: RwSignal::new(0),
            learnt: RwSignal::new(0),
            tickets: StoredValue::new(0),
        }
    }

    /// A load, without following whether it comes or goes.
    pub fn entry(&self, id: LoadId) -> Option<ArcRwSignal<Entry>> {
        self.entries.with_value(|entries| entries.get(&id).cloned())
    }

    /// The loads that `keep` keeps, and the caller runs again when one comes, goes or changes its place. The order is
    /// that of `key`.
    pub fn select<K: Ord>(&self, keep: impl Fn(&Entry) -> bool, key: impl Fn(&Entry) -> K) -> Vec<LoadId> {
        self.shape.track();
        let mut kept: Vec<(K, LoadId)> = self.entries.with_value(|entries| {
            entries
                .iter()
                .filter_map(|(id, entry)| entry.with_untracked(|entry| keep(entry).then(|| (key(entry), *id))))
                .collect()
        });
        kept.sort();
        kept.into_iter().map(|(_, id)| id).collect()
    }

    /// Looks at every load, and the caller runs again when one comes, goes or changes its place.
    pub fn each(&self, mut look: impl FnMut(&Entry)) {
        self.shape.track();
        self.entries.with_value(|entries| entries.values().for_each(|entry| entry.with_untracked(&mut look)));
    }

    /// Looks at every load, and the caller runs again whenever anything is learnt of any of them: for what shows all of
    /// them together, where following each by itself costs more than it saves.
    pub fn survey(&self, mut look: impl FnMut(&Entry)) {
        self.learnt.track();
        self.entries.with_value(|entries| entries.values().for_each(|entry| entry.with_untracked(&mut look)));
    }

    /// Draws the eye to a load, as if somebody else had changed it.
    pub fn flash(&self, id: LoadId) {
        if let Some(entry) = self.entry(id) {
            entry.update(|entry| entry.changed += 1);
        }
    }

    /// Takes rows that a list gave; newer ones replace older ones.
    pub fn merge(&self, rows: impl IntoIterator<Item = LoadRow>) {
        let mut reshaped = false;
        for row in rows {
            reshaped |= self.put(row, false);
        }
        if reshaped {
            self.reshape();
        } else {
            self.learn();
        }
    }

    /// Takes a list that is whole. A load that would belong to it and isn't in it has gone without a word, so it is
    /// forgotten, unless the book heard of it so lately that the list may be older.
    pub fn merge_whole(&self, listed: Listed<LoadRow>, belongs: impl Fn(&Entry) -> bool) {
        let is_whole = listed.page.total <= listed.data.len() as u64;
        let before = listed.as_of.plus_ms(-LATELY_MS);
        let listed_ids: BTreeSet<LoadId> = listed.data.iter().map(|row| row.id).collect();
        self.merge(listed.data);
        if !is_whole {
            return;
        }
        let stays = |id: &LoadId, entry: &Entry| {
            listed_ids.contains(id) || entry.is_waiting() || entry.row.updated_at > before || !belongs(entry)
        };
        let gone = self.entries.try_update_value(|entries| {
            let count = entries.len();
            entries.retain(|id, entry| entry.with_untracked(|entry| stays(id, entry)));
            count != entries.len()
        });
        if gone == Some(true) {
            self.reshape();
        }
    }

    /// Takes an event. `mine` when this page's user caused it: then nothing flashes.
    pub fn apply(&self, happened: &Happened, mine: bool) {
        let row = match happened {
            Happened::LoadCreated(event) => &event.load,
            Happened::LoadUpdated(event) => &event.load,
            Happened::LoadStatusChanged(event) => &event.load,
            Happened::LoadAssigned(event) => &event.load,
            Happened::LoadDispatched(event) => &event.load,
            Happened::LoadDelivered(event) => &event.load,
            Happened::CarrierLoadAssigned(event) => &event.load,
            Happened::CarrierLoadWithdrawn(event) => {
                self.entries.update_value(|entries| _ = entries.remove(&event.load_id));
                return self.reshape();
            }
            Happened::LoadEtaUpdated(event) => {
                if let Some(entry) = self.entry(event.load_id) {
                    entry.update(|entry| entry.row.eta = event.new_eta);
                    self.learn();
                }
                return;
            }
            Happened::StopArrived(_)
            | Happened::StopDeparted(_)
            | Happened::TenderUpdated(_)
            | Happened::MessageNew(_)
            | Happened::MessageRead(_) => return,
        };
        let mut row = row.clone();
        if let Some(entry) = self.entry(row.id) {
            // Events carry no money: what a list told stays until a list tells otherwise.
            entry.with_untracked(|have| {
                // What was agreed with one carrier binds no other.
                let is_other = |carrier| row.carrier.as_ref().is_some_and(|now| now != carrier);
                let changes_hands = have.row.carrier.as_ref().is_some_and(is_other);
                row.carrier_rate_cents = have.row.carrier_rate_cents.filter(|_| !changes_hands);
                row.customer_rate_cents = have.row.customer_rate_cents;
            });
        }
        if self.put(row, !mine) {
            self.reshape();
        } else {
            self.learn();
        }
    }

    /// Takes newest positions; an older one moves nothing.
    pub fn moved(&self, fixes: impl IntoIterator<Item = (LoadId, LastFix)>) {
        let mut any = false;
        for (load, fix) in fixes {
            // A position comes twice to those who watch both its load and the fleet.
            if let Some(entry) = self.entry(load)
                && entry.with_untracked(|entry| entry.row.current_location.is_none_or(|known| fix.at > known.at))
            {
                entry.update(|entry| entry.row.current_location = Some(fix));
                any = true;
            }
        }
        if any {
            self.learn();
        }
    }

    /// Shows a status at once, before the server has answered.
    pub fn want(&self, id: LoadId, status: LoadStatus) -> Ticket {
        let ticket = Ticket(self.tickets.with_value(|last| last + 1));
        self.tickets.set_value(ticket.0);
        if let Some(entry) = self.entry(id) {
            entry.update(|entry| entry.wanted = Some((ticket, status)));
            self.reshape();
        }
        ticket
    }

    /// Ends a wish: with the row that the server answered, or with nothing when it refused. A later wish stays.
    pub fn settle(&self, id: LoadId, ticket: Ticket, row: Option<LoadRow>) {
        if let Some(row) = row {
            self.put(row, false);
        }
        if let Some(entry) = self.entry(id) {
            entry.update(|entry| {
                if entry.wanted.is_some_and(|(own, _)| own == ticket) {
                    entry.wanted = None;
                }
            });
        }
        self.reshape();
    }

    /// Puts a row in unless a newer one is there; whether lists must be put together anew.
    fn put(&self, row: LoadRow, flash: bool) -> bool {
        let Some(entry) = self.entry(row.id) else {
            let id = row.id;
            let entry = ArcRwSignal::new(Entry { row, wanted: None, changed: u32::from(flash) });
            self.entries.update_value(|entries| _ = entries.insert(id, entry));
            return true;
        };
        let (same, stale) = entry.with_untracked(|have| (have.row == row, row.version < have.row.version));
        if same || stale {
            return false;
        }
        let before = entry.with_untracked(place);
        entry.update(|entry| {
            let newer = row.version > entry.row.version;
            let old = std::mem::replace(&mut entry.row, row);
            let is_newer = is_newer(entry.row.current_location.as_ref(), old.current_location.as_ref());
            if entry.row.has_same_truck(&old) && !is_newer {
                entry.row.current_location = old.current_location;
            }
            if flash && newer {
                entry.changed += 1;
            }
        });
        before != entry.with_untracked(place)
    }

    fn reshape(&self) {
        self.shape.update(|shape| *shape = shape.wrapping_add(1));
        self.learn();
    }

    fn learn(&self) {
        self.learnt.update(|times| *times = times.wrapping_add(1));
    }
}

/// Everything by which lists choose and sort.
fn place(entry: &Entry) -> impl PartialEq + use<> {
    let LoadRow { pickup, carrier, dispatcher, equipment, is_hot, .. } = &entry.row;
    let ids = (carrier.as_ref().map(|carrier| carrier.id), dispatcher.as_ref().map(|dispatcher| dispatcher.id));
    (entry.status(), pickup.start, ids, *equipment, *is_hot)
}

fn is_newer(fix: Option<&LastFix>, than: Option<&LastFix>) -> bool {
    match (fix, than) {
        (Some(fix), Some(than)) => fix.at >= than.at,
        (Some(_), None) => true,
        (None, _) => false,
    }
}
