//! Editing what is known of a load, field by field. There is no lock and no version that only one of two could meet: each
//! field is compared with what its editor saw.

use std::collections::BTreeMap;

use contract::{
    Refusal, Timestamp,
    actor::{Actor, Permission},
    event::LoadUpdated,
    loads::{
        Equipment, Happening, LoadRow, Stop,
        edit::{Edit, EditLoad, EditStop, INSIDE, stop_field},
    },
    refusal::{Flaw, Overtaken, Rule},
    text,
};

use super::{
    Told,
    change::{RATES_CENTS, seen, write},
    create::{MAX_NOTES, MAX_TEXT, WEIGHTS_LBS, away},
    flawed_text, tell_of,
};
use crate::{
    desk::Desk,
    error::Result,
    notices, places,
    store::{
        self,
        loads::{self as rows, Record, undo},
    },
};

/// Changes what is known of a load: all that is asked for, or nothing.
pub async fn edit(desk: &Desk, who: &Actor, ask: EditLoad) -> Result<LoadRow> {
    seen(desk, who, ask.load_id).await?;
    let grant = who.may(Permission::LoadCreate)?;
    let (ask, mut faults) = checked(who, ask);
    let mut tx = desk.begin(grant).await?;
    rows::lock(&mut tx, &[ask.load_id]).await?;
    let before = rows::in_tx(&mut tx, ask.load_id).await?.ok_or_else(Refusal::not_found)?;
    if before.status().is_finished() {
        return Err(Refusal::rule(Rule::LoadFinished).into());
    }
    if before.tender_expires_at.is_some() && ask.carrier_rate_cents.is_some() {
        // Offers that are out name their rate.
        faults.insert("carrierRateCents".to_owned(), (Flaw::NotAllowed, "withdraw the offers first".to_owned()));
    }
    let had = rows::stops_in_tx(&mut tx, &before).await?;
    let (mut load, mut stops) = (before.clone(), had.clone());
    let mut weighed = Weighed::default();
    weigh(&mut weighed, &ask, &mut load);
    weigh_stops(&mut weighed, &ask.stops, &mut stops, tx.now(), &mut faults);
    if !faults.is_empty() {
        return Err(Refusal::flawed_fields(faults).into());
    }
    if !weighed.overtaken.is_empty() {
        drop(tx);
        let fields = who_overtook(desk, &before, weighed.overtaken).await?;
        return Err(Refusal::overtaken(before.version, fields).into());
    }
    if weighed.changed.is_empty() {
        return Ok(before.row_for(who));
    }
    undo::remember_details(&mut tx, &before).await?;
    set_windows(&mut load, &stops);
    rows::set_details(&mut tx, &load).await?;
    for (stop, _) in stops.iter().zip(&had).filter(|(stop, had)| stop != had) {
        let appointment = &stop.appointment;
        rows::set_stop(&mut tx, stop.id, &stop.facility, appointment.start, appointment.end).await?;
    }
    rows::note(&mut tx, ask.load_id, &Happening::Edited { fields: weighed.changed.clone() }).await?;
    let after = write(&mut tx, &before, load).await?;
    let is_outside = |field: &String| !INSIDE.contains(&field.as_str());
    let outside_too = weighed.changed.iter().any(is_outside);
    tell_of(&mut tx, &after, outside_too, |Told { row, by, is_inside }| LoadUpdated {
        load_id: after.id(),
        load_number: after.load_number.clone(),
        changed_fields: weighed.changed.iter().filter(|field| is_inside || is_outside(field)).cloned().collect(),
        updated_by: by,
        load: row,
    })
    .await?;
    if weighed.changed.iter().any(|field| field.ends_with(".window")) {
        notices::of_moved_window(&mut tx, &after);
    }
    tx.commit().await?;
    Ok(after.row_for(who))
}

/// What becomes of an edit, by the names of its fields.
#[derive(Default)]
struct Weighed {
    changed: Vec<String>,
    overtaken: Vec<String>,
}

