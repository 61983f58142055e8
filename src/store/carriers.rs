//! Carriers, what they have in force, and their drivers.

mod ending;
pub mod record;

use chrono::{DateTime, NaiveDate, Utc};
use contract::{
    CarrierId, Day, DriverId, TenantId, Timestamp,
    carriers::{CarrierDetail, CarrierForm, CarrierRow, CarrierStatus, Cover, CoverKind, DriverRow, findings},
    loads::Equipment,
};
use uuid::Uuid;

use super::{Store, Tx, column, moment, on, tx::Engine, within};
use crate::error::Result;

pub use ending::{Ending, ending, note_told};

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    version: i64,
    name: String,
    mc_number: String,
    dot_number: Option<String>,
    status: String,
    equipment: String,
    phone: Option<String>,
    email: Option<String>,
    notes: Option<String>,
    updated_at: Option<DateTime<Utc>>,
    updated_by: Option<String>,
}

#[derive(sqlx::FromRow)]
struct CoverRow {
    carrier_id: Uuid,
    kind: String,
    number: Option<String>,
    amount_cents: Option<i64>,
    expires_on: NaiveDate,
}

impl From<CoverRow> for Cover {
    fn from(row: CoverRow) -> Self {
        Self {
            // Whatever this version doesn't know bars nobody.
            kind: CoverKind::named(&row.kind).unwrap_or(CoverKind::Bond),
            number: row.number,
            amount_cents: row.amount_cents,
            expires_on: Day::new(row.expires_on),
        }
    }
}

#[derive(sqlx::FromRow)]
struct DriverRecord {
    id: Uuid,
    carrier_id: Uuid,
    name: String,
    phone: String,
}

/// The statement that reads carriers of the company `$1`, as far as `$rest` says.
macro_rules! carriers {
    ($rest:literal) => {
        concat!(
            "SELECT id, version, name, mc_number, dot_number, status, equipment, phone, email, notes, updated_at,
            updated_by FROM carriers WHERE tenant_id = $1",
            $rest
        )
    };
}

const ONE: &str = carriers!(" AND id = $2");

fn row(row: Row, covers: &[Cover], drivers: &[DriverRecord], today: Day) -> CarrierRow {
    let status = CarrierStatus::named(&row.status).unwrap_or(CarrierStatus::Inactive);
    let theirs = drivers.iter().filter(|driver| driver.carrier_id == row.id);
    let drivers = theirs.map(|driver| DriverRow {
        id: DriverId::new(driver.id),
        name: driver.name.clone(),
        phone: Some(driver.phone.clone()),
    });
    CarrierRow {
        id: CarrierId::new(row.id),
        version: row.version,
        name: row.name,
        mc_number: row.mc_number,
        dot_number: row.dot_number,
        status,
        active: status == CarrierStatus::Active,
        equipment: row.equipment.split(',').filter_map(Equipment::named).collect(),
        phone: row.phone,
        email: row.email,
        findings: findings(covers, today),
        drivers: drivers.collect(),
    }
}

/// A company's carriers with their drivers, by name, as they stand on a day.
///
/// # Errors
/// When the database fails.
pub async fn all(store: &Store, tenant: TenantId, today: Day) -> Result<Vec<CarrierRow>> {
    const CARRIERS: &str = carriers!(" ORDER BY name");
    const COVERS: &str = "SELECT v.carrier_id, v.kind, v.number, v.amount_cents, v.expires_on
        FROM covers v JOIN carriers c ON c.id = v.carrier_id WHERE c.tenant_id = $1";
    const DRIVERS: &str =
        "SELECT id, carrier_id, name, phone FROM drivers WHERE tenant_id = $1 AND NOT has_left ORDER BY name";
    let tenant = tenant.uuid();
    let (carriers, covers, drivers): (Vec<Row>, Vec<CoverRow>, Vec<DriverRecord>) = on!(store, db => (
        sqlx::query_as(CARRIERS).bind(tenant).fetch_all(db).await?,
        sqlx::query_as(COVERS).bind(tenant).fetch_all(db).await?,
        sqlx::query_as(DRIVERS).bind(tenant).fetch_all(db).await?,
    ));
    let covers: Vec<_> = covers.into_iter().map(|cover| (cover.carrier_id, Cover::from(cover))).collect();
    let of = |carrier: Uuid| {
        covers.iter().filter(|(of, _)| *of == carrier).map(|(_, cover)| cover.clone()).collect::<Vec<_>>()
    };
    Ok(carriers
        .into_iter()
        .map(|carrier| {
            let covers = of(carrier.id);
            row(carrier, &covers, &drivers, today)
        })
        .collect())
}

