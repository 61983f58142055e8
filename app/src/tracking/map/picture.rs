//! What is drawn: the ground, the selected truck's way, the trucks, and how long a drawing does.

use contract::{LoadId, fence::Fence, geo::Point};
use leptos::prelude::window;
use web_sys::HtmlElement;

use super::{ground::Ground, pen::Pen, sprites, sprites::Sprites, theme::Theme};
use crate::tracking::{
    mercator::{Camera, Spot, great_circle},
    trucks::{Drawn, Report, Trucks, around, drawn},
};

/// How far from a truck a click still means it, in pixels; fingers need more than pointers, so it errs on their side.
const REACH: f64 = 8.0;
/// The radius of a cluster of up to nine, and of a larger one.
const CLUSTER_RADIUS: [f64; 2] = [14.0, 17.0];

/// A fence smaller than this, in pixels, is not drawn.
const SMALLEST_FENCE: f64 = 4.0;
/// Miles in a degree of latitude.
const DEGREE_MILES: f64 = 69.09;

/// How broad the column of the tools is, in pixels; what matters isn't drawn beneath it.
pub const TOOLS: f64 = 60.0;

/// The picture with everything that is drawn in it.
pub struct Picture {
    pen: Pen,
    theme: Theme,
    ratio: f64,
    sprites: Sprites,
    ground: Option<Ground>,
    /// Whether tiles are beneath, so that no ground is drawn.
    pub tiled: bool,
    trucks: Trucks,
    drawn: Vec<Drawn>,
    gathered: bool,
    selected: Option<(LoadId, String)>,
    trail: Vec<Spot>,
    next_stop: Option<Point>,
    fences: Vec<Fence>,
}

impl Picture {
    /// An empty one over everything else in `host`.
    pub fn over(host: &HtmlElement) -> Option<Self> {
        let pen = Pen::new()?;
        pen.canvas.set_class_name("mcv");
        _ = pen.canvas.set_attribute("aria-hidden", "true");
        host.append_child(&pen.canvas).ok()?;
        Some(Self {
            pen,
            theme: Theme::of(host),
            ratio: 1.0,
            sprites: Sprites::default(),
            ground: None,
            tiled: false,
            trucks: Trucks::default(),
            drawn: Vec::new(),
            gathered: false,
            selected: None,
            trail: Vec::new(),
            next_stop: None,
            fences: Vec::new(),
        })
    }

    /// Takes it off the page.
    pub fn remove(&self) {
        self.pen.canvas.remove();
    }

    /// Takes what is known of the trucks, and which is the selected one with its load's number.
    pub fn take(&mut self, reports: &[Report], selected: Option<(LoadId, String)>, now: f64, glides: bool) {
        let chosen = selected.as_ref().map(|(load, _)| *load);
        let before = chosen.and_then(|load| self.trucks.of(load)).copied();
        self.trucks.take(reports, now, glides);
        if chosen != self.selected.as_ref().map(|(load, _)| *load) {
            self.trail.clear();
            self.next_stop = None;
            self.fences.clear();
        } else if let (Some(before), Some(after)) = (before, chosen.and_then(|load| self.trucks.of(load)))
            && before.fixed() != after.fixed()
        {
            self.trail.push(before.spot(now));
            if !after.is_gliding(now) {
                self.trail.push(before.fixed());
            }
        }
        self.selected = selected;
    }

    /// Takes where the selected truck went, oldest first. Its last stretch is drawn up to the truck, which may be still
    /// on the way there.
    pub fn take_trail(&mut self, mut trail: Vec<Spot>) {
        if trail.last().is_some_and(|last| self.selected_fix() == Some(*last)) {
            trail.pop();
        }
        self.trail = trail;
    }

    /// Takes where the selected truck goes next.
    pub fn take_next_stop(&mut self, next_stop: Option<Point>) {
        self.next_stop = next_stop;
    }

    /// Takes the fences of the selected load's stops.
    pub fn take_fences(&mut self, fences: Vec<Fence>) {
        self.fences = fences;
    }

    /// Takes the outlines.
    pub fn take_ground(&mut self, ground: Option<Ground>) {
        self.ground = ground;
    }

    /// Draws in the colours that are in force now.
    pub fn recolour(&mut self, host: &HtmlElement) {
        self.theme = Theme::of(host);
        self.sprites.forget();
        if let Some(ground) = &mut self.ground {
            ground.forget();
        }
    }

    /// What a click at a spot of the window means: the nearest within reach. A click on the selected truck means the
    /// next of those that lie there with it, so that each of them can be had.
    pub fn at(&self, x: f64, y: f64) -> Option<&Drawn> {
        let off = |one: &Drawn| (one.at.0 - x).hypot(one.at.1 - y);
        let near = |one: &&Drawn| {
            off(one) <= if one.loads.len() > 1 { cluster_radius(one) } else { sprites::radius(false) + REACH }
        };
        // Those drawn later lie on top, and of several equally near the last one is meant.
        let hit = self.drawn.iter().rev().filter(near).min_by(|one, other| off(one).total_cmp(&off(other)))?;
        let selected = self.selected.as_ref().map(|(load, _)| *load);
        if hit.loads.as_slice() != selected.as_slice() {
            return Some(hit);
        }
        let mut beneath: Vec<&Drawn> = self.drawn.iter().filter(near).collect();
        beneath.sort_by_key(|one| one.loads.first().copied());
        let next = beneath.iter().find(|one| one.loads.first().copied() > selected).or_else(|| beneath.first());
        next.copied()
    }

