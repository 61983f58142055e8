//! Staying live: what is known of loads, the socket that keeps it so, and what to do while the socket is down.

pub mod api;
pub mod book;
#[cfg(feature = "ssr")]
pub mod port;

use contract::{LoadId, Timestamp, event::{Cursor, Happened}, tracking::Bounds};
use leptos::prelude::*;

pub use book::{Book, Entry, Ticket};

/// How the page hears of changes just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Before the page has woken, or while the first connection is being made.
    Connecting,
    /// Over the socket, at once.
    Live,
    /// The socket is lost; it is being made anew.
    Reconnecting,
    /// By asking every so many seconds.
    Polling {
        /// Seconds.
        every_s: u32,
    },
    /// Not at all: what is shown is from then.
    Offline {
        /// When the last answer came.
        as_of: Timestamp,
    },
}

/// The live state of a page: one for the whole application, in context.
#[derive(Clone, Copy)]
pub struct Live {
    /// What is known of loads; the list, the board, the detail and the map all read it.
    pub book: Book,
    /// How the page hears of changes just now.
    pub link: RwSignal<Link>,
    /// Goes up when everything must be loaded afresh because the history doesn't reach back far enough.
    pub afresh: RwSignal<u32>,
    /// How often to ask while there is no socket, in seconds: the page in view decides.
    pub poll_s: RwSignal<u32>,
    /// What the last few durable events were, newest last, for notices such as "4 new".
    pub heard: RwSignal<Option<Happened>>,
    /// The loads whose positions the page wants at once.
    pub joined: RwSignal<Vec<LoadId>>,
    /// Which part of the fleet the page watches: nothing, or a part, or all of it.
    pub watched: RwSignal<Option<Option<Bounds>>>,
}

/// The live state of this page.
pub fn live() -> Live {
    expect_context()
}

/// Makes the live state for this page, and connects it when somebody is signed in.
pub fn provide(_signed_in: bool) {
    provide_context(Live {
        book: Book::new(),
        link: RwSignal::new(Link::Connecting),
        afresh: RwSignal::new(0),
        poll_s: RwSignal::new(10),
        heard: RwSignal::new(None),
        joined: RwSignal::new(Vec::new()),
        watched: RwSignal::new(None),
    });
}

impl Live {
    /// Tells where a list was read, so that its later changes can be followed.
    pub fn read_at(&self, _cursor: &Cursor) {}
}