/// Everything of one carrier of a company, as it stands on a day.
///
/// # Errors
/// When the database fails.
pub async fn one(store: &Store, tenant: TenantId, id: CarrierId, today: Day) -> Result<Option<CarrierDetail>> {
    const COVERS: &str = "SELECT carrier_id, kind, number, amount_cents, expires_on FROM covers WHERE carrier_id = $1";
    const DRIVERS: &str =
        "SELECT id, carrier_id, name, phone FROM drivers WHERE carrier_id = $1 AND NOT has_left ORDER BY name";
    const OPEN: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM loads
        WHERE tenant_id = $1 AND carrier_id = $2 AND status NOT IN ('COMPLETED', 'CANCELLED')";
    const DELIVERED: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM loads
        WHERE tenant_id = $1 AND carrier_id = $2 AND status IN ('DELIVERED', 'COMPLETED')";
    let (tenant, id) = (tenant.uuid(), id.uuid());
    let carrier: Option<Row> = on!(store, db => sqlx::query_as(ONE).bind(tenant).bind(id).fetch_optional(db).await?);
    let Some(carrier) = carrier else { return Ok(None) };
    let (covers, drivers, open, delivered): (Vec<CoverRow>, Vec<DriverRecord>, i64, i64) = on!(store, db => (
        sqlx::query_as(COVERS).bind(id).fetch_all(db).await?,
        sqlx::query_as(DRIVERS).bind(id).fetch_all(db).await?,
        sqlx::query_scalar(OPEN).bind(tenant).bind(id).fetch_one(db).await?,
        sqlx::query_scalar(DELIVERED).bind(tenant).bind(id).fetch_one(db).await?,
    ));
    let mut covers: Vec<_> = covers.into_iter().map(Cover::from).collect();
    covers.sort_by_key(|cover| cover.kind);
    let (notes, updated_by) = (carrier.notes.clone(), carrier.updated_by.clone());
    let updated_at = carrier.updated_at.map(moment).unwrap_or_default();
    Ok(Some(CarrierDetail {
        carrier: row(carrier, &covers, &drivers, today),
        covers,
        notes,
        open_loads: open.unsigned_abs(),
        delivered_loads: delivered.unsigned_abs(),
        updated_at,
        updated_by,
    }))
}

/// A carrier as a write sees it.
#[derive(Clone, Debug)]
pub struct Known {
    /// All that can be filled in.
    pub form: CarrierForm,
    /// Goes up with each change.
    pub version: i64,
    /// When it was changed last, and by whom.
    pub updated: (Timestamp, Option<String>),
}

impl Known {
    /// Whether it may be given loads.
    pub fn is_active(&self) -> bool {
        self.form.status == CarrierStatus::Active
    }
}

