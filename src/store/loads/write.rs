//! Writing loads.

use contract::{
    LoadId, StopId, Timestamp, UserId,
    geo::Point,
    loads::{Equipment, Happening, Stop, StopKind},
    status::LoadStatus,
};
use serde::{Deserialize, Serialize};

use super::Record;
use crate::{
    clock::new_id,
    error::Result,
    store::{Tx, column, tx::Engine, within},
};

/// A load to be written.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns are explained in the contract's row")]
pub struct Insert {
    pub id: LoadId,
    pub load_number: String,
    pub status: LoadStatus,
    pub customer_name: String,
    pub equipment: Equipment,
    pub is_hot: bool,
    pub dispatcher: Option<UserId>,
    pub carrier_rate_cents: Option<i64>,
    pub customer_rate_cents: Option<i64>,
    pub commodity: Option<String>,
    pub weight_lbs: Option<i64>,
    pub reference: Option<String>,
    pub notes: Option<String>,
    pub miles: f64,
    pub stops: Vec<StopInsert>,
}

/// A stop to be written.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the columns are explained in the contract's stop")]
pub struct StopInsert {
    pub kind: StopKind,
    pub facility: String,
    pub city: String,
    pub state: String,
    pub point: Point,
    pub zone: String,
    pub window_start: Timestamp,
    pub window_end: Timestamp,
}

/// The next number of a company's own sequence, from 1; its row is locked until the write ends, so that no number is
/// given twice and none is lost.
///
/// # Errors
/// When the database fails.
pub async fn next_number(tx: &mut Tx<'_>, name: &str) -> Result<i64> {
    const SQL: &str = "INSERT INTO sequences (tenant_id, name, value) VALUES ($1, $2, 1)
        ON CONFLICT (tenant_id, name) DO UPDATE SET value = sequences.value + 1 RETURNING value";
    let tenant = tx.tenant().uuid();
    Ok(within!(tx, db => sqlx::query_scalar(SQL).bind(tenant).bind(name).fetch_one(db).await?))
}

/// Writes a load with its stops.
///
/// # Errors
/// When the database fails.
pub async fn add(tx: &mut Tx<'_>, load: &Insert) -> Result<()> {
    const LOAD: &str = "INSERT INTO loads (id, tenant_id, load_number, version, status, status_changed_at, created_at,
            updated_at, updated_by, customer_name, equipment, is_hot, dispatcher_id, carrier_rate_cents,
            customer_rate_cents, commodity, weight_lbs, reference, notes, miles, stop_count, origin_city, origin_state,
            origin_lat, origin_lng, pickup_start, pickup_end, pickup_zone, destination_city, destination_state,
            destination_lat, destination_lng, delivery_start, delivery_end, delivery_zone)
        VALUES ($1, $2, $3, 1, $4, $5, $5, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
            $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)";
    const STOP: &str = "INSERT INTO stops (id, load_id, sequence, kind, facility, city, state, lat, lng, zone,
            window_start, window_end)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let (Some(first), Some(last)) = (load.stops.first(), load.stops.last()) else {
        return Err(anyhow::anyhow!("a load without stops can't be written").into());
    };
    let (tenant, now) = (tx.tenant().uuid(), column(tx.now()));
    let author = tx.author().unwrap_or_default().to_owned();
    within!(tx, db => sqlx::query(LOAD).bind(load.id.uuid()).bind(tenant).bind(&load.load_number)
        .bind(load.status.name()).bind(now).bind(author).bind(&load.customer_name).bind(load.equipment.name())
        .bind(load.is_hot).bind(load.dispatcher.map(UserId::uuid)).bind(load.carrier_rate_cents)
        .bind(load.customer_rate_cents).bind(&load.commodity).bind(load.weight_lbs).bind(&load.reference)
        .bind(&load.notes).bind(load.miles).bind(load.stops.len() as i64)
        .bind(&first.city).bind(&first.state).bind(first.point.lat).bind(first.point.lng)
        .bind(column(first.window_start)).bind(column(first.window_end)).bind(&first.zone)
        .bind(&last.city).bind(&last.state).bind(last.point.lat).bind(last.point.lng)
        .bind(column(last.window_start)).bind(column(last.window_end)).bind(&last.zone)
        .execute(db).await?.rows_affected());
    for (index, stop) in load.stops.iter().enumerate() {
        within!(tx, db => sqlx::query(STOP).bind(new_id()).bind(load.id.uuid()).bind(index as i64 + 1)
            .bind(stop.kind.name()).bind(&stop.facility).bind(&stop.city).bind(&stop.state).bind(stop.point.lat)
            .bind(stop.point.lng).bind(&stop.zone).bind(column(stop.window_start)).bind(column(stop.window_end))
            .execute(db).await?.rows_affected());
    }
    Ok(())
}

/// Keeps loads as they are until this write ends: others who would change one wait. SQLite has one writer at a time
/// anyway.
///
/// # Errors
/// When the database fails.
pub async fn lock(tx: &mut Tx<'_>, loads: &[LoadId]) -> Result<()> {
    // In the order of their ids, so that two writes never wait for each other.
    const SQL: &str = "SELECT id FROM loads WHERE id = ANY($1) AND tenant_id = $2 ORDER BY id FOR NO KEY UPDATE";
    let tenant = tx.tenant().uuid();
    if let Engine::Postgres(db) = tx.engine() {
        let ids: Vec<_> = loads.iter().map(|load| load.uuid()).collect();
        sqlx::query(SQL).bind(ids).bind(tenant).execute(&mut **db).await?;
    }
    Ok(())
}

