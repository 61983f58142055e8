//! What was reported of a load, on its page: each call with who said it and by which way, and the gaps between them.

use contract::{
    LoadId, Timestamp,
    actor::Permission,
    check_calls::{CheckCall, CheckCallKind, CheckCallQuery, CheckCalls, EDIT_MS, LONG_GAP_MS},
};
use leptos::{either::Either, prelude::*};

use super::{
    api::calls_of_load,
    notes::{Notes, Remove},
    words::{by_words, due_class, due_words, kind_word, reason_word},
};
use crate::{
    json::{brought, resource},
    live::{Entry, again::when_back, live},
    loads::act,
    pages::Visitor,
    say,
    ui::{
        icon::Icon,
        words::{length_words, unread_words},
    },
    when,
};

/// On whose clock times are shown: the stop's that the truck comes to next.
#[derive(Clone)]
struct Dial {
    offset_min: i32,
    zone: String,
}

/// The section.
#[component]
pub fn Calls(entry: RwSignal<Entry>) -> impl IntoView {
    let live = live();
    let load = entry.with_untracked(|entry| entry.row.id);
    let again = RwSignal::new(0_u32);
    when_back(Callback::new(move |()| again.update(|times| *times += 1)));
    let told = Memo::new(move |_| live.noted().calls.with(|calls| calls.get(&load).copied().unwrap_or_default()));
    let version = Memo::new(move |_| entry.with(|entry| entry.row.version));
    let calls = resource(
        move || (again.get(), live.afresh.get(), told.get(), version.get()),
        move |_| calls_of_load(CheckCallQuery { load_id: load }),
    );
    let kept = StoredValue::new(None::<CheckCalls>);
    let shown = move || {
        brought(calls).map(|answer| {
            let calls = match answer {
                Ok(calls) => calls,
                Err(fault) => match kept.get_value().filter(|_| fault.says_nothing()) {
                    Some(calls) => calls,
                    None => {
                        return Either::Right(view! {
                            <div role="alert">
                                <p class="sub">{unread_words(&fault)}</p>
                                <button type="button" class="btn" on:click=move |_| again.update(|times| *times += 1)>
                                    <Icon name="refresh-cw" />
                                    {say!(common.detail.again)}
                                </button>
                            </div>
                        });
                    }
                },
            };
            kept.set_value(Some(calls.clone()));
            let dial = entry.with_untracked(|entry| {
                let (_, _, window) = entry.row.ahead();
                Dial { offset_min: window.offset_min, zone: window.zone_short.clone() }
            });
            Either::Left(view! { <List calls dial /> })
        })
    };
    let may = Memo::new(move |_| entry.with(|entry| act::may_log(&entry.row)));
    view! {
        <section class="box calls" id="check-calls">
            <header>
                <h2>{say!(check_calls.title)}</h2>
                {move || may.get().then(|| view! { <LogButton load /> })}
            </header>
            <Transition fallback=|| view! { <p class="sub" role="status">{say!(check_calls.loading)}</p> }>{shown}</Transition>
        </section>
    }
}

#[component]
fn LogButton(load: LoadId) -> impl IntoView {
    view! {
        <button type="button" class="btn" aria-keyshortcuts="c" on:click=move |_| _ = act::log_call(load)>
            <Icon name="phone-call" size=14 />
            {say!(check_calls.log)}
            <kbd aria-hidden="true">"C"</kbd>
        </button>
    }
}

#[component]
fn List(calls: CheckCalls, dial: Dial) -> impl IntoView {
    let CheckCalls { data, since, due, .. } = calls;
    let due = due.map(|due| {
        view! {
            <p class="calls-due">
                <b class=move || due_class(due, when::now())>{move || due_words(due, when::now())}</b>
                <span class="sub">{reason_word(due.reason)}</span>
            </p>
        }
    });
    if data.is_empty() {
        return Either::Left(view! {
            {due}
            <p class="sub">{say!(check_calls.none_of_load)}</p>
        });
    }
    let visitor = expect_context::<Visitor>();
    let (logs, removes) = (visitor.can(Permission::CheckCallLog), visitor.can(Permission::CheckCallRemove));
    let shows_gaps = visitor.can(Permission::CheckCallView);
    let newest = data.first().map(|call| call.called_at);
    // Nobody waits for word of a truck that has come to its end.
    let silence = newest.filter(|_| since.is_some() && shows_gaps).map(|at| view! { <Silence since=at /> });
    let earlier: Vec<Option<Timestamp>> = data.iter().skip(1).map(|call| Some(call.called_at)).chain([since]).collect();
    let lines = data
        .into_iter()
        .zip(earlier)
        .map(|(call, before)| {
            let gap = before.map(|before| call.called_at.since_ms(before)).filter(|gap| shows_gaps && *gap > 0);
            view! {
                <Line call dial=dial.clone() logs removes />
                {gap.map(|gap| view! { <Gap ms=gap /> })}
            }
        })
        .collect_view();
    Either::Right(view! {
        {due}
        <ol class="call-lines">
            {silence}
            {lines}
        </ol>
    })
}

/// How long it is that nothing was said.
#[component]
fn Silence(since: Timestamp) -> impl IntoView {
    let ms = move || when::now().since_ms(since);
    view! {
        <li class="gap" class:bad=move || { ms() > LONG_GAP_MS }>
            {move || say!(check_calls.silence, time = length_words(ms() / 60_000))}
        </li>
    }
}

/// How long nothing was said between two calls.
#[component]
fn Gap(ms: i64) -> impl IntoView {
    view! { <li class="gap" class:bad={ms > LONG_GAP_MS}>{say!(check_calls.gap, time = length_words(ms / 60_000))}</li> }
}

#[component]
fn Line(call: CheckCall, dial: Dial, logs: bool, removes: bool) -> impl IntoView {
    let at = format!("{} {}", when::day_and_clock(call.called_at, dial.offset_min), dial.zone);
    let eta = call.eta.map(|eta| {
        let eta = format!("{} {}", when::soon(eta, dial.offset_min, call.called_at), dial.zone);
        say!(check_calls.eta_was, eta = eta)
    });
    let kind = (call.kind != CheckCallKind::CheckCall).then(|| {
        let is_loud = matches!(call.kind, CheckCallKind::Delay | CheckCallKind::Issue);
        view! { <span class="call-kind" class:warnt=is_loud>{kind_word(call.kind)}</span> }
    });
    let (own, received_at) = (call.own, call.received_at);
    let may_edit = Memo::new(move |_| logs && own && when::now().since_ms(received_at) < EDIT_MS);
    let (id, by, location) = (call.id, by_words(&call), call.location.clone());
    view! {
        <li class="call">
            <span class="call-head">
                <b>{location}</b>
                {kind}
                <time class="sub" datetime=call.called_at.to_string()>{at}</time>
            </span>
            {eta.map(|eta| view! { <span>{eta}</span> })}
            <Notes id notes=call.notes.clone() is_edited=call.edited_at.is_some() may_edit />
            <span class="sub call-by">
                {call.from_carrier.then(|| view! { <Icon name="truck" size=13 /> })}
                {by}
                {call.is_backdated.then(|| view! { <em>{say!(check_calls.backdated)}</em> })}
                {removes.then(|| view! { <Remove id place=call.location.clone() /> })}
            </span>
        </li>
    }
}
