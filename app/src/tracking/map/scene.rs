//! What the map's window shows: Leaflet moves the view, and one canvas above it holds everything that is drawn.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use contract::{LoadId, geo::Point};
use leaflet::{LatLng, LatLngBounds, Map, MapOptions, TileLayer};
use leptos::prelude::{document, request_animation_frame, window};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{HtmlElement, Performance};

use super::{Order, ground::Ground, pen::Pen, sprites, sprites::Sprites, theme::Theme};
use crate::tracking::{
    mercator::{Camera, Spot, great_circle},
    trucks::{Drawn, Report, Trucks, around, drawn},
};

/// The contiguous United States: what is shown while there is no truck.
const HOME: [Point; 2] = [Point { lat: 25.0, lng: -124.5 }, Point { lat: 49.4, lng: -67.0 }];
/// As far as the view goes: North America.
const EDGES: [Point; 2] = [Point { lat: 5.0, lng: -175.0 }, Point { lat: 73.0, lng: -45.0 }];
/// How near the built-in map comes; with tiles one may go on.
const NEAREST: (f64, f64) = (12.0, 18.0);
/// As near as showing all trucks, or one, goes by itself.
const FIT_ZOOM: f64 = 8.0;
/// How far from a truck a click still means it, in pixels; fingers need more than pointers, so it errs on their side.
const REACH: f64 = 8.0;

/// The map's window.
pub struct Scene {
    /// Leaflet's part.
    pub map: Map,
    host: HtmlElement,
    waiting: Cell<bool>,
    /// Whether the view goes with the selected truck.
    pub follows: Cell<bool>,
    state: RefCell<State>,
}

struct State {
    pen: Pen,
    theme: Theme,
    ratio: f64,
    sprites: Sprites,
    ground: Option<Ground>,
    trucks: Trucks,
    drawn: Vec<Drawn>,
    selected: Option<(LoadId, String)>,
    trail: Vec<Spot>,
    next_stop: Option<Point>,
    fitted: bool,
}

impl Scene {
    /// Makes the map in `host`; nothing when the browser can't.
    pub fn new(host: HtmlElement, tile_url: Option<&str>) -> Option<Rc<Self>> {
        let options = MapOptions::new();
        options.set_zoom_control(false);
        options.set_attribution_control(false);
        // Our canvas shows each step of the view itself; Leaflet's own animation would scale an old picture.
        options.set_zoom_animation(false);
        options.set_fade_animation(false);
        options.set_inertia(!is_still());
        options.set_zoom_snap(if tile_url.is_some() { 1.0 } else { 0.25 });
        options.set_wheel_px_per_zoom_level(90.0);
        options.set_min_zoom(3.0);
        options.set_max_zoom(if tile_url.is_some() { NEAREST.1 } else { NEAREST.0 });
        options.set_max_bounds(bounds(EDGES[0], EDGES[1]));
        let map = Map::new_with_element(&host, &options).ok()?;
        map.fit_bounds(&bounds(HOME[0], HOME[1]));
        if let Some(url) = tile_url {
            TileLayer::new(url).add_to(&map);
        }
        let pen = Pen::new()?;
        pen.canvas.set_class_name("mcv");
        _ = pen.canvas.set_attribute("aria-hidden", "true");
        host.append_child(&pen.canvas).ok()?;
        let state = State {
            pen,
            theme: Theme::of(&host),
            ratio: 1.0,
            sprites: Sprites::default(),
            ground: None,
            trucks: Trucks::default(),
            drawn: Vec::new(),
            selected: None,
            trail: Vec::new(),
            next_stop: None,
            fitted: false,
        };
        let state = RefCell::new(state);
        Some(Rc::new(Self { map, host, waiting: Cell::new(false), follows: Cell::new(false), state }))
    }

    /// Asks for a drawing with the browser's next frame; asking twice draws once.
    pub fn redraw(self: &Rc<Self>) {
        if self.waiting.replace(true) {
            return;
        }
        let scene = Rc::downgrade(self);
        request_animation_frame(move || {
            if let Some(scene) = scene.upgrade() {
                scene.waiting.set(false);
                scene.draw();
            }
        });
    }

    /// Takes what is known of the trucks, and which is the selected one with its load's number.
    pub fn take(self: &Rc<Self>, reports: &[Report], selected: Option<(LoadId, String)>) {
        let mut state = self.state.borrow_mut();
        let state_now = &mut *state;
        state_now.trucks.take(reports, now(), !is_still());
        let chosen = selected.as_ref().map(|(load, _)| *load);
        if chosen != state_now.selected.as_ref().map(|(load, _)| *load) {
            state_now.trail.clear();
            state_now.next_stop = None;
        } else if let Some(truck) = chosen.and_then(|load| state_now.trucks.of(load))
            && state_now.trail.last().is_some_and(|last| *last != truck.fixed())
        {
            state_now.trail.push(truck.fixed());
        }
        state_now.selected = selected;
        let first = !state_now.fitted && !reports.is_empty();
        state_now.fitted |= first;
        drop(state);
        if first {
            self.fit_all();
        }
        self.redraw();
    }

