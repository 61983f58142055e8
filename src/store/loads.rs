//! Loads, their stops and their timeline.

mod record;
mod references;
pub mod stays;
pub mod undo;
mod write;

use chrono::{DateTime, Utc};
use contract::{
    LoadId, StopId, Timestamp,
    actor::{Actor, Role},
    geo::Point,
    loads::{Happening, LoadRow, SORTS, Stop, StopKind, TimelineEntry, Town, seek},
    status::LoadStatus,
};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Store, Tx, column, kpis, moment, on, within};
use crate::{error::Result, places::appointment};
pub use record::Record;
pub use references::{Referred, references};
pub use write::{
    Insert, StopInsert, StopTimes, add, change, lock, mark_stop, next_number, note, set_details, set_stop,
};

const COLUMNS: &str = "SELECT l.id, l.tenant_id, l.load_number, l.version, l.status, l.status_changed_at, l.updated_at,
    l.updated_by, l.customer_name, l.equipment, l.is_hot, l.carrier_id, c.name AS carrier_name,
    c.mc_number AS carrier_mc, l.driver_id, d.name AS driver_name, d.phone AS driver_phone, l.dispatcher_id,
    u.name AS dispatcher_name, l.carrier_rate_cents, l.customer_rate_cents, l.commodity, l.weight_lbs, l.reference,
    l.notes, l.miles, l.stop_count, l.origin_city, l.origin_state, l.origin_lat, l.origin_lng, l.pickup_start,
    l.pickup_end, l.pickup_zone, l.destination_city, l.destination_state, l.destination_lat, l.destination_lng,
    l.delivery_start, l.delivery_end, l.delivery_zone, l.assigned_at, l.truck_since, l.eta, l.dispatched_at, l.picked_up_at,
    l.delivered_at, l.tender_expires_at,
    n.sequence AS next_sequence, n.kind AS next_kind, n.city AS next_city, n.state AS next_state, n.lat AS next_lat,
    n.lng AS next_lng, n.zone AS next_zone, n.window_start AS next_start, n.window_end AS next_end,
    h.sequence AS here_sequence, h.arrived_at AS here_arrived, h.departed_at AS here_departed,
    h.window_start AS here_start, h.arrived_by_position AS here_by_position,
    k.lat AS fix_lat, k.lng AS fix_lng, k.at AS fix_at, k.source AS fix_source, k.speed AS fix_speed,
    k.heading AS fix_heading
    FROM loads l
    LEFT JOIN carriers c ON c.id = l.carrier_id
    LEFT JOIN drivers d ON d.id = l.driver_id
    LEFT JOIN users u ON u.id = l.dispatcher_id
    LEFT JOIN tracks k ON k.load_id = l.id
    LEFT JOIN stops n ON n.load_id = l.id AND n.sequence = 1 + (SELECT COALESCE(MAX(s.sequence), 0) FROM stops s
        WHERE s.load_id = l.id AND s.arrived_at IS NOT NULL)
    LEFT JOIN stops h ON h.load_id = l.id AND h.sequence = COALESCE(n.sequence - 1, l.stop_count)
    WHERE l.tenant_id = ";

/// Where words are looked for besides the load number.
const SOUGHT: [&str; 9] = [
    "l.customer_name",
    "c.name",
    "c.mc_number",
    "d.name",
    "l.origin_city",
    "l.origin_state",
    "l.destination_city",
    "l.destination_state",
    "l.reference",
];

