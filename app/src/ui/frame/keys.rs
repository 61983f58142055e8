//! The keys that work on every page; what they do is in [`crate::ui::acts`].

use leptos::{ev, prelude::*, web_sys};

use crate::{
    loads::dialogs::Asked,
    pages::Visitor,
    ui::{
        acts::{Act, acts_of},
        keys,
    },
};

/// Listens as long as the application lives.
pub fn listen() {
    let acts = StoredValue::new(acts_of(&expect_context::<Visitor>()));
    let owner = Owner::current();
    Effect::new(move |_| {
        let owner = owner.clone();
        let listening = window_event_listener(ev::keydown, move |event| {
            let press = || acts.with_value(|acts| press(&event, acts));
            let is_done = match &owner {
                Some(owner) => owner.with(press),
                None => press(),
            };
            if is_done {
                event.prevent_default();
            }
        });
        on_cleanup(move || listening.remove());
    });
}

/// Does what a key stands for; whether it stands for anything.
fn press(event: &web_sys::KeyboardEvent, acts: &[Act]) -> bool {
    if event.default_prevented() {
        return false;
    }
    let key = event.key().to_ascii_uppercase();
    let is_command = event.ctrl_key() || event.meta_key();
    let find = |wanted: &[&str]| {
        let act = acts.iter().find(|act| act.keys().ends_with(wanted) && act.keys().len() == wanted.len());
        act.is_some_and(|act| act.run())
    };
    if is_command || event.alt_key() {
        let act = match key.as_str() {
            _ if event.alt_key() || event.shift_key() => return false,
            // It is wanted while writing too, but not over another question.
            "K" if !keys::is_in_dialog(event) => Act::Palette,
            // In a text it takes back what was typed.
            "Z" if !keys::is_typing(event) => Act::Undo,
            _ => return false,
        };
        return acts.contains(&act) && act.run();
    }
    // What is typed while a dialog is on its way is meant for that.
    let is_asked = use_context::<Asked>().is_some_and(|Asked(asked)| asked.with_untracked(Option::is_some));
    if is_asked || keys::is_typing(event) {
        return false;
    }
    if keys::in_chord(event) {
        if matches!(key.as_str(), "SHIFT" | "G") {
            return false;
        }
        keys::end_chord();
        find(&["G", &key]);
        return true;
    }
    if key == "G" {
        keys::begin_chord(event);
        return true;
    }
    find(&[&key])
}
