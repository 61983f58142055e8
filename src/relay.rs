//! The way between the nodes of a cluster, through Redis. It is a shortcut: the journal in the database is the truth, and
//! nothing ever waits for Redis. What the shortcut loses is found in the journal, by the numbers of the nodes' messages
//! at once, or by those of the streams.

mod ears;
mod link;
mod message;
mod mouth;
mod peers;
mod probe;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use anyhow::Context;
use tokio::sync::{Mutex, Notify, mpsc};

pub use message::{Node, Present};
pub use probe::{Heard, probe};

use crate::{
    clock::{Clock, new_id},
    store::Sealed,
    tracking::moves::{Moved, Moves},
};
use ears::Ears;
use link::Link;
use message::Key;
use mouth::Mouth;
use peers::Peers;

/// How many commits may wait to be told to other nodes, and how many messages of theirs wait here. What finds no room is
/// in the journal.
const ROOM: usize = 4_096;

/// Which Redis, and what is spoken there.
pub struct Settings {
    /// `redis://…`.
    pub url: String,
    /// Where nodes of this cluster speak.
    pub channel: String,
    /// What they have in common.
    pub secret: String,
}

/// Something for the other nodes.
enum Item {
    Events(Vec<Sealed>),
    Moves(Vec<Moved>),
    Present(Vec<Present>),
}

/// Who is at another node.
type Elsewhere = (Node, Vec<Present>);

/// This node's way to the others. Cheap to clone.
#[derive(Clone)]
pub struct Relay {
    outgoing: mpsc::Sender<Item>,
    present: Arc<Mutex<mpsc::Receiver<Elsewhere>>>,
    state: Arc<State>,
}

/// How the way to the others stands.
#[derive(Default)]
struct State {
    /// Whether Redis is there.
    up: AtomicBool,
    /// Whether something for the others was dropped since the last message.
    dropped: AtomicBool,
    /// Somebody must look into the journal: something that others told may have been lost.
    lost: Arc<Notify>,
}

/// What comes from the other nodes.
pub struct Arrivals {
    /// Their committed events.
    pub events: mpsc::Receiver<Vec<Sealed>>,
    /// Their trucks.
    pub moves: Moves,
    /// Told when something may have been lost.
    pub lost: Arc<Notify>,
}

impl Arrivals {
    /// Of a node that has no others.
    pub fn none() -> Self {
        Self { events: mpsc::channel(1).1, moves: Moves::default(), lost: Arc::default() }
    }
}

/// Begins to speak to other nodes and to hear them, for as long as the relay lives.
///
/// # Errors
/// When the address can't be read. A Redis that isn't there is none: it may come.
pub fn start(settings: &Settings, clock: Clock) -> anyhow::Result<(Relay, Arrivals)> {
    let client = redis::Client::open(settings.url.as_str()).context("the address can't be read")?;
    let (outgoing, waiting) = mpsc::channel(ROOM);
    let (incoming, events) = mpsc::channel(ROOM);
    let (present, presence) = mpsc::channel(ROOM);
    let state = Arc::new(State::default());
    let arrivals = Arrivals { events, moves: Moves::default(), lost: state.lost.clone() };
    let (key, node) = (Key::new(&settings.secret), new_id());
    let ears = Ears {
        key: key.clone(),
        node,
        clock: clock.clone(),
        state: state.clone(),
        incoming,
        moves: arrivals.moves.clone(),
        present,
        peers: Peers::default(),
        told: None,
    };
    let mouth = Mouth { key, node, number: 0, clock, state: state.clone(), waiting };
    let link = Link { client, channel: settings.channel.clone(), state: state.clone(), mouth, ears };
    tokio::spawn(link.run());
    Ok((Relay { outgoing, present: Arc::new(Mutex::new(presence)), state }, arrivals))
}

impl Relay {
    /// Tells other nodes of committed events, if they can be reached.
    pub fn tell(&self, events: Vec<Sealed>) {
        self.put(Item::Events(events));
    }

    /// Tells other nodes of trucks that moved, if they can be reached.
    pub fn show(&self, moves: Vec<Moved>) {
        self.put(Item::Moves(moves));
    }

    /// Tells other nodes who is at which load by this one, if they can be reached.
    pub fn present(&self, present: Vec<Present>) {
        // Nothing is lost with it: it is told again in some seconds.
        if self.is_up() {
            let _ = self.outgoing.try_send(Item::Present(present));
        }
    }

    /// Who is at which load by another node, as soon as one tells.
    pub async fn hear_present(&self) -> Option<Elsewhere> {
        self.present.lock().await.recv().await
    }

    /// Whether Redis is there.
    pub fn is_up(&self) -> bool {
        self.state.up.load(Ordering::Acquire)
    }

    /// What can't be told now is not kept: the others will find it in the journal, and learn that they must look.
    fn put(&self, item: Item) {
        if !self.is_up() {
            self.state.drop_one();
        } else if self.outgoing.try_send(item).is_err() && !self.state.drop_one() {
            tracing::warn!(
                waiting = ROOM,
                "More happens than Redis takes; other nodes will read the rest in the journal"
            );
        }
    }
}

impl State {
    /// Something is not told; whether others weren't either since the last message.
    fn drop_one(&self) -> bool {
        metrics::counter!("headhaul_relay_dropped").increment(1);
        self.dropped.swap(true, Ordering::AcqRel)
    }
}
