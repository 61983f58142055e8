//! What a socket may ask, each with an answer.

use std::sync::Arc;

use contract::{
    Code, Refusal,
    actor::Permission,
    event::{Cursor, FleetPositions, Namespace, RenewAuth, Renewed, SyncHead, SyncRequest, WatchLoad},
    refusal::Refused,
    room::Room,
    tracking::{FleetFix, Received, UpdateLocation, WatchFleet, Watching},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use socketioxide::{
    adapter::Adapter,
    extract::{AckSender, Extension, SocketRef, State, TryData},
};

use super::{
    Shared,
    bucket::{Bucket, Verdict},
    handshake::{Hello, namespace},
    wire::envelope,
};
use crate::{auth::Known, journal, store};

/// Events a second, and at once (`contract.md`, Limits).
const EVENTS: (f64, f64) = (20.0, 40.0);
/// Position reports a second, and at once.
const LOCATIONS: (f64, f64) = (5.0, 20.0);

/// What a socket has for itself.
#[derive(Clone)]
struct Own {
    events: Arc<Bucket>,
    locations: Arc<Bucket>,
}

/// Catches a new socket up and listens to it.
pub async fn listen<A: Adapter>(
    socket: SocketRef<A>,
    State(shared): State<Shared>,
    Extension(known): Extension<Known>,
    Extension(hello): Extension<Hello>,
) {
    let own = Own {
        events: Arc::new(Bucket::new(EVENTS.0, EVENTS.1)),
        locations: Arc::new(Bucket::new(LOCATIONS.0, LOCATIONS.1)),
    };
    socket.extensions.insert(own);
    socket.on("join:load", join_load::<A>);
    socket.on("leave:load", leave_load::<A>);
    socket.on("sync:request", sync::<A>);
    socket.on("auth:renew", renew::<A>);
    if namespace(&socket) == Namespace::Tracking {
        socket.on("location:update", locate::<A>);
        socket.on("watch:fleet", watch_fleet::<A>);
    }
    socket.on_disconnect(async |socket: SocketRef<A>, State(shared): State<Shared>| {
        if let Some(view) = shared.sockets.remove(&socket.id.to_string(), namespace(&socket)) {
            shared.fleet.leave(view);
        }
    });
    metrics::counter!("headhaul_connections").increment(1);
    catch_up(&socket, &shared, &known, hello.since).await;
}

/// Sends what was missed, or the honest word that it can't be told, and then where the streams stand.
async fn catch_up<A: Adapter>(socket: &SocketRef<A>, shared: &Shared, known: &Known, since: Option<Cursor>) {
    let head = match since {
        Some(since) => match journal::missed(&shared.desk.store, &known.actor, &since).await {
            Ok(missed) if missed.snapshot => {
                let _ = socket.emit(SyncHead::SNAPSHOT, &SyncHead { cursor: missed.cursor.clone() });
                missed.cursor
            }
            Ok(missed) => {
                metrics::counter!("headhaul_resumes").increment(1);
                for event in &missed.events {
                    // What doesn't fit into the queue shows as a hole and is asked for.
                    let _ = socket.emit(event.event.clone(), event);
                }
                missed.cursor
            }
            Err(error) => {
                let _ = Refusal::from(error);
                return;
            }
        },
        None => match journal::cursor(&shared.desk.store, &known.actor).await {
            Ok(cursor) => cursor,
            Err(error) => {
                let _ = Refusal::from(error);
                return;
            }
        },
    };
    let _ = socket.emit(SyncHead::NAME, &SyncHead { cursor: head });
}

/// Judges the pace, reads the payload, and answers with what `act` gives; a socket that goes on regardless is cut.
async fn answer<A, T, R, F, E>(
    socket: SocketRef<A>,
    ack: AckSender<A>,
    bucket: &Bucket,
    payload: Result<Value, E>,
    act: F,
) where
    A: Adapter,
    T: DeserializeOwned,
    R: Serialize,
    F: AsyncFnOnce(T) -> Result<R, Refusal>,
{
    let outcome = match bucket.judge() {
        // A question without a payload gets its answer too.
        Verdict::Take => match serde_json::from_value::<T>(payload.unwrap_or_default()) {
            Ok(ask) => act(ask).await,
            Err(fault) => Err(Refusal::invalid("payload", fault.to_string())),
        },
        Verdict::Refuse(refusal) => Err(refusal),
        Verdict::Cut => {
            let _ = socket.disconnect();
            return;
        }
    };
    // A socket that is gone by now has no use for the answer.
    let _ = match outcome {
        Ok(value) => ack.send(&value),
        Err(error) => {
            metrics::counter!("headhaul_asks_refused", "code" => format!("{:?}", error.code)).increment(1);
            ack.send(&Refused { error })
        }
    };
}

#[derive(Serialize)]
struct Joined {
    joined: bool,
}

#[derive(Serialize)]
struct Left {
    left: bool,
}

async fn join_load<A: Adapter>(
    socket: SocketRef<A>,
    TryData(payload): TryData<Value>,
    ack: AckSender<A>,
    State(shared): State<Shared>,
    Extension(known): Extension<Known>,
    Extension(own): Extension<Own>,
) {
    let room = socket.clone();
    answer(socket, ack, &own.events, payload, async |ask: WatchLoad| {
        known.actor.may(Permission::LoadView)?;
        store::loads::one(&shared.desk.store, &known.actor, ask.load_id).await?.ok_or_else(Refusal::not_found)?;
        room.join(Room::Load(ask.load_id).to_string());
        Ok(Joined { joined: true })
    })
    .await;
}

async fn leave_load<A: Adapter>(
    socket: SocketRef<A>,
    TryData(payload): TryData<Value>,
    ack: AckSender<A>,
    Extension(own): Extension<Own>,
) {
    let room = socket.clone();
    answer(socket, ack, &own.events, payload, async |ask: WatchLoad| {
        room.leave(Room::Load(ask.load_id).to_string());
        Ok(Left { left: true })
    })
    .await;
}

async fn sync<A: Adapter>(
    socket: SocketRef<A>,
    TryData(payload): TryData<Value>,
    ack: AckSender<A>,
    State(shared): State<Shared>,
    Extension(known): Extension<Known>,
    Extension(own): Extension<Own>,
) {
    answer(socket, ack, &own.events, payload, async |ask: SyncRequest| {
        metrics::counter!("headhaul_holes_closed").increment(1);
        Ok(journal::missed(&shared.desk.store, &known.actor, &ask.since).await?)
    })
    .await;
}

async fn renew<A: Adapter>(
    socket: SocketRef<A>,
    TryData(payload): TryData<Value>,
    ack: AckSender<A>,
    State(shared): State<Shared>,
    Extension(known): Extension<Known>,
    Extension(own): Extension<Own>,
) {
    let id = socket.id.to_string();
    answer(socket, ack, &own.events, payload, async |ask: RenewAuth| {
        let fresh = shared.auth.verify(&ask.token).await?;
        // Another person's token, or one of another sign-in, is not a renewal of this socket.
        if fresh.actor.session != known.actor.session {
            return Err(Refusal::new(Code::Unauthorized, "That token belongs to another sign-in."));
        }
        shared.sockets.renew(&id, fresh.actor.expires_at);
        Ok(Renewed { expires_at: fresh.actor.expires_at })
    })
    .await;
}

async fn locate<A: Adapter>(
    socket: SocketRef<A>,
    TryData(payload): TryData<Value>,
    ack: AckSender<A>,
    State(shared): State<Shared>,
    Extension(known): Extension<Known>,
    Extension(own): Extension<Own>,
) {
    answer(socket, ack, &own.locations, payload, async |ask: UpdateLocation| {
        shared.desk.locate(&known.actor, ask).await?;
        Ok(Received { received: true })
    })
    .await;
}

async fn watch_fleet<A: Adapter>(
    socket: SocketRef<A>,
    TryData(payload): TryData<Value>,
    ack: AckSender<A>,
    State(shared): State<Shared>,
    Extension(known): Extension<Known>,
    Extension(own): Extension<Own>,
) {
    let watcher = socket.clone();
    answer(socket, ack, &own.events, payload, async |ask: WatchFleet| {
        known.actor.may(Permission::TrackingView)?;
        let tenant = known.actor.tenant;
        let view = shared.fleet.watch(tenant, ask.bounds);
        if let Some(before) = shared.sockets.watches(&watcher.id.to_string(), Namespace::Tracking, view) {
            shared.fleet.leave(before);
            if before != view {
                watcher.leave(Room::Fleet(tenant, before).to_string());
            }
        }
        // Joined before the state is read: what moves in between comes twice, never not at all.
        watcher.join(Room::Fleet(tenant, view).to_string());
        let newest = store::positions::newest(&shared.desk.store, tenant).await?;
        let positions: Vec<_> = newest
            .iter()
            .filter(|(_, fix)| ask.bounds.is_none_or(|bounds| bounds.contain(fix.point())))
            .map(|(load, fix)| FleetFix::new(*load, fix))
            .collect();
        let watching = positions.len();
        let full = envelope(tenant, shared.auth.now(), FleetPositions { positions, full: true });
        let _ = watcher.emit(full.event.clone(), &full);
        Ok(Watching { watching })
    })
    .await;
}
