//! What the visitor has written and the server has not stored yet. It waits in this browser, under the visitor's own name,
//! survives a reload, and goes out in the order in which it was written.
//!
//! Several tabs may send the same at once: a message's key makes it one. The order stays too, because each tab waits for
//! the answer before it sends the next. What belongs to somebody else is never sent: the list is the visitor's, and the
//! server refuses a message whose writer isn't the one who is signed in.

use contract::{
    CarrierId, ClientKey, LoadId, UserId,
    messages::{Audience, Message},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::pages::Visitor;

/// How many messages that were just stored are shown until the thread tells of them.
const FRESH: usize = 20;

/// A message that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    /// What it is called.
    pub client_key: ClientKey,
    /// About which load.
    pub load_id: LoadId,
    /// What was written.
    pub text: String,
    /// For whom.
    pub audience: Audience,
    /// Whom it names.
    #[serde(default)]
    pub mentions: Vec<UserId>,
    /// The carrier that the desk meant.
    #[serde(default)]
    pub carrier_id: Option<CarrierId>,
    /// Why the server doesn't take it, if it said so: then it waits for its writer.
    #[serde(default)]
    pub refused: Option<String>,
}

/// What waits.
#[derive(Clone, Copy)]
pub struct Outbox {
    /// In the order in which it was written.
    pub waiting: RwSignal<Vec<Waiting>>,
    /// What was stored just now.
    pub fresh: RwSignal<Vec<Message>>,
    /// Whether the network is to blame that something waits.
    pub held_up: RwSignal<bool>,
    me: StoredValue<Option<UserId>>,
    #[cfg(feature = "hydrate")]
    busy: StoredValue<bool>,
}

/// What waits in this browser.
pub fn outbox() -> Outbox {
    expect_context()
}

/// Makes it for this page, and goes on sending what was left.
pub fn provide() {
    let me = use_context::<Visitor>().and_then(|visitor| visitor.me).map(|me| me.id);
    let outbox = Outbox {
        waiting: RwSignal::default(),
        fresh: RwSignal::default(),
        held_up: RwSignal::new(false),
        me: StoredValue::new(me),
        #[cfg(feature = "hydrate")]
        busy: StoredValue::new(false),
    };
    provide_context(outbox);
    // An effect runs in the browser only, and after the page has woken.
    Effect::new(move |_| {
        #[cfg(feature = "hydrate")]
        outbox.wake();
    });
    crate::live::again::when_back(Callback::new(move |()| outbox.send()));
}

impl Outbox {
    /// What waits about a load.
    pub fn of(self, load: LoadId) -> Vec<Waiting> {
        self.waiting.with(|waiting| waiting.iter().filter(|message| message.load_id == load).cloned().collect())
    }

    /// Takes a message in, and sends it as soon as that can be.
    pub fn put(self, message: Waiting) {
        self.change(|waiting| waiting.push(message));
        self.send();
    }

    /// Tries once more to send what the server didn't take, to the carrier that the load has now.
    pub fn retry(self, key: ClientKey) {
        self.change(|waiting| {
            if let Some(message) = waiting.iter_mut().find(|message| message.client_key == key) {
                message.refused = None;
                message.carrier_id = None;
            }
        });
        self.send();
    }

    /// Gives a message up.
    pub fn discard(self, key: ClientKey) {
        self.change(|waiting| waiting.retain(|message| message.client_key != key));
    }

    fn change(self, change: impl FnOnce(&mut Vec<Waiting>)) {
        let mut waiting = self.kept();
        change(&mut waiting);
        self.keep(&waiting);
        self.waiting.set(waiting);
    }

    /// A message was stored.
    #[cfg(feature = "hydrate")]
    fn stored(self, message: Message) {
        let key = message.client_key;
        self.fresh.update(|fresh| {
            fresh.push(message);
            let surplus = fresh.len().saturating_sub(FRESH);
            fresh.drain(..surplus);
        });
        self.change(|waiting| waiting.retain(|message| Some(message.client_key) != key));
    }

    #[cfg(not(feature = "hydrate"))]
    fn kept(self) -> Vec<Waiting> {
        _ = FRESH;
        self.waiting.get_untracked()
    }

