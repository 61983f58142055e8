//! What one commit of fixes reads and writes: a statement for each kind of thing, however many loads are in it.
//!
//! Architecture invariant: nothing here asks the database once for each fix or load. PostgreSQL takes columns as arrays;
//! SQLite takes rows, in statements of a few fixed sizes, so that it prepares each of them once.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use contract::{
    CarrierId, LoadId, Timestamp,
    eta::Drive,
    geo::Point,
    tracking::{Fix, Source},
};
use sqlx::{QueryBuilder, Sqlite};
use uuid::Uuid;

use super::{Tracked, TrackedRow};
use crate::{
    error::Result,
    store::{Tx, column, loads::lock, tx::Engine},
};

/// How many rows SQLite's statements write: at most fourteen values each, well under its bound of 32,766 for all of them.
const ROWS: [usize; 4] = [512, 64, 8, 1];

/// The rows in parts of those sizes.
fn parts<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = ROWS.into_iter().find(|size| *size <= rows.len())?;
        let (part, rest) = rows.split_at(size);
        rows = rest;
        Some(part)
    })
}

/// Runs one statement of SQLite's for each part of the rows: its beginning, a row's values, and its end.
macro_rules! in_rows {
    ($db:expr, $rows:expr, $begin:literal, |$row:ident, $item:pat_param| $bind:expr, $end:literal) => {
        for part in parts($rows) {
            let mut q = QueryBuilder::<Sqlite>::new($begin);
            q.push_values(part, |mut $row, $item| {
                $bind;
            });
            q.push($end);
            q.build().execute(&mut **$db).await?;
        }
    };
}

fn uuids<T>(rows: &[T], of: impl Fn(&T) -> LoadId) -> Vec<Uuid> {
    rows.iter().map(|row| of(row).uuid()).collect()
}

fn times<T>(rows: &[T], of: impl Fn(&T) -> Timestamp) -> Vec<DateTime<Utc>> {
    rows.iter().map(|row| column(of(row))).collect()
}

fn values<T, V>(rows: &[T], of: impl Fn(&T) -> V) -> Vec<V> {
    rows.iter().map(of).collect()
}

pub(super) const TRACKED: &str = "SELECT l.id, l.tenant_id, l.load_number, l.status, l.carrier_id, l.driver_id,
    n.kind AS next_kind, n.lat AS next_lat, n.lng AS next_lng,
    n.window_end AS due, h.kind AS here_kind, h.lat AS here_lat, h.lng AS here_lng, h.arrived_at AS here_arrived,
    h.departed_at AS here_departed, h.window_start AS here_start, h.usual_ms AS here_usual_ms,
    l.dispatcher_id, l.eta, l.eta_noted, k.lat, k.lng, k.at, k.suspect_lat, k.suspect_lng, k.suspect_at,
    k.mph, k.driven_ms, k.drove_at,
    (SELECT f.at FROM fixes f WHERE f.load_id = l.id ORDER BY f.at DESC LIMIT 1) AS latest
    FROM loads l
    LEFT JOIN tracks k ON k.load_id = l.id
    LEFT JOIN stops n ON n.load_id = l.id AND n.sequence = 1 + (SELECT COALESCE(MAX(s.sequence), 0) FROM stops s
        WHERE s.load_id = l.id AND s.arrived_at IS NOT NULL)
    LEFT JOIN stops h ON h.load_id = l.id AND h.sequence = COALESCE(n.sequence - 1, l.stop_count)
    WHERE ";

/// The company's loads of these ids, after the writes before this one; nobody changes them before it ends.
///
/// # Errors
/// When the database fails.
pub async fn tracked(tx: &mut Tx<'_>, loads: &[LoadId]) -> Result<Vec<Tracked>> {
    lock(tx, loads).await?;
    let tenant = tx.tenant().uuid();
    let rows: Vec<TrackedRow> = match tx.engine() {
        Engine::Sqlite(db) => {
            let ids: Vec<String> = loads.iter().map(|load| load.uuid().simple().to_string()).collect();
            let mut q = QueryBuilder::<Sqlite>::new(TRACKED);
            q.push("l.tenant_id = $1 AND l.id IN (SELECT unhex(value) FROM json_each($2))");
            let ids = serde_json::to_string(&ids).map_err(anyhow::Error::from)?;
            q.build_query_as().bind(tenant).bind(ids).fetch_all(&mut **db).await?
        }
        Engine::Postgres(db) => {
            let mut q = QueryBuilder::<sqlx::Postgres>::new(TRACKED);
            q.push("l.tenant_id = $1 AND l.id = ANY($2)");
            q.build_query_as().bind(tenant).bind(uuids(loads, |load| *load)).fetch_all(&mut **db).await?
        }
    };
    Ok(rows.into_iter().map(Tracked::from).collect())
}

