//! Opens the map in the browser: fetches what it needs, feeds it with what changes, and hears the pointer and the keys.

use std::rc::Rc;

use contract::{
    LoadId,
    tracking::{TrailFix, TrailQuery},
};
use leaflet::{Event, Evented, EventedHandle, MouseEvent};
use leptos::{ev, html, leptos_dom::helpers::window_event_listener, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement};

use super::{
    Order, Stage,
    ground::{self, Ground},
    scene::{Scene, make_tip},
    theme::ThemeWatch,
};
use crate::{
    live::Entry,
    pages::Visitor,
    say,
    tracking::{api::load_trail, fleet::Fleet, trucks::Report},
    ui::words::reason_words,
    when,
};

const SCRIPT: &str = "/vendor/leaflet-1.9.4/leaflet.js";
const STYLE: &str = "/vendor/leaflet-1.9.4/leaflet.css";

/// What the map and its tools share.
#[derive(Clone, Copy)]
pub struct Signals {
    /// How far the map has come.
    pub stage: RwSignal<Stage>,
    /// Whether the view goes with the selected truck.
    pub follow: RwSignal<bool>,
    /// Goes up when the reader wants another try.
    pub attempt: RwSignal<u32>,
}

/// An open map with its ears.
struct Open {
    scene: Rc<Scene>,
    tip: Option<HtmlElement>,
    _moves: EventedHandle<Event>,
    _drags: EventedHandle<Event>,
    _pointer: [EventedHandle<MouseEvent>; 3],
    _theme: ThemeWatch,
}

type Held = RwSignal<Option<Rc<Open>>, LocalStorage>;

/// Opens the map in `window` once that is on the page; gives what its tools call.
pub fn open(fleet: Fleet, window: NodeRef<html::Div>, signals: Signals) -> impl Fn(Order) + Copy + 'static {
    let held: Held = RwSignal::new_local(None);
    let Signals { stage, follow, attempt } = signals;
    let navigate = use_navigate();
    let go = move |address: &str| navigate(address, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    let tile_url = expect_context::<Visitor>().tile_url;

    let goes = go.clone();
    Effect::new(move |_| {
        attempt.track();
        let Some(host) = window.get() else { return };
        stage.set(Stage::Loading);
        let (goes, tile_url) = (goes.clone(), tile_url.clone());
        spawn_local(async move {
            let loaded = async {
                load("link", "href", STYLE).await?;
                load("script", "src", SCRIPT).await
            };
            let fetched = loaded.await.is_some();
            // The reader may have gone to another page meanwhile.
            if !host.is_connected() {
                return;
            }
            let opened = fetched.then(|| make(fleet, (*host).clone(), tile_url.as_deref(), follow, goes)).flatten();
            stage.set(if opened.is_some() { Stage::Open } else { Stage::Failed });
            let scene = opened.as_ref().map(|open| open.scene.clone());
            held.set(opened);
            if let (Some(map), Some(scene)) = (ground::fetch().await, scene) {
                let towns = map.towns();
                if tile_url.is_none() {
                    scene.take_ground(Ground::new(&map, &towns));
                }
                fleet.towns.try_set(towns.into());
            }
        });
    });
    feed(fleet, held, follow);
    keys(fleet, held, go);
    on_cleanup(move || {
        if let Some(Some(open)) = held.try_update(Option::take) {
            open.scene.close();
        }
    });
    move |order| order_to(held, order)
}

fn order_to(held: Held, order: Order) {
    held.with_untracked(|open| {
        if let Some(open) = open {
            open.scene.obey(order);
        }
    });
}

