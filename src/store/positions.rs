//! Fixes, and where each load's truck was last.

mod batch;
mod fenced;
mod moved;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use contract::{
    CarrierId, DriverId, LoadId, TenantId, Timestamp, UserId,
    actor::Actor,
    eta::Drive,
    geo::Point,
    loads::StopKind,
    status::LoadStatus,
    tracking::{Fix, LastFix, Track, TrailFix},
};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Store, Tx, column, moment, on, within};
use crate::error::Result;

pub use batch::{Expected, Kept, Key, Marker, add, known, move_markers, set_etas, suspect, tracked};
pub use fenced::{Fenced, FencedStop, fenced, near_fences, seen};
pub use moved::moved_since;

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
    /// The stop that it comes to next, unless it has come to all.
    pub next: Option<Place>,
    /// The stop that it came to last, with its times there.
    pub here: Option<Here>,
    /// When that stop's window ends, while it has one to come to.
    pub due: Option<Timestamp>,
    /// Who of the desk looks after it.
    pub dispatcher: Option<UserId>,
    /// When it was last expected at its next stop.
    pub eta: Option<Timestamp>,
    /// The estimate that its timeline told last.
    pub eta_noted: Option<Timestamp>,
    /// How its truck drives.
    pub drive: Drive,
    /// Where its truck was, to judge the next fix.
    pub track: Track,
    /// When the latest of its fixes is dated; all later ones are new.
    pub latest: Option<Timestamp>,
}

/// Where a stop is, and what for.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// What for.
    pub kind: StopKind,
    /// Where.
    pub point: Point,
}

/// A stop to which a truck came.
#[derive(Clone, Copy, Debug)]
pub struct Here {
    /// Which place that is.
    pub place: Place,
    /// When its window opens.
    pub opens: Timestamp,
    /// When the truck came.
    pub arrived: Timestamp,
    /// Whether it has left.
    pub is_left: bool,
    /// How long trucks usually stand there, in milliseconds, where that is known.
    pub usual_ms: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct TrackedRow {
    id: Uuid,
    tenant_id: Uuid,
    load_number: String,
    status: String,
    carrier_id: Option<Uuid>,
    driver_id: Option<Uuid>,
    next_kind: Option<String>,
    next_lat: Option<f64>,
    next_lng: Option<f64>,
    due: Option<DateTime<Utc>>,
    here_kind: Option<String>,
    here_lat: Option<f64>,
    here_lng: Option<f64>,
    here_arrived: Option<DateTime<Utc>>,
    here_departed: Option<DateTime<Utc>>,
    here_start: Option<DateTime<Utc>>,
    here_usual_ms: Option<i64>,
    dispatcher_id: Option<Uuid>,
    eta: Option<DateTime<Utc>>,
    eta_noted: Option<DateTime<Utc>>,
    lat: Option<f64>,
    lng: Option<f64>,
    at: Option<DateTime<Utc>>,
    suspect_lat: Option<f64>,
    suspect_lng: Option<f64>,
    suspect_at: Option<DateTime<Utc>>,
    mph: Option<f64>,
    driven_ms: Option<i64>,
    drove_at: Option<DateTime<Utc>>,
    latest: Option<DateTime<Utc>>,
}

fn dated(lat: Option<f64>, lng: Option<f64>, at: Option<DateTime<Utc>>) -> Option<(Point, Timestamp)> {
    Some((Point { lat: lat?, lng: lng? }, moment(at?)))
}

fn place(kind: Option<&String>, lat: Option<f64>, lng: Option<f64>) -> Option<Place> {
    let kind = if kind? == StopKind::Pickup.name() { StopKind::Pickup } else { StopKind::Delivery };
    Some(Place { kind, point: Point { lat: lat?, lng: lng? } })
}

impl TrackedRow {
    fn here(&self) -> Option<Here> {
        Some(Here {
            place: place(self.here_kind.as_ref(), self.here_lat, self.here_lng)?,
            opens: moment(self.here_start?),
            arrived: moment(self.here_arrived?),
            is_left: self.here_departed.is_some(),
            usual_ms: self.here_usual_ms,
        })
    }
}

impl From<TrackedRow> for Tracked {
    fn from(row: TrackedRow) -> Self {
        Self {
            next: place(row.next_kind.as_ref(), row.next_lat, row.next_lng),
            here: row.here(),
            load: LoadId::new(row.id),
            tenant: TenantId::new(row.tenant_id),
            load_number: row.load_number,
            status: LoadStatus::named(&row.status).unwrap_or(LoadStatus::Planning),
            carrier: row.carrier_id.map(CarrierId::new),
            driver: row.driver_id.map(DriverId::new),
            due: row.due.map(moment),
            dispatcher: row.dispatcher_id.map(UserId::new),
            eta: row.eta.map(moment),
            eta_noted: row.eta_noted.map(moment),
            drive: Drive {
                mph: row.mph,
                driven_ms: row.driven_ms.unwrap_or_default(),
                drove_at: row.drove_at.map(moment),
            },
            track: Track {
                newest: dated(row.lat, row.lng, row.at),
                suspect: dated(row.suspect_lat, row.suspect_lng, row.suspect_at),
            },
            latest: row.latest.map(moment),
        }
    }
}

/// Puts a load's marker back to where it was before another truck had the load.
///
/// # Errors
/// When the database fails.
pub async fn put_back(tx: &mut Tx<'_>, load: LoadId, was: LastFix) -> Result<()> {
    let LastFix { at, speed, heading, source, .. } = was;
    let received_at = tx.now();
    let fix = Fix { load, point: was.point(), at, received_at, speed, heading, accuracy: None, source };
    move_markers(tx, &[Marker { fix, suspect: None, drive: Drive::default() }]).await
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

/// Some loads that have fixes of before a moment, with their companies.
///
/// # Errors
/// When the database fails.
pub async fn with_fixes_before(store: &Store, before: Timestamp, limit: i64) -> Result<Vec<(TenantId, LoadId)>> {
    const SQL: &str = "SELECT l.tenant_id, l.id FROM loads l
        WHERE EXISTS (SELECT 1 FROM fixes f WHERE f.load_id = l.id AND f.at < $1) LIMIT $2";
    let rows: Vec<(Uuid, Uuid)> =
        on!(store, db => sqlx::query_as(SQL).bind(column(before)).bind(limit).fetch_all(db).await?);
    Ok(rows.into_iter().map(|(tenant, load)| (TenantId::new(tenant), LoadId::new(load))).collect())
}

/// Forgets the oldest `most` of a load's fixes of before a moment; gives how many there were.
///
/// # Errors
/// When the database fails.
pub async fn forget_before(tx: &mut Tx<'_>, load: LoadId, before: Timestamp, most: u64) -> Result<u64> {
    const SQL: &str = "DELETE FROM fixes WHERE load_id = $1 AND at < $2
        AND at <= COALESCE((SELECT f.at FROM fixes f WHERE f.load_id = $1 ORDER BY f.at LIMIT 1 OFFSET $3), $2)
        AND EXISTS (SELECT 1 FROM loads l WHERE l.id = $1 AND l.tenant_id = $4)";
    let (tenant, last) = (tx.tenant().uuid(), most.saturating_sub(1).cast_signed());
    Ok(within!(tx, db => sqlx::query(SQL).bind(load.uuid()).bind(column(before)).bind(last).bind(tenant).execute(db)
        .await?.rows_affected()))
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
