//! The panel beside the map: one load, how it stands, its stops, and what can be done.

#[cfg(feature = "hydrate")]
use contract::fence::Fence;
use contract::{
    LoadId, Timestamp,
    geo::{DETOUR_MILES, Point, detour_miles},
    loads::{Appointment, LoadDetail, Stay, Stop},
    risk::{Risk, outlook},
    status::LoadStatus,
};
use leptos::{either::Either, prelude::*};

use super::{
    basemap::{Town, nearest},
    fleet::Fleet,
};
use crate::{
    json::{is_asked, resource},
    live::Entry,
    loads::{act::move_to, api::one_load},
    say,
    ui::{
        icon::Icon,
        status::Status,
        words::{equipment_word, move_words, reason_words, stay_words, unread_words},
    },
    when,
};

/// Nearer to a town than this, in miles, a truck is simply there.
const NEAR_MILES: f64 = 12.0;

/// One load. What the page knows of it already is shown at once, its stops when they come.
#[component]
pub fn Panel(
    /// Which.
    load: LoadId,
) -> impl IntoView {
    let fleet = Fleet::here();
    // A new version may mean that a stop was reached, so the stops are asked for again.
    let version = Memo::new(move |_| {
        fleet.book.select(|entry| entry.row.id == load, |_| ());
        fleet.book.entry(load).map(|entry| entry.with(|entry| entry.row.version))
    });
    let detail = resource(move || version.get(), move |_| one_load(load));
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if let Some(Ok(one)) = detail.get() {
            let next = one.data.stops.iter().find(|stop| stop.departed_at.is_none() && stop.arrived_at.is_none());
            fleet.next_stop.set(next.map(|stop| (load, stop.point)));
            let fences = one.data.stops.iter().map(|stop| Fence::of(stop.kind, stop.point)).collect();
            fleet.fences.set(Some((load, fences)));
        }
    });

    view! {
        <Transition fallback=move || {
            view! {
                <Head load fleet />
                <div class="mskel">
                    <i></i>
                    <i></i>
                </div>
            }
        }>
            {move || is_asked().then(|| Suspend::new(async move {
                match detail.await {
                    Ok(one) => {
                        fleet.book.merge([one.data.load.clone()]);
                        Either::Left(view! {
                            <Head load fleet />
                            <Body detail=one.data fleet />
                        })
                    }
                    Err(fault) => {
                        let why = unread_words(&fault);
                        Either::Right(view! {
                            <Head load fleet />
                            <p class="mempty">{say!(tracking.panel.missing, why = why)}</p>
                        })
                    }
                }
            }))}
        </Transition>
    }
}

/// The number, the status, the way out, and what stands against the load.
#[component]
fn Head(load: LoadId, fleet: Fleet) -> impl IntoView {
    let entry = fleet.book.entry(load);
    let known = entry.clone().map(|entry| {
        let number = entry.with_untracked(|entry| entry.row.load_number.clone());
        view! {
            <h2 class="num">{number}</h2>
            <Status status=Signal::derive(move || entry.with(Entry::status)) />
        }
    });
    view! {
        <div class="ph">
            {known}
            <span class="grow"></span>
            <a
                class="iconb"
                href=move || fleet.href(None)
                data-noscroll=""
                aria-label=say!(tracking.panel.close)
                title=say!(tracking.panel.close)
            >
                <Icon name="x" />
            </a>
        </div>
        {entry.map(|entry| move || entry.with(|entry| banner(entry, fleet.now.get())))}
    }
}