fn make(
    fleet: Fleet,
    host: HtmlElement,
    tile_url: Option<&str>,
    follow: RwSignal<bool>,
    go: impl Fn(&str) + 'static,
) -> Option<Rc<Open>> {
    let scene = Scene::new(host.clone(), tile_url)?;
    let tip = make_tip(&host);
    let map = &scene.map;
    // The handlers must not keep the scene alive, nor it them.
    let weak = Rc::downgrade(&scene);

    let on_move = weak.clone();
    let moves = Evented::on_leaflet_event(&map, "move zoom viewreset resize", move |_: Event| {
        if let Some(scene) = on_move.upgrade() {
            scene.redraw();
        }
    });
    let drags = Evented::on_leaflet_event(&map, "dragstart", move |_: Event| follow.set(false));

    let on_click = weak.clone();
    let click = Evented::on_leaflet_event(&map, "click", move |event: MouseEvent| {
        let at = event.container_point();
        let hit = on_click.upgrade().and_then(|scene| Some((scene.at(at.x(), at.y())?, scene)));
        let Some((drawn, scene)) = hit else { return };
        match drawn.loads.as_slice() {
            [load] => go(&fleet.href_untracked(Some(*load))),
            loads => scene.fit(loads),
        }
    });
    let (on_hover, hover_host, hover_tip) = (weak.clone(), host.clone(), tip.clone());
    let hover = Evented::on_leaflet_event(&map, "mousemove", move |event: MouseEvent| {
        let at = event.container_point();
        let drawn = on_hover.upgrade().and_then(|scene| scene.at(at.x(), at.y()));
        _ = hover_host.style().set_property("cursor", if drawn.is_some() { "pointer" } else { "" });
        let words = drawn.and_then(|drawn| match drawn.loads.as_slice() {
            [load] => fleet.book.entry(*load).map(|entry| entry.with_untracked(|entry| tip_words(entry, fleet))),
            loads => Some(say!(tracking.n_trucks, n = loads.len())),
        });
        show_tip(hover_tip.as_ref(), words, at.x(), at.y());
    });
    let leave_tip = tip.clone();
    let leave = Evented::on_leaflet_event(&map, "mouseout", move |_: MouseEvent| {
        show_tip(leave_tip.as_ref(), None, 0.0, 0.0);
    });
    let theme = ThemeWatch::new(move || {
        if let Some(scene) = weak.upgrade() {
            scene.recolour();
        }
    });
    let pointer = [click, hover, leave];
    Some(Rc::new(Open { scene, tip, _moves: moves, _drags: drags, _pointer: pointer, _theme: theme }))
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(tip) = &self.tip {
            tip.remove();
        }
    }
}

/// Hands every change on to the map.
fn feed(fleet: Fleet, held: Held, follow: RwSignal<bool>) {
    let number = move |load: LoadId| {
        fleet.book.entry(load).map(|entry| entry.with_untracked(|entry| entry.row.load_number.clone()))
    };
    Effect::new(move |_| {
        let Some(open) = held.get() else { return };
        let (pick, selected) = (fleet.pick.get(), fleet.selected.get());
        let reports: Vec<Report> = fleet.standings.with(|all| {
            all.iter()
                .filter(|one| one.is_in(pick) || selected == Some(one.load))
                .filter_map(|one| {
                    let fix = fleet.book.entry(one.load)?.with(|entry| entry.row.current_location)?;
                    Some(Report { load: one.load, fix, risk: one.risk, freshness: one.freshness })
                })
                .collect()
        });
        open.scene.take(&reports, selected.and_then(|load| Some((load, number(load)?))));
    });
    Effect::new(move |_| {
        let Some(open) = held.get() else { return };
        let selected = fleet.selected.get();
        if selected.is_none() {
            follow.set(false);
        }
        // Opening or closing the panel changes the window's size.
        open.scene.redraw();
        let Some(load) = selected else { return };
        open.scene.show_selected();
        spawn_local(async move {
            let Ok(answer) = load_trail(TrailQuery { load_id: load, from: None, to: None }).await else { return };
            if fleet.selected.try_get_untracked() == Some(Some(load)) {
                let trail = answer.data.iter().filter(|fix| !fix.suspect).map(spot).collect();
                open.scene.take_trail(trail);
            }
        });
    });
    Effect::new(move |_| {
        let Some(open) = held.get() else { return };
        let selected = fleet.selected.get();
        let exact = fleet.next_stop.get().filter(|(load, _)| selected == Some(*load)).map(|(_, point)| point);
        open.scene.take_next_stop(exact);
    });
    Effect::new(move |_| {
        let Some(open) = held.get() else { return };
        open.scene.follows.set(follow.get());
        open.scene.redraw();
    });
}

