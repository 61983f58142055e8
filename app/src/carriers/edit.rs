//! The form of a carrier: what is typed stays until the server has said yes.

use std::collections::BTreeMap;

use contract::{
    CarrierId, Code, One,
    carriers::{CARRIER_STATUSES, COVERS, CarrierDetail, CarrierForm, CarrierStatus, ChangeCarrier, Cover, CoverKind},
    loads::EQUIPMENT,
};
use leptos::{ev, html, prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys};

use super::api::{change_carrier, enter_carrier, one_carrier};
use crate::{
    fault::Fault,
    say,
    ui::{
        fields::{FaultLine, Line, Lines},
        icon::Icon,
        read,
        words::{carrier_status_word, cover_word, equipment_word, fault_words, field_of, field_words, rule_words},
    },
};

/// The form of a new carrier, or of one that is known.
#[component]
pub fn CarrierEdit(
    /// The carrier as the reader saw it.
    known: Option<CarrierDetail>,
    /// Hears what the server has made of it.
    done: Callback<CarrierDetail>,
    /// Leaves the form.
    leave: Callback<()>,
) -> impl IntoView {
    let busy = RwSignal::new(false);
    let fault = RwSignal::new(None::<String>);
    let fields = RwSignal::new(BTreeMap::<String, String>::new());
    let base = StoredValue::new(known.as_ref().map(form_of));
    // What it is by now, as far as the reader was told: its version, and all that can be filled in.
    let latest = StoredValue::new(known.as_ref().map(|known| (known.carrier.version, form_of(known))));
    let id = known.as_ref().map(|known| known.carrier.id);
    let node = NodeRef::<html::Form>::new();
    let at = move |key: &'static str| Signal::derive(move || fields.with(|fields| fields.get(key).cloned()));
    let mark = move |faults: BTreeMap<String, String>| {
        let any = !faults.is_empty();
        fields.set(faults);
        if any {
            request_animation_frame(move || {
                let wrong = node.get_untracked().and_then(|node| node.query_selector("[aria-invalid]").ok().flatten());
                if let Some(field) = wrong.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
                    _ = field.focus();
                }
            });
        }
    };
    let refuse = move |wrong: &Fault| {
        fault.try_set(Some(fault_words(wrong)));
        if let Some(details) = wrong.refusal().and_then(|refusal| refusal.details.as_ref()) {
            let of_field = |(field, text): (&String, &String)| {
                (field.clone(), field_words(field, details.flaws.get(field).copied(), text))
            };
            let of_rule = |rule| Some((field_of(rule)?.to_owned(), rule_words(rule).to_owned()));
            mark(details.fields.iter().map(of_field).chain(details.rule.and_then(of_rule)).collect());
        }
    };
    let send = move |form: CarrierForm| {
        busy.set(true);
        fault.set(None);
        spawn_local(async move {
            let mut answer = match id {
                None => enter_carrier(form.clone()).await,
                Some(id) => change(id, form.clone(), base, latest).await,
            };
            // What others changed is kept, and only what both have changed is told first; sending it again is then meant.
            if let (Some(id), Some(Code::Conflict)) = (id, answer.as_ref().err().and_then(Fault::code))
                && let Ok(One { data }) = one_carrier(id).await
            {
                let now = form_of(&data);
                let both = base.try_get_value().flatten().is_none_or(|base| form.clone().onto(&base, &now).1);
                latest.try_set_value(Some((data.carrier.version, now)));
                if !both {
                    answer = change(id, form, base, latest).await;
                }
            }
            match answer {
                Ok(One { data }) => done.run(data),
                Err(wrong) => refuse(&wrong),
            }
            busy.try_set(false);
        });
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let data = node.get_untracked().and_then(|form| web_sys::FormData::new_with_form(form.unchecked_ref()).ok());
        let Some(data) = data.filter(|_| !busy.get_untracked()) else { return };
        match read_form(&data) {
            Ok(form) => {
                fields.set(BTreeMap::new());
                send(form);
            }
            Err(faults) => mark(faults),
        }
    };

    let form = known.map(|known| (known.carrier, known.covers, known.notes));
    let (carrier, covers, notes) = match form {
        Some((carrier, covers, notes)) => (Some(carrier), covers, notes),
        None => (None, Vec::new(), None),
    };
    let text = |pick: fn(&contract::carriers::CarrierRow) -> Option<String>| {
        carrier.as_ref().and_then(pick).unwrap_or_default()
    };
    let has = carrier.as_ref().map(|carrier| carrier.equipment.clone()).unwrap_or_default();
    let current = carrier.as_ref().map_or(CarrierStatus::Active, |carrier| carrier.status);
    let equipment = EQUIPMENT
        .map(|kind| {
            view! {
                <label>
                    <input type="checkbox" name="equipment" value=kind.name() checked=has.contains(&kind) />
                    <span>{equipment_word(kind)}</span>
                </label>
            }
        })
        .collect_view();
    let statuses = CARRIER_STATUSES
        .map(|status| {
            view! { <option value=status.name() selected=status == current>{carrier_status_word(status)}</option> }
        })
        .collect_view();
    let covers = COVERS
        .map(|kind| {
            let cover = covers.iter().find(|cover| cover.kind == kind);
            view! { <CoverLine kind cover=cover.cloned() fields /> }
        })
        .collect_view();
    let equipment_fault = at("equipment");
    view! {
        <form class="box form carrier-form" node_ref=node on:submit=submit>
            <div class="row2">
                <Line name="name" label=say!(carriers.column.name) value=text(|carrier| Some(carrier.name.clone())) fault=at("name") required=true first=true />
                <div class="field">
                    <label for="status">{say!(carriers.column.status)}</label>
                    <select id="status" name="status">{statuses}</select>
                </div>
            </div>
            <div class="row2">
                <Line name="mcNumber" label=say!(carriers.mc) keys="numeric" like="123456" value=text(|carrier| Some(carrier.mc_number.clone())) fault=at("mcNumber") required=true />
                <Line name="dotNumber" label=say!(carriers.dot) keys="numeric" value=text(|carrier| carrier.dot_number.clone()) fault=at("dotNumber") />
            </div>
            <div class="row2">
                <Line name="phone" label=say!(carriers.dispatch_phone) kind="tel" keys="tel" value=text(|carrier| carrier.phone.clone()) fault=at("phone") />
                <Line name="email" label=say!(carriers.dispatch_mail) kind="email" keys="email" value=text(|carrier| carrier.email.clone()) fault=at("email") />
            </div>
            <fieldset class="ticks" aria-describedby="equipment-fault">
                <legend>{say!(carriers.column.equipment)}</legend>
                <div tabindex="-1" aria-invalid=move || equipment_fault.with(Option::is_some).then_some("true")>{equipment}</div>
                <FaultLine id="equipment-fault".to_owned() fault=equipment_fault />
            </fieldset>
            <fieldset class="cover-lines">
                <legend>{say!(carriers.column.standing)}</legend>
                <p class="sub">{say!(carriers.cover.hint)}</p>
                {covers}
            </fieldset>
            <Lines name="notes" label=say!(carriers.notes) value=notes.unwrap_or_default() fault=at("notes") />
            <div role="alert">
                {move || {
                    fault.get().map(|words| view! { <p class="fault"><Icon name="triangle-alert" /><span>{words}</span></p> })
                }}
            </div>
            <div class="acts">
                <button type="submit" class="btn pri" aria-disabled=move || busy.get().then_some("true")>
                    {move || if busy.get() { say!(common.dialogs.working) } else { say!(carriers.save) }}
                </button>
                <button type="button" class="btn" on:click=move |_| leave.run(())>{say!(common.dialogs.cancel)}</button>
            </div>
        </form>
    }
}

