//! Changing a load: every edge of its life with the permission and the conditions that it needs.

use chrono::{DateTime, Utc};
use contract::{
    LoadId, Refusal, TenantId,
    actor::{Actor, Permission},
    documents::DocumentKind,
    event::{LoadAssigned, LoadDelivered, LoadDispatched, LoadStatusChanged},
    loads::{AssignLoad, ChangeStatus, Happening, LoadRow},
    refusal::{Flaw, Rule},
    room::Stream,
    status::{LoadStatus, Move},
    text,
};

use super::{Told, also, checks, flawed_text, stops, tell, tender};
use crate::{
    desk::Desk,
    error::Result,
    store::{
        self, Tx, carriers, documents as papers,
        loads::{self as rows, Record, undo},
        positions,
    },
};
use LoadStatus as S;

/// What a carrier may be paid for a load, in cents.
pub(super) const RATES_CENTS: std::ops::RangeInclusive<i64> = 1..=10_000_000_000;

/// Reasons longer than this are essays.
const MAX_REASON: usize = 500;

/// Moves a load to another status.
pub async fn status(desk: &Desk, who: &Actor, ask: ChangeStatus) -> Result<LoadRow> {
    let seen = seen(desk, who, ask.load_id).await?;
    let reason = reason(ask.reason.as_deref())?;
    // Without any right to move loads, nobody learns which moves there would be.
    who.may(Permission::LoadStatusUpdate)?;
    let step = step(who, &seen, ask.version, ask.status)?;
    let grant = who.may(Permission::to_move(seen.status(), ask.status, step))?;
    let mut tx = desk.begin(grant).await?;
    let after = move_one(&mut tx, who, &ask, reason).await?;
    tx.commit().await?;
    Ok(after.row_for(who))
}

/// Moves one load within a write, after all that may stand against it was asked.
pub(super) async fn move_one(
    tx: &mut Tx<'_>,
    who: &Actor,
    ask: &ChangeStatus,
    reason: Option<String>,
) -> Result<Record> {
    let before = current(tx, ask.load_id, ask.version).await?;
    let step = step(who, &before, ask.version, ask.status)?;
    who.may(Permission::to_move(before.status(), ask.status, step))?;
    if step != Move::Forward && reason.is_none() {
        return Err(Refusal::rule(Rule::ReasonNeeded).into());
    }
    let asks_for_proof = step == Move::Forward && matches!(ask.status, S::Delivered | S::Completed);
    let is_proven = asks_for_proof && papers::has(tx, ask.load_id, DocumentKind::Pod).await?;
    gate(&before, ask.status, step, ask.confirmed || is_proven)?;
    // Who may do without says why and that they mean it.
    let does_without = ask.confirmed && reason.is_some() && who.can(Permission::GateOverride);
    if asks_for_proof && ask.status == S::Completed && !is_proven && !does_without {
        return Err(Refusal::rule(Rule::PodNeeded).into());
    }
    let is_over = before.tender_expires_at.is_some_and(|at| store::moment(at) <= tx.now());
    if is_over && ask.status == S::Accepted && !who.role.is_staff() {
        return Err(Refusal::rule(Rule::TenderExpired).into());
    }
    if step == Move::Forward && ask.status == S::Dispatched {
        let failed = checks::failed(tx, &before).await?;
        if !failed.is_empty() && !does_without {
            return Err(Refusal::checks_failed(failed).into());
        }
        if !failed.is_empty() {
            rows::note(tx, ask.load_id, &Happening::ChecksWaived { checks: failed }).await?;
        }
    }
    undo::remember(tx, &before).await?;
    move_on(tx, &before, before.clone(), ask.status, reason, None).await
}

