//! Reading from the journal what did not come by itself: what is missing before events that wait, and, when something may
//! have been lost, whatever lies beyond what was sent.

use std::{
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

/// How often it is looked whether anything is to be done, and into the journal while Redis is away.
const LOOK: Duration = Duration::from_secs(1);
/// How often a node looks into the journal otherwise.
const SELDOM: Duration = Duration::from_secs(5);
/// What is missing may be on its way and a moment late.
const GRACE: Duration = Duration::from_millis(10);
/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// How much is read at once, and how much of a stream at most: its readers load afresh instead.
const AT_ONCE: u64 = store::journal::MAX_MISSED.unsigned_abs();
const MOST: u64 = 4 * AT_ONCE;
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
            let mut look = Look::Holes;
            tokio::select! {
                () = self.holes.notified() => sleep(GRACE).await,
                () = self.lost.notified() => owes = true,
                _ = ticks.tick() => {
                    self.sent.keep(&self.sockets.streams().into_keys().collect());
                    let is_down = self.relay.as_ref().is_some_and(|relay| !relay.is_up());
                    owes |= is_down;
                    if !owes && self.relay.is_some() {
                        known_until = self.clock.now();
                    }
                    if self.store.is_shared() && looked.elapsed() >= SELDOM {
                        // Nodes that have no Redis tell each other of nothing.
                        look = if self.relay.is_some() { Look::Events } else { Look::Everything };
                    }
                }
            }
            if owes {
                look = Look::Everything;
            }
            let now = self.clock.now();
            match timeout(PATIENCE, self.mend(look, known_until)).await {
                Ok(Ok(())) => {
                    if look != Look::Holes {
                        looked = Instant::now();
                    }
                    if look == Look::Everything {
                        (owes, known_until) = (false, now);
                    }
                }
                // It is tried again with the next tick.
                Ok(Err(error)) => tracing::warn!(%error, "What is missing could not be read from the journal"),
                Err(_) => tracing::warn!("The database takes too long to say what is missing"),
            }
        }
    }

    async fn mend(&self, look: Look, known_until: Timestamp) -> Result<()> {
        let mut gaps = self.sent.holes();
        if look != Look::Holes {
            let read: Vec<Stream> = self.sockets.streams().into_keys().collect();
            gaps.extend(self.sent.behind(store::journal::heads_of(&self.store, &read).await?));
        }
        for gap in gaps {
            self.fetch(gap).await?;
        }
        if look == Look::Everything && self.store.is_shared() {
            self.find_positions(known_until).await?;
        }
        Ok(())
    }

    /// Reads a gap, as much at once as one reader is ever sent.
    async fn fetch(&self, gap: Gap) -> Result<()> {
        let Gap { stream, mut after, up_to } = gap.clone();
        let mut is_whole = self.sent.continues(&gap) && up_to.seq.saturating_sub(after) <= MOST;
        while is_whole && after < up_to.seq {
            let part = Mark { seq: up_to.seq.min(after + AT_ONCE), ..up_to.clone() };
            match store::journal::between(&self.store, stream, after, &part).await? {
                Some(events) => {
                    metrics::counter!("headhaul_journal_fetched").increment(events.len() as u64);
                    let events = events.into_iter().map(|event| Sealed::journaled(stream, event)).collect();
                    self.give(Found::Events(events)).await;
                    after = part.seq;
                }
                None => is_whole = false,
            }
        }
        if !is_whole {
            self.give(Found::Lost(stream, up_to)).await;
        }
        Ok(())
    }

    async fn give(&self, found: Found) {
        // Whoever sends it is gone when the node stops.
        let _ = self.found.send(found).await;
    }

    /// Reads where trucks are that moved on other nodes.
    async fn find_positions(&self, known_until: Timestamp) -> Result<()> {
        let since = known_until.plus_ms(-OVERLAP_MS);
        let moved = store::positions::moved_since(&self.store, &self.sockets.tenants(), since).await?;
        self.moves.add(moved.into_iter().map(|(tenant, carrier, event)| Moved::new(tenant, carrier, event)));
        Ok(())
    }
}

/// How much is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// What is missing before events that wait.
    Holes,
    /// Whatever was told and not sent.
    Events,
    /// That, and where trucks are.
    Everything,
}
