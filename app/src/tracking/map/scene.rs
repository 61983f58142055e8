//! The map's window: Leaflet moves the view, and one canvas above it holds everything that is drawn.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use contract::{LoadId, geo::Point};
use leaflet::{LatLng, LatLngBounds, Map, MapOptions};
use leptos::{
    leptos_dom::helpers::TimeoutHandle,
    prelude::{request_animation_frame, set_timeout_with_handle, window},
};
use wasm_bindgen::JsValue;
use web_sys::{HtmlElement, Performance};

use super::{
    Order,
    ground::Ground,
    picture::{Picture, TOOLS},
    tiles::Tiles,
};
use crate::tracking::{
    address::View,
    mercator::Camera,
    trucks::{Drawn, Report},
};

/// The contiguous United States: what is shown while there is no truck.
const HOME: (Point, Point) = (Point { lat: 25.0, lng: -124.5 }, Point { lat: 49.4, lng: -67.0 });
/// As far as the view goes: North America.
const EDGES: (Point, Point) = (Point { lat: 5.0, lng: -175.0 }, Point { lat: 73.0, lng: -45.0 });
/// How near the built-in map comes; with tiles one may go on.
const NEAREST: f64 = 12.0;
const NEAREST_TILE: f64 = 18.0;
/// The steps of the zoom on the built-in map, which is sharp at each of them.
const ZOOM_STEP: f64 = 0.25;
/// As near as showing all trucks, or one, goes by itself.
const FIT_ZOOM: f64 = 8.0;
/// How far from the upper left and from the lower right corner of the window trucks are shown, in pixels: the tools are
/// at the right and the legend below.
const CLEAR: ((f64, f64), (f64, f64)) = ((32.0, 32.0), (TOOLS + 16.0, 60.0));
/// A rest shorter than this, in milliseconds, is over with the browser's next frame.
const FRAME_MS: f64 = 17.0;

/// The map's window.
pub struct Scene {
    /// Leaflet's part.
    pub map: Map,
    host: HtmlElement,
    /// Whether the browser's next frame draws.
    waiting: Cell<bool>,
    /// The drawing after the next rest.
    next: Cell<Option<TimeoutHandle>>,
    /// Whether the view goes with the selected truck.
    pub follows: Cell<bool>,
    /// Whether the selected truck is to be brought into view.
    seeks: Cell<bool>,
    /// Whether the view moves by itself just now, and not by the reader's hand.
    by_itself: Cell<bool>,
    /// Whether a view was chosen, by the address or because trucks came.
    settled: Cell<bool>,
    tiles: RefCell<Option<Tiles>>,
    picture: RefCell<Picture>,
}

impl Scene {
    /// Makes the map in `host`; nothing when the browser can't.
    pub fn new(host: HtmlElement, view: Option<View>) -> Option<Rc<Self>> {
        let options = MapOptions::new();
        options.set_zoom_control(false);
        options.set_attribution_control(false);
        // Our canvas shows each step of the view itself; Leaflet's own animation would scale an old picture.
        options.set_zoom_animation(false);
        options.set_fade_animation(false);
        options.set_inertia(!is_still());
        options.set_zoom_snap(ZOOM_STEP);
        options.set_wheel_px_per_zoom_level(90.0);
        options.set_min_zoom(3.0);
        options.set_max_zoom(NEAREST);
        options.set_max_bounds(bounds(EDGES));
        // Drawing looks at the window's size itself.
        options.set_track_resize(false);
        let map = Map::new_with_element(&host, &options).ok()?;
        map.fit_bounds(&bounds(HOME));
        let picture = Picture::over(&host)?;
        let scene = Rc::new(Self {
            map,
            host,
            waiting: Cell::new(false),
            next: Cell::new(None),
            follows: Cell::new(false),
            seeks: Cell::new(false),
            by_itself: Cell::new(false),
            settled: Cell::new(false),
            tiles: RefCell::new(None),
            picture: RefCell::new(picture),
        });
        if let Some(view) = view {
            scene.show(view);
        }
        Some(scene)
    }

