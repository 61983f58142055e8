//! Where trucks can't drive: lakes, bays, the sea and the neighbours, roughly, and the places by which one gets around
//! them. Drawn for this project by hand, to a few miles: a truck between two towns must not cross Lake Michigan.

use std::{cmp::Ordering, collections::BinaryHeap, sync::LazyLock};

use contract::geo::Point;

/// How far apart a line is looked at, in miles.
const STEP_MILES: f64 = 4.0;

const fn at(lat: f64, lng: f64) -> Point {
    Point { lat, lng }
}

macro_rules! places {
    ($(($lat:expr, $lng:expr)),+ $(,)?) => { &[$(at($lat, $lng)),+] };
}

/// The outlines, each closed by itself.
const CLOSED: &[&[Point]] = &[
    // Canada west of Lake Superior, and the lake.
    places![
        (49.0, -123.3),
        (49.0, -95.15),
        (48.6, -93.4),
        (48.1, -91.5),
        (47.95, -90.0),
        (47.25, -91.2),
        (46.85, -91.9),
        (46.72, -90.7),
        (46.65, -89.2),
        (47.0, -88.6),
        (46.85, -87.7),
        (46.55, -87.2),
        (46.55, -85.1),
        (46.5, -84.5),
        (46.6, -84.2),
        (50.5, -84.2),
        (53.0, -123.3),
    ],
    // Lake Michigan with Green Bay.
    places![
        (41.68, -87.45),
        (41.75, -86.95),
        (42.1, -86.52),
        (42.8, -86.25),
        (43.7, -86.55),
        (44.7, -86.3),
        (45.2, -85.6),
        (45.7, -85.1),
        (46.0, -85.1),
        (45.95, -86.2),
        (45.7, -86.9),
        (45.1, -87.55),
        (44.62, -87.95),
        (45.2, -86.98),
        (44.4, -87.48),
        (43.7, -87.68),
        (43.0, -87.85),
        (42.3, -87.79),
        (41.9, -87.58),
    ],
    // Lakes Huron, Erie and Ontario, and Canada east of Lake Superior.
    places![
        (43.0, -82.4),
        (42.6, -82.5),
        (42.36, -82.93),
        (42.25, -83.08),
        (42.05, -83.12),
        (41.75, -83.4),
        (41.5, -82.75),
        (41.54, -81.75),
        (41.78, -81.25),
        (42.0, -80.55),
        (42.17, -80.1),
        (42.55, -79.15),
        (42.85, -78.93),
        (43.08, -79.05),
        (43.27, -79.05),
        (43.38, -78.5),
        (43.38, -77.9),
        (43.28, -77.5),
        (43.3, -77.0),
        (43.52, -76.5),
        (43.6, -76.22),
        (44.1, -76.35),
        (44.35, -75.9),
        (44.85, -75.2),
        (45.02, -74.7),
        (45.02, -71.5),
        (45.3, -71.0),
        (46.4, -70.05),
        (47.46, -69.22),
        (47.07, -67.79),
        (45.6, -67.5),
        (44.8, -66.9),
        (44.8, -60.0),
        (50.5, -60.0),
        (50.5, -84.2),
        (46.5, -84.25),
        (46.0, -83.7),
        (45.95, -84.55),
        (45.6, -84.35),
        (45.35, -83.45),
        (44.9, -83.3),
        (44.3, -83.32),
        (43.95, -83.6),
        (43.75, -83.85),
        (44.05, -83.05),
        (43.95, -82.7),
    ],
    // The Atlantic.
    places![
        (25.2, -80.4),
        (25.75, -80.13),
        (26.8, -80.03),
        (28.4, -80.55),
        (29.2, -81.0),
        (30.33, -81.39),
        (31.1, -81.28),
        (32.0, -80.84),
        (32.72, -79.86),
        (33.2, -79.18),
        (33.85, -78.55),
        (33.86, -77.97),
        (34.65, -76.55),
        (35.23, -75.53),
        (35.9, -75.6),
        (36.85, -75.97),
        (37.9, -75.3),
        (38.45, -75.05),
        (38.8, -75.1),
        (38.95, -74.9),
        (39.4, -74.4),
        (40.1, -74.02),
        (40.47, -74.0),
        (40.56, -73.95),
        (40.58, -73.4),
        (40.85, -72.5),
        (41.07, -71.86),
        (41.33, -71.75),
        (41.36, -71.4),
        (41.45, -71.2),
        (41.5, -70.7),
        (41.55, -70.0),
        (42.05, -70.1),
        (41.8, -70.5),
        (42.3, -70.85),
        (42.65, -70.6),
        (43.05, -70.7),
        (43.55, -70.2),
        (43.75, -69.9),
        (44.0, -69.0),
        (44.3, -68.2),
        (44.7, -67.2),
        (44.8, -66.9),
        (44.0, -60.0),
        (22.0, -60.0),
        (22.0, -80.4),
    ],
    // Long Island Sound.
    places![
        (40.87, -73.75),
        (41.02, -73.55),
        (41.12, -73.2),
        (41.24, -72.9),
        (41.26, -72.4),
        (41.3, -71.9),
        (41.1, -71.9),
        (41.15, -72.3),
        (40.97, -72.6),
        (40.95, -73.1),
        (40.9, -73.6),
    ],
    // The bays of the Chesapeake and the Delaware.
    places![
        (39.4, -76.05),
        (39.2, -76.4),
        (38.9, -76.42),
        (38.3, -76.38),
        (37.9, -76.2),
        (37.05, -76.25),
        (36.97, -76.05),
        (37.2, -75.98),
        (37.9, -75.75),
        (38.5, -76.1),
        (39.0, -76.15),
    ],
    places![(39.5, -75.53), (39.2, -75.35), (38.85, -75.1), (38.95, -74.95), (39.2, -75.1), (39.45, -75.48)],
    // The Gulf of Mexico.
    places![
        (25.95, -97.1),
        (27.0, -97.35),
        (27.7, -97.15),
        (28.4, -96.35),
        (28.95, -95.25),
        (29.35, -94.72),
        (29.7, -93.85),
        (29.55, -92.3),
        (29.4, -91.3),
        (29.1, -90.9),
        (29.0, -89.3),
        (30.12, -89.5),
        (30.3, -88.9),
        (30.25, -88.0),
        (30.28, -87.5),
        (30.36, -86.5),
        (30.1, -85.65),
        (29.68, -85.3),
        (29.9, -84.4),
        (30.05, -84.05),
        (29.6, -83.45),
        (29.1, -83.0),
        (28.7, -82.68),
        (28.0, -82.82),
        (27.6, -82.72),
        (27.3, -82.57),
        (26.5, -82.1),
        (26.1, -81.8),
        (25.85, -81.4),
        (25.2, -81.1),
        (24.5, -81.9),
        (22.0, -84.0),
        (22.0, -97.1),
    ],
    // Lakes Pontchartrain and Okeechobee, and the Great Salt Lake.
    places![(30.35, -90.05), (30.2, -89.82), (30.06, -89.95), (30.05, -90.2), (30.1, -90.42), (30.3, -90.3)],
    places![(27.2, -80.85), (26.95, -80.65), (26.72, -80.75), (26.7, -81.05), (26.98, -81.12)],
    places![(41.65, -112.85), (41.6, -112.3), (41.1, -112.15), (40.8, -112.2), (40.78, -112.5), (41.0, -112.8)],
    // Mexico.
    places![
        (32.53, -117.1),
        (32.72, -114.72),
        (31.33, -111.07),
        (31.33, -108.2),
        (31.78, -108.2),
        (31.78, -106.56),
        (31.72, -106.47),
        (31.3, -105.95),
        (30.6, -104.98),
        (29.6, -104.42),
        (28.98, -103.15),
        (29.75, -102.5),
        (29.78, -101.5),
        (29.35, -100.97),
        (28.65, -100.52),
        (27.5, -99.56),
        (26.38, -99.05),
        (26.05, -98.3),
        (25.85, -97.5),
        (25.95, -97.1),
        (22.0, -97.1),
        (22.0, -117.1),
    ],
    // The Pacific.
    places![
        (48.4, -124.75),
        (46.2, -124.05),
        (43.4, -124.35),
        (40.4, -124.4),
        (38.95, -123.75),
        (37.8, -122.53),
        (37.5, -122.52),
        (36.95, -122.08),
        (36.6, -121.97),
        (35.6, -121.15),
        (34.55, -120.62),
        (34.4, -119.75),
        (34.03, -118.8),
        (33.72, -118.3),
        (33.6, -117.92),
        (33.2, -117.42),
        (32.53, -117.15),
        (32.5, -127.0),
        (48.4, -127.0),
    ],
];

