//! Entering a load.

use std::collections::BTreeMap;

use contract::{
    LoadId, Refusal, Timestamp, UserId,
    actor::{Actor, Permission},
    event::LoadCreated,
    geo::CIRCUITY,
    loads::{Happening, LoadRow, NewLoad, NewStop, StopKind},
    refusal::Flaw,
    room::Stream,
    status::LoadStatus,
    text,
};

use super::flawed_text;
use crate::{
    clock::new_id,
    desk::Desk,
    error::Result,
    places,
    store::{
        Tx,
        loads::{self as store, Insert, Record, StopInsert},
    },
};

const DAY_MIN: i64 = 24 * 60;
/// Texts longer than this are mistakes.
pub(super) const MAX_TEXT: usize = 200;
/// Towns have shorter names.
const MAX_CITY: usize = 100;
/// Notes may be longer.
pub(super) const MAX_NOTES: usize = 2_000;
/// What a truck may carry, in pounds (`domain.md` §7.5).
pub(super) const WEIGHTS_LBS: std::ops::RangeInclusive<i64> = 1..=80_000;
/// A load has so many stops at most.
const MAX_STOPS: usize = 20;
/// A hundred million dollars, in cents: what is above is a typing mistake.
const MAX_CENTS: i64 = 10_000_000_000;
/// Pickups lie at most so many days ahead (`domain.md` §7.5).
const MAX_AHEAD_DAYS: i64 = 90;
/// Any stop lies at most so many days back or ahead: what is farther is a typing mistake in the year.
const MAX_AWAY_DAYS: i64 = 365;

/// Enters a load for a caller; it waits for a carrier from then on.
pub async fn create(desk: &Desk, who: &Actor, new: NewLoad) -> Result<LoadRow> {
    let grant = who.may(Permission::LoadCreate)?;
    let checked = check(desk, who, new)?;
    let mut tx = desk.begin(grant).await?;
    let load = enter(&mut tx, checked, Some(who.user)).await?;
    tx.commit().await?;
    Ok(load.row_for(who))
}

/// Writes a checked load and tells of it.
///
/// # Errors
/// When the database fails.
pub async fn enter(tx: &mut Tx<'_>, mut load: Insert, dispatcher: Option<UserId>) -> Result<Record> {
    let month = tx.now().utc().format("%Y%m").to_string();
    let number = store::next_number(tx, &format!("load:{month}")).await?;
    load.load_number = format!("LD-{month}-{number:05}");
    load.dispatcher = dispatcher;
    store::add(tx, &load).await?;
    store::note(tx, load.id, &Happening::LoadCreated).await?;
    let record = store::in_tx(tx, load.id).await?.ok_or_else(Refusal::not_found)?;
    let event = LoadCreated {
        load_id: record.id(),
        load_number: record.load_number.clone(),
        status: record.status(),
        load: record.row_for_staff(),
    };
    tx.tell(Stream::Tenant(tx.tenant()), event);
    Ok(record)
}

/// Checks everything at once, so that a form can show every fault at its field.
pub(super) fn check(desk: &Desk, who: &Actor, new: NewLoad) -> Result<Insert, Refusal> {
    let mut faults = BTreeMap::new();
    let mut fault = |field: &str, flaw: Flaw, text: &str| {
        faults.insert(field.to_owned(), (flaw, text.to_owned()));
    };
    let mut line = |field: &str, given: Option<&str>| {
        let kept = text::line(given.unwrap_or_default(), MAX_TEXT);
        kept.unwrap_or_else(|flaw| {
            fault(field, flaw, &flawed_text(flaw, MAX_TEXT));
            // It was given, so it isn't missing as well.
            Some(String::new())
        })
    };
    let customer_name = line("customerName", Some(&new.customer_name));
    let commodity = line("commodity", new.commodity.as_deref());
    let reference = line("reference", new.reference.as_deref());
    let notes = text::lines(new.notes.as_deref().unwrap_or_default(), MAX_NOTES).unwrap_or_else(|flaw| {
        fault("notes", flaw, &flawed_text(flaw, MAX_NOTES));
        None
    });
    if customer_name.is_none() {
        fault("customerName", Flaw::Needed, "is needed");
    }
    if new.weight_lbs.is_some_and(|pounds| !WEIGHTS_LBS.contains(&pounds)) {
        fault("weightLbs", Flaw::OutOfRange, "must be 1 to 80,000");
    }
    for (field, cents) in [("customerRateCents", new.customer_rate_cents), ("carrierRateCents", new.carrier_rate_cents)]
    {
        if cents.is_some_and(|cents| !(1..=MAX_CENTS).contains(&cents)) {
            fault(field, Flaw::OutOfRange, "must be more than 0");
        }
    }
    if new.customer_rate_cents.is_some() && !who.can(Permission::FinanceView) {
        fault("customerRateCents", Flaw::NotAllowed, "is not yours to set");
    }
    if !(2..=MAX_STOPS).contains(&new.stops.len()) {
        fault("stops", Flaw::OutOfRange, "a load has 2 to 20 stops");
    }
    if new.stops.first().is_some_and(|stop| stop.kind != StopKind::Pickup) {
        fault("stops[0].kind", Flaw::WrongOrder, "the first stop is a pickup");
    }
    if let Some(last) = new.stops.last().filter(|stop| stop.kind != StopKind::Delivery) {
        let _ = last;
        fault(&format!("stops[{}].kind", new.stops.len() - 1), Flaw::WrongOrder, "the last stop is a delivery");
    }
    let now = desk.clock.now();
    let stops: Vec<_> = new
        .stops
        .iter()
        .take(MAX_STOPS)
        .enumerate()
        .map(|(index, stop)| check_stop(index, stop, now, &mut fault))
        .collect();
    for (index, pair) in stops.windows(2).enumerate() {
        // Of a stop with a fault nothing more can be said, and its neighbours keep their places.
        if let [Some(before), Some(after)] = pair
            && after.window_end < before.window_start
        {
            fault(&format!("stops[{}].windowStart", index + 1), Flaw::WrongOrder, "comes before the stop ahead of it");
        }
    }
    let latest = now.plus_minutes(MAX_AHEAD_DAYS * DAY_MIN);
    if stops.first().and_then(Option::as_ref).is_some_and(|stop| stop.window_start > latest) {
        fault("stops[0].windowStart", Flaw::TooFarAhead, "at most 90 days ahead");
    }
    let stops: Vec<_> = stops.into_iter().flatten().collect();
    if !faults.is_empty() {
        return Err(Refusal::flawed_fields(faults));
    }
    let miles = stops.windows(2).map(|pair| pair[0].point.miles_to(pair[1].point)).sum::<f64>() * CIRCUITY;
    Ok(Insert {
        id: LoadId::new(new_id()),
        load_number: String::new(),
        status: LoadStatus::Pending,
        customer_name: customer_name.unwrap_or_default(),
        equipment: new.equipment,
        is_hot: new.is_hot,
        dispatcher: None,
        carrier_rate_cents: new.carrier_rate_cents,
        customer_rate_cents: new.customer_rate_cents,
        commodity,
        weight_lbs: new.weight_lbs,
        reference,
        notes,
        miles,
        stops,
    })
}

