//! The words for what is wrong with a field of a form.

use contract::refusal::{Flaw, Rule};

use crate::say;

/// What is wrong with a field, by its name on the wire. The server's own text serves only where no word is known.
pub fn field_words(field: &str, flaw: Option<Flaw>, text: &str) -> String {
    let Some(flaw) = flaw else { return sentence(text) };
    // Of `stops[1].windowEnd` the last part says what it is.
    let name = field.rsplit('.').next().unwrap_or(field);
    match (name, flaw) {
        ("window", Flaw::NotAllowed) => say!(common.edit.has_left),
        ("carrierRateCents", Flaw::NotAllowed) => say!(common.edit.offers_out),
        ("viewName", Flaw::OutOfRange) => say!(common.views.many),
        ("customerName", Flaw::Needed) => say!(common.flaw.customer_needed),
        ("reference", Flaw::NotAllowed) => say!(common.flaw.entered_already),
        ("city", Flaw::Unknown) => say!(common.flaw.town_unknown),
        ("city", Flaw::Needed) | ("state", _) => say!(common.dialogs.bad_town),
        ("weightLbs", Flaw::OutOfRange) => say!(common.flaw.weight),
        ("carrierRateCents" | "customerRateCents", Flaw::OutOfRange) => say!(common.flaw.rate),
        ("stops", Flaw::OutOfRange) => say!(common.flaw.stop_count),
        ("kind", Flaw::WrongOrder) => say!(common.flaw.stop_kinds),
        ("windowStart", Flaw::WrongOrder) => say!(common.flaw.stop_order),
        ("windowEnd", Flaw::WrongOrder) => say!(common.flaw.window_order),
        ("windowStart" | "windowEnd", Flaw::OutOfRange) => say!(common.flaw.long_ago),
        ("windowStart" | "windowEnd", Flaw::Unreadable) => say!(common.flaw.time),
        ("mcNumber", Flaw::Unreadable) => say!(common.flaw.mc_number),
        ("dotNumber", Flaw::Unreadable) => say!(common.flaw.dot_number),
        ("phone", Flaw::Unreadable) => say!(common.flaw.phone),
        ("email", Flaw::Unreadable) => say!(common.flaw.email),
        ("equipment", Flaw::Needed) => say!(common.flaw.equipment_needed),
        ("carrierId", Flaw::Unknown) => say!(common.flaw.carrier_unknown),
        ("driverId", Flaw::Unknown) => say!(common.flaw.driver_unknown),
        ("eta", Flaw::OutOfRange) => say!(common.flaw.eta_past),
        ("calledAt", Flaw::OutOfRange) => say!(common.flaw.called_long_ago),
        ("calledAt", Flaw::TooFarAhead) => say!(common.flaw.called_ahead),
        (_, flaw) => plain(flaw),
    }
    .to_owned()
}

/// What a field of a load is called where it is told that it was edited.
pub fn edited_word(field: &str) -> &'static str {
    match field.rsplit('.').next().unwrap_or(field) {
        "customerName" => say!(common.detail.customer),
        "equipment" => say!(common.detail.equipment),
        "isHot" => say!(common.detail.hot),
        "commodity" => say!(common.detail.commodity),
        "weightLbs" => say!(common.detail.weight),
        "reference" => say!(common.detail.reference),
        "notes" => say!(common.detail.notes),
        "customerRateCents" => say!(common.detail.customer_rate),
        "carrierRateCents" => say!(common.detail.carrier_rate),
        "facility" => say!(common.dialogs.facility),
        "window" => say!(common.edit.window),
        _ => say!(common.edit.more),
    }
}

/// The field of a form at which a rule asks for something, if there is one.
pub const fn field_of(rule: Rule) -> Option<&'static str> {
    match rule {
        Rule::CarrierNeeded | Rule::CarrierInactive | Rule::CarrierNotCompliant | Rule::CarrierLocked => {
            Some("carrierId")
        }
        Rule::CarrierNumberTaken => Some("mcNumber"),
        Rule::EmailTaken => Some("email"),
        Rule::DriverNeeded | Rule::DriverOfOtherCarrier => Some("driverId"),
        Rule::CarrierRateNeeded => Some("carrierRateCents"),
        Rule::ReasonNeeded => Some("reason"),
        Rule::ChecksFailed
        | Rule::NotYourself
        | Rule::DetailsNeeded
        | Rule::ConfirmationNeeded
        | Rule::PodNeeded
        | Rule::FileEmpty
        | Rule::FileKind
        | Rule::TooManyDocuments
        | Rule::LoadFinished
        | Rule::StopsRemain
        | Rule::NoFurtherStop
        | Rule::NothingToUndo
        | Rule::NotYourChange
        | Rule::UndoTooLate
        | Rule::NobodyToWriteTo
        | Rule::MeantForAnother
        | Rule::TenderExpired
        | Rule::TenderTaken
        | Rule::TenderWithdrawn
        | Rule::TooManyLinks
        | Rule::ConsentNeeded
        | Rule::TenderAnswered
        | Rule::NoTruckToReport
        | Rule::NotYourCall
        | Rule::CallTooOld => None,
    }
}

fn plain(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::Needed => say!(common.flaw.needed),
        Flaw::TooLong => say!(common.flaw.too_long),
        Flaw::Unreadable => say!(common.flaw.unreadable),
        Flaw::OutOfRange => say!(common.flaw.out_of_range),
        Flaw::Unknown => say!(common.flaw.unknown),
        Flaw::NotAllowed => say!(common.flaw.not_allowed),
        Flaw::WrongOrder => say!(common.flaw.wrong_order),
        Flaw::TooFarAhead => say!(common.flaw.too_far_ahead),
    }
}

/// A fault as the server writes it, such as `is needed`, to stand by itself.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_a_stop_is_known_by_its_last_part() {
        let words = field_words("stops[3].windowEnd", Some(Flaw::WrongOrder), "comes before the window opens");

        assert_eq!(words, say!(common.flaw.window_order));
    }

    #[test]
    fn the_servers_text_stands_only_where_no_word_is_known() {
        assert_eq!(field_words("speed", None, "must be 0 or more"), "Must be 0 or more");
        assert_eq!(field_words("commodity", Some(Flaw::TooLong), "at most 200"), say!(common.flaw.too_long));
    }
}
