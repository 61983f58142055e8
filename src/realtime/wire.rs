//! The way to every browser.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use contract::{
    EventId, LoadId, TenantId, Timestamp,
    event::{Envelope, Event, FleetPositions, LoadLocationUpdated, Namespace},
    room::{Room, Stream},
};
use serde::Serialize;
use socketioxide::SocketIo;
use tokio::sync::mpsc;

use crate::{
    clock::{Clock, new_id},
    store::Sealed,
    tracking::{
        fleet::{Fleet, TICK},
        intake::Moved,
    },
};

/// How often a load's position goes to those who take every load's, at most.
const PER_LOAD: Duration = Duration::from_secs(5);

/// The sockets of this node.
#[derive(Clone)]
pub enum Wire {
    /// This node alone.
    Local(SocketIo),
}

impl Wire {
    /// Sends something to a room of a namespace. What doesn't fit into a reader's queue is lost to that reader alone,
    /// who notices it as a hole.
    pub async fn send<T: Serialize>(&self, namespace: Namespace, room: Room, name: &str, body: &T) {
        let Self::Local(io) = self;
        if let Some(of) = io.of(namespace.path())
            && let Err(error) = of.to(room.to_string()).emit(name, body).await
        {
            metrics::counter!("headhaul_queues_full").increment(1);
            tracing::debug!(%error, room = %room, "Not everybody could take an event");
        }
    }

    /// Ends a socket on a namespace.
    pub fn cut(&self, namespace: Namespace, id: &str) {
        let Self::Local(io) = self;
        if let Some(socket) = io.of(namespace.path()).and_then(|of| of.get_socket(id.parse().ok()?)) {
            let _ = socket.disconnect();
        }
    }

    /// Ends all sockets, when the server goes down; their clients come back by themselves.
    pub async fn close(&self) {
        let Self::Local(io) = self;
        io.close().await;
    }
}

/// An event that isn't journaled, in its envelope.
pub fn envelope<E: Event>(tenant_id: TenantId, timestamp: Timestamp, data: E) -> Envelope<E> {
    Envelope { event: E::NAME.to_owned(), data, timestamp, tenant_id, id: EventId::new(new_id()), place: None }
}

/// Sends committed events to their audiences, in the order in which they were committed.
pub async fn send_sealed(wire: Wire, mut inlet: mpsc::UnboundedReceiver<Vec<Sealed>>) {
    while let Some(events) = inlet.recv().await {
        for sealed in events {
            let room = Room::Stream(sealed.stream);
            for namespace in sealed.namespaces {
                wire.send(*namespace, room, &sealed.envelope.event, &sealed.envelope).await;
            }
            metrics::counter!("headhaul_events").increment(1);
        }
    }
}

/// Sends each truck that moved to those who look at its load, at once; to those who take every load's position, every
/// few seconds; and to the fleet's table.
pub async fn send_moved(wire: Wire, fleet: Fleet, mut inlet: mpsc::UnboundedReceiver<Vec<Moved>>) {
    let clock = Clock::default();
    let mut told: HashMap<LoadId, Instant> = HashMap::new();
    while let Some(moves) = inlet.recv().await {
        for Moved { tenant, carrier, fix, event } in moves {
            let load = event.load_id;
            fleet.moved(tenant, load, fix);
            let message = envelope(tenant, clock.now(), event);
            wire.send(Namespace::Tracking, Room::Load(load), LoadLocationUpdated::NAME, &message).await;
            wire.send(Namespace::Tracking, Room::Load(load), LoadLocationUpdated::ALIAS, &message).await;
            if told.get(&load).is_none_or(|at| at.elapsed() >= PER_LOAD) {
                told.insert(load, Instant::now());
                let staff = Room::Positions(Stream::Tenant(tenant));
                wire.send(Namespace::Events, staff, LoadLocationUpdated::NAME, &message).await;
                if let Some(carrier) = carrier {
                    let theirs = Room::Positions(Stream::Carrier(tenant, carrier));
                    wire.send(Namespace::Events, theirs, LoadLocationUpdated::NAME, &message).await;
                }
            }
        }
        if told.len() > 50_000 {
            told.retain(|_, at| at.elapsed() < PER_LOAD);
        }
    }
}

/// Sends the fleet stream: at once when it was quiet, at most every quarter of a second under load.
pub async fn send_fleet(wire: Wire, fleet: Fleet) {
    let clock = Clock::default();
    loop {
        fleet.wait().await;
        for frame in fleet.tick() {
            let room = Room::Fleet(frame.tenant, frame.view);
            let positions = FleetPositions { positions: frame.positions, full: false };
            wire.send(Namespace::Tracking, room, FleetPositions::NAME, &envelope(frame.tenant, clock.now(), positions))
                .await;
        }
        tokio::time::sleep(TICK).await;
    }
}