/// By what a fix is known again.
pub type Key = (LoadId, Timestamp, Source);

/// Those of these fixes that are kept already, by their places in the list.
///
/// # Errors
/// When the database fails.
pub async fn known(tx: &mut Tx<'_>, keys: &[Key]) -> Result<HashSet<usize>> {
    const POSTGRES: &str = "SELECT k.n - 1 FROM UNNEST($1, $2, $3) WITH ORDINALITY AS k (load_id, at, source, n)
        JOIN fixes f ON f.load_id = k.load_id AND f.at = k.at AND f.source = k.source";
    let places: Vec<i64> = if keys.is_empty() {
        Vec::new()
    } else {
        match tx.engine() {
            Engine::Sqlite(db) => {
                let mut found = Vec::new();
                let numbered: Vec<(i64, &Key)> = (0..).zip(keys).collect();
                for part in parts(&numbered) {
                    let mut q = QueryBuilder::<Sqlite>::new("WITH k (n, load_id, at, source) AS (");
                    q.push_values(part, |mut row, (n, (load, at, source))| {
                        row.push_bind(*n).push_bind(load.uuid()).push_bind(column(*at)).push_bind(source.name());
                    });
                    q.push(
                        ") SELECT k.n FROM k CROSS JOIN fixes f
                        ON f.load_id = k.load_id AND f.at = k.at AND f.source = k.source",
                    );
                    found.extend(q.build_query_scalar::<i64>().fetch_all(&mut **db).await?);
                }
                found
            }
            Engine::Postgres(db) => {
                sqlx::query_scalar(POSTGRES)
                    .bind(uuids(keys, |key| key.0))
                    .bind(times(keys, |key| key.1))
                    .bind(values(keys, |key| key.2.name()))
                    .fetch_all(&mut **db)
                    .await?
            }
        }
    };
    Ok(places.into_iter().filter_map(|place| usize::try_from(place).ok()).collect())
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

/// Writes fixes; those that are there already stay as they are.
///
/// # Errors
/// When the database fails.
pub async fn add(tx: &mut Tx<'_>, kept: &[Kept]) -> Result<()> {
    const POSTGRES: &str = "INSERT INTO fixes (load_id, at, source, received_at, lat, lng, speed, heading, accuracy,
            suspect, carrier_id)
        SELECT * FROM UNNEST($1::uuid[], $2::timestamptz[], $3::text[], $4::timestamptz[], $5::float8[], $6::float8[],
            $7::float8[], $8::float8[], $9::float8[], $10::bool[], $11::uuid[])
        ON CONFLICT (load_id, at, source) DO NOTHING";
    if kept.is_empty() {
        return Ok(());
    }
    match tx.engine() {
        Engine::Sqlite(db) => in_rows!(
            db,
            kept,
            "INSERT INTO fixes (load_id, at, source, received_at, lat, lng, speed, heading, accuracy, suspect,
                carrier_id) ",
            |row, Kept { fix, suspect, carrier }| row
                .push_bind(fix.load.uuid())
                .push_bind(column(fix.at))
                .push_bind(fix.source.name())
                .push_bind(column(fix.received_at))
                .push_bind(fix.point.lat)
                .push_bind(fix.point.lng)
                .push_bind(fix.speed)
                .push_bind(fix.heading)
                .push_bind(fix.accuracy)
                .push_bind(*suspect)
                .push_bind(carrier.map(CarrierId::uuid)),
            " ON CONFLICT (load_id, at, source) DO NOTHING"
        ),
        Engine::Postgres(db) => {
            sqlx::query(POSTGRES)
                .bind(uuids(kept, |one| one.fix.load))
                .bind(times(kept, |one| one.fix.at))
                .bind(values(kept, |one| one.fix.source.name()))
                .bind(times(kept, |one| one.fix.received_at))
                .bind(values(kept, |one| one.fix.point.lat))
                .bind(values(kept, |one| one.fix.point.lng))
                .bind(values(kept, |one| one.fix.speed))
                .bind(values(kept, |one| one.fix.heading))
                .bind(values(kept, |one| one.fix.accuracy))
                .bind(values(kept, |one| one.suspect))
                .bind(values(kept, |one| one.carrier.map(CarrierId::uuid)))
                .execute(&mut **db)
                .await?;
        }
    }
    Ok(())
}

