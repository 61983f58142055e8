//! Committed events on their way to their readers, whichever node committed them.

use std::sync::Arc;

use contract::{
    event::{Cursor, Mark, SyncHead},
    room::{Room, Stream},
};
use tokio::sync::{Notify, mpsc};

use super::{mend::Found, registry::Registry, sent::Sent, sight, turns::Turns, wire::Wire};
use crate::{
    relay::Relay,
    store::{Due, Sealed, Store, Unsent},
    tracking::fleet::Fleet,
};

/// Where committed events come from.
pub struct Sources {
    /// This node's commits.
    pub unsent: Unsent,
    /// What other nodes tell.
    pub told: mpsc::Receiver<Vec<Sealed>>,
    /// What was missing and is found in the journal.
    pub found: mpsc::Receiver<Found>,
}

/// Sends committed events to their audiences, each once and in the order of its stream, and sees to what follows from
/// them: who no longer sees a load hears no more of it, and a load that is done leaves the fleet.
pub struct Sender {
    pub wire: Wire,
    pub store: Store,
    pub fleet: Fleet,
    pub turns: Turns,
    pub sockets: Registry,
    pub sent: Sent,
    pub relay: Option<Relay>,
    /// Told when events wait for others that are missing.
    pub holes: Arc<Notify>,
    /// Told when events of this node may have been lost.
    pub lost: Arc<Notify>,
}

impl Sender {
    /// Sends until this node's commits end.
    pub async fn run(self, mut from: Sources) {
        loop {
            tokio::select! {
                due = from.unsent.next() => {
                    let Some(Due { events, after_loss }) = due else { return };
                    if after_loss {
                        self.lost.notify_one();
                        self.recheck_all().await;
                    }
                    let others = self.relay.as_ref().map(|relay| (relay, events.clone()));
                    self.send_all(events).await;
                    if let Some((relay, events)) = others {
                        relay.tell(events);
                    }
                }
                Some(events) = from.told.recv() => self.send_all(events).await,
                Some(found) = from.found.recv() => match found {
                    Found::Events(events) => self.send_all(events).await,
                    Found::Lost(stream, head) => self.skip(stream, head).await,
                },
            }
        }
    }

    async fn send_all(&self, events: Vec<Sealed>) {
        let mut waits = false;
        for event in events {
            let due = self.sent.take(event);
            waits |= due.is_empty();
            self.send(due).await;
        }
        if waits {
            self.holes.notify_one();
        }
    }

    async fn send(&self, due: Vec<Sealed>) {
        for sealed in due {
            if let Some(load) = sight::withdrawn(&sealed) {
                self.turns.withdraw(load);
                sight::recheck(&self.wire, &self.store, load).await;
            }
            self.fleet.hear(&sealed);
            let room = Room::Stream(sealed.stream);
            for namespace in sealed.namespaces {
                self.wire.send(*namespace, room, &sealed.envelope.event, &sealed.envelope).await;
            }
            metrics::counter!("headhaul_events").increment(1);
        }
    }

    /// What is missing of a stream is too much to be sent, or not there any more: its readers are told where it stands,
    /// and load afresh.
    async fn skip(&self, stream: Stream, head: Mark) {
        let cursor = Cursor([(stream.to_string(), head.clone())].into());
        let due = self.sent.skip_to(stream, head);
        self.recheck_all().await;
        for namespace in self.sockets.streams().remove(&stream).into_iter().flatten() {
            let head = SyncHead { cursor: cursor.clone() };
            self.wire.send(namespace, Room::Stream(stream), SyncHead::NAME, &head).await;
        }
        self.send(due).await;
    }

    async fn recheck_all(&self) {
        self.turns.withdraw_all();
        sight::recheck_all(&self.wire, &self.store).await;
    }
}
