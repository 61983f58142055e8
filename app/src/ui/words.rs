//! The words for what the contract names: statuses, lanes, equipment, roles and risks.

mod carriers;
mod checks;
mod faults;
mod fields;
mod stays;

use contract::{
    Timestamp,
    actor::Role,
    documents::DocumentKind,
    loads::{Appointment, Equipment, LoadRow, StopKind},
    risk::Reason,
    status::{Lane, LoadStatus, Move},
    tenders::{DeclineReason, OfferState},
};

pub use carriers::{carrier_status_word, cover_word, finding_words, standing_word};
pub use checks::{check_words, checks_words};
pub use faults::{fault_words, rule_words, unread_words};
pub use fields::{edited_word, field_of, field_words};
pub use stays::{doer_words, stay_words};

use crate::{say, when};

/// A status in words.
pub fn status_word(status: LoadStatus) -> &'static str {
    match status {
        LoadStatus::Planning => say!(common.status.planning),
        LoadStatus::Pending => say!(common.status.pending),
        LoadStatus::Tendered => say!(common.status.tendered),
        LoadStatus::Accepted => say!(common.status.accepted),
        LoadStatus::Dispatched => say!(common.status.dispatched),
        LoadStatus::AtPickup => say!(common.status.at_pickup),
        LoadStatus::PickedUp => say!(common.status.picked_up),
        LoadStatus::InTransit => say!(common.status.in_transit),
        LoadStatus::AtDelivery => say!(common.status.at_delivery),
        LoadStatus::Delivered => say!(common.status.delivered),
        LoadStatus::Completed => say!(common.status.completed),
        LoadStatus::Cancelled => say!(common.status.cancelled),
    }
}

/// What a button says that moves a load from one status to another.
pub fn move_words(from: LoadStatus, to: LoadStatus) -> String {
    if from.step(to) == Some(Move::Backward) {
        return say!(common.go.back, status = status_word(to));
    }
    match to {
        LoadStatus::Pending if from == LoadStatus::Tendered => say!(common.go.decline),
        LoadStatus::Pending => say!(common.go.ready),
        LoadStatus::Tendered => say!(common.go.tender),
        LoadStatus::Accepted => say!(common.go.accept),
        LoadStatus::Dispatched => say!(common.go.dispatch),
        LoadStatus::Completed => say!(common.go.complete),
        LoadStatus::Cancelled => say!(common.go.cancel),
        to => status_word(to),
    }
    .to_owned()
}

/// Where an offer to a carrier stands.
pub fn offer_word(state: OfferState) -> &'static str {
    match state {
        OfferState::Pending => say!(common.offer.pending),
        OfferState::Offered => say!(common.offer.offered),
        OfferState::Accepted => say!(common.offer.accepted),
        OfferState::Declined => say!(common.offer.declined),
        OfferState::Expired => say!(common.offer.expired),
        OfferState::Withdrawn => say!(common.offer.withdrawn),
        OfferState::Taken => say!(common.offer.taken),
    }
}

/// What a paper is.
pub fn document_word(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::RateConfirmation => say!(common.paper.rate_confirmation),
        DocumentKind::Bol => say!(common.paper.bol),
        DocumentKind::Pod => say!(common.paper.pod),
        DocumentKind::Other => say!(common.paper.other),
    }
}

/// Why a carrier says no.
pub fn decline_word(reason: DeclineReason) -> &'static str {
    match reason {
        DeclineReason::Rate => say!(common.decline.rate),
        DeclineReason::NoTruck => say!(common.decline.no_truck),
        DeclineReason::Timing => say!(common.decline.timing),
        DeclineReason::Lane => say!(common.decline.lane),
        DeclineReason::Other => say!(common.decline.other),
    }
}

/// A lane's heading.
pub fn lane_word(lane: Lane) -> &'static str {
    match lane {
        Lane::Unassigned => say!(common.lane.unassigned),
        Lane::Tendered => say!(common.lane.tendered),
        Lane::Dispatched => say!(common.lane.dispatched),
        Lane::InTransit => say!(common.lane.in_transit),
        Lane::Delivered => say!(common.lane.delivered),
        Lane::Completed => say!(common.lane.completed),
    }
}

/// Equipment in words.
pub fn equipment_word(equipment: Equipment) -> &'static str {
    match equipment {
        Equipment::DryVan => say!(common.equipment.dry_van),
        Equipment::Reefer => say!(common.equipment.reefer),
        Equipment::Flatbed => say!(common.equipment.flatbed),
        Equipment::StepDeck => say!(common.equipment.step_deck),
        Equipment::Lowboy => say!(common.equipment.lowboy),
        Equipment::Conestoga => say!(common.equipment.conestoga),
        Equipment::PowerOnly => say!(common.equipment.power_only),
        Equipment::Sprinter => say!(common.equipment.sprinter),
        Equipment::Hotshot => say!(common.equipment.hotshot),
        Equipment::Tanker => say!(common.equipment.tanker),
        Equipment::Hopper => say!(common.equipment.hopper),
        Equipment::Container => say!(common.equipment.container),
    }
}