/// Where a load's truck is now, and the jump that waits for a second fix, if one does.
#[derive(Clone, Copy, Debug)]
pub struct Marker {
    /// The newest fix.
    pub fix: Fix,
    /// A jump.
    pub suspect: Option<(Point, Timestamp)>,
    /// How it drives.
    pub drive: Drive,
}

/// Keeps where trucks are, unless something newer is kept already. Each load comes once.
///
/// # Errors
/// When the database fails.
pub async fn move_markers(tx: &mut Tx<'_>, markers: &[Marker]) -> Result<()> {
    const POSTGRES: &str =
        "INSERT INTO tracks (load_id, lat, lng, at, source, speed, heading, suspect_lat, suspect_lng,
            suspect_at, mph, driven_ms, drove_at, moved_at)
        SELECT *, $14::timestamptz FROM UNNEST($1::uuid[], $2::float8[], $3::float8[], $4::timestamptz[], $5::text[],
            $6::float8[], $7::float8[], $8::float8[], $9::float8[], $10::timestamptz[], $11::float8[], $12::int8[],
            $13::timestamptz[])
        ON CONFLICT (load_id) DO UPDATE SET lat = excluded.lat, lng = excluded.lng, at = excluded.at,
            source = excluded.source, speed = excluded.speed, heading = excluded.heading,
            suspect_lat = excluded.suspect_lat, suspect_lng = excluded.suspect_lng, suspect_at = excluded.suspect_at,
            mph = excluded.mph, driven_ms = excluded.driven_ms, drove_at = excluded.drove_at,
            moved_at = excluded.moved_at
        WHERE excluded.at > tracks.at";
    if markers.is_empty() {
        return Ok(());
    }
    let now = column(tx.now());
    match tx.engine() {
        Engine::Sqlite(db) => in_rows!(
            db,
            markers,
            "INSERT INTO tracks (load_id, lat, lng, at, source, speed, heading, suspect_lat, suspect_lng, suspect_at,
                mph, driven_ms, drove_at, moved_at) ",
            |row, Marker { fix, suspect, drive }| row
                .push_bind(fix.load.uuid())
                .push_bind(fix.point.lat)
                .push_bind(fix.point.lng)
                .push_bind(column(fix.at))
                .push_bind(fix.source.name())
                .push_bind(fix.speed)
                .push_bind(fix.heading)
                .push_bind(suspect.map(|jump| jump.0.lat))
                .push_bind(suspect.map(|jump| jump.0.lng))
                .push_bind(suspect.map(|jump| column(jump.1)))
                .push_bind(drive.mph)
                .push_bind(drive.driven_ms)
                .push_bind(drive.drove_at.map(column))
                .push_bind(now),
            " ON CONFLICT (load_id) DO UPDATE SET lat = excluded.lat, lng = excluded.lng, at = excluded.at,
                source = excluded.source, speed = excluded.speed, heading = excluded.heading,
                suspect_lat = excluded.suspect_lat, suspect_lng = excluded.suspect_lng,
                suspect_at = excluded.suspect_at, mph = excluded.mph, driven_ms = excluded.driven_ms,
                drove_at = excluded.drove_at, moved_at = excluded.moved_at
            WHERE excluded.at > tracks.at"
        ),
        Engine::Postgres(db) => {
            sqlx::query(POSTGRES)
                .bind(uuids(markers, |one| one.fix.load))
                .bind(values(markers, |one| one.fix.point.lat))
                .bind(values(markers, |one| one.fix.point.lng))
                .bind(times(markers, |one| one.fix.at))
                .bind(values(markers, |one| one.fix.source.name()))
                .bind(values(markers, |one| one.fix.speed))
                .bind(values(markers, |one| one.fix.heading))
                .bind(values(markers, |one| one.suspect.map(|jump| jump.0.lat)))
                .bind(values(markers, |one| one.suspect.map(|jump| jump.0.lng)))
                .bind(values(markers, |one| one.suspect.map(|jump| column(jump.1))))
                .bind(values(markers, |one| one.drive.mph))
                .bind(values(markers, |one| one.drive.driven_ms))
                .bind(values(markers, |one| one.drive.drove_at.map(column)))
                .bind(now)
                .execute(&mut **db)
                .await?;
        }
    }
    Ok(())
}

