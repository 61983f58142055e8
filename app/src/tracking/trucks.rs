//! The trucks on the map: where each is drawn at a moment, and which are drawn as one.

use std::collections::BTreeMap;

use contract::{
    LoadId,
    geo::Point,
    risk::Risk,
    tracking::{Freshness, LastFix},
};

use super::mercator::{Camera, Spot};

/// A truck takes this much longer for its way than its two fixes lay apart, so that it is still driving when the next
/// one is a little late. It is drawn about one report behind.
const SLACK: f64 = 1.15;
/// The shortest and the longest time of a glide, in milliseconds (`users.md` §3: adaptive, up to about 8 s).
const GLIDE_MS: (f64, f64) = (300.0, 8_000.0);
/// After a silence longer than this, in milliseconds, nobody knows how it went: the truck is simply there. It is a little
/// more than the 15 s between two polls.
const GLIDE_GAP_MS: i64 = 17_000;
/// Nor does a truck glide further than this, in miles: it is more than a truck drives in that time even in a demo, whose
/// clock runs faster.
const GLIDE_MILES: f64 = 20.0;
/// How long a truck that wasn't seen driving fades in at its new place, in milliseconds.
const FADE_MS: f64 = 500.0;
/// How far a truck may have moved before it is worth drawing again, in pixels.
const STEP_PX: f64 = 0.25;
/// The longest wait until the next drawing while a truck moves, in milliseconds.
const LONGEST_REST_MS: f64 = 1_000.0;
/// With more than this many in view, those near each other are drawn as one; first in a wide window, then in a narrow
/// one (`domain.md` §4.2).
const CLUSTER_ABOVE: [usize; 2] = [50, 30];
/// A window narrower than this, in pixels, is a narrow one.
const NARROW_PX: f64 = 600.0;
/// How many fewer it takes before they are drawn apart again.
const CLUSTER_LAG: usize = 5;
/// The side of a cluster's square, in pixels.
const CLUSTER_PX: f64 = 56.0;

/// How a truck looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The ring's colour.
    pub risk: Risk,
    /// How faded it is.
    pub freshness: Freshness,
    /// Where the arrow points, in 32nds of the circle from north; no arrow when nobody told.
    pub heading: Option<u8>,
}

/// What is known of a truck, for drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// Of which load.
    pub load: LoadId,
    /// Where it was last.
    pub fix: LastFix,
    /// How the load stands.
    pub risk: Risk,
    /// How old the fix is.
    pub freshness: Freshness,
}

/// A truck on the map.
#[derive(Clone, Copy, Debug)]
pub struct Truck {
    /// Of which load.
    pub load: LoadId,
    /// How it looks.
    pub look: Look,
    fixed_at: i64,
    from: Spot,
    to: Spot,
    started: f64,
    lasts: f64,
    appeared: Option<f64>,
}

impl Truck {
    fn new(report: &Report) -> Self {
        let spot = report.fix.point().into();
        Self {
            load: report.load,
            look: report.look(),
            fixed_at: report.fix.at.millis(),
            from: spot,
            to: spot,
            started: 0.0,
            lasts: GLIDE_MS.0,
            appeared: None,
        }
    }

    /// Where it is drawn at `now`, in the page's milliseconds.
    pub fn spot(&self, now: f64) -> Spot {
        self.from.towards(self.to, ((now - self.started) / self.lasts).clamp(0.0, 1.0))
    }

    /// Where it really was last.
    pub const fn fixed(&self) -> Spot {
        self.to
    }

    /// How much of it is seen, 0 to 1: less than all of it while it fades in.
    pub fn presence(&self, now: f64) -> f64 {
        self.appeared.map_or(1.0, |at| ((now - at) / FADE_MS).clamp(0.1, 1.0))
    }

    /// Whether it is still on its way to where it was last.
    pub fn is_gliding(&self, now: f64) -> bool {
        self.from != self.to && now < self.started + self.lasts
    }

    /// How long the drawing of `drawn_at` does for it, in milliseconds; for good when nothing is said.
    fn rest(&self, drawn_at: f64, scale: f64) -> Option<f64> {
        if self.presence(drawn_at) < 1.0 {
            return Some(0.0);
        }
        let px_per_ms = self.from.distance(self.to) * scale / self.lasts;
        self.is_gliding(drawn_at).then(|| (STEP_PX / px_per_ms).min(LONGEST_REST_MS))
    }

    /// Takes what is known now. A fix that is older than the one it has moves nothing.
    fn take(&mut self, report: &Report, now: f64, glides: bool) {
        self.look = report.look();
        let (to, at) = (Spot::from(report.fix.point()), report.fix.at.millis());
        if at <= self.fixed_at {
            return;
        }
        if to != self.to {
            let gap_ms = at - self.fixed_at;
            let here = self.spot(now);
            let near = here.point().miles_to(report.fix.point()) <= GLIDE_MILES;
            let knows_how = glides && near && gap_ms <= GLIDE_GAP_MS;
            self.from = if knows_how { here } else { to };
            self.appeared = (glides && !knows_how).then_some(now);
            self.to = to;
            self.started = now;
            self.lasts = (gap_ms as f64 * SLACK).clamp(GLIDE_MS.0, GLIDE_MS.1);
        }
        self.fixed_at = at;
    }
}