/// What a stop is for, in words.
pub fn stop_word(kind: StopKind) -> &'static str {
    match kind {
        StopKind::Pickup => say!(common.stop.pickup),
        StopKind::Delivery => say!(common.stop.delivery),
    }
}

/// A role in words.
pub fn role_word(role: Role) -> &'static str {
    match role {
        Role::Admin => say!(accounts.role.admin),
        Role::OperationsManager => say!(accounts.role.operations_manager),
        Role::Dispatch => say!(accounts.role.dispatch),
        Role::Sales => say!(accounts.role.sales),
        Role::Accounting => say!(accounts.role.accounting),
        Role::CarrierRelations => say!(accounts.role.carrier_relations),
        Role::Support => say!(accounts.role.support),
        Role::ReadOnly => say!(accounts.role.read_only),
        Role::CarrierOwner => say!(accounts.role.carrier_owner),
        Role::CarrierAdmin => say!(accounts.role.carrier_admin),
        Role::CarrierDispatcher => say!(accounts.role.carrier_dispatcher),
        Role::Driver => say!(accounts.role.driver),
    }
}

/// Why a load is at risk, in words: `45 min late: due by 19:50 CT, 312 mi left`. What it counts to is the end of a
/// window, so that is named.
pub fn reason_words(reason: Reason, load: &LoadRow, now: Timestamp) -> String {
    let by = |window: &Appointment| format!("{} {}", when::soon(window.end, window.offset_min, now), window.zone_short);
    let pickup = || by(&load.pickup);
    let due = || by(load.ahead().2);
    match reason {
        Reason::NoCarrier { closes_in_min } => {
            say!(common.reason.no_carrier, by = pickup(), time = length_words(closes_in_min))
        }
        Reason::NotTendered { closes_in_min } => {
            say!(common.reason.not_tendered, by = pickup(), time = length_words(closes_in_min))
        }
        Reason::NotAccepted { asked_min, closes_in_min } => {
            let (asked, left) = (length_words(asked_min), length_words(closes_in_min));
            say!(common.reason.not_accepted, asked = asked, by = pickup(), time = left)
        }
        Reason::PickupMissed { by_min } => say!(common.reason.pickup_missed, time = length_words(by_min)),
        Reason::EtaAfterWindow { by_min, miles_left: Some(miles) } => {
            say!(common.reason.late_miles, time = length_words(by_min), by = due(), miles = miles)
        }
        Reason::EtaAfterWindow { by_min, miles_left: None } => {
            say!(common.reason.late, time = length_words(by_min), by = due())
        }
        Reason::EtaNearEnd { left_min } => say!(common.reason.tight, time = length_words(left_min), by = due()),
        Reason::Unknown { expected } => {
            let (_, _, window) = load.ahead();
            let at = format!("{} {}", when::soon(expected, window.offset_min, now), window.zone_short);
            say!(common.reason.unknown, at = at)
        }
        Reason::NoSignal { min } => say!(common.reason.no_signal, time = length_words(min)),
    }
}

/// How long an offer is still open.
pub fn left_words(ends: Timestamp, now: Timestamp) -> String {
    match ends.since_ms(now).div_euclid(60_000) {
        ..0 => say!(common.tender.closing).to_owned(),
        min => say!(common.tender.left, time = length_words(min)),
    }
}

/// Money in dollars: `$1,850`, and `$1,850.50` when there are cents.
pub fn money_words(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let (dollars, rest) = (thousands((cents / 100).abs()), (cents % 100).abs());
    if rest == 0 { format!("{sign}${dollars}") } else { format!("{sign}${dollars}.{rest:02}") }
}

/// A whole number that isn't negative, as people write it: `42,000`.
pub fn thousands(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A length of time to act on. Below three hours the minutes count, so `2 h 10` and not `2 h`.
pub fn length_words(min: i64) -> String {
    match min {
        ..1 => say!(common.reason.under_a_minute).to_owned(),
        60..180 if min % 60 != 0 => {
            say!(common.reason.hours_minutes, hours = min / 60, minutes = format!("{:02}", min % 60))
        }
        _ => when::minutes(min),
    }
}

#[cfg(test)]
mod tests {
    use super::{length_words, money_words, thousands};

    #[test]
    fn a_length_says_minutes_as_long_as_they_count() {
        for (min, words) in [(0, "under 1 min"), (41, "41 min"), (125, "2 h 05"), (120, "2 h"), (200, "3 h")] {
            assert_eq!(length_words(min), words);
        }
    }

    #[test]
    fn money_has_cents_only_when_there_are_some() {
        assert_eq!(money_words(185_000), "$1,850");
        assert_eq!(money_words(-185_050), "-$1,850.50");
        assert_eq!(money_words(7), "$0.07");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(thousands(999), "999");
    }
}