    /// Lays tiles beneath everything; `failed` is called when they can't be had and the ground has taken their place.
    pub fn lay_tiles(self: &Rc<Self>, url: &str, failed: impl Fn() + 'static) {
        // Between whole steps tiles would be scaled and blurred.
        self.snap_zoom(1.0);
        self.move_to(|map| _ = map.set_zoom_with_options(map.get_zoom().round(), &still()));
        self.map.set_max_zoom(NEAREST_TILE);
        self.picture.borrow_mut().tiled = true;
        let scene = Rc::downgrade(self);
        let fall = move || {
            let scene = scene.clone();
            // Not from within the layer's own event.
            leptos::prelude::queue_microtask(move || {
                if let Some(scene) = scene.upgrade() {
                    scene.remove_tiles();
                }
            });
            failed();
        };
        *self.tiles.borrow_mut() = Some(Tiles::on(&self.map, url, fall));
    }

    fn remove_tiles(self: &Rc<Self>) {
        drop(self.tiles.take());
        self.picture.borrow_mut().tiled = false;
        self.snap_zoom(ZOOM_STEP);
        self.map.set_max_zoom(NEAREST);
        self.redraw();
    }

    fn snap_zoom(&self, step: f64) {
        if let Ok(options) = js_sys::Reflect::get(self.map.as_ref(), &"options".into()) {
            set_option(&options, "zoomSnap", step);
        }
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

    /// Asks for a drawing once the last one no longer does.
    fn redraw_after(self: &Rc<Self>, rest_ms: f64) {
        if rest_ms < FRAME_MS {
            return self.redraw();
        }
        let scene = Rc::downgrade(self);
        let later = move || {
            if let Some(scene) = scene.upgrade() {
                scene.redraw();
            }
        };
        self.next.set(set_timeout_with_handle(later, Duration::from_millis(rest_ms as u64)).ok());
    }

    fn forget_next(&self) {
        if let Some(next) = self.next.take() {
            next.clear();
        }
    }

    /// Takes what is known of the trucks, and which is the selected one with its load's number.
    pub fn take(self: &Rc<Self>, reports: &[Report], selected: Option<(LoadId, String)>) {
        self.picture.borrow_mut().take(reports, selected, now(), !is_still());
        if !reports.is_empty() && !self.settled.replace(true) {
            self.fit_all();
        }
        self.redraw();
    }

    /// Changes something of the picture, and draws it.
    pub fn change(self: &Rc<Self>, change: impl FnOnce(&mut Picture)) {
        change(&mut self.picture.borrow_mut());
        self.redraw();
    }

    /// Takes the outlines.
    pub fn take_ground(self: &Rc<Self>, ground: Option<Ground>) {
        self.change(|picture| picture.take_ground(ground));
    }

    /// Draws in the colours that are in force now.
    pub fn recolour(self: &Rc<Self>) {
        self.change(|picture| picture.recolour(&self.host));
    }

    /// Brings the selected truck into view, if it isn't, with the next drawing: only then is the window's size known,
    /// which the panel changes.
    pub fn show_selected(self: &Rc<Self>) {
        self.seeks.set(true);
        self.redraw();
    }

    fn seek(&self) {
        let camera = self.camera();
        let spot = self.picture.borrow().selected_spot(now());
        if let Some(spot) = spot.filter(|spot| !camera.sees(camera.place(*spot), -40.0)) {
            let point = spot.point();
            self.by_itself.set(true);
            self.map.set_view_with_options(&lat_lng(point), self.map.get_zoom(), &still_if_wanted());
        }
    }

    /// What is in view.
    pub fn view(&self) -> View {
        let center = self.map.get_center();
        View { center: Point { lat: center.lat(), lng: center.lng() }, zoom: self.map.get_zoom() }
    }

    /// Shows a view, if it isn't the one that is shown.
    pub fn show(&self, view: View) {
        self.settled.set(true);
        if self.view().to_string() != view.to_string() {
            self.move_to(|map| _ = map.set_view_with_options(&lat_lng(view.center), view.zoom, &still()));
        }
    }

    /// Whether the move that just ended was the reader's.
    pub fn moved_by_hand(&self) -> bool {
        !self.by_itself.replace(false)
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

    /// What a click at a spot of the window means.
    pub fn at(&self, x: f64, y: f64) -> Option<Drawn> {
        self.picture.borrow().at(x, y).cloned()
    }

    /// Comes as near as shows each of these trucks; whether that is nearer than before.
    pub fn fit(&self, loads: &[LoadId]) -> bool {
        let before = self.map.get_zoom();
        let edges = self.picture.borrow().around(loads);
        self.fit_edges(edges, self.map.get_max_zoom());
        self.map.get_zoom() > before
    }

    /// Takes everything off the page.
    pub fn close(&self) {
        self.forget_next();
        drop(self.tiles.take());
        self.map.remove();
        self.picture.borrow().remove();
    }

    fn fit_all(&self) {
        let edges = self.picture.borrow().around_all();
        self.move_to(|_| self.fit_edges(edges.or(Some(HOME)), FIT_ZOOM));
    }

    fn fit_edges(&self, edges: Option<(Point, Point)>, nearest: f64) {
        let Some(edges) = edges else { return };
        let options = still();
        for (side, (x, y)) in [("paddingTopLeft", CLEAR.0), ("paddingBottomRight", CLEAR.1)] {
            set_option(&options, side, js_sys::Array::of2(&x.into(), &y.into()));
        }
        set_option(&options, "maxZoom", nearest);
        self.map.fit_bounds_with_options(&bounds(edges), &options);
    }

    /// Moves the view at once, and not by the reader's hand.
    fn move_to(&self, move_view: impl FnOnce(&Map)) {
        self.by_itself.set(true);
        move_view(&self.map);
        self.by_itself.set(false);
    }

    fn camera(&self) -> Camera {
        let View { center, zoom } = self.view();
        let (width, height) = (f64::from(self.host.client_width()), f64::from(self.host.client_height()));
        Camera::over(center, zoom, width, height)
    }

    /// Goes with the selected truck, when that is wanted and it has left the middle.
    fn follow(&self, now: f64) {
        if !self.follows.get() {
            return;
        }
        let camera = self.camera();
        let Some(spot) = self.picture.borrow().selected_spot(now) else { return };
        let (x, y) = camera.place(spot);
        let off = ((x - camera.width / 2.0).round(), (y - camera.height / 2.0).round());
        if off != (0.0, 0.0) {
            self.move_to(|map| _ = map.pan_by_with_options(&leaflet::Point::new(off.0, off.1), &still()));
        }
    }

    fn draw(self: &Rc<Self>) {
        self.forget_next();
        let size = self.map.get_size();
        if (size.x() as i32, size.y() as i32) != (self.host.client_width(), self.host.client_height()) {
            self.move_to(|map| _ = map.invalidate_size(false));
        }
        if self.seeks.replace(false) {
            self.seek();
        }
        let now = now();
        self.follow(now);
        let camera = self.camera();
        let rest = self.picture.borrow_mut().draw(&camera, now);
        if let Some(rest_ms) = rest {
            self.redraw_after(rest_ms);
        }
    }
}

/// Options for a move that is over at once.
fn still() -> js_sys::Object {
    let options = js_sys::Object::new();
    set_option(&options, "animate", false);
    options
}

/// The same for readers who want nothing to move; others see the view go there.
fn still_if_wanted() -> js_sys::Object {
    if is_still() { still() } else { js_sys::Object::new() }
}

fn set_option(options: &JsValue, key: &str, value: impl Into<JsValue>) {
    _ = js_sys::Reflect::set(options, &key.into(), &value.into());
}

fn lat_lng(point: Point) -> LatLng {
    LatLng::new(point.lat, point.lng)
}

fn bounds((low, high): (Point, Point)) -> LatLngBounds {
    LatLngBounds::new(&lat_lng(low), &lat_lng(high))
}

/// Whether the reader wants nothing to move.
fn is_still() -> bool {
    window().match_media("(prefers-reduced-motion: reduce)").ok().flatten().is_some_and(|query| query.matches())
}

fn now() -> f64 {
    window().performance().as_ref().map_or(0.0, Performance::now)
}
