//! The fields of a load that is being edited, each as text: as its editor saw it, as they want it, and what somebody else
//! has made of it meanwhile. Whatever is untouched follows the others by itself; what both have changed is asked.

use contract::{
    Timestamp,
    loads::{
        Equipment, LoadDetail, Stop,
        edit::{Edit, EditLoad, EditStop, EditWindow, stop_field},
    },
};
use leptos::prelude::*;

use crate::{
    say,
    ui::{read, words::equipment_word},
    when,
};

/// What somebody else has made of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theirs {
    /// What it is now.
    pub text: String,
    /// Who.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A field.
#[derive(Clone)]
pub struct Slot {
    /// Its name on the wire.
    pub key: String,
    /// As its editor wants it.
    pub text: RwSignal<String>,
    /// As it is, as far as the editor knows.
    pub base: StoredValue<String>,
    /// What somebody else has made of it, until the editor has chosen.
    pub theirs: RwSignal<Option<Theirs>>,
}

impl Slot {
    fn is_touched(&self) -> bool {
        self.text.with_untracked(|text| self.base.with_value(|base| text != base))
    }

    /// Takes what somebody else has made of it.
    pub fn take_theirs(&self) {
        self.text.set(self.base.get_value());
        self.theirs.set(None);
    }

    /// Stays with what its editor wants: that is meant to replace theirs.
    pub fn keep_mine(&self) {
        self.theirs.set(None);
    }
}

/// All fields, and the load that they are of.
#[derive(Clone, Copy)]
pub struct Slots {
    all: StoredValue<Vec<Slot>>,
    detail: StoredValue<LoadDetail>,
}

/// What is wrong with which field, in words.
pub type Faults = std::collections::BTreeMap<String, String>;

impl Slots {
    /// The fields of a load.
    pub fn of(detail: LoadDetail) -> Self {
        let slots = texts(&detail).into_iter().map(|(key, text)| Slot {
            key,
            base: StoredValue::new(text.clone()),
            text: RwSignal::new(text),
            theirs: RwSignal::new(None),
        });
        Self { all: StoredValue::new(slots.collect()), detail: StoredValue::new(detail) }
    }

    /// The field of a name.
    pub fn get(self, key: &str) -> Option<Slot> {
        self.all.with_value(|all| all.iter().find(|slot| slot.key == key).cloned())
    }

    /// The version of the load that the editor knows.
    pub fn version(self) -> i64 {
        self.detail.with_value(|detail| detail.load.version)
    }

    /// Whether the editor is still to choose between theirs and mine.
    pub fn is_contested(self) -> bool {
        self.all.with_value(|all| all.iter().any(|slot| slot.theirs.with_untracked(Option::is_some)))
    }

    /// Takes in what the load has become; `who` tells who changed a field, and when, as far as that is known.
    pub fn rebase(self, now: LoadDetail, who: impl Fn(&str) -> (Option<String>, Timestamp)) {
        if now.load.version < self.version() {
            return;
        }
        for (key, text) in texts(&now) {
            let Some(slot) = self.get(&key) else { continue };
            if slot.base.with_value(|base| *base == text) {
                continue;
            }
            let was_touched = slot.is_touched();
            slot.base.set_value(text.clone());
            if !was_touched || slot.text.with_untracked(|mine| *mine == text) {
                slot.text.set(text);
                slot.theirs.set(None);
            } else {
                let (by, at) = who(&key);
                slot.theirs.set(Some(Theirs { text, by, at }));
            }
        }
        self.detail.set_value(now);
    }

