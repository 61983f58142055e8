//! Reading from the journal what did not come by itself: what is missing before events that wait, and, when something may
//! have been lost, whatever lies beyond what was sent.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use contract::{Timestamp, event::Mark, room::Stream};
use tokio::{
    sync::{Notify, mpsc},
    time::{sleep, timeout},
};

use super::{
    registry::Registry,
    sent::{Gap, Sent},
};
use crate::{
    clock::Clock,
    error::Result,
    relay::Relay,
    store::{self, Sealed, Store},
    tracking::moves::{Moved, Moves},
};

/// How often it is looked whether anything is to be done.
const LOOK: Duration = Duration::from_secs(1);
/// How often a node looks into the journal by itself while nodes hear of each other at once.
const SELDOM: Duration = Duration::from_secs(5);
/// What is missing may be on its way and a moment late.
const GRACE: Duration = Duration::from_millis(10);
/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// How far back positions are read again, in milliseconds: the clocks of nodes differ, and a write is dated when it begins.
const OVERLAP_MS: i64 = 10_000;

/// What was found.
pub enum Found {
    /// What was missing, in order.
    Events(Vec<Sealed>),
    /// The journal doesn't hold what is missing, or too much of it; the stream stands here.
    Lost(Stream, Mark),
}

/// Reads what is missing.
pub struct Mender {
    pub store: Store,
    pub clock: Clock,
    pub sockets: Registry,
    pub sent: Sent,
    pub relay: Option<Relay>,
    pub found: mpsc::Sender<Found>,
    /// Where found positions go.
    pub moves: Moves,
    /// Told when events wait for others that are missing.
    pub holes: Arc<Notify>,
    /// Told when something may have been lost.
    pub lost: Arc<Notify>,
}

impl Mender {
    /// Mends for as long as somebody sends.
    pub async fn run(self) {
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut looked = Instant::now();
        // Something may have been lost, and nobody has looked since.
        let mut owes = false;
        // Positions are known up to here, whatever is lost afterwards.
        let mut known_until = self.clock.now();
        while !self.found.is_closed() {
            let mut looks = false;
            tokio::select! {
                () = self.holes.notified() => sleep(GRACE).await,
                () = self.lost.notified() => owes = true,
                _ = ticks.tick() => {
                    self.sent.keep(&self.sockets.streams().into_keys().collect());
                    let is_told = self.relay.as_ref().is_some_and(Relay::is_up);
                    if is_told && !owes {
                        known_until = self.clock.now();
                    }
                    looks = self.store.is_shared() && (!is_told || looked.elapsed() >= SELDOM);
                }
            }
            looks |= owes;
            let now = self.clock.now();
            match timeout(PATIENCE, self.mend(looks, known_until)).await {
                Ok(Ok(())) if looks => (looked, owes, known_until) = (Instant::now(), false, now),
                Ok(Ok(())) => {}
                // It is tried again with the next tick.
                Ok(Err(error)) => tracing::warn!(%error, "What is missing could not be read from the journal"),
                Err(_) => tracing::warn!("The database takes too long to say what is missing"),
            }
        }
    }

    async fn mend(&self, look: bool, known_until: Timestamp) -> Result<()> {
        let mut gaps = self.sent.holes();
        if look {
            let read: Vec<Stream> = self.sockets.streams().into_keys().collect();
            gaps.extend(self.sent.behind(store::journal::heads_of(&self.store, &read).await?));
        }
        for gap in gaps {
            let found = self.fetch(gap).await?;
            // Whoever sent them is gone when the node stops.
            let _ = self.found.send(found).await;
        }
        if look && self.store.is_shared() {
            self.find_positions(known_until).await?;
        }
        Ok(())
    }

    async fn fetch(&self, gap: Gap) -> Result<Found> {
        let Gap { stream, after, up_to } = &gap;
        let events = if self.sent.continues(&gap) {
            store::journal::between(&self.store, *stream, *after, up_to).await?
        } else {
            None
        };
        Ok(match events {
            Some(events) => {
                metrics::counter!("headhaul_journal_fetched").increment(events.len() as u64);
                Found::Events(events.into_iter().map(|event| Sealed::journaled(*stream, event)).collect())
            }
            None => Found::Lost(*stream, gap.up_to),
        })
    }

    /// Reads where trucks are that moved on other nodes.
    async fn find_positions(&self, known_until: Timestamp) -> Result<()> {
        let tenants: HashSet<_> = self.sockets.tenants();
        let since = known_until.plus_ms(-OVERLAP_MS);
        let moved = store::positions::moved_since(&self.store, &tenants, since).await?;
        if !moved.is_empty() {
            self.moves
                .put(moved.into_iter().map(|(tenant, carrier, event)| Moved::new(tenant, carrier, event)).collect());
        }
        Ok(())
    }
}
