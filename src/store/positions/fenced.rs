//! What judging arrivals and departures needs: a load with its stops' fences, and its fixes around a moment.

use chrono::{DateTime, Utc};
use contract::{
    CarrierId, LoadId, TenantId, Timestamp,
    fence::{Fence, Seen},
    geo::Point,
    loads::StopKind,
    status::LoadStatus,
};
use uuid::Uuid;

use super::{
    super::{Store, column, moment, on},
    Tracked, TrackedRow,
    batch::TRACKED,
};
use crate::error::Result;

/// So many fixes from a moment on are looked at together.
const FROM: i64 = 4_000;
/// And so many before it: at the greatest pace that a sender may keep they reach back further than a dwell.
const BEFORE: i64 = 1_000;

/// A load under way, as its fences need it.
#[derive(Clone, Debug)]
pub struct Fenced {
    /// Where it is in its life.
    pub status: LoadStatus,
    /// At which version.
    pub version: i64,
    /// Who moves it.
    pub carrier: Option<CarrierId>,
    /// From when on its present truck is on its way for it.
    pub since: Timestamp,
    /// In their order.
    pub stops: Vec<FencedStop>,
}

/// A stop, as its fence needs it.
#[derive(Clone, Copy, Debug)]
pub struct FencedStop {
    /// Where its edges are.
    pub fence: Fence,
    /// When the truck came.
    pub arrived_at: Option<Timestamp>,
    /// Whether it was its position that told so.
    pub arrived_by_position: bool,
    /// When it left.
    pub departed_at: Option<Timestamp>,
    /// Since when somebody's word stands against its positions.
    pub held_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct StopRow {
    kind: String,
    lat: f64,
    lng: f64,
    arrived_at: Option<DateTime<Utc>>,
    arrived_by_position: bool,
    departed_at: Option<DateTime<Utc>>,
    held_at: Option<DateTime<Utc>>,
}

impl From<StopRow> for FencedStop {
    fn from(row: StopRow) -> Self {
        let kind = if row.kind == StopKind::Pickup.name() { StopKind::Pickup } else { StopKind::Delivery };
        Self {
            fence: Fence::of(kind, Point { lat: row.lat, lng: row.lng }),
            arrived_at: row.arrived_at.map(moment),
            arrived_by_position: row.arrived_by_position,
            departed_at: row.departed_at.map(moment),
            held_at: row.held_at.map(moment),
        }
    }
}

/// A company's load with its fences, if it is under way.
///
/// # Errors
/// When the database fails.
pub async fn fenced(store: &Store, tenant: TenantId, load: LoadId) -> Result<Option<Fenced>> {
    const LOAD: &str = "SELECT status, version, carrier_id, dispatched_at, truck_since FROM loads
        WHERE id = $1 AND tenant_id = $2";
    const STOPS: &str = "SELECT kind, lat, lng, arrived_at, arrived_by_position, departed_at, held_at FROM stops
        WHERE load_id = $1 ORDER BY sequence";
    type Row = (String, i64, Option<Uuid>, Option<DateTime<Utc>>, Option<DateTime<Utc>>);
    let row: Option<Row> = on!(store, db => sqlx::query_as(LOAD).bind(load.uuid()).bind(tenant.uuid())
        .fetch_optional(db).await?);
    let Some((status, version, carrier, dispatched_at, truck_since)) = row else { return Ok(None) };
    let status = LoadStatus::named(&status).filter(|status| status.is_under_way());
    let (Some(status), Some(dispatched_at)) = (status, dispatched_at) else { return Ok(None) };
    let stops: Vec<StopRow> = on!(store, db => sqlx::query_as(STOPS).bind(load.uuid()).fetch_all(db).await?);
    let stops = stops.into_iter().map(FencedStop::from).collect();
    let since = truck_since.map_or(dispatched_at, |since| since.max(dispatched_at));
    Ok(Some(Fenced { status, version, carrier: carrier.map(CarrierId::new), since: moment(since), stops }))
}

/// What a load's truck reported from some fixes before a moment on, as far as it was reported under the present carrier and
/// isn't too fast to be true; in no order.
///
/// # Errors
/// When the database fails.
pub async fn seen(store: &Store, load: LoadId, of: &Fenced, from: Timestamp) -> Result<Vec<Seen>> {
    const SQL_FROM: &str = "SELECT at, received_at, lat, lng, accuracy FROM fixes
        WHERE load_id = $1 AND at >= $2 AND at >= $3 AND carrier_id = $4 AND NOT suspect ORDER BY at LIMIT $5";
    const SQL_BEFORE: &str = "SELECT at, received_at, lat, lng, accuracy FROM fixes
        WHERE load_id = $1 AND at < $2 AND at >= $3 AND carrier_id = $4 AND NOT suspect ORDER BY at DESC LIMIT $5";
    type Row = (DateTime<Utc>, DateTime<Utc>, f64, f64, Option<f64>);
    let carrier = of.carrier.map_or_else(Uuid::nil, CarrierId::uuid);
    let mut all = Vec::new();
    for (sql, most) in [(SQL_FROM, FROM), (SQL_BEFORE, BEFORE)] {
        let rows: Vec<Row> = on!(store, db => sqlx::query_as(sql).bind(load.uuid()).bind(column(from))
            .bind(column(of.since)).bind(carrier).bind(most).fetch_all(db).await?);
        all.extend(rows.into_iter().map(|(at, received_at, lat, lng, accuracy)| Seen {
            point: Point { lat, lng },
            at: moment(at.min(received_at)),
            accuracy,
        }));
    }
    Ok(all)
}

/// Every load under way of which something was heard, to see whether its truck has come to a stop or left one.
///
/// # Errors
/// When the database fails.
pub async fn near_fences(store: &Store) -> Result<Vec<Tracked>> {
    let rows: Vec<TrackedRow> = on!(store, db => {
        let mut q = sqlx::QueryBuilder::new(TRACKED);
        q.push("l.status IN ('DISPATCHED', 'AT_PICKUP', 'PICKED_UP', 'IN_TRANSIT', 'AT_DELIVERY') AND k.at IS NOT NULL");
        q.build_query_as().fetch_all(db).await?
    });
    Ok(rows.into_iter().map(Tracked::from).collect())
}