    /// What is to change; nothing when nothing is.
    pub fn ask(self) -> Result<Option<EditLoad>, Faults> {
        let detail = self.detail.get_value();
        let mut faults = Faults::new();
        let mut ask = EditLoad::of(detail.load.id);
        let touched = |key: &str| self.get(key).filter(Slot::is_touched).map(|slot| slot.text.get_untracked());
        let line = |key: &str, was: &Option<String>| {
            let now = touched(key)?;
            let now = Some(now.trim().to_owned()).filter(|now| !now.is_empty());
            (now != *was).then(|| Edit { was: was.clone(), now })
        };
        let mut number = |key: &str, was: Option<i64>, read: fn(&str) -> Option<i64>, fault: &str| {
            let text = touched(key)?;
            let now = if text.trim().is_empty() { None } else { Some(read(text.trim())) };
            if now == Some(None) {
                faults.insert(key.to_owned(), fault.to_owned());
                return None;
            }
            let now = now.flatten();
            (now != was).then_some(Edit { was, now })
        };
        let load = &detail.load;
        ask.weight_lbs = number("weightLbs", detail.weight_lbs, read::number, say!(common.dialogs.bad_number));
        let money = say!(common.dialogs.bad_money);
        ask.customer_rate_cents = number("customerRateCents", load.customer_rate_cents, read::cents, money);
        ask.carrier_rate_cents = number("carrierRateCents", load.carrier_rate_cents, read::cents, money);
        ask.customer_name =
            touched("customerName").map(|now| Edit { was: load.customer_name.clone(), now: now.trim().to_owned() });
        ask.equipment =
            touched("equipment").and_then(|name| Equipment::named(&name)).map(|now| Edit { was: load.equipment, now });
        ask.is_hot = touched("isHot").map(|now| Edit { was: load.is_hot, now: !now.is_empty() });
        ask.commodity = line("commodity", &detail.commodity);
        ask.reference = line("reference", &detail.reference);
        ask.notes = line("notes", &detail.notes);
        for (index, stop) in detail.stops.iter().enumerate() {
            let facility = touched(&stop_field(index, "facility"))
                .map(|now| Edit { was: stop.facility.clone(), now: now.trim().to_owned() });
            let window = touched(&stop_field(index, "window")).map(|text| {
                let (opens, closes) = halves(&text);
                EditWindow {
                    was_start: stop.appointment.start,
                    was_end: stop.appointment.end,
                    window_start: opens.to_owned(),
                    window_end: closes.to_owned(),
                }
            });
            if facility.is_some() || window.is_some() {
                ask.stops.push(EditStop { id: stop.id, facility, window });
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let nothing = EditLoad::of(load.id);
        Ok(Some(ask).filter(|ask| *ask != nothing))
    }
}

/// When a window opens and closes, as its two fields show them.
pub fn halves(window: &str) -> (&str, &str) {
    window.split_once('/').unwrap_or((window, ""))
}

/// Both of them as one text.
pub fn joined(opens: &str, closes: &str) -> String {
    format!("{opens}/{closes}")
}

/// Every field of a load as text.
fn texts(detail: &LoadDetail) -> Vec<(String, String)> {
    let load = &detail.load;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let money = |cents: Option<i64>| cents.map(read::dollars).unwrap_or_default();
    let mut texts: Vec<(String, String)> = [
        ("customerName", load.customer_name.clone()),
        ("equipment", load.equipment.name().to_owned()),
        ("isHot", if load.is_hot { "yes".to_owned() } else { String::new() }),
        ("commodity", text(&detail.commodity)),
        ("weightLbs", detail.weight_lbs.map(|pounds| pounds.to_string()).unwrap_or_default()),
        ("reference", text(&detail.reference)),
        ("notes", text(&detail.notes)),
        ("customerRateCents", money(load.customer_rate_cents)),
        ("carrierRateCents", money(load.carrier_rate_cents)),
    ]
    .map(|(key, text)| (key.to_owned(), text))
    .into();
    for (index, stop) in detail.stops.iter().enumerate() {
        texts.push((stop_field(index, "facility"), stop.facility.clone()));
        texts.push((stop_field(index, "window"), window(stop)));
    }
    texts
}

/// A stop's window on its own clock, as a browser's fields take it.
fn window(stop: &Stop) -> String {
    let offset_min = stop.appointment.offset_min;
    joined(&when::field(stop.appointment.start, offset_min), &when::field(stop.appointment.end, offset_min))
}

/// A field's text as it stands in a sentence.
pub fn shown(key: &str, text: &str) -> String {
    match key.rsplit('.').next().unwrap_or(key) {
        _ if text.is_empty() => say!(common.edit.nothing).to_owned(),
        "equipment" => Equipment::named(text).map(equipment_word).unwrap_or_default().to_owned(),
        "isHot" => say!(common.detail.hot).to_owned(),
        "customerRateCents" | "carrierRateCents" => format!("${text}"),
        "window" => {
            let (opens, closes) = halves(text);
            format!("{} – {}", opens.replace('T', " "), closes.replace('T', " "))
        }
        _ => text.to_owned(),
    }
}
