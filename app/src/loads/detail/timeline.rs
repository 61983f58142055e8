//! What happened to a load, newest first.

use contract::{
    Timestamp,
    loads::{Happening, LoadDetail, TimelineEntry},
    tracking::BY_POSITION,
};
use leptos::{either::Either, prelude::*};

use super::visit::{LastVisit, follow};
use crate::{
    live::Entry,
    pages::Visitor,
    say,
    ui::{
        icon::Icon,
        words::{check_words, decline_word, document_word, edited_word, length_words, offer_word, status_word},
    },
    when,
};

/// The timeline, on the pickup's clock.
#[component]
pub fn Timeline(entry: RwSignal<Entry>, detail: RwSignal<LoadDetail>) -> impl IntoView {
    let (offset_min, zone) =
        entry.with_untracked(|entry| (entry.row.pickup.offset_min, entry.row.pickup.zone_short.clone()));
    let me = expect_context::<Visitor>().me.map(|me| me.name).unwrap_or_default();
    let me = StoredValue::new(me);
    let LastVisit(last) = follow(entry.with_untracked(|entry| entry.row.id));
    let is_new = move |happened: &TimelineEntry| {
        let others = me.with_value(|me| happened.by.as_ref() != Some(me));
        others && last.get().is_some_and(|last| happened.at > last)
    };
    let shown = RwSignal::new(None::<Matter>);
    let lines = move || {
        detail.with(|detail| {
            let lines: Vec<_> = detail
                .timeline
                .iter()
                .filter(|happened| shown.get().is_none_or(|shown| matter(&happened.what) == shown))
                .map(|happened| {
                    let is_new = is_new(happened);
                    me.with_value(|me| line(happened, me, offset_min, &zone, is_new))
                })
                .collect();
            if lines.is_empty() {
                return Either::Left(view! { <p class="sub">{say!(common.detail.no_timeline)}</p> });
            }
            Either::Right(view! { <ol class="timeline">{lines}</ol> })
        })
    };
    let news = move || {
        let last = last.get()?;
        let count = detail.with(|detail| detail.timeline.iter().filter(|happened| is_new(happened)).count());
        (count > 0).then(|| {
            view! { <p class="sub news">{say!(common.detail.since, count = count, ago = when::ago(last, when::now()))}</p> }
        })
    };
    let choose = move |event| {
        let value = event_target_value(&event);
        shown.set(MATTERS.into_iter().find(|matter| matter.name() == value));
    };
    view! {
        <section class="box">
            <header class="timeline-head">
                <h2>{say!(common.detail.timeline)}</h2>
                <select aria-label=say!(common.detail.show) on:change=choose>
                    <option value="">{say!(common.detail.everything)}</option>
                    {MATTERS.map(|matter| view! { <option value=matter.name()>{matter.word()}</option> }).collect_view()}
                </select>
            </header>
            {news}
            {lines}
        </section>
    }
}

/// What entries of a timeline are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Matter {
    /// Where the load is in its life, and who moves it.
    Course,
    /// Its truck on the way.
    Road,
    /// What is known of it.
    Details,
    /// Its papers.
    Papers,
}

const MATTERS: [Matter; 4] = [Matter::Course, Matter::Road, Matter::Details, Matter::Papers];

impl Matter {
    const fn name(self) -> &'static str {
        match self {
            Self::Course => "course",
            Self::Road => "road",
            Self::Details => "details",
            Self::Papers => "papers",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Course => say!(common.detail.matter.course),
            Self::Road => say!(common.detail.matter.road),
            Self::Details => say!(common.detail.matter.details),
            Self::Papers => say!(common.detail.matter.papers),
        }
    }
}

const fn matter(what: &Happening) -> Matter {
    match what {
        Happening::LoadCreated
        | Happening::StatusChanged { .. }
        | Happening::CarrierAssigned { .. }
        | Happening::Tendered { .. }
        | Happening::TenderAnswered { .. }
        | Happening::ChecksWaived { .. }
        | Happening::ChangeUndone { .. } => Matter::Course,
        Happening::StopArrived { .. }
        | Happening::StopDeparted { .. }
        | Happening::EtaSlipped { .. }
        | Happening::DetentionBegun { .. } => Matter::Road,
        Happening::Edited { .. } => Matter::Details,
        Happening::DocumentAdded { .. } | Happening::DocumentRemoved { .. } => Matter::Papers,
    }
}

