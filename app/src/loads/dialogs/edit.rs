//! Edits what is known of a load. Nobody is locked out: what a colleague changes meanwhile shows in the form, and only a
//! field that both have changed is asked about.

mod slots;

use contract::{
    One,
    actor::Permission,
    loads::{EQUIPMENT, LoadDetail, LoadRow, edit::stop_field},
};
use leptos::{either::Either, prelude::*, task::spawn_local, web_sys};

use self::slots::{Slot, Slots, halves, joined, shown};
use super::{
    super::api::{edit_load, one_load},
    modal::{Form, Modal},
};
use crate::{
    fault::Fault,
    live::{inbox::subject, live},
    pages::Visitor,
    say,
    ui::{
        fields::FaultLine,
        icon::Icon,
        words::{equipment_word, stop_word, unread_words},
    },
    when,
};

/// The dialog: it reads the load first, because rows don't hold all of it.
#[component]
pub fn EditDetails(row: LoadRow) -> impl IntoView {
    let load = row.id;
    let read = RwSignal::new(None::<Result<LoadDetail, Fault>>);
    let slots = StoredValue::new(None::<Slots>);
    let live = live();
    let conflict = Callback::new(move |fault: Fault| {
        let overtaken =
            fault.refusal().and_then(|refusal| refusal.details.as_ref()).map(|details| details.overtaken.clone());
        let overtaken = overtaken.unwrap_or_default();
        spawn_local(async move {
            if let Ok(One { data }) = one_load(load).await
                && let Some(slots) = slots.try_get_value().flatten()
            {
                let at = data.load.updated_at;
                slots.rebase(data, |key| overtaken.get(key).map_or((None, at), |by| (Some(by.by.clone()), by.at)));
            }
        });
    });
    let form = Form::by_field(&row, conflict);
    Effect::new(move |_| {
        spawn_local(async move {
            let answer = one_load(load).await.map(|One { data }| data);
            read.try_set(Some(answer));
        });
    });
    // What colleagues change is read at once, so that nobody writes against what is no longer so.
    Effect::new(move |_| {
        let Some(entry) = live.book.entry(load) else { return };
        let version = entry.with(|entry| entry.row.version);
        let Some(slots) = slots.get_value().filter(|slots| slots.version() < version) else { return };
        let by = live.heard.with_untracked(|heard| {
            let about = heard.as_ref().map(subject).filter(|(about, _)| *about == load);
            about.and_then(|(_, by)| by).map(str::to_owned)
        });
        spawn_local(async move {
            if let Ok(One { data }) = one_load(load).await
                && form.is_open()
            {
                let at = data.load.updated_at;
                slots.rebase(data, |_| (by.clone(), at));
            }
        });
    });
    let send = Callback::new(move |_: web_sys::FormData| {
        let Some(slots) = slots.get_value() else { return };
        if slots.is_contested() {
            return form.say(say!(common.edit.choose_first).to_owned());
        }
        match slots.ask() {
            Ok(None) => form.close(),
            Ok(Some(ask)) => {
                form.send(Box::pin(edit_load(ask)), |row| say!(common.edit.done, number = row.load_number.clone()));
            }
            Err(faults) => form.mark(faults),
        }
    });
    let body = move || {
        match read.get() {
        None => Either::Left(view! { <p class="sub" role="status">{say!(common.detail.loading)}</p> }.into_any()),
        Some(Err(fault)) => Either::Left(view! { <p class="fault" role="alert"><Icon name="triangle-alert" /><span>{unread_words(&fault)}</span></p> }.into_any()),
        Some(Ok(detail)) => {
            let of = Slots::of(detail.clone());
            slots.set_value(Some(of));
            Either::Right(view! { <Fields form slots=of detail /> })
        }
    }
    };
    let title = say!(common.edit.title, number = row.load_number.clone());
    view! {
        <Modal form title submit=say!(common.edit.save).to_owned() wide=true on_submit=send>{body}</Modal>
    }
}

