//! Check calls: logging what was reported from the road, and who reads it.
//!
//! What a carrier's people log is told to the desk and to them; what the desk logs is the desk's own. A call moves no
//! truck on the map: where a truck is, only its positions say.

pub mod due;

use contract::{
    CheckCallId, LoadId, Refusal,
    actor::{Actor, Permission},
    check_calls::{
        ChangeCheckCall, CheckCall, CheckCallQuery, CheckCalls, ContactMethod, DueCalls, EDIT_MS, LogCheckCall,
        MAX_CALLS, MAX_NOTES, RemoveCheckCall, place_words,
    },
    event::{CheckCallReceived, CheckCallRemoved, CheckCallUpdated, LoadEtaUpdated},
    loads::Town,
    refusal::Rule,
    status::LoadStatus,
    text,
    tracking::Source,
};

use crate::{
    clock::new_id,
    desk::Desk,
    error::Result,
    journal,
    loads::{flawed_text, tell_of},
    notices, places,
    store::{
        Tx,
        check_calls::{self as rows, Insert, Stored},
        loads::{self as loads, Record},
        positions,
    },
};

/// So far from a town a truck may be and still be said to be near it, in miles.
const NEAR_MILES: f64 = 60.0;

#[async_trait::async_trait]
impl app::check_calls::port::CheckCalls for Desk {
    async fn check_calls(&self, who: &Actor, query: CheckCallQuery) -> Result<CheckCalls, Refusal> {
        Ok(of_load(self, who, query.load_id).await?)
    }

    async fn due_calls(&self, who: &Actor) -> Result<DueCalls, Refusal> {
        Ok(due::list(self, who).await?)
    }

    async fn log_check_call(&self, who: &Actor, ask: LogCheckCall) -> Result<CheckCall, Refusal> {
        Ok(log(self, who, ask).await?)
    }

    async fn change_check_call(&self, who: &Actor, ask: ChangeCheckCall) -> Result<CheckCall, Refusal> {
        Ok(change(self, who, ask).await?)
    }

    async fn remove_check_call(&self, who: &Actor, ask: RemoveCheckCall) -> Result<(), Refusal> {
        Ok(remove(self, who, ask.id).await?)
    }
}

async fn of_load(desk: &Desk, who: &Actor, id: LoadId) -> Result<CheckCalls> {
    // A carrier's people, who may log and not look on, see what they logged.
    if who.role.is_staff() || !who.can(Permission::CheckCallLog) {
        who.may(Permission::CheckCallView)?;
    }
    let load = loads::one(&desk.store, who, id).await?.ok_or_else(Refusal::not_found)?;
    let cursor = journal::cursor(&desk.journal, who).await?;
    let calls = rows::of_load(&desk.store, who, id, MAX_CALLS).await?;
    let newest = calls.first().map(|call| (call.insert.call.called_at, call.insert.call.remind_hours));
    let clock = Some(due::clock(&load, newest)).filter(|_| who.role.is_staff());
    let due = clock.and_then(|clock| clock.due());
    Ok(CheckCalls {
        data: calls.into_iter().map(|call| call.for_reader(who)).collect(),
        since: due.and(clock).map(|clock| clock.since),
        due,
        driver_phone: load.driver_phone.clone().filter(|_| who.can(Permission::DriverPhoneView)),
        near: near(&load),
        cursor,
        as_of: desk.clock.now(),
    })
}

/// The town that a load's truck was near when its last position came.
fn near(load: &Record) -> Option<Town> {
    let place = places::nearest(load.last_fix()?.point(), NEAR_MILES)?;
    Some(Town { city: place.city.clone(), state: place.state.clone() })
}

/// Logs a call. The same key twice is the same call, and is answered alike.
async fn log(desk: &Desk, who: &Actor, ask: LogCheckCall) -> Result<CheckCall> {
    let grant = who.may(Permission::CheckCallLog)?;
    let (id, key) = (ask.load_id, ask.client_key);
    loads::one(&desk.store, who, id).await?.ok_or_else(Refusal::not_found)?;
    if let Some(known) = known(desk, who, &ask).await? {
        return Ok(known.for_reader(who));
    }
    let is_staff = who.role.is_staff();
    let mut call = ask.clone().check(desk.clock.now(), who.can(Permission::CheckCallBackdate))?;
    if !is_staff {
        call.method = ContactMethod::App;
    }
    let mut tx = desk.begin(grant).await?;
    // This locks the load: of two calls at once, the second sees the first.
    let tracked = positions::tracked(&mut tx, &[id]).await?.pop().ok_or_else(Refusal::not_found)?;
    let load = loads::in_tx(&mut tx, id).await?.ok_or_else(Refusal::not_found)?;
    // It may have been taken away in between.
    let is_theirs =
        who.carrier.is_some() && load.carrier() == who.carrier && (who.driver.is_none() || load.driver() == who.driver);
    if !is_staff && !is_theirs {
        return Err(Refusal::not_found().into());
    }
    if !(LoadStatus::Accepted..LoadStatus::Cancelled).contains(&load.status()) || load.carrier().is_none() {
        return Err(Refusal::rule(Rule::NoTruckToReport).into());
    }
    let newest = rows::newest_in_tx(&mut tx, id).await?;
    let new = Insert {
        id: CheckCallId::new(new_id()),
        load: id,
        carrier: load.carrier(),
        call,
        source: if is_staff { Source::Manual } else { Source::Driver },
        received_at: tx.now(),
        user: Some(who.user),
        by: who.name.clone(),
        by_carrier: !is_staff,
        client_key: key,
    };
    if !rows::add(&mut tx, &new).await? {
        drop(tx);
        return Ok(known(desk, who, &ask).await?.ok_or_else(Refusal::not_found)?.for_reader(who));
    }
    tell(&mut tx, &load, &new).await?;
    // Only what was said last counts, and only while there is a stop to come to.
    let counts = !new.call.is_backdated
        && load.status().is_under_way()
        && tracked.due.is_some()
        && newest.is_none_or(|newest| newest <= new.call.called_at);
    if let Some(eta) = new.call.eta.filter(|_| counts) {
        positions::set_etas(&mut tx, &[positions::Expected { load: id, eta, noted: eta }]).await?;
        tell_of(&mut tx, &load, true, |_| LoadEtaUpdated {
            load_id: id,
            load_number: load.load_number.clone(),
            previous_eta: tracked.eta,
            new_eta: Some(eta),
        })
        .await?;
        notices::of_estimate(&mut tx, &tracked, tracked.eta, eta);
    }
    tx.commit().await?;
    Ok(Stored { insert: new, edited_at: None }.for_reader(who))
}

