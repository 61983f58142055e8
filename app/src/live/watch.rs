//! The socket for positions: open only while a page watches trucks.

use std::{cell::RefCell, time::Duration};

use contract::{
    LoadId,
    event::{Event as _, FleetPositions, LoadLocationUpdated, WatchLoad},
    tracking::{Bounds, LastFix, Roster, WatchFleet},
};
use leptos::{prelude::*, task::spawn_local};

use super::{
    Live,
    bind::Socket,
    connection::{Line, bytes, data, hear, hear_all, js, json, message, text},
};
use crate::json;

/// How long to wait before asking again for a socket that was refused.
const AGAIN: Duration = Duration::from_secs(5);

/// How long an answer may take, in milliseconds.
const ANSWER_MS: u32 = 5_000;

/// What the server was told.
#[derive(Clone, Default, PartialEq)]
struct Told {
    #[expect(clippy::option_option, reason = "nothing is watched, or all of the fleet, or a part of it")]
    watched: Option<Option<Bounds>>,
    joined: Vec<LoadId>,
}

/// The socket for positions.
pub(super) struct Watch {
    live: Live,
    socket: Socket,
    told: RefCell<Told>,
    /// Which load is meant by which number.
    roster: RefCell<Roster>,
}

impl Watch {
    pub(super) fn new(live: Live, socket: Socket) -> Self {
        Self { live, socket, told: RefCell::default(), roster: RefCell::default() }
    }

    pub(super) const fn socket(&self) -> &Socket {
        &self.socket
    }

    /// Hears positions, and follows what the pages watch.
    pub(super) fn listen(&'static self, line: &'static Line) {
        hear(&self.socket, "connect", move |_| {
            self.told.take();
            self.roster.take();
            line.watch.follow();
        });
        hear(&self.socket, "connect_error", move |fault| {
            if !self.socket.active() && message(&fault) != "Forbidden" {
                set_timeout(move || self.follow(), AGAIN);
            }
        });
        // The server ends it together with the one for events, which comes back with a fresh token.
        hear(&self.socket, "disconnect", move |reason| {
            self.told.take();
            if reason.as_string().as_deref() == Some("io server disconnect") {
                set_timeout(move || self.follow(), AGAIN);
            }
        });
        let book = self.live.book;
        hear_all(&self.socket, move |name, value| {
            if name == FleetPositions::NAME {
                // What can't be read is of a version yet to come; the page goes on with what lists tell.
                if let Ok(heard) = self.roster.borrow_mut().take(&bytes(&data(&value), "positions")) {
                    book.moved(heard.positions);
                }
            } else if name == LoadLocationUpdated::NAME
                && let Ok(told) = json::read::<LoadLocationUpdated>(&text(&data(&value)))
            {
                let LoadLocationUpdated { load_id, location, heading, speed, recorded_at: at, source, .. } = told;
                book.moved([(load_id, LastFix { lat: location.lat, lng: location.lng, heading, speed, at, source })]);
            }
        });
        Effect::new(move |_| {
            self.live.watched.track();
            self.live.joined.track();
            self.follow();
        });
    }

    /// Tells the server what the pages watch now, as far as it doesn't know.
    pub(super) fn follow(&'static self) {
        let wish = Told { watched: self.live.watched.get_untracked(), joined: self.live.joined.get_untracked() };
        if wish == Told::default() {
            self.socket.disconnect();
            return;
        }
        // Nothing ends the fleet stream but the socket's end.
        if self.told.borrow().watched.is_some() && wish.watched.is_none() {
            self.socket.disconnect();
        }
        if !self.socket.connected() {
            if !self.socket.active() {
                self.socket.connect();
            }
            return;
        }
        let told = self.told.replace(wish.clone());
        if let Some(bounds) = wish.watched.filter(|_| told.watched != wish.watched) {
            self.watch_fleet(bounds);
        }
        let say = |event, from: &[LoadId], except: &[LoadId]| {
            for load_id in from.iter().filter(|load| !except.contains(load)) {
                self.socket.emit(event, &js(&json(&WatchLoad { load_id: *load_id })));
            }
        };
        say("leave:load", &told.joined, &wish.joined);
        say("join:load", &wish.joined, &told.joined);
    }

    /// Asks for the fleet stream, and asks again when no answer comes: a map must not stand still and count as live.
    fn watch_fleet(&'static self, bounds: Option<Bounds>) {
        spawn_local(async move {
            let ask = js(&json(&WatchFleet { bounds }));
            let answer = self.socket.timeout(ANSWER_MS).ask("watch:fleet", &ask).await;
            if answer.is_err() && self.socket.connected() {
                self.told.borrow_mut().watched = None;
                self.follow();
            }
        });
    }
}
