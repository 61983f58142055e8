//! Which sockets there are, and whether their sessions still live.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    hash::Hash,
    net::IpAddr,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use contract::{
    SessionId, TenantId, Timestamp, UserId,
    actor::Actor,
    event::{Cursor, NAMESPACES, Namespace, SyncHead},
    room::{Room, Stream},
};
use tokio::time::timeout;

use super::{Limits, Shared, wire::Wire};
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

/// How long the database may take to answer before a look goes on without it.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a socket may be on its way in. One whose connection ended meanwhile never arrives in its namespace, and then
/// nobody says that it went.
const ARRIVAL: Duration = Duration::from_secs(2);

/// A socket on a namespace.
struct Connected {
    known: Known,
    from: IpAddr,
    expires_at: Timestamp,
    view: Option<u64>,
    came: Instant,
    /// Whether its namespace was seen to know it: from then on its end is told.
    arrived: bool,
}

/// The socket isn't there any more.
pub struct Gone;

/// All sockets of this node. Cheap to clone.
#[derive(Clone, Default)]
pub struct Registry(Arc<Mutex<State>>);

/// The sockets, and whose connections they are.
#[derive(Default)]
struct State {
    sockets: HashMap<(String, Namespace), Connected>,
    of_users: Connections<UserId>,
    from: Connections<IpAddr>,
}

impl State {
    fn add(&mut self, id: &str, namespace: Namespace, socket: Connected) {
        // One that comes twice counts once.
        self.remove(id, namespace);
        self.of_users.add(socket.known.actor.user, id);
        self.from.add(socket.from, id);
        self.sockets.insert((id.to_owned(), namespace), socket);
    }

    fn remove(&mut self, id: &str, namespace: Namespace) -> Option<Connected> {
        let socket = self.sockets.remove(&(id.to_owned(), namespace))?;
        self.of_users.remove(&socket.known.actor.user, id);
        self.from.remove(&socket.from, id);
        Some(socket)
    }
}

/// The sockets, while nobody else changes them.
struct MappedSockets<'a>(MutexGuard<'a, State>);

impl Deref for MappedSockets<'_> {
    type Target = HashMap<(String, Namespace), Connected>;

    fn deref(&self) -> &Self::Target {
        &self.0.sockets
    }
}

impl DerefMut for MappedSockets<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0.sockets
    }
}

/// Connections by whom they belong to, each with how many of its namespaces are taken: when everybody comes back at once,
/// each must not be counted among all.
struct Connections<K>(HashMap<K, HashMap<String, usize>>);

impl<K> Default for Connections<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash> Connections<K> {
    /// How many others there are.
    fn others(&self, of: &K, id: &str) -> usize {
        self.0.get(of).map_or(0, |connections| connections.len() - usize::from(connections.contains_key(id)))
    }

    fn add(&mut self, of: K, id: &str) {
        *self.0.entry(of).or_default().entry(id.to_owned()).or_default() += 1;
    }

    fn remove(&mut self, of: &K, id: &str) {
        let Some(connections) = self.0.get_mut(of) else { return };
        if let Some(namespaces) = connections.get_mut(id) {
            *namespaces -= 1;
            if *namespaces == 0 {
                connections.remove(id);
            }
        }
        if connections.is_empty() {
            self.0.remove(of);
        }
    }
}