/// What the caller has logged under this key already.
async fn known(desk: &Desk, who: &Actor, ask: &LogCheckCall) -> Result<Option<Stored>> {
    match ask.client_key {
        Some(key) => rows::by_key(&desk.store, who, key).await,
        None => Ok(None),
    }
}

async fn tell(tx: &mut Tx<'_>, load: &Record, new: &Insert) -> Result<()> {
    let call = &new.call;
    tell_of(tx, load, new.by_carrier, |_| CheckCallReceived {
        load_id: new.load,
        load_number: load.load_number.clone(),
        check_call_id: new.id,
        kind: call.kind,
        location: place_words(call.town.as_ref(), call.position),
        notes: call.notes.clone().unwrap_or_default(),
        eta: call.eta,
        source: new.source,
        method: call.method,
        // It is told outside only of what was logged there.
        received_by: new.by.clone(),
        called_at: call.called_at,
        is_backdated: call.is_backdated,
        received_at: new.received_at,
    })
    .await
}

/// A call that the caller may see, with its load, which is locked. Who may no longer see the load sees no call of it.
async fn seen(desk: &Desk, who: &Actor, id: CheckCallId) -> Result<Stored> {
    let stored = rows::one(&desk.store, who, id).await?.ok_or_else(Refusal::not_found)?;
    loads::one(&desk.store, who, stored.insert.load).await?.ok_or_else(Refusal::not_found)?;
    Ok(stored)
}

/// Changes the notes of a call that the caller has logged lately.
async fn change(desk: &Desk, who: &Actor, ask: ChangeCheckCall) -> Result<CheckCall> {
    let grant = who.may(Permission::CheckCallLog)?;
    let mut stored = seen(desk, who, ask.id).await?;
    let notes = text::lines(&ask.notes, MAX_NOTES)
        .map_err(|flaw| Refusal::flawed("notes", flaw, flawed_text(flaw, MAX_NOTES)))?;
    if stored.insert.user != Some(who.user) {
        return Err(Refusal::rule(Rule::NotYourCall).into());
    }
    let mut tx = desk.begin(grant).await?;
    if tx.now().since_ms(stored.insert.received_at) > EDIT_MS {
        return Err(Refusal::rule(Rule::CallTooOld).into());
    }
    let load = loads::in_tx(&mut tx, stored.insert.load).await?.ok_or_else(Refusal::not_found)?;
    if !rows::set_notes(&mut tx, ask.id, notes.as_deref()).await? {
        return Err(Refusal::not_found().into());
    }
    let told = CheckCallUpdated {
        load_id: load.id(),
        load_number: load.load_number.clone(),
        check_call_id: ask.id,
        notes: notes.clone().unwrap_or_default(),
        updated_by: who.name.clone(),
    };
    tell_of(&mut tx, &load, stored.insert.by_carrier, |_| told.clone()).await?;
    stored.insert.call.notes = notes;
    stored.edited_at = Some(tx.now());
    tx.commit().await?;
    Ok(stored.for_reader(who))
}

/// Takes a call out; when the next one is due is counted anew.
async fn remove(desk: &Desk, who: &Actor, id: CheckCallId) -> Result<()> {
    let grant = who.may(Permission::CheckCallRemove)?;
    let stored = seen(desk, who, id).await?;
    let mut tx = desk.begin(grant).await?;
    let load = loads::in_tx(&mut tx, stored.insert.load).await?.ok_or_else(Refusal::not_found)?;
    if !rows::remove(&mut tx, id).await? {
        return Err(Refusal::not_found().into());
    }
    let told = CheckCallRemoved { load_id: load.id(), load_number: load.load_number.clone(), check_call_id: id };
    tell_of(&mut tx, &load, stored.insert.by_carrier, |_| told.clone()).await?;
    tx.commit().await
}
