//! The board in figures, each a link to those loads.

use contract::{
    risk::{Risk, outlook},
    status::{Lane, LoadStatus},
};
use leptos::prelude::*;

use super::filter::is_on_board;
use crate::{live::live, say, when};
use LoadStatus as S;

/// How many figures there are.
const COUNT: usize = 8;

/// The strip.
#[component]
pub fn Figures() -> impl IntoView {
    let book = live().book;
    let counts = Memo::new(move |_| {
        let now = when::now();
        let mut counts = [0_u32; COUNT];
        book.each(|entry| {
            let status = entry.status();
            let Some(lane) = status.lane().filter(|_| is_on_board(entry, now)) else { return };
            let row = &entry.row;
            let is = [
                lane == Lane::Unassigned && row.carrier.is_none(),
                lane == Lane::Tendered,
                lane == Lane::Dispatched,
                lane == Lane::InTransit,
                matches!(status, S::AtPickup | S::AtDelivery),
                status >= S::Delivered && row.is_delivered_today(now),
                lane == Lane::Completed,
                outlook(row, now).risk != Risk::None,
            ];
            for (count, is) in counts.iter_mut().zip(is) {
                *count += u32::from(is);
            }
        });
        counts
    });
    let figures = [
        (say!(board.figure.unassigned), "view=unassigned"),
        (say!(board.figure.tendered), "status=TENDERED"),
        (say!(board.figure.dispatched), "status=ACCEPTED,DISPATCHED"),
        (say!(board.figure.in_transit), "status=AT_PICKUP,PICKED_UP,IN_TRANSIT,AT_DELIVERY"),
        (say!(board.figure.at_stop), "status=AT_PICKUP,AT_DELIVERY"),
        (say!(board.figure.delivered_today), "view=delivered_today&sort=-updated"),
        (say!(board.figure.completed), "view=completed_lately&sort=-updated"),
        (say!(board.figure.at_risk), "view=at_risk"),
    ];
    let tiles = figures.into_iter().enumerate().map(|(place, (word, query))| {
        let count = move || counts.with(|counts| counts[place]);
        // Only what needs a person is loud, and only while it does.
        let is_loud = move || matches!(place, 0 | 7) && count() > 0;
        view! { <a href=format!("/loads?{query}") class:loud=is_loud><b>{count}</b> " " {word}</a> }
    });
    view! { <nav class="kpis" aria-label=say!(board.figures)>{tiles.collect_view()}</nav> }
}
