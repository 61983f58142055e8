//! What is written about loads, and how far each has read it.
//!
//! What a reader may see of messages is said once, in `seen!`; whether they may see the load is asked before, except in
//! lists of threads, which ask it of every load.

mod threads;

use std::str::FromStr;

use chrono::{DateTime, Utc};
use contract::{
    CarrierId, ClientKey, DriverId, LoadId, MessageId, TenantId, Timestamp, UserId,
    actor::{Actor, Permission, ROLES, Role},
    messages::{Audience, Colleague, ReadMark},
};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Store, Tx, column, moment, on, within};
use crate::error::Result;

pub use threads::{Part, Thread, threads, unread};

/// A message to be written.
#[derive(Clone, Debug)]
pub struct Insert {
    /// Under which id.
    pub id: MessageId,
    /// About which load.
    pub load: LoadId,
    /// Whose load it is just now, as far as that carrier knows of it.
    pub carrier: Option<CarrierId>,
    /// For whom.
    pub audience: Audience,
    /// Who writes.
    pub sender: UserId,
    /// As the desk and their own side know them.
    pub sender_name: String,
    /// Whether they are of the carrier's people.
    pub by_carrier: bool,
    /// What they call it.
    pub client_key: ClientKey,
    /// What they write.
    pub text: String,
    /// Whom it names.
    pub mentions: Vec<UserId>,
    /// When.
    pub sent_at: Timestamp,
}

/// A message as it is kept.
#[derive(Clone, Debug)]
pub struct Stored {
    /// What was written.
    pub insert: Insert,
    /// Its place among the messages of its load. It is told to nobody: holes in it would tell of notes.
    pub seq: i64,
    /// What the carrier is called to which it belongs.
    pub carrier_name: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    load_id: Uuid,
    seq: i64,
    carrier_id: Option<Uuid>,
    carrier_name: Option<String>,
    for_staff: bool,
    sender_id: Uuid,
    sender_name: String,
    by_carrier: bool,
    client_key: Uuid,
    text: String,
    mentions: String,
    sent_at: DateTime<Utc>,
}

impl From<Row> for Stored {
    fn from(row: Row) -> Self {
        Self {
            insert: Insert {
                id: MessageId::new(row.id),
                load: LoadId::new(row.load_id),
                carrier: row.carrier_id.map(CarrierId::new),
                audience: if row.for_staff { Audience::Staff } else { Audience::Everyone },
                sender: UserId::new(row.sender_id),
                sender_name: row.sender_name,
                by_carrier: row.by_carrier,
                client_key: ClientKey::new(row.client_key),
                text: row.text,
                mentions: row.mentions.split(',').filter_map(|id| UserId::from_str(id).ok()).collect(),
                sent_at: moment(row.sent_at),
            },
            seq: row.seq,
            carrier_name: row.carrier_name,
        }
    }
}

/// The columns of a message `m` whose carrier is `c`.
macro_rules! columns {
    () => {
        "m.id, m.load_id, m.seq, m.carrier_id, c.name AS carrier_name, m.for_staff, m.sender_id, m.sender_name,
        m.by_carrier, m.client_key, m.text, m.mentions, m.sent_at"
    };
}

const MESSAGES: &str =
    concat!("SELECT ", columns!(), " FROM messages m LEFT JOIN carriers c ON c.id = m.carrier_id WHERE m.tenant_id = ");

/// Narrows a query over messages `m`, which ends in their company, to those that a reader may see: for the staff all, for
/// a carrier's people what was written to them.
macro_rules! seen {
    ($q:expr, $who:expr) => {{
        let (q, who): (_, &Actor) = (&mut $q, $who);
        q.push_bind(who.tenant.uuid());
        if !who.role.is_staff() {
            q.push(" AND NOT m.for_staff AND m.carrier_id = ")
                .push_bind(who.carrier.map_or_else(Uuid::nil, CarrierId::uuid));
        }
    }};
}

use {columns, seen};

