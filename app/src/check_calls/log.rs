//! The dialog that logs a call. It is made for half a minute on the telephone: where the truck is, is filled in from its
//! last position, when it comes and how it stands are one press each.

use contract::{
    Timestamp,
    actor::Permission,
    check_calls::{
        CheckCall, CheckCallKind, CheckCallQuery, CheckCalls, ContactMethod, EVERY_H, LogCheckCall, REMINDERS_H,
    },
    loads::{Appointment, LoadRow, Town as TownName},
    status::LoadStatus as S,
};
use leptos::{either::Either, prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys};

use super::{
    api::{calls_of_load, log_check_call},
    table::PhoneLink,
    words::{by_words, method_word},
};
use crate::{
    loads::dialogs::{Form, Modal, Town},
    once::new_key,
    pages::Visitor,
    say,
    ui::{
        fields::{FaultLine, Lines},
        read,
        words::length_words,
    },
    when,
};

/// So many characters of notes leave room for how the load stands, of the 500 that a call has.
const NOTES: u16 = 460;

/// How many minutes ago something was said, for who logs it.
const AGO_MIN: [i64; 6] = [0, 15, 30, 60, 120, 180];

/// The same for who may log what was said longer ago.
const LONG_AGO_MIN: [i64; 4] = [360, 720, 1_440, 2_880];

/// In how many minutes from now a truck may be expected, to choose from.
const IN_MIN: [i64; 4] = [30, 60, 120, 240];

/// How a load stands, to choose from: what it is called, and what a call with it reports.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Condition {
    AtPickup,
    Loaded,
    Rolling,
    AtDelivery,
    Empty,
    Late,
    Trouble,
}

const CONDITIONS: [Condition; 7] = [
    Condition::AtPickup,
    Condition::Loaded,
    Condition::Rolling,
    Condition::AtDelivery,
    Condition::Empty,
    Condition::Late,
    Condition::Trouble,
];

impl Condition {
    fn word(self) -> &'static str {
        match self {
            Self::AtPickup => say!(check_calls.condition.at_pickup),
            Self::Loaded => say!(check_calls.condition.loaded),
            Self::Rolling => say!(check_calls.condition.rolling),
            Self::AtDelivery => say!(check_calls.condition.at_delivery),
            Self::Empty => say!(check_calls.condition.empty),
            Self::Late => say!(check_calls.condition.late),
            Self::Trouble => say!(check_calls.condition.trouble),
        }
    }

    const fn kind(self) -> CheckCallKind {
        match self {
            Self::AtPickup | Self::AtDelivery => CheckCallKind::Arrival,
            Self::Loaded | Self::Empty => CheckCallKind::Departure,
            Self::Rolling => CheckCallKind::CheckCall,
            Self::Late => CheckCallKind::Delay,
            Self::Trouble => CheckCallKind::Issue,
        }
    }

    /// What is noted: how the load stands, where that says more than that all goes on, and what was typed.
    fn notes(self, typed: Option<String>) -> Option<String> {
        let stands = (self != Self::Rolling).then(|| self.word().to_owned());
        let all: Vec<String> = stands.into_iter().chain(typed).collect();
        (!all.is_empty()).then(|| all.join(". "))
    }

    /// Where a load stands mostly that is in a status.
    const fn of(status: S) -> Self {
        match status {
            S::AtPickup => Self::AtPickup,
            S::PickedUp => Self::Loaded,
            S::AtDelivery => Self::AtDelivery,
            S::Delivered | S::Completed => Self::Empty,
            _ => Self::Rolling,
        }
    }
}

/// What is known before somebody calls.
#[derive(Clone, Default)]
struct Known {
    /// What was said last.
    last: Option<CheckCall>,
    phone: Option<String>,
    /// Where the truck is by its last position.
    near: Option<TownName>,
}

impl From<CheckCalls> for Known {
    fn from(calls: CheckCalls) -> Self {
        let CheckCalls { data, driver_phone, near, .. } = calls;
        Self { last: data.into_iter().next(), phone: driver_phone, near }
    }
}

