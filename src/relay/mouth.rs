//! Speaking to the other nodes.

use std::{
    convert::Infallible,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use contract::Timestamp;
use redis::{AsyncCommands, aio::MultiplexedConnection};
use tokio::{sync::mpsc, time::timeout};

use super::{
    Item, State,
    link::{Fault, PATIENCE},
    message::{Key, Message, Node, Told, Went},
};
use crate::clock::Clock;

/// How often a node says that it lives when it has nothing else to say.
pub const HEARTBEAT: Duration = Duration::from_millis(250);
/// How many things one message tells, about: some hundred kilobytes.
const ENOUGH: usize = 500;

/// Says what this node has to say.
pub struct Mouth {
    pub key: Key,
    pub node: Node,
    /// The last message's number.
    pub number: u64,
    pub clock: Clock,
    pub state: Arc<State>,
    pub waiting: mpsc::Receiver<Item>,
}

impl Mouth {
    /// Says what waits, and every now and then that this node lives.
    pub async fn speak(&mut self, mut to: MultiplexedConnection, channel: &str) -> Result<Infallible, Fault> {
        loop {
            let mut message = Message {
                node: self.node,
                number: 0,
                at: Timestamp::default(),
                events: Vec::new(),
                moves: Vec::new(),
                present: None,
            };
            match timeout(HEARTBEAT, self.waiting.recv()).await {
                Ok(Some(item)) => message.add(item),
                Ok(None) => return Err(Fault::Over),
                Err(_) => {}
            }
            while message.len() < ENOUGH {
                let Ok(item) = self.waiting.try_recv() else { break };
                message.add(item);
            }
            metrics::gauge!("headhaul_relay_waiting").set(self.waiting.len() as f64);
            // A number that nobody ever hears tells the others that something was lost.
            self.number += 1 + u64::from(self.state.dropped.swap(false, Ordering::AcqRel));
            (message.number, message.at) = (self.number, self.clock.now());
            let bytes = self.key.seal(&message)?;
            timeout(PATIENCE, to.publish::<_, _, ()>(channel, bytes)).await??;
            metrics::counter!("headhaul_relay_published").increment(1);
        }
    }

    /// Drops what waits: it is in the journal. Whether this node has stopped.
    pub fn forget(&mut self) -> bool {
        loop {
            match self.waiting.try_recv() {
                Ok(_) => _ = self.state.drop_one(),
                Err(mpsc::error::TryRecvError::Empty) => return false,
                Err(mpsc::error::TryRecvError::Disconnected) => return true,
            }
        }
    }
}

impl Message {
    fn add(&mut self, item: Item) {
        match item {
            Item::Events(events) => self.events.extend(events.iter().map(Told::from)),
            // The newest word is the whole truth.
            Item::Present(present) => self.present = Some(present),
            Item::Moves(moves) => self.moves.extend(moves.iter().map(Went::from)),
        }
    }

    fn len(&self) -> usize {
        self.events.len() + self.moves.len()
    }
}
