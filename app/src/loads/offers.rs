//! What a carrier is offered just now, above its loads: yes with one press, no with a reason.

use contract::{
    One,
    actor::Permission,
    event::Happened,
    loads::LoadRow,
    tenders::{AcceptTender, DECLINE_REASONS, DeclineReason, DeclineTender, Offer},
};
use leptos::{prelude::*, task::spawn_local};

use super::api::{accept_tender, decline_tender, list_offers};
use crate::{
    fault::Fault,
    json::{brought, resource},
    live::{again::when_back, live},
    pages::Visitor,
    say,
    ui::{
        toast,
        words::{decline_word, equipment_word, fault_words, left_words, money_words, thousands, unread_words},
    },
    when,
};

/// The open offers, for a carrier's office.
#[component]
pub fn Offers(
    /// Goes up to load the list of the carrier's loads anew.
    taken: RwSignal<u32>,
) -> impl IntoView {
    let visitor = expect_context::<Visitor>();
    let is_carrier = visitor.me.as_ref().is_some_and(|me| me.carrier_id.is_some());
    (is_carrier && visitor.can(Permission::TenderAccept)).then(|| view! { <Open taken /> })
}

#[component]
fn Open(taken: RwSignal<u32>) -> impl IntoView {
    let live = live();
    let again = RwSignal::new(0_u32);
    let list = resource(move || (again.get(), live.afresh.get()), |_| list_offers());
    when_back(Callback::new(move |()| again.update(|times| *times += 1)));
    Effect::new(move |_| {
        if live.heard.with(|heard| matches!(heard, Some(Happened::TenderUpdated(_)))) {
            again.update(|times| *times += 1);
        }
    });
    let kept = StoredValue::new(Vec::<Offer>::new());
    let shown = move |answer: Result<One<Vec<Offer>>, Fault>| {
        let fault = match answer {
            Ok(One { data }) => {
                kept.set_value(data);
                None
            }
            Err(fault) => Some(unread_words(&fault)),
        };
        let now = when::now();
        // One whose window has closed is gone, whether or not the server has told of it yet.
        let open = kept.with_value(|offers| {
            let open = offers.iter().filter(|offer| offer.expires_at > now).cloned();
            open.map(|offer| view! { <OneOffer offer again taken /> }).collect::<Vec<_>>()
        });
        (!open.is_empty() || fault.is_some()).then(|| {
            view! {
                <section class="offers-open" aria-label=say!(loads.offers.title)>
                    <h2>{say!(loads.offers.title)}</h2>
                    {fault.map(|words| view! { <p class="sub" role="alert">{words}</p> })}
                    <ul>{open}</ul>
                </section>
            }
        })
    };
    view! { <Transition>{move || brought(list).map(shown)}</Transition> }
}

/// An offer.
#[component]
fn OneOffer(offer: Offer, again: RwSignal<u32>, taken: RwSignal<u32>) -> impl IntoView {
    let load = offer.load_id;
    let live = live();
    let busy = RwSignal::new(false);
    let declines = RwSignal::new(false);
    let number = offer.load_number.clone();
    let ended = move |fault: &Fault| {
        toast::wrong(fault_words(fault));
        again.update(|times| *times += 1);
    };
    let named = StoredValue::new(number.clone());
    let accept = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let ask = AcceptTender { load_id: load, version: None, carrier_id: None, driver_id: None };
            let answer: Result<One<LoadRow>, Fault> = accept_tender(ask).await;
            live.within(|| match answer {
                Ok(One { data }) => {
                    toast::done(say!(loads.offers.accepted, number = data.load_number.clone()));
                    live.book.merge([data]);
                    again.try_update(|times| *times += 1);
                    taken.try_update(|times| *times += 1);
                }
                Err(fault) => ended(&fault),
            });
            busy.try_set(false);
        });
    };
    let (reason, note) = (RwSignal::new(DeclineReason::Rate), RwSignal::new(String::new()));
    let decline = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let note = Some(note.get_untracked()).filter(|note| !note.trim().is_empty());
        let ask = DeclineTender { load_id: load, carrier_id: None, reason: reason.get_untracked(), note };
        spawn_local(async move {
            let answer = decline_tender(ask).await;
            live.within(|| match answer {
                Ok(_) => {
                    let number = named.try_get_value().unwrap_or_default();
                    toast::done(say!(loads.offers.declined, number = number));
                    again.try_update(|times| *times += 1);
                }
                Err(fault) => ended(&fault),
            });
            busy.try_set(false);
        });
    };
    let ends = offer.expires_at;
    let what = [
        Some(equipment_word(offer.equipment).to_owned()),
        Some(say!(common.detail.miles, miles = thousands(offer.miles.round() as i64))),
        offer.weight_lbs.map(|pounds| say!(common.detail.pounds, pounds = thousands(pounds))),
        offer.commodity.clone(),
    ];
    let what = what.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let lane = format!(
        "{}, {} → {}, {}",
        offer.origin.city, offer.origin.state, offer.destination.city, offer.destination.state
    );
    let note_id = format!("note-{load}");
    view! {
        <li data-offer=number.clone()>
            <div class="what">
                <span class="num">{number.clone()}</span>
                <b>{lane}</b>
                <span>{when::window(&offer.pickup)}" → "{when::window(&offer.delivery)}</span>
                <span class="sub">{what}</span>
            </div>
            <div class="pay">
                <b>{money_words(offer.rate_cents)}</b>
                <span class="left">{move || left_words(ends, when::now())}</span>
            </div>
            <div class="acts" hidden=move || declines.get()>
                <button type="button" class="btn" aria-label=say!(loads.offers.decline_it, number = number.clone()) on:click=move |_| declines.set(true)>
                    {say!(loads.offers.decline)}
                </button>
                <button
                    type="button"
                    class="btn pri"
                    aria-label=say!(loads.offers.accept_it, number = number.clone())
                    aria-disabled=move || busy.get().then_some("true")
                    on:click=accept
                >
                    {say!(loads.offers.accept)}
                </button>
            </div>
            <form class="no" hidden=move || !declines.get() on:submit=decline>
                <div class="field">
                    <label for=format!("why-{load}")>{say!(loads.offers.why)}</label>
                    <select
                        id=format!("why-{load}")
                        on:change=move |event| reason.set(DeclineReason::named(&event_target_value(&event)).unwrap_or(DeclineReason::Other))
                    >
                        {DECLINE_REASONS.map(|reason| view! { <option value=reason.name()>{decline_word(reason)}</option> }).collect_view()}
                    </select>
                </div>
                <div class="field grow">
                    <label for=note_id.clone()>{say!(loads.offers.note)}</label>
                    <input id=note_id maxlength="300" autocomplete="off" on:input=move |event| note.set(event_target_value(&event)) />
                </div>
                <button type="button" class="btn" on:click=move |_| declines.set(false)>{say!(common.dialogs.cancel)}</button>
                <button type="submit" class="btn danger" aria-disabled=move || busy.get().then_some("true")>{say!(loads.offers.do_decline)}</button>
            </form>
        </li>
    }
}
