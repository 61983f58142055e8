//! Fixes, and where each load's truck was last.

mod moved;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use contract::{
    CarrierId, DriverId, LoadId, TenantId, Timestamp,
    actor::Actor,
    geo::Point,
    status::LoadStatus,
    tracking::{Fix, LastFix, Track, TrailFix},
};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Store, Tx, column, loads::lock, moment, on, within};
use crate::error::Result;

pub use moved::moved_since;

/// How many fixes one statement writes: eleven values each, well under SQLite's bound of 32,766.
const ROWS: usize = 400;

/// A load as judging its fixes needs it.
#[derive(Clone, Debug)]
pub struct Tracked {
    /// Which.
    pub load: LoadId,
    /// Whose.
    pub tenant: TenantId,
    /// As people call it.
    pub load_number: String,
    /// Where it is in its life.
    pub status: LoadStatus,
    /// Who moves it.
    pub carrier: Option<CarrierId>,
    /// Who drives it.
    pub driver: Option<DriverId>,
    /// The stop that it comes to next, or the last one when it has come to all.
    pub next: Point,
    /// When it was last expected at its next stop.
    pub eta: Option<Timestamp>,
    /// Where its truck was, to judge the next fix.
    pub track: Track,
}

#[derive(sqlx::FromRow)]
struct TrackedRow {
    id: Uuid,
    tenant_id: Uuid,
    load_number: String,
    status: String,
    carrier_id: Option<Uuid>,
    driver_id: Option<Uuid>,
    destination_lat: f64,
    destination_lng: f64,
    next_lat: Option<f64>,
    next_lng: Option<f64>,
    eta: Option<DateTime<Utc>>,
    lat: Option<f64>,
    lng: Option<f64>,
    at: Option<DateTime<Utc>>,
    suspect_lat: Option<f64>,
    suspect_lng: Option<f64>,
    suspect_at: Option<DateTime<Utc>>,
}

fn dated(lat: Option<f64>, lng: Option<f64>, at: Option<DateTime<Utc>>) -> Option<(Point, Timestamp)> {
    Some((Point { lat: lat?, lng: lng? }, moment(at?)))
}

impl From<TrackedRow> for Tracked {
    fn from(row: TrackedRow) -> Self {
        Self {
            load: LoadId::new(row.id),
            tenant: TenantId::new(row.tenant_id),
            load_number: row.load_number,
            status: LoadStatus::named(&row.status).unwrap_or(LoadStatus::Planning),
            carrier: row.carrier_id.map(CarrierId::new),
            driver: row.driver_id.map(DriverId::new),
            next: Point {
                lat: row.next_lat.unwrap_or(row.destination_lat),
                lng: row.next_lng.unwrap_or(row.destination_lng),
            },
            eta: row.eta.map(moment),
            track: Track {
                newest: dated(row.lat, row.lng, row.at),
                suspect: dated(row.suspect_lat, row.suspect_lng, row.suspect_at),
            },
        }
    }
}

const TRACKED: &str = "SELECT l.id, l.tenant_id, l.load_number, l.status, l.carrier_id, l.driver_id,
    l.destination_lat, l.destination_lng, n.lat AS next_lat, n.lng AS next_lng, l.eta, k.lat, k.lng, k.at,
    k.suspect_lat, k.suspect_lng, k.suspect_at
    FROM loads l
    LEFT JOIN tracks k ON k.load_id = l.id
    LEFT JOIN stops n ON n.load_id = l.id AND n.sequence = 1 + (SELECT COALESCE(MAX(s.sequence), 0) FROM stops s
        WHERE s.load_id = l.id AND s.arrived_at IS NOT NULL)
    WHERE l.id IN (";

/// The loads of these ids, of any company: the caller's right to report for each is checked on what comes back.
///
/// # Errors
/// When the database fails.
pub async fn tracked(store: &Store, loads: &[LoadId]) -> Result<Vec<Tracked>> {
    let rows: Vec<TrackedRow> = on!(store, db => {
        let mut q = QueryBuilder::new(TRACKED);
        let mut list = q.separated(", ");
        for load in loads {
            list.push_bind(load.uuid());
        }
        q.push(")");
        q.build_query_as().fetch_all(db).await?
    });
    Ok(rows.into_iter().map(Tracked::from).collect())
}

/// The same loads as a write sees them, after the writes before it; nobody changes them before this write ends.
///
/// # Errors
/// When the database fails.
pub async fn tracked_in_tx(tx: &mut Tx<'_>, loads: &[LoadId]) -> Result<Vec<Tracked>> {
    lock(tx, loads).await?;
    let rows: Vec<TrackedRow> = within!(tx, db => {
        let mut q = QueryBuilder::new(TRACKED);
        let mut list = q.separated(", ");
        for load in loads {
            list.push_bind(load.uuid());
        }
        q.push(")");
        q.build_query_as().fetch_all(db).await?
    });
    Ok(rows.into_iter().map(Tracked::from).collect())
}

/// A fix that was judged and is to be kept.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// What was reported.
    pub fix: Fix,
    /// Too fast to be true.
    pub suspect: bool,
    /// Who moved the load then.
    pub carrier: Option<CarrierId>,
}

