//! Several cards at once: chosen with X or a click with Shift, and done to with the bar at the foot of the board.

use std::collections::BTreeSet;

use contract::{
    LoadId, One,
    actor::Permission,
    loads::{BulkAction, BulkLoads, LoadVersion},
    status::{LoadStatus, Move, STATUSES},
};
use leptos::{prelude::*, task::spawn_local};

use super::hands::hands;
use crate::{
    live::{Entry, live},
    loads::{act, api::change_loads, undo},
    pages::Visitor,
    say,
    ui::{
        icon::Icon,
        toast,
        words::{fault_words, status_word},
    },
};
use LoadStatus as S;

/// How many of those that could not be done are named.
const NAMED: usize = 3;

/// The bar; there while cards are chosen.
#[component]
pub fn Several() -> impl IntoView {
    let hands = hands();
    let any = Memo::new(move |_| !hands.chosen.with(BTreeSet::is_empty));
    move || any.get().then(|| view! { <Bar /> })
}

#[component]
fn Bar() -> impl IntoView {
    let hands = hands();
    let visitor = StoredValue::new(expect_context::<Visitor>());
    let may_assign = visitor.with_value(|visitor| visitor.can(Permission::LoadAssign));
    let busy = RwSignal::new(false);
    let to = RwSignal::new(None::<LoadStatus>);
    let reason = RwSignal::new(String::new());
    // Where at least one of them can go; the others will say why they can't. Whom to offer a load to is asked one by one.
    let ways = Memo::new(move |_| {
        let from: Vec<_> = hands.chosen.with(|chosen| chosen.iter().filter_map(|load| status(*load)).collect());
        let goes =
            |to: &LoadStatus| visitor.with_value(|visitor| from.iter().any(|from| act::may_move(visitor, *from, *to)));
        STATUSES.into_iter().filter(|to| *to != S::Tendered).filter(goes).collect::<Vec<_>>()
    });
    let needs_reason = Memo::new(move |_| {
        let Some(to) = to.get() else { return false };
        let is_no_step_on =
            |load: &LoadId| status(*load).and_then(|from| from.step(to)).is_some_and(|step| step != Move::Forward);
        hands.chosen.with(|chosen| chosen.iter().any(is_no_step_on))
    });
    let act = move |action: BulkAction| {
        if !busy.get_untracked() {
            send(action, busy);
        }
    };
    let go = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(status) = to.get_untracked() else { return };
        let reason = Some(reason.get_untracked().trim().to_owned()).filter(|reason| !reason.is_empty());
        if needs_reason.get_untracked() && reason.is_none() {
            return toast::wrong(say!(common.fault.reason_needed));
        }
        act(BulkAction::Status { status, reason, confirmed: true });
    };
    view! {
        <section class="several" aria-label=say!(board.several.title)>
            <b role="status">{move || say!(board.several.count, count = hands.chosen.with(BTreeSet::len))}</b>
            {may_assign
                .then(|| {
                    view! {
                        <button type="button" class="btn" on:click=move |_| act(BulkAction::Take)>
                            <Icon name="user" />
                            {say!(board.several.take)}
                        </button>
                        <button type="button" class="btn" on:click=move |_| act(BulkAction::Hot { is_hot: true })>
                            <Icon name="flame" />
                            {say!(board.several.hot)}
                        </button>
                        <button type="button" class="btn" on:click=move |_| act(BulkAction::Hot { is_hot: false })>
                            {say!(board.several.not_hot)}
                        </button>
                    }
                })}
            <form on:submit=go>
                <select
                    aria-label=say!(board.several.move_to)
                    on:change=move |event| to.set(LoadStatus::named(&event_target_value(&event)))
                >
                    <option value="">{say!(board.several.move_to)}</option>
                    {move || ways.get().into_iter().map(|to| view! { <option value=to.name()>{status_word(to)}</option> }).collect_view()}
                </select>
                <input
                    hidden=move || !needs_reason.get()
                    aria-label=say!(common.dialogs.reason)
                    placeholder=say!(common.dialogs.reason)
                    maxlength="500"
                    on:input=move |event| reason.set(event_target_value(&event))
                />
                <button
                    type="submit"
                    class="btn pri"
                    class:danger=move || to.get() == Some(S::Cancelled)
                    disabled=move || to.get().is_none()
                    aria-disabled=move || busy.get().then_some("true")
                >
                    {say!(board.several.go)}
                </button>
            </form>
            <span class="grow"></span>
            <button type="button" class="btn" on:click=move |_| hands.chosen.set(BTreeSet::new())>
                {say!(board.several.clear)}
                <kbd aria-hidden="true">"Esc"</kbd>
            </button>
        </section>
    }
}

fn status(load: LoadId) -> Option<LoadStatus> {
    live().book.entry(load).map(|entry| entry.with(Entry::status))
}

/// Sends it; those that were done are no longer chosen, those that were not say why.
fn send(action: BulkAction, busy: RwSignal<bool>) {
    let (hands, live) = (hands(), live());
    let rows: Vec<_> = hands.chosen.with_untracked(|chosen| {
        chosen.iter().filter_map(|load| live.book.entry(*load)).map(|entry| entry.get_untracked().row).collect()
    });
    let loads = rows.iter().map(|row| LoadVersion { load_id: row.id, version: row.version }).collect();
    busy.set(true);
    spawn_local(async move {
        let answer = change_loads(BulkLoads { loads, action }).await;
        live.within(|| match answer {
            Ok(One { data }) => {
                let (mut done, mut refused) = (Vec::new(), Vec::new());
                for (before, outcome) in rows.iter().zip(data) {
                    match (outcome.load, outcome.error) {
                        (Some(now), _) => {
                            if now.version != before.version {
                                undo::keep(before.status, &now);
                            }
                            done.push(now);
                        }
                        (None, Some(error)) => refused.push((before.load_number.clone(), fault_words(&error.into()))),
                        (None, None) => {}
                    }
                }
                let count = done.len();
                hands.chosen.try_update(|chosen| done.iter().for_each(|row| _ = chosen.remove(&row.id)));
                live.book.merge(done);
                if refused.is_empty() {
                    toast::done(say!(board.several.done, count = count));
                } else {
                    let mut words: Vec<_> =
                        refused.iter().take(NAMED).map(|(number, why)| format!("{number}: {why}")).collect();
                    if refused.len() > NAMED {
                        words.push(say!(board.several.more, count = refused.len() - NAMED));
                    }
                    let (not, why) = (refused.len(), words.join(" "));
                    toast::wrong(say!(board.several.partly, done = count, not = not, why = why));
                }
            }
            Err(fault) => toast::wrong(fault_words(&fault)),
        });
        busy.try_set(false);
    });
}
