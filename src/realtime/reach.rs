//! Ending connections. The library ends a socket by a packet, which a reader who has stopped reading never takes, and it
//! keeps a connection whose sockets have all gone; so the connections themselves are kept at hand.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::http::{HeaderMap, header::UPGRADE};
use contract::{
    event::{Cursor, SyncHead},
    room::Room,
};
use serde::Serialize;
use socketioxide::{SendError, SocketError, adapter::Adapter, extract::SocketRef};

use super::{asks::Own, handshake::namespace};
use crate::http::listen::Line;

/// How long a connection may go on without a socket: it may be about to open another one.
const WITHOUT: Duration = Duration::from_secs(5);

/// How many entries are there before those of connections that are gone are looked for.
const MANY: usize = 1_024;

/// Whether a call is to become a WebSocket.
pub fn is_upgrade(headers: &HeaderMap) -> bool {
    headers.contains_key(UPGRADE)
}

/// The WebSocket connections, by the id of their session. Cheap to clone.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<HashMap<String, Vec<Line>>>>);

impl Lines {
    /// Never held across an await, so a plain mutex is right.
    fn lines(&self) -> std::sync::MutexGuard<'_, HashMap<String, Vec<Line>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A session is, or wants to be, on a connection.
    pub fn add(&self, session: &str, line: Line) {
        let mut lines = self.lines();
        if lines.len() >= MANY && lines.len().is_power_of_two() {
            lines.retain(|_, of| {
                of.retain(|line| !line.is_gone());
                !of.is_empty()
            });
        }
        let of = lines.entry(session.to_owned()).or_default();
        of.retain(|line| !line.is_gone());
        if !of.iter().any(|other| other.is(&line)) {
            of.push(line);
        }
    }

    /// Ends the connections of a session at once.
    pub fn hang_up(&self, session: &str) {
        let of = self.lines().remove(session);
        of.into_iter().flatten().for_each(|line| line.hang_up());
    }

    /// A session is over.
    pub fn forget(&self, session: &str) {
        self.lines().remove(session);
    }
}

/// Ends a socket: from now on nothing more is told to it, and where its queue has no room for the word that it ends, the
/// whole connection ends.
pub fn end<A: Adapter>(socket: &SocketRef<A>, why: &'static str) {
    metrics::counter!("headhaul_sockets_cut", "why" => why).increment(1);
    socket.leave_all();
    if matches!(socket.clone().disconnect(), Err(SocketError::InternalChannelFull))
        && let Some(own) = socket.extensions.get::<Own>()
    {
        own.doom(&socket.id.to_string(), namespace(socket));
    }
}

/// Tells one socket something. One whose queue is full has stopped reading or reads too slowly: it is ended, because a
/// gap of which it knows nothing would be worse, and comes back by its cursor.
pub fn tell<A: Adapter>(socket: &SocketRef<A>, name: &str, body: &impl Serialize) {
    took(socket, socket.emit(name, body));
}

/// What became of something that was sent to one socket.
pub fn took<A: Adapter>(socket: &SocketRef<A>, sent: Result<(), SendError>) {
    match sent {
        // One that is gone by itself needn't be told.
        Ok(()) | Err(SendError::Socket(SocketError::Closed)) => {}
        Err(SendError::Socket(SocketError::InternalChannelFull)) => end(socket, "full"),
        Err(SendError::Serialize(error)) => tracing::error!(%error, "Something can't be put into words"),
    }
}

/// After something didn't fit into every queue of a room, it isn't known into whose. Those whose queues are still full are
/// ended. To the others a position is told once more, which changes nothing for those who had it; what they missed of the
/// journal they find by the next head, and until then hear where nothing in particular stands.
pub fn make_up<A: Adapter>(sockets: Vec<SocketRef<A>>, room: Room, name: &str, body: &impl Serialize) {
    for socket in sockets {
        if matches!(room, Room::Stream(_) | Room::Role(..)) {
            tell(&socket, SyncHead::NAME, &SyncHead { cursor: Cursor::default() });
        } else {
            tell(&socket, name, body);
        }
    }
}

/// Ends a connection that no socket is on any more, unless another one opens soon.
pub fn end_idle(own: Own, session: String) {
    tokio::spawn(async move {
        tokio::time::sleep(WITHOUT).await;
        if !own.has_sockets(&session) {
            own.hang_up(&session);
        }
    });
}