    /// Brings the selected truck into view, if it isn't.
    pub fn show_selected(&self) {
        let camera = self.camera();
        let hidden = self.state.borrow().selected_spot(now()).filter(|spot| !camera.sees(camera.place(*spot), -40.0));
        if let Some(spot) = hidden {
            let point = spot.point();
            self.map.set_view(&LatLng::new(point.lat, point.lng), self.map.get_zoom());
        }
    }

    /// Takes where the selected truck went, oldest first.
    pub fn take_trail(self: &Rc<Self>, trail: Vec<Spot>) {
        let mut state = self.state.borrow_mut();
        state.trail = trail;
        if let Some(spot) = state.selected_fix()
            && state.trail.last() != Some(&spot)
        {
            state.trail.push(spot);
        }
        drop(state);
        self.redraw();
    }

    /// Takes where the selected truck goes next.
    pub fn take_next_stop(self: &Rc<Self>, next_stop: Option<Point>) {
        self.state.borrow_mut().next_stop = next_stop;
        self.redraw();
    }

    /// Takes the outlines.
    pub fn take_ground(self: &Rc<Self>, ground: Option<Ground>) {
        self.state.borrow_mut().ground = ground;
        self.redraw();
    }

    /// Draws in the colours that are in force now.
    pub fn recolour(self: &Rc<Self>) {
        let mut state = self.state.borrow_mut();
        state.theme = Theme::of(&self.host);
        state.sprites.forget();
        if let Some(ground) = &mut state.ground {
            ground.forget();
        }
        drop(state);
        self.redraw();
    }

    /// Does what a tool or a key asks.
    pub fn obey(self: &Rc<Self>, order: Order) {
        match order {
            Order::ZoomIn => _ = self.map.zoom_in(1.0),
            Order::ZoomOut => self.map.zoom_out(1.0),
            Order::FitAll => self.fit_all(),
        }
        self.redraw();
    }

    /// What is drawn at a spot of the window, the uppermost first.
    pub fn at(&self, x: f64, y: f64) -> Option<Drawn> {
        let state = self.state.borrow();
        let near = |drawn: &&Drawn| {
            let radius = if drawn.loads.len() > 1 { 17.0 } else { sprites::radius(false) + REACH };
            (drawn.at.0 - x).hypot(drawn.at.1 - y) <= radius
        };
        state.drawn.iter().rev().find(near).cloned()
    }

    /// Comes as near as shows each of these trucks.
    pub fn fit(&self, loads: &[LoadId]) {
        let edges = {
            let state = self.state.borrow();
            around(loads.iter().filter_map(|load| Some(state.trucks.of(*load)?.fixed().point())))
        };
        self.fit_edges(edges, NEAREST.0);
    }

    /// Takes everything off the page.
    pub fn close(&self) {
        self.map.remove();
        self.state.borrow().pen.canvas.remove();
    }

    fn fit_all(&self) {
        let edges = around(self.state.borrow().trucks.iter().map(|truck| truck.fixed().point()));
        self.fit_edges(edges.or(Some((HOME[0], HOME[1]))), FIT_ZOOM);
    }

    fn fit_edges(&self, edges: Option<(Point, Point)>, nearest: f64) {
        let Some((low, high)) = edges else { return };
        let options = js_sys::Object::new();
        let padding = js_sys::Array::of2(&40.into(), &48.into());
        for (key, value) in
            [("padding", padding.into()), ("maxZoom", JsValue::from(nearest)), ("animate", false.into())]
        {
            _ = js_sys::Reflect::set(&options, &key.into(), &value);
        }
        self.map.fit_bounds_with_options(&bounds(low, high), &options);
    }

    fn camera(&self) -> Camera {
        let center = self.map.get_center();
        let center = Point { lat: center.lat(), lng: center.lng() };
        let (width, height) = (f64::from(self.host.client_width()), f64::from(self.host.client_height()));
        Camera::over(center, self.map.get_zoom(), width, height)
    }

    /// Goes with the selected truck, when that is wanted and it has left the middle.
    fn follow(&self, now: f64) {
        if !self.follows.get() {
            return;
        }
        let camera = self.camera();
        let Some(spot) = self.state.borrow().selected_spot(now) else { return };
        let (x, y) = camera.place(spot);
        let off = ((x - camera.width / 2.0).round(), (y - camera.height / 2.0).round());
        if off != (0.0, 0.0) {
            let options = js_sys::Object::new();
            _ = js_sys::Reflect::set(&options, &"animate".into(), &false.into());
            self.map.pan_by_with_options(&leaflet::Point::new(off.0, off.1), &options);
        }
    }

