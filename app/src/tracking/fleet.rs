//! What the map, the list and the panel share: which loads are under way, how each stands, and which one is looked at.

use std::sync::Arc;

use contract::{
    LoadId, Timestamp,
    actor::Permission,
    risk::{Risk, outlook},
    tracking::{Freshness, freshness},
};
#[cfg(feature = "hydrate")]
use contract::{fence::Fence, geo::Point};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    address::{Pick, View, address},
    basemap::Town,
};
use crate::{
    live::{Book, Entry, live},
    pages::Visitor,
    when,
};

/// How a load under way stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which load.
    pub load: LoadId,
    /// Towards its appointments.
    pub risk: Risk,
    /// How old its position is.
    pub freshness: Freshness,
    mine: bool,
}

impl Standing {
    /// How a load stands at `now`.
    pub fn of(entry: &Entry, now: Timestamp, me: Option<contract::UserId>) -> Self {
        let row = &entry.row;
        Self {
            load: row.id,
            risk: outlook(row, now).risk,
            freshness: freshness(row.current_location.map(|fix| fix.at), now),
            mine: me.is_some() && row.dispatcher.as_ref().map(|dispatcher| dispatcher.id) == me,
        }
    }

    /// Whether its truck should be heard of and isn't.
    pub const fn is_stale(self) -> bool {
        matches!(self.freshness, Freshness::Stale | Freshness::Silent)
    }

    /// Whether it is among those picked.
    pub fn is_in(self, pick: Pick) -> bool {
        match pick {
            Pick::All => true,
            Pick::AtRisk => self.risk > Risk::None,
            Pick::Stale => self.is_stale(),
            Pick::Mine => self.mine,
        }
    }

    /// What comes first in the list: the late, the tight, the silent, the rest.
    fn urgency(self) -> u8 {
        match (self.risk, self.is_stale()) {
            (Risk::Late, _) => 0,
            (Risk::Tight, _) => 1,
            (Risk::None, true) => 2,
            (Risk::None, false) => 3,
        }
    }

    /// The class of its row.
    pub const fn class(self) -> &'static str {
        match (self.risk, self.is_stale()) {
            (Risk::Late, _) => "late",
            (Risk::Tight, _) => "tight",
            (Risk::None, true) => "stale",
            (Risk::None, false) => "",
        }
    }
}

/// What is shared by the parts of the page, in context.
#[derive(Clone, Copy)]
pub struct Fleet {
    /// What is known of loads.
    pub book: Book,
    /// The page's clock.
    pub now: Memo<Timestamp>,
    /// Every load under way, the most urgent first.
    pub standings: Memo<Vec<Standing>>,
    /// Those that are shown, in the same order.
    pub shown: Memo<Vec<LoadId>>,
    /// Which of them are shown.
    pub pick: Memo<Pick>,
    /// The load that is looked at.
    pub selected: Memo<Option<LoadId>>,
    /// Tells a row whether it is that load's, and only those two rows for which the answer changes.
    selection: StoredValue<Selector<Option<LoadId>>>,
    /// The view that the address names.
    pub view: Memo<Option<View>>,
    /// Where that load goes next, once it is known exactly.
    #[cfg(feature = "hydrate")]
    pub next_stop: RwSignal<Option<(LoadId, Point)>>,
    /// The fences of its stops, likewise.
    #[cfg(feature = "hydrate")]
    pub fences: RwSignal<Option<(LoadId, Vec<Fence>)>>,
    /// Whether the list of a telephone is lowered to its heading, so that the map has the room.
    pub lowered: RwSignal<bool>,
    /// The base map's towns, once they are there.
    pub towns: RwSignal<Arc<[Town]>>,
    /// Whether the reader may move loads on.
    pub moves_loads: bool,
    me: Option<contract::UserId>,
}

