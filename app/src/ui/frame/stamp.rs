//! The live stamp: how fresh what is shown can be.

use leptos::prelude::*;

use crate::{
    live::{Link, live},
    say, when,
};

/// The dot and its word. It is read out when it changes.
#[component]
pub fn Stamp() -> impl IntoView {
    let link = live().link;
    view! {
        <span class="live" role="status" data-link=move || look(link.get())>
            <i></i>
            <span>{move || words(link.get())}</span>
        </span>
    }
}

/// What is said above a page while nothing is heard of the server.
#[component]
pub fn Away() -> impl IntoView {
    let link = live().link;
    move || match link.get() {
        Link::Offline { as_of } => {
            let words = say!(common.link.away, clock = when::clock(as_of, when::own_offset_min(as_of)));
            Some(view! { <p class="away">{words}</p> })
        }
        _ => None,
    }
}

const fn look(link: Link) -> &'static str {
    match link {
        Link::Connecting => "connecting",
        Link::Live => "live",
        Link::Reconnecting => "reconnecting",
        Link::Polling { .. } => "polling",
        Link::Offline { .. } => "offline",
    }
}

fn words(link: Link) -> String {
    match link {
        Link::Connecting => say!(common.link.connecting).to_owned(),
        Link::Live => say!(common.link.live).to_owned(),
        Link::Reconnecting => say!(common.link.reconnecting).to_owned(),
        Link::Polling { every_s } => say!(common.link.polling, seconds = every_s),
        Link::Offline { as_of } => say!(common.link.offline, clock = when::clock(as_of, when::own_offset_min(as_of))),
    }
}
