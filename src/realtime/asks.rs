//! What a socket may ask, each with an answer.

use std::{
    collections::HashSet,
    future::{Ready, ready},
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};

use contract::{
    Code, LoadId, Refusal,
    actor::Permission,
    event::{
        Event as _, Namespace, PresenceUpdated, RenewAuth, Renewed, SetPresence, SyncHead, SyncRequest, WatchLoad,
    },
    refusal::Refused,
    room::Room,
    tracking::{Received, UpdateLocation, WatchFleet},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use socketioxide::{
    TransportType,
    adapter::Adapter,
    extract::{AckSender, Extension, SocketRef, State, TryData},
    socket::DisconnectReason,
};

use super::{
    Shared,
    bucket::{Bucket, Verdict},
    fleet,
    handshake::{Hello, namespace},
    inbox::{self, Inbox, Work},
    presence, reach, registry,
    wire::envelope,
};
use crate::{
    auth::Known,
    error::{Error, Result},
    journal, store,
};

/// Questions for what was missed a second, and at once: their answers are a thousand times as long.
const CATCHING_UP: (f64, f64) = (1.0, 5.0);

/// What a socket has for itself: who it is, what it can reach, how much it may still say, and what it waits for. Cheap to
/// clone.
#[derive(Clone)]
pub struct Own(Arc<Kept>);

/// See [`Own`].
pub struct Kept {
    known: Known,
    shared: Shared,
    paces: Paces,
    inbox: Inbox,
}

impl Deref for Own {
    type Target = Kept;

    fn deref(&self) -> &Kept {
        &self.0
    }
}

/// How much a socket may still say, of each kind.
struct Paces {
    events: Bucket,
    locations: Bucket,
    catching_up: Bucket,
}

impl Own {
    fn new(shared: &Shared, known: &Known) -> Self {
        let (events, locations) = (f64::from(shared.limits.events), f64::from(shared.limits.locations));
        let paces = Paces {
            events: Bucket::new(events, events * 2.0),
            locations: Bucket::new(locations, locations * 4.0),
            catching_up: Bucket::new(CATCHING_UP.0, CATCHING_UP.1),
        };
        let (known, shared, inbox) = (known.clone(), shared.clone(), Inbox::default());
        Self(Arc::new(Kept { known, shared, paces, inbox }))
    }

    /// What to do about something that was said: each socket has its pace, and all of a user's together have one.
    fn judge(&self, bucket: fn(&Paces) -> &Bucket) -> Verdict {
        match bucket(&self.paces).judge() {
            Verdict::Take => {
                self.shared.said.admit(&self.known.actor.user).map_or_else(Verdict::Refuse, |()| Verdict::Take)
            }
            verdict => verdict,
        }
    }

    /// A socket couldn't even be told that it ends: so its connection ends, and where that is out of reach, as between
    /// two calls, it is told again.
    pub fn doom(&self, session: &str, namespace: Namespace) {
        self.shared.sockets.doom(session, namespace);
        self.shared.lines.hang_up(session);
    }

    /// Whether a connection has a socket on any namespace.
    pub fn has_sockets(&self, session: &str) -> bool {
        self.shared.sockets.has(session)
    }

    /// Ends a connection at once.
    pub fn hang_up(&self, session: &str) {
        self.shared.lines.hang_up(session);
    }
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
    let own = Own::new(shared, known);
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
    if namespace(socket) == Namespace::Dispatch {
        socket.on("presence:set", set_presence::<A>);
    }
    socket.on_fallback(unknown::<A>);
    socket.on_disconnect(went::<A>);
}

async fn went<A: Adapter>(socket: SocketRef<A>, reason: DisconnectReason, Extension(own): Extension<Own>) {
    let session = socket.id.to_string();
    registry::went(&own.shared, &session, namespace(&socket));
    if namespace(&socket) == Namespace::Dispatch {
        own.shared.presence.forget(&own.known.actor, &session);
    }
    if own.has_sockets(&session) {
        return;
    }
    if matches!(reason, DisconnectReason::ClientNSDisconnect | DisconnectReason::ServerNSDisconnect) {
        reach::end_idle(own, session);
    } else {
        own.shared.lines.forget(&session);
    }
}

/// Sends a new socket what it missed, or the honest word that it can't be told, and then where the streams stand.
pub async fn catch_up<A: Adapter>(
    socket: SocketRef<A>,
    State(shared): State<Shared>,
    Extension(known): Extension<Known>,
    Extension(Hello { since, .. }): Extension<Hello>,
) {
    // Read for good, and it holds a token.
    socket.extensions.remove::<Hello>();
    let transport = match socket.transport_type() {
        TransportType::Websocket => "websocket",
        TransportType::Polling => "polling",
    };
    metrics::counter!("headhaul_connections", "namespace" => namespace(&socket).path(), "transport" => transport)
        .increment(1);
    let head = match since {
        Some(since) => match journal::shared(&shared.desk.journal, &known.actor, &since).await {
            Ok(missed) if missed.snapshot => {
                metrics::counter!("headhaul_snapshots").increment(1);
                reach::tell(&socket, SyncHead::SNAPSHOT, &SyncHead { cursor: missed.cursor.clone() });
                missed.cursor
            }
            Ok(missed) => {
                metrics::counter!("headhaul_resumes").increment(1);
                for event in &missed.events {
                    reach::tell(&socket, &event.event, event);
                }
                missed.cursor
            }
            Err(error) => return failed(&socket, error),
        },
        None => match journal::cursor(&shared.desk.journal, &known.actor).await {
            Ok(cursor) => cursor,
            Err(error) => return failed(&socket, error),
        },
    };
    shared.sent.begin(&head);
    reach::tell(&socket, SyncHead::NAME, &SyncHead { cursor: head });
    if namespace(&socket) == Namespace::Dispatch && presence::is_shown(&known.actor) {
        let tenant = known.actor.tenant;
        let now = shared.desk.clock.now();
        shared.presence.each_of(tenant, |at| reach::tell(&socket, PresenceUpdated::NAME, &envelope(tenant, now, at)));
    }
}

/// A socket that can't be told where it stands could wait for ever for what it missed: it is to come again.
fn failed<A: Adapter>(socket: &SocketRef<A>, error: Error) {
    super::refused(&Refusal::from(error));
    reach::end(socket, "failed");
}

/// What every handler is given: the socket, the payload, the way back, and what the socket has for itself.
type Call<A> = (SocketRef<A>, Value, AckSender<A>, Own);

/// Judges the pace of an ask, and has it done after those before it. This runs on the task that reads the connection.
fn take<A: Adapter>(call: Call<A>, bucket: fn(&Paces) -> &Bucket, act: impl FnOnce(Call<A>) -> Work) {
    let own = &call.3;
    let refusal = match own.judge(bucket) {
        Verdict::Take if own.inbox.has_room() => {
            let inbox = own.inbox.clone();
            return inbox.put(act(call));
        }
        Verdict::Take => Refusal::rate_limited(inbox::FULL_MS),
        Verdict::Refuse(refusal) => refusal,
        Verdict::Cut => return reach::end(&call.0, "flood"),
    };
    let (socket, _, ack, _) = call;
    respond::<A, ()>(&socket, ack, Err(refusal));
}

/// Reads the payload and answers with what `act` gives.
async fn answer<A, T, R, F>((socket, payload, ack, own): Call<A>, act: F)
where
    A: Adapter,
    T: DeserializeOwned,
    R: Serialize,
    F: AsyncFnOnce(T, &SocketRef<A>, &Own) -> Result<R, Refusal>,
{
    let outcome = match serde_json::from_value::<T>(payload) {
        Ok(ask) => act(ask, &socket, &own).await,
        Err(fault) => Err(Refusal::invalid("payload", fault.to_string())),
    };
    respond(&socket, ack, outcome);
}

fn respond<A: Adapter, R: Serialize>(socket: &SocketRef<A>, ack: AckSender<A>, outcome: Result<R, Refusal>) {
    let sent = match outcome {
        Ok(value) => ack.send(&value),
        Err(error) => {
            super::refused(&error);
            ack.send(&Refused { error })
        }
    };
    reach::took(socket, sent);
}

/// Makes a socket's handler of what it does with an ask.
macro_rules! handler {
    ($name:ident by $bucket:ident, |$ask:ident: $Ask:ty, $socket:ident, $own:ident| $body:block) => {
        fn $name<A: Adapter>(
            socket: SocketRef<A>,
            TryData(payload): TryData<Value>,
            ack: AckSender<A>,
            Extension(own): Extension<Own>,
        ) -> Ready<()> {
            // A question without a payload gets its answer too.
            let call = (socket, payload.unwrap_or_default(), ack, own);
            take(
                call,
                |paces| &paces.$bucket,
                |call| Box::pin(answer(call, async |$ask: $Ask, $socket: &SocketRef<A>, $own: &Own| $body)),
            );
            ready(())
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
    let joined = socket.extensions.get::<Joined>().unwrap_or_default();
    if joined.set().len() >= own.shared.limits.loads && !joined.set().contains(&load) {
        return Err(Refusal::new(Code::TooLarge, "This socket has joined as many loads as it may; leave some first."));
    }
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
    joined.set().insert(load);
    Ok(IsJoined { joined: true })
});

#[derive(Serialize)]
struct IsSet {
    ok: bool,
}

handler!(set_presence by events, |ask: SetPresence, socket, own| {
    let (actor, socket) = (&own.known.actor, socket.id.to_string());
    if !presence::is_shown(actor) {
        return Err(Refusal::forbidden());
    }
    // It says so every few seconds, and is looked up once.
    if let Some(load) = ask.load_id.filter(|load| own.shared.presence.of_socket(actor, &socket) != Some(*load)) {
        store::loads::one(&own.shared.desk.store, actor, load).await?.ok_or_else(Refusal::not_found)?;
    }
    own.shared.presence.set(actor, &socket, ask.load_id, ask.mode);
    Ok(IsSet { ok: true })
});

handler!(leave_load by events, |ask: WatchLoad, socket, _own| {
    socket.leave(Room::Load(ask.load_id).to_string());
    if let Some(joined) = socket.extensions.get::<Joined>() {
        joined.set().remove(&ask.load_id);
    }
    Ok(HasLeft { left: true })
});

handler!(sync by catching_up, |ask: SyncRequest, _socket, own| {
    let missed = journal::missed(&own.shared.desk.journal, &own.known.actor, &ask.since).await?;
    let what = if missed.snapshot { "headhaul_snapshots" } else { "headhaul_holes_closed" };
    metrics::counter!(what).increment(1);
    Ok(missed)
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
