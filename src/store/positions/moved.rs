//! Which trucks moved, for those who may have missed it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use contract::{CarrierId, LoadId, TenantId, Timestamp, event::LoadLocationUpdated, geo::Point, tracking::Source};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::super::{Store, column, moment, on};
use crate::error::Result;

/// Where the trucks of these companies are that moved since a moment, as those who look at their loads hear of it.
///
/// # Errors
/// When the database fails.
pub async fn moved_since(
    store: &Store,
    tenants: &BTreeSet<TenantId>,
    since: Timestamp,
) -> Result<Vec<(TenantId, Option<CarrierId>, LoadLocationUpdated)>> {
    const SQL: &str = "SELECT l.tenant_id, l.carrier_id, l.id, l.load_number, l.eta, k.lat, k.lng, k.at, k.source,
        k.speed, k.heading FROM tracks k JOIN loads l ON l.id = k.load_id
        WHERE l.status IN ('DISPATCHED', 'AT_PICKUP', 'PICKED_UP', 'IN_TRANSIT', 'AT_DELIVERY') AND k.moved_at >= ";
    if tenants.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<MovedRow> = on!(store, db => {
        let mut q = QueryBuilder::new(SQL);
        q.push_bind(column(since)).push(" AND l.tenant_id IN (");
        let mut list = q.separated(", ");
        for tenant in tenants {
            list.push_bind(tenant.uuid());
        }
        q.push(")");
        q.build_query_as().fetch_all(db).await?
    });
    Ok(rows.into_iter().map(MovedRow::told).collect())
}

#[derive(sqlx::FromRow)]
struct MovedRow {
    tenant_id: Uuid,
    carrier_id: Option<Uuid>,
    id: Uuid,
    load_number: String,
    eta: Option<DateTime<Utc>>,
    lat: f64,
    lng: f64,
    at: DateTime<Utc>,
    source: String,
    speed: Option<f64>,
    heading: Option<f64>,
}

impl MovedRow {
    fn told(self) -> (TenantId, Option<CarrierId>, LoadLocationUpdated) {
        let event = LoadLocationUpdated {
            load_id: LoadId::new(self.id),
            load_number: self.load_number,
            location: Point { lat: self.lat, lng: self.lng },
            eta: self.eta.map(moment),
            speed: self.speed,
            heading: self.heading,
            recorded_at: moment(self.at),
            source: Source::named(&self.source).unwrap_or_default(),
        };
        (TenantId::new(self.tenant_id), self.carrier_id.map(CarrierId::new), event)
    }
}
