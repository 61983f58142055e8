//! The board as a page: what it loads, how it stays true, and what it tells of others' doings.

use contract::{
    Listed, LoadId,
    actor::Permission,
    event::Happened,
    loads::{LoadQuery, LoadRow, MAX_PAGE_SIZE, View},
    status::LANES,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    bar::Bar,
    figures::Figures,
    filter::{Filter, PATH, is_on_board},
    hands::{Hands, hands, prepare},
    keys,
    lane::LaneColumn,
    several::Several,
};
use crate::{
    fault::Fault,
    json::{brought, resource},
    live::{again::when_back, inbox, live},
    loads::{
        act,
        api::list_loads,
        deeds::{Deed, Menu},
        dialogs::{Dialog, ask},
    },
    pages::Visitor,
    say,
    ui::{
        toast,
        words::{doer_words, lane_word, status_word, unread_words},
    },
    when,
};

/// How often the board asks while it has no socket, in seconds.
const POLL_S: u32 = 10;

/// The board.
#[component]
pub fn BoardPage() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(Filter::read));
    let hands = Hands::new(filter, lanes(filter));
    provide_context(hands);
    let loads = resource(|| (), |()| all());
    stay_true();
    tell_of_others(hands);
    Effect::new(move |_| {
        #[cfg(feature = "hydrate")]
        keys::listen(hands);
    });
    let do_it = Callback::new(move |(load, deed)| match deed {
        Deed::Move(to) => hands.carry(load, to),
        Deed::Assign => hands.assign(load),
        Deed::Edit => _ = act::edit(load),
        Deed::Call => _ = act::log_call(load),
        Deed::Open => keys::open(load),
    });

    view! {
        <Title text=say!(board.title) />
        <div class="board-page">
            <Bar />
            <Transition fallback=Skeleton>
                {move || brought(loads).map(|answer| match answer {
                    Ok(listed) => {
                        take(listed);
                        view! { <Figures /> <Nothing /> <Lanes /> }.into_any()
                    }
                    Err(fault) => {
                        let retry = Callback::new(move |()| loads.refetch());
                        when_back(retry);
                        if fault.says_nothing() && untrack(|| on_board() > 0) {
                            view! { <Stale retry /> <Figures /> <Nothing /> <Lanes /> }.into_any()
                        } else {
                            view! { <Failed fault retry /> }.into_any()
                        }
                    }
                })}
            </Transition>
            <Several />
            <Menu menu=hands.menu on_deed=do_it on_leave=Callback::new(keys::focus) />
            <p class="sr" role="status" aria-live="polite">{move || hands.said.get()}</p>
        </div>
    }
}

/// The cards of each lane, earliest pickup first.
fn lanes(filter: Memo<Filter>) -> Memo<Vec<Vec<LoadId>>> {
    let book = live().book;
    let me = expect_context::<Visitor>().me.map(|me| me.id);
    Memo::new(move |before: Option<&Vec<Vec<LoadId>>>| {
        let filter = filter.get();
        // Only these two views change with the clock alone.
        let now =
            if matches!(filter.view, Some(View::AtRisk | View::Today)) { when::now() } else { when::now_untracked() };
        let cards = |lane| {
            book.select(
                |entry| entry.status().lane() == Some(lane) && is_on_board(entry, now) && filter.keeps(entry, me, now),
                |entry| entry.row.pickup.start,
            )
        };
        let lanes: Vec<_> = LANES.into_iter().map(cards).collect();
        // Whoever shows the lanes asks for them first, so the page is still as it was.
        if let Some(before) = before {
            prepare(before, &lanes);
        }
        lanes
    })
}

/// Everything on the board.
async fn all() -> Result<Listed<LoadRow>, Fault> {
    list_loads(LoadQuery { view: Some(View::Board), size: Some(MAX_PAGE_SIZE), ..LoadQuery::default() }).await
}

/// Takes everything that is on the board.
fn take(listed: Listed<LoadRow>) {
    let live = live();
    let (cursor, now) = (listed.cursor.clone(), listed.as_of);
    live.book.merge_whole(listed, |entry| is_on_board(entry, now));
    live.read_at(&cursor);
}

/// Asks the live client for what a board needs, and loads afresh when history didn't reach back far enough.
fn stay_true() {
    let live = live();
    Effect::new(move |_| {
        live.poll_s.set(POLL_S);
        // A card says when its truck was heard of.
        live.watched.set(Some(None));
    });
    on_cleanup(move || live.watched.set(None));
    Effect::new(move |before: Option<u32>| {
        let times = live.afresh.get();
        if before.is_some_and(|before| before != times) {
            spawn_local(async move {
                if let Ok(listed) = all().await {
                    live.within(|| take(listed));
                }
            });
        }
        times
    });
}

