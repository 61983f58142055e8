//! The only door: who a socket is, settled before anything else, and which rooms that gives it.

use std::{fmt, net::IpAddr};

use axum::http::header::{AUTHORIZATION, COOKIE, ORIGIN};
use contract::{
    Code, Refusal,
    actor::{Actor, Permission},
    event::{Cursor, NAMESPACES, Namespace},
    room::{Room, Stream},
};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;
use socketioxide::{
    adapter::Adapter,
    extract::{SocketRef, State, TryData},
};

use super::{Shared, asks, gate, presence};
use crate::{
    auth::{self, Known},
    http::{
        cookies::{ACCESS, cookie},
        listen::Line,
    },
    journal,
};

/// What a client gives when it connects.
/// Nothing of it that can't be read keeps anybody out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Hello {
    #[serde(deserialize_with = "if_readable")]
    token: Option<String>,
    /// How far it has read; when that can't be read, it has nothing, and must load afresh.
    #[serde(deserialize_with = "since")]
    pub since: Option<Cursor>,
    /// Whether it wants every load's position on `/events`; it does unless it says otherwise.
    #[serde(deserialize_with = "if_readable")]
    positions: Option<bool>,
    /// Whether it wants what happens to loads; it does unless it says otherwise, as a page does that hears of it on another
    /// namespace.
    #[serde(deserialize_with = "if_readable")]
    events: Option<bool>,
}

fn if_readable<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
}

fn since<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cursor>, D::Error> {
    let given = Option::<Value>::deserialize(deserializer)?;
    Ok(given.map(|given| serde_json::from_value(given).unwrap_or_default()))
}

/// Why a socket is not let in, in the words of the standard.
#[derive(Debug)]
pub struct Refused(Refusal);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.code {
            Code::Forbidden | Code::TooManyConnections | Code::RateLimited => "Forbidden",
            _ => "Unauthorized",
        })
    }
}

/// Which namespace a socket is on.
pub fn namespace<A: Adapter>(socket: &SocketRef<A>) -> Namespace {
    NAMESPACES.into_iter().find(|namespace| namespace.path() == socket.ns()).unwrap_or(Namespace::Events)
}

/// Lets a socket in or not, and puts it into its rooms.
pub async fn admit<A: Adapter>(
    socket: SocketRef<A>,
    TryData(hello): TryData<Hello>,
    State(shared): State<Shared>,
) -> Result<(), Refused> {
    let hello = hello.unwrap_or_default();
    let from = gate::caller(&socket.req_parts().extensions);
    let known = match known(&socket, &hello, &shared, from).await {
        Ok(known) => known,
        Err(refusal) => {
            metrics::counter!("headhaul_handshakes_failed").increment(1);
            super::refused(&refusal);
            if refusal.code != Code::Internal {
                shared.strangers.count(from);
            }
            return Err(Refused(refusal));
        }
    };
    let namespace = namespace(&socket);
    if let Some(line) = socket.req_parts().extensions.get::<Line>() {
        shared.lines.add(&socket.id.to_string(), line.clone());
    }
    for room in rooms(&known.actor, namespace, &hello) {
        socket.join(room.to_string());
    }
    socket.extensions.insert(known.clone());
    socket.extensions.insert(hello);
    asks::listen(&socket, &shared, &known);
    Ok(())
}

/// Who a socket is, if it may come in.
async fn known<A: Adapter>(
    socket: &SocketRef<A>,
    hello: &Hello,
    shared: &Shared,
    from: IpAddr,
) -> Result<Known, Refusal> {
    shared.strangers.admit(from)?;
    let known = identify(socket, hello, shared).await?;
    if !shared.sockets.takes(&socket.id.to_string(), namespace(socket), known.clone(), from, &shared.limits) {
        return Err(Refusal::new(Code::TooManyConnections, "Too many connections."));
    }
    Ok(known)
}

/// The rooms that somebody is in by what they are.
fn rooms(who: &Actor, namespace: Namespace, hello: &Hello) -> Vec<Room> {
    let mut rooms = Vec::new();
    if hello.events.unwrap_or(true) {
        rooms.extend(journal::streams(who).into_iter().map(Room::Stream));
        rooms.push(Room::Role(who.tenant, who.role));
    }
    if namespace == Namespace::Dispatch && presence::is_shown(who) {
        rooms.push(Room::Presence(who.tenant));
    }
    if namespace == Namespace::Events && hello.positions.unwrap_or(true) {
        let may = who.can(Permission::TrackingView) || !who.role.is_staff();
        let wide = journal::streams(who).into_iter().filter(|stream| may && !matches!(stream, Stream::User(_)));
        rooms.extend(wide.map(Room::Positions));
    }
    rooms
}

/// Who a socket is: by header, else by what it gave, else by cookie (from our own pages only), else, where that is
/// switched on, by its address.
async fn identify<A: Adapter>(socket: &SocketRef<A>, hello: &Hello, shared: &Shared) -> Result<Known, Refusal> {
    let parts = socket.req_parts();
    let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let own_page = || {
        header(ORIGIN).is_some_and(|origin| shared.limits.origins.iter().any(|own| own.eq_ignore_ascii_case(origin)))
    };
    let token = header(AUTHORIZATION)
        .and_then(auth::bearer)
        .map(str::to_owned)
        .or_else(|| hello.token.clone())
        .or_else(|| header(COOKIE).filter(|_| own_page()).and_then(|cookies| cookie(cookies, ACCESS)))
        .or_else(|| parts.uri.query().filter(|_| shared.limits.token_in_query).and_then(token_in))
        .ok_or_else(Refusal::unauthorized)?;
    Ok(shared.auth.verify(&token).await?)
}

fn token_in(query: &str) -> Option<String> {
    query.split('&').find_map(|pair| pair.strip_prefix("token=")).map(str::to_owned)
}
