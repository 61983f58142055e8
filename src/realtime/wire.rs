//! The way to every browser.

use std::{collections::HashSet, time::Instant};

use contract::{
    EventId, LoadId, TenantId, Timestamp,
    event::{Envelope, Event, FleetPositions, LoadLocationUpdated, NAMESPACES, Namespace},
    room::{Room, Stream},
};
use serde::Serialize;
use socketioxide::{SocketIo, extract::SocketRef, operators::BroadcastOperators};

use super::{
    asks::Joined,
    reach, sight,
    turns::{self, Position, Turns},
};
use crate::{
    clock::{Clock, new_id},
    store::{Due, Store, Unsent},
    tracking::{
        fleet::{Fleet, TICK},
        moves::{Moved, Moves},
    },
};

/// The sockets of this node.
#[derive(Clone)]
pub enum Wire {
    /// This node alone.
    Local(SocketIo),
}

impl Wire {
    /// Sends something to a room of a namespace. A reader whose queue has no room for it is ended and comes back by its
    /// cursor.
    pub async fn send<T: Serialize>(&self, namespace: Namespace, room: Room, name: &str, body: &T) {
        let Self::Local(io) = self;
        if let Some(of) = io.of(namespace.path())
            && let Err(error) = of.to(room.to_string()).emit(name, body).await
        {
            metrics::counter!("headhaul_queues_full").increment(1);
            tracing::debug!(%error, room = %room, "Not everybody could take an event");
            reach::make_up(self.within(namespace, room), room, name, body);
        }
        // Those who write it to their readers come first: a burst must not fill queues that would empty by themselves.
        tokio::task::yield_now().await;
    }

    /// The sockets of a room of a namespace, on this node.
    pub(super) fn within(&self, namespace: Namespace, room: Room) -> Vec<SocketRef> {
        let Self::Local(io) = self;
        io.of(namespace.path()).map(|of| of.within(room.to_string()).sockets()).unwrap_or_default()
    }

    /// The loads that somebody on this node looks at.
    pub(super) fn watched_loads(&self) -> HashSet<LoadId> {
        let Self::Local(io) = self;
        let all = NAMESPACES.into_iter().filter_map(|namespace| io.of(namespace.path()));
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
        let Self::Local(io) = self;
        io.of(namespace.path())?.get_socket(id.parse().ok()?)
    }

    /// Ends a socket on a namespace.
    pub fn cut(&self, namespace: Namespace, id: &str) {
        if let Some(socket) = self.socket(namespace, id) {
            reach::end(&socket, "over");
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

/// Sends committed events to their audiences, in the order in which they were committed, and sees to what follows from
/// them: who no longer sees a load hears no more of it, and a load that is done leaves the fleet.
pub async fn send_sealed(wire: Wire, store: Store, fleet: Fleet, turns: Turns, mut unsent: Unsent) {
    while let Some(Due { events, after_loss }) = unsent.next().await {
        if after_loss {
            turns.withdraw_all();
            sight::recheck_all(&wire, &store).await;
        }
        for sealed in events {
            if let Some(load) = sight::withdrawn(&sealed) {
                turns.withdraw(load);
                sight::recheck(&wire, &store, load).await;
            }
            fleet.hear(&sealed);
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
pub async fn send_moved(wire: Wire, fleet: Fleet, turns: Turns, moves: Moves) {
    let clock = Clock::default();
    loop {
        for Moved { tenant, carrier, fix, event } in moves.take().await {
            let load = event.load_id;
            fleet.moved(tenant, load, fix);
            let message = envelope(tenant, clock.now(), event);
            wire.send(Namespace::Tracking, Room::Load(load), LoadLocationUpdated::NAME, &message).await;
            wire.send(Namespace::Tracking, Room::Load(load), LoadLocationUpdated::ALIAS, &message).await;
            if let Some(position) = turns.moved(Position { tenant, carrier, message }, Instant::now()) {
                send_position(&wire, &position).await;
            }
        }
    }
}

/// Sends the positions that waited for their turn: the last one of a truck that stopped too.
pub async fn send_waiting(wire: Wire, turns: Turns) {
    let mut looks = tokio::time::interval(turns::LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        for position in turns.due(Instant::now()) {
            send_position(&wire, &position).await;
        }
    }
}

async fn send_position(wire: &Wire, Position { tenant, carrier, message }: &Position) {
    let staff = Room::Positions(Stream::Tenant(*tenant));
    wire.send(Namespace::Events, staff, LoadLocationUpdated::NAME, message).await;
    if let Some(carrier) = carrier {
        let theirs = Room::Positions(Stream::Carrier(*tenant, *carrier));
        wire.send(Namespace::Events, theirs, LoadLocationUpdated::NAME, message).await;
    }
}

/// Sends the fleet stream: at once when it was quiet, at most every quarter of a second under load.
pub async fn send_fleet(wire: Wire, fleet: Fleet) {
    let clock = Clock::default();
    loop {
        fleet.wait().await;
        for frame in fleet.tick() {
            let room = Room::Fleet(frame.tenant, frame.view);
            let positions = FleetPositions { positions: frame.positions, gone: frame.gone, full: false };
            wire.send(Namespace::Tracking, room, FleetPositions::NAME, &envelope(frame.tenant, clock.now(), positions))
                .await;
        }
        tokio::time::sleep(TICK).await;
    }
}