fn line(happened: &TimelineEntry, me: &str, offset_min: i32, zone: &str, is_new: bool) -> impl IntoView + use<> {
    let TimelineEntry { at, by, what } = happened;
    let fix = |at: Option<Timestamp>| {
        at.map(|at| say!(common.detail.fix_of, at = format!("{} {zone}", when::day_and_clock(at, offset_min))))
    };
    let (icon, words, reason) = match what {
        Happening::LoadCreated => ("plus", say!(common.detail.created).to_owned(), None),
        Happening::StatusChanged { from, to, reason } => {
            let words = say!(common.detail.moved, from = status_word(*from), to = status_word(*to));
            ("arrow-right", words, reason.clone())
        }
        Happening::CarrierAssigned { carrier_name, driver_name } => {
            let words = if let Some(driver) = driver_name {
                say!(common.detail.assigned_driver, carrier = carrier_name.clone(), driver = driver.clone())
            } else {
                say!(common.detail.assigned, carrier = carrier_name.clone())
            };
            ("truck", words, None)
        }
        Happening::StopArrived { city, late_min: None, fix_at } => {
            ("map-pin", say!(common.detail.came, city = city.clone()), fix(*fix_at))
        }
        Happening::StopArrived { city, late_min: Some(min), fix_at } => {
            ("map-pin", say!(common.detail.came_late, city = city.clone(), time = length_words(*min)), fix(*fix_at))
        }
        Happening::EtaSlipped { before, eta } => {
            let later = length_words(eta.since_ms(*before) / 60_000);
            let at = format!("{} {zone}", when::day_and_clock(*eta, offset_min));
            ("clock", say!(common.detail.slipped, time = later, at = at), None)
        }
        Happening::DetentionBegun { city } => ("clock", say!(common.detail.detention, city = city.clone()), None),
        Happening::Tendered { carrier_name, expires_at } => {
            let by = format!("{} {zone}", when::day_and_clock(*expires_at, offset_min));
            ("arrow-right", say!(common.detail.tendered, carrier = carrier_name.clone(), by = by), None)
        }
        Happening::TenderAnswered { carrier_name, state, decline, reason } => {
            let words = say!(common.detail.answered, carrier = carrier_name.clone(), state = offer_word(*state));
            let why = [decline.map(|decline| decline_word(decline).to_owned()), reason.clone()];
            let why: Vec<String> = why.into_iter().flatten().collect();
            ("messages-square", words, Some(why.join(": ")).filter(|why| !why.is_empty()))
        }
        Happening::DocumentAdded { document, name } => {
            ("file-text", say!(common.detail.paper_added, kind = document_word(*document)), Some(name.clone()))
        }
        Happening::DocumentRemoved { document, name } => {
            ("x", say!(common.detail.paper_removed, kind = document_word(*document)), Some(name.clone()))
        }
        Happening::ChecksWaived { checks } => {
            let list = checks.iter().map(|check| check_words(*check)).collect::<Vec<_>>().join(" · ");
            ("triangle-alert", say!(common.detail.waived).to_owned(), Some(list))
        }
        Happening::Edited { fields } => {
            let mut words: Vec<_> = fields.iter().map(|field| edited_word(field)).collect();
            words.dedup();
            ("pencil", say!(common.detail.edited, what = words.join(", ")), None)
        }
        Happening::ChangeUndone { from, to } if from == to => ("undo-2", say!(common.detail.undone).to_owned(), None),
        Happening::ChangeUndone { from, to } => {
            ("undo-2", say!(common.detail.undone_move, from = status_word(*from), to = status_word(*to)), None)
        }
        Happening::StopDeparted { city, fix_at } => {
            ("navigation", say!(common.detail.left, city = city.clone()), fix(*fix_at))
        }
    };
    let who = match by {
        None => say!(common.detail.itself).to_owned(),
        Some(by) if by == BY_POSITION => say!(common.stay.by_position).to_owned(),
        Some(by) if by == me => say!(common.detail.you).to_owned(),
        Some(by) => by.clone(),
    };
    let below = reason.map_or_else(|| who.clone(), |reason| format!("{who}: {reason}"));
    view! {
        <li class:new=is_new>
            <Icon name=icon />
            <span>{words}</span>
            <time datetime=at.to_string()>{format!("{} {zone}", when::day_and_clock(*at, offset_min))}</time>
            <span class="sub">{below}</span>
        </li>
    }
}
