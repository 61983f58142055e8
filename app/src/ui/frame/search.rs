//! The search field of the top bar: a plain form that leads to the list of loads.

use leptos::{ev, html, prelude::*, wasm_bindgen::JsCast};
use leptos_router::hooks::use_query_map;

use crate::{
    say,
    ui::{icon::Icon, keys::is_taken},
};

/// The field; `/` leads to it.
#[component]
pub fn Search() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(|query| query.get("q").unwrap_or_default()));
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        let listening = window_event_listener(ev::keydown, move |event| {
            if event.key() == "/" && !is_taken(&event) {
                event.prevent_default();
                // A page with a search of its own is searched itself.
                let own = document().query_selector(".seek input").ok().flatten();
                if let Some(field) = own.and_then(|own| own.dyn_into().ok()).or_else(|| field.get_untracked()) {
                    _ = field.focus();
                    field.select();
                }
            }
        });
        on_cleanup(move || listening.remove());
    });
    view! {
        <form class="search" role="search" action="/loads">
            <Icon name="search" />
            <input
                type="search"
                name="q"
                node_ref=field
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
