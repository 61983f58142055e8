//! Carriers: who they are, what they must have in force, and who drives for them.

mod compliance;

use serde::{Deserialize, Serialize};

use crate::{CarrierId, DriverId, Timestamp, loads::Equipment};

pub use compliance::{
    COVERS, ComplianceStatus, Cover, CoverKind, EXPIRING_DAYS, Finding, REQUIRED, Standing, compliance, findings,
    told_at_days,
};

/// Whether a carrier may be given loads (`domain.md` §2.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CarrierStatus {
    /// Entered, and not approved yet.
    Pending,
    /// May be given loads.
    #[default]
    Active,
    /// Not used just now.
    Inactive,
    /// May not be given loads until something is settled.
    Suspended,
    /// May never be given loads again.
    Blacklisted,
}

/// Every status of a carrier.
pub const CARRIER_STATUSES: [CarrierStatus; 5] = [
    CarrierStatus::Pending,
    CarrierStatus::Active,
    CarrierStatus::Inactive,
    CarrierStatus::Suspended,
    CarrierStatus::Blacklisted,
];

impl CarrierStatus {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::Blacklisted => "BLACKLISTED",
        }
    }

    /// The status of this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        CARRIER_STATUSES.into_iter().find(|status| status.name() == name)
    }
}

/// A carrier with its drivers, as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CarrierRow {
    /// Which.
    pub id: CarrierId,
    /// Goes up with each change.
    pub version: i64,
    /// As it is registered.
    pub name: String,
    /// Motor carrier number, six digits.
    pub mc_number: String,
    /// Number with the Department of Transportation, five to eight digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dot_number: Option<String>,
    /// Whether it may be given loads.
    pub status: CarrierStatus,
    /// Whether it is [`CarrierStatus::Active`].
    pub active: bool,
    /// What it has.
    pub equipment: Vec<Equipment>,
    /// How to reach its dispatch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What is wrong with what it must have in force, the worst first; empty when nothing is.
    pub findings: Vec<Finding>,
    /// Who drives for it.
    pub drivers: Vec<DriverRow>,
}

impl CarrierRow {
    /// How far it meets what is asked of it.
    pub fn compliance(&self) -> Standing {
        compliance(self.status, &self.findings)
    }
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

/// Everything of a carrier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CarrierDetail {
    /// As lists show it.
    pub carrier: CarrierRow,
    /// What it has in force, or had.
    pub covers: Vec<Cover>,
    /// What the desk keeps in mind of it; absent for those who may not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// How many of its loads are neither complete nor called off.
    pub open_loads: u64,
    /// How many it has delivered.
    pub delivered_loads: u64,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_by: Option<String>,
}

/// What can be filled in of a carrier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CarrierForm {
    /// As it is registered.
    pub name: String,
    /// Motor carrier number, six digits.
    pub mc_number: String,
    /// Number with the Department of Transportation, five to eight digits.
    #[serde(default)]
    pub dot_number: Option<String>,
    /// Whether it may be given loads.
    #[serde(default)]
    pub status: CarrierStatus,
    /// What it has.
    pub equipment: Vec<Equipment>,
    /// How to reach its dispatch.
    #[serde(default)]
    pub phone: Option<String>,
    /// Likewise.
    #[serde(default)]
    pub email: Option<String>,
    /// What the desk keeps in mind of it.
    #[serde(default)]
    pub notes: Option<String>,
    /// What it has in force, each kind once.
    #[serde(default)]
    pub covers: Vec<Cover>,
}

/// A carrier is to be changed: all that can be filled in is as given then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangeCarrier {
    /// Which.
    pub carrier_id: CarrierId,
    /// The version that the caller saw.
    pub version: i64,
    /// As it shall be.
    pub carrier: CarrierForm,
}

/// A driver is to be entered, or changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SetDriver {
    /// For whom they drive.
    pub carrier_id: CarrierId,
    /// Who; a new one when nobody is named.
    #[serde(default)]
    pub driver_id: Option<DriverId>,
    /// Their name.
    pub name: String,
    /// How to reach them.
    pub phone: String,
    /// Whether they have left: then they are given no loads any more.
    #[serde(default)]
    pub has_left: bool,
}
