//! The loads under way as a list: the same as the map, in words.

use contract::LoadId;
#[cfg(feature = "hydrate")]
use leptos::html;
use leptos::{ev::MouseEvent, prelude::*};

use super::{
    address::{PICKS, Pick},
    fleet::Fleet,
    go::Go,
};
use crate::{
    live::Entry,
    say,
    ui::{icon::Icon, status::Status, words::reason_words},
    when,
};

/// How many rows are written at first, and at a time: the urgent ones come first, and thousands would be slow.
const ROWS: usize = 200;

/// The heading, the picks and the rows.
#[component]
pub fn List() -> impl IntoView {
    let fleet = Fleet::here();
    let go = Go::here();
    let limit = RwSignal::new(ROWS);
    let rows = NodeRef::new();
    #[cfg(feature = "hydrate")]
    show_selected(fleet, limit, rows);
    view! {
        <div class="mhead">
            <h1>{say!(tracking.title)}</h1>
            <span class="grow"></span>
            <span class="cnt">{move || count_words(fleet.count(Pick::All))}</span>
            <button
                type="button"
                class="iconb mlower"
                aria-expanded=move || (!fleet.lowered.get()).to_string()
                aria-controls="mrows"
                aria-label=say!(tracking.lower)
                title=say!(tracking.lower)
                on:click=move |_| fleet.lowered.update(|lowered| *lowered = !*lowered)
            >
                <Icon name="chevron-down" />
            </button>
        </div>
        <nav class="views" aria-label=say!(tracking.views)>
            {PICKS.map(|pick| view! {
                <a
                    href=move || fleet.href_of(pick)
                    data-noscroll=""
                    class:on=move || fleet.pick.get() == pick
                    aria-current=move || (fleet.pick.get() == pick).then_some("true")
                >
                    {pick_word(pick)}
                    {(pick != Pick::All).then(|| view! { <span>{move || fleet.count(pick)}</span> })}
                </a>
            })}
        </nav>
        <ul id="mrows" class="mrows" node_ref=rows aria-label=say!(tracking.list)>
            <For
                each=move || fleet.shown.with(|shown| shown.iter().take(limit.get()).copied().collect::<Vec<_>>())
                key=|load| *load
                children=move |load| row(fleet, go, load)
            />
            {move || {
                let left = fleet.shown.with(Vec::len).saturating_sub(limit.get());
                (left > 0).then(|| {
                    let more = move |_| limit.update(|limit| *limit += ROWS);
                    let words = say!(tracking.more, n = left.min(ROWS));
                    view! {
                        <li class="mmore">
                            <button class="btn" on:click=more>{words}</button>
                        </li>
                    }
                })
            }}
        </ul>
        {move || {
            let pick = fleet.pick.get();
            (fleet.count(pick) == 0).then(|| view! { <Empty pick fleet /> })
        }}
    }
}

/// What is shown until the loads are there.
#[component]
pub fn Skeleton() -> impl IntoView {
    view! {
        <div class="mhead">
            <h1>{say!(tracking.title)}</h1>
        </div>
        <div class="mskel" role="status" aria-label=say!(tracking.loading)>
            <i></i>
            <i></i>
            <i></i>
            <i></i>
            <i></i>
            <i></i>
        </div>
    }
}

#[component]
fn Empty(pick: Pick, fleet: Fleet) -> impl IntoView {
    let words = match pick {
        Pick::All => say!(tracking.empty.all),
        Pick::AtRisk => say!(tracking.empty.risk),
        Pick::Stale => say!(tracking.empty.stale),
        Pick::Mine => say!(tracking.empty.mine),
    };
    view! {
        <div class="mempty">
            <p>{words}</p>
            {(pick != Pick::All)
                .then(|| view! { <a class="btn" href=move || fleet.href_of(Pick::All)>{say!(tracking.empty.show_all)}</a> })}
        </div>
    }
}

/// What a row says: worked out whenever the truck moves, and written anew only where it differs.
#[derive(Clone, PartialEq, Eq)]
struct Words {
    class: &'static str,
    age: String,
    lane: [String; 2],
    why: String,
    carrier: String,
}

