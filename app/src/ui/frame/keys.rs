//! The keys that work on every page: the map of keys, going to another page, and taking back.

use contract::actor::Permission;
use leptos::{ev, prelude::*, web_sys};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::rail::pages_of;
use crate::{
    loads::{
        dialogs::{Dialog, ask},
        undo,
    },
    pages::Visitor,
    ui::keys,
};

/// The keys that follow `G`, with the page that each goes to.
pub const GO: [(&str, Permission); 6] = [
    ("l", Permission::LoadView),
    ("b", Permission::BoardView),
    ("t", Permission::TrackingView),
    ("c", Permission::CarrierView),
    ("f", Permission::KpiView),
    ("m", Permission::MessageView),
];

/// Listens as long as the application lives.
pub fn listen() {
    let navigate = use_navigate();
    let visitor = StoredValue::new(expect_context::<Visitor>());
    let owner = Owner::current();
    let go = move |key: &str| {
        let needs = GO.into_iter().find(|(own, _)| *own == key).map(|(_, needs)| needs);
        let page = visitor.with_value(|visitor| pages_of(visitor).find(|page| Some(page.needs) == needs));
        if let Some(page) = page {
            navigate(page.path, NavigateOptions::default());
        }
    };
    Effect::new(move |_| {
        let (owner, go) = (owner.clone(), go.clone());
        let listening = window_event_listener(ev::keydown, move |event| {
            let press = || press(&event, &go);
            match &owner {
                Some(owner) => owner.with(press),
                None => press(),
            }
        });
        on_cleanup(move || listening.remove());
    });
}

fn press(event: &web_sys::KeyboardEvent, go: &impl Fn(&str)) {
    if keys::is_typing(event) || event.default_prevented() {
        return;
    }
    let key = event.key().to_ascii_lowercase();
    let is_command = event.ctrl_key() || event.meta_key();
    if is_command || event.alt_key() {
        if is_command && !event.alt_key() && !event.shift_key() && key == "z" && undo::take_back_last() {
            event.prevent_default();
        }
        return;
    }
    if keys::in_chord(event) {
        if !matches!(key.as_str(), "shift" | "g") {
            keys::end_chord();
            event.prevent_default();
            go(&key);
        }
        return;
    }
    match key.as_str() {
        "g" => keys::begin_chord(event),
        "?" => ask(Dialog::Keys),
        _ => return,
    }
    event.prevent_default();
}