impl Fleet {
    /// Puts it together for this page.
    pub fn provide() -> Self {
        let (book, query) = (live().book, use_query_map());
        let visitor = expect_context::<Visitor>();
        let me = visitor.me.as_ref().map(|me| me.id);
        let now = Memo::new(|_| when::now());
        let selected = Memo::new(move |_| query.with(|query| query.get("load")?.parse().ok()));
        let standings = Memo::new(move |_| standings(book, now.get(), me));
        let pick = Memo::new(move |_| query.with(|query| Pick::named(&query.get("view").unwrap_or_default())));
        let fleet = Self {
            book,
            now,
            standings,
            shown: Memo::new(move |_| {
                standings.with(|all| all.iter().filter(|one| one.is_in(pick.get())).map(|one| one.load).collect())
            }),
            pick,
            selected,
            selection: StoredValue::new(Selector::new(move || selected.get())),
            view: Memo::new(move |_| query.with(|query| View::parse(&query.get("at")?))),
            #[cfg(feature = "hydrate")]
            next_stop: RwSignal::new(None),
            #[cfg(feature = "hydrate")]
            fences: RwSignal::new(None),
            lowered: RwSignal::new(false),
            towns: RwSignal::new(Arc::new([])),
            moves_loads: visitor.can(Permission::LoadStatusUpdate),
            me,
        };
        provide_context(fleet);
        fleet
    }

    /// The one of this page.
    pub fn here() -> Self {
        expect_context()
    }

    /// Looks at every load under way with how it stands, and the caller runs again whenever that may have changed.
    #[cfg(feature = "hydrate")]
    pub fn survey(self, mut look: impl FnMut(&Entry, Standing)) {
        let now = self.now.get();
        self.book.survey(|entry| {
            if entry.status().is_under_way() {
                look(entry, Standing::of(entry, now, self.me));
            }
        });
    }

    /// Whether a load is the one that is looked at.
    pub fn is_selected(self, load: LoadId) -> bool {
        self.selection.with_value(|selection| selection.selected(&Some(load)))
    }

    /// How many a pick has.
    pub fn count(self, pick: Pick) -> usize {
        self.standings.with(|all| all.iter().filter(|one| one.is_in(pick)).count())
    }

    /// How a load stands now.
    pub fn standing(self, entry: &Entry) -> Standing {
        Standing::of(entry, self.now.get(), self.me)
    }

    /// The address of this page with another load looked at, or none.
    pub fn href(self, load: Option<LoadId>) -> String {
        address(self.pick.get(), load, self.view.get())
    }

    /// The same, for a click: nothing is followed.
    pub fn href_untracked(self, load: Option<LoadId>) -> String {
        address(self.pick.get_untracked(), load, self.view.get_untracked())
    }

    /// The address of a load's row: without the view, which would have every row written anew whenever the map moves.
    pub fn href_of_row(self, load: LoadId) -> String {
        address(self.pick.get(), Some(load), None)
    }

    /// The address of this page with other loads shown.
    pub fn href_of(self, pick: Pick) -> String {
        address(pick, self.selected.get(), self.view.get())
    }

    /// The address of this page with another view, or the usual one.
    #[cfg(feature = "hydrate")]
    pub fn href_at(self, view: Option<View>) -> String {
        address(self.pick.get_untracked(), self.selected.get_untracked(), view)
    }

    /// The load before or after the one that is looked at, around the list's ends.
    #[cfg(feature = "hydrate")]
    pub fn beside(self, step: isize) -> Option<LoadId> {
        let shown = self.shown.get_untracked();
        let at = self.selected.get_untracked().and_then(|load| shown.iter().position(|one| *one == load));
        let next = match at {
            Some(at) => (at.cast_signed() + step).rem_euclid(shown.len().cast_signed()),
            None if step > 0 => 0,
            None => shown.len().cast_signed() - 1,
        };
        shown.get(usize::try_from(next).ok()?).copied()
    }
}

fn standings(book: Book, now: Timestamp, me: Option<contract::UserId>) -> Vec<Standing> {
    let mut all = Vec::new();
    book.survey(|entry| {
        if entry.status().is_under_way() {
            all.push((Standing::of(entry, now, me), entry.row.load_number.clone()));
        }
    });
    all.sort_by(|(one, number), (other, than)| (one.urgency(), number).cmp(&(other.urgency(), than)));
    all.into_iter().map(|(standing, _)| standing).collect()
}