/// The dialog.
#[component]
pub fn LogCall(row: LoadRow) -> impl IntoView {
    let form = Form::new();
    let load_id = row.id;
    let known = RwSignal::new(None::<Known>);
    Effect::new(move |_| {
        spawn_local(async move {
            // Without what was said before a call can be logged all the same.
            let answer = calls_of_load(CheckCallQuery { load_id }).await;
            known.try_set(Some(answer.map(Known::from).unwrap_or_default()));
        });
    });
    let condition = RwSignal::new(Condition::of(row.status));
    let offset_min = window(&row).offset_min;
    let now = when::now_untracked();
    let eta = RwSignal::new(expected(&row, now).map(|at| when::field(at, offset_min)).unwrap_or_default());
    let key = StoredValue::new(new_key());
    let (number, title) = (row.load_number.clone(), say!(check_calls.log_for, number = row.load_number.clone()));
    let send = Callback::new(move |data: web_sys::FormData| {
        let Some((city, state)) = read::town(&read::text(&data, "town")) else {
            return form.mark([("city".to_owned(), say!(common.dialogs.bad_town).to_owned())].into());
        };
        let picked = |name: &str| read::text(&data, name).parse::<i64>().ok();
        let condition = condition.get_untracked();
        let ask = LogCheckCall {
            load_id,
            kind: condition.kind(),
            city: Some(city),
            state: Some(state),
            position: None,
            eta: when::of_field(&eta.get_untracked(), offset_min),
            notes: condition.notes(read::filled(&data, "notes")),
            method: ContactMethod::named(&read::text(&data, "method")).unwrap_or_default(),
            called_at: picked("ago").filter(|min| *min > 0).map(|min| when::now_untracked().plus_minutes(-min)),
            remind_hours: picked("remind").and_then(|hours| u32::try_from(hours).ok()),
            client_key: key.get_value(),
        };
        let done = say!(check_calls.logged, number = number.clone());
        form.send_apart(log_check_call(ask), done);
    });
    let row = StoredValue::new(row);
    let fields = move || match known.get() {
        None => Either::Left(view! { <p class="sub" role="status">{say!(check_calls.loading)}</p> }),
        Some(known) => Either::Right(view! { <Fields form row=row.get_value() known condition eta /> }),
    };
    view! { <Modal form title submit=say!(check_calls.do_log).to_owned() on_submit=send>{fields}</Modal> }
}

/// The window of the stop that the truck comes to next, else of the last one.
fn window(row: &LoadRow) -> &Appointment {
    row.next_stop.as_ref().map_or(&row.delivery, |stop| &stop.appointment)
}

/// When a truck is expected at its next stop, if it has one and that lies ahead.
fn expected(row: &LoadRow, now: Timestamp) -> Option<Timestamp> {
    row.next_stop.as_ref()?;
    row.eta.filter(|eta| *eta > now)
}

/// Where a truck is most likely: by its last position, else by the stop that it is at.
fn likely(row: &LoadRow, near: Option<TownName>) -> String {
    let town = near.or_else(|| match row.status {
        S::AtPickup | S::PickedUp => Some(row.origin.clone()),
        S::AtDelivery | S::Delivered | S::Completed => Some(row.destination.clone()),
        _ => None,
    });
    town.map(|town| format!("{}, {}", town.city, town.state)).unwrap_or_default()
}

