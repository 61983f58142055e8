//! Hearing the other nodes.

use std::{
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{Stream, StreamExt};
use redis::Msg;
use tokio::{sync::mpsc, time::timeout};

use super::{
    State,
    link::Fault,
    message::{Doubt, Key, Node, Present},
    peers::{Number, Peers},
};
use crate::{
    clock::Clock,
    store::Sealed,
    tracking::moves::{Moved, Moves},
};

/// Who hears nothing for so long, not even itself, is no longer connected, whatever its connection says.
const SILENCE: Duration = Duration::from_millis(1_500);
/// How often it is told in the log that messages are not believed.
const TELL_AGAIN: Duration = Duration::from_mins(1);

/// Hears what nodes say, this one too.
pub struct Ears {
    pub key: Key,
    pub node: Node,
    pub clock: Clock,
    pub state: Arc<State>,
    pub incoming: mpsc::Sender<Vec<Sealed>>,
    pub moves: Moves,
    pub present: mpsc::Sender<(Node, Vec<Present>)>,
    pub peers: Peers,
    /// When it was last told that messages are not believed.
    pub told: Option<Instant>,
}

impl Ears {
    /// Hears until there is silence.
    pub async fn hear(&mut self, mut messages: impl Stream<Item = Msg> + Unpin) -> Result<Infallible, Fault> {
        loop {
            let message = timeout(SILENCE, messages.next()).await.map_err(|_| Fault::Silent)?.ok_or(Fault::Ended)?;
            if let Err(doubt) = self.take(message.get_payload_bytes()) {
                self.doubt(doubt);
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Doubt> {
        let now = self.clock.now();
        let message = self.key.open(bytes, now)?;
        let seconds = now.since_ms(message.at).max(0) as f64 / 1000.0;
        if message.node == self.node {
            metrics::histogram!("headhaul_relay_round_trip_seconds").record(seconds);
            if self.peers.lost_somebody(Instant::now()) {
                self.state.lost.notify_one();
            }
            metrics::gauge!("headhaul_relay_peers").set(self.peers.count() as f64);
            return Ok(());
        }
        if self.peers.hear(message.node, message.number, Instant::now())? == Number::Late {
            self.state.lost.notify_one();
        }
        metrics::counter!("headhaul_relay_received").increment(1);
        metrics::histogram!("headhaul_relay_delay_seconds").record(seconds);
        if !message.moves.is_empty() {
            self.moves.put(message.moves.into_iter().map(Moved::from).collect());
        }
        if let Some(present) = message.present {
            // It is told again in some seconds.
            let _ = self.present.try_send((message.node, present));
        }
        if !message.events.is_empty() {
            let events = message.events.into_iter().map(Sealed::from).collect();
            if self.incoming.try_send(events).is_err() {
                metrics::counter!("headhaul_relay_dropped").increment(1);
                self.state.lost.notify_one();
            }
        }
        Ok(())
    }

    fn doubt(&mut self, doubt: Doubt) {
        metrics::counter!("headhaul_relay_refused", "reason" => doubt.name()).increment(1);
        if self.told.is_some_and(|told| told.elapsed() < TELL_AGAIN) {
            return;
        }
        self.told = Some(Instant::now());
        match doubt {
            Doubt::Forged => tracing::error!(
                "Messages that no node of this cluster signed come through Redis and are ignored: a node has another \
                 secret (HEADHAUL_JWT_SECRET, --jwt-secret-file), or somebody forges events"
            ),
            Doubt::Stale => tracing::error!(
                "Another node's messages are dated too far from now and are ignored: a clock goes wrong, or Redis is slow"
            ),
            Doubt::Unreadable => {
                tracing::error!("Another node's messages can't be read and are ignored: it runs another version");
            }
            Doubt::Repeated => tracing::warn!("A node's message was told again and is ignored"),
        }
    }
}