/// Which loads, in the database's own terms.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this one.
    pub id: Option<LoadId>,
    /// Only these; any when empty.
    pub ids: Vec<LoadId>,
    /// In one of these; any when empty.
    pub statuses: Vec<LoadStatus>,
    /// Also those completed at this moment or later, whatever `statuses` says.
    pub or_completed_since: Option<Timestamp>,
    /// Each is in one of the columns that are searched or in the load number, in any case.
    pub words: Vec<String>,
    /// Of this carrier.
    pub carrier: Option<contract::CarrierId>,
    /// Of this dispatcher.
    pub dispatcher: Option<contract::UserId>,
    /// One of these; any when empty.
    pub equipment: Vec<&'static str>,
    /// With a pickup window that opens at this moment or later.
    pub pickup_from: Option<Timestamp>,
    /// With a pickup window that opens before this moment.
    pub pickup_to: Option<Timestamp>,
    /// Hot, without a carrier, or with a pickup window that opens before this moment.
    pub urgent_before: Option<Timestamp>,
    /// Without a carrier.
    pub unassigned: bool,
    /// Changed at this moment or later, or with a truck that moved since.
    pub updated_since: Option<Timestamp>,
    /// In its status since this moment or later.
    pub status_since: Option<Timestamp>,
    /// Sent on its way at this moment or later.
    pub dispatched_since: Option<Timestamp>,
    /// Delivered at this moment or later, after the window of its last stop had closed.
    pub delivered_late_since: Option<Timestamp>,
    /// With a known position.
    pub located: bool,
}

/// In which order, and which part.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// One of [`SORTS`].
    pub sort: &'static str,
    /// From the other end.
    pub descending: bool,
    /// How many rows to pass over.
    pub offset: i64,
    /// How many rows to give.
    pub limit: i64,
}

impl Part {
    /// The first `limit` by pickup.
    pub const fn first(limit: i64) -> Self {
        Self { sort: SORTS[0], descending: false, offset: 0, limit }
    }
}

/// The SQL of a sort column; the load number settles ties, so that pages never overlap. Where there may be nothing, it
/// says where that stands: the engines differ.
fn order(part: Part) -> &'static str {
    match (part.sort, part.descending) {
        ("delivery", false) => " ORDER BY l.delivery_start, l.load_number",
        ("delivery", true) => " ORDER BY l.delivery_start DESC, l.load_number DESC",
        ("loadNumber", false) => " ORDER BY l.load_number",
        ("loadNumber", true) => " ORDER BY l.load_number DESC",
        ("status", false) => " ORDER BY l.status, l.load_number",
        ("status", true) => " ORDER BY l.status DESC, l.load_number DESC",
        ("carrier", false) => " ORDER BY c.name NULLS LAST, l.load_number",
        ("carrier", true) => " ORDER BY c.name DESC NULLS FIRST, l.load_number DESC",
        ("customer", false) => " ORDER BY l.customer_name, l.load_number",
        ("customer", true) => " ORDER BY l.customer_name DESC, l.load_number DESC",
        ("updated", false) => " ORDER BY l.updated_at, l.load_number",
        ("updated", true) => " ORDER BY l.updated_at DESC, l.load_number DESC",
        (_, false) => " ORDER BY l.pickup_start, l.load_number",
        (_, true) => " ORDER BY l.pickup_start DESC, l.load_number DESC",
    }
}

