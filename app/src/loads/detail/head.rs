//! The head of a load's page: which load, where it stands, why it is at risk, and what can be done.

use contract::{
    loads::LoadDetail,
    risk::{Reason, Risk, outlook},
    status::LoadStatus,
};
use leptos::prelude::*;

use super::actions::Actions;
use crate::{
    live::Entry,
    say,
    ui::{
        here::Here,
        icon::Icon,
        status::Status,
        words::{equipment_word, length_words, reason_words, thousands},
    },
    when,
};

/// The head.
#[component]
pub fn Head(entry: RwSignal<Entry>, detail: RwSignal<LoadDetail>) -> impl IntoView {
    let status = Memo::new(move |_| entry.with(Entry::status));
    let hot = Memo::new(move |_| entry.with(|entry| entry.row.is_hot));
    let waiting = Memo::new(move |_| entry.with(Entry::is_waiting));
    let (load, number) = entry.with_untracked(|entry| (entry.row.id, entry.row.load_number.clone()));
    let lane = move || {
        entry.with(|entry| {
            let row = &entry.row;
            format!("{}, {} → {}, {}", row.origin.city, row.origin.state, row.destination.city, row.destination.state)
        })
    };
    let what = move || {
        entry.with(|entry| {
            let row = &entry.row;
            let miles = say!(common.detail.miles, miles = thousands(row.miles.round() as i64));
            format!("{} · {} · {miles}", row.customer_name, equipment_word(row.equipment))
        })
    };
    view! {
        <header class="load-head">
            <h1 class="num">{number}</h1>
            <span role="status">
                <Status status />
                {move || waiting.get().then(|| view! { <span class="sub">" · "{say!(common.detail.waiting)}</span> })}
            </span>
            <Here load worded=true />
            {move || hot.get().then(|| view! { <span class="hot"><Icon name="flame" />{say!(common.detail.hot)}</span> })}
            <span class="grow"></span>
            <Actions entry />
        </header>
        <p class="load-lane">{lane}<span class="sub">{what}</span></p>
        <Banner entry />
        <Delivered entry detail />
    }
}

/// That a load came late to its last stop: nothing is at risk any more, but it is not forgotten.
#[component]
fn Delivered(entry: RwSignal<Entry>, detail: RwSignal<LoadDetail>) -> impl IntoView {
    let late_min = Memo::new(move |_| {
        let status = entry.with(Entry::status);
        let came = status >= LoadStatus::AtDelivery && status != LoadStatus::Cancelled;
        detail.with(|detail| {
            let last = detail.stops.last().filter(|_| came)?;
            last.appointment.late_min(last.arrived_at?)
        })
    });
    move || {
        late_min.get().map(|min| {
            let words = say!(common.detail.delivered_late, time = length_words(min));
            view! { <div class="pr late" role="status"><Icon name="clock" /><b>{words}</b></div> }
        })
    }
}

/// Why the load is at risk, or that nothing is heard of its truck.
#[component]
fn Banner(entry: RwSignal<Entry>) -> impl IntoView {
    let outlook = Memo::new(move |_| entry.with(|entry| outlook(&entry.row, when::now())));
    move || {
        let outlook = outlook.get();
        let look = match outlook.risk {
            Risk::Late => "pr late",
            Risk::Tight => "pr tight",
            Risk::None => "pr",
        };
        outlook.reason.map(|reason| {
            let words = entry.with_untracked(|entry| reason_words(reason, &entry.row, when::now_untracked()));
            let icon = if matches!(reason, Reason::NoSignal { .. }) { "wifi-off" } else { "triangle-alert" };
            view! { <div class=look role="status"><Icon name=icon /><b>{words}</b></div> }
        })
    }
}
