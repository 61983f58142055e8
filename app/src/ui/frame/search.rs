//! The search field of the top bar: a plain form that leads to the list of loads.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{say, ui::icon::Icon};

/// The field; `/` leads to it.
#[component]
pub fn Search() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(|query| query.get("q").unwrap_or_default()));
    view! {
        <form class="search" role="search" action="/loads">
            <Icon name="search" />
            <input
                type="search"
                name="q"
                autocomplete="off"
                aria-label=say!(common.search.label)
                placeholder=say!(common.search.label)
                aria-keyshortcuts="/"
                value=asked.get_untracked()
                prop:value=move || asked.get()
            />
            <kbd aria-hidden="true">"/"</kbd>
        </form>
    }
}
