//! The map of keys.

use contract::actor::Permission;
use leptos::{html, prelude::*};

use super::Asked;
use crate::{
    pages::Visitor,
    say,
    ui::{acts::acts_of, icon::Icon},
};

/// Some keys and what they do.
type Line = (Vec<&'static str>, String);

fn line(keys: &[&'static str], what: &str) -> Line {
    (keys.to_vec(), what.to_owned())
}

/// The dialog.
#[component]
pub fn KeyMap() -> impl IntoView {
    let asked = expect_context::<Asked>().0;
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        if let Some(node) = node.get().filter(|node| !node.open()) {
            _ = node.show_modal();
        }
    });
    let close = move |_| {
        if let Some(node) = node.get_untracked() {
            node.close();
        }
    };
    let visitor = expect_context::<Visitor>();
    view! {
        <dialog class="dialog wide" node_ref=node aria-labelledby="dialog-title" on:close=move |_| asked.set(None)>
            <header>
                <h2 id="dialog-title">{say!(common.keys.title)}</h2>
                <button type="button" class="iconb" aria-label=say!(common.dialogs.close) on:click=close>
                    <Icon name="x" />
                </button>
            </header>
            <div class="body key-map">
                {group(say!(common.keys.everywhere), everywhere(&visitor))}
                {group(say!(common.keys.lists), lists(&visitor))}
                {group(say!(common.keys.board), board(&visitor))}
            </div>
        </dialog>
    }
}

fn everywhere(visitor: &Visitor) -> Vec<Line> {
    let acts = acts_of(visitor).into_iter().filter(|act| !act.keys().is_empty());
    acts.map(|act| (act.keys(), act.words())).chain([(vec!["Esc"], say!(common.keys.close).to_owned())]).collect()
}

fn lists(visitor: &Visitor) -> Vec<Line> {
    let mut lines: Vec<Line> = vec![
        line(&["J", "K"], say!(common.keys.along)),
        line(&["↓", "↑"], say!(common.keys.along)),
        line(&["⏎"], say!(common.keys.open)),
    ];
    if visitor.can(Permission::LoadStatusUpdate) {
        lines.push(line(&["S"], say!(common.keys.status)));
    }
    if visitor.can(Permission::LoadAssign) {
        lines.push(line(&["A"], say!(common.keys.assign)));
    }
    if visitor.can(Permission::LoadCreate) {
        lines.push(line(&["E"], say!(common.keys.edit)));
    }
    if visitor.can(Permission::CheckCallLog) {
        lines.push(line(&["C"], say!(check_calls.log)));
    }
    if visitor.can(Permission::LoadDispatch) {
        lines.push(line(&["D"], say!(common.keys.dispatch)));
    }
    lines
}

fn board(visitor: &Visitor) -> Vec<Line> {
    if !visitor.can(Permission::BoardView) {
        return Vec::new();
    }
    vec![
        line(&["H", "L"], say!(common.keys.across)),
        line(&["←", "→"], say!(common.keys.across)),
        line(&["1", "6"], say!(common.keys.lane)),
        line(&["[", "]"], say!(common.keys.carry)),
        line(&["X"], say!(common.keys.choose)),
    ]
}

fn group(title: &'static str, lines: Vec<Line>) -> Option<impl IntoView> {
    let lines = lines
        .into_iter()
        .map(|(keys, what)| {
            let keys = keys.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect_view();
            view! {
                <dt>{keys}</dt>
                <dd>{what}</dd>
            }
        })
        .collect::<Vec<_>>();
    (!lines.is_empty()).then(|| {
        view! {
            <section>
                <h3>{title}</h3>
                <dl>{lines}</dl>
            </section>
        }
    })
}
