//! Which sockets there are, and whether their sessions still live.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use contract::{
    SessionId, Timestamp, UserId,
    actor::Role,
    event::{Cursor, Namespace, SyncHead},
    room::{Room, Stream},
};

use super::{Shared, wire::Wire};
use crate::{auth::Known, journal, store};

/// How often sessions are looked after: what ends a session ends its sockets within this time.
const LOOK: Duration = Duration::from_millis(500);

/// After how many looks a quiet stream's head is told again: every 5 s.
const HEADS_EVERY: u32 = 10;

/// A socket on a namespace.
#[derive(Clone)]
struct Connected {
    namespace: Namespace,
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
        self.sockets().insert((id, namespace), Connected { namespace, known, expires_at, view: None });
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

    fn snapshot(&self) -> Vec<((String, Namespace), Connected)> {
        self.sockets().iter().map(|(key, socket)| (key.clone(), socket.clone())).collect()
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
        let sockets = shared.sockets.snapshot();
        metrics::gauge!("headhaul_sockets").set(sockets.len() as f64);
        let now = shared.auth.now();
        let mut alive: HashMap<SessionId, Option<Role>> = HashMap::new();
        for ((id, namespace), socket) in &sockets {
            let actor = &socket.known.actor;
            if socket.expires_at > now {
                let role = if let Some(role) = alive.get(&actor.session) {
                    *role
                } else {
                    // A database that is away is no reason to throw everybody out: the token still holds.
                    let role = shared
                        .auth
                        .session(actor.session)
                        .await
                        .map_or(Some(actor.role), |known| known.map(|known| known.actor.role));
                    alive.insert(actor.session, role);
                    role
                };
                if role == Some(actor.role) {
                    continue;
                }
            }
            wire.cut(*namespace, id);
        }
        if round.is_multiple_of(HEADS_EVERY) {
            tell_heads(&wire, &shared, &sockets).await;
        }
    }
}

async fn tell_heads(wire: &Wire, shared: &Shared, sockets: &[((String, Namespace), Connected)]) {
    let mut streams: HashMap<Stream, HashSet<Namespace>> = HashMap::new();
    for (_, socket) in sockets {
        for stream in journal::streams(&socket.known.actor) {
            streams.entry(stream).or_default().insert(socket.namespace);
        }
    }
    for (stream, namespaces) in streams {
        let Ok(head) = store::journal::head(&shared.desk.store, stream).await else { continue };
        let cursor = Cursor([(stream.to_string(), head)].into());
        for namespace in namespaces {
            wire.send(namespace, Room::Stream(stream), SyncHead::NAME, &SyncHead { cursor: cursor.clone() }).await;
        }
    }
}