impl Registry {
    /// Never held across an await, so a plain mutex is right.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sockets(&self) -> MappedSockets<'_> {
        MappedSockets(self.state())
    }

    /// A socket comes, and is taken unless its user or its address has too many other connections already, whatever the
    /// number of namespaces on each.
    pub fn takes(&self, id: &str, namespace: Namespace, known: Known, from: IpAddr, limits: &Limits) -> bool {
        let mut state = self.state();
        let user = known.actor.user;
        if state.of_users.others(&user, id) >= limits.per_user || state.from.others(&from, id) >= limits.per_address {
            return false;
        }
        let expires_at = known.actor.expires_at;
        let socket = Connected { known, from, expires_at, view: None, came: Instant::now(), arrived: false };
        state.add(id, namespace, socket);
        true
    }

    /// A socket that couldn't be told that it ends: it is told again and again, until it takes it.
    pub fn doom(&self, id: &str, namespace: Namespace) {
        if let Some(socket) = self.sockets().get_mut(&(id.to_owned(), namespace)) {
            socket.expires_at = Timestamp::from_millis(0);
        }
    }

    /// Whether a connection has a socket on any namespace.
    pub fn has(&self, id: &str) -> bool {
        NAMESPACES.into_iter().any(|namespace| self.sockets().contains_key(&(id.to_owned(), namespace)))
    }

    /// A socket went; gives the fleet's view that it watched.
    fn remove(&self, id: &str, namespace: Namespace) -> Option<u64> {
        self.state().remove(id, namespace).and_then(|socket| socket.view)
    }

    /// A socket watches another view; gives the one before.
    pub fn watches(&self, id: &str, namespace: Namespace, view: u64) -> Result<Option<u64>, Gone> {
        self.sockets().get_mut(&(id.to_owned(), namespace)).map(|socket| socket.view.replace(view)).ok_or(Gone)
    }

    /// Those who should have arrived by now and weren't seen yet.
    fn due(&self) -> Vec<(String, Namespace)> {
        let sockets = self.sockets();
        let due = sockets.iter().filter(|(_, socket)| !socket.arrived && socket.came.elapsed() >= ARRIVAL);
        due.map(|(key, _)| key.clone()).collect()
    }

    /// A socket was seen in its namespace.
    fn arrived(&self, key: &(String, Namespace)) {
        if let Some(socket) = self.sockets().get_mut(key) {
            socket.arrived = true;
        }
    }

    /// A connection showed a fresh token: it holds for all of its namespaces.
    pub fn renew(&self, id: &str, expires_at: Timestamp) {
        for ((own, _), socket) in self.sockets().iter_mut() {
            if own == id {
                socket.expires_at = expires_at;
            }
        }
    }

    fn count(&self, namespace: Namespace) -> usize {
        self.sockets().keys().filter(|(_, on)| *on == namespace).count()
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
    pub fn streams(&self) -> HashMap<Stream, HashSet<Namespace>> {
        let mut streams: HashMap<Stream, HashSet<Namespace>> = HashMap::new();
        for ((_, namespace), socket) in self.sockets().iter() {
            for stream in journal::streams(&socket.known.actor) {
                streams.entry(stream).or_default().insert(*namespace);
            }
        }
        streams
    }

    /// The companies whose business somebody here reads.
    pub fn tenants(&self) -> BTreeSet<TenantId> {
        self.sockets().values().map(|socket| socket.known.actor.tenant).collect()
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
        for namespace in NAMESPACES {
            let count = shared.sockets.count(namespace);
            metrics::gauge!("headhaul_sockets", "namespace" => namespace.path()).set(count as f64);
        }
        forget_lost(&wire, &shared);
        let now = shared.auth.now();
        // Whose token ran out is cut without asking anybody: the database may be away.
        cut(&wire, shared.sockets.over(now, |_| false));
        let came_by = shared.sockets.sessions();
        let asked: Vec<SessionId> = came_by.iter().copied().collect();
        // A database that is away is no reason to throw everybody out: the token still holds.
        if let Ok(Ok(living)) = timeout(PATIENCE, sessions::living(&shared.desk.store, &asked, now)).await {
            // Whoever came since it was asked is judged by the next look.
            let is_ended = |actor: &Actor| {
                came_by.contains(&actor.session) && living.get(&actor.session) != Some(&Standing::from(actor))
            };
            cut(&wire, shared.sockets.over(now, is_ended));
        }
        if round.is_multiple_of(HEADS_EVERY) {
            tell_heads(&wire, &shared).await;
        }
    }
}

fn cut(wire: &Wire, over: Vec<(String, Namespace)>) {
    for (id, namespace) in over {
        wire.cut(namespace, &id);
    }
}

/// Forgets those whose connection ended while they were let in: they would count for ever.
fn forget_lost(wire: &Wire, shared: &Shared) {
    for key in shared.sockets.due() {
        if wire.knows(key.1, &key.0) {
            shared.sockets.arrived(&key);
        } else {
            went(shared, &key.0, key.1);
        }
    }
}

/// A socket went, and reads no view of the fleet any more.
pub fn went(shared: &Shared, id: &str, namespace: Namespace) {
    if let Some(view) = shared.sockets.remove(id, namespace) {
        shared.fleet.leave(view);
    }
}

async fn tell_heads(wire: &Wire, shared: &Shared) {
    let readers = shared.sockets.streams();
    let streams: Vec<Stream> = readers.keys().copied().collect();
    let Ok(Ok(heads)) = timeout(PATIENCE, store::journal::heads_of(&shared.desk.store, &streams)).await else { return };
    for (stream, head) in heads {
        let cursor = Cursor([(stream.to_string(), head)].into());
        for namespace in readers.get(&stream).into_iter().flatten().copied() {
            wire.send(namespace, Room::Stream(stream), SyncHead::NAME, &SyncHead { cursor: cursor.clone() }).await;
        }
    }
}