    fn draw(self: &Rc<Self>) {
        let size = self.map.get_size();
        if (size.x() as i32, size.y() as i32) != (self.host.client_width(), self.host.client_height()) {
            self.map.invalidate_size(false);
        }
        let now = now();
        self.follow(now);
        let camera = self.camera();
        let gliding = self.state.borrow_mut().draw(&camera, now);
        if gliding {
            self.redraw();
        }
    }
}

impl State {
    fn selected_fix(&self) -> Option<Spot> {
        let (load, _) = self.selected.as_ref()?;
        Some(self.trucks.of(*load)?.fixed())
    }

    fn selected_spot(&self, now: f64) -> Option<Spot> {
        let (load, _) = self.selected.as_ref()?;
        Some(self.trucks.of(*load)?.spot(now))
    }

    /// Draws everything; whether something is still on its way.
    fn draw(&mut self, camera: &Camera, now: f64) -> bool {
        let ratio = window().device_pixel_ratio().max(1.0);
        if self.ratio.to_bits() != ratio.to_bits() {
            self.ratio = ratio;
            self.sprites.forget();
        }
        self.pen.clear(camera.width, camera.height, ratio);
        if let Some(ground) = &mut self.ground {
            ground.stamp(&self.pen, &self.theme, camera, ratio);
        }
        self.draw_way(camera, now);
        let selected = self.selected.as_ref().map(|(load, _)| *load);
        self.drawn = drawn(&self.trucks, camera, now, selected);
        for one in &self.drawn {
            let is_selected = one.loads.as_slice() == selected.as_slice();
            if one.loads.len() > 1 {
                draw_cluster(&self.pen, &self.theme, one);
            } else {
                self.sprites.stamp(&self.pen, &self.theme, ratio, one.at, one.look, is_selected);
            }
            if let (true, Some((_, number))) = (is_selected, &self.selected) {
                draw_label(&self.pen, &self.theme, one.at, number);
            }
        }
        self.trucks.iter().any(|truck| truck.is_gliding(now))
    }

    /// Where the selected truck went, solid, and the straight way to its next stop, dashed.
    fn draw_way(&self, camera: &Camera, now: f64) {
        let Some(spot) = self.selected_spot(now) else { return };
        let here = camera.place(spot);
        self.pen.ink.set_line_join("round");
        if let Some((_, past)) = self.trail.split_last() {
            self.pen.line(past.iter().map(|spot| camera.place(*spot)).chain([here]));
            self.pen.stroke(&self.theme.accent, 2.5, None);
        }
        if let Some(stop) = self.next_stop {
            let way = great_circle(spot.point(), stop, 32).map(|point| camera.place(point.into()));
            self.pen.line([here].into_iter().chain(way));
            self.pen.stroke(&self.theme.accent, 2.0, Some((4.0, 5.0)));
            let (x, y) = camera.place(stop.into());
            self.pen.circle(x, y, 5.0);
            self.pen.fill(&self.theme.surface);
            self.pen.stroke(&self.theme.accent, 2.0, None);
        }
    }
}

fn draw_cluster(pen: &Pen, theme: &Theme, cluster: &Drawn) {
    let (x, y) = cluster.at;
    let radius = if cluster.loads.len() > 9 { 17.0 } else { 14.0 };
    pen.circle(x, y, radius);
    pen.fill(&theme.surface);
    pen.stroke(theme.ring(cluster.look.risk), 3.0, None);
    pen.ink.set_font("600 12px \"Inter Variable\", system-ui, sans-serif");
    pen.ink.set_text_align("center");
    pen.text(&cluster.loads.len().to_string(), x, y + 4.0, &theme.ink);
    pen.ink.set_text_align("start");
}

fn draw_label(pen: &Pen, theme: &Theme, (x, y): (f64, f64), number: &str) {
    pen.ink.set_font("500 11px ui-monospace, Menlo, monospace");
    let width = pen.ink.measure_text(number).map_or(110.0, |text| text.width());
    pen.ink.begin_path();
    _ = pen.ink.round_rect_with_f64(x + 15.0, y - 10.0, width + 16.0, 20.0, 4.0);
    pen.fill(&theme.ink);
    pen.text(number, x + 23.0, y + 4.0, &theme.surface);
}

fn bounds(low: Point, high: Point) -> LatLngBounds {
    LatLngBounds::new(&LatLng::new(low.lat, low.lng), &LatLng::new(high.lat, high.lng))
}

/// Whether the reader wants nothing to move.
fn is_still() -> bool {
    window().match_media("(prefers-reduced-motion: reduce)").ok().flatten().is_some_and(|query| query.matches())
}

fn now() -> f64 {
    window().performance().as_ref().map_or(0.0, Performance::now)
}

/// Makes the small note beside the pointer.
pub fn make_tip(beside: &HtmlElement) -> Option<HtmlElement> {
    let tip: HtmlElement = document().create_element("div").ok()?.dyn_into().ok()?;
    tip.set_class_name("mtip");
    _ = tip.set_attribute("role", "presentation");
    beside.parent_element()?.append_child(&tip).ok()?;
    Some(tip)
}
