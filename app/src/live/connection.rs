//! The line to the server: one connection with a socket for events and, while a page watches trucks, one for
//! positions. While it is down the page asks over HTTP instead, and the line never stops trying to come back.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use contract::{
    Code, Timestamp,
    actor::Permission,
    event::{Missed, RenewAuth, SyncHead, SyncRequest},
    loads::ActiveQuery,
};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::prelude::*;

use super::{
    Link, Live, api,
    bind::{Manager, Socket},
    colleagues::{self, Colleagues},
    inbox::{Inbox, News, Then},
    session::{self, Renewal},
    watch::Watch,
};
use crate::{fault::Fault, json, loads, pages::Visitor, when};

/// WebSocket first, long polling where that can't be had, and no end of trying.
const OPTIONS: &str = r#"{"transports":["websocket","polling"],"tryAllTransports":true,"autoConnect":false,
"reconnection":true,"reconnectionDelay":1000,"reconnectionDelayMax":5000,"randomizationFactor":0.5,"timeout":10000}"#;

/// How long the page waits for the socket to come back before it asks over HTTP.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a hole may close by itself: events of two nodes can overtake each other.
const REORDERING: Duration = Duration::from_millis(150);

/// How long an answer over the socket may take, in milliseconds.
const ANSWER_MS: u32 = 5_000;

/// How often coming back to the page may try the line anew, in milliseconds.
const WAKE_MS: f64 = 2_000.0;

/// The line of this page.
pub(super) struct Line {
    live: Live,
    manager: Manager,
    events: Socket,
    pub(super) watch: Watch,
    colleagues: Colleagues,
    asking: Cell<bool>,
    coming_back: Cell<bool>,
    /// When the page asks over HTTP next, while it does.
    next_poll: RefCell<Option<TimeoutHandle>>,
    tried_at: Cell<f64>,
    heard_at: Cell<Timestamp>,
}

/// Opens the line. It lives as long as the application, and so does everything that it hears with.
pub fn open(live: Live) {
    let manager = Manager::new(&window().location().origin().unwrap_or_default(), &js(OPTIONS));
    let auth = Closure::<dyn Fn(js_sys::Function)>::new(move |tell: js_sys::Function| {
        let since = live.inbox.with_value(|inbox| json(inbox.cursor()));
        _ = tell.call1(&JsValue::NULL, &js(&format!(r#"{{"since":{since},"positions":false}}"#)));
    });
    let options = js_sys::Object::new();
    _ = js_sys::Reflect::set(&options, &"auth".into(), &auth.into_js_value());
    let events = manager.socket("/events", &options);
    let watch = Watch::new(live, manager.socket("/tracking", &JsValue::UNDEFINED));
    let is_shown = live.within(|| {
        let visitor = expect_context::<Visitor>();
        visitor.can(Permission::LoadView) && visitor.me.as_ref().is_some_and(|me| me.carrier_id.is_none())
    });
    let colleagues = Colleagues::new(live, manager.socket("/dispatch", &colleagues::options()), is_shown);
    // The one leak: there is one line, and the browser's callbacks need it until the page is gone.
    let line: &'static Line = Box::leak(Box::new(Line {
        live,
        heard_at: Cell::new(live.within(when::now_untracked)),
        manager,
        events,
        watch,
        colleagues,
        asking: Cell::new(false),
        coming_back: Cell::new(false),
        next_poll: RefCell::new(None),
        tried_at: Cell::new(js_sys::Date::now()),
    }));
    line.listen();
    line.watch.listen(line);
    line.colleagues.listen();
    line.events.connect();
    line.poll_after(PATIENCE);
}

impl Line {
    fn listen(&'static self) {
        hear(&self.events, "connect", move |_| self.connected());
        hear(&self.events, "disconnect", move |reason| self.lost(&reason.as_string().unwrap_or_default()));
        hear(&self.events, "connect_error", move |fault| self.refused(&fault));
        hear_all(&self.events, move |name, value| {
            self.heard();
            self.take(&name, &value);
        });
        for event in ["online", "focus", "visibilitychange"] {
            window_event_listener_untyped(event, move |_| self.wake());
        }
        set_interval(
            move || spawn_local(async move { _ = self.renew().await }),
            Duration::from_millis(session::EVERY_MS),
        );
    }

