//! The trucks on the map: where each is drawn at a moment, and which are drawn as one.

use std::collections::BTreeMap;

use contract::{
    LoadId,
    geo::Point,
    risk::Risk,
    tracking::{Freshness, LastFix},
};

use super::mercator::{Camera, Spot};

/// How long a truck glides to its new place, in milliseconds.
const GLIDE_MS: f64 = 900.0;
/// After a silence longer than this, in milliseconds, nobody knows how it went: the truck is simply there.
const GLIDE_GAP_MS: i64 = 15_000;
/// Nor does a truck glide further than this, in miles.
const GLIDE_MILES: f64 = 5.0;
/// With more than this many in view, those near each other are drawn as one (`domain.md` §4.2).
const CLUSTER_ABOVE: usize = 50;
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
        }
    }

    /// Where it is drawn at `now`, in the page's milliseconds.
    pub fn spot(&self, now: f64) -> Spot {
        let left = 1.0 - ((now - self.started) / GLIDE_MS).clamp(0.0, 1.0);
        self.from.towards(self.to, 1.0 - left * left)
    }

    /// Where it really was last.
    pub fn fixed(&self) -> Spot {
        self.to
    }

    /// Whether it is still on its way there.
    pub fn is_gliding(&self, now: f64) -> bool {
        self.from != self.to && now < self.started + GLIDE_MS
    }

    fn take(&mut self, report: &Report, now: f64, glides: bool) {
        self.look = report.look();
        let (to, at) = (Spot::from(report.fix.point()), report.fix.at.millis());
        if to != self.to {
            let near = self.to.point().miles_to(report.fix.point()) <= GLIDE_MILES;
            let knows_how = glides && near && (0..=GLIDE_GAP_MS).contains(&(at - self.fixed_at));
            self.from = if knows_how { self.spot(now) } else { to };
            self.to = to;
            self.started = now;
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
}

/// What the window shows at `now`, the worst last so that they lie on top. The selected truck always stands alone.
pub fn drawn(trucks: &Trucks, camera: &Camera, now: f64, selected: Option<LoadId>) -> Vec<Drawn> {
    let in_view = trucks.iter().filter_map(|truck| {
        let at = camera.place(truck.spot(now));
        camera.sees(at, CLUSTER_PX).then_some((truck, at))
    });
    let mut alone: Vec<Drawn> =
        in_view.map(|(truck, at)| Drawn { at, loads: vec![truck.load], look: truck.look }).collect();
    if alone.len() > CLUSTER_ABOVE {
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
    fn a_truck_glides_a_short_hop_and_is_there_within_a_second() {
        let truck = after(report(1, 39.74, 0), report(1, 39.75, 5), true);

        assert!(truck.is_gliding(10_100.0));
        assert!(!truck.is_gliding(11_000.0));
        assert_eq!(truck.spot(11_000.0), truck.fixed());
    }

    #[test]
    fn motion_that_nobody_saw_is_not_drawn() {
        for (name, second, glides) in [
            ("a long silence", report(1, 39.75, 16), true),
            ("a long way", report(1, 39.95, 5), true),
            ("a reader who wants no motion", report(1, 39.75, 5), false),
        ] {
            let truck = after(report(1, 39.74, 0), second, glides);
            assert!(!truck.is_gliding(10_001.0), "{name}");
            assert_eq!(truck.spot(10_000.0), truck.fixed(), "{name}");
        }
    }

    #[test]
    fn many_trucks_in_one_place_are_drawn_as_one_with_the_worst_colour_and_the_selected_beside_it() {
        let mut reports: Vec<Report> = (0..60).map(|number| report(number, 39.74, 0)).collect();
        reports[7].risk = Risk::Late;
        let mut trucks = Trucks::default();
        trucks.take(&reports, 0.0, true);
        let camera = Camera::over(DENVER, 6.0, 800.0, 600.0);

        let drawn = drawn(&trucks, &camera, 0.0, Some(load(3)));

        assert_eq!(drawn.len(), 2);
        assert_eq!((drawn[0].loads.len(), drawn[0].look.risk), (59, Risk::Late));
        assert_eq!(drawn[1].loads, [load(3)]);
    }
}
