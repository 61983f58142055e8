//! What has come since the list was loaded. The list itself never moves under the pointer: new loads are counted, and
//! come in when the reader asks for them.

use std::collections::BTreeSet;

use contract::{
    LoadId, Timestamp, UserId,
    event::Happened,
    loads::{LoadQuery, LoadRow},
};
use leptos::prelude::*;

use super::fits::fits;

/// How long the counts may be behind, in milliseconds. Many events in a row cost one call.
#[cfg(feature = "hydrate")]
const COUNT_AFTER_MS: u64 = 2_000;

/// What the list doesn't show yet.
#[derive(Clone, Copy)]
pub struct News {
    /// Loads that belong to the list and came after it.
    pub fresh: RwSignal<BTreeSet<LoadId>>,
    /// Goes up when the counts of the selections must be asked for anew.
    pub recount: RwSignal<u32>,
    /// Goes up when the reader has entered a load that belongs to the list: that is shown at once. Of many that come
    /// together, as from a spreadsheet, the others are shown a moment later.
    pub own: RwSignal<u32>,
    /// Whether some of them are still to be shown.
    pub own_waits: StoredValue<bool>,
    listed: StoredValue<BTreeSet<LoadId>>,
}

impl News {
    /// Nothing new yet.
    pub fn new() -> Self {
        Self {
            fresh: RwSignal::default(),
            recount: RwSignal::new(0),
            own: RwSignal::new(0),
            own_waits: StoredValue::new(false),
            listed: StoredValue::default(),
        }
    }

    /// A list has come: nothing of it is new any more.
    pub fn start(&self, listed: impl Iterator<Item = LoadId>) {
        self.listed.set_value(listed.collect());
        if self.fresh.with_untracked(|fresh| !fresh.is_empty()) {
            self.fresh.update(BTreeSet::clear);
        }
    }

    /// Takes an event: a load that it brought into the list is new, one that it took out no longer is. Says whether the
    /// reader has entered one.
    pub fn hear(&self, happened: &Happened, asked: &LoadQuery, me: Option<UserId>, now: Timestamp) -> bool {
        let belongs = |load: &LoadRow| fits(asked, load, me, now);
        let (load, came) = match happened {
            Happened::LoadCreated(event) => (&event.load, belongs(&event.load)),
            Happened::CarrierLoadAssigned(event) => (&event.load, belongs(&event.load)),
            Happened::LoadStatusChanged(event) => {
                let before = LoadRow { status: event.previous_status, ..event.load.clone() };
                (&event.load, belongs(&event.load) && !belongs(&before))
            }
            Happened::LoadUpdated(event) => (&event.load, false),
            Happened::LoadAssigned(event) => (&event.load, false),
            _ => return false,
        };
        let id = load.id;
        if came && !self.listed.with_value(|listed| listed.contains(&id)) {
            // Whoever enters a load looks after it at first; the event has no other author.
            let own = load.dispatcher.as_ref().is_some_and(|dispatcher| Some(dispatcher.id) == me);
            if own && matches!(happened, Happened::LoadCreated(_)) {
                return true;
            }
            self.fresh.update(|fresh| _ = fresh.insert(id));
        } else if !belongs(load) && self.fresh.with_untracked(|fresh| fresh.contains(&id)) {
            self.fresh.update(|fresh| _ = fresh.remove(&id));
        }
        false
    }

    /// Follows what happens while the page is open.
    #[cfg(feature = "hydrate")]
    pub fn follow(self, asked: Memo<LoadQuery>, me: Option<UserId>) {
        use std::time::Duration;

        let heard = crate::live::live().heard;
        let waiting = StoredValue::new(None::<TimeoutHandle>);
        // At once and not with the next frame: of several events that come together, a plain effect sees the last.
        ImmediateEffect::new_scoped(move || {
            heard.track();
            untrack(|| {
                heard.with(|happened| {
                    let Some(happened) = happened else { return };
                    let own = self.hear(happened, &asked.get(), me, crate::when::now_untracked());
                    if own && waiting.with_value(Option::is_some) {
                        self.own_waits.set_value(true);
                    } else if own {
                        self.own.update(|count| *count += 1);
                    }
                    if waiting.with_value(Option::is_none) {
                        let recount = move || {
                            waiting.set_value(None);
                            self.recount.update(|count| *count += 1);
                            if self.own_waits.try_update_value(std::mem::take).unwrap_or_default() {
                                self.own.update(|count| *count += 1);
                            }
                        };
                        waiting.set_value(set_timeout_with_handle(recount, Duration::from_millis(COUNT_AFTER_MS)).ok());
                    }
                });
            });
        });
        on_cleanup(move || {
            if let Some(timer) = waiting.try_update_value(Option::take).flatten() {
                timer.clear();
            }
        });
    }
}