/// Gives a load to a carrier and perhaps a driver, and moves it on when asked to.
pub async fn assign(desk: &Desk, who: &Actor, ask: AssignLoad) -> Result<LoadRow> {
    let seen = seen(desk, who, ask.load_id).await?;
    let grant = who.may(Permission::LoadAssign)?;
    fresh(who, &seen, ask.version)?;
    let from = seen.status();
    if from.is_finished() {
        return Err(Refusal::rule(Rule::LoadFinished).into());
    }
    let other_carrier = seen.carrier() != Some(ask.carrier_id);
    if from.is_loaded() && other_carrier && !who.can(Permission::CarrierOverride) {
        return Err(Refusal::rule(Rule::CarrierLocked).into());
    }
    if ask.carrier_rate_cents.is_some_and(|cents| !RATES_CENTS.contains(&cents)) {
        return Err(Refusal::flawed("carrierRateCents", Flaw::OutOfRange, "must be more than 0").into());
    }
    let to = ask.status.filter(|to| *to != from);
    if let Some(to) = to {
        onward(who, &seen, ask.version, to)?;
    }
    let mut tx = desk.begin(grant).await?;
    let before = current(&mut tx, ask.load_id, ask.version).await?;
    // Another tender takes the place of one that is out; that has left the house.
    let is_resent = from == S::Tendered
        && to.is_none()
        && (other_carrier || ask.carrier_rate_cents.is_some_and(|cents| Some(cents) != before.carrier_rate_cents));
    if !is_resent {
        undo::remember(&mut tx, &before).await?;
    }
    let mut load = before.clone();
    let known = carriers::in_tx(&mut tx, ask.carrier_id, false)
        .await?
        .ok_or_else(|| Refusal::flawed("carrierId", Flaw::Unknown, "is not known"))?;
    if !known.is_active() {
        return Err(Refusal::rule(Rule::CarrierInactive).into());
    }
    if is_resent || to == Some(S::Tendered) {
        checks::offerable(&known, &load, &tx)?;
    }
    let carrier_name = known.form.name;
    // Whoever drives already goes on, also when they have left meanwhile.
    let kept = before.driver().filter(|driver| !other_carrier && ask.driver_id.is_none_or(|asked| asked == *driver));
    let driver_id = kept.or(ask.driver_id);
    let driver_name = match driver_id {
        Some(_) if kept.is_some() => before.driver_name.clone(),
        Some(driver) => {
            let (carrier, name) = carriers::driver(&mut tx, driver)
                .await?
                .ok_or_else(|| Refusal::flawed("driverId", Flaw::Unknown, "is not known"))?;
            if carrier != ask.carrier_id {
                return Err(Refusal::rule(Rule::DriverOfOtherCarrier).into());
            }
            Some(name)
        }
        None => None,
    };
    load.hand_to(Some(ask.carrier_id), driver_id, tx.now());
    // What was agreed with one carrier binds no other; before there was any, it is what the desk means to pay.
    let kept_rate = before.carrier_rate_cents.filter(|_| before.carrier().is_none() || !other_carrier);
    load.carrier_rate_cents = ask.carrier_rate_cents.or(kept_rate);
    load.dispatcher_id = load.dispatcher_id.or(Some(who.user.uuid()));
    rows::note(
        &mut tx,
        ask.load_id,
        &Happening::CarrierAssigned { carrier_name: carrier_name.clone(), driver_name: driver_name.clone() },
    )
    .await?;
    let told = |load: &Record, Told { row, by, .. }: Told| LoadAssigned {
        load_id: load.id(),
        load_number: load.load_number.clone(),
        carrier_id: ask.carrier_id,
        carrier_name: carrier_name.clone(),
        driver_id,
        driver_name: driver_name.clone(),
        updated_by: by,
        load: row,
    };
    needs(&load, to.unwrap_or(from))?;
    if to == Some(S::Dispatched) {
        let failed = checks::failed(&mut tx, &load).await?;
        if !failed.is_empty() {
            return Err(Refusal::checks_failed(failed).into());
        }
    }
    let after = if let Some(to) = to {
        let after = move_on(&mut tx, &before, load, to, None, None).await?;
        tx.tell(Stream::Tenant(tx.tenant()), told(&after, Told::to_staff(&tx, &after)));
        after
    } else {
        let mut offers = Vec::new();
        if is_resent {
            offers = tender::close(&mut tx, &mut load, false).await?;
            offers.extend(tender::send(&mut tx, &mut load, None).await?);
        }
        let after = write(&mut tx, &before, load).await?;
        tell(&mut tx, &before, &after, |to| told(&after, to)).await?;
        tender::tell(&mut tx, &after, &offers).await?;
        after
    };
    tx.commit().await?;
    Ok(after.row_for(who))
}