/// The places by which one gets around what is closed.
const GATES: &[Point] = places![
    (41.5, -87.3),
    (41.6, -83.65),
    (41.35, -81.8),
    (42.05, -80.1),
    (42.8, -78.75),
    (43.0, -76.1),
    (42.3, -83.3),
    (43.0, -83.75),
    (44.6, -84.7),
    (45.72, -84.73),
    (45.98, -84.73),
    (46.3, -86.5),
    (45.9, -87.2),
    (45.1, -87.75),
    (44.5, -88.15),
    (43.0, -88.05),
    (42.0, -87.95),
    (42.2, -86.3),
    (43.0, -85.9),
    (46.4, -90.5),
    (46.62, -92.1),
    (47.9, -97.0),
    (30.45, -91.15),
    (30.75, -88.15),
    (30.5, -84.3),
    (30.2, -82.65),
    (29.2, -82.1),
    (27.45, -80.42),
    (26.6, -81.75),
    (28.2, -82.2),
    (32.1, -81.25),
    (31.2, -81.7),
    (34.2, -79.75),
    (37.5, -77.45),
    (38.9, -77.1),
    (39.4, -76.7),
    (39.75, -75.6),
    (40.75, -74.25),
    (41.45, -73.4),
    (41.75, -72.7),
    (42.25, -71.8),
    (43.1, -70.95),
    (29.45, -98.5),
    (30.9, -102.9),
    (31.15, -104.85),
    (29.9, -95.45),
    (28.8, -97.0),
    (27.8, -97.75),
    (26.6, -98.3),
    (32.2, -110.95),
    (32.35, -108.7),
    (32.85, -114.5),
    (32.3, -106.75),
    (38.5, -121.5),
    (34.4, -118.5),
    (35.3, -120.5),
    (33.9, -117.4),
    (47.0, -122.85),
    (40.6, -112.35),
    (41.55, -111.95),
    (42.0, -112.75),
    (30.3, -90.65),
];

