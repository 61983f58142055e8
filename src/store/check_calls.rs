//! What was reported from the road.
//!
//! What a reader may see of it is said once, in `seen!`; whether they may see the load is asked before.

mod clocks;

use chrono::{DateTime, Utc};
use contract::{
    CarrierId, CheckCallId, ClientKey, LoadId, TenantId, Timestamp, UserId,
    actor::Actor,
    check_calls::{CheckCall, CheckCallKind, ContactMethod, GoodCall, place_words},
    geo::Point,
    loads::Town,
    tracking::Source,
};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Store, Tx, column, moment, on, within};
use crate::error::Result;

pub use clocks::{Running, clock_of, note_told, running};

/// A call to be written.
#[derive(Clone, Debug)]
pub struct Insert {
    /// Under which id.
    pub id: CheckCallId,
    /// Of which load.
    pub load: LoadId,
    /// Whose load it is just now.
    pub carrier: Option<CarrierId>,
    /// What was said.
    pub call: GoodCall,
    /// Whether it was typed in by the desk, or comes from the carrier's side.
    pub source: Source,
    /// When it is stored.
    pub received_at: Timestamp,
    /// Who logs it; nobody, when it is made from the truck's position.
    pub user: Option<UserId>,
    /// As the desk and their own side know them.
    pub by: String,
    /// Whether they are of the carrier's people.
    pub by_carrier: bool,
    /// What they call it.
    pub client_key: Option<ClientKey>,
}

/// A call as it is kept.
#[derive(Clone, Debug)]
pub struct Stored {
    /// What was written.
    pub insert: Insert,
    /// When its notes were changed last.
    pub edited_at: Option<Timestamp>,
}