fn banner(entry: &Entry, now: Timestamp) -> Option<impl IntoView + use<>> {
    let row = &entry.row;
    let outlook = outlook(row, now);
    let reason = outlook.reason?;
    let (class, window, town) = match outlook.risk {
        Risk::Late | Risk::Tight => {
            let (town, _, window) = row.ahead();
            (outlook.risk, Some(window), town)
        }
        Risk::None => (Risk::None, None, &row.origin),
    };
    let class = match class {
        Risk::Late => "pr late",
        Risk::Tight => "pr tight",
        Risk::None => "pr stale",
    };
    let closes = window.map(|window| {
        let at = format!("{} {}", when::day_and_clock(window.end, window.offset_min), window.zone_short);
        say!(tracking.panel.window_closes, town = town.city.clone(), at = at)
    });
    Some(view! {
        <div class=class>
            <Icon name=if outlook.risk == Risk::None { "wifi-off" } else { "triangle-alert" } />
            <div>
                <b>{reason_words(reason, row, now)}</b>
                {closes.map(|closes| view! { <div>{closes}</div> })}
            </div>
        </div>
    })
}

#[component]
fn Body(detail: LoadDetail, fleet: Fleet) -> impl IntoView {
    let LoadDetail { load, stops, driver_phone, carrier_mc, .. } = detail;
    let entry = fleet.book.entry(load.id);
    let next = stops.iter().position(|stop| stop.departed_at.is_none());
    let leg = leg(&stops);
    let stops = stops.iter().enumerate().map(|(index, stop)| {
        let class = match next {
            Some(next) if index == next => "next",
            Some(next) if index > next => "",
            _ => "done",
        };
        let eta = load.eta.filter(|_| next == Some(index) && load.status.is_under_way());
        view! {
            <li class=class>
                <b>{format!("{}, {}", stop.town.city, stop.town.state)}</b>
                <span>{stop_words(stop, eta)}</span>
                {(stop.arrived_by_position || stop.departed_by_position)
                    .then(|| view! { <span class="by">{say!(common.stay.by_position)}</span> })}
                {stop.stay().filter(|stay| stay.departed_at.is_none()).map(|stay| stay_line(stay, stop, fleet))}
            </li>
        }
    });
    let carrier = load.carrier.as_ref().map(|carrier| match &carrier_mc {
        Some(number) => format!("{} · {}", carrier.name, say!(tracking.panel.mc, number = number.clone())),
        None => carrier.name.clone(),
    });
    let nobody = || say!(tracking.panel.nobody).to_owned();
    let driver = load.driver.as_ref().map(|driver| driver.name.clone());
    let call = driver_phone.zip(driver.clone()).map(|(phone, name)| {
        let label = say!(tracking.panel.call, name = name);
        view! {
            <a class="tel" href=format!("tel:{}", phone.replace(' ', "")) aria-label=label.clone() title=label>
                <Icon name="phone" size=13 />
                {phone.clone()}
            </a>
        }
    });
    let id = load.id;
    view! {
        <ol class="stops" aria-label=say!(tracking.panel.stops)>
            {stops.collect_view()}
        </ol>
        <dl>
            <dt>{say!(tracking.panel.customer)}</dt>
            <dd>{load.customer_name.clone()}</dd>
            <dt>{say!(tracking.panel.carrier)}</dt>
            <dd>{carrier.unwrap_or_else(nobody)}</dd>
            <dt>{say!(tracking.panel.driver)}</dt>
            <dd>{driver.unwrap_or_else(nobody)} {call}</dd>
            <dt>{say!(tracking.panel.equipment)}</dt>
            <dd>{equipment_word(load.equipment)}</dd>
            <dt>{say!(tracking.panel.last_fix)}</dt>
            <dd>{entry.clone().map(|entry| move || entry.with(|entry| fix_words(entry, fleet)))}</dd>
            {leg.zip(entry.clone()).map(|(leg, entry)| move || entry.with(|entry| detour(entry, leg)))}
        </dl>
        <div class="acts">
            <a class="btn" href=format!("/loads/{id}")>{say!(tracking.panel.open)}</a>
            {entry.filter(|_| fleet.moves_loads).map(|entry| move || entry.with(moves))}
        </div>
    }
}

/// How long the truck stands at a stop, and when that begins to cost.
fn stay_line(stay: Stay, stop: &Stop, fleet: Fleet) -> impl IntoView + use<> {
    let Appointment { offset_min, zone_short, .. } = stop.appointment.clone();
    move || {
        let (words, is_detained) = stay_words(&stay, fleet.now.get(), offset_min, &zone_short);
        view! { <span class="stay" class:bad=is_detained>{words}</span> }
    }
}

