//! Where trucks can't drive: lakes, bays, the sea and the neighbours, roughly, and the places by which one gets around
//! them. Drawn for this project by hand, to a few miles: a truck between two towns must not cross Lake Michigan.

use std::{cmp::Ordering, collections::BinaryHeap, sync::LazyLock};

use contract::{geo::Point, tracking::Bounds};

use super::path::great_circle;

/// How far apart a line is looked at, in miles.
const STEP_MILES: f64 = 4.0;

/// The outlines of what is closed, each closed in itself, and the gates by which one gets around them.
struct Land {
    closed: Vec<Outline>,
    gates: Vec<Point>,
}

struct Outline {
    corners: Vec<Point>,
    /// South, west, north and east of it all is open.
    bounds: Bounds,
}

static LAND: LazyLock<Land> = LazyLock::new(|| {
    let mut land = Land { closed: Vec::new(), gates: Vec::new() };
    for line in include_str!("land.csv").lines().filter(|line| !line.starts_with('#')) {
        let Some((name, corners)) = line.split_once(',') else { continue };
        let point = |corner: &str| {
            let (lat, lng) = corner.split_once(' ')?;
            Some(Point { lat: lat.parse().ok()?, lng: lng.parse().ok()? })
        };
        let corners: Vec<Point> = corners.split(',').filter_map(point).collect();
        if name == "gates" {
            land.gates = corners;
        } else {
            land.closed.push(Outline { bounds: around(&corners), corners });
        }
    }
    land
});

fn around(corners: &[Point]) -> Bounds {
    let nowhere = Bounds { south: 90.0, west: 180.0, north: -90.0, east: -180.0 };
    corners.iter().fold(nowhere, |all, corner| Bounds {
        south: all.south.min(corner.lat),
        west: all.west.min(corner.lng),
        north: all.north.max(corner.lat),
        east: all.east.max(corner.lng),
    })
}

/// Whether a truck can be there.
pub fn is_open(point: Point) -> bool {
    !LAND.closed.iter().any(|outline| outline.bounds.contain(point) && is_inside(&outline.corners, point))
}

/// Whether the shortest line between two places is open all the way.
fn is_clear(from: Point, to: Point) -> bool {
    let steps = (from.miles_to(to) / STEP_MILES).ceil().max(1.0);
    (1..steps as u32).all(|step| is_open(great_circle(from, to, f64::from(step) / steps)))
}

/// Counts how often a line to the east crosses the outline.
fn is_inside(outline: &[Point], point: Point) -> bool {
    let mut inside = false;
    let mut before = outline[outline.len() - 1];
    for corner in outline {
        if (corner.lat > point.lat) != (before.lat > point.lat) {
            let share = (point.lat - corner.lat) / (before.lat - corner.lat);
            inside ^= point.lng < corner.lng + (before.lng - corner.lng) * share;
        }
        before = *corner;
    }
    inside
}

/// Which gates see each other.
static SIGHTS: LazyLock<Vec<Vec<(usize, f64)>>> = LazyLock::new(|| {
    let gates = &LAND.gates;
    let sees = |from: usize, to: &usize| from != *to && is_clear(gates[from], gates[*to]);
    let of_gate = |from: usize| {
        (0..gates.len()).filter(|to| sees(from, to)).map(|to| (to, gates[from].miles_to(gates[to]))).collect()
    };
    (0..gates.len()).map(of_gate).collect()
});

/// A gate with the miles to it, the nearest first.
#[derive(PartialEq)]
struct Reached(f64, usize);
impl Eq for Reached {}
impl Ord for Reached {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.total_cmp(&self.0)
    }
}
impl PartialOrd for Reached {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The places between on the shortest open way: none when the straight one is open, or when there is no other.
pub fn between(from: Point, to: Point) -> Vec<Point> {
    if is_clear(from, to) {
        return Vec::new();
    }
    let gates = &LAND.gates;
    let mut best: Vec<(f64, Option<usize>)> = vec![(f64::INFINITY, None); gates.len()];
    let mut open = BinaryHeap::new();
    for (gate, point) in gates.iter().enumerate().filter(|(_, gate)| is_clear(from, **gate)) {
        best[gate].0 = from.miles_to(*point);
        open.push(Reached(best[gate].0, gate));
    }
    let mut end: Option<(f64, usize)> = None;
    while let Some(Reached(miles, gate)) = open.pop() {
        if end.is_some_and(|(shortest, _)| shortest <= miles) {
            break;
        }
        if miles > best[gate].0 {
            continue;
        }
        let whole = miles + gates[gate].miles_to(to);
        if end.is_none_or(|(shortest, _)| whole < shortest) && is_clear(gates[gate], to) {
            end = Some((whole, gate));
        }
        for (next, leg) in &SIGHTS[gate] {
            if miles + leg < best[*next].0 {
                best[*next] = (miles + leg, Some(gate));
                open.push(Reached(miles + leg, *next));
            }
        }
    }
    let mut way = Vec::new();
    let mut gate = end.map(|(_, gate)| gate);
    while let Some(here) = gate {
        way.push(gates[here]);
        gate = best[here].1;
    }
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::city;

    fn town(name: &str, state: &str) -> Point {
        city(name, state).expect("a town").point
    }

    #[test]
    fn every_town_on_the_mainland_can_be_driven_to() {
        for place in crate::demo::towns((-125.0, -66.0)) {
            assert!(is_open(place.point), "{}", place.city);
        }
        for gate in &LAND.gates {
            assert!(is_open(*gate), "{gate:?}");
        }
    }

    #[test]
    fn the_lakes_and_the_sea_are_driven_around() {
        for (from, to, straight, around) in [
            (town("Milwaukee", "WI"), town("Grand Rapids", "MI"), 112.0, 220.0..300.0),
            (town("Detroit", "MI"), town("Buffalo", "NY"), 216.0, 330.0..400.0),
            (town("Tampa", "FL"), town("New Orleans", "LA"), 482.0, 560.0..720.0),
            (town("El Paso", "TX"), town("Laredo", "TX"), 509.0, 540.0..700.0),
        ] {
            let mut way = vec![from];
            way.extend(between(from, to));
            way.push(to);
            let miles: f64 = way.windows(2).map(|leg| leg[0].miles_to(leg[1])).sum();
            assert!((from.miles_to(to) - straight).abs() < 10.0, "{}", from.miles_to(to));
            assert!(around.contains(&miles), "{miles} miles by {way:?}");
        }
    }

    #[test]
    fn a_straight_way_over_land_stays_straight() {
        assert!(between(town("Denver", "CO"), town("Chicago", "IL")).is_empty());
        assert!(between(town("Dallas", "TX"), town("Atlanta", "GA")).is_empty());
    }
}
