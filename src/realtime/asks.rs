//! What a socket may ask, each with an answer.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use contract::{
    Code, LoadId, Refusal,
    actor::Permission,
    event::{Namespace, RenewAuth, Renewed, SyncHead, SyncRequest, WatchLoad},
    refusal::Refused,
    room::Room,
    tracking::{Received, UpdateLocation, WatchFleet},
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
    fleet,
    handshake::{Hello, namespace},
    registry,
};
use crate::{auth::Known, error::Result, journal, store};

/// Events a second, and at once (`contract.md`, Limits).
const EVENTS: (f64, f64) = (20.0, 40.0);
/// Position reports a second, and at once.
const LOCATIONS: (f64, f64) = (5.0, 20.0);
/// Questions for what was missed a second, and at once: their answers are a thousand times as long.
const CATCHING_UP: (f64, f64) = (1.0, 5.0);

/// What a socket has for itself: who it is, what it can reach, and how much it may still say.
#[derive(Clone)]
struct Own {
    known: Known,
    shared: Shared,
    events: Arc<Bucket>,
    locations: Arc<Bucket>,
    catching_up: Arc<Bucket>,
}

/// The loads that a socket looks at. Cheap to clone.
#[derive(Clone, Default)]
pub struct Joined(Arc<Mutex<HashSet<LoadId>>>);

impl Joined {
    /// Which.
    pub fn loads(&self) -> Vec<LoadId> {
        self.set().iter().copied().collect()
    }

    /// Never held across an await, so a plain mutex is right.
    fn set(&self) -> std::sync::MutexGuard<'_, HashSet<LoadId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Listens to a socket that is about to be let in: once it knows that it is, what it asks must find somebody who answers.
pub fn listen<A: Adapter>(socket: &SocketRef<A>, shared: &Shared, known: &Known) {
    let own = Own {
        known: known.clone(),
        shared: shared.clone(),
        events: Arc::new(Bucket::new(EVENTS.0, EVENTS.1)),
        locations: Arc::new(Bucket::new(LOCATIONS.0, LOCATIONS.1)),
        catching_up: Arc::new(Bucket::new(CATCHING_UP.0, CATCHING_UP.1)),
    };
    socket.extensions.insert(own);
    socket.extensions.insert(Joined::default());
    socket.on("join:load", join_load::<A>);
    socket.on("leave:load", leave_load::<A>);
    socket.on("sync:request", sync::<A>);
    socket.on("auth:renew", renew::<A>);
    if namespace(socket) == Namespace::Tracking {
        socket.on("location:update", locate::<A>);
        socket.on("watch:fleet", watch_fleet::<A>);
    }
    socket.on_fallback(unknown::<A>);
    socket.on_disconnect(async |socket: SocketRef<A>, State(shared): State<Shared>| {
        registry::went(&shared, &socket.id.to_string(), namespace(&socket));
    });
}

/// Sends a new socket what it missed, or the honest word that it can't be told, and then where the streams stand.
pub async fn catch_up<A: Adapter>(
    socket: SocketRef<A>,
    State(shared): State<Shared>,
    Extension(known): Extension<Known>,
    Extension(Hello { since, .. }): Extension<Hello>,
) {
    metrics::counter!("headhaul_connections").increment(1);
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

/// What every handler is given: the socket, the payload, the way back, and what the socket has for itself.
type Call<A> = (SocketRef<A>, Value, AckSender<A>, Own);

/// Judges the pace, reads the payload, and answers with what `act` gives; a socket that goes on regardless is cut.
async fn answer<A, T, R, F>((socket, payload, ack, own): Call<A>, bucket: fn(&Own) -> &Bucket, act: F)
where
    A: Adapter,
    T: DeserializeOwned,
    R: Serialize,
    F: AsyncFnOnce(T, &SocketRef<A>, &Own) -> Result<R, Refusal>,
{
    let outcome = match bucket(&own).judge() {
        Verdict::Take => match serde_json::from_value::<T>(payload) {
            Ok(ask) => act(ask, &socket, &own).await,
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

/// Makes a socket's handler of what it does with an ask.
macro_rules! handler {
    ($name:ident by $bucket:ident, |$ask:ident: $Ask:ty, $socket:ident, $own:ident| $body:block) => {
        async fn $name<A: Adapter>(
            socket: SocketRef<A>,
            TryData(payload): TryData<Value>,
            ack: AckSender<A>,
            Extension(own): Extension<Own>,
        ) {
            // A question without a payload gets its answer too.
            let call = (socket, payload.unwrap_or_default(), ack, own);
            answer(call, |own| &own.$bucket, async |$ask: $Ask, $socket: &SocketRef<A>, $own: &Own| $body).await;
        }
    };
}

#[derive(Serialize)]
struct IsJoined {
    joined: bool,
}

#[derive(Serialize)]
struct HasLeft {
    left: bool,
}

handler!(join_load by events, |ask: WatchLoad, socket, own| {
    let (actor, load) = (&own.known.actor, ask.load_id);
    actor.may(Permission::LoadView)?;
    let see = async || -> Result<(), Refusal> {
        store::loads::one(&own.shared.desk.store, actor, load).await?.ok_or_else(Refusal::not_found)?;
        Ok(())
    };
    see().await?;
    socket.join(Room::Load(load).to_string());
    // The load may have been taken away since it was looked up, before this socket could be put out.
    if let Err(refusal) = see().await {
        socket.leave(Room::Load(load).to_string());
        return Err(refusal);
    }
    if let Some(joined) = socket.extensions.get::<Joined>() {
        joined.set().insert(load);
    }
    Ok(IsJoined { joined: true })
});

handler!(leave_load by events, |ask: WatchLoad, socket, _own| {
    socket.leave(Room::Load(ask.load_id).to_string());
    if let Some(joined) = socket.extensions.get::<Joined>() {
        joined.set().remove(&ask.load_id);
    }
    Ok(HasLeft { left: true })
});

handler!(sync by catching_up, |ask: SyncRequest, _socket, own| {
    metrics::counter!("headhaul_holes_closed").increment(1);
    Ok(journal::missed(&own.shared.desk.store, &own.known.actor, &ask.since).await?)
});

handler!(renew by events, |ask: RenewAuth, socket, own| {
    let fresh = own.shared.auth.verify(&ask.token).await?;
    // Another person's token, or one of another sign-in, is not a renewal of this socket.
    if fresh.actor.session != own.known.actor.session {
        return Err(Refusal::new(Code::Unauthorized, "That token belongs to another sign-in."));
    }
    own.shared.sockets.renew(&socket.id.to_string(), fresh.actor.expires_at);
    Ok(Renewed { expires_at: fresh.actor.expires_at })
});

// What nobody knows counts like everything else.
handler!(unknown by events, |_ask: Value, _socket, _own| { Err::<(), _>(Refusal::not_found()) });

handler!(locate by locations, |ask: UpdateLocation, _socket, own| {
    own.shared.desk.locate(&own.known.actor, ask).await?;
    Ok(Received { received: true })
});

handler!(watch_fleet by events, |ask: WatchFleet, socket, own| {
    own.known.actor.may(Permission::TrackingView)?;
    fleet::watch(&own.shared, socket, own.known.actor.tenant, ask.bounds).await
});
