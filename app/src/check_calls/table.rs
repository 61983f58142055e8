//! The table of loads that must be heard of.

use contract::{
    UserId,
    actor::Permission,
    check_calls::{DueCall, DueCalls},
    risk::{Risk, outlook},
};
use leptos::{either::Either, prelude::*};

use super::words::{by_words, due_class, due_words, reason_word};
use crate::{
    live::live,
    loads::{act, deeds::Opened},
    pages::Visitor,
    say,
    ui::{
        click,
        icon::Icon,
        words::{reason_words, status_word},
    },
    when,
};

/// How many there are, and each of them.
#[component]
pub fn Table(
    /// What was read.
    due: DueCalls,
    /// Only the loads that this one looks after.
    whose: Option<UserId>,
    /// What can be done to a load.
    menu: RwSignal<Option<Opened>>,
) -> impl IntoView {
    let DueCalls { mut data, overdue, soon, quiet, today, automatic, .. } = due;
    let counts = [
        (overdue, say!(check_calls.count.overdue), overdue > 0),
        (soon, say!(check_calls.count.soon), false),
        (quiet, say!(check_calls.count.quiet), false),
        (today, say!(check_calls.count.today), false),
        (automatic, say!(check_calls.count.automatic), false),
    ];
    let counts = counts.map(|(count, word, is_loud)| {
        view! { <li class:loud=is_loud><b>{count}</b>" "{word}</li> }
    });
    data.retain(|call| whose.is_none_or(|whose| call.load.dispatcher.as_ref().is_some_and(|own| own.id == whose)));
    let rows = if data.is_empty() {
        Either::Left(view! {
            <div class="nothing">
                <p><b>{say!(check_calls.none)}</b></p>
                <p>{if whose.is_some() { say!(check_calls.none_mine) } else { say!(check_calls.none_text) }}</p>
            </div>
        })
    } else {
        let logs = expect_context::<Visitor>().can(Permission::CheckCallLog);
        Either::Right(view! {
            <div class="scroll">
                <table class="list calls-list">
                    <caption class="sr-only">{say!(check_calls.list)}</caption>
                    <thead>
                        <tr>
                            <th scope="col" class="c-load">{say!(check_calls.column.load)}</th>
                            <th scope="col">{say!(check_calls.column.due)}</th>
                            <th scope="col">{say!(check_calls.column.status)}</th>
                            <th scope="col">{say!(check_calls.column.next)}</th>
                            <th scope="col">{say!(check_calls.column.driver)}</th>
                            <th scope="col">{say!(check_calls.column.last)}</th>
                            <th scope="col"><span class="sr-only">{say!(check_calls.column.act)}</span></th>
                        </tr>
                    </thead>
                    <tbody on:click=|event| click::open(&event)>
                        {data.into_iter().map(|call| view! { <Row call logs menu /> }).collect_view()}
                    </tbody>
                </table>
            </div>
        })
    };
    view! {
        <div role="status"><ul class="calls-counts">{counts.collect_view()}</ul></div>
        {rows}
    }
}

#[component]
fn Row(call: DueCall, logs: bool, menu: RwSignal<Option<Opened>>) -> impl IntoView {
    let DueCall { load, due, last, driver_phone } = call;
    let id = load.id;
    // Where the load is by now the book knows; when it must be heard of the list says, which is read again with each call.
    let entry = live().book.entry(id);
    let row = move || entry.as_ref().map_or_else(|| load.clone(), |entry| entry.with(|entry| entry.row.clone()));
    let row = Memo::new(move |_| row());
    let number = row.with_untracked(|row| row.load_number.clone());
    let label = say!(check_calls.log_for, number = number.clone());
    let classes = move || {
        row.with(|row| match outlook(row, when::now()).risk {
            Risk::Late => "late",
            Risk::Tight => "tight",
            Risk::None => "",
        })
    };
    let why = move || {
        row.with(|row| {
            let now = when::now();
            outlook(row, now).reason.map(|reason| reason_words(reason, row, now))
        })
    };
    let next = move || {
        row.with(|row| {
            let (_, _, window) = row.ahead();
            let town = row.next_stop.as_ref().map_or(&row.destination, |stop| &stop.town);
            (format!("{}, {}", town.city, town.state), when::brief_window(window, when::now()))
        })
    };
    let open_menu = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        menu.set(Some(Opened { load: id, x: f64::from(event.client_x()), y: f64::from(event.client_y()) }));
    };
    let is_hot = row.with_untracked(|row| row.is_hot);
    view! {
        <tr class=classes on:contextmenu=open_menu>
            <td class="c-load">
                <a class="num" href=format!("/loads/{id}")>{number}</a>
                {is_hot.then(|| view! { <span class="hot" title=say!(loads.row.hot)><Icon name="flame" size=13 /><span class="sr-only">{say!(loads.row.hot)}</span></span> })}
            </td>
            <td class="c-due">
                <b class=move || due_class(due, when::now())>{move || due_words(due, when::now())}</b>
                <small>{reason_word(due.reason)}</small>
            </td>
            <td class="c-status">
                <span class="status" data-s=move || row.with(|row| row.status.name())><i></i>{move || row.with(|row| status_word(row.status))}</span>
            </td>
            <td class="c-next">
                <span>{move || next().0}</span>
                <small>{move || next().1}</small>
                {move || why().map(|why| view! { <small class="said">{why}</small> })}
            </td>
            <td class="c-driver">
                <span>{move || row.with(|row| row.driver.as_ref().map_or_else(|| say!(common.detail.no_driver).to_owned(), |driver| driver.name.clone()))}</span>
                <small>{move || row.with(|row| row.carrier.as_ref().map(|carrier| carrier.name.clone()))}</small>
                {driver_phone.map(|phone| view! { <PhoneLink phone /> })}
            </td>
            <td class="c-last">
                {match last {
                    None => Either::Left(view! { <span class="sub">{say!(check_calls.never)}</span> }),
                    Some(last) => {
                        let at = last.called_at;
                        let by = by_words(&last);
                        Either::Right(view! {
                            <span title=last.notes.clone()>{last.location}</span>
                            <small>{move || when::ago(at, when::now())} " · " {by}</small>
                        })
                    }
                }}
            </td>
            <td class="c-act">
                {logs
                    .then(|| {
                        view! {
                            <button type="button" class="btn" aria-label=label aria-keyshortcuts="c" on:click=move |_| _ = act::log_call(id)>
                                <Icon name="phone-call" size=14 />
                                <span>{say!(check_calls.log)}</span>
                            </button>
                        }
                    })}
            </td>
        </tr>
    }
}

/// A number to be rung.
#[component]
pub fn PhoneLink(
    /// As it was entered.
    phone: String,
) -> impl IntoView {
    let dialled: String = phone.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+').collect();
    let label = say!(check_calls.ring, phone = phone.clone());
    view! {
        <a class="link phone" href=format!("tel:{dialled}") aria-label=label>
            <Icon name="phone" size=13 />
            {phone}
        </a>
    }
}
