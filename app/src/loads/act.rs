//! What a user does to a load from any page: shown at once, taken back when refused.

use contract::{
    LoadId,
    actor::Permission,
    loads::LoadRow,
    status::{LoadStatus, Move},
};
use leptos::prelude::*;

use super::dialogs::{Dialog, ask};
use crate::{
    live::{Entry, live},
    pages::Visitor,
    say,
    ui::{
        toast,
        words::{rule_words, status_word},
    },
    when,
};
use LoadStatus as S;

/// Moves a load to another status, asking first what must be asked.
pub fn move_to(load: LoadId, to: LoadStatus) {
    let live = live();
    let Some(entry) = live.book.entry(load) else { return };
    let from = entry.with_untracked(Entry::status);
    if from == to {
        return;
    }
    let visitor = expect_context::<Visitor>();
    let Some(step) = from.step(to) else { return toast::wrong(cannot_go(&visitor, from, Some(to))) };
    if !may_move(&visitor, from, to) {
        return toast::wrong(say!(board.not_allowed));
    }
    if let Some(rule) = entry.with_untracked(|entry| entry.row.stops_against(to)) {
        return toast::wrong(rule_words(rule));
    }
    match entry.with_untracked(|entry| question(entry, to, step)) {
        Some(dialog) => ask(dialog),
        None => wish(live, load, to),
    }
}

/// Whether the visitor may move a load from one status to another, and the load can go there.
pub fn may_move(visitor: &Visitor, from: LoadStatus, to: LoadStatus) -> bool {
    // Without any right to move loads, the finer rights move nothing either; the server asks for both.
    visitor.can(Permission::LoadStatusUpdate)
        && from.step(to).is_some_and(|step| visitor.can(Permission::to_move(from, to, step)))
}

/// Asks for a load's details, if the visitor may change them; whether they may.
pub fn edit(load: LoadId) -> bool {
    let is_open = live().book.entry(load).is_some_and(|entry| !entry.with_untracked(Entry::status).is_finished());
    let may = is_open && expect_context::<Visitor>().can(Permission::LoadCreate);
    if may {
        ask(Dialog::Edit { load });
    }
    may
}

/// Asks who moves a load, if the visitor may choose; whether they may.
pub fn assign(load: LoadId) -> bool {
    let is_open = live().book.entry(load).is_some_and(|entry| !entry.with_untracked(Entry::status).is_finished());
    let may = is_open && expect_context::<Visitor>().can(Permission::LoadAssign);
    if may {
        ask(Dialog::Assign { load, then: None });
    }
    may
}

/// Whether the visitor may log a check call of a load: once a carrier has taken it, and unless it was called off.
pub fn may_log(row: &LoadRow) -> bool {
    let has_truck = row.carrier.is_some() && (S::Accepted..S::Cancelled).contains(&row.status);
    has_truck && expect_context::<Visitor>().can(Permission::CheckCallLog)
}

/// Asks what was reported of a load, if the visitor may log it; whether they may.
pub fn log_call(load: LoadId) -> bool {
    let may = live().book.entry(load).is_some_and(|entry| entry.with_untracked(|entry| may_log(&entry.row)));
    if may {
        ask(Dialog::LogCall { load });
    }
    may
}

/// Where the visitor may move a load that is in `from`: onward first, calling it off last.
pub fn ways(visitor: &Visitor, from: LoadStatus) -> impl Iterator<Item = LoadStatus> {
    let onward = from.next().iter().copied().filter(|to| *to != S::Cancelled);
    onward.chain(from.previous()).chain([S::Cancelled]).filter(move |to| may_move(visitor, from, *to))
}

/// Why a load can't go where it was to go: where it can go instead, and who could take it elsewhere.
pub fn cannot_go(visitor: &Visitor, from: LoadStatus, to: Option<LoadStatus>) -> String {
    if to == Some(S::Dispatched) && from < S::Accepted {
        return say!(board.accept_first, from = status_word(from));
    }
    let further = [from.previous(), Some(S::Cancelled)].into_iter().flatten();
    let is_for_others = |to: LoadStatus| from.step(to).is_some() && !may_move(visitor, from, to);
    let others = if visitor.can(Permission::LoadStatusUpdate) && further.into_iter().any(is_for_others) {
        format!(" {}", say!(board.for_managers))
    } else {
        String::new()
    };
    let ways: Vec<_> = ways(visitor, from).map(status_word).collect();
    let from = status_word(from);
    let words = if ways.is_empty() {
        say!(board.stays, from = from)
    } else {
        say!(board.illegal, from = from, ways = ways.join(", "))
    };
    words + &others
}

/// What must be asked before a load moves.
fn question(entry: &Entry, to: LoadStatus, step: Move) -> Option<Dialog> {
    let load = entry.row.id;
    let nobody = entry.row.carrier.is_none() || (to == S::Dispatched && entry.row.driver.is_none());
    match (step, to) {
        (Move::Backward | Move::Cancel, _) => Some(Dialog::Reason { load, to }),
        (Move::Forward, S::Tendered) => Some(Dialog::Tender { load }),
        (Move::Forward, S::Accepted | S::Dispatched) if nobody => Some(Dialog::Assign { load, then: Some(to) }),
        (Move::Forward, S::AtPickup | S::InTransit) if entry.row.is_early_for_pickup(when::now_untracked()) => {
            Some(Dialog::Confirm { load, to })
        }
        (Move::Forward, S::Delivered) => Some(Dialog::Confirm { load, to }),
        // Whether a rate is agreed only the server knows for certain: events carry no money.
        _ => None,
    }
}

