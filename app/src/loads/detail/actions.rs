//! What can be done to a load, as far as the reader may.

use contract::{
    LoadId,
    actor::Permission,
    status::{LoadStatus, Move},
};
use leptos::prelude::*;

use super::super::{
    act::{may_move, move_to},
    dialogs::{Dialog, ask},
};
use crate::{
    live::Entry,
    pages::Visitor,
    say,
    ui::{drop::Drop, icon::Icon, words::move_words},
};

/// The buttons: the way on first, what goes back or ends in a menu.
#[component]
pub fn Actions(entry: RwSignal<Entry>) -> impl IntoView {
    let visitor = StoredValue::new(expect_context::<Visitor>());
    let load = entry.with_untracked(|entry| entry.row.id);
    let stand = Memo::new(move |_| {
        entry.with(|entry| (entry.status(), entry.row.carrier.is_some(), entry.row.has_further_stops()))
    });
    move || {
        let (from, carried, _) = stand.get();
        let stops_allow = |to: &LoadStatus| entry.with_untracked(|entry| entry.row.stops_allow(*to));
        let may = |to: &LoadStatus| visitor.with_value(|visitor| may_move(visitor, from, *to));
        let on: Vec<_> = from
            .next()
            .iter()
            .copied()
            .filter(|to| from.step(*to) == Some(Move::Forward))
            .filter(may)
            .filter(stops_allow)
            .collect();
        let ends: Vec<_> = from
            .previous()
            .into_iter()
            .chain(Some(LoadStatus::Cancelled))
            .filter(|to| from.step(*to).is_some())
            .filter(may)
            .collect();
        let assigns = !from.is_finished() && visitor.with_value(|visitor| visitor.can(Permission::LoadAssign));
        let assign_first = assigns && !carried;
        let assign = assigns.then(|| {
            let words = if carried { say!(common.detail.reassign) } else { say!(common.detail.assign) };
            let open = move |_| ask(Dialog::Assign { load, then: None });
            view! { <button type="button" class="btn" class:pri=assign_first on:click=open><Icon name="truck" />{words}</button> }
        });
        let edit = (!from.is_finished() && visitor.with_value(|visitor| visitor.can(Permission::LoadCreate))).then(|| {
            let open = move |_| ask(Dialog::Edit { load });
            view! { <button type="button" class="btn" aria-keyshortcuts="e" on:click=open><Icon name="pencil" />{say!(common.edit.open)}</button> }
        });
        let on = on
            .into_iter()
            .enumerate()
            .map(|(place, to)| {
                let first = place == 0 && !assign_first;
                view! {
                    <button type="button" class="btn" class:pri=first on:click=move |_| move_to(load, to)>
                        {move_words(from, to)}
                    </button>
                }
            })
            .collect_view();
        let more = (!ends.is_empty()).then(|| view! { <More load from ends /> });
        let (before, after) = if assign_first { (assign, None) } else { (None, assign) };
        view! { <div class="acts">{before}{on}{after}{edit}{more}</div> }
    }
}

/// What goes back or ends.
#[component]
fn More(load: LoadId, from: LoadStatus, ends: Vec<LoadStatus>) -> impl IntoView {
    let items = ends
        .into_iter()
        .map(|to| {
            let off = to == LoadStatus::Cancelled;
            let icon = if off { "ban" } else { "undo-2" };
            view! {
                <button type="button" class="menu-item" class:danger=off on:click=move |_| move_to(load, to)>
                    <Icon name=icon />
                    {move_words(from, to)}
                </button>
            }
        })
        .collect_view();
    view! {
        <Drop name=say!(common.detail.more) label=|| view! { {say!(common.detail.more)}<Icon name="chevron-down" /> }>{items}</Drop>
    }
}
