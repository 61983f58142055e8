//! Staying live: what is known of loads, the socket that keeps it so, and what to do while the socket is down.

pub mod again;
pub mod api;
#[cfg(feature = "hydrate")]
pub(crate) mod bind;
pub mod book;
#[cfg(feature = "hydrate")]
mod colleagues;
#[cfg(feature = "hydrate")]
mod connection;
pub mod inbox;
pub mod mail;
#[cfg(feature = "ssr")]
pub mod port;
pub mod presence;
#[cfg(feature = "hydrate")]
mod session;
#[cfg(feature = "hydrate")]
mod watch;

use std::collections::BTreeMap;

use contract::{
    LoadId, Timestamp,
    event::{Cursor, Happened},
    tracking::Bounds,
};
use leptos::prelude::*;
use serde_json::Value;

pub use book::{Book, Entry, Ticket};
use inbox::{Inbox, News, Then, Told};
use mail::Mail;
use presence::Presence;

use crate::pages::Visitor;

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

#[cfg(feature = "hydrate")]
impl Link {
    /// Whether the server is reached, one way or the other.
    pub const fn is_heard(self) -> bool {
        matches!(self, Self::Live | Self::Polling { .. })
    }
}

/// What was told beside loads, as far as every page needs it.
#[derive(Clone, Copy)]
pub struct Noted {
    /// Goes up when something of carriers has changed.
    pub carriers: RwSignal<u32>,
    /// For each load of which something was told about check calls, how often.
    pub calls: RwSignal<BTreeMap<LoadId, u32>>,
    /// Goes up when the desk's figures have changed.
    pub figures: RwSignal<u32>,
    /// Goes up when something of the visitor's notices has changed.
    pub notices: RwSignal<u32>,
    /// How many of them are not read.
    pub unread: RwSignal<u32>,
    /// The newest that is to be shown by itself, as it came.
    pub loud: RwSignal<Option<Value>>,
    /// What was announced to everybody, until it is put away.
    pub announced: RwSignal<Option<String>>,
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
    /// What was told beside loads.
    told: StoredValue<Noted>,
    /// How often to ask while there is no socket, in seconds: the page in view decides.
    pub poll_s: RwSignal<u32>,
    /// What the last few durable events were, newest last, for notices such as "4 new".
    pub heard: RwSignal<Option<Happened>>,
    /// What was told of messages.
    pub mail: Mail,
    /// Which colleague is at which load.
    pub presence: Presence,
    /// The loads whose positions the page wants at once.
    pub joined: RwSignal<Vec<LoadId>>,
    /// Which part of the fleet the page watches: nothing, or a part, or all of it.
    pub watched: RwSignal<Option<Option<Bounds>>>,
    /// How far the page has followed what happens.
    inbox: StoredValue<Inbox>,
    /// The application's owner, in whose context everything is that outlives a page.
    #[cfg(feature = "hydrate")]
    owner: StoredValue<Option<Owner>>,
}

/// The live state of this page.
pub fn live() -> Live {
    expect_context()
}

/// Makes the live state for this page, and connects it when somebody is signed in.
pub fn provide(signed_in: bool) {
    let me = use_context::<Visitor>().and_then(|visitor| visitor.me);
    let live = Live {
        presence: Presence::new(me.map(|me| (me.id, me.name))),
        book: Book::new(),
        link: RwSignal::new(Link::Connecting),
        afresh: RwSignal::new(0),
        told: StoredValue::new(Noted {
            carriers: RwSignal::new(0),
            calls: RwSignal::default(),
            figures: RwSignal::new(0),
            notices: RwSignal::new(0),
            unread: RwSignal::new(0),
            loud: RwSignal::new(None),
            announced: RwSignal::new(None),
        }),
        mail: Mail::new(),
        poll_s: RwSignal::new(10),
        heard: RwSignal::new(None),
        joined: RwSignal::new(Vec::new()),
        watched: RwSignal::new(None),
        inbox: StoredValue::new(Inbox::default()),
        #[cfg(feature = "hydrate")]
        owner: StoredValue::new(Owner::current()),
    };
    provide_context(live);
    // An effect runs in the browser only, and after the page has woken.
    Effect::new(move |_| {
        if signed_in {
            #[cfg(feature = "hydrate")]
            connection::open(live);
        }
    });
}

impl Live {
    /// Tells where a list was read, so that its later changes can be followed. Give the rows to the book first.
    pub fn read_at(&self, cursor: &Cursor) {
        if let Some(news) = self.inbox.try_update_value(|inbox| inbox.begin(cursor)) {
            self.deliver(news);
        }
    }

    /// What was told beside loads.
    pub fn noted(&self) -> Noted {
        self.told.get_value()
    }

    /// Whether an event was caused by this page's visitor.
    pub fn is_mine(&self, happened: &Happened) -> bool {
        let (_, by) = inbox::subject(happened);
        by.is_some_and(|by| self.presence.is_me(by))
    }

    /// Does something in the application's context: an answer may come after the page that asked is gone.
    pub fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        #[cfg(feature = "hydrate")]
        if let Some(owner) = self.owner.get_value() {
            return owner.with(work);
        }
        work()
    }

    /// Applies what came in; what is left to do is the line's.
    fn deliver(&self, news: News) -> Then {
        for happened in news.events {
            if self.mail.hears(&happened) {
                continue;
            }
            self.book.apply(&happened, self.is_mine(&happened));
            self.heard.set(Some(happened));
        }
        if news.of_carriers {
            self.noted().carriers.update(|times| *times += 1);
        }
        if !news.of_calls.is_empty() {
            self.noted().calls.update(|calls| {
                for load in news.of_calls {
                    *calls.entry(load).or_default() += 1;
                }
            });
        }
        if news.of_figures {
            self.noted().figures.update(|times| *times += 1);
        }
        for Told { unread, loud } in news.notices {
            let noted = self.noted();
            noted.unread.set(unread);
            noted.notices.update(|times| *times += 1);
            if loud.is_some() {
                noted.loud.set(loud);
            }
        }
        if news.announced.is_some() {
            self.noted().announced.set(news.announced);
        }
        if news.then == Then::LoadAfresh {
            self.afresh.update(|times| *times += 1);
        }
        news.then
    }
}

/// Renews the visitor's session after a call was refused because its token had ended; whether it is worth another try.
#[cfg(feature = "hydrate")]
pub async fn renewed() -> bool {
    match session::renew().await {
        session::Renewal::Done(_) => true,
        session::Renewal::Ended => {
            session::sign_in_again();
            false
        }
        session::Renewal::Unknown => false,
    }
}