impl Report {
    fn look(&self) -> Look {
        let heading = self.fix.heading.map(|degrees| ((degrees / 11.25).round() as i64).rem_euclid(32) as u8);
        Look { risk: self.risk, freshness: self.freshness, heading }
    }
}

/// All trucks on the map, in the order of their loads' ids.
#[derive(Default)]
pub struct Trucks(Vec<Truck>);

impl Trucks {
    /// Takes what is known now: trucks come, go, and set out for their new places.
    pub fn take(&mut self, reports: &[Report], now: f64, glides: bool) {
        let mut trucks: Vec<Truck> = reports
            .iter()
            .map(|report| {
                let mut truck = self.of(report.load).copied().unwrap_or_else(|| Truck::new(report));
                truck.take(report, now, glides);
                truck
            })
            .collect();
        trucks.sort_unstable_by_key(|truck| truck.load);
        self.0 = trucks;
    }

    /// The truck of a load.
    pub fn of(&self, load: LoadId) -> Option<&Truck> {
        let at = self.0.binary_search_by_key(&load, |truck| truck.load).ok()?;
        self.0.get(at)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Truck> {
        self.0.iter()
    }

    /// How long the drawing of `drawn_at` does, in milliseconds, before a truck in view has visibly moved on; for good
    /// when all of them stand.
    pub fn rest(&self, drawn_at: f64, camera: &Camera) -> Option<f64> {
        let in_view = |truck: &&Truck| camera.sees(camera.place(truck.spot(drawn_at)), CLUSTER_PX);
        self.iter().filter(in_view).filter_map(|truck| truck.rest(drawn_at, camera.scale)).min_by(f64::total_cmp)
    }
}

/// What is drawn at one spot of the window: a truck, or several as one.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// In the window.
    pub at: (f64, f64),
    /// Whose trucks.
    pub loads: Vec<LoadId>,
    /// Of the only one, or of the worst.
    pub look: Look,
    /// How much of it is seen, 0 to 1.
    pub presence: f64,
}

/// What the window shows at `now`, the worst last so that they lie on top. The selected truck always stands alone.
/// `gathered`: whether near trucks were drawn as one the last time, so that a single truck on the window's edge doesn't
/// make them fall apart and gather with every drawing.
pub fn drawn(trucks: &Trucks, camera: &Camera, now: f64, selected: Option<LoadId>, gathered: bool) -> Vec<Drawn> {
    let in_view = trucks.iter().filter_map(|truck| {
        let at = camera.place(truck.spot(now));
        camera.sees(at, CLUSTER_PX).then_some((truck, at))
    });
    let mut alone: Vec<Drawn> = in_view
        .map(|(truck, at)| Drawn { at, loads: vec![truck.load], look: truck.look, presence: truck.presence(now) })
        .collect();
    if alone.len() > CLUSTER_ABOVE[usize::from(camera.width < NARROW_PX)] - usize::from(gathered) * CLUSTER_LAG {
        alone = clustered(alone, camera, selected);
    }
    alone.sort_by_key(|drawn| (drawn.loads.as_slice() == selected.as_slice(), drawn.look.risk, drawn.loads.len()));
    alone
}

/// Puts those into one that share a square of a grid. The grid lies on the world and not on the window, so that panning
/// changes nothing.
fn clustered(alone: Vec<Drawn>, camera: &Camera, selected: Option<LoadId>) -> Vec<Drawn> {
    let mut squares = BTreeMap::<(i64, i64), Drawn>::new();
    let mut kept = Vec::new();
    for one in alone {
        if one.loads.as_slice() == selected.as_slice() {
            kept.push(one);
            continue;
        }
        let square = |at: f64, edge: f64| ((at + edge) / CLUSTER_PX).floor() as i64;
        let key = (square(one.at.0, camera.left), square(one.at.1, camera.top));
        let Some(group) = squares.get_mut(&key) else {
            squares.insert(key, one);
            continue;
        };
        let share = 1.0 / (group.loads.len() + 1) as f64;
        group.at.0 += (one.at.0 - group.at.0) * share;
        group.at.1 += (one.at.1 - group.at.1) * share;
        group.look.risk = group.look.risk.max(one.look.risk);
        group.presence = 1.0;
        group.loads.extend(one.loads);
    }
    kept.extend(squares.into_values());
    kept
}

/// The smallest box around places: south-west and north-east.
pub fn around(points: impl Iterator<Item = Point>) -> Option<(Point, Point)> {
    points.fold(None, |edges, point| {
        let (low, high): (Point, Point) = edges.unwrap_or((point, point));
        Some((
            Point { lat: low.lat.min(point.lat), lng: low.lng.min(point.lng) },
            Point { lat: high.lat.max(point.lat), lng: high.lng.max(point.lng) },
        ))
    })
}