/// Writes a changed load over the one that was read, unless somebody else changed it in between; the version goes up.
/// Gives whether it was written.
///
/// # Errors
/// When the database fails.
pub async fn change(tx: &mut Tx<'_>, load: &Record) -> Result<bool> {
    const SQL: &str = "UPDATE loads SET version = version + 1, status = $4, status_changed_at = $5, updated_at = $6,
            updated_by = $7, carrier_id = $8, driver_id = $9, dispatcher_id = $10, carrier_rate_cents = $11, eta = $12,
            dispatched_at = $13, picked_up_at = $14, delivered_at = $15, assigned_at = $16,
            tender_expires_at = $17, is_hot = $18, truck_since = $19,
            eta_noted = CASE WHEN $12 IS NULL THEN NULL ELSE eta_noted END,
            completed_at = CASE WHEN $4 = 'COMPLETED' THEN $5 ELSE NULL END,
            cancelled_at = CASE WHEN $4 = 'CANCELLED' THEN $5 ELSE NULL END
        WHERE id = $1 AND tenant_id = $2 AND version = $3";
    let (tenant, now) = (tx.tenant().uuid(), column(tx.now()));
    let author = tx.author().unwrap_or_default().to_owned();
    let written = within!(tx, db => sqlx::query(SQL).bind(load.id).bind(tenant).bind(load.version).bind(&load.status)
        .bind(load.status_changed_at).bind(now).bind(author).bind(load.carrier_id).bind(load.driver_id)
        .bind(load.dispatcher_id).bind(load.carrier_rate_cents).bind(load.eta).bind(load.dispatched_at)
        .bind(load.picked_up_at).bind(load.delivered_at).bind(load.assigned_at).bind(load.tender_expires_at)
        .bind(load.is_hot).bind(load.truck_since).execute(db).await?.rows_affected());
    Ok(written == 1)
}

/// Writes what is known of a load beside its course: for an edit, whose version [`change`] checks and raises.
///
/// # Errors
/// When the database fails.
pub async fn set_details(tx: &mut Tx<'_>, load: &Record) -> Result<()> {
    const SQL: &str = "UPDATE loads SET customer_name = $3, equipment = $4, commodity = $5, weight_lbs = $6,
            reference = $7, notes = $8, customer_rate_cents = $9, pickup_start = $10, pickup_end = $11,
            delivery_start = $12, delivery_end = $13
        WHERE id = $1 AND tenant_id = $2";
    let tenant = tx.tenant().uuid();
    within!(tx, db => sqlx::query(SQL).bind(load.id).bind(tenant).bind(&load.customer_name).bind(&load.equipment)
        .bind(&load.commodity).bind(load.weight_lbs).bind(&load.reference).bind(&load.notes)
        .bind(load.customer_rate_cents).bind(load.pickup_start).bind(load.pickup_end).bind(load.delivery_start)
        .bind(load.delivery_end).execute(db).await?.rows_affected());
    Ok(())
}

/// Writes a stop's place and window.
///
/// # Errors
/// When the database fails.
pub async fn set_stop(tx: &mut Tx<'_>, stop: StopId, facility: &str, start: Timestamp, end: Timestamp) -> Result<()> {
    const SQL: &str = "UPDATE stops SET facility = $2, window_start = $3, window_end = $4 WHERE id = $1";
    within!(tx, db => sqlx::query(SQL).bind(stop.uuid()).bind(facility).bind(column(start)).bind(column(end))
        .execute(db).await?.rows_affected());
    Ok(())
}

/// When a truck came to a stop and left it, and whether its position told so.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are explained in the contract's stop")]
pub struct StopTimes {
    pub id: StopId,
    pub arrived_at: Option<Timestamp>,
    #[serde(default)]
    pub arrived_by_position: bool,
    pub departed_at: Option<Timestamp>,
    #[serde(default)]
    pub departed_by_position: bool,
}

impl From<&Stop> for StopTimes {
    fn from(stop: &Stop) -> Self {
        let Stop { id, arrived_at, arrived_by_position, departed_at, departed_by_position, .. } = *stop;
        Self { id, arrived_at, arrived_by_position, departed_at, departed_by_position }
    }
}

/// Notes when a truck came to a stop and left it. A time that is taken back by this stands against the truck's positions from
/// now on: they may not bring it back at once.
///
/// # Errors
/// When the database fails.
pub async fn mark_stop(tx: &mut Tx<'_>, stop: &StopTimes) -> Result<()> {
    const SQL: &str = "UPDATE stops SET arrived_at = $2, departed_at = $3, arrived_by_position = $4,
            departed_by_position = $5,
            held_at = CASE WHEN arrived_at IS NOT NULL AND $2 IS NULL OR departed_at IS NOT NULL AND $3 IS NULL
                THEN $6 ELSE held_at END,
            detention_told_at = CASE WHEN $2 IS NULL THEN NULL ELSE detention_told_at END
        WHERE id = $1";
    let now = column(tx.now());
    within!(tx, db => sqlx::query(SQL).bind(stop.id.uuid()).bind(stop.arrived_at.map(column))
        .bind(stop.departed_at.map(column)).bind(stop.arrived_by_position).bind(stop.departed_by_position).bind(now)
        .execute(db).await?.rows_affected());
    Ok(())
}

/// Writes a line into a load's timeline.
///
/// # Errors
/// When the database fails.
pub async fn note(tx: &mut Tx<'_>, load: LoadId, what: &Happening) -> Result<()> {
    const SQL: &str = "INSERT INTO timeline (id, load_id, at, by_name, body) VALUES ($1, $2, $3, $4, $5)";
    let now = column(tx.now());
    let author = tx.author().map(str::to_owned);
    let body = serde_json::to_string(what).map_err(anyhow::Error::from)?;
    within!(tx, db => sqlx::query(SQL).bind(new_id()).bind(load.uuid()).bind(now).bind(author).bind(body)
        .execute(db).await?.rows_affected());
    Ok(())
}