    fn take(&'static self, name: &str, value: &JsValue) {
        let head = || json::read(&text(&data(value))).map(|SyncHead { cursor }| cursor);
        let news = self.live.inbox.try_update_value(|inbox| match name {
            SyncHead::NAME => head().map(|cursor| inbox.head(cursor)).unwrap_or_default(),
            SyncHead::SNAPSHOT => head().map(|cursor| inbox.restart(cursor)).unwrap_or_default(),
            _ => inbox.take(&text(value)),
        });
        self.deliver(news.unwrap_or_default());
    }

    fn deliver(&'static self, news: News) {
        match self.live.deliver(news) {
            Then::Nothing | Then::LoadAfresh => {}
            Then::Ask => self.ask(),
            Then::AskSoon => self.ask_after(REORDERING),
        }
    }

    fn ask_after(&'static self, wait: Duration) {
        set_timeout(
            move || {
                if self.live.inbox.with_value(Inbox::has_hole) {
                    self.ask();
                }
            },
            wait,
        );
    }

    /// Asks what was missed, over the socket or else over HTTP.
    fn ask(&'static self) {
        if self.asking.replace(true) {
            return;
        }
        spawn_local(async move {
            let since = self.live.inbox.with_value(|inbox| inbox.cursor().clone());
            let over_socket = if self.events.connected() {
                let answer =
                    self.events.timeout(ANSWER_MS).ask("sync:request", &js(&json(&SyncRequest { since }))).await;
                answer.ok().and_then(|answer| json::read::<Missed<Value>>(&text(&answer)).ok())
            } else {
                None
            };
            let missed = match over_socket {
                Some(missed) => Some(missed),
                None => self.missed().await.ok(),
            };
            self.asking.set(false);
            if let Some(missed) = missed {
                let news = self.live.inbox.try_update_value(|inbox| inbox.answered(missed));
                self.deliver(news.unwrap_or_default());
            }
            if self.live.inbox.with_value(Inbox::has_hole) {
                self.ask_after(Duration::from_secs(1));
            }
        });
    }

    async fn missed(&self) -> Result<Missed<Value>, Fault> {
        let since = self.live.inbox.with_value(|inbox| json(inbox.cursor()));
        api::missed_events(since).await.map(|answer| answer.data)
    }

    fn connected(&self) {
        self.heard();
        if let Some(next) = self.next_poll.take() {
            next.clear();
        }
        self.say(Link::Live);
        self.colleagues.follow();
    }

    fn lost(&'static self, reason: &str) {
        if matches!(self.live.link.get_untracked(), Link::Live | Link::Connecting) {
            self.say(if is_online() { Link::Reconnecting } else { Link::Offline { as_of: self.heard_at.get() } });
        }
        if self.next_poll.borrow().is_none() {
            self.poll_after(PATIENCE);
        }
        // The server ended it, so the client would not come back by itself.
        if reason == "io server disconnect" {
            self.come_back(true);
        }
    }

    fn refused(&'static self, fault: &JsValue) {
        if self.next_poll.borrow().is_none() {
            self.poll_after(PATIENCE);
        }
        // Refused for a reason that only a fresh token can mend, or for one that passes by itself.
        if !self.events.active() {
            self.come_back(message(fault) == "Unauthorized");
        }
    }

    /// Tries again after a moment, with a fresh token if the old one may be the reason.
    fn come_back(&'static self, renewed: bool) {
        if self.coming_back.replace(true) {
            return;
        }
        let wait = 1_000.0 + js_sys::Math::random() * 4_000.0;
        spawn_local(async move {
            let soon = renewed && self.renew().await;
            let retry = move || {
                self.coming_back.set(false);
                self.retry();
            };
            set_timeout(retry, Duration::from_millis(if soon { wait / 5.0 } else { wait } as u64));
        });
    }

    /// The visitor or the network is back: no waiting for the next try.
    fn wake(&'static self) {
        let visible = document().visibility_state() == web_sys::VisibilityState::Visible;
        if visible && js_sys::Date::now() - self.tried_at.get() > WAKE_MS {
            self.retry();
        }
    }

    fn retry(&'static self) {
        if self.events.connected() {
            return;
        }
        self.tried_at.set(js_sys::Date::now());
        // A whole new connection: the old one may be half dead or may carry a token that has ended.
        self.manager.disconnect();
        self.events.connect();
        self.watch.follow();
    }

