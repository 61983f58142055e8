//! One row of the table. It is written anew as a whole when its load or the page's clock moves: one closure a row.

use std::sync::Arc;

use contract::{
    Timestamp, UserId,
    loads::{LoadQuery, LoadRow},
    risk::{Outlook, Reason, Risk, outlook},
    status::LoadStatus,
    tracking::{Freshness, freshness},
};
use leptos::prelude::*;

use super::fits::fits;
use crate::{
    live::Entry,
    say,
    ui::{
        icon::Icon,
        words::{equipment_word, left_words, reason_words, status_word},
    },
    when,
};

/// What all rows of a list share.
pub struct Listing {
    /// What was asked for.
    pub asked: LoadQuery,
    /// Who looks.
    pub me: Option<UserId>,
    /// Whether the reader sees what carriers are paid.
    pub shows_rates: bool,
}

/// A load's row.
pub fn row(listing: Arc<Listing>, entry: ArcRwSignal<Entry>) -> impl IntoView {
    // The browser's judgement may differ from the server's; a load fades only when it left by the same judgement.
    let (fitted, seen) = entry
        .with_untracked(|entry| (fits(&listing.asked, &entry.row, listing.me, when::now_untracked()), entry.changed));
    move || {
        let now = when::now();
        entry.with(|entry| {
            let outlook = outlook(&entry.row, now);
            let gone = fitted && !fits(&listing.asked, &entry.row, listing.me, now);
            let classes = classes(outlook, entry.changed.wrapping_sub(seen), gone);
            cells(entry, outlook, now, classes, gone, listing.shows_rates)
        })
    }
}

fn cells(
    entry: &Entry,
    outlook: Outlook,
    now: Timestamp,
    classes: String,
    gone: bool,
    shows_rates: bool,
) -> impl IntoView + use<> {
    let load = &entry.row;
    let status = entry.status();
    let reason = outlook.reason.map(|reason| reason_words(reason, load, now));
    let said = reason.clone();
    let asked = load.tender_expires_at.is_some();
    let unmoved = load.carrier.is_none() && !asked && !status.is_finished();
    let missed = matches!(outlook.reason, Some(Reason::PickupMissed { .. }));
    let overdue = matches!(outlook.reason, Some(Reason::EtaAfterWindow { .. })) && load.is_on_last_leg();
    view! {
        <tr class=classes title=reason>
            <td class="c-load">
                <a class="num" href=format!("/loads/{}", load.id)>{load.load_number.clone()}</a>
                {load.is_hot.then(|| view! { <span class="hot" title=say!(loads.row.hot)><Icon name="flame" size=13 /><span class="sr-only">{say!(loads.row.hot)}</span></span> })}
                {said.map(|said| view! { <span class="why">{said}</span> })}
                {gone.then(|| view! { <span class="sr-only">{say!(loads.row.gone)}</span> })}
            </td>
            <td class="c-status"><span class="status" data-s=status.name()><i></i>{status_word(status)}</span></td>
            <td class="c-lane">
                <span>{format!("{}, {}", load.origin.city, load.origin.state)}</span>
                " "
                <span>
                    <span class="arr" aria-hidden="true">"→"</span>
                    <span class="sr-only">{say!(loads.row.to)}" "</span>
                    {format!("{}, {}", load.destination.city, load.destination.state)}
                </span>
                {(load.stop_count > 2).then(|| view! { " " <small>{say!(loads.row.stops, count = load.stop_count)}</small> })}
            </td>
            <td class=if unmoved { "c-carrier bad" } else { "c-carrier" }>
                {match &load.carrier {
                    Some(carrier) => carrier.name.clone(),
                    None if asked => say!(common.tender.many).to_owned(),
                    None if unmoved => say!(loads.row.unassigned).to_owned(),
                    None => "–".to_owned(),
                }}
            </td>
            <td class="c-equipment">{equipment_word(load.equipment)}</td>
            <td class=if missed { "c-pickup bad" } else { "c-pickup" }>{label(say!(loads.column.pickup))}{when::brief_window(&load.pickup, now)}</td>
            <td class=if overdue { "c-delivery bad" } else { "c-delivery" }>{label(say!(loads.column.delivery))}{when::brief_window(&load.delivery, now)}</td>
            {eta(load, outlook, now)}
            {shows_rates.then(|| view! { <td class="c-rate">{load.carrier_rate_cents.map(dollars)}</td> })}
            {last_seen(load, now)}
        </tr>
    }
}