#[component]
fn Fields(form: Form, slots: Slots, detail: LoadDetail) -> impl IntoView {
    let visitor = expect_context::<Visitor>();
    let slot = |key: &str| slots.get(key);
    let offers_are_out = detail.load.tender_expires_at.is_some();
    let rate = |key: &str, label, needs| {
        visitor.can(needs).then(|| slot(key)).flatten().map(|slot| view! { <Text form of=slot label keys="decimal" /> })
    };
    let equipment = slot("equipment").map(|slot| {
        let text = slot.text;
        let options = EQUIPMENT.map(|kind| {
            view! { <option value=kind.name() selected=text.get_untracked() == kind.name()>{equipment_word(kind)}</option> }
        });
        view! {
            <div class="field">
                <label for="equipment">{say!(common.dialogs.equipment)}</label>
                <select id="equipment" prop:value=move || text.get() on:change=move |event| text.set(event_target_value(&event))>
                    {options.into_iter().collect_view()}
                </select>
                <Contested of=slot />
            </div>
        }
    });
    let hot = slot("isHot").map(|slot| {
        let text = slot.text;
        let turn = move |event| text.set(if event_target_checked(&event) { "yes".to_owned() } else { String::new() });
        view! {
            <div class="field">
                <label class="tick">
                    <input type="checkbox" prop:checked=move || !text.with(String::is_empty) on:change=turn />
                    <span>{say!(common.dialogs.hot)}</span>
                </label>
                <Contested of=slot />
            </div>
        }
    });
    let notes = slot("notes").filter(|_| visitor.can(Permission::InternalNotesView)).map(|slot| {
        let text = slot.text;
        let fault = form.at(|| vec!["notes".to_owned()]);
        view! {
            <div class="field">
                <label for="notes">{say!(common.dialogs.notes)}</label>
                <textarea
                    id="notes"
                    rows=3
                    maxlength=2000
                    aria-invalid=move || fault.with(Option::is_some).then_some("true")
                    aria-describedby="notes-fault"
                    prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))
                ></textarea>
                <FaultLine id="notes-fault".to_owned() fault />
                <Contested of=slot />
            </div>
        }
    });
    let text = |key: &str, label| slot(key).map(|slot| view! { <Text form of=slot label /> });
    let stops = detail.stops.iter().enumerate().map(|(index, stop)| {
        let facility = slot(&stop_field(index, "facility"));
        let window = slot(&stop_field(index, "window"));
        let heading = format!("{}: {}, {}", stop_word(stop.kind), stop.town.city, stop.town.state);
        let zone = say!(common.dialogs.zone, zone = stop.appointment.zone_short.clone());
        let has_left = stop.departed_at.is_some();
        view! {
            <fieldset class="stop-form">
                <header><h3>{heading}</h3><span class="sub">{zone}</span></header>
                {facility.map(|slot| view! { <Text form of=slot label=say!(common.dialogs.facility) /> })}
                {window.map(|slot| view! { <Window form of=slot index has_left /> })}
            </fieldset>
        }
    });
    view! {
        <div class="row2">
            {text("customerName", say!(common.dialogs.customer))}
            {equipment}
        </div>
        {stops.collect_view()}
        <div class="row3">
            {if offers_are_out {
                Either::Left(view! { <p class="sub">{say!(common.edit.offers_out)}</p> })
            } else {
                Either::Right(rate("carrierRateCents", say!(common.dialogs.carrier_rate), Permission::CarrierRateView))
            }}
            {rate("customerRateCents", say!(common.dialogs.customer_rate), Permission::FinanceView)}
            {slot("weightLbs").map(|slot| view! { <Text form of=slot label=say!(common.dialogs.weight) keys="numeric" /> })}
        </div>
        <div class="row2">
            {text("commodity", say!(common.dialogs.commodity))}
            {text("reference", say!(common.dialogs.reference))}
        </div>
        {notes}
        {hot}
    }
}

/// A line of text.
#[component]
fn Text(form: Form, of: Slot, label: &'static str, #[prop(optional)] keys: Option<&'static str>) -> impl IntoView {
    let (text, key) = (of.text, of.key.clone());
    let fault = form.at({
        let key = key.clone();
        move || vec![key.clone()]
    });
    let fault_id = format!("{key}-fault");
    view! {
        <div class="field">
            <label for=key.clone()>{label}</label>
            <input
                id=key
                inputmode=keys
                autocomplete="off"
                aria-invalid=move || fault.with(Option::is_some).then_some("true")
                aria-describedby=fault_id.clone()
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
            />
            <FaultLine id=fault_id fault />
            <Contested of />
        </div>
    }
}

/// When a stop's window opens and closes.
#[component]
fn Window(form: Form, of: Slot, index: usize, has_left: bool) -> impl IntoView {
    let text = of.text;
    let half = |label: &'static str, name: &'static str, is_first: bool| {
        let key = stop_field(index, name);
        let fault = form.at({
            let keys = vec![key.clone(), stop_field(index, "window")];
            move || keys.clone()
        });
        let fault_id = format!("{key}-fault");
        let value = move || {
            text.with(|text| {
                let (opens, closes) = halves(text);
                if is_first { opens } else { closes }.to_owned()
            })
        };
        let write = move |event| {
            let written = event_target_value(&event);
            text.update(|text| {
                let (opens, closes) = halves(text);
                *text = if is_first { joined(&written, closes) } else { joined(opens, &written) };
            });
        };
        view! {
            <div class="field">
                <label for=key.clone()>{label}</label>
                <input
                    id=key
                    type="datetime-local"
                    disabled=has_left
                    aria-invalid=move || fault.with(Option::is_some).then_some("true")
                    aria-describedby=fault_id.clone()
                    prop:value=value
                    on:input=write
                />
                <FaultLine id=fault_id fault />
            </div>
        }
    };
    view! {
        <div class="row2">
            {half(say!(common.dialogs.opens), "windowStart", true)}
            {half(say!(common.dialogs.closes), "windowEnd", false)}
        </div>
        <Contested of />
    }
}

/// What somebody else has made of a field that the editor has changed too, and the choice between the two.
#[component]
fn Contested(of: Slot) -> impl IntoView {
    move || {
        let theirs = of.theirs.get()?;
        let who = theirs.by.clone().unwrap_or_else(|| say!(common.fault.somebody).to_owned());
        let age = when::ago(theirs.at, when::now_untracked());
        let words = say!(common.edit.theirs, who = who, text = shown(&of.key, &theirs.text), age = age);
        let (take, keep) = (of.clone(), of.clone());
        Some(view! {
            <div class="contested" role="alert">
                <p>{words}</p>
                <button type="button" class="btn" on:click=move |_| take.take_theirs()>{say!(common.edit.take_theirs)}</button>
                <button type="button" class="btn" on:click=move |_| keep.keep_mine()>{say!(common.edit.keep_mine)}</button>
            </div>
        })
    }
}
