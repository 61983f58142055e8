//! The journal of durable events, numbered without holes for each audience.
//!
//! A stream's row is locked from its first use in a transaction until the commit, so numbers follow the order of
//! commits on both engines, and none is lost: a transaction that is undone undoes its number too.

use std::collections::{HashMap, hash_map::Entry};

use chrono::{DateTime, Utc};
use contract::{
    Code, EventId, TenantId, Timestamp,
    event::{Envelope, Mark, Place},
    room::Stream,
};
use serde_json::Value;
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Sealed, Store, Tx, column, moment, on, within};
use crate::{
    clock::new_secret,
    error::{Error, Result},
};

/// How many missed events of a stream are sent one by one; a reader who missed more loads afresh, which is cheaper for
/// both. What a reader of two streams missed must fit into a socket's queue.
pub const MAX_MISSED: i64 = 250;

/// How many events one statement writes: seven values each, well under SQLite's bound of 32,766.
const ROWS: usize = 500;

/// Gives each event its place, by the streams in which they are told: the next numbers of each, in this order. A stream
/// is asked once, however many events it gets.
pub(super) async fn number(tx: &mut Tx<'_>, streams: &[Stream]) -> Result<Vec<Place>> {
    const SQL: &str = "INSERT INTO streams (stream, epoch, seq) VALUES ($1, $2, $3)
        ON CONFLICT (stream) DO UPDATE SET seq = streams.seq + excluded.seq RETURNING seq, epoch";
    let mut next: HashMap<Stream, Place> = HashMap::new();
    let mut places = Vec::with_capacity(streams.len());
    for stream in streams {
        let place = match next.entry(*stream) {
            Entry::Occupied(place) => place.into_mut(),
            // In the order in which they are first told, so that two writes lock streams in the same order.
            Entry::Vacant(place) => {
                let (name, count) =
                    (stream.to_string(), streams.iter().filter(|other| *other == stream).count() as i64);
                let (last, epoch): (i64, String) = within!(tx, db => sqlx::query_as(SQL).bind(&name).bind(new_epoch())
                    .bind(count).fetch_one(db).await?);
                place.insert(Place { stream: name, seq: (last - count + 1).unsigned_abs(), epoch })
            }
        };
        places.push(place.clone());
        place.seq += 1;
    }
    Ok(places)
}

/// Writes numbered events.
pub(super) async fn append(tx: &mut Tx<'_>, events: &[Sealed]) -> Result<()> {
    let (tenant, at) = (tx.tenant().uuid(), column(tx.now()));
    let rows: Vec<_> =
        events.iter().filter_map(|sealed| Some((sealed.envelope.place.as_ref()?, &sealed.envelope))).collect();
    for part in rows.chunks(ROWS) {
        within!(tx, db => {
            let mut q = QueryBuilder::new("INSERT INTO journal (stream, seq, id, tenant_id, name, body, at) ");
            q.push_values(part, |mut row, (place, envelope)| {
                row.push_bind(&place.stream)
                    .push_bind(place.seq.cast_signed())
                    .push_bind(envelope.id.uuid())
                    .push_bind(tenant)
                    .push_bind(&envelope.event)
                    .push_bind(envelope.data.to_string())
                    .push_bind(at);
            });
            q.build().execute(db).await?.rows_affected()
        });
    }
    Ok(())
}

fn new_epoch() -> String {
    new_secret()[..8].to_owned()
}

/// Where a stream stands; a stream that nothing was told in yet gets its epoch now.
///
/// # Errors
/// When the database fails.
pub async fn head(store: &Store, stream: Stream) -> Result<Mark> {
    const READ: &str = "SELECT seq, epoch FROM streams WHERE stream = $1";
    const MAKE: &str = "INSERT INTO streams (stream, epoch, seq) VALUES ($1, $2, 0) ON CONFLICT (stream) DO NOTHING";
    let name = stream.to_string();
    let mut known: Option<(i64, String)> = on!(store, db => sqlx::query_as(READ).bind(&name).fetch_optional(db).await?);
    if known.is_none() {
        let epoch = new_epoch();
        let made = match store {
            Store::Sqlite { write, .. } => sqlx::query(MAKE).bind(&name).bind(&epoch).execute(write).await.map(|_| ()),
            Store::Postgres(pool) => sqlx::query(MAKE).bind(&name).bind(&epoch).execute(pool).await.map(|_| ()),
        };
        match made.map_err(Error::from) {
            // Who can only read must not be kept from it by what can't be written.
            Err(Error::Refused(refusal)) if refusal.code == Code::Unavailable => {}
            made => made?,
        }
        known = on!(store, db => sqlx::query_as(READ).bind(&name).fetch_optional(db).await?);
    }
    // Without an epoch where nothing can be stored: the reader goes on, and loads afresh once that is over.
    let (seq, epoch) = known.unwrap_or_default();
    Ok(Mark { epoch, seq: seq.unsigned_abs() })
}

/// How many streams one statement asks for, well under SQLite's bound of 32,766.
const ASKED: usize = 1_000;

