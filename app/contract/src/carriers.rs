//! Carriers and their drivers, as far as assigning needs them.

use serde::{Deserialize, Serialize};

use crate::{CarrierId, DriverId, loads::Equipment};

/// A carrier with its drivers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CarrierRow {
    /// Which.
    pub id: CarrierId,
    /// As it is registered.
    pub name: String,
    /// Motor carrier number, six digits.
    pub mc_number: String,
    /// Whether it may be given loads.
    pub active: bool,
    /// What it has.
    pub equipment: Vec<Equipment>,
    /// Who drives for it.
    pub drivers: Vec<DriverRow>,
}

/// A driver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DriverRow {
    /// Which.
    pub id: DriverId,
    /// Their name.
    pub name: String,
    /// How to reach them; absent for those who may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}
