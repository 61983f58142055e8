//! The words for what is known of carriers.

use contract::carriers::{CarrierStatus, ComplianceStatus, CoverKind, Finding, Standing};

use crate::{say, when};

/// Whether a carrier may be given loads.
pub fn carrier_status_word(status: CarrierStatus) -> &'static str {
    match status {
        CarrierStatus::Pending => say!(common.carrier_status.pending),
        CarrierStatus::Active => say!(common.carrier_status.active),
        CarrierStatus::Inactive => say!(common.carrier_status.inactive),
        CarrierStatus::Suspended => say!(common.carrier_status.suspended),
        CarrierStatus::Blacklisted => say!(common.carrier_status.blacklisted),
    }
}

/// What a carrier has in force.
pub fn cover_word(kind: CoverKind) -> &'static str {
    match kind {
        CoverKind::Authority => say!(common.cover.authority),
        CoverKind::AutoLiability => say!(common.cover.auto_liability),
        CoverKind::Cargo => say!(common.cover.cargo),
        CoverKind::GeneralLiability => say!(common.cover.general_liability),
        CoverKind::WorkersComp => say!(common.cover.workers_comp),
        CoverKind::Umbrella => say!(common.cover.umbrella),
        CoverKind::Bond => say!(common.cover.bond),
    }
}

/// What is wrong with it.
pub fn finding_words(finding: &Finding) -> String {
    let cover = cover_word(finding.kind);
    let date = finding.expires_on.map(when::date).unwrap_or_default();
    match finding.status {
        ComplianceStatus::ExpiringSoon => say!(common.finding.ends, cover = cover, date = date),
        ComplianceStatus::Expired => say!(common.finding.ended, cover = cover, date = date),
        ComplianceStatus::TooLow => say!(common.finding.too_low, cover = cover),
        ComplianceStatus::Missing | ComplianceStatus::Suspended => say!(common.finding.missing, cover = cover),
    }
}

/// How far a carrier meets what is asked of it.
pub fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Compliant => say!(common.standing.compliant),
        Standing::Watch => say!(common.standing.watch),
        Standing::Barred => say!(common.standing.barred),
    }
}
