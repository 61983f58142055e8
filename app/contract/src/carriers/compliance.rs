//! What a carrier must have in force before it may be given loads, and how far it has that.

use serde::{Deserialize, Serialize};

use super::CarrierStatus;
use crate::Day;

/// Something that a carrier has until a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CoverKind {
    /// The right to carry for hire.
    Authority,
    /// Insurance for what its trucks do to others.
    AutoLiability,
    /// Insurance for what it carries.
    Cargo,
    /// Insurance for what else it does to others.
    GeneralLiability,
    /// Insurance for its workers.
    WorkersComp,
    /// Insurance beyond the others.
    Umbrella,
    /// A surety.
    Bond,
}

/// Every kind.
pub const COVERS: [CoverKind; 7] = [
    CoverKind::Authority,
    CoverKind::AutoLiability,
    CoverKind::Cargo,
    CoverKind::GeneralLiability,
    CoverKind::WorkersComp,
    CoverKind::Umbrella,
    CoverKind::Bond,
];

/// What must be in force, each with the least amount in cents (`domain.md` §7.5: liability $750,000, cargo $100,000).
pub const REQUIRED: [(CoverKind, i64); 3] =
    [(CoverKind::Authority, 0), (CoverKind::AutoLiability, 75_000_000), (CoverKind::Cargo, 10_000_000)];

/// From how many days before its end on something counts as expiring soon.
pub const EXPIRING_DAYS: i64 = 30;

/// So many days before its end a carrier's cover is told of, and when it has ended (`domain.md` §7.6).
pub const TOLD_DAYS: [i64; 5] = [0, 1, 7, 15, EXPIRING_DAYS];

impl CoverKind {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authority => "AUTHORITY",
            Self::AutoLiability => "AUTO_LIABILITY",
            Self::Cargo => "CARGO",
            Self::GeneralLiability => "GENERAL_LIABILITY",
            Self::WorkersComp => "WORKERS_COMP",
            Self::Umbrella => "UMBRELLA",
            Self::Bond => "BOND",
        }
    }

    /// The kind of this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        COVERS.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether no carrier may be without it.
    pub fn is_required(self) -> bool {
        REQUIRED.iter().any(|(kind, _)| *kind == self)
    }
}

/// Something that a carrier has in force, or had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Cover {
    /// What.
    pub kind: CoverKind,
    /// The policy or docket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Up to how much it pays, in cents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_cents: Option<i64>,
    /// The last day on which it is in force, as the company counts its days.
    pub expires_on: Day,
}

/// How far a requirement is met, from bad to worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ComplianceStatus {
    /// It ends within weeks.
    ExpiringSoon,
    /// It pays less than it must.
    TooLow,
    /// It was never shown.
    Missing,
    /// It has ended.
    Expired,
    /// The carrier may not be used.
    Suspended,
}

/// Something that is wrong with what a carrier has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// With what.
    pub kind: CoverKind,
    /// What is wrong.
    pub status: ComplianceStatus,
    /// When it ends or ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Day>,
}

impl Finding {
    /// Whether the carrier may be given no loads because of it.
    pub fn stands_against(&self) -> bool {
        self.kind.is_required() && self.status > ComplianceStatus::ExpiringSoon
    }
}

/// How far a carrier meets what is asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It has all that it must.
    Compliant,
    /// Something that it must have ends within weeks, or something else is wrong.
    Watch,
    /// It may be given no loads.
    Barred,
}

/// What is wrong with what a carrier has on a day, the worst first.
pub fn findings(covers: &[Cover], on: Day) -> Vec<Finding> {
    let mut found = Vec::new();
    for kind in COVERS {
        let least = REQUIRED.iter().find(|(required, _)| *required == kind).map(|(_, least)| *least);
        let Some(cover) = covers.iter().find(|cover| cover.kind == kind) else {
            if least.is_some() {
                found.push(Finding { kind, status: ComplianceStatus::Missing, expires_on: None });
            }
            continue;
        };
        let days = cover.expires_on.days_after(on);
        let status = if days < 0 {
            ComplianceStatus::Expired
        } else if least.is_some_and(|least| cover.amount_cents.unwrap_or(0) < least) {
            ComplianceStatus::TooLow
        } else if days <= EXPIRING_DAYS {
            ComplianceStatus::ExpiringSoon
        } else {
            continue;
        };
        found.push(Finding { kind, status, expires_on: Some(cover.expires_on) });
    }
    found.sort_by_key(|finding| (!finding.stands_against(), std::cmp::Reverse(finding.status), finding.expires_on));
    found
}