    fn poll_after(&'static self, wait: Duration) {
        let next = set_timeout_with_handle(move || self.poll(), wait).ok();
        if let Some(former) = self.next_poll.replace(next) {
            former.clear();
        }
    }

    fn poll(&'static self) {
        if self.events.connected() {
            return;
        }
        spawn_local(async move {
            let every_s = self.live.poll_s.get_untracked().max(1);
            let answer = if is_online() { Some(self.missed().await) } else { None };
            match answer {
                Some(Ok(missed)) => {
                    self.heard();
                    let news = self.live.inbox.try_update_value(|inbox| inbox.answered(missed));
                    self.deliver(news.unwrap_or_default());
                    self.poll_positions().await;
                    self.say_while_down(Link::Polling { every_s });
                }
                Some(Err(fault)) => {
                    if matches!(fault.code(), Some(Code::TokenExpired | Code::Unauthorized | Code::Revoked)) {
                        self.renew().await;
                    }
                    self.say_while_down(Link::Offline { as_of: self.heard_at.get() });
                }
                None => self.say_while_down(Link::Offline { as_of: self.heard_at.get() }),
            }
            if !self.events.connected() {
                self.poll_after(Duration::from_secs(every_s.into()));
            }
        });
    }

    async fn poll_positions(&self) {
        if self.live.watched.get_untracked().is_some()
            && let Ok(active) = loads::api::active_loads(ActiveQuery::default()).await
        {
            self.live.book.merge(active.data);
        }
    }

    /// Renews the session and tells the sockets; whether it goes on.
    async fn renew(&self) -> bool {
        match session::renew().await {
            Renewal::Done(token) => {
                let token = js(&json(&RenewAuth { token }));
                for socket in [&self.events, self.watch.socket(), self.colleagues.socket()] {
                    if socket.connected() {
                        socket.emit("auth:renew", &token);
                    }
                }
                true
            }
            Renewal::Ended => {
                session::sign_in_again();
                false
            }
            Renewal::Unknown => false,
        }
    }

    fn say_while_down(&self, link: Link) {
        if !self.events.connected() {
            self.say(link);
        }
    }

    fn say(&self, link: Link) {
        if self.live.link.get_untracked() != link {
            self.live.link.set(link);
        }
    }

    fn heard(&self) {
        self.heard_at.set(self.live.within(when::now_untracked));
    }
}

/// Hears one kind of event for the application's life.
pub(super) fn hear(socket: &Socket, event: &str, told: impl Fn(JsValue) + 'static) {
    let listener = Closure::<dyn Fn(JsValue)>::new(told);
    socket.on(event, &listener);
    listener.forget();
}

/// Hears every event that the server emits, for the application's life.
pub(super) fn hear_all(socket: &Socket, told: impl Fn(String, JsValue) + 'static) {
    let listener = Closure::<dyn Fn(String, JsValue)>::new(told);
    socket.on_any(&listener);
    listener.forget();
}

/// Why the server refused a socket, in the standard's two words: `Unauthorized` or `Forbidden`.
pub(super) fn message(fault: &JsValue) -> String {
    let message = js_sys::Reflect::get(fault, &"message".into());
    message.ok().and_then(|message| message.as_string()).unwrap_or_default()
}

/// What an envelope carries; the value itself when it is bare.
pub(super) fn data(value: &JsValue) -> JsValue {
    js_sys::Reflect::get(value, &"data".into())
        .ok()
        .filter(|data| !data.is_undefined())
        .unwrap_or_else(|| value.clone())
}

/// The bytes that a value carries under a name; none when there are none.
pub(super) fn bytes(value: &JsValue, name: &str) -> Vec<u8> {
    let carried = js_sys::Reflect::get(value, &name.into()).unwrap_or_default();
    carried
        .dyn_into::<js_sys::ArrayBuffer>()
        .map(|buffer| js_sys::Uint8Array::new(&buffer).to_vec())
        .unwrap_or_default()
}

/// A value of the browser's as JSON.
pub(super) fn text(value: &JsValue) -> String {
    js_sys::JSON::stringify(value).map(String::from).unwrap_or_default()
}

/// A value of the contract as JSON.
pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// JSON as a value of the browser's.
pub(super) fn js(json: &str) -> JsValue {
    js_sys::JSON::parse(json).unwrap_or_default()
}

fn is_online() -> bool {
    window().navigator().on_line()
}