impl Stored {
    /// As somebody sees it who may.
    pub fn for_reader(self, who: &Actor) -> CheckCall {
        let Insert { id, load, call, source, received_at, user, by, by_carrier, .. } = self.insert;
        CheckCall {
            id,
            load_id: load,
            kind: call.kind,
            location: place_words(call.town.as_ref(), call.position),
            town: call.town,
            position: call.position,
            eta: call.eta,
            notes: call.notes,
            method: call.method,
            source,
            called_at: call.called_at,
            received_at,
            is_backdated: call.is_backdated,
            remind_hours: call.remind_hours,
            by,
            own: user == Some(who.user),
            from_carrier: by_carrier,
            edited_at: self.edited_at,
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    load_id: Uuid,
    carrier_id: Option<Uuid>,
    kind: String,
    city: Option<String>,
    state: Option<String>,
    lat: Option<f64>,
    lng: Option<f64>,
    eta: Option<DateTime<Utc>>,
    notes: Option<String>,
    method: String,
    source: String,
    called_at: DateTime<Utc>,
    received_at: DateTime<Utc>,
    backdated: bool,
    remind_hours: Option<i64>,
    user_id: Option<Uuid>,
    by_name: String,
    by_carrier: bool,
    client_key: Option<Uuid>,
    edited_at: Option<DateTime<Utc>>,
}

fn hours(hours: i64) -> Option<u32> {
    u32::try_from(hours).ok()
}

impl From<Row> for Stored {
    fn from(row: Row) -> Self {
        let call = GoodCall {
            kind: CheckCallKind::named(&row.kind).unwrap_or_default(),
            town: row.city.zip(row.state).map(|(city, state)| Town { city, state }),
            position: row.lat.zip(row.lng).map(|(lat, lng)| Point { lat, lng }),
            eta: row.eta.map(moment),
            notes: row.notes,
            method: ContactMethod::named(&row.method).unwrap_or_default(),
            called_at: moment(row.called_at),
            is_backdated: row.backdated,
            remind_hours: row.remind_hours.and_then(hours),
        };
        let insert = Insert {
            id: CheckCallId::new(row.id),
            load: LoadId::new(row.load_id),
            carrier: row.carrier_id.map(CarrierId::new),
            call,
            source: Source::named(&row.source).unwrap_or_default(),
            received_at: moment(row.received_at),
            user: row.user_id.map(UserId::new),
            by: row.by_name,
            by_carrier: row.by_carrier,
            client_key: row.client_key.map(ClientKey::new),
        };
        Self { insert, edited_at: row.edited_at.map(moment) }
    }
}

const CALLS: &str = "SELECT c.id, c.load_id, c.carrier_id, c.kind, c.city, c.state, c.lat, c.lng, c.eta, c.notes,
    c.method, c.source, c.called_at, c.received_at, c.backdated, c.remind_hours, c.user_id, c.by_name, c.by_carrier,
    c.client_key, c.edited_at FROM check_calls c WHERE c.tenant_id = ";

/// Narrows a query over calls `c`, which ends in their company, to those that a reader may see: for the staff all, for a
/// carrier's people what they logged themselves.
macro_rules! seen {
    ($q:expr, $who:expr) => {{
        let (q, who): (_, &Actor) = (&mut $q, $who);
        q.push_bind(who.tenant.uuid());
        if !who.role.is_staff() {
            q.push(" AND c.by_carrier AND c.carrier_id = ")
                .push_bind(who.carrier.map_or_else(Uuid::nil, CarrierId::uuid));
        }
    }};
}

/// Writes a call; whether its key was new.
///
/// # Errors
/// When the database fails.
pub async fn add(tx: &mut Tx<'_>, new: &Insert) -> Result<bool> {
    const SQL: &str =
        "INSERT INTO check_calls (id, tenant_id, load_id, carrier_id, kind, city, state, lat, lng, eta, notes,
            method, source, called_at, received_at, backdated, remind_hours, user_id, by_name, by_carrier, client_key)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
        ON CONFLICT (user_id, client_key) DO NOTHING";
    let (tenant, call) = (tx.tenant().uuid(), &new.call);
    let (city, state) = call.town.as_ref().map(|town| (&town.city, &town.state)).unzip();
    let (lat, lng) = call.position.map(|Point { lat, lng }| (lat, lng)).unzip();
    let rows = within!(tx, db => sqlx::query(SQL).bind(new.id.uuid()).bind(tenant).bind(new.load.uuid())
        .bind(new.carrier.map(CarrierId::uuid)).bind(call.kind.name()).bind(city).bind(state).bind(lat).bind(lng)
        .bind(call.eta.map(column)).bind(&call.notes).bind(call.method.name()).bind(new.source.name())
        .bind(column(call.called_at)).bind(column(new.received_at)).bind(call.is_backdated)
        .bind(call.remind_hours.map(i64::from)).bind(new.user.map(UserId::uuid)).bind(&new.by).bind(new.by_carrier)
        .bind(new.client_key.map(ClientKey::uuid)).execute(db).await?.rows_affected());
    Ok(rows > 0)
}

/// What somebody has logged under a key.
///
/// # Errors
/// When the database fails.
pub async fn by_key(store: &Store, who: &Actor, key: ClientKey) -> Result<Option<Stored>> {
    let row: Option<Row> = on!(store, db => {
        let mut q = QueryBuilder::new(CALLS);
        seen!(q, who);
        q.push(" AND c.user_id = ").push_bind(who.user.uuid()).push(" AND c.client_key = ").push_bind(key.uuid());
        q.build_query_as().fetch_optional(db).await?
    });
    Ok(row.map(Stored::from))
}

/// What a reader may see of a load's calls, by when they were said, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn of_load(store: &Store, who: &Actor, load: LoadId, most: i64) -> Result<Vec<Stored>> {
    let rows: Vec<Row> = on!(store, db => {
        let mut q = QueryBuilder::new(CALLS);
        seen!(q, who);
        q.push(" AND c.load_id = ").push_bind(load.uuid());
        q.push(" ORDER BY c.called_at DESC, c.id DESC LIMIT ").push_bind(most);
        q.build_query_as().fetch_all(db).await?
    });
    Ok(rows.into_iter().map(Stored::from).collect())
}

