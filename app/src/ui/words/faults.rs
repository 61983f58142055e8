//! The words for what went wrong, each with what to do next.

use contract::{
    Code, Refusal,
    refusal::{Details, Rule},
};

use super::{checks_words, doer_words, status_word};
use crate::{fault::Fault, say};

/// What went wrong and what to do next.
pub fn fault_words(fault: &Fault) -> String {
    fault.refusal().map_or_else(|| say!(common.fault.unreachable).to_owned(), refusal_words)
}

/// The same of something that was only to be read.
pub fn unread_words(fault: &Fault) -> String {
    fault.refusal().map_or_else(|| say!(common.fault.unread).to_owned(), refusal_words)
}

fn refusal_words(refusal: &Refusal) -> String {
    let details = refusal.details.as_deref();
    match refusal.code {
        Code::Conflict => conflict(details),
        Code::IllegalTransition => transition(details),
        Code::RateLimited => {
            let wait_ms = details.and_then(|details| details.retry_after_ms).unwrap_or(10_000);
            say!(common.fault.rate_limited, seconds = wait_ms.div_ceil(1_000))
        }
        Code::Internal => details
            .and_then(|details| details.request_id.as_ref())
            .map_or_else(|| say!(common.fault.internal).to_owned(), |id| say!(common.fault.internal_id, id = id)),
        code => match details.and_then(|details| details.rule) {
            Some(Rule::ChecksFailed) => {
                checks_words(details.map(|details| details.checks.as_slice()).unwrap_or_default())
            }
            Some(rule) => rule_words(rule).to_owned(),
            None if code == Code::Refused => refusal.message.clone(),
            None => plain(code).to_owned(),
        },
    }
}

fn conflict(details: Option<&Details>) -> String {
    let who = details.and_then(|details| details.changed_by.as_deref()).unwrap_or_else(|| say!(common.fault.somebody));
    let who = doer_words(who);
    if let Some(status) = details.and_then(|details| details.status) {
        say!(common.fault.conflict, who = who, status = status_word(status))
    } else {
        say!(common.fault.conflict_short, who = who)
    }
}

fn transition(details: Option<&Details>) -> String {
    let Some((details, status)) = details.and_then(|details| details.status.map(|status| (details, status))) else {
        return say!(common.fault.not_found).to_owned();
    };
    let allowed = details.allowed.iter().flatten().map(|status| status_word(*status)).collect::<Vec<_>>().join(", ");
    if allowed.is_empty() {
        say!(common.fault.transition_none, status = status_word(status))
    } else {
        say!(common.fault.transition, status = status_word(status), allowed = allowed)
    }
}

fn plain(code: Code) -> &'static str {
    match code {
        Code::Invalid => say!(common.fault.invalid),
        Code::Unauthorized | Code::TokenExpired => say!(common.fault.unauthorized),
        Code::Revoked => say!(common.fault.revoked),
        Code::Forbidden => say!(common.fault.forbidden),
        Code::NotFound => say!(common.fault.not_found),
        Code::TooLarge => say!(common.fault.too_large),
        Code::Locked => say!(common.fault.locked),
        Code::TooManyConnections => say!(common.fault.too_many_connections),
        Code::BadCoordinates => say!(common.fault.bad_coordinates),
        Code::BadTime => say!(common.fault.bad_time),
        Code::NotUnderWay => say!(common.fault.not_under_way),
        Code::Unavailable => say!(common.fault.unavailable),
        Code::Conflict | Code::IllegalTransition | Code::Refused | Code::RateLimited | Code::Internal => {
            say!(common.fault.internal)
        }
    }
}

/// What a rule asks for.
pub fn rule_words(rule: Rule) -> &'static str {
    match rule {
        Rule::CarrierNeeded => say!(common.fault.carrier_needed),
        Rule::DriverNeeded => say!(common.fault.driver_needed),
        Rule::CarrierRateNeeded => say!(common.fault.carrier_rate_needed),
        Rule::DetailsNeeded => say!(common.fault.details_needed),
        Rule::ConfirmationNeeded => say!(common.fault.confirmation_needed),
        Rule::PodNeeded => say!(common.fault.pod_needed),
        Rule::FileEmpty => say!(common.fault.file_empty),
        Rule::FileKind => say!(common.fault.file_kind),
        Rule::TooManyDocuments => say!(common.fault.too_many_documents),
        Rule::TooManyLinks => say!(common.fault.too_many_links),
        Rule::ConsentNeeded => say!(common.fault.consent_needed),
        Rule::ReasonNeeded => say!(common.fault.reason_needed),
        Rule::CarrierLocked => say!(common.fault.carrier_locked),
        Rule::LoadFinished => say!(common.fault.load_finished),
        Rule::DriverOfOtherCarrier => say!(common.fault.driver_of_other_carrier),
        Rule::CarrierInactive => say!(common.fault.carrier_inactive),
        Rule::CarrierNotCompliant => say!(common.fault.carrier_not_compliant),
        Rule::CarrierNumberTaken => say!(common.fault.carrier_number_taken),
        Rule::EmailTaken => say!(common.fault.email_taken),
        Rule::NotYourself => say!(common.fault.not_yourself),
        Rule::NobodyToWriteTo => say!(common.fault.nobody_to_write_to),
        Rule::MeantForAnother => say!(common.fault.meant_for_another),
        Rule::ChecksFailed => say!(common.fault.checks_failed),
        Rule::StopsRemain => say!(common.fault.stops_remain),
        Rule::NoFurtherStop => say!(common.fault.no_further_stop),
        Rule::NothingToUndo => say!(common.fault.nothing_to_undo),
        Rule::NotYourChange => say!(common.fault.not_your_change),
        Rule::UndoTooLate => say!(common.fault.undo_too_late),
        Rule::TenderExpired => say!(common.fault.tender_expired),
        Rule::TenderTaken => say!(common.fault.tender_taken),
        Rule::TenderWithdrawn => say!(common.fault.tender_withdrawn),
        Rule::TenderAnswered => say!(common.fault.tender_answered),
        Rule::NoTruckToReport => say!(common.fault.no_truck_to_report),
        Rule::NotYourCall => say!(common.fault.not_your_call),
        Rule::CallTooOld => say!(common.fault.call_too_old),
    }
}
