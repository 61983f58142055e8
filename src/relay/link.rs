//! Holding on to Redis: connecting, and again when it breaks.

use std::{
    convert::Infallible,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use redis::RedisError;
use tokio::time::{error::Elapsed, sleep, timeout};

use super::{State, ears::Ears, mouth::Mouth};

/// How long Redis may take to answer.
pub const PATIENCE: Duration = Duration::from_secs(1);
/// How long until it is tried again.
const PAUSE: Duration = Duration::from_millis(200);

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Redis says so, or it can't be reached.
    #[error("{0}")]
    Redis(#[from] RedisError),
    /// It takes too long.
    #[error("Redis does not answer in time")]
    Late(#[from] Elapsed),
    /// Nothing comes any more, not even what this node says itself.
    #[error("nothing is heard any more")]
    Silent,
    /// The other side ended it.
    #[error("the connection was ended")]
    Ended,
    /// A message can't be put into bytes.
    #[error("a message can't be written: {0}")]
    Unwritable(#[from] serde_json::Error),
    /// This node stops.
    #[error("nobody speaks any more")]
    Over,
}

/// One node's hold on Redis.
pub struct Link {
    pub client: redis::Client,
    pub channel: String,
    pub state: Arc<State>,
    pub mouth: Mouth,
    pub ears: Ears,
}

impl Link {
    /// Stays connected until the last relay is gone.
    pub async fn run(mut self) {
        let mut told = false;
        loop {
            let fault = match self.hold().await {
                Err(Fault::Over) => return,
                Err(fault) => fault,
            };
            // The first failure is told too, when Redis was never there.
            if self.state.up.swap(false, Ordering::AcqRel) || !told {
                tracing::warn!(%fault, "Redis is away: other nodes' events come from the journal until it is back");
                told = true;
            }
            metrics::gauge!("headhaul_relay_up").set(0.0);
            // What others say is lost to this node from now on.
            self.state.lost.notify_one();
            if self.mouth.forget() {
                return;
            }
            sleep(PAUSE).await;
        }
    }

    /// Connects, and speaks and hears until something breaks.
    async fn hold(&mut self) -> Result<Infallible, Fault> {
        // Two connections: what comes must not wait behind what goes.
        let speaking = timeout(PATIENCE, self.client.get_multiplexed_async_connection()).await??;
        let mut hearing = timeout(PATIENCE, self.client.get_async_pubsub()).await??;
        timeout(PATIENCE, hearing.subscribe(&self.channel)).await??;
        // What was said meanwhile was lost, to this node and to the others.
        self.state.dropped.store(true, Ordering::Release);
        self.state.up.store(true, Ordering::Release);
        self.state.lost.notify_one();
        metrics::gauge!("headhaul_relay_up").set(1.0);
        metrics::counter!("headhaul_relay_connections").increment(1);
        tracing::info!("Redis is there: nodes hear of each other at once");
        let (_sink, messages) = hearing.split();
        let Self { mouth, ears, channel, .. } = self;
        tokio::select! {
            ended = mouth.speak(speaking, channel) => ended,
            ended = ears.hear(messages) => ended,
        }
    }
}
