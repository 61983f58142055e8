//! Asks who moves a load, and for how much.

use contract::{
    CarrierId,
    carriers::{CarrierRow, DriverRow, Standing},
    loads::{AssignLoad, LoadRow},
    status::LoadStatus,
};
use leptos::{either::Either, html, prelude::*, web_sys};

use super::{
    super::api::assign_load,
    modal::{Form, Modal},
    suitable::{Suitable, fetch},
};
use crate::{
    say,
    ui::{
        fields::{FaultLine, Line},
        read,
        words::{equipment_word, move_words, unread_words},
    },
    when,
};

/// The dialog.
#[component]
pub fn Assign(row: LoadRow, then: Option<LoadStatus>) -> impl IntoView {
    let form = Form::about(&row);
    let load = row.id;
    let title = say!(common.dialogs.assign, number = row.load_number.clone());
    let submit = match then {
        Some(to) => say!(common.dialogs.assign_and, verb = move_words(row.status, to).to_lowercase()),
        None => say!(common.dialogs.do_assign).to_owned(),
    };
    let needs_rate = matches!(then, Some(LoadStatus::Tendered | LoadStatus::Dispatched));
    let needs_driver = then.unwrap_or(row.status) >= LoadStatus::Dispatched;
    let rate = row.carrier_rate_cents.map(read::dollars).unwrap_or_default();

    let suitable = fetch(load);
    // The carriers come after the dialog was opened, too late for the browser to begin with them by itself.
    let select = NodeRef::<html::Select>::new();
    Effect::new(move |_| {
        if let Some(select) = select.get() {
            _ = select.focus();
        }
    });
    let chosen = RwSignal::new(row.carrier.as_ref().map(|carrier| carrier.id));

    let send = Callback::new(move |data: web_sys::FormData| {
        let rate = read::text(&data, "carrierRate");
        let cents = read::cents(&rate);
        if cents.is_none() && !rate.is_empty() {
            return form.mark([("carrierRateCents".to_owned(), say!(common.dialogs.bad_money).to_owned())].into());
        }
        let Ok(carrier_id) = read::text(&data, "carrier").parse() else {
            return form.mark([("carrierId".to_owned(), say!(common.dialogs.choose_carrier).to_owned())].into());
        };
        let ask = AssignLoad {
            load_id: load,
            version: form.version(),
            carrier_id,
            driver_id: read::text(&data, "driver").parse().ok(),
            carrier_rate_cents: cents,
            status: then,
        };
        form.send(Box::pin(assign_load(ask)), |row| {
            let carrier = row.carrier.as_ref().map(|carrier| carrier.name.clone()).unwrap_or_default();
            say!(common.dialogs.assigned, number = row.load_number.clone(), carrier = carrier)
        });
    });
    let carrier_fault = form.at(|| vec!["carrierId".to_owned()]);
    let driver_fault = form.at(|| vec!["driverId".to_owned()]);
    let row = StoredValue::new(row);
    view! {
        <Modal form title submit replaces=true on_submit=send>
            {move || match suitable.get() {
                None => Either::Left(view! { <p class="sub" role="status">{say!(common.dialogs.loading_carriers)}</p> }),
                Some(Err(fault)) => Either::Left(view! { <p class="sub" role="alert">{unread_words(&fault)}</p> }),
                Some(Ok(suitable)) => {
                    let suitable = StoredValue::new(suitable);
                    let reasons = move || {
                        let carrier = chosen.get()?;
                        let now = when::now_untracked();
                        Some(suitable.with_value(|all| row.with_value(|row| all.reasons(carrier, row, now))).join(" · "))
                    };
                    Either::Right(
                        view! {
                            <div class="field">
                                <label for="carrier">{say!(common.dialogs.carrier)}</label>
                                <select
                                    id="carrier"
                                    name="carrier"
                                    required
                                    node_ref=select
                                    aria-invalid=move || carrier_fault.with(Option::is_some).then_some("true")
                                    aria-describedby="carrier-fault"
                                    on:change=move |event| chosen.set(event_target_value(&event).parse().ok())
                                >
                                    <option value="">{say!(common.dialogs.choose_carrier)}</option>
                                    {suitable.with_value(|suitable| row.with_value(|row| carrier_options(suitable, row)))}
                                </select>
                                <span class="sub">{reasons}</span>
                                <FaultLine id="carrier-fault".to_owned() fault=carrier_fault />
                            </div>
                            <div class="field">
                                <label for="driver">{say!(common.dialogs.driver)}</label>
                                <select
                                    id="driver"
                                    name="driver"
                                    required=needs_driver
                                    aria-invalid=move || driver_fault.with(Option::is_some).then_some("true")
                                    aria-describedby="driver-fault"
                                >
                                    {move || {
                                        let words = if needs_driver {
                                            say!(common.dialogs.choose_driver)
                                        } else {
                                            say!(common.dialogs.no_driver)
                                        };
                                        let keeps_driver = suitable.with_value(|all| row.with_value(|row| has_driver_of(row, &all.carriers, chosen.get())));
                                        (!keeps_driver).then(|| view! { <option value="">{words}</option> })
                                    }}
                                    {move || suitable.with_value(|all| row.with_value(|row| driver_options(drivers_of(&all.carriers, chosen.get()), row)))}
                                </select>
                                <FaultLine id="driver-fault".to_owned() fault=driver_fault />
                            </div>
                        },
                    )
                }
            }}
            <Line
                name="carrierRate"
                label=say!(common.dialogs.carrier_rate)
                fault=form.at(|| vec!["carrierRateCents".to_owned()])
                keys="decimal"
                value=rate
                required=needs_rate
            />
        </Modal>
    }
}

