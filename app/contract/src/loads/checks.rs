//! What is looked at before a truck starts (`domain.md` §7.6).

use serde::{Deserialize, Serialize};

use crate::carriers::CoverKind;

/// Something that must be right before a load is dispatched. Who may override a gate may do without, with a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Check {
    /// The carrier may be given loads.
    CarrierActive,
    /// The carrier's authority is in force until the delivery.
    Authority,
    /// So is its liability insurance, and it is high enough.
    AutoLiability,
    /// So is its cargo insurance.
    CargoInsurance,
    /// The signed rate confirmation is there.
    RateConfirmation,
    /// The pickup's window has not closed.
    PickupWindow,
}

/// Every check.
pub const CHECKS: [Check; 6] = [
    Check::CarrierActive,
    Check::Authority,
    Check::AutoLiability,
    Check::CargoInsurance,
    Check::RateConfirmation,
    Check::PickupWindow,
];

impl Check {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CarrierActive => "CARRIER_ACTIVE",
            Self::Authority => "AUTHORITY",
            Self::AutoLiability => "AUTO_LIABILITY",
            Self::CargoInsurance => "CARGO_INSURANCE",
            Self::RateConfirmation => "RATE_CONFIRMATION",
            Self::PickupWindow => "PICKUP_WINDOW",
        }
    }

    /// The check that asks for a cover, if one does.
    pub const fn of_cover(kind: CoverKind) -> Option<Self> {
        match kind {
            CoverKind::Authority => Some(Self::Authority),
            CoverKind::AutoLiability => Some(Self::AutoLiability),
            CoverKind::Cargo => Some(Self::CargoInsurance),
            CoverKind::GeneralLiability | CoverKind::WorkersComp | CoverKind::Umbrella | CoverKind::Bond => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carriers::REQUIRED;

    #[test]
    fn each_required_cover_is_asked_for() {
        for (kind, _) in REQUIRED {
            assert!(Check::of_cover(kind).is_some(), "{}", kind.name());
        }
    }

    #[test]
    fn a_check_is_written_by_its_name() {
        for check in CHECKS {
            assert_eq!(serde_json::to_string(&check).expect("json"), format!("\"{}\"", check.name()));
        }
    }
}
