//! To whom a load was offered, and what they said.

use contract::{
    Timestamp,
    loads::LoadDetail,
    tenders::{OfferLine, OfferState, Tender, TenderMode},
};
use leptos::prelude::*;

use crate::{
    live::Entry,
    say,
    ui::words::{decline_word, left_words, money_words, offer_word},
    when,
};

/// The newest tender, where there is one and the reader is at the desk.
#[component]
pub fn Offered(entry: RwSignal<Entry>, detail: RwSignal<LoadDetail>) -> impl IntoView {
    let (offset_min, zone) =
        entry.with_untracked(|entry| (entry.row.pickup.offset_min, entry.row.pickup.zone_short.clone()));
    move || {
        let now = when::now();
        let clock = |at: Timestamp| format!("{} {zone}", when::soon(at, offset_min, now));
        detail.with(|detail| detail.tender.as_ref().map(|tender| shown(tender, now, &clock)))
    }
}

fn shown(tender: &Tender, now: Timestamp, clock: &dyn Fn(Timestamp) -> String) -> impl IntoView + use<> {
    let how = match tender.mode {
        _ if tender.offers.len() < 2 => None,
        TenderMode::Waterfall => Some(say!(common.tender.in_turn).to_owned()),
        TenderMode::Broadcast => Some(say!(common.tender.at_once).to_owned()),
    };
    let sent = say!(common.tender.sent, at = clock(tender.sent_at));
    let about =
        [how, tender.rate_cents.map(money_words), Some(sent)].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let offers = tender.offers.iter().map(|offer| line(offer, now, clock)).collect_view();
    view! {
        <section class="box">
            <h2>{say!(common.tender.heading)}</h2>
            <p class="sub">{about}</p>
            <ol class="offers">{offers}</ol>
        </section>
    }
}

fn line(offer: &OfferLine, now: Timestamp, clock: &dyn Fn(Timestamp) -> String) -> impl IntoView + use<> {
    let when = match (offer.state, offer.expires_at, offer.ended_at) {
        (OfferState::Offered, Some(ends), _) => Some(format!("{} · {}", clock(ends), left_words(ends, now))),
        (_, _, Some(ended)) => Some(clock(ended)),
        _ => None,
    };
    let why: Vec<String> = [offer.reason.map(|reason| decline_word(reason).to_owned()), offer.note.clone()]
        .into_iter()
        .flatten()
        .collect();
    view! {
        <li data-o=offer.state.name()>
            <b>{offer.carrier.name.clone()}</b>
            <span class="o">{offer_word(offer.state)}</span>
            <span class="grow"></span>
            <span class="sub">{when}</span>
            {(!why.is_empty()).then(|| view! { <p class="sub">{why.join(": ")}</p> })}
        </li>
    }
}
