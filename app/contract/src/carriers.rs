//! Carriers: who they are, what they must have in force, and who drives for them.

mod compliance;
mod suggest;

use serde::{Deserialize, Serialize};

use crate::{CarrierId, DriverId, Timestamp, loads::Equipment};

pub use compliance::{
    COVERS, ComplianceStatus, Cover, CoverKind, Finding, REQUIRED, Standing, TOLD_DAYS, compliance, findings,
    told_at_days,
};
pub use suggest::*;

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

impl CarrierForm {
    /// What somebody has made of `base`, carried over to what it is `now`: what they left alone is as others have made it.
    /// Also whether something was changed by both, and not alike; then it is as they have it.
    #[must_use]
    pub fn onto(self, base: &Self, now: &Self) -> (Self, bool) {
        let mut both = false;
        macro_rules! carried {
            ($($field:ident)+) => {
                Self {
                    $($field: carried(self.$field, &base.$field, &now.$field, &mut both),)+
                    covers: COVERS
                        .into_iter()
                        .filter_map(|kind| {
                            let of = |covers: &[Cover]| covers.iter().find(|cover| cover.kind == kind).cloned();
                            carried(of(&self.covers), &of(&base.covers), &of(&now.covers), &mut both)
                        })
                        .collect(),
                }
            };
        }
        let form = carried!(name mc_number dot_number status equipment phone email notes);
        (form, both)
    }
}

fn carried<T: PartialEq + Clone>(own: T, base: &T, now: &T, both: &mut bool) -> T {
    if own == *base {
        return now.clone();
    }
    *both |= now != base && own != *now;
    own
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

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> CarrierForm {
        CarrierForm {
            name: "Kestrel".to_owned(),
            mc_number: "123456".to_owned(),
            dot_number: None,
            status: CarrierStatus::Active,
            equipment: vec![Equipment::DryVan],
            phone: Some("555-0100".to_owned()),
            email: None,
            notes: None,
            covers: vec![cover(CoverKind::Cargo, "2027-01-01")],
        }
    }

    fn cover(kind: CoverKind, expires_on: &str) -> Cover {
        Cover { kind, number: None, amount_cents: None, expires_on: expires_on.parse().expect("a day") }
    }

    #[test]
    fn two_who_change_different_fields_both_succeed() {
        let later = cover(CoverKind::Cargo, "2028-01-01");
        let authority = cover(CoverKind::Authority, "2029-01-01");
        let own = CarrierForm { notes: Some("Ask for Kit".to_owned()), covers: vec![later.clone()], ..form() };
        let now = CarrierForm {
            phone: Some("555-0177".to_owned()),
            covers: vec![form().covers.remove(0), authority.clone()],
            ..form()
        };
        let (carried, both) = own.onto(&form(), &now);

        assert!(!both);
        assert_eq!(carried.phone, now.phone);
        assert_eq!(carried.notes.as_deref(), Some("Ask for Kit"));
        assert_eq!(carried.covers, [authority, later]);
    }

    #[test]
    fn of_the_same_field_the_later_one_is_told() {
        let with = |phone: &str| CarrierForm { phone: Some(phone.to_owned()), ..form() };
        let (carried, both) = with("555-0111").onto(&form(), &with("555-0122"));
        assert_eq!((carried.phone.as_deref(), both), (Some("555-0111"), true));

        let (alike, both) = with("555-0111").onto(&form(), &with("555-0111"));
        assert_eq!((alike, both), (with("555-0111"), false));

        let taken_out = CarrierForm { covers: Vec::new(), ..form() };
        let longer = CarrierForm { covers: vec![cover(CoverKind::Cargo, "2028-01-01")], ..form() };
        let (carried, both) = taken_out.onto(&form(), &longer);
        assert_eq!((carried.covers, both), (Vec::new(), true));
    }
}