/// When the truck is expected at its next stop, and how that stands.
fn eta(load: &LoadRow, outlook: Outlook, now: Timestamp) -> impl IntoView + use<> {
    // At the last stop it has come, and nothing is expected any more.
    let moves = load.status.is_under_way() && (load.status != LoadStatus::AtDelivery || load.has_further_stops());
    let expected = load.eta.filter(|_| moves || load.status == LoadStatus::Accepted);
    let (tone, time, word) = match expected {
        None => match load.tender_expires_at.filter(|_| load.status == LoadStatus::Tendered) {
            Some(ends) => ("c-eta", left_words(ends, now), None),
            None => ("c-eta none", "–".to_owned(), None),
        },
        Some(at) => {
            let (_, _, stop) = load.ahead();
            let (tone, word) = match outlook.reason {
                Some(Reason::EtaAfterWindow { by_min, .. } | Reason::PickupMissed { by_min }) => {
                    ("c-eta bad", say!(loads.row.late, by = when::minutes(by_min.max(1))))
                }
                Some(Reason::EtaNearEnd { .. }) => ("c-eta warnt", say!(loads.row.tight).to_owned()),
                Some(Reason::Unknown { .. }) => ("c-eta warnt", say!(loads.row.unknown).to_owned()),
                Some(Reason::NoSignal { .. }) => ("c-eta", say!(loads.row.no_signal).to_owned()),
                _ => ("c-eta", say!(loads.row.on_time).to_owned()),
            };
            (tone, format!("{} {}", when::soon(at, stop.offset_min, now), stop.zone_short), Some(word))
        }
    };
    let word = word.map(|word| view! { " " <span>"· "{word}</span> });
    view! { <td class=tone>{label(say!(loads.column.eta))}<span>{time}</span>{word}</td> }
}

/// A column's name, for a telephone: there the row is a card without a heading.
fn label(word: &'static str) -> impl IntoView {
    view! { <b class="label" aria-hidden="true">{word}" "</b> }
}

/// How old the last position is, while there should be one.
fn last_seen(load: &LoadRow, now: Timestamp) -> impl IntoView + use<> {
    let fix = load.current_location.filter(|_| load.status.is_under_way());
    let tone = match freshness(fix.map(|fix| fix.at), now) {
        Freshness::Stale => "c-seen warnt",
        _ => "c-seen",
    };
    view! { <td class=tone>{fix.map(|fix| when::age(fix.at, now))}</td> }
}

/// Two classes take turns for the flash, because the same one again wouldn't start it again.
fn classes(outlook: Outlook, changes: u32, gone: bool) -> String {
    let risk = match outlook.risk {
        Risk::Late => "late",
        Risk::Tight => "tight",
        Risk::None => "",
    };
    let silent = if outlook.silent { " stale" } else { "" };
    let flash = match changes {
        0 => "",
        odd if odd % 2 == 1 => " flash-a",
        _ => " flash-b",
    };
    format!("{risk}{silent}{flash}{}", if gone { " gone" } else { "" })
}

/// An amount of money: `$1,850`, with cents only where there are some.
pub fn dollars(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let whole = grouped(cents.unsigned_abs() / 100);
    match cents.unsigned_abs() % 100 {
        0 => format!("{sign}${whole}"),
        rest => format!("{sign}${whole}.{rest:02}"),
    }
}

/// A number with its thousands apart: `142,310`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_reads_as_people_write_it() {
        for (cents, text) in
            [(0, "$0"), (185_000, "$1,850"), (14_231_000, "$142,310"), (100_000_050, "$1,000,000.50"), (-5, "-$0.05")]
        {
            assert_eq!(dollars(cents), text);
        }
    }
}