impl Words {
    fn of(entry: &Entry, fleet: Fleet) -> Self {
        let (row, now) = (&entry.row, fleet.now.get());
        let why = match contract::risk::outlook(row, now).reason {
            Some(reason) => reason_words(reason, row, now),
            None if row.current_location.is_none() => say!(tracking.no_fix).to_owned(),
            None => say!(tracking.on_time).to_owned(),
        };
        Self {
            class: fleet.standing(entry).class(),
            age: row.current_location.map_or_else(String::new, |fix| when::age(fix.at, now)),
            lane: [&row.origin, &row.destination].map(|town| format!("{}, {}", town.city, town.state)),
            why,
            carrier: row
                .carrier
                .as_ref()
                .map_or_else(|| say!(tracking.no_carrier).to_owned(), |carrier| carrier.name.clone()),
        }
    }
}

fn row(fleet: Fleet, go: Go, load: LoadId) -> Option<impl IntoView> {
    let entry = fleet.book.entry(load)?;
    let number = entry.with_untracked(|entry| entry.row.load_number.clone());
    let status = entry.clone();
    let status = Memo::new(move |_| status.with(Entry::status));
    let words = Memo::new(move |_| entry.with(|entry| Words::of(entry, fleet)));
    let why_class = move || match words.with(|words| words.class) {
        "late" => "bad",
        "tight" => "warnt",
        _ => "",
    };
    // The address in the row has no view of the map, but a click keeps the one there is.
    let choose = move |event: MouseEvent| {
        if event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key()) {
            event.prevent_default();
            go.to(&fleet.href_untracked(Some(load)));
        }
    };
    Some(view! {
        <li class=move || words.with(|words| words.class) class:sel=move || fleet.is_selected(load)>
            <a
                href=move || fleet.href_of_row(load)
                on:click=choose
                data-noscroll=""
                aria-current=move || fleet.is_selected(load).then_some("true")
            >
                <div>
                    <span class="num">{number}</span>
                    <Status status />
                    <span class="grow"></span>
                    <span class="fresh">{move || words.with(|words| words.age.clone())}</span>
                </div>
                <div class="lane">
                    {move || words.with(|words| words.lane[0].clone())}
                    <span class="arr" aria-hidden="true">
                        "→"
                    </span>
                    <span class="sr">" "{say!(board.to)}" "</span>
                    {move || words.with(|words| words.lane[1].clone())}
                </div>
                <div class="sub">
                    <span class=why_class>{move || words.with(|words| words.why.clone())}</span>
                    {move || words.with(|words| format!(" · {}", words.carrier))}
                </div>
            </a>
        </li>
    })
}

/// Brings the row of the load that is looked at into sight, whoever chose it.
#[cfg(feature = "hydrate")]
fn show_selected(fleet: Fleet, limit: RwSignal<usize>, rows: NodeRef<html::Ul>) {
    Effect::new(move |_| {
        let Some(load) = fleet.selected.get() else { return };
        let at = fleet.shown.with_untracked(|shown| shown.iter().position(|one| *one == load));
        if at.is_some_and(|at| at >= limit.get_untracked()) {
            limit.set(at.unwrap_or_default() + ROWS);
        }
        // After the row was written.
        request_animation_frame(move || {
            let Some(list) = rows.try_get_untracked().flatten() else { return };
            let Some(row) = list.query_selector(".sel").ok().flatten() else { return };
            let (window, row) = (list.get_bounding_client_rect(), row.get_bounding_client_rect());
            let above = (row.top() - window.top()).min(0.0);
            let below = (row.bottom() - window.bottom()).max(0.0);
            list.set_scroll_top(list.scroll_top() + (above + below) as i32);
        });
    });
}

fn count_words(count: usize) -> String {
    match count {
        1 => say!(tracking.one_truck).to_owned(),
        n => say!(tracking.n_trucks, n = n),
    }
}

fn pick_word(pick: Pick) -> &'static str {
    match pick {
        Pick::All => say!(tracking.pick.all),
        Pick::AtRisk => say!(tracking.pick.risk),
        Pick::Stale => say!(tracking.pick.stale),
        Pick::Mine => say!(tracking.pick.mine),
    }
}
