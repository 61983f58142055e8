//! Asks to whom a load is offered, how, for how long and at what rate.

use contract::{
    CarrierId,
    carriers::{CarrierRow, Standing},
    loads::LoadRow,
    tenders::{MAX_CARRIERS, TenderLoad, TenderMode, WINDOW_MIN},
};
use leptos::{either::Either, prelude::*, web_sys};

use super::{
    super::api::tender_load,
    modal::{Form, Modal},
    suitable::{Suitable, fetch},
};
use crate::{
    say,
    ui::{
        fields::{FaultLine, Line},
        read,
        words::{finding_words, length_words, unread_words},
    },
    when,
};

/// The windows that are offered, in minutes.
const WINDOWS_MIN: [u32; 5] = [15, WINDOW_MIN, 60, 120, 240];

/// The dialog.
#[component]
pub fn SendTender(row: LoadRow) -> impl IntoView {
    let form = Form::about(&row);
    let load = row.id;
    let title = say!(common.tender.title, number = row.load_number.clone());
    let rate = row.carrier_rate_cents.map(read::dollars).unwrap_or_default();
    let suitable = fetch(load);
    // In the order in which they were chosen, which is the order in which they are asked.
    let chosen = RwSignal::new(row.carrier.iter().map(|carrier| carrier.id).collect::<Vec<_>>());
    let at_once = RwSignal::new(false);

    let send = Callback::new(move |data: web_sys::FormData| {
        let rate = read::text(&data, "carrierRate");
        let cents = read::cents(&rate);
        if cents.is_none() && !rate.is_empty() {
            return form.mark([("carrierRateCents".to_owned(), say!(common.dialogs.bad_money).to_owned())].into());
        }
        let carrier_ids = chosen.get_untracked();
        if carrier_ids.is_empty() {
            return form.mark([("carrierIds".to_owned(), say!(common.tender.choose).to_owned())].into());
        }
        let count = carrier_ids.len();
        let ask = TenderLoad {
            load_id: load,
            version: form.version(),
            carrier_ids,
            mode: if at_once.get_untracked() { TenderMode::Broadcast } else { TenderMode::Waterfall },
            carrier_rate_cents: cents,
            window_min: read::text(&data, "window").parse().ok(),
        };
        form.send(Box::pin(tender_load(ask)), move |row| {
            let number = row.load_number.clone();
            if let Some(carrier) = &row.carrier {
                say!(common.tender.sent_to, number = number, carrier = carrier.name.clone())
            } else {
                say!(common.tender.sent_to_many, number = number, count = count)
            }
        });
    });
    let fault = form.at(|| vec!["carrierIds".to_owned(), "carrierId".to_owned()]);
    let row = StoredValue::new(row);
    view! {
        <Modal form title submit=say!(common.tender.send).to_owned() on_submit=send>
            {move || match suitable.get() {
                None => Either::Left(view! { <p class="sub" role="status">{say!(common.dialogs.loading_carriers)}</p> }),
                Some(Err(fault)) => Either::Left(view! { <p class="sub" role="alert">{unread_words(&fault)}</p> }),
                Some(Ok(suitable)) => {
                    let picks = row.with_value(|row| picks(&suitable, row, chosen));
                    Either::Right(
                        view! {
                            <fieldset class="picks" aria-describedby="carriers-fault">
                                <legend>{say!(common.tender.carriers)}</legend>
                                <div tabindex="-1" aria-invalid=move || fault.with(Option::is_some).then_some("true")>{picks}</div>
                                <FaultLine id="carriers-fault".to_owned() fault />
                            </fieldset>
                        },
                    )
                }
            }}
            <fieldset class="seg" hidden=move || chosen.with(Vec::len) < 2>
                <legend>{say!(common.tender.mode)}</legend>
                {mode(at_once, false, say!(common.tender.in_turn))}
                {mode(at_once, true, say!(common.tender.at_once))}
            </fieldset>
            <div class="row2">
                <Line
                    name="carrierRate"
                    label=say!(common.dialogs.carrier_rate)
                    fault=form.at(|| vec!["carrierRateCents".to_owned()])
                    keys="decimal"
                    value=rate
                    required=true
                />
                <div class="field">
                    <label for="window">{say!(common.tender.window)}</label>
                    <select id="window" name="window">
                        {WINDOWS_MIN
                            .map(|min| {
                                view! { <option value=min.to_string() selected=min == WINDOW_MIN>{length_words(min.into())}</option> }
                            })
                            .collect_view()}
                    </select>
                </div>
            </div>
            <p class="sub">
                {move || if at_once.get() && chosen.with(Vec::len) > 1 { say!(common.tender.at_once_hint) } else { say!(common.tender.in_turn_hint) }}
            </p>
        </Modal>
    }
}

fn mode(at_once: RwSignal<bool>, value: bool, words: &'static str) -> impl IntoView {
    view! {
        <label>
            <input type="radio" name="mode" checked=move || at_once.get_untracked() == value on:change=move |_| at_once.set(value) />
            <span>{words}</span>
        </label>
    }
}

/// The active carriers, those that suit the load first; each with what speaks for it, and its turn once it is chosen.
fn picks(suitable: &Suitable, row: &LoadRow, chosen: RwSignal<Vec<CarrierId>>) -> impl IntoView + use<> {
    let now = when::now_untracked();
    let mut carriers: Vec<&CarrierRow> = suitable.carriers.iter().filter(|carrier| carrier.active).collect();
    carriers.sort_by_key(|carrier| {
        (is_barred(carrier), !carrier.equipment.contains(&row.equipment), suitable.place(carrier.id))
    });
    carriers
        .into_iter()
        .map(|carrier| {
            let id = carrier.id;
            let fits = carrier.equipment.contains(&row.equipment);
            let turn = move || chosen.with(|chosen| chosen.iter().position(|known| *known == id));
            let pick = move |_| {
                chosen.update(|chosen| match chosen.iter().position(|known| *known == id) {
                    Some(place) => _ = chosen.remove(place),
                    None => chosen.push(id),
                });
            };
            let barred = carrier.findings.first().filter(|_| is_barred(carrier)).map(finding_words);
            let is_out = barred.is_some();
            let is_closed = move || turn().is_none() && (is_out || chosen.with(Vec::len) >= MAX_CARRIERS);
            let mc = format!("MC {}", carrier.mc_number);
            let reasons = suitable.reasons(id, row, now).join(" · ");
            view! {
                <label class="pick">
                    <input type="checkbox" prop:checked=move || turn().is_some() disabled=is_closed on:change=pick />
                    <b aria-hidden="true">{move || turn().map(|turn| turn + 1)}</b>
                    <span class="grow">{carrier.name.clone()}</span>
                    <span class="sub">{mc}</span>
                    {barred.map(|why| view! { <span class="sub bad">{why}</span> })}
                    {(!reasons.is_empty()).then(|| view! { <span class="sub why">{reasons}</span> })}
                    {(!fits && !is_out).then(|| view! { <span class="sub warnt">{say!(common.tender.no_trailer)}</span> })}
                </label>
            }
        })
        .collect_view()
}

fn is_barred(carrier: &CarrierRow) -> bool {
    carrier.compliance() == Standing::Barred
}
