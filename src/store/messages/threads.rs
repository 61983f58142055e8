//! Threads as lists show them, and how much of them is unread.

use contract::{
    CarrierId, DriverId, Timestamp,
    actor::{Actor, Role},
    messages::{ThreadLoad, UnreadMessages},
    status::LoadStatus,
};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Row, Stored, columns, seen};
use crate::{
    error::Result,
    store::{Store, column, on},
};

/// Which threads.
#[derive(Clone, Debug)]
pub struct Part {
    /// Only with something that was written since.
    pub since: Timestamp,
    /// Each in the load's number, its customer, its carrier or what was written, in any case.
    pub words: Vec<String>,
    /// How many to pass over.
    pub offset: i64,
    /// How many to give.
    pub limit: i64,
}

/// A thread.
#[derive(Clone, Debug)]
pub struct Thread {
    /// Its load.
    pub load: ThreadLoad,
    /// The newest message in it.
    pub newest: Stored,
    /// How many messages of others are unread.
    pub unread: u32,
    /// Whether one of them names the reader.
    pub is_mentioned: bool,
}

#[derive(sqlx::FromRow)]
struct ThreadRow {
    #[sqlx(flatten)]
    newest: Row,
    unread: i64,
    named: i64,
    load_number: String,
    status: String,
    origin_city: String,
    origin_state: String,
    destination_city: String,
    destination_state: String,
    current_carrier: Option<String>,
    current_carrier_id: Option<Uuid>,
}