/// Narrows a query to what a caller may see and a filter asks for. A macro, because a function over both engines would
/// need a page of bounds.
macro_rules! narrow {
    ($q:expr, $who:expr, $filter:expr) => {{
        let (q, who, filter): (_, &Actor, &Filter) = (&mut $q, $who, $filter);
        q.push_bind(who.tenant.uuid());
        if !who.role.is_staff() {
            // A carrier's people see its loads and no others; a carrier user without a carrier sees none.
            q.push(" AND l.carrier_id = ").push_bind(who.carrier.map_or_else(Uuid::nil, contract::CarrierId::uuid));
            q.push(" AND l.status NOT IN ('PLANNING', 'PENDING')");
            if who.role == Role::Driver {
                q.push(" AND l.driver_id = ").push_bind(who.driver.map_or_else(Uuid::nil, contract::DriverId::uuid));
            }
        }
        if let Some(id) = filter.id {
            q.push(" AND l.id = ").push_bind(id.uuid());
        }
        if !filter.ids.is_empty() {
            q.push(" AND l.id IN (");
            let mut list = q.separated(", ");
            for id in &filter.ids {
                list.push_bind(id.uuid());
            }
            q.push(")");
        }
        if !filter.statuses.is_empty() {
            q.push(" AND (l.status IN (");
            let mut list = q.separated(", ");
            for status in &filter.statuses {
                list.push_bind(status.name());
            }
            q.push(")");
            if let Some(since) = filter.or_completed_since {
                q.push(" OR (l.status = 'COMPLETED' AND l.status_changed_at >= ").push_bind(column(since)).push(")");
            }
            q.push(")");
        }
        for word in &filter.words {
            let like = word.replace('!', "!!").replace('%', "!%").replace('_', "!_");
            let end = seek::number_end(word).unwrap_or_else(|| format!("{like}%"));
            q.push(" AND (LOWER(l.load_number) LIKE ").push_bind(format!("%{end}")).push(" ESCAPE '!'");
            for column in SOUGHT {
                q.push(" OR LOWER(").push(column).push(") LIKE ").push_bind(format!("%{like}%")).push(" ESCAPE '!'");
            }
            q.push(")");
        }
        if let Some(carrier) = filter.carrier {
            q.push(" AND l.carrier_id = ").push_bind(carrier.uuid());
        }
        if let Some(dispatcher) = filter.dispatcher {
            q.push(" AND l.dispatcher_id = ").push_bind(dispatcher.uuid());
        }
        if !filter.equipment.is_empty() {
            q.push(" AND l.equipment IN (");
            let mut list = q.separated(", ");
            for equipment in &filter.equipment {
                list.push_bind(*equipment);
            }
            q.push(")");
        }
        if let Some(from) = filter.pickup_from {
            q.push(" AND l.pickup_start >= ").push_bind(column(from));
        }
        if let Some(to) = filter.pickup_to {
            q.push(" AND l.pickup_start < ").push_bind(column(to));
        }
        if let Some(soon) = filter.urgent_before {
            q.push(" AND (l.is_hot OR l.carrier_id IS NULL OR l.pickup_start < ").push_bind(column(soon)).push(")");
        }
        if filter.unassigned {
            q.push(" AND l.carrier_id IS NULL");
        }
        if let Some(since) = filter.updated_since {
            q.push(" AND (l.updated_at >= ").push_bind(column(since));
            q.push(" OR k.moved_at >= ").push_bind(column(since)).push(")");
        }
        if let Some(since) = filter.status_since {
            q.push(" AND l.status_changed_at >= ").push_bind(column(since));
        }
        if let Some(since) = filter.dispatched_since {
            q.push(" AND l.dispatched_at >= ").push_bind(column(since));
        }
        if let Some(since) = filter.delivered_late_since {
            q.push(" AND l.delivered_at >= ").push_bind(column(since)).push(" AND ").push(kpis::CAME_LATE);
        }
        if filter.located {
            q.push(" AND k.load_id IS NOT NULL");
        }
    }};
}

/// The loads that `who` may see and that match, and how many there are without the part.
///
/// # Errors
/// When the database fails.
pub async fn find(store: &Store, who: &Actor, filter: &Filter, part: Part) -> Result<(Vec<Record>, u64)> {
    let rows = page(store, who, filter, part).await?;
    let fits = part.offset == 0 && (rows.len() as i64) < part.limit;
    let total = if fits { rows.len() as u64 } else { count(store, who, filter).await? };
    Ok((rows, total))
}

async fn page(store: &Store, who: &Actor, filter: &Filter, part: Part) -> Result<Vec<Record>> {
    Ok(on!(store, db => {
        let mut q = QueryBuilder::new(COLUMNS);
        narrow!(q, who, filter);
        q.push(order(part)).push(" LIMIT ").push_bind(part.limit).push(" OFFSET ").push_bind(part.offset);
        q.build_query_as().fetch_all(db).await?
    }))
}

/// How many loads `who` may see that match.
///
/// # Errors
/// When the database fails.
pub async fn count(store: &Store, who: &Actor, filter: &Filter) -> Result<u64> {
    const SQL: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM loads l
        LEFT JOIN carriers c ON c.id = l.carrier_id
        LEFT JOIN drivers d ON d.id = l.driver_id
        LEFT JOIN tracks k ON k.load_id = l.id
        WHERE l.tenant_id = ";
    let total: i64 = on!(store, db => {
        let mut q = QueryBuilder::new(SQL);
        narrow!(q, who, filter);
        q.build_query_scalar().fetch_one(db).await?
    });
    Ok(total.unsigned_abs())
}

