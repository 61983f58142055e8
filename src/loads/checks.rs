//! What is looked at before a load is offered to a carrier, and before its truck starts (`domain.md` §7.6).

use contract::{
    Day, Refusal,
    carriers::{Finding, findings},
    documents::DocumentKind,
    loads::Check,
    refusal::Rule,
};

use crate::{
    error::Result,
    places,
    store::{
        self, Tx,
        carriers::{self, Known},
        documents as papers,
        loads::Record,
    },
};

/// What the load's carrier lacks on the way: it must have all of it until the last stop's window closes, and today.
fn lacks(carrier: &Known, load: &Record, tx: &Tx<'_>) -> Vec<Finding> {
    let delivery = places::date(store::moment(load.delivery_end), &load.delivery_zone);
    let today = places::date(tx.now(), &load.pickup_zone);
    let mut found = findings(&carrier.form.covers, Day::new(delivery.max(today)));
    found.retain(Finding::stands_against);
    found
}

/// Whether a load may be offered to a carrier.
pub(super) fn offerable(carrier: &Known, load: &Record, tx: &Tx<'_>) -> Result<(), Refusal> {
    if !carrier.is_active() {
        return Err(Refusal::rule(Rule::CarrierInactive));
    }
    if lacks(carrier, load, tx).is_empty() { Ok(()) } else { Err(Refusal::rule(Rule::CarrierNotCompliant)) }
}

/// What is not as it must be before the load's truck starts; nothing when all is. A load without a carrier can't start, for
/// which there is a rule of its own.
pub(super) async fn failed(tx: &mut Tx<'_>, load: &Record) -> Result<Vec<Check>> {
    let mut failed = Vec::new();
    let Some(carrier) = load.carrier() else { return Ok(failed) };
    let known = carriers::in_tx(tx, carrier, false).await?.ok_or_else(Refusal::not_found)?;
    if !known.is_active() {
        failed.push(Check::CarrierActive);
    }
    failed.extend(lacks(&known, load, tx).into_iter().filter_map(|finding| Check::of_cover(finding.kind)));
    let papers = papers::in_tx(tx, load.id()).await?;
    // What was agreed with one carrier binds no other.
    let is_signed =
        papers.iter().any(|paper| paper.document.kind == DocumentKind::RateConfirmation && paper.is_of(Some(carrier)));
    if !is_signed {
        failed.push(Check::RateConfirmation);
    }
    if store::moment(load.pickup_end) < tx.now() {
        failed.push(Check::PickupWindow);
    }
    failed.sort_unstable();
    Ok(failed)
}
