//! What a reader missed: the same answer over a socket and over HTTP.

mod reads;
mod trim;

use std::sync::Arc;

use contract::{
    actor::{Actor, Permission, Role},
    event::{Cursor, Envelope, Missed},
    room::Stream,
};
use futures_util::future::try_join_all;
use serde_json::Value;

use crate::error::{Error, Result};

use reads::Told;

pub use reads::Reads;
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
pub async fn cursor(reads: &Reads, who: &Actor) -> Result<Cursor> {
    let heads = streams(who).into_iter().map(async |stream| {
        let told = reads.ask(stream, None).await?;
        Ok::<_, Error>((stream.to_string(), told.head))
    });
    Ok(Cursor(try_join_all(heads).await?.into_iter().collect()))
}

/// Exactly what a reader missed since a cursor, in order; or the honest answer that it can't be told, upon which they
/// load afresh.
///
/// # Errors
/// When the database fails.
pub async fn missed(reads: &Reads, who: &Actor, since: &Cursor) -> Result<Missed<Value>> {
    let Shared { events, cursor, snapshot } = shared(reads, who, since).await?;
    Ok(Missed { events: events.into_iter().map(Arc::unwrap_or_clone).collect(), cursor, snapshot })
}

/// The same, of events that others may be told at the same moment.
pub struct Shared {
    /// In order.
    pub events: Vec<Arc<Envelope<Value>>>,
    /// Where the reader stands afterwards.
    pub cursor: Cursor,
    /// Whether it can't be told.
    pub snapshot: bool,
}

/// See [`missed`].
///
/// # Errors
/// When the database fails.
pub async fn shared(reads: &Reads, who: &Actor, since: &Cursor) -> Result<Shared> {
    let told = streams(who).into_iter().map(async |stream| {
        let name = stream.to_string();
        let told = reads.ask(stream, since.0.get(&name).cloned()).await?;
        Ok::<_, Error>((name, told))
    });
    let mut cursor = Cursor::default();
    let mut of_streams = Some(Vec::new());
    for (name, Told { head, missed }) in try_join_all(told).await? {
        cursor.0.insert(name, head);
        of_streams = of_streams.zip(missed).map(|(mut all, missed)| {
            all.push(missed);
            all
        });
    }
    let snapshot = of_streams.is_none();
    Ok(Shared { events: interleaved(of_streams.unwrap_or_default()), cursor, snapshot })
}

/// Puts the events of several streams together as things happened. Within a stream the numbers decide, whatever its
/// clocks say: on several nodes they may differ by a little.
fn interleaved(streams: Vec<Vec<Arc<Envelope<Value>>>>) -> Vec<Arc<Envelope<Value>>> {
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

    fn stream(name: &str, times: &[i64]) -> Vec<Arc<Envelope<Value>>> {
        let event = |(seq, at): (u64, &i64)| Envelope {
            event: String::new(),
            data: Value::Null,
            timestamp: Timestamp::from_millis(*at),
            tenant_id: TenantId::new(Uuid::nil()),
            id: EventId::new(Uuid::nil()),
            place: Some(Place { stream: name.to_owned(), seq, epoch: String::new() }),
        };
        (1..).zip(times).map(event).map(Arc::new).collect()
    }

    fn places(events: &[Arc<Envelope<Value>>]) -> Vec<(&str, u64)> {
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