/// Writes fixes; gives those that were new, as (load, time).
///
/// # Errors
/// When the database fails.
pub async fn add(tx: &mut Tx<'_>, kept: &[Kept]) -> Result<Vec<(LoadId, Timestamp)>> {
    const SQL: &str =
        "INSERT INTO fixes (load_id, at, source, received_at, lat, lng, speed, heading, accuracy, suspect,
            carrier_id) ";
    let mut fresh = Vec::with_capacity(kept.len());
    for part in kept.chunks(ROWS) {
        let rows: Vec<(Uuid, DateTime<Utc>)> = within!(tx, db => {
            let mut q = QueryBuilder::new(SQL);
            q.push_values(part, |mut row, Kept { fix, suspect, carrier }| {
                row.push_bind(fix.load.uuid())
                    .push_bind(column(fix.at))
                    .push_bind(fix.source.name())
                    .push_bind(column(fix.received_at))
                    .push_bind(fix.point.lat)
                    .push_bind(fix.point.lng)
                    .push_bind(fix.speed)
                    .push_bind(fix.heading)
                    .push_bind(fix.accuracy)
                    .push_bind(*suspect)
                    .push_bind(carrier.map(CarrierId::uuid));
            });
            q.push(" ON CONFLICT (load_id, at, source) DO NOTHING RETURNING load_id, at");
            q.build_query_as().fetch_all(db).await?
        });
        fresh.extend(rows.into_iter().map(|(load, at)| (LoadId::new(load), moment(at))));
    }
    Ok(fresh)
}

/// Keeps where a load's truck is, unless something newer is kept already.
///
/// # Errors
/// When the database fails.
pub async fn move_marker(tx: &mut Tx<'_>, fix: &Fix, track: &Track) -> Result<()> {
    const SQL: &str =
        "INSERT INTO tracks (load_id, lat, lng, at, source, speed, heading, suspect_lat, suspect_lng, suspect_at, moved_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (load_id) DO UPDATE SET lat = excluded.lat, lng = excluded.lng, at = excluded.at,
            source = excluded.source, speed = excluded.speed, heading = excluded.heading,
            suspect_lat = excluded.suspect_lat, suspect_lng = excluded.suspect_lng, suspect_at = excluded.suspect_at,
            moved_at = excluded.moved_at
        WHERE excluded.at > tracks.at";
    let (suspect, now) = (track.suspect, column(tx.now()));
    within!(tx, db => sqlx::query(SQL).bind(fix.load.uuid()).bind(fix.point.lat).bind(fix.point.lng).bind(column(fix.at))
        .bind(fix.source.name()).bind(fix.speed).bind(fix.heading).bind(suspect.map(|s| s.0.lat))
        .bind(suspect.map(|s| s.0.lng)).bind(suspect.map(|s| column(s.1))).bind(now).execute(db).await?.rows_affected());
    Ok(())
}

/// Puts a load's marker back to where it was before another truck had the load.
///
/// # Errors
/// When the database fails.
pub async fn put_back(tx: &mut Tx<'_>, load: LoadId, was: LastFix) -> Result<()> {
    let LastFix { at, speed, heading, source, .. } = was;
    let received_at = tx.now();
    let fix = Fix { load, point: was.point(), at, received_at, speed, heading, accuracy: None, source };
    move_marker(tx, &fix, &Track::default()).await
}