/// What stands against a moment that lies too far away to be meant.
pub(super) fn away(at: Timestamp, now: Timestamp) -> Option<(Flaw, &'static str)> {
    let days = at.since_ms(now) / 60_000 / DAY_MIN;
    if days > MAX_AWAY_DAYS {
        Some((Flaw::TooFarAhead, "at most a year ahead"))
    } else {
        (days < -MAX_AWAY_DAYS).then_some((Flaw::OutOfRange, "at most a year back"))
    }
}

fn check_stop(
    index: usize,
    stop: &NewStop,
    now: Timestamp,
    fault: &mut impl FnMut(&str, Flaw, &str),
) -> Option<StopInsert> {
    let field = |name: &str| format!("stops[{index}].{name}");
    let known = places::city(&stop.city, &stop.state);
    let mut good = true;
    let mut wrong = |name: &str, flaw: Flaw, text: &str| {
        fault(&field(name), flaw, text);
        good = false;
    };
    let city = text::line(&stop.city, MAX_CITY);
    match &city {
        Err(flaw) => wrong("city", *flaw, &flawed_text(*flaw, MAX_CITY)),
        Ok(None) => wrong("city", Flaw::Needed, "is needed"),
        Ok(Some(_)) if known.is_none() && (stop.point.is_none() || stop.zone.is_none()) => {
            wrong("city", Flaw::Unknown, "is not in the list: give its point and zone too");
        }
        Ok(Some(_)) => {}
    }
    let state = stop.state.trim();
    if state.len() != 2 || !state.bytes().all(|letter| letter.is_ascii_alphabetic()) {
        wrong("state", Flaw::Unreadable, "two letters");
    }
    let facility = text::line(&stop.facility, MAX_TEXT);
    if let Err(flaw) = facility {
        wrong("facility", flaw, &flawed_text(flaw, MAX_TEXT));
    }
    if stop.point.is_some_and(|p| !(-90.0..=90.0).contains(&p.lat) || !(-180.0..=180.0).contains(&p.lng)) {
        wrong("point", Flaw::OutOfRange, "lat must be -90 to 90 and lng -180 to 180");
    }
    let zone = stop.zone.clone().or_else(|| known.map(|place| place.zone.clone())).unwrap_or_default();
    if stop.zone.is_some() && places::zone(&zone).is_none() {
        wrong("zone", Flaw::Unknown, "is not a known time zone");
    }
    if zone.is_empty() {
        return None;
    }
    let mut time = |name: &str, text: &str| {
        places::read_time(text, &zone).map_err(|text| wrong(name, Flaw::Unreadable, &text)).ok()
    };
    let window_start = time("windowStart", &stop.window_start);
    let window_end = time("windowEnd", &stop.window_end);
    for (name, at) in [("windowStart", window_start), ("windowEnd", window_end)] {
        if let Some((flaw, text)) = at.and_then(|at| away(at, now)) {
            wrong(name, flaw, text);
        }
    }
    if let (Some(start), Some(end)) = (window_start, window_end)
        && end < start
    {
        wrong("windowEnd", Flaw::WrongOrder, "comes before the window opens");
    }
    if !good {
        return None;
    }
    Some(StopInsert {
        kind: stop.kind,
        facility: facility.ok()?.unwrap_or_default(),
        city: known.map(|place| place.city.clone()).or(city.ok()?)?,
        state: state.to_ascii_uppercase(),
        point: stop.point.or_else(|| known.map(|place| place.point))?,
        zone,
        window_start: window_start?,
        window_end: window_end?,
    })
}
