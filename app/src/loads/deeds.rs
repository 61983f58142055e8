//! What can be done to a load: a menu beside its card or row, a sheet at the bottom on a phone.

use contract::{LoadId, actor::Permission, status::LoadStatus};
use leptos::{ev, html, prelude::*, wasm_bindgen::JsCast, web_sys};

use super::act;
use crate::{
    live::{Entry, live},
    pages::Visitor,
    say,
    ui::{icon::Icon, words::move_words},
};

/// Something that can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Take it to another status.
    Move(LoadStatus),
    /// Choose who moves it.
    Assign,
    /// Change what is known of it.
    Edit,
    /// Log what was reported from the road.
    Call,
    /// Look at everything of it.
    Open,
}

/// An open menu: of which load, and where.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Opened {
    /// Which load.
    pub load: LoadId,
    /// Pixels from the left.
    pub x: f64,
    /// Pixels from the top.
    pub y: f64,
}

/// Which item of a menu gets the keyboard.
#[derive(Clone, Copy)]
enum Go {
    First,
    Last,
    By(isize),
}

/// The menu, when one is open.
#[component]
pub fn Menu(
    /// The open menu.
    menu: RwSignal<Option<Opened>>,
    /// Does what was chosen.
    on_deed: Callback<(LoadId, Deed)>,
    /// Gives the keyboard back to the load.
    on_leave: Callback<LoadId>,
) -> impl IntoView {
    move || menu.get().map(|opened| view! { <OpenMenu menu opened on_deed on_leave /> })
}

#[component]
fn OpenMenu(
    menu: RwSignal<Option<Opened>>,
    opened: Opened,
    on_deed: Callback<(LoadId, Deed)>,
    on_leave: Callback<LoadId>,
) -> impl IntoView {
    let Opened { load, x, y } = opened;
    let number = live().book.entry(load).map(|entry| entry.with_untracked(|entry| entry.row.load_number.clone()));
    let list = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(list) = list.get() {
            go(&list, Go::First);
        }
    });
    let close = move || {
        menu.set(None);
        on_leave.run(load);
    };
    let choose = move |deed: Deed| {
        close();
        on_deed.run((load, deed));
    };
    let press = move |event: ev::KeyboardEvent| {
        let Some(list) = list.get_untracked() else { return };
        match event.key().as_str() {
            "ArrowDown" => go(&list, Go::By(1)),
            "ArrowUp" => go(&list, Go::By(-1)),
            "Home" => go(&list, Go::First),
            "End" => go(&list, Go::Last),
            "Escape" | "Tab" => close(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let items = deeds(load).into_iter().map(|(deed, words, key)| {
        let mark = match deed {
            Deed::Move(LoadStatus::Cancelled) => view! { <Icon name="ban" size=14 /> }.into_any(),
            Deed::Move(to) => view! { <span class="status" data-s=to.name()><i></i></span> }.into_any(),
            Deed::Assign => view! { <Icon name="user" size=14 /> }.into_any(),
            Deed::Edit => view! { <Icon name="pencil" size=14 /> }.into_any(),
            Deed::Call => view! { <Icon name="phone-call" size=14 /> }.into_any(),
            Deed::Open => view! { <Icon name="panel-right" size=14 /> }.into_any(),
        };
        view! {
            <button
                type="button"
                role="menuitem"
                class="menu-item"
                class:danger=deed == Deed::Move(LoadStatus::Cancelled)
                tabindex="-1"
                on:click=move |_| choose(deed)
            >
                <span class="mark">{mark}</span>
                <span class="grow">{words}</span>
                {(!key.is_empty()).then(|| view! { <kbd aria-hidden="true">{key}</kbd> })}
            </button>
        }
    });
    let label = say!(board.actions, number = number.unwrap_or_default());
    view! {
        <div class="menu-back" on:click=move |_| close()></div>
        <div
            class="menu deeds"
            role="menu"
            aria-label=label
            node_ref=list
            style:--x=format!("{x}px")
            style:--y=format!("{y}px")
            on:keydown=press
        >
            {items.collect_view()}
        </div>
    }
}

/// What the visitor may do to a load, with its words and its key.
pub fn deeds(load: LoadId) -> Vec<(Deed, String, &'static str)> {
    let Some(from) = live().book.entry(load).map(|entry| entry.with_untracked(Entry::status)) else {
        return Vec::new();
    };
    let visitor = expect_context::<Visitor>();
    let row = live().book.entry(load).map(|entry| entry.with_untracked(|entry| entry.row.clone()));
    let mut deeds: Vec<_> = act::ways(&visitor, from)
        .filter(|to| row.as_ref().is_none_or(|row| row.stops_allow(*to)))
        .map(|to| (Deed::Move(to), move_words(from, to), if to == LoadStatus::Dispatched { "D" } else { "" }))
        .collect();
    let moves = deeds.len();
    let cancels = deeds.last().is_some_and(|(deed, ..)| *deed == Deed::Move(LoadStatus::Cancelled));
    let mut others = vec![(Deed::Open, say!(board.open).to_owned(), "⏎")];
    if row.as_ref().is_some_and(act::may_log) {
        others.insert(0, (Deed::Call, say!(check_calls.log).to_owned(), "C"));
    }
    if visitor.can(Permission::LoadCreate) && !from.is_finished() {
        others.insert(0, (Deed::Edit, say!(common.edit.open).to_owned(), "E"));
    }
    if visitor.can(Permission::LoadAssign) && !from.is_finished() {
        others.insert(0, (Deed::Assign, say!(board.assign).to_owned(), "A"));
    }
    // Calling it off stands last, away from what is done every minute.
    let at = moves - usize::from(cancels);
    deeds.splice(at..at, others);
    deeds
}

/// Gives the keyboard to an item.
fn go(list: &web_sys::HtmlElement, to: Go) {
    let items = list.children();
    let count = items.length().max(1);
    let here = document().active_element();
    let place = (0..count).find(|place| items.item(*place) == here);
    let next = match (to, place) {
        (Go::Last, _) => count - 1,
        (Go::First, _) | (_, None) => 0,
        (Go::By(by), Some(place)) => (place as isize + by).rem_euclid(count as isize) as u32,
    };
    if let Some(item) = items.item(next) {
        _ = item.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}
