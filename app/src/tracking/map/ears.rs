//! What the map hears: the pointer, moves of the view, the page's theme and its keys.

use std::{
    cell::Cell,
    rc::{Rc, Weak},
    time::Duration,
};

use leaflet::{Event, Evented, EventedHandle, MouseEvent};
use leptos::{
    ev,
    leptos_dom::helpers::{TimeoutHandle, WindowListenerHandle, window_event_listener},
    prelude::*,
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{
    Order,
    scene::Scene,
    theme::ThemeWatch,
    tip::{Tip, words},
};
use crate::tracking::{fleet::Fleet, go::Go};

/// How long the view must have stood still before the address takes it, in milliseconds.
const SETTLED: Duration = Duration::from_millis(300);

/// An open map's ears. They end when they are dropped.
pub struct Ears {
    _moves: [EventedHandle<Event>; 3],
    _pointer: [EventedHandle<MouseEvent>; 3],
    _theme: ThemeWatch,
    resize: Option<WindowListenerHandle>,
    view_to_tell: Rc<Cell<Option<TimeoutHandle>>>,
}

impl Ears {
    /// Begins to hear. The handlers don't keep the scene alive, nor it them.
    pub fn on(scene: &Rc<Scene>, host: &HtmlElement, fleet: Fleet, follow: RwSignal<bool>, go: Go) -> Self {
        let weak = Rc::downgrade(scene);
        let with = move |work: fn(&Rc<Scene>)| {
            let weak = weak.clone();
            move || weak.upgrade().iter().for_each(work)
        };
        let redraw = with(Scene::redraw);
        let resized = redraw.clone();
        let view_to_tell = Rc::new(Cell::new(None));
        let moves = [
            Evented::on_leaflet_event(&&scene.map, "move zoom viewreset resize", move |_: Event| redraw()),
            Evented::on_leaflet_event(&&scene.map, "dragstart", move |_: Event| follow.set(false)),
            tell_view(scene, fleet, go, view_to_tell.clone()),
        ];
        Self {
            _moves: moves,
            _pointer: pointer(scene, host, fleet, go),
            _theme: ThemeWatch::new(with(Scene::recolour)),
            resize: Some(window_event_listener(ev::resize, move |_| resized())),
            view_to_tell,
        }
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        if let Some(resize) = self.resize.take() {
            resize.remove();
        }
        if let Some(later) = self.view_to_tell.take() {
            later.clear();
        }
    }
}

/// Where the reader moved the view goes into the address, in place of where it was: the way back leads to the page
/// before, and not through every view.
fn tell_view(
    scene: &Rc<Scene>,
    fleet: Fleet,
    go: Go,
    waiting: Rc<Cell<Option<TimeoutHandle>>>,
) -> EventedHandle<Event> {
    let weak = Rc::downgrade(scene);
    Evented::on_leaflet_event(&&scene.map, "moveend", move |_: Event| {
        let Some(scene) = weak.upgrade().filter(|scene| scene.moved_by_hand()) else { return };
        let (weak, told) = (Rc::downgrade(&scene), waiting.clone());
        let tell = move || {
            told.set(None);
            if let Some(scene) = weak.upgrade() {
                go.instead(&fleet.href_at(Some(scene.view())));
            }
        };
        if let Some(before) = waiting.replace(set_timeout_with_handle(tell, SETTLED).ok()) {
            before.clear();
        }
    })
}

fn pointer(scene: &Rc<Scene>, host: &HtmlElement, fleet: Fleet, go: Go) -> [EventedHandle<MouseEvent>; 3] {
    let weak = Rc::downgrade(scene);
    let at = |weak: &Weak<Scene>, event: &MouseEvent| {
        let at = event.container_point();
        weak.upgrade().and_then(|scene| Some((scene.at(at.x(), at.y())?, scene)))
    };
    let tip = Rc::new(Tip::beside(host));
    let (on_click, click_tip) = (weak.clone(), tip.clone());
    let click = Evented::on_leaflet_event(&&scene.map, "click", move |event: MouseEvent| {
        // A finger that taps never leaves, so the note would stay.
        click_tip.as_ref().iter().for_each(Tip::hide);
        let Some((drawn, scene)) = at(&on_click, &event) else { return };
        match drawn.loads.as_slice() {
            [load] => go.to(&fleet.href_untracked(Some(*load))),
            // Trucks that stand together stay together at every zoom: then each click takes the next of them.
            loads if !scene.fit(loads) => {
                let selected = fleet.selected.get_untracked();
                let next = loads.iter().find(|load| Some(**load) > selected).or_else(|| loads.first());
                go.to(&fleet.href_untracked(next.copied()));
            }
            _ => {}
        }
    });
    let (hover_host, hover_tip) = (host.clone(), tip.clone());
    let hover = Evented::on_leaflet_event(&&scene.map, "mousemove", move |event: MouseEvent| {
        let drawn = at(&weak, &event).map(|(drawn, _)| drawn);
        _ = hover_host.style().set_property("cursor", if drawn.is_some() { "pointer" } else { "" });
        let (Some(tip), place) = (hover_tip.as_ref(), event.container_point()) else { return };
        match drawn.and_then(|drawn| words(&drawn, fleet)) {
            Some(words) => tip.show(&words, place.x(), place.y()),
            None => tip.hide(),
        }
    });
    let leave = Evented::on_leaflet_event(&&scene.map, "mouseout", move |_: MouseEvent| {
        tip.as_ref().iter().for_each(Tip::hide);
    });
    [click, hover, leave]
}

/// The page's keys; those of the map itself (arrows, plus, minus) are Leaflet's while it has the focus.
pub fn keys(fleet: Fleet, order: impl Fn(Order) + 'static, go: Go) {
    let keys = window_event_listener(ev::keydown, move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() || is_typing(&event) {
            return;
        }
        let selected = fleet.selected.get_untracked();
        match event.key().as_str() {
            "+" | "=" => order(Order::ZoomIn),
            "-" => order(Order::ZoomOut),
            "0" => order(Order::FitAll),
            "]" | "j" | "J" => step(fleet, 1, go),
            "[" | "k" | "K" => step(fleet, -1, go),
            "Enter" if !is_control(&event) => {
                let Some(load) = selected else { return };
                go.to(&format!("/loads/{load}"));
            }
            "Escape" if selected.is_some() => {
                give_focus_back();
                go.to(&fleet.href_untracked(None));
            }
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || keys.remove());
}

/// Looks at the next load. Only the first step can be gone back on: nobody wants to go back through all of them.
fn step(fleet: Fleet, step: isize, go: Go) {
    let Some(load) = fleet.beside(step) else { return };
    let address = fleet.href_untracked(Some(load));
    if fleet.selected.get_untracked().is_some() { go.instead(&address) } else { go.to(&address) }
}

/// The panel is about to go: a focus in it would be lost, so it goes to the row that the panel was about.
fn give_focus_back() {
    let inside = document().active_element().and_then(|focused| focused.closest(".panel").ok().flatten());
    let row = document().query_selector(".mrows .sel a").ok().flatten();
    if let (Some(_), Some(row)) = (inside, row.and_then(|row| row.dyn_into::<HtmlElement>().ok())) {
        _ = row.focus();
    }
}

/// Whether a key belongs to something else: a field, a menu or a dialog.
fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    let dialog = document().query_selector("dialog[open], [role=dialog], [role=menu]").ok().flatten();
    dialog.is_some() || is_in(event, "input, textarea, select, [contenteditable]")
}

/// Whether the key does something by itself where the focus is.
fn is_control(event: &web_sys::KeyboardEvent) -> bool {
    is_in(event, "a, button, summary")
}

fn is_in(event: &web_sys::KeyboardEvent, selector: &str) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.and_then(|target| target.closest(selector).ok().flatten()).is_some()
}
