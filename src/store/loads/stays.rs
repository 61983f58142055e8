//! How long trucks stand at stops: what is usual at a place, and who stands there for longer than is free.

use chrono::{DateTime, Utc};
use contract::{
    LoadId, StopId, TenantId, Timestamp, UserId,
    loads::{FREE_MIN, Stop},
};
use uuid::Uuid;

use crate::{
    error::Result,
    store::{Store, Tx, column, moment, on, within},
};

/// So many stays at a place say what is usual there; fewer say nothing.
const ENOUGH: usize = 3;

/// Notes at a stop to which a truck comes how long trucks of this company have lately stood at that place for the same: half
/// of the last stays were shorter.
///
/// # Errors
/// When the database fails.
pub async fn learn_usual(tx: &mut Tx<'_>, stop: &Stop) -> Result<()> {
    const STAYS: &str = "SELECT s.arrived_at, s.departed_at FROM stops s JOIN loads l ON l.id = s.load_id
        WHERE s.facility = $2 AND s.city = $3 AND s.state = $4 AND s.kind = $5 AND l.tenant_id = $1
            AND s.arrived_at IS NOT NULL AND s.departed_at > s.arrived_at
        ORDER BY s.arrived_at DESC LIMIT 15";
    const SQL: &str = "UPDATE stops SET usual_ms = $2 WHERE id = $1";
    if stop.facility.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant().uuid();
    let rows: Vec<(DateTime<Utc>, DateTime<Utc>)> = within!(tx, db => sqlx::query_as(STAYS).bind(tenant)
        .bind(&stop.facility).bind(&stop.town.city).bind(&stop.town.state).bind(stop.kind.name()).fetch_all(db).await?);
    let mut stays: Vec<i64> = rows.into_iter().map(|(came, left)| moment(left).since_ms(moment(came))).collect();
    if stays.len() < ENOUGH {
        return Ok(());
    }
    stays.sort_unstable();
    let usual_ms = stays[stays.len() / 2];
    within!(tx, db => sqlx::query(SQL).bind(stop.id.uuid()).bind(usual_ms).execute(db).await?.rows_affected());
    Ok(())
}

/// A truck that has stood at a stop for as long as is free.
#[derive(Clone, Debug)]
pub struct Detained {
    /// Of which company.
    pub tenant: TenantId,
    /// For which load.
    pub load: LoadId,
    /// As people call it.
    pub load_number: String,
    /// Who of the desk looks after it.
    pub dispatcher: Option<UserId>,
    /// At which stop.
    pub stop: StopId,
    /// In which town that is.
    pub city: String,
}

/// Trucks that stand at a stop at a moment for longer than is free, as far as that wasn't told yet, longest first.
///
/// # Errors
/// When the database fails.
pub async fn detained(store: &Store, now: Timestamp, most: i64) -> Result<Vec<Detained>> {
    const SQL: &str = "SELECT l.tenant_id, l.id, l.load_number, l.dispatcher_id, s.id, s.city
        FROM stops s JOIN loads l ON l.id = s.load_id
        WHERE s.arrived_at IS NOT NULL AND s.departed_at IS NULL AND s.detention_told_at IS NULL
            AND s.arrived_at <= $1 AND s.window_start <= $1 AND l.status IN ('AT_PICKUP', 'PICKED_UP', 'AT_DELIVERY')
        ORDER BY s.arrived_at LIMIT $2";
    type Row = (Uuid, Uuid, String, Option<Uuid>, Uuid, String);
    let since = column(now.plus_minutes(-FREE_MIN));
    let rows: Vec<Row> = on!(store, db => sqlx::query_as(SQL).bind(since).bind(most).fetch_all(db).await?);
    let detained = |(tenant, load, load_number, dispatcher, stop, city): Row| Detained {
        tenant: TenantId::new(tenant),
        load: LoadId::new(load),
        load_number,
        dispatcher: dispatcher.map(UserId::new),
        stop: StopId::new(stop),
        city,
    };
    Ok(rows.into_iter().map(detained).collect())
}

/// Notes that it was told; gives whether it still was to be.
///
/// # Errors
/// When the database fails.
pub async fn note_detained(tx: &mut Tx<'_>, detained: &Detained) -> Result<bool> {
    const SQL: &str = "UPDATE stops SET detention_told_at = $2 WHERE id = $1 AND detention_told_at IS NULL
        AND arrived_at IS NOT NULL AND departed_at IS NULL
        AND EXISTS (SELECT 1 FROM loads l WHERE l.id = stops.load_id AND l.tenant_id = $3)";
    let (tenant, now) = (tx.tenant().uuid(), column(tx.now()));
    let noted = within!(tx, db => sqlx::query(SQL).bind(detained.stop.uuid()).bind(now).bind(tenant).execute(db).await?
        .rows_affected());
    Ok(noted == 1)
}
