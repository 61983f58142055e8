//! The loads under way as a list: the same as the map, in words.

use contract::LoadId;
use leptos::prelude::*;

use super::fleet::{Fleet, PICKS, Pick, Standing};
use crate::{
    live::Entry,
    say,
    ui::{status::Status, words::reason_words},
    when,
};

/// The heading, the picks and the rows.
#[component]
pub fn List() -> impl IntoView {
    let fleet = Fleet::here();
    view! {
        <div class="mhead">
            <h1>{say!(tracking.title)}</h1>
            <span class="grow"></span>
            <span class="cnt">{move || count_words(fleet.count(Pick::All))}</span>
        </div>
        <nav class="views" aria-label=say!(tracking.views)>
            {PICKS.map(|pick| view! {
                <a
                    href=move || fleet.href_of(pick)
                    data-noscroll=""
                    class:on=move || fleet.pick.get() == pick
                    aria-current=move || (fleet.pick.get() == pick).then_some("true")
                >
                    {pick_word(pick)}
                    {(pick != Pick::All).then(|| view! { <span>{move || fleet.count(pick)}</span> })}
                </a>
            })}
        </nav>
        <ul class="mrows" aria-label=say!(tracking.list)>
            <For each=move || fleet.shown() key=|load| *load children=move |load| row(fleet, load) />
        </ul>
        {move || {
            let pick = fleet.pick.get();
            (fleet.count(pick) == 0).then(|| view! { <Empty pick fleet /> })
        }}
    }
}

/// What is shown until the loads are there.
#[component]
pub fn Skeleton() -> impl IntoView {
    view! {
        <div class="mhead">
            <h1>{say!(tracking.title)}</h1>
        </div>
        <div class="mskel" role="status" aria-label=say!(tracking.loading)>
            <i></i>
            <i></i>
            <i></i>
            <i></i>
            <i></i>
            <i></i>
        </div>
    }
}

#[component]
fn Empty(pick: Pick, fleet: Fleet) -> impl IntoView {
    let words = match pick {
        Pick::All => say!(tracking.empty.all),
        Pick::AtRisk => say!(tracking.empty.risk),
        Pick::Stale => say!(tracking.empty.stale),
        Pick::Mine => say!(tracking.empty.mine),
    };
    view! {
        <div class="mempty">
            <p>{words}</p>
            {(pick != Pick::All)
                .then(|| view! { <a class="btn" href=move || fleet.href_of(Pick::All)>{say!(tracking.empty.show_all)}</a> })}
        </div>
    }
}

fn row(fleet: Fleet, load: LoadId) -> Option<impl IntoView> {
    let entry = fleet.book.entry(load)?;
    let (own, status, aged) = (entry.clone(), entry.clone(), entry.clone());
    let is_selected = move || fleet.selected.get() == Some(load);
    Some(view! {
        <li class=move || own.with(|entry| fleet.standing(entry).class()) class:sel=is_selected>
            <a
                href=move || fleet.href(Some(load))
                data-noscroll=""
                aria-current=move || is_selected().then_some("true")
            >
                <div>
                    <span class="num">{entry.with_untracked(|entry| entry.row.load_number.clone())}</span>
                    <Status status=Signal::derive(move || status.with(Entry::status)) />
                    <span class="grow"></span>
                    <span class="fresh">{move || aged.with(|entry| age_words(entry, fleet))}</span>
                </div>
                {move || entry.with(|entry| lane_and_reason(entry, fleet.standing(entry), fleet))}
            </a>
        </li>
    })
}

fn lane_and_reason(entry: &Entry, standing: Standing, fleet: Fleet) -> impl IntoView + use<> {
    let row = &entry.row;
    let reason = contract::risk::outlook(row, fleet.now.get()).reason;
    let why = match reason {
        Some(reason) => reason_words(reason),
        None if row.current_location.is_none() => say!(tracking.no_fix).to_owned(),
        None => say!(tracking.on_time).to_owned(),
    };
    let class = match standing.class() {
        "late" => "bad",
        "tight" => "warnt",
        _ => "",
    };
    let carrier =
        row.carrier.as_ref().map_or_else(|| say!(tracking.no_carrier).to_owned(), |carrier| carrier.name.clone());
    view! {
        <div class="lane">
            {format!("{}, {}", row.origin.city, row.origin.state)}
            <span class="arr" aria-hidden="true">"→"</span>
            {format!("{}, {}", row.destination.city, row.destination.state)}
        </div>
        <div class="sub">
            <span class=class>{why}</span>
            {format!(" · {carrier}")}
        </div>
    }
}

/// How old the position is.
fn age_words(entry: &Entry, fleet: Fleet) -> String {
    entry.row.current_location.map_or_else(String::new, |fix| when::age(fix.at, fleet.now.get()))
}

fn count_words(count: usize) -> String {
    match count {
        1 => say!(tracking.one_truck).to_owned(),
        n => say!(tracking.n_trucks, n = n),
    }
}

fn pick_word(pick: Pick) -> &'static str {
    match pick {
        Pick::All => say!(tracking.pick.all),
        Pick::AtRisk => say!(tracking.pick.risk),
        Pick::Stale => say!(tracking.pick.stale),
        Pick::Mine => say!(tracking.pick.mine),
    }
}
