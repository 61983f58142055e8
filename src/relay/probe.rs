//! Whether Redis works and who speaks there, for `headhaul check`.

use std::{collections::HashSet, time::Duration};

use anyhow::Context;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout, timeout_at};

use super::{
    Settings,
    message::{Doubt, Key},
    mouth::HEARTBEAT,
};
use crate::clock::Clock;

/// How long connecting may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Who was heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Nodes of this cluster.
    pub nodes: usize,
    /// Messages of somebody who doesn't have its secret.
    pub forged: usize,
    /// Messages whose date lies too far from this machine's clock.
    pub stale: usize,
}

/// Listens for as long as every node says something several times.
///
/// # Errors
/// When Redis can't be reached or doesn't let anybody listen.
pub async fn probe(settings: &Settings, clock: &Clock) -> anyhow::Result<Heard> {
    let client = redis::Client::open(settings.url.as_str()).context("the address can't be read")?;
    let key = Key::new(&settings.secret);
    let connect = async {
        let mut hearing = client.get_async_pubsub().await?;
        hearing.subscribe(&settings.channel).await?;
        Ok::<_, redis::RedisError>(hearing)
    };
    let hearing = timeout(PATIENCE, connect).await.context("does not answer in time")??;
    let (_sink, mut messages) = hearing.split();
    let (mut nodes, mut heard) = (HashSet::new(), Heard::default());
    let end = Instant::now() + HEARTBEAT * 4;
    while let Ok(Some(message)) = timeout_at(end, messages.next()).await {
        match key.open(message.get_payload_bytes(), clock.now()) {
            Ok(message) => _ = nodes.insert(message.node),
            Err(Doubt::Forged) => heard.forged += 1,
            Err(Doubt::Stale) => heard.stale += 1,
            Err(_) => {}
        }
    }
    Ok(Heard { nodes: nodes.len(), ..heard })
}