    /// The box around the trucks of these loads.
    pub fn around(&self, loads: &[LoadId]) -> Option<(Point, Point)> {
        around(loads.iter().filter_map(|load| Some(self.trucks.of(*load)?.fixed().point())))
    }

    /// The box around all trucks.
    pub fn around_all(&self) -> Option<(Point, Point)> {
        around(self.trucks.iter().map(|truck| truck.fixed().point()))
    }

    fn selected_fix(&self) -> Option<Spot> {
        let (load, _) = self.selected.as_ref()?;
        Some(self.trucks.of(*load)?.fixed())
    }

    /// Where the selected truck is drawn at `now`.
    pub fn selected_spot(&self, now: f64) -> Option<Spot> {
        let (load, _) = self.selected.as_ref()?;
        Some(self.trucks.of(*load)?.spot(now))
    }

    /// Draws everything. Gives how long that does, in milliseconds; for good when nothing moves.
    pub fn draw(&mut self, camera: &Camera, now: f64) -> Option<f64> {
        let ratio = window().device_pixel_ratio().max(1.0);
        if self.ratio.to_bits() != ratio.to_bits() {
            self.ratio = ratio;
            self.sprites.forget();
        }
        self.pen.clear(camera.width, camera.height, ratio);
        if let Some(ground) = self.ground.as_mut().filter(|_| !self.tiled) {
            ground.stamp(&self.pen, &self.theme, camera, ratio);
        }
        self.draw_fences(camera);
        self.draw_way(camera, now);
        let selected = self.selected.as_ref().map(|(load, _)| *load);
        self.drawn = drawn(&self.trucks, camera, now, selected, self.gathered);
        self.gathered = self.drawn.iter().any(|one| one.loads.len() > 1);
        for one in &self.drawn {
            let is_selected = one.loads.as_slice() == selected.as_slice();
            if one.loads.len() > 1 {
                draw_cluster(&self.pen, &self.theme, one);
            } else {
                self.pen.ink.set_global_alpha(one.presence);
                self.sprites.stamp(&self.pen, &self.theme, ratio, one.at, one.look, is_selected);
                self.pen.ink.set_global_alpha(1.0);
            }
            if let (true, Some((_, number))) = (is_selected, &self.selected) {
                draw_label(&self.pen, &self.theme, camera, one.at, number);
            }
        }
        self.trucks.rest(now, camera)
    }

    /// The circles within which the selected truck counts as being at its stops, from where on they are more than a dot.
    fn draw_fences(&self, camera: &Camera) {
        for fence in &self.fences {
            let north = Point { lat: fence.center.lat + fence.radius_miles / DEGREE_MILES, ..fence.center };
            let ((x, y), (_, edge)) = (camera.place(fence.center.into()), camera.place(north.into()));
            let radius = (y - edge).abs();
            if radius >= SMALLEST_FENCE {
                self.pen.circle(x, y, radius);
                self.pen.ink.set_global_alpha(0.14);
                self.pen.fill(&self.theme.accent);
                self.pen.ink.set_global_alpha(1.0);
                self.pen.stroke(&self.theme.accent, 1.5, Some((3.0, 3.0)));
            }
        }
    }

    /// Where the selected truck went, solid, and the straight way to its next stop, dashed.
    fn draw_way(&self, camera: &Camera, now: f64) {
        let Some(spot) = self.selected_spot(now) else { return };
        let here = camera.place(spot);
        self.pen.ink.set_line_join("round");
        self.pen.line(self.trail.iter().map(|spot| camera.place(*spot)).chain([here]));
        self.pen.stroke(&self.theme.accent, 2.5, None);
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

fn cluster_radius(cluster: &Drawn) -> f64 {
    CLUSTER_RADIUS[usize::from(cluster.loads.len() > 9)]
}

fn draw_cluster(pen: &Pen, theme: &Theme, cluster: &Drawn) {
    let (x, y) = cluster.at;
    pen.circle(x, y, cluster_radius(cluster));
    pen.fill(&theme.surface);
    pen.stroke(theme.ring(cluster.look.risk), 3.0, None);
    pen.ink.set_font("600 12px \"Inter Variable\", system-ui, sans-serif");
    pen.ink.set_text_align("center");
    pen.text(&cluster.loads.len().to_string(), x, y + 4.0, &theme.ink);
    pen.ink.set_text_align("start");
}

/// The label stands to the right of its truck, and to the left of it where the tools are.
fn draw_label(pen: &Pen, theme: &Theme, camera: &Camera, (x, y): (f64, f64), number: &str) {
    pen.ink.set_font("500 11px ui-monospace, Menlo, monospace");
    let width = pen.ink.measure_text(number).map_or(110.0, |text| text.width()) + 16.0;
    let left = if x + 15.0 + width > camera.width - TOOLS { x - 15.0 - width } else { x + 15.0 };
    pen.ink.begin_path();
    _ = pen.ink.round_rect_with_f64(left, y - 10.0, width, 20.0, 4.0);
    pen.fill(&theme.ink);
    pen.text(number, left + 8.0, y + 4.0, &theme.surface);
}