/// Forgets where a load's truck is: another one moves the load from now on.
///
/// # Errors
/// When the database fails.
pub async fn forget_marker(tx: &mut Tx<'_>, load: LoadId) -> Result<()> {
    const SQL: &str = "DELETE FROM tracks WHERE load_id = $1";
    within!(tx, db => sqlx::query(SQL).bind(load.uuid()).execute(db).await?.rows_affected());
    Ok(())
}

/// Keeps a jump that waits for a second fix.
///
/// # Errors
/// When the database fails.
pub async fn suspect(tx: &mut Tx<'_>, load: LoadId, track: &Track) -> Result<()> {
    const SQL: &str = "UPDATE tracks SET suspect_lat = $2, suspect_lng = $3, suspect_at = $4 WHERE load_id = $1";
    let Some((point, at)) = track.suspect else { return Ok(()) };
    within!(tx, db => sqlx::query(SQL).bind(load.uuid()).bind(point.lat).bind(point.lng).bind(column(at))
        .execute(db).await?.rows_affected());
    Ok(())
}

/// Keeps when a truck is expected. The load's version stays: an estimate takes nobody's edit away.
///
/// # Errors
/// When the database fails.
pub async fn set_eta(tx: &mut Tx<'_>, load: LoadId, eta: Option<Timestamp>) -> Result<()> {
    const SQL: &str = "UPDATE loads SET eta = $3 WHERE id = $1 AND tenant_id = $2";
    let tenant = tx.tenant().uuid();
    within!(tx, db => sqlx::query(SQL).bind(load.uuid()).bind(tenant).bind(eta.map(column)).execute(db).await?.rows_affected());
    Ok(())
}

/// Where a load's truck went between two moments, oldest first; the newest `limit` when there are more. The load must
/// have been looked up for its reader before: a carrier's people see what was reported under their carrier.
///
/// # Errors
/// When the database fails.
pub async fn trail(
    store: &Store,
    who: &Actor,
    load: LoadId,
    (from, to): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<TrailFix>> {
    const SQL: &str = "SELECT lat, lng, at, speed, heading, suspect FROM fixes WHERE load_id = ";
    type Row = (f64, f64, DateTime<Utc>, Option<f64>, Option<f64>, bool);
    let rows: Vec<Row> = on!(store, db => {
        let mut q = QueryBuilder::new(SQL);
        q.push_bind(load.uuid());
        q.push(" AND at >= ").push_bind(column(from)).push(" AND at <= ").push_bind(column(to));
        if !who.role.is_staff() {
            q.push(" AND carrier_id = ").push_bind(who.carrier.map_or_else(Uuid::nil, CarrierId::uuid));
        }
        q.push(" ORDER BY at DESC LIMIT ").push_bind(limit);
        q.build_query_as().fetch_all(db).await?
    });
    Ok(rows
        .into_iter()
        .rev()
        .map(|(lat, lng, at, speed, heading, suspect)| TrailFix { lat, lng, at: moment(at), speed, heading, suspect })
        .collect())
}

/// The newest position of each load of a company that is under way.
///
/// # Errors
/// When the database fails.
pub async fn newest(store: &Store, tenant: TenantId) -> Result<HashMap<LoadId, LastFix>> {
    const SQL: &str =
        "SELECT k.load_id, k.lat, k.lng, k.at, k.speed, k.heading FROM tracks k JOIN loads l ON l.id = k.load_id
        WHERE l.tenant_id = $1 AND l.status IN ('DISPATCHED', 'AT_PICKUP', 'PICKED_UP', 'IN_TRANSIT', 'AT_DELIVERY')";
    type Row = (Uuid, f64, f64, DateTime<Utc>, Option<f64>, Option<f64>);
    let rows: Vec<Row> = on!(store, db => sqlx::query_as(SQL).bind(tenant.uuid()).fetch_all(db).await?);
    Ok(rows
        .into_iter()
        .map(|(load, lat, lng, at, speed, heading)| {
            let fix =
                LastFix { lat, lng, heading, speed, at: moment(at), source: contract::tracking::Source::default() };
            (LoadId::new(load), fix)
        })
        .collect())
}