/// The newest call of each of these loads, as far as there is one that a reader may see.
///
/// # Errors
/// When the database fails.
pub async fn newest_of(store: &Store, who: &Actor, loads: &[LoadId]) -> Result<Vec<Stored>> {
    if loads.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = on!(store, db => {
        let mut q = QueryBuilder::new(CALLS);
        seen!(q, who);
        q.push(" AND c.load_id IN (");
        let mut list = q.separated(", ");
        for load in loads {
            list.push_bind(load.uuid());
        }
        q.push(") AND c.id = (SELECT n.id FROM check_calls n WHERE n.load_id = c.load_id
            ORDER BY n.called_at DESC, n.id DESC LIMIT 1)");
        q.build_query_as().fetch_all(db).await?
    });
    Ok(rows.into_iter().map(Stored::from).collect())
}

/// When the newest call of a load was said, as a write sees it.
///
/// # Errors
/// When the database fails.
pub async fn newest_in_tx(tx: &mut Tx<'_>, load: LoadId) -> Result<Option<Timestamp>> {
    const SQL: &str = "SELECT called_at FROM check_calls WHERE load_id = $1 ORDER BY called_at DESC, id DESC LIMIT 1";
    let at: Option<DateTime<Utc>> =
        within!(tx, db => sqlx::query_scalar(SQL).bind(load.uuid()).fetch_optional(db).await?);
    Ok(at.map(moment))
}

/// One call, if a reader may see it.
///
/// # Errors
/// When the database fails.
pub async fn one(store: &Store, who: &Actor, id: CheckCallId) -> Result<Option<Stored>> {
    let row: Option<Row> = on!(store, db => {
        let mut q = QueryBuilder::new(CALLS);
        seen!(q, who);
        q.push(" AND c.id = ").push_bind(id.uuid());
        q.build_query_as().fetch_optional(db).await?
    });
    Ok(row.map(Stored::from))
}

/// How many calls a company has logged since a moment, and how many of them were made from positions.
///
/// # Errors
/// When the database fails.
pub async fn count_since(store: &Store, tenant: TenantId, since: Timestamp) -> Result<(u32, u32)> {
    const SQL: &str = "SELECT CAST(COUNT(*) AS BIGINT), CAST(COUNT(*) - COUNT(user_id) AS BIGINT) FROM check_calls
        WHERE tenant_id = $1 AND received_at >= $2";
    let (all, automatic): (i64, i64) =
        on!(store, db => sqlx::query_as(SQL).bind(tenant.uuid()).bind(column(since)).fetch_one(db).await?);
    let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
    Ok((number(all), number(automatic)))
}

/// Writes a call's notes anew; whether it was there.
///
/// # Errors
/// When the database fails.
pub async fn set_notes(tx: &mut Tx<'_>, id: CheckCallId, notes: Option<&str>) -> Result<bool> {
    const SQL: &str = "UPDATE check_calls SET notes = $3, edited_at = $4 WHERE id = $1 AND tenant_id = $2";
    let (tenant, now) = (tx.tenant().uuid(), column(tx.now()));
    let rows = within!(tx, db => sqlx::query(SQL).bind(id.uuid()).bind(tenant).bind(notes).bind(now).execute(db).await?
        .rows_affected());
    Ok(rows > 0)
}

/// Takes a call out; whether it was there.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut Tx<'_>, id: CheckCallId) -> Result<bool> {
    const SQL: &str = "DELETE FROM check_calls WHERE id = $1 AND tenant_id = $2";
    let tenant = tx.tenant().uuid();
    let rows = within!(tx, db => sqlx::query(SQL).bind(id.uuid()).bind(tenant).execute(db).await?.rows_affected());
    Ok(rows > 0)
}