impl Weighed {
    /// Puts a field's new value in, unless somebody else has put in another one since the editor saw it.
    fn put<T: PartialEq + Clone>(&mut self, field: &str, edit: Option<&Edit<T>>, value: &mut T) {
        let Some(Edit { was, now }) = edit.filter(|edit| edit.now != *value) else { return };
        if value == was {
            value.clone_from(now);
            self.changed.push(field.to_owned());
        } else {
            self.overtaken.push(field.to_owned());
        }
    }
}

fn weigh(weighed: &mut Weighed, ask: &EditLoad, load: &mut Record) {
    weighed.put("customerName", ask.customer_name.as_ref(), &mut load.customer_name);
    let name = |equipment: Equipment| equipment.name().to_owned();
    let equipment = ask.equipment.as_ref().map(|edit| Edit { was: name(edit.was), now: name(edit.now) });
    weighed.put("equipment", equipment.as_ref(), &mut load.equipment);
    weighed.put("isHot", ask.is_hot.as_ref(), &mut load.is_hot);
    weighed.put("commodity", ask.commodity.as_ref(), &mut load.commodity);
    weighed.put("weightLbs", ask.weight_lbs.as_ref(), &mut load.weight_lbs);
    weighed.put("reference", ask.reference.as_ref(), &mut load.reference);
    weighed.put("notes", ask.notes.as_ref(), &mut load.notes);
    weighed.put("customerRateCents", ask.customer_rate_cents.as_ref(), &mut load.customer_rate_cents);
    weighed.put("carrierRateCents", ask.carrier_rate_cents.as_ref(), &mut load.carrier_rate_cents);
}

/// Faults by the field that they are at.
type Faults = BTreeMap<String, (Flaw, String)>;

fn weigh_stops(weighed: &mut Weighed, asked: &[EditStop], stops: &mut [Stop], now: Timestamp, faults: &mut Faults) {
    for ask in asked {
        let Some(index) = stops.iter().position(|stop| stop.id == ask.id) else {
            faults.insert("stops".to_owned(), (Flaw::Unknown, "is none of its stops".to_owned()));
            continue;
        };
        let stop = &mut stops[index];
        weighed.put(&stop_field(index, "facility"), ask.facility.as_ref(), &mut stop.facility);
        let Some(window) = &ask.window else { continue };
        let mut wrong = |name: &str, flaw: Flaw, text: &str| {
            faults.insert(stop_field(index, name), (flaw, text.to_owned()));
        };
        if stop.departed_at.is_some() {
            wrong("window", Flaw::NotAllowed, "the truck has left already");
            continue;
        }
        let zone = stop.appointment.zone.clone();
        let mut read = |name: &str, text: &str| match places::read_time(text, &zone) {
            Err(text) => {
                wrong(name, Flaw::Unreadable, &text);
                None
            }
            Ok(at) => match away(at, now) {
                Some((flaw, text)) => {
                    wrong(name, flaw, text);
                    None
                }
                None => Some(at),
            },
        };
        let (start, end) = (read("windowStart", &window.window_start), read("windowEnd", &window.window_end));
        let Some((start, end)) = start.zip(end) else { continue };
        if end < start {
            wrong("windowEnd", Flaw::WrongOrder, "comes before the window opens");
            continue;
        }
        let edit = Edit { was: (window.was_start, window.was_end), now: (start, end) };
        let mut value = (stop.appointment.start, stop.appointment.end);
        weighed.put(&stop_field(index, "window"), Some(&edit), &mut value);
        stop.appointment = places::appointment(value.0, value.1, &zone);
    }
    for (index, pair) in stops.windows(2).enumerate() {
        let touched = asked.iter().any(|ask| ask.window.is_some() && pair.iter().any(|stop| stop.id == ask.id));
        if touched && pair[1].appointment.end < pair[0].appointment.start {
            let fault = "comes before the stop ahead of it".to_owned();
            faults.entry(stop_field(index + 1, "windowStart")).or_insert((Flaw::WrongOrder, fault));
        }
    }
}