/// The load as the caller may see it; what they may not see isn't there.
pub(super) async fn seen(desk: &Desk, who: &Actor, id: LoadId) -> Result<Record> {
    Ok(rows::one(&desk.store, who, id).await?.ok_or_else(Refusal::not_found)?)
}

/// The load as the write sees it, still at the version that the caller saw, and kept so until the write ends.
pub(super) async fn current(tx: &mut Tx<'_>, id: LoadId, version: i64) -> Result<Record> {
    rows::lock(tx, &[id]).await?;
    let load = rows::in_tx(tx, id).await?.ok_or_else(Refusal::not_found)?;
    if let Some(who) = tx.actor() {
        fresh(who, &load, version)?;
    }
    Ok(load)
}

/// Whether nobody changed the load since the caller saw it. Only the desk's own people learn who did.
pub(super) fn fresh(who: &Actor, load: &Record, version: i64) -> Result<(), Refusal> {
    if load.version == version {
        return Ok(());
    }
    let by = (who.role.is_staff() && !load.updated_by.is_empty()).then(|| load.updated_by.clone());
    Err(Refusal::conflict(load.version, load.status(), by, load.updated_at()))
}

/// What the move is; a stale version is told before an impossible move, because it explains it.
fn step(who: &Actor, load: &Record, version: i64, to: LoadStatus) -> Result<Move, Refusal> {
    fresh(who, load, version)?;
    let from = load.status();
    from.step(to).ok_or_else(|| {
        let mut allowed: Vec<_> = from
            .next()
            .iter()
            .copied()
            .filter(|next| from.step(*next).is_some_and(|step| who.can(Permission::to_move(from, *next, step))))
            .collect();
        allowed.extend(from.previous().filter(|_| who.can(Permission::LoadStatusRevert)));
        Refusal::illegal_transition(from, to, allowed)
    })
}

/// Whether a load may go on to a status at once when it is given to a carrier: up to where the truck starts. All else is
/// asked for by itself, where a reason or a confirmation goes with it.
pub(super) fn onward(who: &Actor, load: &Record, version: i64, to: LoadStatus) -> Result<(), Refusal> {
    if !matches!(to, S::Tendered | S::Accepted | S::Dispatched) {
        return Err(Refusal::flawed("status", Flaw::NotAllowed, "must be TENDERED, ACCEPTED or DISPATCHED"));
    }
    let step = step(who, load, version, to)?;
    who.may(Permission::to_move(load.status(), to, step))?;
    if step == Move::Forward { Ok(()) } else { Err(Refusal::rule(Rule::ReasonNeeded)) }
}

/// What a load must have in a status.
fn needs(load: &Record, status: LoadStatus) -> Result<(), Refusal> {
    let need = |met: bool, rule: Rule| if met { Ok(()) } else { Err(Refusal::rule(rule)) };
    need(status < S::Tendered || load.carrier_id.is_some(), Rule::CarrierNeeded)?;
    need(status < S::Dispatched || load.driver_id.is_some(), Rule::DriverNeeded)?;
    let needs_rate = status == S::Tendered || status >= S::Dispatched;
    need(!needs_rate || load.carrier_rate_cents.is_some_and(|cents| cents > 0), Rule::CarrierRateNeeded)
}

/// The conditions of an edge.
fn gate(load: &Record, to: LoadStatus, step: Move, confirmed: bool) -> Result<(), Refusal> {
    if step != Move::Forward {
        return Ok(());
    }
    match to {
        S::Tendered | S::Accepted | S::Dispatched => needs(load, to),
        S::Delivered if !confirmed => Err(Refusal::rule(Rule::ConfirmationNeeded)),
        _ => Ok(()),
    }
}

