//! The way a truck takes. No roads are at hand offline, so it is the great circle, gently bent to both sides, and around
//! lakes, the sea and the neighbours.

use std::f64::consts::PI;

use contract::geo::{CIRCUITY, Point};
use rand::{Rng, rngs::StdRng};

use super::land;

/// Miles in a degree of latitude.
const DEGREE: f64 = 69.0;
/// The widest bend, in miles.
const WIDEST: f64 = 22.0;

/// A way from one place to another: one leg, or several around what trucks can't cross.
#[derive(Clone, Debug)]
pub struct Path {
    legs: Vec<Leg>,
    miles: f64,
}

/// A part of a way.
#[derive(Clone, Copy, Debug)]
struct Leg {
    from: Point,
    to: Point,
    miles: f64,
    /// How far it bends to the side, in degrees: as a bow, as an S, and as a finer wave.
    bends: [f64; 3],
}

impl Path {
    /// A way whose bends come from `rng`.
    pub fn new(from: Point, to: Point, rng: &mut StdRng) -> Self {
        let mut stops = vec![from];
        stops.extend(land::between(from, to));
        stops.push(to);
        let legs: Vec<Leg> = stops.windows(2).map(|pair| Leg::new(pair[0], pair[1], rng)).collect();
        let miles = legs.iter().map(|leg| leg.miles).sum();
        Self { legs, miles }
    }

    /// How long the road is, in miles.
    pub fn road_miles(&self) -> f64 {
        self.miles * CIRCUITY
    }

    /// The place at `share` (0 to 1) of the way.
    pub fn at(&self, share: f64) -> Point {
        let mut left = share.clamp(0.0, 1.0) * self.miles;
        let last = self.legs.len() - 1;
        for leg in &self.legs[..last] {
            if left < leg.miles {
                return leg.at(left / leg.miles);
            }
            left -= leg.miles;
        }
        let leg = &self.legs[last];
        leg.at(if leg.miles > 0.0 { left / leg.miles } else { 1.0 })
    }

    /// Where the truck looks at `share` of the way, in degrees clockwise from north.
    pub fn heading(&self, share: f64) -> f64 {
        let share = share.clamp(0.0, 0.995);
        self.at(share).heading_to(self.at(share + 0.005))
    }
}

impl Leg {
    fn new(from: Point, to: Point, rng: &mut StdRng) -> Self {
        let miles = from.miles_to(to);
        let widest = (miles * 0.07).min(WIDEST) / DEGREE;
        let mut bend = |share: f64| rng.random_range(-1.0..1.0) * widest * share;
        let mut leg = Self { from, to, miles, bends: [bend(1.0), bend(0.5), bend(0.15)] };
        // Along a coast the bends are smaller, until the truck stays dry.
        for _ in 0..5 {
            if leg.is_open() {
                return leg;
            }
            leg.bends = leg.bends.map(|bend| bend * 0.4);
        }
        Self { bends: [0.0; 3], ..leg }
    }

    fn is_open(&self) -> bool {
        let steps = (self.miles / 3.0).ceil().max(1.0);
        (1..steps as u32).all(|step| land::is_open(self.at(f64::from(step) / steps)))
    }

    fn at(&self, share: f64) -> Point {
        let share = share.clamp(0.0, 1.0);
        let straight = great_circle(self.from, self.to, share);
        let side: f64 =
            self.bends.iter().zip([1.0, 2.0, 5.0]).map(|(bend, waves)| bend * (PI * share * waves).sin()).sum();
        let bearing = (self.from.heading_to(self.to) + 90.0).to_radians();
        let stretch = straight.lat.to_radians().cos().max(0.1);
        Point { lat: straight.lat + side * bearing.cos(), lng: straight.lng + side * bearing.sin() / stretch }
    }
}

/// The place at `share` of the shortest way over the globe.
pub(super) fn great_circle(from: Point, to: Point, share: f64) -> Point {
    let cartesian = |point: Point| {
        let (lat, lng) = (point.lat.to_radians(), point.lng.to_radians());
        [lat.cos() * lng.cos(), lat.cos() * lng.sin(), lat.sin()]
    };
    let (a, b) = (cartesian(from), cartesian(to));
    let angle = a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>().clamp(-1.0, 1.0).acos();
    if angle < 1e-6 {
        return from.towards(to, share);
    }
    let (near, far) = (((1.0 - share) * angle).sin() / angle.sin(), (share * angle).sin() / angle.sin());
    let [x, y, z] = [0, 1, 2].map(|axis| a[axis] * near + b[axis] * far);
    Point { lat: z.atan2(x.hypot(y)).to_degrees(), lng: y.atan2(x).to_degrees() }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    const DENVER: Point = Point { lat: 39.74, lng: -104.99 };
    const CHICAGO: Point = Point { lat: 41.88, lng: -87.63 };

    #[test]
    fn a_way_begins_and_ends_where_it_should_and_never_jumps() {
        for seed in 0..50 {
            let path = Path::new(DENVER, CHICAGO, &mut StdRng::seed_from_u64(seed));
            assert!(path.at(0.0).miles_to(DENVER) < 0.01);
            assert!(path.at(1.0).miles_to(CHICAGO) < 0.01);
            for step in 0..1000 {
                let (here, there) = (path.at(f64::from(step) / 1000.0), path.at(f64::from(step + 1) / 1000.0));
                assert!(here.miles_to(there) < path.road_miles() / 1000.0 * 1.2, "at {step} of seed {seed}");
            }
        }
    }

    #[test]
    fn the_truck_looks_where_it_goes() {
        let path = Path::new(DENVER, CHICAGO, &mut StdRng::seed_from_u64(1));
        for step in 0..=100 {
            let heading = path.heading(f64::from(step) / 100.0);
            assert!((20.0..160.0).contains(&heading), "{heading} is not eastward");
        }
    }

    #[test]
    fn no_truck_gets_wet_or_leaves_the_country() {
        let towns = crate::demo::towns((-125.0, -66.0));
        // Every pair would take long; a stride that shares no factor with their number takes some of each town.
        for (n, place) in (0..towns.len() * towns.len()).step_by(101).enumerate() {
            let (from, to) = (towns[place / towns.len()], towns[place % towns.len()]);
            let path = Path::new(from.point, to.point, &mut StdRng::seed_from_u64(n as u64));
            let steps = (path.road_miles() / 5.0).ceil() as u32;
            let closed = |step: u32| !land::is_open(path.at(f64::from(step) / f64::from(steps)));
            // A corner may be cut: the outlines are drawn to a few miles.
            let wet = (1..steps).find(|step| closed(*step) && closed(step + 1));
            assert!(wet.is_none(), "{}, {} to {}, {}: {path:?}", from.city, from.state, to.city, to.state);
        }
    }

    #[test]
    fn the_same_seed_drives_the_same_way() {
        let way = |seed| Path::new(DENVER, CHICAGO, &mut StdRng::seed_from_u64(seed)).at(0.4);
        assert_eq!(way(7), way(7));
        assert_ne!(way(7), way(8));
    }

    #[test]
    fn no_way_at_all_is_one_too() {
        let path = Path::new(DENVER, DENVER, &mut StdRng::seed_from_u64(1));
        assert!(path.at(0.5).miles_to(DENVER) < 0.01 && path.heading(0.5).is_finite());
        assert!(path.road_miles().abs() < 0.01);
    }
}
