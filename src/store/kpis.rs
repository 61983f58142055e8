//! What the desk's figures are counted from.

use chrono::{DateTime, Utc};
use contract::{
    TenantId, Timestamp, UserId,
    event::Mark,
    kpis::{Earned, Share},
    room::Stream,
};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Store, column, moment, on};
use crate::error::Result;

/// Whose loads are counted: a company's, or those of it that one person looks after.
#[derive(Clone, Copy, Debug)]
pub struct Whose {
    /// The company's.
    pub tenant: TenantId,
    /// Only those of this dispatcher.
    pub dispatcher: Option<UserId>,
}

/// A load that was delivered.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// When.
    pub at: Timestamp,
    /// The zone of its last stop.
    pub zone: String,
    /// Whether its truck came to the last stop after the window had closed.
    pub late: bool,
}

/// The last stop of a load was reached in time unless this holds. Where nobody noted the arrival, the delivery counts.
pub(super) const CAME_LATE: &str = "EXISTS (SELECT 1 FROM stops s WHERE s.load_id = l.id AND s.sequence = l.stop_count
    AND COALESCE(s.arrived_at, l.delivered_at) > s.window_end)";

/// Narrows a query to whose loads are counted.
macro_rules! of {
    ($q:expr, $whose:expr) => {{
        $q.push(" AND l.tenant_id = ").push_bind($whose.tenant.uuid());
        if let Some(dispatcher) = $whose.dispatcher {
            $q.push(" AND l.dispatcher_id = ").push_bind(dispatcher.uuid());
        }
    }};
}

/// The loads that were delivered since a moment, in no order.
///
/// # Errors
/// When the database fails.
pub async fn delivered(store: &Store, whose: Whose, since: Timestamp) -> Result<Vec<Delivered>> {
    let rows: Vec<(DateTime<Utc>, String, i64)> = on!(store, db => {
        let mut q = QueryBuilder::new("SELECT l.delivered_at, l.delivery_zone, CAST(CASE WHEN ");
        q.push(CAME_LATE).push(" THEN 1 ELSE 0 END AS BIGINT) FROM loads l WHERE l.status IN ('DELIVERED', 'COMPLETED')");
        q.push(" AND l.delivered_at >= ").push_bind(column(since));
        of!(q, whose);
        q.build_query_as().fetch_all(db).await?
    });
    let delivered = |(at, zone, late): (_, _, i64)| Delivered { at: moment(at), zone, late: late != 0 };
    Ok(rows.into_iter().map(delivered).collect())
}

/// When the loads were sent on their way that were since a moment, in no order.
///
/// # Errors
/// When the database fails.
pub async fn dispatched(store: &Store, whose: Whose, since: Timestamp) -> Result<Vec<Timestamp>> {
    let rows: Vec<DateTime<Utc>> = on!(store, db => {
        let mut q = QueryBuilder::new("SELECT l.dispatched_at FROM loads l WHERE l.status <> 'CANCELLED'");
        q.push(" AND l.dispatched_at >= ").push_bind(column(since));
        of!(q, whose);
        q.build_query_scalar().fetch_all(db).await?
    });
    Ok(rows.into_iter().map(moment).collect())
}

fn share((of, met): (i64, i64)) -> Share {
    Share { met: met.unsigned_abs(), of: of.unsigned_abs() }
}

/// Of the loads that were picked up since a moment, those to whose pickup the truck came in time.
///
/// # Errors
/// When the database fails.
pub async fn picked_up(store: &Store, whose: Whose, since: Timestamp) -> Result<Share> {
    const SQL: &str = "SELECT CAST(COUNT(*) AS BIGINT), CAST(COALESCE(SUM(CASE WHEN
        COALESCE(s.arrived_at, l.picked_up_at) <= s.window_end THEN 1 ELSE 0 END), 0) AS BIGINT)
        FROM loads l JOIN stops s ON s.load_id = l.id AND s.sequence = 1
        WHERE l.status <> 'CANCELLED' AND l.picked_up_at >= ";
    let counts: (i64, i64) = on!(store, db => {
        let mut q = QueryBuilder::new(SQL);
        q.push_bind(column(since));
        of!(q, whose);
        q.build_query_as().fetch_one(db).await?
    });
    Ok(share(counts))
}

