//! Asks for everything of a new load.

use std::collections::BTreeMap;

use contract::{
    actor::Permission,
    loads::{EQUIPMENT, Equipment, NewLoad},
};
use leptos::{prelude::*, web_sys::FormData};

use super::{
    super::api::create_load,
    modal::{Form, Modal},
    stops::{StopList, Stops, read_stops},
};
use crate::{
    pages::Visitor,
    say,
    ui::{
        fields::{Line, Lines},
        read,
        words::equipment_word,
    },
};

/// The dialog.
#[component]
pub fn EnterLoad() -> impl IntoView {
    let form = Form::new();
    let stops = Stops::new();
    let sees_customer_rate = expect_context::<Visitor>().can(Permission::FinanceView);
    let send = Callback::new(move |data: FormData| match read_load(&data, stops) {
        Ok(new) => {
            form.send(Box::pin(create_load(new)), |row| say!(common.dialogs.created, number = row.load_number.clone()));
        }
        Err(faults) => form.mark(faults),
    });
    let at = move |key: &'static str| form.at(move || vec![key.to_owned()]);
    let equipment = EQUIPMENT
        .map(|equipment| view! { <option value=equipment.name()>{equipment_word(equipment)}</option> })
        .into_iter()
        .collect_view();
    view! {
        <Modal form title=say!(common.dialogs.new_load).to_owned() submit=say!(common.dialogs.create).to_owned() wide=true on_submit=send>
            <div class="row2">
                <Line name="customerName" label=say!(common.dialogs.customer) fault=at("customerName") required=true first=true />
                <div class="field">
                    <label for="equipment">{say!(common.dialogs.equipment)}</label>
                    <select id="equipment" name="equipment">{equipment}</select>
                </div>
            </div>
            <StopList form stops />
            <div class="row3">
                <Line name="carrierRate" label=say!(common.dialogs.carrier_rate) fault=at("carrierRateCents") keys="decimal" />
                {sees_customer_rate
                    .then(|| {
                        view! {
                            <Line name="customerRate" label=say!(common.dialogs.customer_rate) fault=at("customerRateCents") keys="decimal" />
                        }
                    })}
                <Line name="weight" label=say!(common.dialogs.weight) fault=at("weightLbs") keys="numeric" />
            </div>
            <div class="row2">
                <Line name="commodity" label=say!(common.dialogs.commodity) fault=at("commodity") />
                <Line name="reference" label=say!(common.dialogs.reference) fault=at("reference") />
            </div>
            <Lines name="notes" label=say!(common.dialogs.notes) fault=at("notes") />
            <label class="tick">
                <input type="checkbox" name="hot" />
                <span>{say!(common.dialogs.hot)}</span>
            </label>
        </Modal>
    }
}

/// What was filled in, or what is wrong at which field.
fn read_load(data: &FormData, stops: Stops) -> Result<NewLoad, BTreeMap<String, String>> {
    let mut faults = BTreeMap::new();
    let mut number = |name: &str, key: &str, read: fn(&str) -> Option<i64>, fault: &str| {
        let number = read::filled(data, name).map(|text| read(&text));
        if number == Some(None) {
            faults.insert(key.to_owned(), fault.to_owned());
        }
        number.flatten()
    };
    let bad_money = say!(common.dialogs.bad_money);
    let carrier_rate_cents = number("carrierRate", "carrierRateCents", read::cents, bad_money);
    let customer_rate_cents = number("customerRate", "customerRateCents", read::cents, bad_money);
    let weight_lbs = number("weight", "weightLbs", read::number, say!(common.dialogs.bad_number));
    let stops = read_stops(data, stops, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(NewLoad {
        customer_name: read::text(data, "customerName"),
        equipment: Equipment::named(&read::text(data, "equipment")).unwrap_or(Equipment::DryVan),
        stops,
        is_hot: data.has("hot"),
        commodity: read::filled(data, "commodity"),
        weight_lbs,
        reference: read::filled(data, "reference"),
        customer_rate_cents,
        carrier_rate_cents,
        notes: read::filled(data, "notes"),
    })
}
