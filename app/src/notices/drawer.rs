//! The drawer: what there is to know, and how one wants to be told of it.

use contract::notices::ReadNotices;
use leptos::{html, prelude::*, wasm_bindgen::JsCast, web_sys};

use super::{
    bell::IsOpen,
    list::{Items, List},
    settings::Settings,
};
use crate::{
    live::{Link, live},
    say,
    ui::icon::Icon,
};

/// The drawer. It is made when it is opened, and gone when it is closed; the keyboard then is where it was.
#[component]
pub fn Drawer() -> impl IntoView {
    let IsOpen(is_open) = expect_context();
    let live = live();
    let node = NodeRef::<html::Dialog>::new();
    let sets = RwSignal::new(false);
    let list = List::new();
    Effect::new(move |_| {
        if let Some(node) = node.get().filter(|node| !node.open()) {
            _ = node.show_modal();
        }
    });
    let close = Callback::new(move |()| {
        if let Some(node) = node.try_get_untracked().flatten() {
            node.close();
        }
    });
    let read_all = move || list.read(ReadNotices { all: true, ..ReadNotices::default() });
    let press = move |event: web_sys::KeyboardEvent| {
        let at = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let is_typing = at.is_some_and(|at| matches!(at.closest("input,select"), Ok(Some(_))));
        if is_typing || event.ctrl_key() || event.meta_key() || event.alt_key() || sets.get_untracked() {
            return;
        }
        if event.key().eq_ignore_ascii_case("m") {
            event.prevent_default();
            if event.shift_key() { read_all() } else { list.read_here() }
        }
    };
    // A press beside the drawer is meant for the page.
    let beside = move |event: web_sys::MouseEvent| {
        let is_outside = event.target().is_some_and(|target| Some(target) == event.current_target());
        if is_outside {
            close.run(());
        }
    };
    let offline = move || matches!(live.link.get(), Link::Offline { .. } | Link::Reconnecting);
    view! {
        <dialog class="drawer" node_ref=node aria-labelledby="notices-title" on:close=move |_| is_open.set(false) on:keydown=press on:click=beside>
            <div class="sheet">
                <header>
                    <h2 id="notices-title">{move || if sets.get() { say!(notices.settings) } else { say!(notices.title) }}</h2>
                    <button
                        type="button"
                        class="iconb"
                        aria-label=say!(notices.settings)
                        aria-pressed=move || sets.get().to_string()
                        on:click=move |_| sets.update(|sets| *sets = !*sets)
                    >
                        <Icon name="settings" />
                    </button>
                    <button type="button" class="iconb" aria-label=say!(common.dialogs.close) on:click=move |_| close.run(())>
                        <Icon name="x" />
                    </button>
                </header>
                {move || offline().then(|| view! { <p class="away">{say!(notices.offline)}</p> })}
                <div class="all" hidden=move || sets.get()>
                    <div class="bar">
                        <div class="views">
                            <button type="button" aria-pressed=move || (!list.unread_only.get()).to_string() on:click=move |_| list.unread_only.set(false)>
                                {say!(notices.all)}
                            </button>
                            <button type="button" aria-pressed=move || list.unread_only.get().to_string() on:click=move |_| list.unread_only.set(true)>
                                {say!(notices.unread)}
                                <span>{move || live.noted().unread.get()}</span>
                            </button>
                        </div>
                        <span class="grow"></span>
                        <button
                            type="button"
                            class="btn"
                            aria-keyshortcuts="Shift+M"
                            aria-disabled=move || (live.noted().unread.get() == 0).then_some("true")
                            on:click=move |_| read_all()
                        >
                            {say!(notices.read_all)}
                            <kbd aria-hidden="true">"⇧M"</kbd>
                        </button>
                    </div>
                    <div class="items"><Items list close /></div>
                </div>
                {move || sets.get().then(|| view! { <Settings /> })}
            </div>
        </dialog>
    }
}
