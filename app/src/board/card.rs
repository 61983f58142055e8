//! A load on the board.

use contract::{
    LoadId, Timestamp,
    actor::Permission,
    loads::{AtStop, LoadRow},
    risk::{Outlook, Reason, Risk, outlook},
    status::{Lane, LoadStatus},
};
use leptos::{ev, html, prelude::*};

use super::{
    glide,
    hands::{Hands, hands},
};
use crate::{
    live::{Entry, live},
    loads::deeds::Opened,
    pages::Visitor,
    say,
    ui::{
        here::Here,
        icon::Icon,
        words::{equipment_word, left_words, length_words, reason_words, status_word},
    },
    when,
};
use LoadStatus as S;

/// The element of a load's card.
pub fn element_id(load: LoadId) -> String {
    format!("card-{load}")
}

/// A card.
#[component]
pub fn Card(
    /// Which load.
    load: LoadId,
    /// In which lane.
    lane: Lane,
    /// The lane's card that the Tab key stops at.
    stop: Memo<Option<LoadId>>,
) -> impl IntoView {
    let hands = hands();
    let entry = RwSignal::from(live().book.entry(load)?);
    let number = entry.with_untracked(|entry| entry.row.load_number.clone());
    let may_move = expect_context::<Visitor>().can(Permission::LoadStatusUpdate);
    let element = NodeRef::<html::Li>::new();
    Effect::new(move |_| {
        if let Some(element) = element.get() {
            glide::land(load, &element);
            if hands.is_carried(load) {
                _ = element.focus();
            }
        }
    });
    let open_menu = move |event: ev::MouseEvent| {
        event.prevent_default();
        event.stop_propagation();
        hands.here.set(Some(load));
        hands.menu.set(Some(Opened { load, x: event.client_x().into(), y: event.client_y().into() }));
    };
    let is_chosen = Memo::new(move |_| hands.chosen.with(|chosen| chosen.contains(&load)));
    let chosen_words = move || is_chosen.get().then(|| view! { <span class="sr">{say!(board.chosen)}" "</span> });
    // With Shift; the browser would begin to select text.
    let choose = move |event: ev::MouseEvent| {
        if event.shift_key() && event.button() == 0 && may_move {
            event.prevent_default();
            hands.choose(load);
        }
    };
    let drag = move |event: ev::DragEvent| {
        start_drag(&event, load);
        hands.dragged.set(Some(load));
    };
    let drag_ended = move |_| {
        hands.dragged.set(None);
        hands.over.set(None);
    };
    // A card that leaves its lane isn't written anew before it goes: its height must not change under the pointer.
    let shown = Memo::new(move |before: Option<&Entry>| {
        entry.with(|entry| match before {
            Some(before) if entry.status().lane() != Some(lane) => before.clone(),
            _ => entry.clone(),
        })
    });
    let actions = say!(board.actions, number = number.clone());
    Some(view! {
        <li
            id=element_id(load)
            class=class(hands, load, entry)
            tabindex=move || if stop.get() == Some(load) { "0" } else { "-1" }
            draggable=may_move.then_some("true")
            data-load=number.clone()
            node_ref=element
            on:focusin=move |_| hands.here.set(Some(load))
            on:dragstart=drag
            on:dragend=drag_ended
            on:contextmenu=open_menu
            on:mousedown=choose
        >
            <div class="r1">
                <a class="num" href=format!("/loads/{load}") tabindex="-1" draggable="false">{number.clone()}</a>
                {chosen_words}
                <Here load />
                {move || shown.with(|entry| head(entry, when::now()))}
                <button type="button" class="more" aria-label=actions aria-haspopup="menu" tabindex="-1" on:click=open_menu>
                    <Icon name="ellipsis" />
                </button>
            </div>
            {move || shown.with(|entry| body(entry, lane, when::now()))}
        </li>
    })
}