/// Whether a truck can be there.
pub fn is_open(point: Point) -> bool {
    !CLOSED.iter().any(|outline| is_inside(outline, point))
}

/// Whether the straight line between two places is open all the way.
fn is_clear(from: Point, to: Point) -> bool {
    let steps = (from.miles_to(to) / STEP_MILES).ceil().max(1.0);
    (1..steps as u32).all(|step| is_open(from.towards(to, f64::from(step) / steps)))
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
    let sees = |from: usize, to: &usize| from != *to && is_clear(GATES[from], GATES[*to]);
    let of_gate = |from: usize| {
        (0..GATES.len()).filter(|to| sees(from, to)).map(|to| (to, GATES[from].miles_to(GATES[to]))).collect()
    };
    (0..GATES.len()).map(of_gate).collect()
});

/// The places between on the shortest open way: none when the straight one is open, or when there is no other.
pub fn between(from: Point, to: Point) -> Vec<Point> {
    if is_clear(from, to) {
        return Vec::new();
    }
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
    let mut best: Vec<(f64, Option<usize>)> = vec![(f64::INFINITY, None); GATES.len()];
    let mut open = BinaryHeap::new();
    for (gate, point) in GATES.iter().enumerate().filter(|(_, gate)| is_clear(from, **gate)) {
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
        let whole = miles + GATES[gate].miles_to(to);
        if end.is_none_or(|(shortest, _)| whole < shortest) && is_clear(GATES[gate], to) {
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
        way.push(GATES[here]);
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
        for gate in GATES {
            assert!(is_open(*gate), "{gate:?}");
        }
    }

    #[test]
    fn the_lakes_and_the_sea_are_driven_around() {
        for (from, to, straight, around) in [
            (town("Milwaukee", "WI"), town("Grand Rapids", "MI"), 117.0, 230.0..330.0),
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
