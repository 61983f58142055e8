//! Carriers and their drivers.

use contract::{
    CarrierId, DriverId, TenantId,
    carriers::{CarrierRow, DriverRow},
    loads::Equipment,
};
use uuid::Uuid;

use super::{Store, Tx, on, within};
use crate::error::Result;

/// A company's carriers with their drivers, by name.
///
/// # Errors
/// When the database fails.
pub async fn all(store: &Store, tenant: TenantId) -> Result<Vec<CarrierRow>> {
    const CARRIERS: &str =
        "SELECT id, name, mc_number, active, equipment FROM carriers WHERE tenant_id = $1 ORDER BY name";
    const DRIVERS: &str = "SELECT id, carrier_id, name, phone FROM drivers WHERE tenant_id = $1 ORDER BY name";
    let carriers: Vec<(Uuid, String, String, bool, String)> =
        on!(store, db => sqlx::query_as(CARRIERS).bind(tenant.uuid()).fetch_all(db).await?);
    let drivers: Vec<(Uuid, Uuid, String, String)> =
        on!(store, db => sqlx::query_as(DRIVERS).bind(tenant.uuid()).fetch_all(db).await?);
    Ok(carriers
        .into_iter()
        .map(|(id, name, mc_number, active, equipment)| CarrierRow {
            id: CarrierId::new(id),
            name,
            mc_number,
            active,
            equipment: equipment.split(',').filter_map(Equipment::named).collect(),
            drivers: drivers
                .iter()
                .filter(|(_, carrier, ..)| *carrier == id)
                .map(|(id, _, name, phone)| DriverRow {
                    id: DriverId::new(*id),
                    name: name.clone(),
                    phone: Some(phone.clone()),
                })
                .collect(),
        })
        .collect())
}

/// A carrier of this write's company, as assigning needs it: its name and whether it may be given loads.
///
/// # Errors
/// When the database fails.
pub async fn carrier(tx: &mut Tx<'_>, id: CarrierId) -> Result<Option<(String, bool)>> {
    const SQL: &str = "SELECT name, active FROM carriers WHERE id = $1 AND tenant_id = $2";
    let tenant = tx.tenant().uuid();
    Ok(within!(tx, db => sqlx::query_as(SQL).bind(id.uuid()).bind(tenant).fetch_optional(db).await?))
}

/// A driver of this write's company: for whom they drive, and their name.
///
/// # Errors
/// When the database fails.
pub async fn driver(tx: &mut Tx<'_>, id: DriverId) -> Result<Option<(CarrierId, String)>> {
    const SQL: &str = "SELECT carrier_id, name FROM drivers WHERE id = $1 AND tenant_id = $2";
    let tenant = tx.tenant().uuid();
    let row: Option<(Uuid, String)> =
        within!(tx, db => sqlx::query_as(SQL).bind(id.uuid()).bind(tenant).fetch_optional(db).await?);
    Ok(row.map(|(carrier, name)| (CarrierId::new(carrier), name)))
}

/// Makes a carrier.
///
/// # Errors
/// When the database fails or the number is taken.
pub async fn add_carrier(
    tx: &mut Tx<'_>,
    id: CarrierId,
    name: &str,
    mc_number: &str,
    equipment: &[Equipment],
) -> Result<()> {
    const SQL: &str = "INSERT INTO carriers (id, tenant_id, name, mc_number, active, equipment)
        VALUES ($1, $2, $3, $4, TRUE, $5)";
    let tenant = tx.tenant().uuid();
    let equipment = equipment.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(",");
    within!(tx, db => sqlx::query(SQL).bind(id.uuid()).bind(tenant).bind(name).bind(mc_number).bind(equipment)
        .execute(db).await?.rows_affected());
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
