//! The fleet stream on its way: the whole view for those who come, and then what changes.

use contract::{
    LoadId, Refusal, TenantId,
    event::{Event as _, FleetPositions, Namespace},
    room::Room,
    tracking::{Bounds, LastFix, Watching},
};
use socketioxide::{adapter::Adapter, extract::SocketRef};

use super::{
    Shared, reach,
    registry::Gone,
    wire::{Wire, envelope},
};
use crate::{
    clock::Clock,
    store,
    tracking::fleet::{Fleet, TICK},
};

/// Has a socket watch a view, in place of the one it watched before.
pub async fn watch<A: Adapter>(
    shared: &Shared,
    socket: &SocketRef<A>,
    tenant: TenantId,
    bounds: Option<Bounds>,
) -> Result<Watching, Refusal> {
    let (view, _) = shared.fleet.watch(tenant, bounds);
    match shared.sockets.watches(&socket.id.to_string(), Namespace::Tracking, view) {
        Ok(Some(before)) => {
            shared.fleet.leave(before);
            if before != view {
                socket.leave(Room::Fleet(tenant, before).to_string());
            }
        }
        Ok(None) => {}
        Err(Gone) => {
            shared.fleet.leave(view);
            return Err(Refusal::unauthorized());
        }
    }
    // Joined before the state is read: what moves in between comes twice, never not at all.
    socket.join(Room::Fleet(tenant, view).to_string());
    let state = store::positions::newest(&shared.desk.store, tenant).await;
    let (read, failed) = state.map_or_else(
        |error| (Vec::<(LoadId, LastFix)>::new(), Some(error)),
        |state| (state.into_iter().collect(), None),
    );
    let turn = shared.fleet.turn().await;
    let (positions, watching) = shared.fleet.open(view, read);
    if let Some(error) = failed {
        return Err(error.into());
    }
    let whole = envelope(tenant, shared.auth.now(), FleetPositions { positions });
    reach::tell(socket, &whole.event, &whole);
    drop(turn);
    Ok(Watching { watching })
}

/// Sends the fleet stream: at once when it was quiet, at most every quarter of a second under load.
pub async fn send(wire: Wire, fleet: Fleet) {
    let clock = Clock::default();
    loop {
        fleet.wait().await;
        let turn = fleet.turn().await;
        for frame in fleet.tick() {
            let room = Room::Fleet(frame.tenant, frame.view);
            let message = envelope(frame.tenant, clock.now(), FleetPositions { positions: frame.bytes });
            wire.send(Namespace::Tracking, room, FleetPositions::NAME, &message).await;
        }
        drop(turn);
        tokio::time::sleep(TICK).await;
    }
}