/// The ordinary ways on, the likeliest first.
fn moves(entry: &Entry) -> impl IntoView + use<> {
    let (load, status, waiting) = (entry.row.id, entry.status(), entry.is_waiting());
    let ways = if status.is_under_way() { status.next() } else { &[] };
    ways.iter()
        .filter(|to| **to != LoadStatus::Cancelled && entry.row.stops_allow(**to))
        .enumerate()
        .map(|(index, to)| {
            let words = move_words(status, *to);
            view! {
                <button class="btn" class:pri=index == 0 disabled=waiting on:click=move |_| move_to(load, *to)>
                    {words}
                </button>
            }
        })
        .collect_view()
}

/// When the truck came and went, or when it should.
fn stop_words(stop: &Stop, eta: Option<Timestamp>) -> String {
    let Appointment { start, end, offset_min, zone_short, .. } = &stop.appointment;
    let clock = |at: Timestamp| format!("{} {zone_short}", when::clock(at, *offset_min));
    match (stop.arrived_at, stop.departed_at) {
        (Some(came), Some(left)) => {
            say!(tracking.panel.left, at = clock(left), dwell = when::minutes(left.since_ms(came) / 60_000))
        }
        (None, Some(left)) => say!(tracking.panel.passed, at = clock(left)),
        (Some(came), None) => say!(tracking.panel.arrived, at = clock(came)),
        (None, None) => {
            let from = when::day_and_clock(*start, *offset_min);
            let window = say!(
                tracking.panel.window,
                from = from,
                to = when::clock(*end, *offset_min),
                zone = zone_short.clone()
            );
            match eta {
                Some(eta) => format!("{} · {window}", say!(tracking.panel.eta, at = clock(eta))),
                None => window,
            }
        }
    }
}

/// The stop that a truck on the road has left, and the one to which it goes.
fn leg(stops: &[Stop]) -> Option<(Point, Point)> {
    let next = stops.iter().position(|stop| stop.arrived_at.is_none())?;
    let before = stops.get(next.checked_sub(1)?).filter(|stop| stop.departed_at.is_some())?;
    Some((before.point, stops[next].point))
}

/// That the truck is off its way, when it is.
fn detour(entry: &Entry, (from, to): (Point, Point)) -> Option<impl IntoView + use<>> {
    let miles = detour_miles(from, entry.row.current_location?.point(), to);
    (miles > DETOUR_MILES).then(|| {
        view! {
            <dt>{say!(tracking.panel.detour)}</dt>
            <dd class="bad">{say!(tracking.panel.detour_miles, miles = miles.round() as i64)}</dd>
        }
    })
}

/// Where the truck was last, how long ago, and how fast.
fn fix_words(entry: &Entry, fleet: Fleet) -> String {
    let Some(fix) = entry.row.current_location else { return say!(tracking.no_fix).to_owned() };
    let near = fleet.towns.with(|towns| place_words(towns, fix.point()));
    let now = fleet.now.get();
    let age = if now.since_ms(fix.at) < 60_000 {
        say!(tracking.panel.just_now).to_owned()
    } else {
        say!(tracking.panel.ago, age = when::age(fix.at, now))
    };
    let speed = fix.speed.map(|speed| say!(tracking.panel.mph, n = speed.round() as i64));
    near.into_iter().chain([age]).chain(speed).collect::<Vec<_>>().join(" · ")
}

/// Where a place is, as people say it: `42 mi NW of Dallas, TX`.
fn place_words(towns: &[Town], point: Point) -> Option<String> {
    let (miles, town) = nearest(towns, point)?;
    let name = format!("{}, {}", town.city, town.state);
    if miles < NEAR_MILES {
        return Some(say!(tracking.panel.near, town = name));
    }
    let eighth = (town.point.heading_to(point) / 45.0).round() as usize % 8;
    let direction = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"][eighth];
    Some(say!(tracking.panel.off, miles = miles.round() as i64, direction = direction, town = name))
}
