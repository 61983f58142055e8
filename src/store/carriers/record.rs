//! What carriers have done, and where their trucks will be empty.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use contract::{CarrierId, LoadId, TenantId, Timestamp, geo::Point, kpis::Share, loads::Town, status::LoadStatus};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::super::{Store, column, kpis::CAME_LATE, moment, on};
use crate::error::Result;

/// The ends of a lane, and how far around them loads belong to it, in degrees.
#[derive(Clone, Copy, Debug)]
pub struct Lane {
    /// Where it begins.
    pub origin: Point,
    /// Where it ends.
    pub destination: Point,
    /// So many miles around its ends.
    pub miles: f64,
}

/// What a carrier has delivered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Delivered {
    /// Of it all, what was there in time.
    pub on_time: Share,
    /// How many loads of it on the lane.
    pub on_lane: u64,
}

fn share(of: i64, met: i64) -> Share {
    Share { met: met.unsigned_abs(), of: of.unsigned_abs() }
}

/// What each of a company's carriers has delivered since a moment.
///
/// # Errors
/// When the database fails.
pub async fn delivered(
    store: &Store,
    tenant: TenantId,
    lane: Lane,
    since: Timestamp,
) -> Result<HashMap<CarrierId, Delivered>> {
    let rows: Vec<(Uuid, i64, i64, i64)> = on!(store, db => {
        let mut q = QueryBuilder::new("SELECT l.carrier_id, CAST(COUNT(*) AS BIGINT), CAST(SUM(CASE WHEN ");
        q.push(CAME_LATE).push(" THEN 0 ELSE 1 END) AS BIGINT), CAST(SUM(CASE WHEN TRUE");
        for (end, Point { lat, lng }) in [("origin", lane.origin), ("destination", lane.destination)] {
            // A box is near enough, and the same on both databases.
            let (high, wide) = (lane.miles / 69.0, lane.miles / (69.0 * lat.to_radians().cos().max(0.1)));
            for (axis, middle, half) in [("lat", lat, high), ("lng", lng, wide)] {
                q.push(format!(" AND l.{end}_{axis} BETWEEN ")).push_bind(middle - half);
                q.push(" AND ").push_bind(middle + half);
            }
        }
        q.push(" THEN 1 ELSE 0 END) AS BIGINT) FROM loads l WHERE l.carrier_id IS NOT NULL");
        q.push(" AND l.status IN ('DELIVERED', 'COMPLETED') AND l.tenant_id = ").push_bind(tenant.uuid());
        q.push(" AND l.delivered_at >= ").push_bind(column(since)).push(" GROUP BY l.carrier_id");
        q.build_query_as().fetch_all(db).await?
    });
    let one = |(carrier, of, met, on_lane): (Uuid, i64, i64, i64)| {
        (CarrierId::new(carrier), Delivered { on_time: share(of, met), on_lane: on_lane.unsigned_abs() })
    };
    Ok(rows.into_iter().map(one).collect())
}

/// Of the offers that each of a company's carriers answered, or let run out, since a moment: those that it took.
///
/// # Errors
/// When the database fails.
pub async fn taken(store: &Store, tenant: TenantId, since: Timestamp) -> Result<HashMap<CarrierId, Share>> {
    const SQL: &str = "SELECT o.carrier_id, CAST(COUNT(*) AS BIGINT),
        CAST(SUM(CASE WHEN o.state = 'ACCEPTED' THEN 1 ELSE 0 END) AS BIGINT)
        FROM offers o JOIN tenders t ON t.id = o.tender_id
        WHERE t.tenant_id = $1 AND o.state IN ('ACCEPTED', 'DECLINED', 'EXPIRED') AND o.ended_at >= $2
        GROUP BY o.carrier_id";
    let rows: Vec<(Uuid, i64, i64)> =
        on!(store, db => sqlx::query_as(SQL).bind(tenant.uuid()).bind(column(since)).fetch_all(db).await?);
    Ok(rows.into_iter().map(|(carrier, of, met)| (CarrierId::new(carrier), share(of, met))).collect())
}

/// A driver's load, as far as it says where they will be empty.
#[derive(Clone, Debug)]
pub struct Ending {
    /// Of which carrier.
    pub carrier: CarrierId,
    /// Who drives.
    pub driver: Uuid,
    /// Their name.
    pub name: String,
    /// Where it ends.
    pub town: Town,
    /// The same.
    pub point: Point,
    /// When it ends, as far as that is known: when it was delivered, else when it is to be.
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    carrier_id: Uuid,
    driver_id: Uuid,
    name: String,
    status: String,
    destination_city: String,
    destination_state: String,
    destination_lat: f64,
    destination_lng: f64,
    eta: Option<DateTime<Utc>>,
    delivery_end: DateTime<Utc>,
    delivered_at: Option<DateTime<Utc>>,
}

/// The loads that a company's drivers have taken on, and those that they delivered since a moment; without one of them.
///
/// # Errors
/// When the database fails.
pub async fn endings(store: &Store, tenant: TenantId, but: LoadId, since: Timestamp) -> Result<Vec<Ending>> {
    const SQL: &str = "SELECT l.carrier_id, l.driver_id, d.name, l.status, l.destination_city, l.destination_state,
        l.destination_lat, l.destination_lng, l.eta, l.delivery_end, l.delivered_at
        FROM loads l JOIN drivers d ON d.id = l.driver_id AND d.carrier_id = l.carrier_id AND NOT d.has_left
        WHERE l.tenant_id = $1 AND l.id <> $2 AND (l.status IN ('ACCEPTED', 'DISPATCHED', 'AT_PICKUP', 'PICKED_UP',
            'IN_TRANSIT', 'AT_DELIVERY') OR (l.status IN ('DELIVERED', 'COMPLETED') AND l.delivered_at >= $3))";
    let rows: Vec<Row> = on!(store, db => sqlx::query_as(SQL).bind(tenant.uuid()).bind(but.uuid())
        .bind(column(since)).fetch_all(db).await?);
    Ok(rows
        .into_iter()
        .map(|row| {
            let is_over = LoadStatus::named(&row.status).is_some_and(|status| status >= LoadStatus::Delivered);
            let planned = row.eta.map_or(row.delivery_end, |eta| eta.max(row.delivery_end));
            let at = row.delivered_at.filter(|_| is_over).unwrap_or(planned);
            Ending {
                carrier: CarrierId::new(row.carrier_id),
                driver: row.driver_id,
                name: row.name,
                town: Town { city: row.destination_city, state: row.destination_state },
                point: Point { lat: row.destination_lat, lng: row.destination_lng },
                at: moment(at),
            }
        })
        .collect())
}
