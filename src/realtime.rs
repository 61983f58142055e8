//! The sockets: Socket.IO inside the same server.
//!
//! Rooms are chosen here from a verified session and by nothing that a client says. Every namespace has the same door
//! (`handshake`); what a socket may then ask is in `asks`; what is sent goes out through the `Wire`.
//!
//! Architecture invariant: `socketioxide` appears only in this room.

mod asks;
mod bucket;
mod fleet;
mod handshake;
mod registry;
mod sight;
mod turns;
mod wire;

use std::{sync::Arc, time::Duration};

use axum::Router;
use contract::event::NAMESPACES;
use socketioxide::{SocketIo, handler::ConnectHandler};

pub use wire::Wire;

use crate::{
    auth::Auth,
    desk::Desk,
    store::{self, Unsent},
    tracking::{fleet::Fleet, moves::Moves},
};

/// The longest message either way, in bytes (`contract.md`, Limits).
const MAX_MESSAGE: usize = 64 * 1024;

/// What is left out of the log unless the environment says otherwise: the libraries log what anybody sends them, signed in
/// or not, and whoever wished could fill the disk.
pub const UNLOGGED: &str = "socketioxide=off,engineioxide=off";

/// How many packets wait for a slow reader before it is cut. Frames of a busy board are small and the reader recovers
/// by its cursor, so this is memory against patience.
const QUEUE: usize = 512;

// What somebody missed of their two streams is sent at once, and the head after it.
const _: () = assert!(2 * store::journal::MAX_MISSED + 10 < QUEUE as i64, "a catch-up must fit into the queue");

/// What the sockets are set to.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How often a socket is asked whether it lives.
    pub ping_interval: Duration,
    /// How long it may take to answer.
    pub ping_timeout: Duration,
    /// Sockets that one user may have at once.
    pub per_user: usize,
    /// The origins from which the session cookie is taken.
    pub origins: Arc<[String]>,
    /// Whether a token in the address is taken.
    pub token_in_query: bool,
}

/// What every socket's handlers can reach.
#[derive(Clone)]
pub(crate) struct Shared {
    desk: Desk,
    auth: Auth,
    fleet: Fleet,
    limits: Limits,
    sockets: registry::Registry,
}

/// The ways in which things to send arrive.
pub struct Inlets {
    /// Committed events.
    pub sealed: Unsent,
    /// Trucks that moved.
    pub moved: Moves,
}

/// Puts the sockets around a router and starts sending.
pub fn mount<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    desk: Desk,
    auth: Auth,
    limits: Limits,
    inlets: Inlets,
) -> (Router<S>, Wire) {
    let fleet = Fleet::default();
    let sockets = registry::Registry::default();
    let shared = Shared { desk, auth, fleet: fleet.clone(), limits: limits.clone(), sockets: sockets.clone() };
    let (layer, io) = SocketIo::builder()
        .with_state(shared.clone())
        .ping_interval(limits.ping_interval)
        .ping_timeout(limits.ping_timeout)
        // Whoever doesn't say who they are in time is let go (`contract.md`, Limits: 5 s).
        .connect_timeout(Duration::from_secs(5))
        .max_payload(MAX_MESSAGE as u64)
        .ws_max_message_size(MAX_MESSAGE)
        .ws_max_frame_size(MAX_MESSAGE)
        .ws_read_buffer_size(1024)
        .max_buffer_size(QUEUE)
        .build_layer();
    for namespace in NAMESPACES {
        io.ns(namespace.path(), asks::catch_up.with(handshake::admit));
    }
    let wire = Wire::Local(io);
    let turns = turns::Turns::default();
    tokio::spawn(wire::send_sealed(
        wire.clone(),
        shared.desk.store.clone(),
        fleet.clone(),
        turns.clone(),
        inlets.sealed,
    ));
    tokio::spawn(wire::send_moved(wire.clone(), fleet.clone(), turns.clone(), inlets.moved));
    tokio::spawn(wire::send_waiting(wire.clone(), turns));
    tokio::spawn(fleet::send(wire.clone(), fleet));
    tokio::spawn(registry::watch(wire.clone(), shared));
    (router.layer(layer), wire)
}
