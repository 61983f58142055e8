//! The map of keys.

use contract::actor::Permission;
use leptos::{html, prelude::*};

use super::Asked;
use crate::{
    pages::Visitor,
    say,
    ui::{icon::Icon, toast},
};

/// Some keys and what they do.
type Line = (&'static [&'static str], &'static str);

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
    let pages: [(Permission, Line); 6] = [
        (Permission::LoadView, (&["G", "L"], say!(common.keys.to_loads))),
        (Permission::BoardView, (&["G", "B"], say!(common.keys.to_board))),
        (Permission::TrackingView, (&["G", "T"], say!(common.keys.to_tracking))),
        (Permission::CarrierView, (&["G", "C"], say!(common.keys.to_carriers))),
        (Permission::KpiView, (&["G", "F"], say!(common.keys.to_figures))),
        (Permission::MessageView, (&["G", "M"], say!(common.keys.to_messages))),
    ];
    let mut lines: Vec<Line> = vec![(&["?"], say!(common.keys.show)), (&["/"], say!(common.keys.search))];
    lines.extend(pages.into_iter().filter(|(needs, _)| visitor.can(*needs)).map(|(_, line)| line));
    if visitor.can(Permission::LoadStatusUpdate) {
        lines.push((if toast::is_mac() { &["⌘", "Z"] } else { &["Ctrl", "Z"] }, say!(common.keys.undo)));
    }
    lines.push((&["Esc"], say!(common.keys.close)));
    lines
}

fn lists(visitor: &Visitor) -> Vec<Line> {
    let mut lines: Vec<Line> = vec![
        (&["J", "K"], say!(common.keys.along)),
        (&["↓", "↑"], say!(common.keys.along)),
        (&["⏎"], say!(common.keys.open)),
    ];
    if visitor.can(Permission::LoadStatusUpdate) {
        lines.push((&["S"], say!(common.keys.status)));
    }
    if visitor.can(Permission::LoadAssign) {
        lines.push((&["A"], say!(common.keys.assign)));
    }
    if visitor.can(Permission::LoadDispatch) {
        lines.push((&["D"], say!(common.keys.dispatch)));
    }
    if visitor.can(Permission::LoadCreate) {
        lines.push((&["N"], say!(common.keys.new_load)));
    }
    lines
}

fn board(visitor: &Visitor) -> Vec<Line> {
    if !visitor.can(Permission::BoardView) {
        return Vec::new();
    }
    vec![
        (&["H", "L"], say!(common.keys.across)),
        (&["←", "→"], say!(common.keys.across)),
        (&["1", "6"], say!(common.keys.lane)),
        (&["[", "]"], say!(common.keys.carry)),
        (&["X"], say!(common.keys.choose)),
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