type Kept<T> = StoredValue<Option<T>>;

/// Sends what was made of `base`, on top of what it is by now.
async fn change(
    carrier_id: CarrierId,
    form: CarrierForm,
    base: Kept<CarrierForm>,
    latest: Kept<(i64, CarrierForm)>,
) -> Result<One<CarrierDetail>, Fault> {
    let before = base.try_get_value().flatten().zip(latest.try_get_value().flatten());
    let (version, carrier) = match before {
        Some((base, (version, now))) => (version, form.onto(&base, &now).0),
        None => (0, form),
    };
    change_carrier(ChangeCarrier { carrier_id, version, carrier }).await
}

/// A carrier as its form would give it back if nothing were typed.
fn form_of(known: &CarrierDetail) -> CarrierForm {
    let carrier = &known.carrier;
    let mut covers = known.covers.clone();
    for cover in &mut covers {
        cover.amount_cents = cover.amount_cents.filter(|cents| *cents > 0);
    }
    CarrierForm {
        name: carrier.name.clone(),
        mc_number: carrier.mc_number.clone(),
        dot_number: carrier.dot_number.clone(),
        status: carrier.status,
        equipment: EQUIPMENT.into_iter().filter(|kind| carrier.equipment.contains(kind)).collect(),
        phone: carrier.phone.clone(),
        email: carrier.email.clone(),
        notes: known.notes.clone(),
        covers,
    }
}

