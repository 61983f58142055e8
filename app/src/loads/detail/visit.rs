//! When the visitor was last at a load's page. Their browser keeps it, so that what others did since then stands out.

use contract::{LoadId, Timestamp};
use leptos::prelude::*;

/// When that was; nothing on the first visit, and while the page has not woken.
#[derive(Clone, Copy)]
pub struct LastVisit(pub RwSignal<Option<Timestamp>>);

/// Finds it out, and keeps when this visit ends.
pub fn follow(load: LoadId) -> LastVisit {
    let last = RwSignal::new(None);
    Effect::new(move |_| {
        #[cfg(feature = "hydrate")]
        browser::keep(load, last);
        #[cfg(not(feature = "hydrate"))]
        let _ = load;
    });
    LastVisit(last)
}

#[cfg(feature = "hydrate")]
mod browser {
    use contract::{LoadId, Timestamp};
    use leptos::{ev, prelude::*};

    use crate::{pages::Visitor, when::Now};

    /// So many loads are kept, those that were looked at last.
    const KEPT: usize = 300;

    /// Which load was looked at when, the newest last.
    type Visits = Vec<(LoadId, Timestamp)>;

    fn read(place: &str) -> Visits {
        let text = window().local_storage().ok().flatten().and_then(|kept| kept.get_item(place).ok().flatten());
        let visit = |line: &str| {
            let (load, at) = line.split_once(' ')?;
            Some((load.parse().ok()?, at.parse().ok()?))
        };
        text.unwrap_or_default().lines().filter_map(visit).collect()
    }

    fn write(place: &str, load: LoadId, at: Timestamp) {
        let mut visits = read(place);
        visits.retain(|(known, _)| *known != load);
        visits.push((load, at));
        let surplus = visits.len().saturating_sub(KEPT);
        let lines: Vec<_> = visits.into_iter().skip(surplus).map(|(load, at)| format!("{load} {at}")).collect();
        if let Ok(Some(kept)) = window().local_storage() {
            _ = kept.set_item(place, &lines.join("\n"));
        }
    }

    pub fn keep(load: LoadId, last: RwSignal<Option<Timestamp>>) {
        let Some(me) = use_context::<Visitor>().and_then(|visitor| visitor.me) else { return };
        // The server's clock, on which everything else of the load is told.
        let now = expect_context::<Now>();
        let place = format!("headhaul-visits-{}", me.id);
        last.set(read(&place).into_iter().find(|(known, _)| *known == load).map(|(_, at)| at));
        let leave = move || {
            if let Some(at) = now.shown() {
                write(&place, load, at);
            }
        };
        // A page that is closed and one that gives way to another each end in their own way.
        let hidden = window_event_listener(ev::pagehide, {
            let leave = leave.clone();
            move |_| leave()
        });
        on_cleanup(move || {
            hidden.remove();
            leave();
        });
    }
}
