//! Keeping an open load as it is now: its row comes by itself, stops and timeline are read anew when it has changed.

use std::time::Duration;

use contract::{Code, LoadId, One, event::PresenceMode, loads::LoadDetail};
use leptos::{prelude::*, task::spawn_local};

use super::super::api::one_load;
use crate::live::{Entry, Link, inbox::subject, live};

/// One change is often told by several events; they are waited for, so that one reading answers them all.
const GATHER: Duration = Duration::from_millis(120);

/// Follows a load while its page is open. What is given back tells when it is no longer the reader's to see.
pub fn follow(id: LoadId, entry: RwSignal<Entry>, detail: RwSignal<LoadDetail>) -> RwSignal<bool> {
    let live = live();
    let gone = RwSignal::new(false);
    let waiting = StoredValue::new(false);
    let read = move || {
        waiting.try_set_value(false);
        spawn_local(async move {
            match one_load(id).await {
                Ok(One { data }) => {
                    live.book.merge([data.load.clone()]);
                    // Answers may overtake each other; an older one is not taken.
                    if detail.try_with_untracked(|have| have.load.version <= data.load.version) == Some(true) {
                        detail.set(data);
                    }
                }
                Err(fault) if fault.code() == Some(Code::NotFound) => _ = gone.try_set(true),
                // What is shown stays; the live stamp says how old it is.
                Err(_) => {}
            }
        });
    };
    let read_soon = move || {
        if !waiting.get_value() {
            waiting.set_value(true);
            set_timeout(read, GATHER);
        }
    };
    let version = Memo::new(move |_| (entry.with(|entry| entry.row.version), live.afresh.get()));
    Effect::new(move |before: Option<(i64, u32)>| {
        let now = version.get();
        if before.is_some_and(|before| before != now) {
            read_soon();
        }
        now
    });
    Effect::new(move |before: Option<()>| {
        let named = live.heard.with(|heard| heard.as_ref().is_some_and(|happened| subject(happened).0 == id));
        if named && before.is_some() {
            read_soon();
        }
    });
    // What happened between the server's reading and the connection was told to nobody here.
    Effect::new(move |before: Option<bool>| {
        let is_live = live.link.get() == Link::Live;
        if is_live && before == Some(false) {
            read_soon();
        }
        is_live
    });
    live.presence.be(id, PresenceMode::Viewing);
    Effect::new(move |_| live.joined.update(|joined| joined.push(id)));
    on_cleanup(move || {
        live.joined.try_update(|joined| {
            if let Some(place) = joined.iter().position(|known| *known == id) {
                joined.remove(place);
            }
        });
    });
    gone
}