/// So many carriers are suggested.
const SUGGESTED: usize = 3;

/// The active carriers: first those that suit the load best, then all that have the trailer it needs.
fn carrier_options(suitable: &Suitable, row: &LoadRow) -> impl IntoView + use<> {
    let current = row.carrier.as_ref().map(|carrier| carrier.id);
    let now = when::now_untracked();
    let option = |carrier: &CarrierRow, words: Option<String>| {
        let text = format!("{} · MC {}", carrier.name, carrier.mc_number);
        let text = [Some(text), words].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        view! { <option value=carrier.id.to_string() selected=Some(carrier.id) == current>{text}</option> }
    };
    let best: Vec<_> = suitable.best(SUGGESTED).collect();
    let group = |fits: bool| {
        let others = suitable.carriers.iter().filter(|carrier| {
            (carrier.active || Some(carrier.id) == current)
                && carrier.equipment.contains(&row.equipment) == fits
                && !best.iter().any(|known| known.id == carrier.id)
        });
        others
            .map(|carrier| {
                let is_barred = carrier.compliance() == Standing::Barred;
                option(carrier, is_barred.then(|| say!(common.standing.barred).to_lowercase()))
            })
            .collect::<Vec<_>>()
    };
    let reason = |carrier: &CarrierRow| suitable.reasons(carrier.id, row, now).into_iter().next();
    let suggested = best.iter().map(|carrier| option(carrier, reason(carrier))).collect();
    let fitting = say!(common.dialogs.with_equipment, equipment = equipment_word(row.equipment).to_lowercase());
    [
        (say!(common.suggest.label).to_owned(), suggested),
        (fitting, group(true)),
        (say!(common.dialogs.others).to_owned(), group(false)),
    ]
    .into_iter()
    .filter(|(_, options): &(String, Vec<_>)| !options.is_empty())
    .map(|(label, options)| view! { <optgroup label=label>{options}</optgroup> })
    .collect_view()
}

fn drivers_of(carriers: &[CarrierRow], carrier: Option<CarrierId>) -> &[DriverRow] {
    carriers.iter().find(|known| Some(known.id) == carrier).map_or(&[], |carrier| &carrier.drivers)
}

/// Whether the load's driver is one of this carrier's: another can be chosen, but not none. Who has left is none of them,
/// and goes on driving until another one is chosen.
fn has_driver_of(row: &LoadRow, carriers: &[CarrierRow], carrier: Option<CarrierId>) -> bool {
    let driver = row.driver.as_ref().map(|driver| driver.id);
    drivers_of(carriers, carrier).iter().any(|known| Some(known.id) == driver)
}

fn driver_options(drivers: &[DriverRow], row: &LoadRow) -> impl IntoView + use<> {
    let current = row.driver.as_ref().map(|driver| driver.id);
    drivers
        .iter()
        .map(|driver| {
            let selected = Some(driver.id) == current;
            view! { <option value=driver.id.to_string() selected=selected>{driver.name.clone()}</option> }
        })
        .collect_view()
}