/// Of the offers that were answered or ran out since a moment, those that were accepted.
///
/// # Errors
/// When the database fails.
pub async fn accepted(store: &Store, whose: Whose, since: Timestamp) -> Result<Share> {
    const SQL: &str = "SELECT CAST(COUNT(*) AS BIGINT),
        CAST(COALESCE(SUM(CASE WHEN o.state = 'ACCEPTED' THEN 1 ELSE 0 END), 0) AS BIGINT)
        FROM offers o JOIN tenders t ON t.id = o.tender_id JOIN loads l ON l.id = t.load_id
        WHERE o.state IN ('ACCEPTED', 'DECLINED', 'EXPIRED') AND o.ended_at >= ";
    let counts: (i64, i64) = on!(store, db => {
        let mut q = QueryBuilder::new(SQL);
        q.push_bind(column(since));
        of!(q, whose);
        q.build_query_as().fetch_one(db).await?
    });
    Ok(share(counts))
}

/// What the loads bring that were delivered since a moment.
///
/// # Errors
/// When the database fails.
pub async fn earned(store: &Store, whose: Whose, since: Timestamp) -> Result<Earned> {
    const SQL: &str = "SELECT CAST(COUNT(*) AS BIGINT), CAST(COALESCE(SUM(l.customer_rate_cents), 0) AS BIGINT),
        CAST(COALESCE(SUM(l.carrier_rate_cents), 0) AS BIGINT) FROM loads l
        WHERE l.status IN ('DELIVERED', 'COMPLETED') AND l.customer_rate_cents IS NOT NULL
        AND l.carrier_rate_cents IS NOT NULL AND l.delivered_at >= ";
    let (loads, revenue_cents, cost_cents): (i64, i64, i64) = on!(store, db => {
        let mut q = QueryBuilder::new(SQL);
        q.push_bind(column(since));
        of!(q, whose);
        q.build_query_as().fetch_one(db).await?
    });
    Ok(Earned { revenue_cents, cost_cents, loads: loads.unsigned_abs() })
}

/// How many of a company's loads are neither completed nor cancelled.
///
/// # Errors
/// When the database fails.
pub async fn active(store: &Store, tenant: TenantId) -> Result<u64> {
    const SQL: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM loads
        WHERE tenant_id = $1 AND status NOT IN ('COMPLETED', 'CANCELLED')";
    let count: i64 = on!(store, db => sqlx::query_scalar(SQL).bind(tenant.uuid()).fetch_one(db).await?);
    Ok(count.unsigned_abs())
}

/// Whether loads were entered, changed or moved after a place in a company's stream.
///
/// # Errors
/// When the database fails.
pub async fn has_moved(store: &Store, tenant: TenantId, since: &Mark) -> Result<bool> {
    const SQL: &str = "SELECT id FROM journal WHERE stream = $1 AND seq > $2
        AND name IN ('load:created', 'load:updated', 'load:status:changed') LIMIT 1";
    let stream = Stream::Tenant(tenant).to_string();
    let found: Option<Uuid> =
        on!(store, db => sqlx::query_scalar(SQL).bind(stream).bind(since.seq.cast_signed()).fetch_optional(db).await?);
    Ok(found.is_some())
}

/// The newest event of a name in a company's stream, as it was told.
///
/// # Errors
/// When the database fails.
pub async fn last_told(store: &Store, tenant: TenantId, name: &str) -> Result<Option<String>> {
    const SQL: &str = "SELECT body FROM journal WHERE stream = $1 AND name = $2 ORDER BY seq DESC LIMIT 1";
    let stream = Stream::Tenant(tenant).to_string();
    Ok(on!(store, db => sqlx::query_scalar(SQL).bind(stream).bind(name).fetch_optional(db).await?))
}