/// How a card looks as a whole; a change by somebody else flashes once.
fn class(hands: Hands, load: LoadId, entry: RwSignal<Entry>) -> impl Fn() -> String {
    let changed = entry.with_untracked(|entry| entry.changed);
    let shown = hands.shown_before(load, changed);
    let arrives = changed > shown && hands.may_arrive();
    move || {
        let sought = hands.sought.with(|sought| sought.trim().to_owned());
        let (Outlook { risk, silent, .. }, changed, is_waiting, is_dim) = entry.with(|entry| {
            let is_dim = sought.chars().count() > 1 && !entry.row.mentions(&sought);
            (outlook(&entry.row, when::now()), entry.changed, entry.is_waiting(), is_dim)
        });
        hands.show(load, changed);
        let mut class = String::from("card");
        let mut also = |is_so: bool, name: &str| {
            if is_so {
                class.push(' ');
                class.push_str(name);
            }
        };
        also(risk == Risk::Late, "late");
        also(risk == Risk::Tight, "tight");
        also(silent && risk == Risk::None, "stale");
        also(is_waiting, "waiting");
        also(is_dim, "dim");
        also(hands.dragged.get() == Some(load), "dragged");
        also(hands.chosen.with(|chosen| chosen.contains(&load)), "chosen");
        also(arrives, "arrives");
        // Two names for one animation, because the same name would not begin again.
        also(changed > shown, if changed % 2 == 0 { "flash again" } else { "flash" });
        class
    }
}

fn head(entry: &Entry, now: Timestamp) -> impl IntoView + use<> {
    let row = &entry.row;
    let hot = row.is_hot.then(|| {
        view! {
            <span class="hot" title=say!(board.hot)>
                <Icon name="flame" size=13 />
                <span class="sr">{say!(board.hot)}</span>
            </span>
        }
    });
    let age = if entry.is_waiting() { say!(board.saving).to_owned() } else { when::age(row.status_changed_at, now) };
    view! {
        {hot}
        <span class="grow"></span>
        <span class="age">{age}</span>
    }
}

fn body(entry: &Entry, lane: Lane, now: Timestamp) -> impl IntoView + use<> {
    let row = &entry.row;
    let Outlook { risk, reason, .. } = outlook(row, now);
    let [origin, destination] = [&row.origin, &row.destination].map(|town| format!("{}, {}", town.city, town.state));
    let stops = row.stop_count.checked_sub(2).filter(|more| *more > 0);
    let stops = stops.map(|count| {
        let words =
            if count == 1 { say!(board.one_more_stop).to_owned() } else { say!(board.more_stops, count = count) };
        view! { " " <small>{words}</small> }
    });
    let late_at_pickup = matches!(reason, Some(Reason::PickupMissed { .. }));
    let late_at_delivery = matches!(reason, Some(Reason::EtaAfterWindow { .. })) && row.is_on_last_leg();
    let [pickup, delivery] = times(entry, now);
    let exact = say!(
        board.exact_times,
        pickup = when::window_start(&row.pickup),
        delivery = row.delivered_at.map_or_else(
            || when::window_start(&row.delivery),
            |at| format!("{} {}", when::day_and_clock(at, row.delivery.offset_min), row.delivery.zone_short),
        )
    );
    let (carrier, by) = match &row.carrier {
        Some(carrier) => (carrier.name.clone(), "car"),
        None if row.tender_expires_at.is_some() => (say!(common.tender.many).to_owned(), "car"),
        None => (say!(board.unassigned).to_owned(), "bad"),
    };
    let why = reason.filter(|_| risk != Risk::None).map(|reason| {
        let icon = if risk == Risk::Late { "triangle-alert" } else { "clock" };
        view! { <div class="why"><Icon name=icon size=13 /> <span>{reason_words(reason, row, now)}</span></div> }
    });
    view! {
        <div class="lane">
            <span>{origin}</span>
            <span class="arr" aria-hidden="true">"→"</span>
            <span class="sr">" "{say!(board.to)}" "</span>
            <span>{destination}</span>
            {stops}
        </div>
        <div class="r3" title=exact>
            <span class:bad=late_at_pickup>{pickup}</span>
            <span class="sep"></span>
            <span class:bad=late_at_delivery>{delivery}</span>
            {margin(row)}
        </div>
        <div class="r4">
            <span class=by>{carrier}</span>
            <span class="grow"></span>
            <span class="eq">{equipment_word(row.equipment)}</span>
        </div>
        {state(entry, lane, now)}
        {detention(entry, now)}
        {why}
    }
}