/// How far a carrier with these findings meets what is asked of it.
pub fn compliance(status: CarrierStatus, findings: &[Finding]) -> Standing {
    let is_barred = matches!(status, CarrierStatus::Suspended | CarrierStatus::Blacklisted);
    if is_barred || findings.iter().any(Finding::stands_against) {
        Standing::Barred
    } else if findings.is_empty() {
        Standing::Compliant
    } else {
        Standing::Watch
    }
}

/// At how many days before the end of a cover it is to be told of, when so many are left: of 30, 15, 7, 1 and 0 the
/// smallest that is reached.
pub fn told_at_days(left: i64) -> Option<i64> {
    // What ends today is still in force; it is told as ended from tomorrow on.
    if left < 0 {
        return Some(0);
    }
    TOLD_DAYS.into_iter().filter(|days| *days > 0).find(|days| left <= *days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    fn cover(kind: CoverKind, amount_cents: i64, expires_on: &str) -> Cover {
        Cover { kind, number: None, amount_cents: Some(amount_cents), expires_on: day(expires_on) }
    }

    fn good() -> Vec<Cover> {
        vec![
            cover(CoverKind::Authority, 0, "2027-12-31"),
            cover(CoverKind::AutoLiability, 75_000_000, "2027-12-31"),
            cover(CoverKind::Cargo, 10_000_000, "2027-12-31"),
        ]
    }

    #[test]
    fn who_has_all_that_is_asked_is_compliant() {
        let found = findings(&good(), day("2026-11-26"));

        assert_eq!(found, []);
        assert_eq!(compliance(CarrierStatus::Active, &found), Standing::Compliant);
        assert_eq!(compliance(CarrierStatus::Suspended, &found), Standing::Barred);
    }

    #[test]
    fn a_cover_is_in_force_through_its_last_day() {
        let mut covers = good();
        covers[1].expires_on = day("2026-11-26");
        let on = |today: &str| findings(&covers, day(today)).first().map(|finding| finding.status);

        assert_eq!(on("2026-10-26"), None);
        assert_eq!(on("2026-10-27"), Some(ComplianceStatus::ExpiringSoon));
        assert_eq!(on("2026-11-26"), Some(ComplianceStatus::ExpiringSoon));
        assert_eq!(on("2026-11-27"), Some(ComplianceStatus::Expired));
    }

    #[test]
    fn what_is_missing_or_too_low_bars_and_what_nobody_needs_does_not() {
        let mut covers = good();
        covers[2].amount_cents = Some(9_999_999);
        covers.remove(0);
        covers.push(cover(CoverKind::Umbrella, 1, "2020-01-01"));
        let found = findings(&covers, day("2026-11-26"));

        let kinds: Vec<_> = found.iter().map(|finding| (finding.kind, finding.status)).collect();
        assert_eq!(
            kinds,
            [
                (CoverKind::Authority, ComplianceStatus::Missing),
                (CoverKind::Cargo, ComplianceStatus::TooLow),
                (CoverKind::Umbrella, ComplianceStatus::Expired),
            ]
        );
        assert_eq!(compliance(CarrierStatus::Active, &found), Standing::Barred);
        assert_eq!(compliance(CarrierStatus::Active, &found[2..]), Standing::Watch);
    }

    #[test]
    fn the_end_of_a_cover_is_told_of_in_steps() {
        let steps =
            [(31, None), (30, Some(30)), (16, Some(30)), (15, Some(15)), (8, Some(15)), (7, Some(7)), (2, Some(7))];
        for (left, step) in steps.into_iter().chain([(1, Some(1)), (0, Some(1)), (-1, Some(0)), (-400, Some(0))]) {
            assert_eq!(told_at_days(left), step, "{left} days");
        }
    }

    #[test]
    fn every_kind_is_found_by_its_name() {
        for kind in COVERS {
            assert_eq!(CoverKind::named(kind.name()), Some(kind));
            assert_eq!(serde_json::to_string(&kind).expect("json"), format!("\"{}\"", kind.name()));
        }
    }
}