/// Where many streams stand; those in which nothing was ever told or asked for are left out.
///
/// # Errors
/// When the database fails.
pub async fn heads_of(store: &Store, streams: &[Stream]) -> Result<Vec<(Stream, Mark)>> {
    let mut heads = Vec::with_capacity(streams.len());
    for part in streams.chunks(ASKED) {
        let named: HashMap<String, Stream> = part.iter().map(|stream| (stream.to_string(), *stream)).collect();
        let rows: Vec<(String, i64, String)> = on!(store, db => {
            let mut q = QueryBuilder::new("SELECT stream, seq, epoch FROM streams WHERE stream IN (");
            let mut list = q.separated(", ");
            for name in named.keys() {
                list.push_bind(name.clone());
            }
            q.push(")");
            q.build_query_as().fetch_all(db).await?
        });
        let head = |(name, seq, epoch): (String, i64, String)| {
            Some((*named.get(&name)?, Mark { epoch, seq: seq.unsigned_abs() }))
        };
        heads.extend(rows.into_iter().filter_map(head));
    }
    Ok(heads)
}

/// A row of the journal.
#[derive(sqlx::FromRow)]
struct JournalRow {
    seq: i64,
    id: Uuid,
    tenant_id: Uuid,
    name: String,
    body: String,
    at: DateTime<Utc>,
}

/// The events of a stream after `after` up to `head`; nothing when the journal doesn't hold them all.
///
/// # Errors
/// When the database fails.
pub async fn between(store: &Store, stream: Stream, after: u64, head: &Mark) -> Result<Option<Vec<Envelope<Value>>>> {
    let Some(wanted) = head.seq.checked_sub(after) else { return Ok(None) };
    if wanted > MAX_MISSED.unsigned_abs() {
        return Ok(None);
    }
    if wanted == 0 {
        return Ok(Some(Vec::new()));
    }
    let events = up_to(store, stream, after, head).await?;
    Ok(Some(events).filter(|events| events.len() as u64 == wanted))
}

/// Those of the events of a stream after `after` up to `head` that the journal holds, at most [`MAX_MISSED`].
///
/// # Errors
/// When the database fails.
pub async fn up_to(store: &Store, stream: Stream, after: u64, head: &Mark) -> Result<Vec<Envelope<Value>>> {
    const SQL: &str = "SELECT seq, id, tenant_id, name, body, at FROM journal
        WHERE stream = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4";
    let name = stream.to_string();
    let rows: Vec<JournalRow> = on!(store, db => sqlx::query_as(SQL).bind(&name).bind(after.cast_signed())
        .bind(head.seq.cast_signed()).bind(MAX_MISSED).fetch_all(db).await?);
    rows.into_iter()
        .map(|row| {
            Ok(Envelope {
                event: row.name,
                data: serde_json::from_str(&row.body).map_err(anyhow::Error::from)?,
                timestamp: moment(row.at),
                tenant_id: TenantId::new(row.tenant_id),
                id: EventId::new(row.id),
                place: Some(Place { stream: name.clone(), seq: row.seq.unsigned_abs(), epoch: head.epoch.clone() }),
            })
        })
        .collect()
}

/// One of the oldest events of a stream.
#[derive(Clone, Copy, Debug)]
pub struct Oldest {
    /// Its number.
    pub seq: u64,
    /// In which company.
    pub tenant: TenantId,
    /// When it happened.
    pub at: Timestamp,
}

/// Every stream in which something was told, and its newest number.
///
/// # Errors
/// When the database fails.
pub async fn heads(store: &Store) -> Result<Vec<(String, u64)>> {
    const SQL: &str = "SELECT stream, seq FROM streams WHERE seq > 0 ORDER BY stream";
    let rows: Vec<(String, i64)> = on!(store, db => sqlx::query_as(SQL).fetch_all(db).await?);
    Ok(rows.into_iter().map(|(stream, seq)| (stream, seq.unsigned_abs())).collect())
}

/// The oldest events that a stream still has, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn oldest(store: &Store, stream: &str, most: u64) -> Result<Vec<Oldest>> {
    const SQL: &str = "SELECT seq, tenant_id, at FROM journal WHERE stream = $1 ORDER BY seq LIMIT $2";
    let rows: Vec<(i64, Uuid, DateTime<Utc>)> =
        on!(store, db => sqlx::query_as(SQL).bind(stream).bind(most.cast_signed()).fetch_all(db).await?);
    let oldest = |(seq, tenant, at): (i64, Uuid, _)| Oldest {
        seq: seq.unsigned_abs(),
        tenant: TenantId::new(tenant),
        at: moment(at),
    };
    Ok(rows.into_iter().map(oldest).collect())
}

/// Forgets a stream's events up to a number; gives how many there were.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut Tx<'_>, stream: &str, up_to: u64) -> Result<u64> {
    const SQL: &str = "DELETE FROM journal WHERE stream = $1 AND seq <= $2 AND tenant_id = $3";
    let tenant = tx.tenant().uuid();
    Ok(within!(tx, db => sqlx::query(SQL).bind(stream).bind(up_to.cast_signed()).bind(tenant).execute(db).await?
        .rows_affected()))
}