/// Tells of what others do: a screen reader in words, and the hand that drags the very card.
fn tell_of_others(hands: Hands) {
    let live = live();
    Effect::new(move |_| {
        let Some(happened) = live.heard.get() else { return };
        if let (Happened::LoadStatusChanged(moved), false) = (&happened, live.is_mine(&happened)) {
            let (who, number, status) =
                (doer_words(&moved.updated_by), moved.load_number.clone(), status_word(moved.new_status));
            hands.said.set(say!(board.moved_by, who = who, number = number, status = status));
        }
    });
    Effect::new(move |before: Option<Option<(LoadId, i64)>>| {
        let load = hands.dragged.get()?;
        let (version, number) = live.book.entry(load)?.with(|entry| (entry.row.version, entry.row.load_number.clone()));
        let held = (load, version);
        if before.flatten().is_some_and(|(same, former)| same == load && former != version) {
            hands.dragged.set(None);
            hands.over.set(None);
            let heard = live.heard.get_untracked();
            let by = heard.as_ref().map(inbox::subject).filter(|(about, _)| *about == load).and_then(|(_, by)| by);
            let who = doer_words(by.unwrap_or(say!(board.somebody)));
            toast::wrong(say!(board.drag_lost, who = who, number = number));
        }
        Some(held)
    });
}

#[component]
fn Lanes() -> impl IntoView {
    view! {
        <div class="board" role="group" aria-label=say!(board.lanes) aria-describedby="board-keys">
            {LANES.into_iter().map(|lane| view! { <LaneColumn lane /> }).collect_view()}
        </div>
        <p id="board-keys" class="sr">{say!(board.keys)}</p>
    }
}

/// How many loads are on the board, whatever the filters say.
fn on_board() -> u32 {
    let mut count = 0;
    live().book.each(|entry| count += u32::from(is_on_board(entry, when::now_untracked())));
    count
}

/// Why no lane has a card: because the filters hide them all, or because there is none yet.
#[component]
fn Nothing() -> impl IntoView {
    let hands = hands();
    let may_create = expect_context::<Visitor>().can(Permission::LoadCreate);
    let is_empty = Memo::new(move |_| hands.lanes.with(|lanes| lanes.iter().all(Vec::is_empty)));
    move || {
        if !is_empty.get() {
            return None;
        }
        let on_board = on_board();
        let (why, what, act) = if on_board > 0 {
            let hidden = match on_board {
                1 => say!(loads.nothing.one_hidden).to_owned(),
                count => say!(loads.nothing.many_hidden, count = count),
            };
            let clear = view! { <a class="btn" href=PATH>{say!(loads.filter.clear)}</a> };
            (say!(loads.nothing.matches), hidden, Some(clear.into_any()))
        } else {
            let new_load = may_create.then(|| {
                view! { <button type="button" class="btn" on:click=|_| ask(Dialog::NewLoad)>{say!(board.new_load)}</button> }.into_any()
            });
            let what = if may_create { say!(loads.nothing.first) } else { say!(loads.nothing.come_back) };
            (say!(loads.nothing.active), what.to_owned(), new_load)
        };
        Some(view! { <div class="board-none" role="status"><b>{why}</b><span>{what}</span>{act}</div> })
    }
}

/// What the board will look like.
#[component]
fn Skeleton() -> impl IntoView {
    let lanes = LANES.into_iter().map(|lane| {
        view! {
            <section class="lane-col">
                <h2>{lane_word(lane)}</h2>
                <div class="cards"><i class="ghost"></i><i class="ghost"></i><i class="ghost"></i></div>
            </section>
        }
    });
    view! { <div class="board" role="status" aria-label=say!(board.loading)>{lanes.collect_view()}</div> }
}

#[component]
fn Failed(fault: Fault, retry: Callback<()>) -> impl IntoView {
    view! {
        <div class="note" role="alert">
            <p><b>{say!(board.failed)}</b></p>
            <p>{unread_words(&fault)}</p>
            <p><button type="button" class="btn" on:click=move |_| retry.run(())>{say!(board.retry)}</button></p>
        </div>
    }
}

/// Says that what is shown is older than it should be.
#[component]
fn Stale(retry: Callback<()>) -> impl IntoView {
    view! {
        <div class="board-none" role="alert">
            <span>{say!(board.stale)}</span>
            <button type="button" class="btn" on:click=move |_| retry.run(())>{say!(board.retry)}</button>
        </div>
    }
}