/// The status where the lane has several, and when the truck was heard of.
fn state(entry: &Entry, lane: Lane, now: Timestamp) -> Option<impl IntoView + use<>> {
    let status = entry.status();
    let is_plain = matches!(
        (lane, status),
        (Lane::Unassigned, S::Pending) | (Lane::Tendered | Lane::Delivered | Lane::Completed, _)
    );
    let heard = entry.row.current_location.filter(|_| status.is_under_way());
    // Of a load that is offered, how long the answer may still take is what matters.
    let answer = entry.row.tender_expires_at.filter(|_| status == S::Tendered).map(|ends| left_words(ends, now));
    if is_plain && heard.is_none() && answer.is_none() {
        return None;
    }
    let is_silent = outlook(&entry.row, now).silent;
    let heard = heard.map(|fix| {
        let age = when::age(fix.at, now);
        if is_silent {
            say!(board.no_signal, age = age)
        } else if now.since_ms(fix.at) < 60_000 {
            say!(board.heard_now).to_owned()
        } else {
            say!(board.heard, age = age)
        }
    });
    Some(view! {
        <div class="r5">
            <span class="status" data-s=status.name()><i></i>{status_word(status)}</span>
            {stay(entry, now)}
            <span class="grow"></span>
            <span class="fresh">{answer.or(heard)}</span>
        </div>
    })
}

/// How long the truck has stood at its stop while that is free, and whether its position told that it came.
fn stay(entry: &Entry, now: Timestamp) -> Option<impl IntoView + use<>> {
    let at_stop = at_stop(entry)?;
    let stay = at_stop.stay();
    let by_position = at_stop.by_position.then(|| {
        let words = say!(common.stay.by_position);
        view! { <span class="by" title=words><Icon name="crosshair" size=12 /><span class="sr">{words}</span></span> }
    });
    let length = stay.detention_min(now).is_none().then(|| length_words(stay.min(now)));
    Some(view! { {by_position} {length.map(|length| view! { <span class="stay">{length}</span> })} })
}

/// That it stands there for longer than is free.
fn detention(entry: &Entry, now: Timestamp) -> Option<impl IntoView + use<>> {
    let min = at_stop(entry)?.stay().detention_min(now)?;
    let words = say!(common.stay.short_detained, time = length_words(min));
    Some(view! { <div class="why owed"><Icon name="clock" size=13 /> <span>{words}</span></div> })
}

/// Where the truck stands, unless the card shows another status already.
fn at_stop(entry: &Entry) -> Option<AtStop> {
    entry.row.at_stop.filter(|_| !entry.is_waiting())
}

/// What the load earns, for those who may see both rates.
fn margin(row: &LoadRow) -> Option<impl IntoView + use<>> {
    let (revenue, cost) = (row.customer_rate_cents.filter(|cents| *cents > 0)?, row.carrier_rate_cents?);
    let earned = revenue - cost;
    let amount = say!(board.margin, amount = format!("${}", earned / 100));
    Some(view! { <span class="eq earned" title=amount>{format!("{}%", earned * 100 / revenue)}</span> })
}

/// When the load is or was picked up and delivered, each on its stop's clock; the zone stands once when it is the same.
fn times(entry: &Entry, now: Timestamp) -> [String; 2] {
    let LoadRow { pickup, delivery, .. } = &entry.row;
    let done = entry.row.delivered_at.filter(|_| entry.status() >= S::Delivered);
    let first = match done {
        Some(_) => when::brief_past(pickup.start, pickup.offset_min, now),
        None => when::brief(pickup.start, pickup.offset_min, now),
    };
    let last = match done {
        Some(at) => say!(board.done_at, time = when::brief(at, delivery.offset_min, now)),
        None => when::brief(delivery.start, delivery.offset_min, now),
    };
    // Of a day that is over the zone says nothing.
    let is_clock = first.contains(':');
    let names_zone = is_clock && pickup.zone_short != delivery.zone_short;
    let first = if names_zone { format!("{first} {}", pickup.zone_short) } else { first };
    [first, format!("{last} {}", delivery.zone_short)]
}

#[cfg(feature = "hydrate")]
fn start_drag(event: &ev::DragEvent, load: LoadId) {
    if let Some(carried) = event.data_transfer() {
        carried.set_effect_allowed("move");
        _ = carried.set_data("text/plain", &load.to_string());
    }
}

#[cfg(not(feature = "hydrate"))]
fn start_drag(_event: &ev::DragEvent, _load: LoadId) {}