/// Writes a message after all others of its load, which is locked; whether its key was new.
///
/// # Errors
/// When the database fails.
pub async fn add(tx: &mut Tx<'_>, new: &Insert) -> Result<bool> {
    const SQL: &str =
        "INSERT INTO messages (id, tenant_id, load_id, seq, carrier_id, for_staff, sender_id, sender_name,
            by_carrier, client_key, text, mentions, sent_at)
        VALUES ($1, $2, $3, (SELECT COALESCE(MAX(seq), 0) + 1 FROM messages WHERE load_id = $3), $4, $5, $6, $7, $8, $9,
            $10, $11, $12)
        ON CONFLICT (sender_id, client_key) DO NOTHING";
    let tenant = tx.tenant().uuid();
    let mentions = new.mentions.iter().map(UserId::to_string).collect::<Vec<_>>().join(",");
    let rows = within!(tx, db => sqlx::query(SQL).bind(new.id.uuid()).bind(tenant).bind(new.load.uuid())
        .bind(new.carrier.map(CarrierId::uuid)).bind(new.audience == Audience::Staff).bind(new.sender.uuid())
        .bind(&new.sender_name).bind(new.by_carrier).bind(new.client_key.uuid()).bind(&new.text).bind(mentions)
        .bind(column(new.sent_at)).execute(db).await?.rows_affected());
    Ok(rows > 0)
}

/// What a sender has sent under a key.
///
/// # Errors
/// When the database fails.
pub async fn by_key(store: &Store, who: &Actor, key: ClientKey) -> Result<Option<Stored>> {
    let row: Option<Row> = on!(store, db => {
        let mut q = QueryBuilder::new(MESSAGES);
        q.push_bind(who.tenant.uuid()).push(" AND m.sender_id = ").push_bind(who.user.uuid());
        q.push(" AND m.client_key = ").push_bind(key.uuid());
        q.build_query_as().fetch_optional(db).await?
    });
    Ok(row.map(Stored::from))
}

/// What a reader may see of a load's messages, the newest first: at most so many, before a place if one is given.
///
/// # Errors
/// When the database fails.
pub async fn page(store: &Store, who: &Actor, load: LoadId, before: Option<i64>, most: i64) -> Result<Vec<Stored>> {
    let rows: Vec<Row> = on!(store, db => {
        let mut q = QueryBuilder::new(MESSAGES);
        seen!(q, who);
        q.push(" AND m.load_id = ").push_bind(load.uuid());
        if let Some(before) = before {
            q.push(" AND m.seq < ").push_bind(before);
        }
        q.push(" ORDER BY m.seq DESC LIMIT ").push_bind(most);
        q.build_query_as().fetch_all(db).await?
    });
    Ok(rows.into_iter().map(Stored::from).collect())
}

/// The place of a message among those of a load, if the reader may see it.
///
/// # Errors
/// When the database fails.
pub async fn place(store: &Store, who: &Actor, load: LoadId, id: MessageId) -> Result<Option<i64>> {
    Ok(on!(store, db => {
        let mut q = QueryBuilder::new("SELECT m.seq FROM messages m WHERE m.tenant_id = ");
        seen!(q, who);
        q.push(" AND m.load_id = ").push_bind(load.uuid()).push(" AND m.id = ").push_bind(id.uuid());
        q.build_query_scalar().fetch_optional(db).await?
    }))
}

/// Notes that somebody has read up to a message; whether they hadn't before.
///
/// # Errors
/// When the database fails.
pub async fn mark(tx: &mut Tx<'_>, load: LoadId, user: UserId, (seq, id): (i64, MessageId)) -> Result<bool> {
    const SQL: &str =
        "INSERT INTO message_reads (load_id, user_id, seq, message_id, read_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (load_id, user_id) DO UPDATE SET seq = excluded.seq, message_id = excluded.message_id,
            read_at = excluded.read_at
        WHERE excluded.seq > message_reads.seq";
    let now = column(tx.now());
    let rows = within!(tx, db => sqlx::query(SQL).bind(load.uuid()).bind(user.uuid()).bind(seq).bind(id.uuid())
        .bind(now).execute(db).await?.rows_affected());
    Ok(rows > 0)
}

