//! The stops of a load, each on its own clock.

use contract::{
    Timestamp,
    actor::Permission,
    loads::{Happening, LoadDetail, Stop, TimelineEntry},
    tracking::BY_POSITION,
};
use leptos::prelude::*;

use super::super::undo::{Offer, take_back};
use crate::{
    live::Entry,
    pages::Visitor,
    say,
    ui::{
        icon::Icon,
        words::{length_words, stay_words, stop_word},
    },
    when,
};

/// How long what a position told is offered to be taken back, in milliseconds: as long as the server allows it, 4 h.
const UNDO_MS: i64 = 4 * 3_600_000;

/// The stops in their order.
#[component]
pub fn Stops(entry: RwSignal<Entry>, detail: RwSignal<LoadDetail>) -> impl IntoView {
    let eta = Memo::new(move |_| entry.with(|entry| entry.row.eta));
    let may_move = expect_context::<Visitor>().can(Permission::LoadStatusUpdate);
    view! {
        <section class="box">
            <h2>{say!(common.detail.stops)}</h2>
            <ol class="stops">
                {move || {
                    let eta = eta.get();
                    detail
                        .with(|detail| {
                            let next = detail.stops.iter().position(|stop| stop.arrived_at.is_none());
                            let told = told_last(detail, when::now_untracked()).filter(|_| may_move);
                            detail
                                .stops
                                .iter()
                                .enumerate()
                                .map(|(place, stop)| {
                                    let eta = eta.filter(|_| next == Some(place));
                                    one(stop, eta, told.filter(|(told, _)| *told == place).map(|(_, offer)| offer))
                                })
                                .collect_view()
                        })
                }}
            </ol>
        </section>
    }
}

/// The stop of which the truck's position told last, if nothing happened to the load since, with what takes that back.
fn told_last(detail: &LoadDetail, now: Timestamp) -> Option<(usize, Offer)> {
    let is_change =
        |entry: &&TimelineEntry| !matches!(entry.what, Happening::EtaSlipped { .. } | Happening::DetentionBegun { .. });
    let newest = detail.timeline.iter().find(is_change)?;
    if newest.by.as_deref() != Some(BY_POSITION) || now.since_ms(newest.at) > UNDO_MS {
        return None;
    }
    let place = detail.stops.iter().rposition(|stop| stop.arrived_by_position || stop.departed_by_position)?;
    let was = detail.timeline.iter().take_while(|entry| entry.at == newest.at).find_map(|entry| match entry.what {
        Happening::StatusChanged { from, .. } => Some(from),
        _ => None,
    });
    let (load, version) = (detail.load.id, detail.load.version);
    Some((place, Offer { load, version, was: was.unwrap_or(detail.load.status) }))
}

fn one(stop: &Stop, eta: Option<Timestamp>, undo: Option<Offer>) -> impl IntoView + use<> {
    let Stop { kind, facility, town, appointment, arrived_at, departed_at, .. } = stop;
    let what =
        if facility.is_empty() { stop_word(*kind).to_owned() } else { format!("{} · {facility}", stop_word(*kind)) };
    let zone = appointment.zone_short.clone();
    let at = |moment: Timestamp| when::day_and_clock(moment, appointment.offset_min);
    let late = arrived_at.and_then(|arrived| appointment.late_min(arrived));
    let late = late.map(|min| view! { <span class="bad">{say!(common.detail.late, time = length_words(min))}</span> });
    let came = arrived_at.map(|arrived| {
        let arrived = say!(common.detail.arrived, at = at(arrived));
        match departed_at {
            Some(departed) => format!("{arrived}, {} {zone}", say!(common.detail.departed, at = at(*departed))),
            None => format!("{arrived} {zone}"),
        }
    });
    let eta = eta.map(|eta| format!("{} {} {zone}", say!(common.detail.eta), at(eta)));
    let by_position = (stop.arrived_by_position || stop.departed_by_position).then(|| {
        let undo = undo.map(|offer| {
            view! {
                <button type="button" class="link" on:click=move |_| take_back(offer)>
                    {say!(common.stay.undo)}
                </button>
            }
        });
        view! {
            <span class="by">
                <Icon name="crosshair" size=13 />
                {say!(common.stay.by_position)}
                {undo}
            </span>
        }
    });
    let stay = stop.stay().map(|stay| {
        let (offset_min, zone) = (appointment.offset_min, zone.clone());
        move || {
            let (words, is_detained) = stay_words(&stay, when::now(), offset_min, &zone);
            view! { <span class="stay" class:bad=is_detained>{words}</span> }
        }
    });
    view! {
        <li class:done=departed_at.is_some()>
            <b>{format!("{}, {}", town.city, town.state)}</b>
            <span>{what}</span>
            <span>{when::window(appointment)}</span>
            {came.or(eta).map(|text| view! { <span>{text}</span> })}
            {by_position}
            {late}
            {stay}
        </li>
    }
}
