//! The sockets: Socket.IO inside the same server.
//!
//! Rooms are chosen here from a verified session and by nothing that a client says. Every namespace has the same door
//! (`handshake`); what a socket may then ask is in `asks`; what is sent goes out through the `Wire`.
//!
//! Architecture invariant: `socketioxide` appears only in this room.

mod asks;
mod bucket;
mod events;
mod fleet;
mod gate;
mod handshake;
mod inbox;
mod mend;
mod positions;
mod presence;
mod reach;
mod registry;
mod sent;
mod sight;
mod turns;
mod wire;

use std::{sync::Arc, time::Duration};

use axum::{Router, middleware};
use contract::{Refusal, UserId, event::NAMESPACES};
use socketioxide::{ParserConfig, SocketIo, handler::ConnectHandler};
use tokio::{
    sync::{Notify, mpsc},
    task::JoinSet,
};

pub use wire::Wire;

use crate::{
    auth::Auth,
    desk::Desk,
    pace::{Pace, strangers::Strangers},
    relay::{Arrivals, Relay},
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
    /// Sockets that one address may have at once.
    pub per_address: usize,
    /// Sockets that one address may be refused in a minute before it is not looked at any more.
    pub refused_per_minute: u32,
    /// Events that one socket may send in a second.
    pub events: u32,
    /// Position reports that one socket may send in a second.
    pub locations: u32,
    /// What all sockets of one user may send in a second.
    pub of_user: u32,
    /// Loads that one socket may join at once.
    pub loads: usize,
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
    sent: sent::Sent,
    lines: reach::Lines,
    presence: presence::Presence,
    strangers: Strangers,
    /// What users send, on whichever of their sockets.
    said: Arc<Pace<UserId>>,
    /// Packets that come in the bodies of calls, by their sessions.
    packets: Arc<Pace<String>>,
}

/// Packets that a session may send in the bodies of calls in a second, and at once: what a page gathers while a call is
/// under way. What is in them has limits of its own.
const PACKETS: (u32, u32) = (100, 500);

/// Counts a refusal.
fn refused(refusal: &Refusal) {
    let code = serde_json::to_value(refusal.code).ok().and_then(|code| code.as_str().map(str::to_owned));
    metrics::counter!("headhaul_refusals", "code" => code.unwrap_or_default()).increment(1);
}

/// The ways in which things to send arrive.
pub struct Inlets {
    /// Committed events.
    pub sealed: Unsent,
    /// Trucks that moved.
    pub moved: Moves,
    /// The other nodes, if there may be any.
    pub others: Option<(Relay, Arrivals)>,
}

/// How much that was found in the journal may wait to be sent; the rest waits in the journal.
const FOUND: usize = 16;

/// Puts the sockets around a router and starts sending, for as long as what it gives is kept.
pub fn mount<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    desk: Desk,
    auth: Auth,
    limits: Limits,
    inlets: Inlets,
) -> (Router<S>, Wire, JoinSet<()>) {
    let (fleet, sockets, sent) = (Fleet::default(), registry::Registry::default(), sent::Sent::default());
    let shared = Shared {
        desk,
        auth,
        fleet: fleet.clone(),
        limits: limits.clone(),
        sockets: sockets.clone(),
        sent: sent.clone(),
        lines: reach::Lines::default(),
        presence: presence::Presence::default(),
        strangers: Strangers::new(limits.refused_per_minute),
        said: Arc::new(Pace::per_second(limits.of_user, limits.of_user.saturating_mul(4))),
        packets: Arc::new(Pace::per_second(PACKETS.0, PACKETS.1)),
    };
    // Nothing that clients send has attachments; the library would gather thousands, also for those it doesn't know.
    let packets = ParserConfig::common()
        .max_incoming_binaries(1)
        .max_incoming_binary_buf_size(MAX_MESSAGE)
        .packet_completion_timeout(Duration::from_secs(5));
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
        .with_parser(packets)
        .build_layer();
    for namespace in NAMESPACES {
        io.ns(namespace.path(), asks::catch_up.with(handshake::admit));
    }
    let wire = Wire::new(io);
    let turns = turns::Turns::default();
    let store = shared.desk.store.clone();
    // A node without others hears nothing and loses nothing but what it drops itself.
    let (relay, Arrivals { events: told, moves: others, lost }) =
        inlets.others.map_or_else(|| (None, Arrivals::none()), |(relay, arrivals)| (Some(relay), arrivals));
    let (found, finds) = mpsc::channel(FOUND);
    let holes = Arc::new(Notify::new());
    let mender = mend::Mender {
        store: store.clone(),
        clock: shared.desk.clock.clone(),
        sockets: sockets.clone(),
        sent: sent.clone(),
        relay: relay.clone(),
        found,
        moves: others.clone(),
        holes: holes.clone(),
        lost: lost.clone(),
    };
    let sender = events::Sender {
        wire: wire.clone(),
        store: store.clone(),
        fleet: fleet.clone(),
        turns: turns.clone(),
        sockets,
        sent,
        relay: relay.clone(),
        holes,
        lost,
    };
    let present = presence::run(wire.clone(), shared.presence.clone(), relay.clone());
    let shower = positions::Shower { wire: wire.clone(), store, fleet: fleet.clone(), turns: turns.clone(), relay };
    let mut tasks = JoinSet::new();
    tasks.spawn(mender.run());
    tasks.spawn(sender.run(events::Sources { unsent: inlets.sealed, told, found: finds }));
    tasks.spawn(shower.run(inlets.moved, others));
    tasks.spawn(positions::send_waiting(wire.clone(), turns));
    tasks.spawn(present);
    tasks.spawn(fleet::send(wire.clone(), fleet));
    tasks.spawn(registry::watch(wire.clone(), shared.clone()));
    (router.layer(layer).layer(middleware::from_fn_with_state(shared, gate::guard)), wire, tasks)
}
