//! The words for what is looked at before a truck starts.

use contract::loads::Check;

use crate::say;

/// What is not as it must be.
pub fn check_words(check: Check) -> &'static str {
    match check {
        Check::CarrierActive => say!(common.check.carrier_active),
        Check::Authority => say!(common.check.authority),
        Check::AutoLiability => say!(common.check.auto_liability),
        Check::CargoInsurance => say!(common.check.cargo),
        Check::RateConfirmation => say!(common.check.rate_confirmation),
        Check::PickupWindow => say!(common.check.pickup_window),
    }
}

/// All of it in one sentence, and who could do without.
pub fn checks_words(checks: &[Check]) -> String {
    let list = checks.iter().map(|check| check_words(*check)).collect::<Vec<_>>().join(" · ");
    say!(common.check.failed, list = list)
}
