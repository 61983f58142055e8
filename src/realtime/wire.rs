//! The way to every browser.

use std::collections::HashSet;

use contract::{
    EventId, LoadId, TenantId, Timestamp,
    event::{Envelope, Event, NAMESPACES, Namespace},
    room::Room,
};
use serde::Serialize;
use socketioxide::{SocketIo, extract::SocketRef, operators::BroadcastOperators};

use super::{asks::Joined, reach};
use crate::clock::new_id;

/// The sockets of this node.
#[derive(Clone)]
pub struct Wire(SocketIo);

impl Wire {
    /// The way by these sockets.
    pub const fn new(io: SocketIo) -> Self {
        Self(io)
    }

    /// Sends something to a room of a namespace. A reader whose queue has no room for it is ended and comes back by its
    /// cursor.
    pub async fn send<T: Serialize>(&self, namespace: Namespace, room: Room, name: &str, body: &T) {
        let Some(of) = self.0.of(namespace.path()) else { return };
        let of = of.to(room.to_string());
        // Most trucks are looked at by nobody just now, and what nobody hears need not be written down.
        if of.clone().sockets().is_empty() {
            return;
        }
        if let Err(error) = of.emit(name, body).await {
            metrics::counter!("headhaul_queues_full").increment(1);
            tracing::debug!(%error, room = %room, "Not everybody could take an event");
            reach::make_up(self.within(namespace, room), room, name, body);
        }
        // Those who write it to their readers come first: a burst must not fill queues that would empty by themselves.
        tokio::task::yield_now().await;
    }

    /// The sockets of a room of a namespace, on this node.
    pub(super) fn within(&self, namespace: Namespace, room: Room) -> Vec<SocketRef> {
        self.0.of(namespace.path()).map(|of| of.within(room.to_string()).sockets()).unwrap_or_default()
    }

    /// The loads that somebody on this node looks at.
    pub(super) fn watched_loads(&self) -> HashSet<LoadId> {
        let all = NAMESPACES.into_iter().filter_map(|namespace| self.0.of(namespace.path()));
        all.flat_map(BroadcastOperators::sockets)
            .filter_map(|socket| socket.extensions.get::<Joined>())
            .flat_map(|joined| joined.loads())
            .collect()
    }

    /// Whether a namespace knows a socket.
    pub(super) fn knows(&self, namespace: Namespace, id: &str) -> bool {
        self.socket(namespace, id).is_some()
    }

    fn socket(&self, namespace: Namespace, id: &str) -> Option<SocketRef> {
        self.0.of(namespace.path())?.get_socket(id.parse().ok()?)
    }

    /// Ends a socket on a namespace.
    pub fn cut(&self, namespace: Namespace, id: &str) {
        if let Some(socket) = self.socket(namespace, id) {
            reach::end(&socket, "over");
        }
    }

    /// Ends all sockets, when the server goes down; their clients come back by themselves.
    pub async fn close(&self) {
        self.0.close().await;
    }
}

/// An event that isn't journaled, in its envelope.
pub fn envelope<E: Event>(tenant_id: TenantId, timestamp: Timestamp, data: E) -> Envelope<E> {
    Envelope { event: E::NAME.to_owned(), data, timestamp, tenant_id, id: EventId::new(new_id()), place: None }
}