#[component]
fn Fields(
    form: Form,
    row: LoadRow,
    known: Known,
    condition: RwSignal<Condition>,
    eta: RwSignal<String>,
) -> impl IntoView {
    let visitor = expect_context::<Visitor>();
    let Known { last, phone, near } = known;
    let last = last.map(|last| {
        let (at, by) = (last.called_at, by_words(&last));
        view! {
            <span>
                {say!(check_calls.last_was, place = last.location)}
                " · "
                {move || when::ago(at, when::now())}
                " · "
                {by}
            </span>
        }
    });
    let likely = likely(&row, near);
    let picks = CONDITIONS.map(|this| {
        view! {
            <button type="button" class="tap" aria-pressed=move || (condition.get() == this).to_string() on:click=move |_| condition.set(this)>
                {this.word()}
            </button>
        }
    });
    let has_stop = row.next_stop.is_some();
    let methods = [ContactMethod::Phone, ContactMethod::Text];
    let methods = visitor.can(Permission::CheckCallView).then(|| {
        let choices = methods.map(|method| {
            let first = method == ContactMethod::Phone;
            view! { <label><input type="radio" name="method" value=method.name() checked=first /><span>{method_word(method)}</span></label> }
        });
        view! {
            <div class="field">
                <span aria-hidden="true">{say!(check_calls.by)}</span>
                <fieldset class="seg"><legend>{say!(check_calls.by)}</legend>{choices.collect_view()}</fieldset>
            </div>
        }
    });
    let far = if visitor.can(Permission::CheckCallBackdate) { &LONG_AGO_MIN[..] } else { &[] };
    let agos = AGO_MIN.iter().chain(far).map(|min| {
        let words = if *min == 0 {
            say!(check_calls.just_now).to_owned()
        } else {
            say!(common.age.ago, age = length_words(*min))
        };
        view! { <option value=min.to_string()>{words}</option> }
    });
    let agos = agos.collect_view();
    let reminders = REMINDERS_H.map(|hours| {
        let is_usual = hours == EVERY_H;
        view! { <label><input type="radio" name="remind" value=hours.to_string() checked=is_usual /><span>{say!(check_calls.in_hours, hours = hours)}</span></label> }
    });
    let ago_fault = form.at(|| vec!["calledAt".to_owned()]);
    // The fields come after the dialog was opened, too late for the browser to begin with them by itself.
    Effect::new(move |_| {
        request_animation_frame(|| {
            let town = document().query_selector("dialog [name=town]").ok().flatten();
            if let Some(town) = town.and_then(|town| town.dyn_into::<web_sys::HtmlInputElement>().ok()) {
                _ = town.focus();
                town.select();
            }
        });
    });
    view! {
        {(last.is_some() || phone.is_some())
            .then(|| view! { <p class="sub call-last">{last}{phone.map(|phone| view! { <PhoneLink phone /> })}</p> })}
        <Town
            name="town".to_owned()
            fault=form.at(|| ["city", "state", "position"].map(str::to_owned).to_vec())
            value=likely
            bare=true
            first=true
        />
        <div class="field">
            <span id="condition-label">{say!(check_calls.condition.label)}</span>
            <div class="taps" role="group" aria-labelledby="condition-label">{picks.collect_view()}</div>
        </div>
        {has_stop.then(|| view! { <Eta form row eta /> })}
        <Lines name="notes" label=say!(check_calls.notes) fault=form.at(|| vec!["notes".to_owned()]) most=NOTES />
        <div class="row3 call-more">
            {methods}
            <div class="field">
                <span aria-hidden="true">{say!(check_calls.next)}</span>
                <fieldset class="seg"><legend>{say!(check_calls.next)}</legend>{reminders.collect_view()}</fieldset>
            </div>
            <div class="field">
                <label for="ago">{say!(check_calls.said)}</label>
                <select name="ago" id="ago" aria-invalid=move || ago_fault.with(Option::is_some).then_some("true") aria-describedby="ago-fault">
                    {agos}
                </select>
                <FaultLine id="ago-fault".to_owned() fault=ago_fault />
            </div>
        </div>
    }
}

/// When the truck is expected at its next stop, by one press or to the minute.
#[component]
fn Eta(form: Form, row: LoadRow, eta: RwSignal<String>) -> impl IntoView {
    let now = when::now_untracked();
    let window = window(&row).clone();
    let offset_min = window.offset_min;
    let town = row.next_stop.as_ref().map(|stop| stop.town.city.clone()).unwrap_or_default();
    let label = say!(check_calls.eta_at, town = town, zone = window.zone_short.clone());
    let pick = move |words: String, at: Timestamp| {
        let value = when::field(at, offset_min);
        let own = value.clone();
        view! {
            <button type="button" class="tap" aria-pressed=move || eta.with(|eta| *eta == own).to_string() on:click=move |_| eta.set(value.clone())>
                {words}
            </button>
        }
    };
    let known =
        expected(&row, now).map(|at| pick(say!(check_calls.as_expected, time = when::soon(at, offset_min, now)), at));
    let booked = (window.end > now)
        .then(|| pick(say!(check_calls.as_booked, time = when::soon(window.end, offset_min, now)), window.end));
    let soon = IN_MIN.map(|min| pick(say!(check_calls.in_time, time = length_words(min)), now.plus_minutes(min)));
    let fault = form.at(|| vec!["eta".to_owned()]);
    view! {
        <div class="field">
            <label for="eta">{label}</label>
            <input
                id="eta"
                type="datetime-local"
                aria-invalid=move || fault.with(Option::is_some).then_some("true")
                aria-describedby="eta-fault"
                prop:value=move || eta.get()
                on:input=move |event| eta.set(event_target_value(&event))
            />
            <FaultLine id="eta-fault".to_owned() fault />
            <div class="taps" role="group" aria-label=say!(check_calls.quick_eta)>{known}{booked}{soon.collect_view()}</div>
        </div>
    }
}
