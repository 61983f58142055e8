//! The words for check calls.

use contract::{
    Timestamp,
    check_calls::{CheckCall, CheckCallKind, ContactMethod, Due, DueReason},
};

use crate::{say, ui::words::length_words};

/// What a call reports.
pub fn kind_word(kind: CheckCallKind) -> &'static str {
    match kind {
        CheckCallKind::CheckCall => say!(check_calls.kind.check_call),
        CheckCallKind::Arrival => say!(check_calls.kind.arrival),
        CheckCallKind::Departure => say!(check_calls.kind.departure),
        CheckCallKind::Delay => say!(check_calls.kind.delay),
        CheckCallKind::Issue => say!(check_calls.kind.issue),
    }
}

/// By which way it came.
pub fn method_word(method: ContactMethod) -> &'static str {
    match method {
        ContactMethod::Phone => say!(check_calls.method.phone),
        ContactMethod::Text => say!(check_calls.method.text),
        ContactMethod::App => say!(check_calls.method.app),
        ContactMethod::Gps => say!(check_calls.method.gps),
    }
}

/// Why a call is due then.
pub fn reason_word(reason: DueReason) -> &'static str {
    match reason {
        DueReason::Interval => say!(check_calls.reason.interval),
        DueReason::Reminder => say!(check_calls.reason.reminder),
        DueReason::Pickup => say!(check_calls.reason.pickup),
        DueReason::Delivery => say!(check_calls.reason.delivery),
    }
}

/// For how long a call is due, or how soon it will be.
pub fn due_words(due: Due, now: Timestamp) -> String {
    let min = now.since_ms(due.at) / 60_000;
    if due.is_overdue(now) {
        say!(check_calls.overdue, time = length_words(min))
    } else {
        say!(check_calls.due_in, time = length_words(-min))
    }
}

/// How loud that is: from four hours on it is red, before it is amber (`domain.md` §4.5).
pub fn due_class(due: Due, now: Timestamp) -> &'static str {
    match due.step(now) {
        Some(4..) => "bad",
        Some(_) => "warnt",
        None => "",
    }
}

/// Who said it, and by which way.
pub fn by_words(call: &CheckCall) -> String {
    if call.by.is_empty() {
        return say!(check_calls.by_position).to_owned();
    }
    format!("{} · {}", call.by, method_word(call.method))
}
