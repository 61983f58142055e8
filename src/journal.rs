//! What a reader missed: the same answer over a socket and over HTTP.

mod trim;

use contract::{
    actor::{Actor, Permission, Role},
    event::{Cursor, Envelope, Missed},
    room::Stream,
};
use serde_json::Value;

use crate::{
    error::Result,
    store::{Store, journal},
};

pub use trim::{KEEP, Keep, trim};

/// The streams that somebody may read, chosen by what they are and by nothing they say.
///
/// The company's stream tells of loads, so it is for those of the staff who may see loads; a carrier's stream tells of
/// all its loads, so it is not for its drivers, whose own user stream tells of theirs.
pub fn streams(who: &Actor) -> Vec<Stream> {
    let mut streams = Vec::with_capacity(2);
    if who.role.is_staff() && who.can(Permission::LoadView) {
        streams.push(Stream::Tenant(who.tenant));
    }
    if let Some(carrier) = who.carrier.filter(|_| !who.role.is_staff() && who.role != Role::Driver) {
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
    let mut of_streams = Vec::new();
    for stream in streams(who) {
        let name = stream.to_string();
        let missed = match (since.0.get(&name), cursor.0.get(&name)) {
            (Some(known), Some(head)) if known.epoch == head.epoch => {
                journal::between(store, stream, known.seq, head).await?
            }
            _ => None,
        };
        let Some(missed) = missed else { return Ok(Missed { events: Vec::new(), cursor, snapshot: true }) };
        of_streams.push(missed);
    }
    Ok(Missed { events: interleaved(of_streams), cursor, snapshot: false })
}

/// Puts the events of several streams together as things happened. Within a stream the numbers decide, whatever its
/// clocks say: on several nodes they may differ by a little.
fn interleaved(streams: Vec<Vec<Envelope<Value>>>) -> Vec<Envelope<Value>> {
    let mut all = Vec::with_capacity(streams.iter().map(Vec::len).sum());
    let mut streams: Vec<_> = streams.into_iter().map(|events| events.into_iter().peekable()).collect();
    loop {
        let heads = streams.iter_mut().enumerate();
        let first = heads.filter_map(|(place, events)| Some((events.peek()?.timestamp, place))).min();
        let Some((_, place)) = first else { return all };
        all.extend(streams[place].next());
    }
}

#[cfg(test)]
mod tests {
    use contract::{EventId, TenantId, Timestamp, event::Place};
    use uuid::Uuid;

    use super::*;

    fn stream(name: &str, times: &[i64]) -> Vec<Envelope<Value>> {
        let event = |(seq, at): (u64, &i64)| Envelope {
            event: String::new(),
            data: Value::Null,
            timestamp: Timestamp::from_millis(*at),
            tenant_id: TenantId::new(Uuid::nil()),
            id: EventId::new(Uuid::nil()),
            place: Some(Place { stream: name.to_owned(), seq, epoch: String::new() }),
        };
        (1..).zip(times).map(event).collect()
    }

    fn places(events: &[Envelope<Value>]) -> Vec<(&str, u64)> {
        events.iter().filter_map(|event| event.place.as_ref()).map(|place| (place.stream.as_str(), place.seq)).collect()
    }

    #[test]
    fn streams_interleave_by_time() {
        let all = interleaved(vec![stream("a", &[10, 30, 50]), Vec::new(), stream("b", &[20, 30, 40])]);

        assert_eq!(places(&all), [("a", 1), ("b", 1), ("a", 2), ("b", 2), ("b", 3), ("a", 3)]);
    }

    #[test]
    fn a_streams_own_order_stands_even_when_its_clocks_went_back() {
        // Times that no order by comparison could satisfy: sorting them may panic.
        let times: Vec<i64> = (0..200).map(|n| (n * 7_919) % 101).collect();
        let all = interleaved(vec![stream("a", &times), stream("b", &times), stream("c", &[50])]);

        assert_eq!(all.len(), 401);
        for name in ["a", "b", "c"] {
            let seqs: Vec<_> = places(&all).into_iter().filter(|place| place.0 == name).map(|place| place.1).collect();
            assert!(seqs.is_sorted() && seqs[0] == 1, "{name}: {seqs:?}");
        }
    }
}