/// The place and the id of the message before the last one of a load, if there are so many.
///
/// # Errors
/// When the database fails.
pub async fn last_but_one(tx: &mut Tx<'_>, load: LoadId) -> Result<Option<(i64, MessageId)>> {
    const SQL: &str = "SELECT seq, id FROM messages WHERE load_id = $1 ORDER BY seq DESC LIMIT 1 OFFSET 1";
    let row: Option<(i64, Uuid)> = within!(tx, db => sqlx::query_as(SQL).bind(load.uuid()).fetch_optional(db).await?);
    Ok(row.map(|(seq, id)| (seq, MessageId::new(id))))
}

/// How far each has read a load's messages, of those whose reading the reader may know: for the staff everybody, for a
/// carrier's people their own.
///
/// # Errors
/// When the database fails.
pub async fn reads(store: &Store, who: &Actor, load: LoadId) -> Result<Vec<(ReadMark, i64)>> {
    const SQL: &str = "SELECT r.user_id, u.name, r.message_id, r.seq, r.read_at FROM message_reads r
        JOIN users u ON u.id = r.user_id JOIN messages m ON m.id = r.message_id WHERE m.tenant_id = ";
    let rows: Vec<(Uuid, String, Uuid, i64, DateTime<Utc>)> = on!(store, db => {
        let mut q = QueryBuilder::new(SQL);
        seen!(q, who);
        if !who.role.is_staff() {
            q.push(" AND u.carrier_id = ").push_bind(who.carrier.map_or_else(Uuid::nil, CarrierId::uuid));
        }
        q.push(" AND r.load_id = ").push_bind(load.uuid()).push(" ORDER BY u.name, u.id");
        q.build_query_as().fetch_all(db).await?
    });
    let mark = |(user, name, message, seq, at)| {
        let (user_id, message_id) = (UserId::new(user), MessageId::new(message));
        (ReadMark { user_id, name, message_id, read_at: moment(at) }, seq)
    };
    Ok(rows.into_iter().map(mark).collect())
}

/// How many messages of others a reader may see of a load after a place.
///
/// # Errors
/// When the database fails.
pub async fn unread_of(store: &Store, who: &Actor, load: LoadId, after: i64) -> Result<u32> {
    let count: i64 = on!(store, db => {
        let mut q = QueryBuilder::new("SELECT CAST(COUNT(*) AS BIGINT) FROM messages m WHERE m.tenant_id = ");
        seen!(q, who);
        q.push(" AND m.load_id = ").push_bind(load.uuid()).push(" AND m.seq > ").push_bind(after);
        q.push(" AND m.sender_id <> ").push_bind(who.user.uuid());
        q.build_query_scalar().fetch_one(db).await?
    });
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Those who read together.
#[derive(Clone, Copy, Debug)]
pub enum Side {
    /// The company's own people who see loads.
    Desk,
    /// The people of a carrier, and of its drivers the one that a load has.
    Carrier(CarrierId, Option<DriverId>),
}

/// The people of a side who may sign in.
///
/// # Errors
/// When the database fails.
pub async fn people(store: &Store, tenant: TenantId, side: Side) -> Result<Vec<Colleague>> {
    let rows: Vec<(Uuid, String)> = on!(store, db => {
        let mut q = QueryBuilder::new("SELECT u.id, u.name FROM users u WHERE u.active AND u.tenant_id = ");
        q.push_bind(tenant.uuid());
        match side {
            Side::Desk => {
                let reads = |role: &Role| role.is_staff() && role.permissions().contains(&Permission::MessageView);
                q.push(" AND u.role IN (");
                let mut list = q.separated(", ");
                for role in ROLES.into_iter().filter(reads) {
                    list.push_bind(role.name());
                }
                q.push(")");
            }
            Side::Carrier(carrier, driver) => {
                q.push(" AND u.carrier_id = ").push_bind(carrier.uuid());
                q.push(" AND (u.role <> ").push_bind(Role::Driver.name());
                q.push(" OR u.driver_id = ").push_bind(driver.map_or_else(Uuid::nil, DriverId::uuid)).push(")");
            }
        }
        q.push(" ORDER BY u.name, u.id");
        q.build_query_as().fetch_all(db).await?
    });
    Ok(rows.into_iter().map(|(id, name)| Colleague { id: UserId::new(id), name }).collect())
}
