//! A lane of the board: a column of cards, and a place to drop one.

use contract::{LoadId, status::Lane};
use leptos::{ev, html, prelude::*};

use super::{
    card::Card,
    hands::{hands, place},
    hold,
};
use crate::{
    live::live,
    say,
    ui::{click, words::lane_word},
};

/// A column.
#[component]
pub fn LaneColumn(
    /// Which.
    lane: Lane,
) -> impl IntoView {
    let hands = hands();
    let place = place(lane);
    let cards = Memo::new(move |_| hands.lanes.with(|lanes| lanes.get(place - 1).cloned().unwrap_or_default()));
    // Tab goes from lane to lane; the arrow keys go on from there.
    let stop = Memo::new(move |_| {
        let here = hands.here.get();
        cards.with(|cards| here.filter(|here| cards.contains(here)).or_else(|| cards.first().copied()))
    });
    let class = move || match hands.takes(lane) {
        None => "lane-col",
        Some(false) => "lane-col closed",
        Some(true) if hands.over.get() == Some(lane) => "lane-col open over",
        Some(true) => "lane-col open",
    };
    let over = move |event: ev::DragEvent| {
        if hands.dragged.get_untracked().is_some() {
            // A drop that is not allowed is taken too, so that it can be told why.
            event.prevent_default();
            if hands.over.get_untracked() != Some(lane) {
                hands.over.set(Some(lane));
            }
        }
    };
    let drop = move |event: ev::DragEvent| {
        event.prevent_default();
        if let Some(load) = hands.dragged.get_untracked() {
            hands.dragged.set(None);
            hands.over.set(None);
            hands.put(load, lane);
        }
    };
    let list = NodeRef::<html::Ul>::new();
    Effect::new(move |_| {
        cards.track();
        // After the cards are where they belong, and before the eye sees them.
        #[cfg(feature = "hydrate")]
        request_animation_frame(move || hands.steady());
    });
    let point = move |event: ev::PointerEvent| hands.pointed.set_value(hold::pointed(&event));
    let leave = move |_| {
        hands.pointed.set_value(None);
        if let Some(list) = list.get_untracked() {
            hold::let_go(&list);
        }
    };
    let heading = format!("lane-{place}");
    let book = live().book;
    // What has a carrier and waits for its tender is still here, but no longer unassigned.
    let untendered = Memo::new(move |_| {
        let mut count = 0_usize;
        if lane == Lane::Unassigned {
            book.each(|entry| {
                count += usize::from(entry.row.carrier.is_some() && cards.with(|cards| cards.contains(&entry.row.id)));
            });
        }
        count
    });
    let number = move || cards.with(Vec::len) - untendered.get().min(cards.with(Vec::len));
    let also = move || {
        Some(untendered.get()).filter(|count| *count > 0).map(|count| {
            view! { <span>{say!(board.to_tender, count = count)}</span> }
        })
    };
    view! {
        <section class=class data-s=hue(lane) aria-labelledby=heading.clone() on:dragover=over on:drop=drop>
            <h2 id=heading.clone()>{lane_word(lane)} " " <span>{number}</span> " " {also}</h2>
            <ul
                class="cards"
                role="list"
                node_ref=list
                on:pointerover=point
                on:pointerleave=leave
                on:click=|event| click::open(&event)
            >
                <For each=move || cards.get() key=|load: &LoadId| *load children=move |load| view! { <Card load lane stop /> } />
            </ul>
            {move || cards.with(Vec::is_empty).then(|| view! { <p class="none">{say!(board.no_loads)}</p> })}
        </section>
    }
}

/// The status whose colour a lane has.
const fn hue(lane: Lane) -> &'static str {
    match lane {
        Lane::Unassigned => "PENDING",
        Lane::Tendered => "TENDERED",
        Lane::Dispatched => "DISPATCHED",
        Lane::InTransit => "IN_TRANSIT",
        Lane::Delivered => "DELIVERED",
        Lane::Completed => "COMPLETED",
    }
}
