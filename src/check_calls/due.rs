//! Which loads must be heard of: what their positions tell is noted when a call falls due, and of the others it is told.

use std::collections::HashMap;

use contract::{
    CheckCallId, LoadId, Timestamp,
    actor::{Actor, Permission},
    check_calls::{CheckCallKind, Clock, ContactMethod, Due, DueCall, DueCalls, GoodCall, SOON_MS},
    event::CheckCallDue,
    loads::StopKind,
    room::Stream,
};

use super::near;
use crate::{
    clock::new_id,
    desk::Desk,
    error::Result,
    journal, notices, places,
    store::{
        accounts::tenant_zone,
        check_calls::{self as rows, Insert, Running},
        loads::{self as loads, Filter, Part, Record},
        moment,
    },
};

/// So many loads are listed.
const LISTED: usize = 200;

/// Of so many it is looked which of them cost most: those that are due longest.
const LOOKED_AT: usize = 500;

/// Of so many loads it is told at once; the others' turn comes with the next look.
const TOLD: usize = 100;

/// What decides when a call of a load is due.
pub(super) fn clock(load: &Record, last: Option<(Timestamp, Option<u32>)>) -> Clock {
    let kind = |name: &String| if name == StopKind::Pickup.name() { StopKind::Pickup } else { StopKind::Delivery };
    Clock {
        status: load.status(),
        since: moment(load.dispatched_at.unwrap_or(load.status_changed_at)),
        next: load.next_kind.as_ref().map(kind).zip(load.next_start.map(moment)),
        last,
    }
}

/// The loads that must be heard of, what costs most first.
pub(super) async fn list(desk: &Desk, who: &Actor) -> Result<DueCalls> {
    who.may(Permission::CheckCallView)?;
    let now = desk.clock.now();
    let cursor = journal::cursor(&desk.journal, who).await?;
    let running = rows::running(&desk.store, Some(who.tenant)).await?;
    let count = running.len();
    let mut dues: Vec<(Due, LoadId)> =
        running.iter().filter_map(|running| Some((running.clock.due()?, running.load))).collect();
    dues.retain(|(due, _)| due.at <= now.plus_ms(SOON_MS));
    dues.sort_unstable_by_key(|(due, load)| (due.at, *load));
    let overdue = dues.iter().filter(|(due, _)| due.is_overdue(now)).count();
    let shown = dues.len();
    dues.truncate(LOOKED_AT);
    let filter = Filter { ids: dues.iter().map(|(_, load)| *load).collect(), ..Filter::default() };
    let (found, _) = if dues.is_empty() {
        (Vec::new(), 0)
    } else {
        loads::find(&desk.store, who, &filter, Part::first(LOOKED_AT as i64)).await?
    };
    let dues: HashMap<LoadId, Due> = dues.into_iter().map(|(due, load)| (load, due)).collect();
    let shows_phone = who.can(Permission::DriverPhoneView);
    let mut data: Vec<DueCall> = found
        .into_iter()
        .filter_map(|record| {
            let due = *dues.get(&record.id())?;
            let driver_phone = record.driver_phone.clone().filter(|_| shows_phone);
            Some(DueCall { load: record.row_for(who), due, last: None, driver_phone })
        })
        .collect();
    data.sort_by_cached_key(|call| call.due.rank(&call.load, now));
    data.truncate(LISTED);
    let listed: Vec<LoadId> = data.iter().map(|call| call.load.id).collect();
    let mut last: HashMap<_, _> = rows::newest_of(&desk.store, who, &listed)
        .await?
        .into_iter()
        .map(|stored| (stored.insert.load, stored.for_reader(who)))
        .collect();
    for call in &mut data {
        call.last = last.remove(&call.load.id);
    }
    let zone = tenant_zone(&desk.store, who.tenant).await?.unwrap_or_default();
    let (today, automatic) = rows::count_since(&desk.store, who.tenant, places::day(now, &zone).start).await?;
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(DueCalls {
        data,
        overdue: number(overdue),
        soon: number(shown - overdue),
        quiet: number(count.saturating_sub(shown)),
        today,
        automatic,
        cursor,
        as_of: now,
    })
}

/// What is to be told of a load at a moment: since when a call is due, and after how many hours.
fn news(running: &Running, now: Timestamp) -> Option<(Due, u32)> {
    let due = running.clock.due()?;
    let step = due.step(now)?;
    let is_told = running.told.is_some_and(|(at, told)| at == due.at && told >= step);
    (!is_told).then_some((due, step))
}

/// Tells of the loads that were not heard of by `now`, once at each step; gives of how many. Where steps were missed, as
/// while the desk was down, the last one is told alone. What falls due and is tracked and on time is noted instead.
///
/// # Errors
/// When the database fails.
pub async fn tell_due(desk: &Desk, now: Timestamp) -> Result<usize> {
    let mut silent: Vec<(Timestamp, Running)> = rows::running(&desk.store, None)
        .await?
        .into_iter()
        .filter_map(|running| news(&running, now).map(|(due, _)| (due.at, running)))
        .collect();
    silent.sort_unstable_by_key(|(at, running)| (*at, running.load));
    silent.truncate(TOLD);
    let mut told = 0;
    for (_, running) in silent {
        told += usize::from(tell(desk, &running, now).await?);
    }
    Ok(told)
}

/// Tells of one load, unless somebody has called meanwhile, or its position says enough; whether it was told.
async fn tell(desk: &Desk, running: &Running, now: Timestamp) -> Result<bool> {
    let mut tx = desk.begin_itself(running.tenant).await?;
    loads::lock(&mut tx, &[running.load]).await?;
    let Some(running) = rows::clock_of(&mut tx, running.load).await? else { return Ok(false) };
    let Some((due, step)) = news(&running, now) else { return Ok(false) };
    let Some(load) = loads::in_tx(&mut tx, running.load).await? else { return Ok(false) };
    let falls_due = running.told.is_none_or(|(at, _)| at != due.at);
    if falls_due && let Some(call) = automatic(&load, due, now) {
        rows::add(&mut tx, &call).await?;
        super::tell(&mut tx, &load, &call).await?;
        tx.commit().await?;
        return Ok(false);
    }
    rows::note_told(&mut tx, running.load, due.at, step).await?;
    let event = CheckCallDue {
        load_id: load.id(),
        load_number: load.load_number.clone(),
        due_at: due.at,
        last_received_at: running.clock.last.map(|(at, _)| at),
        reason: due.reason,
        overdue_hours: step,
    };
    let stream = Stream::Tenant(tx.tenant());
    tx.tell(stream, event);
    notices::of_due_call(&mut tx, &load, step);
    tx.commit().await?;
    Ok(true)
}

/// The call that a load's position makes, if it suffices.
fn automatic(load: &Record, due: Due, now: Timestamp) -> Option<Insert> {
    let fix = load.last_fix()?;
    due.position_suffices(&load.row_for_staff(), now).then(|| Insert {
        id: CheckCallId::new(new_id()),
        load: load.id(),
        carrier: load.carrier(),
        call: GoodCall {
            kind: CheckCallKind::CheckCall,
            town: near(load),
            position: Some(fix.point()),
            eta: load.eta.map(moment),
            notes: None,
            method: ContactMethod::Gps,
            called_at: now,
            is_backdated: false,
            remind_hours: None,
        },
        source: fix.source,
        received_at: now,
        user: None,
        by: String::new(),
        by_carrier: false,
        client_key: None,
    })
}