    #[cfg(not(feature = "hydrate"))]
    fn keep(self, _: &[Waiting]) {
        _ = self.me;
    }

    #[cfg(not(feature = "hydrate"))]
    const fn send(self) {
        _ = self.held_up;
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    //! Keeping and sending, which only a browser does.

    use std::time::Duration;

    use contract::{Code, One, messages::SendMessage};
    use leptos::{prelude::*, task::spawn_local};

    use super::{Outbox, Waiting};
    use crate::{
        fault::Fault,
        json,
        live::{live, renewed},
        messages::api::send_message,
        ui::words::fault_words,
    };

    /// How long to wait before trying again when the server couldn't be reached or couldn't store anything.
    const AGAIN: Duration = Duration::from_secs(5);

    impl Outbox {
        fn place(self) -> Option<String> {
            self.me.get_value().map(|me| format!("headhaul-outbox-{me}"))
        }

        /// What waits, as all tabs of this visitor keep it. What can't be kept there waits in this page alone.
        pub(super) fn kept(self) -> Vec<Waiting> {
            let storage = window().local_storage().ok().flatten();
            let Some((storage, place)) = storage.zip(self.place()) else { return self.waiting.get_untracked() };
            match storage.get_item(&place) {
                Ok(Some(text)) => json::read(&text).unwrap_or_default(),
                Ok(None) => Vec::new(),
                Err(_) => self.waiting.get_untracked(),
            }
        }

        pub(super) fn keep(self, waiting: &[Waiting]) {
            let storage = window().local_storage().ok().flatten();
            if let Some((storage, place)) = storage.zip(self.place()) {
                _ = if waiting.is_empty() {
                    storage.remove_item(&place)
                } else {
                    storage.set_item(&place, &serde_json::to_string(waiting).unwrap_or_default())
                };
            }
        }

        /// Goes on with what was left, and follows what other tabs do.
        pub(super) fn wake(self) {
            if self.me.get_value().is_none() {
                return;
            }
            self.waiting.set(self.kept());
            window_event_listener_untyped("storage", move |_| self.waiting.set(self.kept()));
            self.send();
        }

        /// Sends what waits, one after the other.
        pub(super) fn send(self) {
            if self.me.get_value().is_none() || self.busy.get_value() {
                return;
            }
            self.busy.set_value(true);
            let live = live();
            spawn_local(async move {
                while let Some(next) = self.kept().into_iter().find(|message| message.refused.is_none()) {
                    let load = next.load_id;
                    match self.send_one(&next).await {
                        Ok(One { data }) => {
                            self.held_up.set(false);
                            self.stored(data);
                            live.mail.told(load);
                        }
                        Err(fault) if waits(&fault) => {
                            self.held_up.set(true);
                            set_timeout(move || live.within(|| self.send()), AGAIN);
                            break;
                        }
                        Err(fault) => self.change(|waiting| {
                            if let Some(message) = waiting.iter_mut().find(|one| one.client_key == next.client_key) {
                                message.refused = Some(fault_words(&fault));
                            }
                        }),
                    }
                }
                self.busy.set_value(false);
            });
        }

        async fn send_one(self, next: &Waiting) -> Result<One<contract::messages::Message>, Fault> {
            let ask = SendMessage {
                load_id: next.load_id,
                text: next.text.clone(),
                audience: next.audience,
                client_key: next.client_key,
                mentions: next.mentions.clone(),
                sender_id: self.me.get_value(),
                carrier_id: next.carrier_id,
            };
            let answer = send_message(ask.clone()).await;
            let is_over = answer.as_ref().is_err_and(|fault| fault.code() == Some(Code::TokenExpired));
            if is_over && renewed().await { send_message(ask).await } else { answer }
        }
    }

    /// Whether a message goes on waiting by itself: nothing was said of it, or nobody is signed in who may send it.
    fn waits(fault: &Fault) -> bool {
        let signed_out = matches!(fault.code(), Some(Code::Unauthorized | Code::TokenExpired | Code::Revoked));
        signed_out || fault.says_nothing()
    }
}