fn spot(fix: &TrailFix) -> crate::tracking::mercator::Spot {
    contract::geo::Point { lat: fix.lat, lng: fix.lng }.into()
}

/// The page's keys; those of the map itself (arrows, plus, minus) are Leaflet's while it has the focus.
fn keys(fleet: Fleet, held: Held, go: impl Fn(&str) + 'static) {
    let keys = window_event_listener(ev::keydown, move |event| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() || is_typing(&event) {
            return;
        }
        match event.key().as_str() {
            "+" | "=" => order_to(held, Order::ZoomIn),
            "-" => order_to(held, Order::ZoomOut),
            "0" => order_to(held, Order::FitAll),
            "]" => fleet.beside(1).iter().for_each(|load| go(&fleet.href_untracked(Some(*load)))),
            "[" => fleet.beside(-1).iter().for_each(|load| go(&fleet.href_untracked(Some(*load)))),
            "Escape" if fleet.selected.get_untracked().is_some() => go(&fleet.href_untracked(None)),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || keys.remove());
}

/// Whether a key belongs to something else: a field, a menu or a dialog.
fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    let dialog = document().query_selector("dialog[open], [role=dialog], [role=menu]").ok().flatten();
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let field = target.and_then(|target| target.closest("input, textarea, select, [contenteditable]").ok().flatten());
    dialog.is_some() || field.is_some()
}

fn show_tip(tip: Option<&HtmlElement>, words: Option<String>, x: f64, y: f64) {
    let Some(tip) = tip else { return };
    _ = tip.class_list().toggle_with_force("on", words.is_some());
    if let Some(words) = words {
        tip.set_text_content(Some(&words));
        _ = tip.style().set_property("transform", &format!("translate({}px,{}px)", x + 14.0, y + 14.0));
    }
}

/// What the note says: load, lane, carrier, how it stands, ETA and the position's age, a line each.
fn tip_words(entry: &Entry, fleet: Fleet) -> String {
    let (row, now) = (&entry.row, fleet.now.get_untracked());
    let mut lines = vec![
        row.load_number.clone(),
        format!("{}, {} → {}, {}", row.origin.city, row.origin.state, row.destination.city, row.destination.state),
    ];
    lines.extend(row.carrier.as_ref().map(|carrier| carrier.name.clone()));
    lines.extend(contract::risk::outlook(row, now).reason.map(reason_words));
    let (_, _, stop) = row.ahead();
    lines.extend(row.eta.map(|eta| {
        let at = format!("{} {}", when::day_and_clock(eta, stop.offset_min), stop.zone_short);
        say!(tracking.map.tip_eta, at = at)
    }));
    lines.extend(row.current_location.map(|fix| {
        if now.since_ms(fix.at) < 60_000 {
            say!(tracking.map.tip_now).to_owned()
        } else {
            say!(tracking.map.tip_age, age = when::age(fix.at, now))
        }
    }));
    lines.join("\n")
}

/// Brings a script or style sheet onto the page, once.
async fn load(tag: &str, attribute: &str, address: &str) -> Option<()> {
    if document().query_selector(&format!("{tag}[{attribute}='{address}'][data-loaded]")).ok().flatten().is_some() {
        return Some(());
    }
    let element = document().create_element(tag).ok()?;
    if tag == "link" {
        element.set_attribute("rel", "stylesheet").ok()?;
    }
    element.set_attribute(attribute, address).ok()?;
    let loaded = js_sys::Promise::new(&mut |resolve, reject| {
        _ = element.add_event_listener_with_callback("load", &resolve);
        _ = element.add_event_listener_with_callback("error", &reject);
    });
    document().head()?.append_child(&element).ok()?;
    if JsFuture::from(loaded).await.is_err() {
        // A later try begins anew.
        element.remove();
        return None;
    }
    element.set_attribute("data-loaded", "").ok()
}