/// Keeps jumps that wait for a second fix.
///
/// # Errors
/// When the database fails.
pub async fn suspect(tx: &mut Tx<'_>, jumps: &[(LoadId, (Point, Timestamp))]) -> Result<()> {
    const POSTGRES: &str = "UPDATE tracks SET suspect_lat = k.lat, suspect_lng = k.lng, suspect_at = k.at
        FROM UNNEST($1, $2, $3, $4) AS k (load_id, lat, lng, at) WHERE tracks.load_id = k.load_id";
    if jumps.is_empty() {
        return Ok(());
    }
    match tx.engine() {
        Engine::Sqlite(db) => in_rows!(
            db,
            jumps,
            "WITH k (load_id, lat, lng, at) AS (",
            |row, (load, (point, at))| row
                .push_bind(load.uuid())
                .push_bind(point.lat)
                .push_bind(point.lng)
                .push_bind(column(*at)),
            ") UPDATE tracks SET suspect_lat = k.lat, suspect_lng = k.lng, suspect_at = k.at
            FROM k WHERE tracks.load_id = k.load_id"
        ),
        Engine::Postgres(db) => {
            sqlx::query(POSTGRES)
                .bind(uuids(jumps, |jump| jump.0))
                .bind(values(jumps, |jump| jump.1.0.lat))
                .bind(values(jumps, |jump| jump.1.0.lng))
                .bind(times(jumps, |jump| jump.1.1))
                .execute(&mut **db)
                .await?;
        }
    }
    Ok(())
}

/// When a truck is expected.
#[derive(Clone, Copy, Debug)]
pub struct Expected {
    /// For which load.
    pub load: LoadId,
    /// When.
    pub eta: Timestamp,
    /// The estimate that the load's timeline told last.
    pub noted: Timestamp,
}

/// Keeps when trucks are expected. The loads' versions stay: an estimate takes nobody's edit away.
///
/// # Errors
/// When the database fails.
pub async fn set_etas(tx: &mut Tx<'_>, etas: &[Expected]) -> Result<()> {
    const POSTGRES: &str = "UPDATE loads SET eta = k.eta, eta_noted = k.noted
        FROM UNNEST($1, $2, $3) AS k (id, eta, noted) WHERE loads.id = k.id AND loads.tenant_id = $4";
    if etas.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant().uuid();
    match tx.engine() {
        Engine::Sqlite(db) => in_rows!(
            db,
            etas,
            "WITH k (id, eta, noted, tenant_id) AS (",
            |row, one| row
                .push_bind(one.load.uuid())
                .push_bind(column(one.eta))
                .push_bind(column(one.noted))
                .push_bind(tenant),
            ") UPDATE loads SET eta = k.eta, eta_noted = k.noted FROM k WHERE loads.id = k.id AND loads.tenant_id = k.tenant_id"
        ),
        Engine::Postgres(db) => {
            sqlx::query(POSTGRES)
                .bind(uuids(etas, |one| one.load))
                .bind(times(etas, |one| one.eta))
                .bind(times(etas, |one| one.noted))
                .bind(tenant)
                .execute(&mut **db)
                .await?;
        }
    }
    Ok(())
}
