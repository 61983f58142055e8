//! The page of figures: each number leads to exactly the loads that it counts.

use contract::{
    One,
    kpis::{Compared, Earned, KpiQuery, KpiScope, Kpis, Share},
    loads::{LoadQuery, LoadRow, View},
    risk::{Risk, outlook},
};
use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{api::read_kpis, chart::Chart};
use crate::{
    fault::Fault,
    json::{brought, resource},
    live::{again::when_back, live},
    loads::api::list_loads,
    pages::Visitor,
    say,
    ui::{
        icon::Icon,
        words::{money_words, reason_words, unread_words},
    },
    when,
};

/// How often to ask for changes while there is no socket, in seconds (`domain.md` §4.7 asks for 30).
const POLL_S: u32 = 30;

/// How many loads are named that need somebody (`domain.md` §4.7: at most 6).
const ATTENTION: u32 = 6;

/// From here on so many of a hundred are well (`domain.md` §4.7).
const WELL: f64 = 95.0;

/// Below this so many of a hundred are bad (`domain.md` §4.7).
const BAD: f64 = 85.0;

/// What the desk has in hand and how it does.
#[component]
pub fn KpisPage() -> impl IntoView {
    let live = live();
    live.poll_s.set(POLL_S);
    let url = use_query_map();
    let me = use_context::<Visitor>().and_then(|visitor| visitor.me).map(|me| me.id);
    let scope = Memo::new(move |_| {
        let is_mine = url.try_with(|url| url.get("scope").is_some_and(|scope| scope == "mine")).unwrap_or_default();
        if is_mine { KpiScope::Mine } else { KpiScope::Team }
    });
    let again = RwSignal::new(0_u32);
    when_back(Callback::new(move |()| again.update(|times| *times += 1)));
    let asked = move || (scope.get(), again.get(), live.afresh.get(), live.noted().figures.get());
    let figures = resource(asked, |(scope, ..)| read_kpis(KpiQuery { scope: Some(scope) }));
    let attention = resource(asked, move |(scope, ..)| {
        let dispatcher_id = me.filter(|_| scope == KpiScope::Mine);
        let (view, size) = (Some(View::AtRisk), Some(ATTENTION));
        list_loads(LoadQuery { view, size, dispatcher_id, ..LoadQuery::default() })
    });
    let retry = Callback::new(move |()| again.update(|times| *times += 1));
    // The last good figures: a call that fails must not take away what was there.
    let kept = StoredValue::new(None::<Kpis>);
    let mine =
        move |scope| me.filter(|_| scope == KpiScope::Mine).map(|me| format!("&dispatcherId={me}")).unwrap_or_default();
    let shown = move || {
        brought(figures).map(|answer| {
            let data = match answer {
                Ok(One { data }) => data,
                Err(fault) => match kept.get_value().filter(|kept| fault.says_nothing() && kept.scope == scope.get()) {
                    Some(data) => data,
                    None => return Either::Right(view! { <Unread fault retry /> }),
                },
            };
            kept.set_value(Some(data.clone()));
            let of = mine(data.scope);
            Either::Left(view! { <Figures kpis=data of /> })
        })
    };
    let listed = move || {
        brought(attention).map(|answer| match answer {
            Ok(list) => Either::Left(view! { <Attention loads=list.data all=list.page.total of=mine(scope.get()) /> }),
            Err(fault) => Either::Right(view! { <Unread fault retry /> }),
        })
    };
    let choice = move |this: KpiScope, href: &'static str, word: &'static str| {
        let here = move || scope.get() == this;
        view! {
            <a href=href class:on=here aria-current=move || here().then_some("page")>{word}</a>
        }
    };
    view! {
        <Title text=say!(kpis.title) />
        <div class="loads figures">
            <header class="bar">
                <h1>{say!(kpis.title)}</h1>
                <nav class="views" aria-label=say!(kpis.whose)>
                    {choice(KpiScope::Team, "/figures", say!(kpis.team))}
                    {choice(KpiScope::Mine, "/figures?scope=mine", say!(kpis.mine))}
                </nav>
            </header>
            <div class="sections">
                <Transition fallback=Skeleton>{shown}</Transition>
                <section class="attention" aria-labelledby="attention">
                    <h2 id="attention">{say!(kpis.attention)}</h2>
                    <Transition fallback=Skeleton>{listed}</Transition>
                </section>
            </div>
        </div>
    }
}

#[component]
fn Skeleton() -> impl IntoView {
    view! { <div class="coming" role="status" aria-label=say!(kpis.loading)><div><div><i></i><i></i><i></i></div></div></div> }
}

/// A section that could not be read; the others go on.
#[component]
fn Unread(fault: Fault, retry: Callback<()>) -> impl IntoView {
    view! {
        <div class="nothing" role="alert">
            <p>{unread_words(&fault)}</p>
            <button type="button" class="btn" on:click=move |_| retry.run(())>
                <Icon name="refresh-cw" />
                {say!(common.detail.again)}
            </button>
        </div>
    }
}