/// A carrier of this write's company, kept as it is until the write ends when it is to be changed.
///
/// # Errors
/// When the database fails.
pub async fn in_tx(tx: &mut Tx<'_>, id: CarrierId, for_change: bool) -> Result<Option<Known>> {
    const LOCK: &str = "SELECT id FROM carriers WHERE id = $1 AND tenant_id = $2 FOR NO KEY UPDATE";
    const COVERS: &str = "SELECT carrier_id, kind, number, amount_cents, expires_on FROM covers WHERE carrier_id = $1";
    let tenant = tx.tenant().uuid();
    if let Engine::Postgres(db) = tx.engine()
        && for_change
    {
        sqlx::query(LOCK).bind(id.uuid()).bind(tenant).execute(&mut **db).await?;
    }
    let carrier: Option<Row> =
        within!(tx, db => sqlx::query_as(ONE).bind(tenant).bind(id.uuid()).fetch_optional(db).await?);
    let Some(carrier) = carrier else { return Ok(None) };
    let covers: Vec<CoverRow> = within!(tx, db => sqlx::query_as(COVERS).bind(id.uuid()).fetch_all(db).await?);
    let mut covers: Vec<_> = covers.into_iter().map(Cover::from).collect();
    covers.sort_by_key(|cover| cover.kind);
    Ok(Some(Known {
        version: carrier.version,
        updated: (carrier.updated_at.map(moment).unwrap_or_default(), carrier.updated_by),
        form: CarrierForm {
            name: carrier.name,
            mc_number: carrier.mc_number,
            dot_number: carrier.dot_number,
            status: CarrierStatus::named(&carrier.status).unwrap_or(CarrierStatus::Inactive),
            equipment: carrier.equipment.split(',').filter_map(Equipment::named).collect(),
            phone: carrier.phone,
            email: carrier.email,
            notes: carrier.notes,
            covers,
        },
    }))
}

/// Whether another carrier of this write's company has a number.
///
/// # Errors
/// When the database fails.
pub async fn has_number(tx: &mut Tx<'_>, mc_number: &str, besides: CarrierId) -> Result<bool> {
    const SQL: &str = "SELECT id FROM carriers WHERE tenant_id = $1 AND mc_number = $2 AND id <> $3";
    // Until this write ends nobody else of the company gives a number away: of two at once the second one sees the first.
    const LOCK: &str = "SELECT id FROM tenants WHERE id = $1 FOR NO KEY UPDATE";
    let tenant = tx.tenant().uuid();
    if let Engine::Postgres(db) = tx.engine() {
        sqlx::query(LOCK).bind(tenant).execute(&mut **db).await?;
    }
    let other: Option<Uuid> = within!(tx, db => sqlx::query_scalar(SQL).bind(tenant).bind(mc_number)
        .bind(besides.uuid()).fetch_optional(db).await?);
    Ok(other.is_some())
}

/// A driver of this write's company who hasn't left: for whom they drive, and their name.
///
/// # Errors
/// When the database fails.
pub async fn driver(tx: &mut Tx<'_>, id: DriverId) -> Result<Option<(CarrierId, String)>> {
    const SQL: &str = "SELECT carrier_id, name FROM drivers WHERE id = $1 AND tenant_id = $2 AND NOT has_left";
    let tenant = tx.tenant().uuid();
    let row: Option<(Uuid, String)> =
        within!(tx, db => sqlx::query_as(SQL).bind(id.uuid()).bind(tenant).fetch_optional(db).await?);
    Ok(row.map(|(carrier, name)| (CarrierId::new(carrier), name)))
}

fn names(equipment: &[Equipment]) -> String {
    equipment.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(",")
}