/// The load's own windows are those of its first and its last stop.
fn set_windows(load: &mut Record, stops: &[Stop]) {
    if let (Some(first), Some(last)) = (stops.first(), stops.last()) {
        load.pickup_start = store::column(first.appointment.start);
        load.pickup_end = store::column(first.appointment.end);
        load.delivery_start = store::column(last.appointment.start);
        load.delivery_end = store::column(last.appointment.end);
    }
}

/// Cleans what was typed; what can't be kept so is noted at its field.
fn checked(who: &Actor, mut ask: EditLoad) -> (EditLoad, Faults) {
    let mut faults = Faults::new();
    let mut clean = |field: &str, text: &str, most: usize, of: fn(&str, usize) -> Result<Option<String>, Flaw>| {
        of(text, most).unwrap_or_else(|flaw| {
            faults.insert(field.to_owned(), (flaw, flawed_text(flaw, most)));
            None
        })
    };
    for (field, edit) in [("commodity", &mut ask.commodity), ("reference", &mut ask.reference)] {
        if let Some(edit) = edit {
            edit.now = clean(field, edit.now.as_deref().unwrap_or_default(), MAX_TEXT, text::line);
        }
    }
    if let Some(edit) = &mut ask.notes {
        edit.now = clean("notes", edit.now.as_deref().unwrap_or_default(), MAX_NOTES, text::lines);
    }
    let mut unnamed = false;
    if let Some(edit) = &mut ask.customer_name {
        let name = clean("customerName", &edit.now, MAX_TEXT, text::line);
        unnamed = name.is_none();
        edit.now = name.unwrap_or_default();
    }
    for (index, stop) in ask.stops.iter_mut().enumerate() {
        if let Some(edit) = &mut stop.facility {
            edit.now = clean(&stop_field(index, "facility"), &edit.now, MAX_TEXT, text::line).unwrap_or_default();
        }
    }
    let mut wrong = |field: &str, flaw: Flaw, text: &str| {
        faults.entry(field.to_owned()).or_insert_with(|| (flaw, text.to_owned()));
    };
    if unnamed {
        wrong("customerName", Flaw::Needed, "is needed");
    }
    let number = |edit: &Option<Edit<Option<i64>>>| edit.as_ref().and_then(|edit| edit.now);
    if number(&ask.weight_lbs).is_some_and(|pounds| !WEIGHTS_LBS.contains(&pounds)) {
        wrong("weightLbs", Flaw::OutOfRange, "must be 1 to 80,000");
    }
    for (field, edit, needs) in [
        ("customerRateCents", &ask.customer_rate_cents, Permission::FinanceView),
        ("carrierRateCents", &ask.carrier_rate_cents, Permission::CarrierRateView),
    ] {
        if edit.is_some() && !who.can(needs) {
            wrong(field, Flaw::NotAllowed, "is not yours to set");
        } else if number(edit).is_some_and(|cents| !RATES_CENTS.contains(&cents)) {
            wrong(field, Flaw::OutOfRange, "must be more than 0");
        }
    }
    (ask, faults)
}

/// Who changed these fields last, and when: by the timeline, or if that doesn't tell, whoever changed the load last.
async fn who_overtook(desk: &Desk, load: &Record, fields: Vec<String>) -> Result<BTreeMap<String, Overtaken>> {
    let timeline = rows::timeline(&desk.store, load).await?;
    let last = |field: &String| {
        let entry =
            timeline.iter().find(|entry| matches!(&entry.what, Happening::Edited { fields } if fields.contains(field)));
        match entry {
            Some(entry) => Overtaken { by: entry.by.clone().unwrap_or_default(), at: entry.at },
            None => Overtaken { by: load.updated_by.clone(), at: load.updated_at() },
        }
    };
    Ok(fields.into_iter().map(|field| (field.clone(), last(&field))).collect())
}