/// Begins a query with the threads `t` that a reader may see anything of: the newest place, what is unread and how much of
/// that names the reader.
macro_rules! grouped {
    ($who:expr, $since:expr) => {{
        let who: &Actor = $who;
        let mut q = QueryBuilder::new(
            "WITH t AS (SELECT m.load_id, MAX(m.seq) AS newest,
                COUNT(*) FILTER (WHERE m.seq > COALESCE(r.seq, 0) AND m.sender_id <> ",
        );
        q.push_bind(who.user.uuid());
        q.push(") AS unread, COUNT(*) FILTER (WHERE m.seq > COALESCE(r.seq, 0) AND m.sender_id <> ");
        q.push_bind(who.user.uuid()).push(" AND m.mentions LIKE ").push_bind(format!("%{}%", who.user));
        q.push(") AS named FROM messages m LEFT JOIN message_reads r ON r.load_id = m.load_id AND r.user_id = ");
        q.push_bind(who.user.uuid()).push(" WHERE m.sent_at >= ").push_bind(column($since)).push(" AND m.tenant_id = ");
        seen!(q, who);
        q.push(" GROUP BY m.load_id) ");
        q
    }};
}

/// Narrows a query over loads `l`, which ends in their company, to those that a reader may see, as lists of loads do.
macro_rules! theirs {
    ($q:expr, $who:expr) => {{
        let (q, who): (_, &Actor) = (&mut $q, $who);
        q.push_bind(who.tenant.uuid());
        if !who.role.is_staff() {
            q.push(" AND l.carrier_id = ").push_bind(who.carrier.map_or_else(Uuid::nil, CarrierId::uuid));
            q.push(" AND l.status NOT IN ('PLANNING', 'PENDING')");
            if who.role == Role::Driver {
                q.push(" AND l.driver_id = ").push_bind(who.driver.map_or_else(Uuid::nil, DriverId::uuid));
            }
        }
    }};
}

/// Narrows a query over threads `t` of loads `l` with carriers `o` to those in which all words are.
macro_rules! with_words {
    ($q:expr, $who:expr, $words:expr) => {{
        let (q, who): (_, &Actor) = (&mut $q, $who);
        for word in $words {
            let like = format!("%{}%", word.replace('!', "!!").replace('%', "!%").replace('_', "!_"));
            q.push(" AND (LOWER(l.load_number) LIKE ").push_bind(like.clone()).push(" ESCAPE '!'");
            q.push(" OR LOWER(l.customer_name) LIKE ").push_bind(like.clone()).push(" ESCAPE '!'");
            q.push(" OR LOWER(o.name) LIKE ").push_bind(like.clone()).push(" ESCAPE '!'");
            q.push(" OR EXISTS (SELECT 1 FROM messages m WHERE m.load_id = l.id AND LOWER(m.text) LIKE ");
            q.push_bind(like).push(" ESCAPE '!' AND m.tenant_id = ");
            seen!(*q, who);
            q.push("))");
        }
    }};
}

/// The threads that a reader may see, what was written last first, and how many there are without the part.
///
/// # Errors
/// When the database fails.
pub async fn threads(store: &Store, who: &Actor, part: &Part) -> Result<(Vec<Thread>, u64)> {
    const ROWS: &str = concat!(
        "SELECT ",
        columns!(),
        ", CAST(t.unread AS BIGINT) AS unread, CAST(t.named AS BIGINT) AS named, l.load_number, l.status, l.origin_city,
            l.origin_state, l.destination_city, l.destination_state, o.name AS current_carrier,
            o.id AS current_carrier_id
        FROM t JOIN loads l ON l.id = t.load_id JOIN messages m ON m.load_id = t.load_id AND m.seq = t.newest
            LEFT JOIN carriers c ON c.id = m.carrier_id LEFT JOIN carriers o ON o.id = l.carrier_id
        WHERE l.tenant_id = "
    );
    const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM t JOIN loads l ON l.id = t.load_id
        LEFT JOIN carriers o ON o.id = l.carrier_id WHERE l.tenant_id = ";
    let rows: Vec<ThreadRow> = on!(store, db => {
        let mut q = grouped!(who, part.since);
        q.push(ROWS);
        theirs!(q, who);
        with_words!(q, who, &part.words);
        q.push(" ORDER BY m.sent_at DESC, m.id DESC LIMIT ").push_bind(part.limit);
        q.push(" OFFSET ").push_bind(part.offset);
        q.build_query_as().fetch_all(db).await?
    });
    let total: i64 = on!(store, db => {
        let mut q = grouped!(who, part.since);
        q.push(COUNT);
        theirs!(q, who);
        with_words!(q, who, &part.words);
        q.build_query_scalar().fetch_one(db).await?
    });
    let thread = |row: ThreadRow| {
        let newest = Stored::from(row.newest);
        Thread {
            load: ThreadLoad {
                id: newest.insert.load,
                load_number: row.load_number,
                status: LoadStatus::named(&row.status).unwrap_or(LoadStatus::Planning),
                origin: format!("{}, {}", row.origin_city, row.origin_state),
                destination: format!("{}, {}", row.destination_city, row.destination_state),
                carrier_id: row.current_carrier_id.map(CarrierId::new).filter(|_| who.role.is_staff()),
                carrier_name: row.current_carrier.filter(|_| who.role.is_staff()),
            },
            newest,
            unread: u32::try_from(row.unread).unwrap_or(u32::MAX),
            is_mentioned: row.named > 0,
        }
    };
    Ok((rows.into_iter().map(thread).collect(), total.unsigned_abs()))
}

/// How much of what was written since is unread.
///
/// # Errors
/// When the database fails.
pub async fn unread(store: &Store, who: &Actor, since: Timestamp) -> Result<UnreadMessages> {
    const SUMS: &str = "SELECT CAST(COALESCE(SUM(t.unread), 0) AS BIGINT),
            CAST(COUNT(*) FILTER (WHERE t.unread > 0) AS BIGINT), CAST(COUNT(*) FILTER (WHERE t.named > 0) AS BIGINT)
        FROM t JOIN loads l ON l.id = t.load_id WHERE l.tenant_id = ";
    let (messages, threads, mentions): (i64, i64, i64) = on!(store, db => {
        let mut q = grouped!(who, since);
        q.push(SUMS);
        theirs!(q, who);
        q.build_query_as().fetch_one(db).await?
    });
    let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    Ok(UnreadMessages { messages: count(messages), threads: count(threads), mentions: count(mentions) })
}