/// Completes a load that was delivered long enough ago and has its proof of delivery, unless it moved on meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn complete_by_itself(desk: &Desk, tenant: TenantId, load: LoadId) -> Result<()> {
    let mut tx = desk.begin_itself(tenant).await?;
    rows::lock(&mut tx, &[load]).await?;
    let before = rows::in_tx(&mut tx, load).await?.filter(|load| load.status() == S::Delivered);
    if let Some(before) = before
        && papers::has(&mut tx, load, DocumentKind::Pod).await?
    {
        move_on(&mut tx, &before, before.clone(), S::Completed, None, None).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Writes a load in its new status, with the times and offers that the move implies, and tells of it. `plan` says to whom
/// it is offered when it becomes TENDERED: else to its carrier.
pub(super) async fn move_on(
    tx: &mut Tx<'_>,
    before: &Record,
    mut load: Record,
    to: LoadStatus,
    reason: Option<String>,
    plan: Option<tender::Plan>,
) -> Result<Record> {
    let from = before.status();
    // The status is this moment's; what the truck did to deserve it may lie back.
    let (now, happened): (DateTime<Utc>, DateTime<Utc>) = (store::column(tx.now()), store::column(tx.happened()));
    to.name().clone_into(&mut load.status);
    load.status_changed_at = now;
    if to == S::Pending {
        load.hand_to(None, None, tx.now());
    }
    // A skipped status leaves no hole in the times; a backward move takes them back (`domain.md` §2.1).
    let times =
        |at: &mut Option<DateTime<Utc>>, reached: bool| *at = if reached { at.or(Some(happened)) } else { None };
    if to != S::Cancelled {
        times(&mut load.dispatched_at, to >= S::Dispatched);
        times(&mut load.picked_up_at, to >= S::PickedUp);
        times(&mut load.delivered_at, to >= S::Delivered);
    }
    // The next stop is another one now, or there is none: the next fix will tell when.
    let skips_pickup = (from, to) == (S::Dispatched, S::InTransit);
    if skips_pickup || matches!(to, S::AtPickup | S::PickedUp | S::AtDelivery) || !to.is_under_way() {
        load.eta = None;
    }
    rows::note(tx, load.id(), &Happening::StatusChanged { from, to, reason }).await?;
    let offers = if to == S::Tendered {
        tender::send(tx, &mut load, plan).await?
    } else if from == S::Tendered {
        tender::close(tx, &mut load, to == S::Accepted).await?
    } else {
        Vec::new()
    };
    let marked = stops::mark(tx, &load, from, to).await?;
    let after = write(tx, before, load).await?;
    let (load_id, load_number) = (after.id(), after.load_number.clone());
    tell(tx, before, &after, |Told { row, by, .. }| LoadStatusChanged {
        load_id,
        load_number: load_number.clone(),
        previous_status: from,
        new_status: to,
        updated_by: by,
        load: row,
    })
    .await?;
    if to == S::Dispatched
        && from < to
        && let Some(carrier_id) = after.carrier()
    {
        also(tx, &after, |Told { row, by, .. }| LoadDispatched {
            load_id,
            load_number: load_number.clone(),
            carrier_id,
            carrier_name: after.carrier_name.clone().unwrap_or_default(),
            driver_id: after.driver(),
            driver_name: after.driver_name.clone(),
            updated_by: by,
            load: row,
        })
        .await?;
    }
    if to == S::Delivered && from < to {
        let delivered_at = tx.now();
        let told = |Told { row, .. }: Told| LoadDelivered {
            load_id,
            load_number: load_number.clone(),
            delivered_at,
            load: row,
        };
        also(tx, &after, told).await?;
    }
    stops::tell(tx, &after, &marked).await?;
    tender::tell(tx, &after, &offers).await?;
    Ok(after)
}

/// Writes a changed load, still at the version that was read, and gives it as it is then. Where one truck was says
/// nothing of another.
pub(super) async fn write(tx: &mut Tx<'_>, before: &Record, load: Record) -> Result<Record> {
    if !rows::change(tx, &load).await? {
        current(tx, load.id(), load.version).await?;
    }
    if !load.has_same_truck(before) {
        positions::forget_marker(tx, load.id()).await?;
    }
    Ok(rows::in_tx(tx, load.id()).await?.ok_or_else(Refusal::not_found)?)
}

/// A reason as it is kept, if one was given.
pub(super) fn reason(text: Option<&str>) -> Result<Option<String>, Refusal> {
    text::lines(text.unwrap_or_default(), MAX_REASON)
        .map_err(|flaw| Refusal::flawed("reason", flaw, flawed_text(flaw, MAX_REASON)))
}
