//! The stops of a load, each on its own clock.

use contract::{
    Timestamp,
    loads::{LoadDetail, Stop},
};
use leptos::prelude::*;

use crate::{
    live::Entry,
    say,
    ui::words::{length_words, stop_word},
    when,
};

/// The stops in their order.
#[component]
pub fn Stops(entry: RwSignal<Entry>, detail: RwSignal<LoadDetail>) -> impl IntoView {
    let eta = Memo::new(move |_| entry.with(|entry| entry.row.eta));
    view! {
        <section class="box">
            <h2>{say!(common.detail.stops)}</h2>
            <ol class="stops">
                {move || {
                    let eta = eta.get();
                    detail
                        .with(|detail| {
                            let next = detail.stops.iter().position(|stop| stop.arrived_at.is_none());
                            detail
                                .stops
                                .iter()
                                .enumerate()
                                .map(|(place, stop)| one(stop, eta.filter(|_| next == Some(place))))
                                .collect_view()
                        })
                }}
            </ol>
        </section>
    }
}

fn one(stop: &Stop, eta: Option<Timestamp>) -> impl IntoView + use<> {
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
    view! {
        <li class:done=departed_at.is_some()>
            <b>{format!("{}, {}", town.city, town.state)}</b>
            <span>{what}</span>
            <span>{when::window(appointment)}</span>
            {came.or(eta).map(|text| view! { <span>{text}</span> })}
            {late}
        </li>
    }
}
