//! The bar over the board: its views, the search, the equipment, and a new load.

use std::time::Duration;

use contract::{
    actor::Permission,
    loads::{EQUIPMENT, View},
    views::ViewPage,
};
use leptos::{ev, html, leptos_dom::helpers::TimeoutHandle, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{
    filter::{Filter, VIEWS},
    hands::hands,
};
use crate::{
    loads::dialogs::{Dialog, ask},
    pages::Visitor,
    say,
    ui::{icon::Icon, words::equipment_word},
    views::menu::SavedViews,
};

/// How long the address waits for the next letter.
const TYPING: Duration = Duration::from_millis(300);

/// The bar.
#[component]
pub fn Bar() -> impl IntoView {
    let filter = hands().filter;
    let may_create = expect_context::<Visitor>().can(Permission::LoadCreate);
    let views = [None].into_iter().chain(VIEWS.map(|(view, _)| Some(view))).map(|view| {
        view! {
            <a
                href=move || filter.with(|filter| filter.with_view(view).address())
                aria-current=move || filter.with(|filter| filter.view == view).then_some("true")
            >
                {view_word(view)}
            </a>
        }
    });
    let new_load = may_create.then(|| {
        view! {
            <button type="button" class="btn pri" aria-keyshortcuts="n" on:click=|_| ask(Dialog::NewLoad)>
                <Icon name="plus" size=14 />
                {say!(board.new_load)}
                <kbd aria-hidden="true">"N"</kbd>
            </button>
        }
    });
    let query = Signal::derive(move || {
        filter.with(|filter| filter.address().split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default())
    });
    view! {
        <div class="bar">
            <h1>{say!(board.title)}</h1>
            <nav class="views" aria-label=say!(board.views)>{views.collect_view()}</nav>
            <span class="grow"></span>
            {move || filter.with(chip)}
            <Seek />
            <EquipmentFilter />
            <SavedViews page=ViewPage::Board query />
            {new_load}
        </div>
    }
}

fn view_word(view: Option<View>) -> &'static str {
    match view {
        Some(View::Mine) => say!(board.view.mine),
        Some(View::Today) => say!(board.view.today),
        Some(View::Unassigned) => say!(board.view.unassigned),
        Some(View::AtRisk) => say!(board.view.at_risk),
        _ => say!(board.view.all),
    }
}

/// The equipment that is chosen, and the way out of it.
fn chip(filter: &Filter) -> Option<impl IntoView + use<>> {
    let names: Vec<_> = filter.equipment.iter().copied().map(equipment_word).collect();
    let cleared = Filter { equipment: Vec::new(), ..filter.clone() }.address();
    (!names.is_empty()).then(|| {
        view! {
            <a class="chip" href=cleared title=say!(board.clear)>
                {say!(board.equipment_is, names = names.join(", "))}
                <Icon name="x" size=12 />
                <span class="sr">{say!(board.clear)}</span>
            </a>
        }
    })
}

/// What is sought: cards without it are dimmed at once, and the address follows.
#[component]
fn Seek() -> impl IntoView {
    let hands = hands();
    let navigate = use_navigate();
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let wait_no_longer = move || {
        if let Some(Some(handle)) = waiting.try_get_value() {
            handle.clear();
        }
    };
    let typed = move |event| {
        hands.sought.set(event_target_value(&event));
        wait_no_longer();
        let navigate = navigate.clone();
        let settle = move || {
            let filter = Filter { q: hands.sought.get_untracked().trim().to_owned(), ..hands.filter.get_untracked() };
            navigate(&filter.address(), NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
        };
        waiting.set_value(set_timeout_with_handle(settle, TYPING).ok());
    };
    on_cleanup(wait_no_longer);
    view! {
        <label class="seek">
            <Icon name="search" size=14 />
            <input
                type="search"
                aria-label=say!(board.search)
                placeholder=say!(board.search_hint)
                value=hands.sought.get_untracked()
                autocomplete="off"
                on:input=typed
            />
        </label>
    }
}

/// The kinds of equipment to choose from.
#[component]
fn EquipmentFilter() -> impl IntoView {
    let filter = hands().filter;
    let navigate = use_navigate();
    let kinds = EQUIPMENT.into_iter().map(|kind| {
        let navigate = navigate.clone();
        let toggle = move |_| {
            let address = filter.with_untracked(|filter| filter.with_toggled(kind).address());
            navigate(&address, NavigateOptions { scroll: false, ..NavigateOptions::default() });
        };
        let is_on = move || filter.with(|filter| filter.equipment.contains(&kind));
        view! {
            <label class="menu-item">
                <input type="checkbox" checked=untrack(is_on) prop:checked=is_on on:change=toggle />
                {equipment_word(kind)}
            </label>
        }
    });
    let details = NodeRef::<html::Details>::new();
    let press = move |event: ev::KeyboardEvent| {
        if let Some(details) = details.get_untracked().filter(|details| event.key() == "Escape" && details.open()) {
            event.stop_propagation();
            details.set_open(false);
        }
    };
    view! {
        <details class="drop" node_ref=details on:keydown=press>
            <summary class="btn"><Icon name="list-filter" size=14 /> {say!(board.filter)}</summary>
            <fieldset class="menu kinds">
                <legend class="sr">{say!(board.equipment)}</legend>
                {kinds.collect_view()}
            </fieldset>
        </details>
    }
}