#[cfg(not(feature = "hydrate"))]
fn wish(_live: crate::live::Live, _load: LoadId, _to: LoadStatus) {}

#[cfg(feature = "hydrate")]
pub use sending::heal;
#[cfg(feature = "hydrate")]
use sending::wish;

#[cfg(feature = "hydrate")]
mod sending {
    //! One load's moves go to the server one after the other, because each needs the version that the last one made.

    use std::{
        cell::RefCell,
        collections::{BTreeMap, VecDeque},
    };

    use contract::{
        Code, LoadId, One,
        actor::Permission,
        loads::{ChangeStatus, DispatchLoad, LoadRow},
        refusal::Rule,
        status::LoadStatus,
    };
    use leptos::{prelude::*, task::spawn_local};

    use crate::{
        fault::Fault,
        live::{self, Live, Ticket},
        loads::{
            api,
            dialogs::{Dialog, ask, marked},
            undo,
        },
        pages::Visitor,
        say,
        ui::{
            toast,
            words::{fault_words, status_word},
        },
    };

    thread_local! {
        /// What each load still has to be told; a load that is here is being told just now.
        static WISHES: RefCell<BTreeMap<LoadId, VecDeque<(Ticket, LoadStatus)>>> = const { RefCell::new(BTreeMap::new()) };
    }

    /// Shows a move at once and tells the server in its turn.
    pub fn wish(live: Live, load: LoadId, to: LoadStatus) {
        let ticket = live.book.want(load, to);
        let is_first = WISHES.with_borrow_mut(|wishes| {
            let is_first = !wishes.contains_key(&load);
            wishes.entry(load).or_default().push_back((ticket, to));
            is_first
        });
        if is_first {
            spawn_local(async move {
                while let Some((ticket, to)) = next(load) {
                    fulfil(live, load, ticket, to).await;
                }
            });
        }
    }

    fn next(load: LoadId) -> Option<(Ticket, LoadStatus)> {
        WISHES.with_borrow_mut(|wishes| {
            let next = wishes.get_mut(&load).and_then(VecDeque::pop_front);
            if next.is_none() {
                wishes.remove(&load);
            }
            next
        })
    }

    async fn fulfil(live: Live, load: LoadId, ticket: Ticket, to: LoadStatus) {
        let seen =
            live.book.entry(load).map(|entry| entry.with_untracked(|entry| (entry.row.status, entry.row.version)));
        // A wish that was built on a refused one is void, and so is one that somebody else has fulfilled.
        let Some((from, version)) = seen.filter(|(from, _)| from.step(to).is_some()) else {
            return live.book.settle(load, ticket, None);
        };
        let mut answer = send(load, to, version).await;
        if answer.as_ref().is_err_and(|fault| fault.code() == Some(Code::TokenExpired)) && live::renewed().await {
            answer = send(load, to, version).await;
        }
        match answer {
            Ok(One { data }) => {
                let (number, status) = (data.load_number.clone(), status_word(data.status));
                live.within(|| undo::offer(say!(board.moved, number = number, status = status), from, &data));
                live.book.settle(load, ticket, Some(data));
            }
            Err(fault) => {
                live.book.settle(load, ticket, None);
                live.within(|| explain(load, to, &fault));
                if matches!(fault.code(), Some(Code::Conflict | Code::IllegalTransition)) {
                    heal(live, load).await;
                }
            }
        }
    }

    async fn send(load_id: LoadId, status: LoadStatus, version: i64) -> Result<One<LoadRow>, Fault> {
        if status == LoadStatus::Dispatched {
            return api::dispatch_load(DispatchLoad { load_id, version, reason: None, confirmed: false }).await;
        }
        api::change_status(ChangeStatus { load_id, status, version, reason: None, confirmed: false }).await
    }

    /// Asks for what the server missed, or says what stands against the move.
    fn explain(load: LoadId, to: LoadStatus, fault: &Fault) {
        let rule = fault.refusal().and_then(|refusal| refusal.details.as_ref()).and_then(|details| details.rule);
        match rule {
            Some(Rule::CarrierNeeded | Rule::CarrierRateNeeded) if to == LoadStatus::Tendered => {
                ask(Dialog::Tender { load });
            }
            Some(Rule::CarrierNeeded | Rule::DriverNeeded | Rule::CarrierRateNeeded) => {
                ask(Dialog::Assign { load, then: Some(to) });
            }
            Some(Rule::ConfirmationNeeded) => ask(Dialog::Confirm { load, to }),
            Some(Rule::PodNeeded) if expect_context::<Visitor>().can(Permission::GateOverride) => {
                ask(Dialog::Reason { load, to });
            }
            Some(Rule::ChecksFailed) if expect_context::<Visitor>().can(Permission::GateOverride) => {
                let failed = fault.refusal().and_then(|refusal| refusal.details.as_ref());
                let failed = failed.map(|details| marked(&details.checks)).unwrap_or_default();
                ask(Dialog::Waive { load, failed });
            }
            Some(Rule::ReasonNeeded) => ask(Dialog::Reason { load, to }),
            _ => toast::wrong(fault_words(fault)),
        }
    }

    /// Shows a load as the server has it.
    pub async fn heal(live: Live, load: LoadId) {
        if let Ok(One { data }) = api::one_load(load).await {
            live.book.merge([data.load]);
            live.book.flash(load);
        }
    }
}
