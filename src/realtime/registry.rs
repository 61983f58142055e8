//! Which sockets there are, and whether their sessions still live.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use contract::{
    SessionId, Timestamp, UserId,
    actor::Actor,
    event::{Cursor, Namespace, SyncHead},
    room::{Room, Stream},
};

use super::{Shared, wire::Wire};
use crate::{
    auth::Known,
    journal,
    store::{
        self,
        sessions::{self, Standing},
    },
};

/// How often sessions are looked after: what ends a session ends its sockets within this time.
const LOOK: Duration = Duration::from_millis(500);

/// After how many looks a quiet stream's head is told again: every 5 s.
const HEADS_EVERY: u32 = 10;

/// A socket on a namespace.
struct Connected {
    known: Known,
    expires_at: Timestamp,
    view: Option<u64>,
}

/// All sockets of this node. Cheap to clone.
#[derive(Clone, Default)]
pub struct Registry(Arc<Mutex<HashMap<(String, Namespace), Connected>>>);

impl Registry {
    /// Never held across an await, so a plain mutex is right.
    fn sockets(&self) -> std::sync::MutexGuard<'_, HashMap<(String, Namespace), Connected>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many connections a user has, whatever the number of namespaces on each.
    pub fn of_user(&self, user: UserId) -> HashSet<String> {
        let sockets = self.sockets();
        sockets.iter().filter(|(_, socket)| socket.known.actor.user == user).map(|((id, _), _)| id.clone()).collect()
    }

    /// A socket came.
    pub fn add(&self, id: String, namespace: Namespace, known: Known) {
        let expires_at = known.actor.expires_at;
        self.sockets().insert((id, namespace), Connected { known, expires_at, view: None });
    }

    /// A socket went; gives the fleet's view that it watched.
    pub fn remove(&self, id: &str, namespace: Namespace) -> Option<u64> {
        self.sockets().remove(&(id.to_owned(), namespace)).and_then(|socket| socket.view)
    }

    /// A socket watches another view; gives the one before.
    pub fn watches(&self, id: &str, namespace: Namespace, view: u64) -> Option<u64> {
        self.sockets().get_mut(&(id.to_owned(), namespace)).and_then(|socket| socket.view.replace(view))
    }

    /// A connection showed a fresh token: it holds for all of its namespaces.
    pub fn renew(&self, id: &str, expires_at: Timestamp) {
        for ((own, _), socket) in self.sockets().iter_mut() {
            if own == id {
                socket.expires_at = expires_at;
            }
        }
    }

    fn count(&self) -> usize {
        self.sockets().len()
    }

    /// The sign-ins by which they came.
    fn sessions(&self) -> HashSet<SessionId> {
        self.sockets().values().map(|socket| socket.known.actor.session).collect()
    }

    /// Those whose time is over: their token ran out, or their session is ended, or belongs to
    /// somebody who is something else now.
    fn over(&self, now: Timestamp, is_ended: impl Fn(&Actor) -> bool) -> Vec<(String, Namespace)> {
        let is_over = |socket: &Connected| socket.expires_at <= now || is_ended(&socket.known.actor);
        self.sockets().iter().filter(|(_, socket)| is_over(socket)).map(|(key, _)| key.clone()).collect()
    }

    /// The streams that somebody here reads, and where.
    fn streams(&self) -> HashMap<Stream, HashSet<Namespace>> {
        let mut streams: HashMap<Stream, HashSet<Namespace>> = HashMap::new();
        for ((_, namespace), socket) in self.sockets().iter() {
            for stream in journal::streams(&socket.known.actor) {
                streams.entry(stream).or_default().insert(*namespace);
            }
        }
        streams
    }
}

/// Cuts sockets whose token ran out, whose session was ended, whose user was shut out or became something else; and
/// tells every few seconds where quiet streams stand, so that the loss of a last event is noticed too.
pub async fn watch(wire: Wire, shared: Shared) {
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut round = 0_u32;
    loop {
        ticks.tick().await;
        round = round.wrapping_add(1);
        metrics::gauge!("headhaul_sockets").set(shared.sockets.count() as f64);
        let now = shared.auth.now();
        let came_by = shared.sockets.sessions();
        let asked: Vec<SessionId> = came_by.iter().copied().collect();
        let living = sessions::living(&shared.desk.store, &asked, now).await;
        let is_ended = |actor: &Actor| match &living {
            // Whoever came since it was asked is judged by the next look.
            Ok(living) => {
                came_by.contains(&actor.session) && living.get(&actor.session) != Some(&Standing::from(actor))
            }
            // A database that is away is no reason to throw everybody out: the token still holds.
            Err(_) => false,
        };
        for (id, namespace) in shared.sockets.over(now, is_ended) {
            wire.cut(namespace, &id);
        }
        if round.is_multiple_of(HEADS_EVERY) {
            tell_heads(&wire, &shared).await;
        }
    }
}

async fn tell_heads(wire: &Wire, shared: &Shared) {
    let streams = shared.sockets.streams();
    for (stream, namespaces) in streams {
        let Ok(head) = store::journal::head(&shared.desk.store, stream).await else { continue };
        let cursor = Cursor([(stream.to_string(), head)].into());
        for namespace in namespaces {
            wire.send(namespace, Room::Stream(stream), SyncHead::NAME, &SyncHead { cursor: cursor.clone() }).await;
        }
    }
}