/// Makes a carrier.
///
/// # Errors
/// When the database fails or the number is taken.
pub async fn add_carrier(tx: &mut Tx<'_>, id: CarrierId, form: &CarrierForm) -> Result<()> {
    const SQL: &str = "INSERT INTO carriers
        (id, tenant_id, name, mc_number, dot_number, status, equipment, phone, email, notes, updated_at, updated_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let (tenant, now, author) = (tx.tenant().uuid(), column(tx.now()), tx.author().map(str::to_owned));
    within!(tx, db => sqlx::query(SQL).bind(id.uuid()).bind(tenant).bind(&form.name).bind(&form.mc_number)
        .bind(&form.dot_number).bind(form.status.name()).bind(names(&form.equipment)).bind(&form.phone)
        .bind(&form.email).bind(&form.notes).bind(now).bind(author).execute(db).await?.rows_affected());
    set_covers(tx, id, &form.covers).await
}

/// Writes a carrier anew; its version goes up.
///
/// # Errors
/// When the database fails or the number is taken.
pub async fn change_carrier(tx: &mut Tx<'_>, id: CarrierId, form: &CarrierForm) -> Result<()> {
    const SQL: &str = "UPDATE carriers SET version = version + 1, name = $3, mc_number = $4, dot_number = $5,
            status = $6, equipment = $7, phone = $8, email = $9, notes = $10, updated_at = $11, updated_by = $12
        WHERE id = $1 AND tenant_id = $2";
    let (tenant, now, author) = (tx.tenant().uuid(), column(tx.now()), tx.author().map(str::to_owned));
    within!(tx, db => sqlx::query(SQL).bind(id.uuid()).bind(tenant).bind(&form.name).bind(&form.mc_number)
        .bind(&form.dot_number).bind(form.status.name()).bind(names(&form.equipment)).bind(&form.phone)
        .bind(&form.email).bind(&form.notes).bind(now).bind(author).execute(db).await?.rows_affected());
    set_covers(tx, id, &form.covers).await
}

/// Writes what a carrier has in force. Of an end that stays the same it isn't told again.
async fn set_covers(tx: &mut Tx<'_>, id: CarrierId, covers: &[Cover]) -> Result<()> {
    const CLEAR: &str = "DELETE FROM covers WHERE carrier_id = $1 AND kind = $2";
    const SET: &str = "INSERT INTO covers (carrier_id, kind, number, amount_cents, expires_on)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (carrier_id, kind) DO UPDATE SET number = excluded.number, amount_cents = excluded.amount_cents,
            told_days = CASE WHEN covers.expires_on = excluded.expires_on THEN covers.told_days ELSE NULL END,
            expires_on = excluded.expires_on";
    let id = id.uuid();
    for kind in contract::carriers::COVERS {
        if let Some(cover) = covers.iter().find(|cover| cover.kind == kind) {
            within!(tx, db => sqlx::query(SET).bind(id).bind(kind.name()).bind(&cover.number).bind(cover.amount_cents)
                .bind(cover.expires_on.date()).execute(db).await?.rows_affected());
        } else {
            within!(tx, db => sqlx::query(CLEAR).bind(id).bind(kind.name()).execute(db).await?.rows_affected());
        }
    }
    Ok(())
}

/// Makes a driver.
///
/// # Errors
/// When the database fails.
pub async fn add_driver(tx: &mut Tx<'_>, id: DriverId, carrier: CarrierId, name: &str, phone: &str) -> Result<()> {
    const SQL: &str = "INSERT INTO drivers (id, tenant_id, carrier_id, name, phone) VALUES ($1, $2, $3, $4, $5)";
    let tenant = tx.tenant().uuid();
    within!(tx, db => sqlx::query(SQL).bind(id.uuid()).bind(tenant).bind(carrier.uuid()).bind(name).bind(phone)
        .execute(db).await?.rows_affected());
    Ok(())
}

/// Writes a driver of a carrier anew; whether there is one.
///
/// # Errors
/// When the database fails.
pub async fn change_driver(
    tx: &mut Tx<'_>,
    id: DriverId,
    carrier: CarrierId,
    name: &str,
    phone: &str,
    has_left: bool,
) -> Result<bool> {
    const SQL: &str = "UPDATE drivers SET name = $4, phone = $5, has_left = $6
        WHERE id = $1 AND tenant_id = $2 AND carrier_id = $3";
    let tenant = tx.tenant().uuid();
    let rows = within!(tx, db => sqlx::query(SQL).bind(id.uuid()).bind(tenant).bind(carrier.uuid()).bind(name)
        .bind(phone).bind(has_left).execute(db).await?.rows_affected());
    Ok(rows > 0)
}