#[cfg(test)]
mod tests {
    use contract::{Timestamp, tracking::Source};

    use super::*;

    const DENVER: Point = Point { lat: 39.74, lng: -104.99 };

    fn load(number: u128) -> LoadId {
        format!("{number:032x}").parse().expect("an id")
    }

    fn report(number: u128, lat: f64, at_s: i64) -> Report {
        let fix = LastFix {
            lat,
            lng: DENVER.lng,
            heading: None,
            speed: None,
            at: Timestamp::from_millis(at_s * 1000),
            source: Source::Eld,
        };
        Report { load: load(number), fix, risk: Risk::None, freshness: Freshness::Live }
    }

    fn after(first: Report, second: Report, glides: bool) -> Truck {
        let mut trucks = Trucks::default();
        trucks.take(&[first], 0.0, glides);
        trucks.take(&[second], 10_000.0, glides);
        *trucks.of(first.load).expect("the truck")
    }

    #[test]
    fn a_truck_drives_evenly_for_as_long_as_its_fixes_lay_apart_and_a_little_longer() {
        let truck = after(report(1, 39.74, 0), report(1, 39.75, 5), true);

        let latitude = |now: f64| truck.spot(now).point().lat;
        let steps: Vec<f64> = (0..5).map(|s| latitude(11_000.0 + f64::from(s) * 1_000.0)).collect();
        assert!(steps.windows(2).all(|pair| (pair[1] - pair[0] - (steps[1] - steps[0])).abs() < 1e-6), "{steps:?}");
        assert!(truck.is_gliding(15_000.0), "the next fix is due now");
        assert!(!truck.is_gliding(16_000.0));
        assert_eq!(truck.spot(16_000.0), truck.fixed());
    }

    #[test]
    fn a_truck_goes_on_from_where_it_is_drawn_when_the_next_fix_comes_early() {
        let mut trucks = Trucks::default();
        trucks.take(&[report(1, 39.74, 0)], 0.0, true);
        trucks.take(&[report(1, 39.75, 4)], 4_000.0, true);
        let drawn = trucks.of(load(1)).expect("the truck").spot(6_000.0);
        trucks.take(&[report(1, 39.76, 6)], 6_000.0, true);

        assert_eq!(trucks.of(load(1)).expect("the truck").spot(6_000.0), drawn);
    }

    #[test]
    fn an_older_fix_moves_nothing() {
        let truck = after(report(1, 39.74, 60), report(1, 39.75, 55), true);

        assert_eq!(truck.fixed(), Spot::from(Point { lat: 39.74, ..DENVER }));
        assert!(!truck.is_gliding(10_001.0));
    }

    #[test]
    fn a_window_of_standing_trucks_rests_and_a_far_view_of_moving_ones_is_drawn_seldom() {
        let mut trucks = Trucks::default();
        trucks.take(&[report(1, 39.74, 0)], 0.0, true);
        let camera = |zoom| Camera::over(DENVER, zoom, 800.0, 600.0);
        assert_eq!(trucks.rest(0.0, &camera(5.0)), None);

        // 64 miles an hour.
        trucks.take(&[report(1, 39.741_3, 5)], 5_000.0, true);
        let (far, near) = (trucks.rest(5_000.0, &camera(5.0)), trucks.rest(5_000.0, &camera(12.0)));
        assert!(far.is_some_and(|ms| ms > 900.0), "{far:?}");
        assert!(near.is_some_and(|ms| ms < 400.0), "{near:?}");
        assert_eq!(trucks.rest(11_000.0, &camera(12.0)), None, "it has arrived");
    }

    #[test]
    fn motion_that_nobody_saw_is_not_drawn() {
        for (name, second, glides) in [
            ("a long silence", report(1, 39.75, 18), true),
            ("a long way", report(1, 40.15, 5), true),
            ("a reader who wants no motion", report(1, 39.75, 5), false),
        ] {
            let truck = after(report(1, 39.74, 0), second, glides);
            assert!(!truck.is_gliding(10_001.0), "{name}");
            assert_eq!(truck.spot(10_000.0), truck.fixed(), "{name}");
            assert_eq!(truck.presence(10_000.0) < 1.0, glides, "{name}: it fades in, unless nothing may move");
            assert!(truck.presence(10_600.0) >= 1.0, "{name}");
        }
    }

    #[test]
    fn many_trucks_in_one_place_are_drawn_as_one_with_the_worst_colour_and_the_selected_beside_it() {
        let mut reports: Vec<Report> = (0..60).map(|number| report(number, 39.74, 0)).collect();
        reports[7].risk = Risk::Late;
        let mut trucks = Trucks::default();
        trucks.take(&reports, 0.0, true);
        let camera = Camera::over(DENVER, 6.0, 800.0, 600.0);

        let drawn = drawn(&trucks, &camera, 0.0, Some(load(3)), false);

        assert_eq!(drawn.len(), 2);
        assert_eq!((drawn[0].loads.len(), drawn[0].look.risk), (59, Risk::Late));
        assert_eq!(drawn[1].loads, [load(3)]);
    }
}
