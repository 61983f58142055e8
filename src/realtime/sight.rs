//! Who may go on looking at a load. `join:load` asks once; what changes afterwards is looked after here.

use std::collections::HashMap;

use contract::{
    LoadId, UserId,
    event::{CarrierLoadWithdrawn, Event as _, NAMESPACES},
    room::Room,
};

use super::wire::Wire;
use crate::{
    auth::Known,
    store::{self, Sealed, Store},
};

/// The load that somebody can no longer see since this event.
pub fn withdrawn(sealed: &Sealed) -> Option<LoadId> {
    if sealed.envelope.event != CarrierLoadWithdrawn::NAME {
        return None;
    }
    serde_json::from_value::<CarrierLoadWithdrawn>(sealed.envelope.data.clone()).ok().map(|event| event.load_id)
}

/// Puts those out of a load's room who may no longer see it. The company's own staff always may.
pub async fn recheck(wire: &Wire, store: &Store, load: LoadId) {
    let mut seen: HashMap<UserId, bool> = HashMap::new();
    for namespace in NAMESPACES {
        for socket in wire.within(namespace, Room::Load(load)) {
            let Some(known) = socket.extensions.get::<Known>() else { continue };
            if known.actor.role.is_staff() {
                continue;
            }
            let may = if let Some(may) = seen.get(&known.actor.user) {
                *may
            } else {
                // When that can't be found out, nobody goes on looking.
                let may = matches!(store::loads::one(store, &known.actor, load).await, Ok(Some(_)));
                seen.insert(known.actor.user, may);
                may
            };
            if !may {
                socket.leave(Room::Load(load).to_string());
            }
        }
    }
}

/// The same for every load that is looked at, after events were lost.
pub async fn recheck_all(wire: &Wire, store: &Store) {
    for load in wire.watched_loads() {
        recheck(wire, store, load).await;
    }
}
