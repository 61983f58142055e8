//! The tracking map with its list and panel.

use contract::{
    Listed,
    loads::{ActiveQuery, LoadRow},
};
use leptos::{either::Either, prelude::*};
use leptos_meta::Title;

use super::{
    fleet::Fleet,
    list::{List, Skeleton},
    map::FleetMap,
    panel::Panel,
};
use crate::{
    json::{is_asked, resource},
    live::{Live, again::when_back, live},
    loads::api::active_loads,
    say,
    ui::words::unread_words,
};

/// How often to ask while there is no socket, in seconds (`domain.md` §4.2).
#[cfg(feature = "hydrate")]
const POLL_S: u32 = 15;

/// The map.
#[component]
pub fn TrackingPage() -> impl IntoView {
    let live = live();
    let fleet = Fleet::provide();
    let list = resource(|| (), |()| active_loads(ActiveQuery::default()));
    watch_fleet(live);
    #[cfg(feature = "hydrate")]
    refetch(live);

    view! {
        <Title text=say!(tracking.title) />
        <div
            class="mapwrap"
            class:paneled=move || fleet.selected.get().is_some()
            class:lowered=move || fleet.lowered.get()
        >
            <section class="mlist">
                <Transition fallback=Skeleton>
                    {move || is_asked().then(|| Suspend::new(async move {
                        match list.await {
                            Ok(listed) => {
                                take(live, listed);
                                Either::Left(view! { <List /> })
                            }
                            Err(fault) => {
                                let why = unread_words(&fault);
                                when_back(Callback::new(move |()| list.refetch()));
                                Either::Right(view! {
                                    <div class="mhead">
                                        <h1>{say!(tracking.title)}</h1>
                                    </div>
                                    <div class="mempty" role="alert">
                                        <p>{say!(tracking.failed, why = why)}</p>
                                        <button class="btn" on:click=move |_| list.refetch()>{say!(tracking.try_again)}</button>
                                    </div>
                                })
                            }
                        }
                    }))}
                </Transition>
            </section>
            <FleetMap />
            {move || {
                fleet.selected.get().map(|load| view! {
                    <section class="panel" aria-label=say!(tracking.panel.label)>
                        <Panel load />
                    </section>
                })
            }}
        </div>
    }
}

fn take(live: Live, listed: Listed<LoadRow>) {
    let cursor = listed.cursor.clone();
    live.book.merge_whole(listed, |entry| entry.status().is_under_way());
    live.read_at(&cursor);
}

/// While the page is open the whole fleet is watched, and asked for often enough when there is no socket.
fn watch_fleet(live: Live) {
    let before = live.poll_s.get_untracked();
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        live.watched.set(Some(None));
        live.poll_s.set(POLL_S);
    });
    on_cleanup(move || {
        live.watched.try_set(None);
        live.poll_s.try_set(before);
    });
}

/// When the history doesn't reach back far enough, the loads are read anew; what is shown stays until they are there.
#[cfg(feature = "hydrate")]
fn refetch(live: Live) {
    Effect::watch(
        move || live.afresh.get(),
        move |_, _, _| {
            leptos::task::spawn_local(async move {
                if let Ok(listed) = active_loads(ActiveQuery::default()).await {
                    take(live, listed);
                }
            });
        },
        false,
    );
}