/// One load, if `who` may see it.
///
/// # Errors
/// When the database fails.
pub async fn one(store: &Store, who: &Actor, id: LoadId) -> Result<Option<Record>> {
    let filter = Filter { id: Some(id), ..Filter::default() };
    Ok(page(store, who, &filter, Part::first(1)).await?.pop())
}

/// One load of this write's company, as the write sees it.
///
/// # Errors
/// When the database fails.
pub async fn in_tx(tx: &mut Tx<'_>, id: LoadId) -> Result<Option<Record>> {
    let tenant = tx.tenant().uuid();
    Ok(within!(tx, db => {
        let mut q = QueryBuilder::new(COLUMNS);
        q.push_bind(tenant).push(" AND l.id = ").push_bind(id.uuid());
        q.build_query_as().fetch_optional(db).await?
    }))
}

#[derive(sqlx::FromRow)]
struct StopRow {
    id: Uuid,
    sequence: i64,
    kind: String,
    facility: String,
    city: String,
    state: String,
    lat: f64,
    lng: f64,
    zone: String,
    window_start: DateTime<Utc>,
    window_end: DateTime<Utc>,
    arrived_at: Option<DateTime<Utc>>,
    arrived_by_position: bool,
    departed_at: Option<DateTime<Utc>>,
    departed_by_position: bool,
}

impl From<StopRow> for Stop {
    fn from(row: StopRow) -> Self {
        Self {
            id: StopId::new(row.id),
            sequence: row.sequence as i32,
            kind: if row.kind == StopKind::Pickup.name() { StopKind::Pickup } else { StopKind::Delivery },
            facility: row.facility,
            town: Town { city: row.city, state: row.state },
            point: Point { lat: row.lat, lng: row.lng },
            appointment: appointment(moment(row.window_start), moment(row.window_end), &row.zone),
            arrived_at: row.arrived_at.map(moment),
            arrived_by_position: row.arrived_by_position,
            departed_at: row.departed_at.map(moment),
            departed_by_position: row.departed_by_position,
        }
    }
}

const STOPS: &str = "SELECT id, sequence, kind, facility, city, state, lat, lng, zone, window_start, window_end,
    arrived_at, arrived_by_position, departed_at, departed_by_position FROM stops WHERE load_id = $1 ORDER BY sequence";

/// The stops of a load that was looked up for its reader before.
///
/// # Errors
/// When the database fails.
pub async fn stops(store: &Store, load: &Record) -> Result<Vec<Stop>> {
    let rows: Vec<StopRow> = on!(store, db => sqlx::query_as(STOPS).bind(load.id).fetch_all(db).await?);
    Ok(rows.into_iter().map(Stop::from).collect())
}

/// The stops of a load, as a write sees them.
///
/// # Errors
/// When the database fails.
pub async fn stops_in_tx(tx: &mut Tx<'_>, load: &Record) -> Result<Vec<Stop>> {
    let rows: Vec<StopRow> = within!(tx, db => sqlx::query_as(STOPS).bind(load.id).fetch_all(db).await?);
    Ok(rows.into_iter().map(Stop::from).collect())
}

/// The timeline of a load that was looked up for its reader before, newest first.
///
/// # Errors
/// When the database fails.
pub async fn timeline(store: &Store, load: &Record) -> Result<Vec<TimelineEntry>> {
    const SQL: &str = "SELECT at, by_name, body FROM timeline WHERE load_id = $1 ORDER BY at DESC, id DESC LIMIT 500";
    let rows: Vec<(DateTime<Utc>, Option<String>, String)> =
        on!(store, db => sqlx::query_as(SQL).bind(load.id).fetch_all(db).await?);
    rows.into_iter()
        .map(|(at, by, body)| {
            let what: Happening = serde_json::from_str(&body).map_err(anyhow::Error::from)?;
            Ok(TimelineEntry { at: moment(at), by, what })
        })
        .collect()
}

/// Rows for a reader's eyes.
pub fn rows(records: Vec<Record>, who: &Actor) -> Vec<LoadRow> {
    records.into_iter().map(|record| record.row_for(who)).collect()
}
