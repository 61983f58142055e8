//! What a reader missed: the same answer over a socket and over HTTP.

use contract::{
    actor::{Actor, Permission},
    event::{Cursor, Missed},
    room::Stream,
};
use serde_json::Value;

use crate::{
    error::Result,
    store::{Store, journal},
};

/// The streams that somebody may read, chosen by what they are and by nothing they say.
///
/// The company's stream tells of loads, so it is for those of the staff who may see loads; a carrier's stream tells of
/// all its loads, so it is not for its drivers, who see their own only.
pub fn streams(who: &Actor) -> Vec<Stream> {
    let mut streams = Vec::with_capacity(2);
    if who.role.is_staff() && who.can(Permission::LoadView) {
        streams.push(Stream::Tenant(who.tenant));
    }
    if let (Some(carrier), false, None) = (who.carrier, who.role.is_staff(), who.driver) {
        streams.push(Stream::Carrier(who.tenant, carrier));
    }
    streams.push(Stream::User(who.user));
    streams
}

/// Where a reader's streams stand now.
///
/// # Errors
/// When the database fails.
pub async fn cursor(store: &Store, who: &Actor) -> Result<Cursor> {
    let mut cursor = Cursor::default();
    for stream in streams(who) {
        cursor.0.insert(stream.to_string(), journal::head(store, stream).await?);
    }
    Ok(cursor)
}

/// Exactly what a reader missed since a cursor, in order; or the honest answer that it can't be told, upon which they
/// load afresh.
///
/// # Errors
/// When the database fails.
pub async fn missed(store: &Store, who: &Actor, since: &Cursor) -> Result<Missed<Value>> {
    let cursor = cursor(store, who).await?;
    let mut events = Vec::new();
    let mut whole = true;
    for stream in streams(who) {
        let name = stream.to_string();
        let (Some(known), Some(head)) = (since.0.get(&name), cursor.0.get(&name)) else {
            whole = false;
            break;
        };
        let missed =
            if known.epoch == head.epoch { journal::between(store, stream, known.seq, head).await? } else { None };
        let Some(missed) = missed else {
            whole = false;
            break;
        };
        events.extend(missed);
    }
    if !whole {
        return Ok(Missed { events: Vec::new(), cursor, snapshot: true });
    }
    // Ids sort by the time they were made, so that streams interleave as things happened; within a stream the numbers
    // decide.
    events.sort_by(|a, b| match (&a.place, &b.place) {
        (Some(x), Some(y)) if x.stream == y.stream => x.seq.cmp(&y.seq),
        _ => a.timestamp.cmp(&b.timestamp),
    });
    Ok(Missed { events, cursor, snapshot: false })
}