#[component]
fn Figures(kpis: Kpis, of: String) -> impl IntoView {
    let count = |word: &'static str, query: &str, count: u64, is_loud: bool, note: Option<String>| {
        let href = format!("/loads?{query}{of}");
        view! {
            <a class="tile" href=href class:loud=is_loud>
                <span>{word}</span>
                <b>{count}</b>
                <small>{note}</small>
            </a>
        }
    };
    let day =
        |counted: Compared| Some(say!(kpis.compared, yesterday = counted.yesterday, last_week = counted.last_week));
    let late = kpis.on_time_delivery.of - kpis.on_time_delivery.met;
    let late_href = format!("/loads?view=delivered_late&sort=-delivery{of}");
    view! {
        <nav class="tiles" aria-label=say!(kpis.title)>
            {count(say!(kpis.active), "view=active", kpis.active, false, None)}
            {count(say!(kpis.unassigned), "view=unassigned", kpis.unassigned, kpis.unassigned > 0, None)}
            {count(say!(kpis.at_risk), "view=at_risk", kpis.at_risk, kpis.at_risk > 0, None)}
            {count(say!(kpis.dispatched), "view=dispatched_today&sort=-updated", kpis.dispatched.today, false, day(kpis.dispatched))}
            {count(say!(kpis.delivered), "view=delivered_today&sort=-updated", kpis.delivered.today, false, day(kpis.delivered))}
        </nav>
        <section class="rates" aria-label=say!(kpis.rates)>
            {rate(say!(kpis.on_time_pickup), kpis.on_time_pickup, true, None)}
            {rate(
                say!(kpis.on_time_delivery),
                kpis.on_time_delivery,
                true,
                (late > 0).then(|| (late_href, say!(kpis.late, count = late))),
            )}
            {rate(say!(kpis.tenders_accepted), kpis.tenders_accepted, false, None)}
            {rate(say!(kpis.tracked), kpis.tracked, true, None)}
            {kpis.earned.map(earned)}
        </section>
        <Chart days=kpis.days.clone() />
    }
}

/// A share in figures; `is_judged` says whether it is well or bad by the thresholds.
fn rate(word: &'static str, share: Share, is_judged: bool, more: Option<(String, String)>) -> impl IntoView + use<> {
    let percent = share.percent();
    let class = match percent.filter(|_| is_judged) {
        Some(percent) if percent < BAD => "tile late",
        Some(percent) if percent < WELL => "tile tight",
        _ => "tile",
    };
    let figure = percent.map_or_else(|| say!(kpis.no_data).to_owned(), |percent| format!("{percent} %"));
    let note = percent.map(|_| say!(kpis.share, met = share.met, of = share.of));
    view! {
        <div class=class>
            <span>{word}</span>
            <b class:none=percent.is_none()>{figure}</b>
            <small>{note} {more.map(|(href, words)| view! { " · " <a href=href>{words}</a> })}</small>
        </div>
    }
}

fn earned(earned: Earned) -> impl IntoView {
    let percent = earned.margin_percent();
    let figure = percent.map_or_else(|| say!(kpis.no_data).to_owned(), |percent| format!("{percent} %"));
    // Nobody reads the cents of a month.
    let revenue = money_words(earned.revenue_cents / 100 * 100);
    let note = percent.map(|_| say!(kpis.earned, revenue = revenue, loads = earned.loads));
    view! {
        <div class="tile">
            <span>{say!(kpis.margin)}</span>
            <b class:none=percent.is_none()>{figure}</b>
            <small>{note}</small>
        </div>
    }
}

#[component]
fn Attention(loads: Vec<LoadRow>, all: u64, of: String) -> impl IntoView {
    if loads.is_empty() {
        return Either::Left(view! { <p class="calm">{say!(kpis.calm)}</p> });
    }
    let more = all.saturating_sub(loads.len() as u64);
    let rows = loads.into_iter().map(|load| {
        let (id, number) = (load.id, load.load_number.clone());
        let way = format!("{} → {}", load.origin.city, load.destination.city);
        let now = when::now_untracked();
        let found = outlook(&load, now);
        let class = if found.risk == Risk::Late { "late" } else { "tight" };
        let reason = found.reason.map(|reason| reason_words(reason, &load, now));
        view! {
            <li class=class>
                <a class="num" href=format!("/loads/{id}")>{number}</a>
                <span>{way}</span>
                <small>{reason}</small>
            </li>
        }
    });
    let href = format!("/loads?view=at_risk{of}");
    Either::Right(view! {
        <ul>{rows.collect_view()}</ul>
        {(more > 0).then(|| view! { <a class="more" href=href>{say!(kpis.more, count = more)}</a> })}
    })
}
