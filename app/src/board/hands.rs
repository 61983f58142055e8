//! What the visitor's hands are at on the board: the card with the keyboard, the card that is dragged, the open menu.

use std::collections::{BTreeMap, BTreeSet};

use contract::{
    LoadId,
    status::{LANES, Lane, LoadStatus},
};
use leptos::prelude::*;

use super::filter::Filter;
#[cfg(feature = "hydrate")]
use super::{
    glide,
    hold::{self, Held},
};
use crate::{
    live::{Entry, live},
    loads::{act, deeds::Opened},
    pages::Visitor,
    ui::toast,
};

/// At most so many cards may move at once; more of it would only be unrest.
const MAX_ARRIVALS: u32 = 20;

/// How long a card takes to arrive, in milliseconds.
const ARRIVAL_MS: f64 = 300.0;

/// Which change of a card was shown last, and when.
type Shown = BTreeMap<LoadId, (u32, f64)>;

/// The visitor's hands; one for the board, in context.
#[derive(Clone, Copy)]
pub struct Hands {
    /// What is shown.
    pub filter: Memo<Filter>,
    /// What is sought, letter by letter; the address follows.
    pub sought: RwSignal<String>,
    /// The cards of each lane, in their order.
    pub lanes: Memo<Vec<Vec<LoadId>>>,
    /// The card that has the keyboard, or had it last.
    pub here: RwSignal<Option<LoadId>>,
    /// The cards that something shall be done to at once.
    pub chosen: RwSignal<BTreeSet<LoadId>>,
    /// The card that is dragged.
    pub dragged: RwSignal<Option<LoadId>>,
    /// The lane that the pointer is over with it.
    pub over: RwSignal<Option<Lane>>,
    /// The open menu.
    pub menu: RwSignal<Option<Opened>>,
    /// What a screen reader is told.
    pub said: RwSignal<String>,
    /// The card that shall have the keyboard again once it is in its new lane.
    carried: StoredValue<Option<LoadId>>,
    /// The card that is pointed at.
    pub pointed: StoredValue<Option<LoadId>>,
    /// The same, while its lane changes.
    #[cfg(feature = "hydrate")]
    held: StoredValue<Option<Held>>,
    shown: StoredValue<Shown>,
    arrivals: StoredValue<(u32, f64)>,
}

/// The visitor's hands.
pub fn hands() -> Hands {
    expect_context()
}

impl Hands {
    /// Empty hands over these lanes.
    pub fn new(filter: Memo<Filter>, lanes: Memo<Vec<Vec<LoadId>>>) -> Self {
        // What changed before the board was opened is not news.
        let mut shown = Shown::new();
        untrack(|| live().book.each(|entry| _ = shown.insert(entry.row.id, (entry.changed, 0.0))));
        Self {
            filter,
            sought: RwSignal::new(filter.get_untracked().q),
            lanes,
            here: RwSignal::new(None),
            chosen: RwSignal::new(BTreeSet::new()),
            dragged: RwSignal::new(None),
            over: RwSignal::new(None),
            menu: RwSignal::new(None),
            said: RwSignal::new(String::new()),
            carried: StoredValue::new(None),
            pointed: StoredValue::new(None),
            #[cfg(feature = "hydrate")]
            held: StoredValue::new(None),
            shown: StoredValue::new(shown),
            arrivals: StoredValue::new((0, 0.0)),
        }
    }

    /// Chooses a card, or leaves it alone again.
    pub fn choose(&self, load: LoadId) {
        self.chosen.update(|chosen| {
            if !chosen.remove(&load) {
                chosen.insert(load);
            }
        });
    }

    /// Moves a card, which takes the keyboard along; a notice says so once it is done.
    pub fn carry(&self, load: LoadId, to: LoadStatus) {
        self.carried.set_value(Some(load));
        act::move_to(load, to);
    }

    /// Puts a card into a lane: the next legal status there, or the reason why not.
    pub fn put(&self, load: LoadId, lane: Lane) {
        let Some(from) = status(load).filter(|from| from.lane() != Some(lane)) else { return };
        match lane.entry(from) {
            Some(to) => self.carry(load, to),
            None => toast::wrong(act::cannot_go(&expect_context::<Visitor>(), from, None)),
        }
    }

    /// Puts a card into the lane `by` places further on.
    #[cfg(feature = "hydrate")]
    pub fn shift(&self, load: LoadId, by: isize) {
        let place = status(load).and_then(LoadStatus::lane).and_then(|lane| LANES.iter().position(|own| *own == lane));
        let next = place.and_then(|place| place.checked_add_signed(by)).and_then(|place| LANES.get(place));
        if let Some(lane) = next {
            self.put(load, *lane);
        }
    }