/// One kind of cover: filled in when it has a last day.
#[component]
fn CoverLine(kind: CoverKind, cover: Option<Cover>, fields: RwSignal<BTreeMap<String, String>>) -> impl IntoView {
    let name = kind.name();
    let of = move |part: &str| format!("{name}-{part}");
    let fault = move |part: &'static str| {
        Signal::derive(move || fields.with(|fields| fields.get(&format!("{name}-{part}")).cloned()))
    };
    let (number, cents, until) = match cover {
        Some(cover) => (cover.number.unwrap_or_default(), cover.amount_cents, cover.expires_on.to_string()),
        None => (String::new(), None, String::new()),
    };
    let amount = cents.filter(|cents| *cents > 0).map(read::dollars).unwrap_or_default();
    let title = if kind.is_required() {
        say!(carriers.cover.required, cover = cover_word(kind))
    } else {
        cover_word(kind).to_owned()
    };
    view! {
        <div class="cover-line" role="group" aria-label=cover_word(kind)>
            <b>{title}</b>
            <Line name=of("number") label=say!(carriers.cover.number) value=number fault=fault("number") />
            <Line name=of("amount") label=say!(carriers.cover.amount) keys="decimal" value=amount fault=fault("amount") />
            <Line name=of("until") label=say!(carriers.cover.until) kind="date" value=until fault=fault("until") />
        </div>
    }
}

/// What was filled in, or what is wrong at which field.
fn read_form(data: &web_sys::FormData) -> Result<CarrierForm, BTreeMap<String, String>> {
    let mut faults = BTreeMap::new();
    let mut covers = Vec::new();
    for kind in COVERS {
        let of = |part: &str| format!("{}-{part}", kind.name());
        let number = read::filled(data, &of("number"));
        let amount = read::filled(data, &of("amount"));
        let until = read::filled(data, &of("until"));
        if number.is_none() && amount.is_none() && until.is_none() {
            continue;
        }
        let amount_cents = amount.as_ref().map(|amount| read::cents(amount));
        if amount_cents == Some(None) {
            faults.insert(of("amount"), say!(common.dialogs.bad_money).to_owned());
        }
        match until.map(|until| until.parse()) {
            Some(Ok(expires_on)) => {
                covers.push(Cover { kind, number, amount_cents: amount_cents.flatten(), expires_on });
            }
            _ => _ = faults.insert(of("until"), say!(carriers.cover.needs_end).to_owned()),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let ticked: Vec<String> = data.get_all("equipment").iter().filter_map(|value| value.as_string()).collect();
    Ok(CarrierForm {
        name: read::text(data, "name"),
        mc_number: read::text(data, "mcNumber"),
        dot_number: read::filled(data, "dotNumber"),
        status: CarrierStatus::named(&read::text(data, "status")).unwrap_or_default(),
        equipment: EQUIPMENT.into_iter().filter(|kind| ticked.iter().any(|name| name == kind.name())).collect(),
        phone: read::filled(data, "phone"),
        email: read::filled(data, "email"),
        notes: read::filled(data, "notes"),
        covers,
    })
}
