//! The socket that tells colleagues where the visitor is, and the page where they are.

use std::time::Duration;

use contract::event::{Event as _, PresenceLeft, PresenceUpdated, SetPresence};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::{
    Link, Live,
    bind::Socket,
    connection::{data, hear, hear_all, js, json, text},
};
use crate::json;

/// How often the server is told that the visitor still is where they are; it waits for twelve seconds.
const AGAIN: Duration = Duration::from_secs(5);

/// How this namespace is greeted: what happens to loads is told on another one.
pub(super) const GREETING: &str = r#"{"auth":{"events":false}}"#;

/// The socket.
pub(super) struct Colleagues {
    live: Live,
    socket: Socket,
    /// Whether the visitor is one of those who see each other.
    is_shown: bool,
}

impl Colleagues {
    pub(super) const fn new(live: Live, socket: Socket, is_shown: bool) -> Self {
        Self { live, socket, is_shown }
    }

    pub(super) const fn socket(&self) -> &Socket {
        &self.socket
    }

    /// Hears who is where, and tells where the visitor is.
    pub(super) fn listen(&'static self) {
        if !self.is_shown {
            return;
        }
        let presence = self.live.presence;
        hear(&self.socket, "connect", move |_| self.say());
        hear(&self.socket, "connect_error", move |_| set_timeout(move || self.follow(), AGAIN));
        hear(&self.socket, "disconnect", move |_| {
            presence.forget();
            set_timeout(move || self.follow(), AGAIN);
        });
        hear_all(&self.socket, move |name, value| {
            let data = || text(&data(&value));
            if name == PresenceUpdated::NAME
                && let Ok(person) = json::read(&data())
            {
                presence.came(person);
            } else if name == PresenceLeft::NAME
                && let Ok(PresenceLeft { user_id }) = json::read(&data())
            {
                presence.went(user_id);
            }
        });
        Effect::new(move |_| {
            _ = presence.place();
            self.say();
        });
        set_interval(move || self.say(), AGAIN);
    }

    /// Connects when the other socket has: it has the same fate. What the server ended or refused is asked for again.
    pub(super) fn follow(&self) {
        if self.is_shown && self.live.link.get_untracked() == Link::Live && !self.socket.active() {
            self.socket.connect();
        }
    }

    /// Tells where the visitor is. A page that is not looked at says nothing, and so its visitor is soon gone.
    fn say(&self) {
        let visible = document().visibility_state() == web_sys::VisibilityState::Visible;
        if visible && self.socket.connected() {
            let (load_id, mode) = untrack(|| self.live.presence.place());
            self.socket.emit("presence:set", &js(&json(&SetPresence { load_id, mode })));
        }
    }
}

/// How the manager is asked for it.
pub(super) fn options() -> JsValue {
    js(GREETING)
}