    /// Whether a lane would take the card that is dragged; nothing when none is.
    pub fn takes(&self, lane: Lane) -> Option<bool> {
        let load = self.dragged.get()?;
        let from = status(load)?;
        if from.lane() == Some(lane) {
            return None;
        }
        let visitor = expect_context::<Visitor>();
        let stops_allow =
            |to| live().book.entry(load).is_none_or(|entry| entry.with_untracked(|entry| entry.row.stops_allow(to)));
        Some(lane.entry(from).is_some_and(|to| act::may_move(&visitor, from, to) && stops_allow(to)))
    }

    /// Asks who moves a load, if the visitor may choose.
    pub fn assign(&self, load: LoadId) {
        if act::assign(load) {
            self.carried.set_value(Some(load));
        }
    }

    /// Whether this card is the one that takes the keyboard along to its new lane.
    pub fn is_carried(&self, load: LoadId) -> bool {
        let is_carried = self.carried.get_value() == Some(load);
        if is_carried {
            self.carried.set_value(None);
        }
        is_carried
    }

    /// Up to which change a card that comes into view has been shown. A card that changed a moment ago comes from
    /// another lane, so it shows that change once more.
    pub fn shown_before(&self, load: LoadId, changed: u32) -> u32 {
        let known = self.shown.with_value(|shown| shown.get(&load).copied());
        match known {
            Some((count, at)) if count == changed && passed_ms(at) < ARRIVAL_MS => count.saturating_sub(1),
            Some((count, _)) => count,
            None => 0,
        }
    }

    /// Keeps the card that is pointed at where it was, now that the page shows it in its lane.
    #[cfg(feature = "hydrate")]
    pub fn steady(&self) {
        if let Some(held) = self.held.try_update_value(Option::take).flatten() {
            hold::keep(held);
        }
    }

    #[cfg(feature = "hydrate")]
    fn is_moved_by_others(&self, load: LoadId) -> bool {
        live().book.entry(load).is_some_and(|entry| {
            let changed = entry.with_untracked(|entry| entry.changed);
            changed > self.shown_before(load, changed)
        })
    }

    /// Notes that a change of a card is shown now.
    pub fn show(&self, load: LoadId, changed: u32) {
        self.shown.update_value(|shown| {
            let known = shown.entry(load).or_default();
            if known.0 != changed {
                *known = (changed, moment_ms());
            }
        });
    }

    /// Whether a card may arrive with a movement.
    pub fn may_arrive(&self) -> bool {
        let (count, at) = self.arrivals.get_value();
        let next = if passed_ms(at) < ARRIVAL_MS { (count + 1, at) } else { (1, moment_ms()) };
        self.arrivals.set_value(next);
        next.0 <= MAX_ARRIVALS
    }
}

/// Looks at the cards as they are, before the page shows them in these lanes: those that somebody else moved will glide
/// from there, and the one that is pointed at will stay there.
#[cfg(feature = "hydrate")]
pub fn prepare(before: &[Vec<LoadId>], after: &[Vec<LoadId>]) {
    let Some(hands) = use_context::<Hands>() else { return };
    let pointed = hands.pointed.get_value();
    let mut moved = Vec::new();
    for (was, is) in before.iter().zip(after).filter(|(was, is)| was != is) {
        moved.extend(is.iter().copied().filter(|load| !was.contains(load)));
        if let Some(load) = pointed.filter(|load| was.contains(load) && is.contains(load)) {
            hands.held.set_value(hold::take_hold(load));
        }
    }
    let has_left = |load: &LoadId| before.iter().any(|lane| lane.contains(load));
    moved.retain(|load| has_left(load) && hands.is_moved_by_others(*load));
    if moved.len() <= MAX_ARRIVALS as usize && glide::is_wanted() {
        moved.into_iter().for_each(glide::take_off);
    }
}

/// Nothing is shown before the page has woken.
#[cfg(not(feature = "hydrate"))]
pub const fn prepare(_before: &[Vec<LoadId>], _after: &[Vec<LoadId>]) {}

/// The status that a load shows.
pub fn status(load: LoadId) -> Option<LoadStatus> {
    live().book.entry(load).map(|entry| entry.with_untracked(Entry::status))
}

/// The lane's place from the left, counted from 1.
pub fn place(lane: Lane) -> usize {
    1 + LANES.iter().take_while(|own| **own != lane).count()
}

fn passed_ms(since: f64) -> f64 {
    moment_ms() - since
}

#[cfg(feature = "hydrate")]
fn moment_ms() -> f64 {
    js_sys::Date::now()
}

/// Nothing moves on the server.
#[cfg(not(feature = "hydrate"))]
const fn moment_ms() -> f64 {
    0.0
}
