//! Whether a truck has come to a stop, or left it, told from its fixes alone.
//!
//! A stop's fence is a circle with an inner and an outer edge: what lies between says nothing, so a truck that stands on the
//! fence is not taken in and out by every fix. A crossing needs two fixes that agree and lie a dwell apart, so no single
//! fix decides anything; and whoever drives through without slowing down has not arrived.
//!
//! Everything here is pure: it takes fixes, in any order, and gives the moment of the crossing. Fixes that were marked as too
//! fast to be true are left out by whoever asks.

use crate::{Timestamp, geo::Point, loads::StopKind};

/// How long, in milliseconds, two fixes must lie apart to tell of a crossing together: two minutes, as the trade's trackers
/// have it (`users.md` §5.2).
pub const DWELL_MS: i64 = 2 * 60_000;

/// Faster than this, in miles an hour, a truck passes by and doesn't stand (`domain.md` §7.4 flags below 10 mph as slow).
pub const STANDING_MPH: f64 = 10.0;

/// How much further out than the inner edge the outer one lies.
const OUTER: f64 = 1.25;

/// Metres in a mile.
const METRES: f64 = 1_609.344;

/// Milliseconds in an hour.
const HOUR_MS: f64 = 3_600_000.0;

/// The circle around a stop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fence {
    /// Where the stop is.
    pub center: Point,
    /// How far its inner edge lies from it, in miles.
    pub radius_miles: f64,
}

/// A fix, as far as fences need it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Where.
    pub point: Point,
    /// When, by the device's clock and never ahead of the server's.
    pub at: Timestamp,
    /// How far off it may be, in metres, if the device says so.
    pub accuracy: Option<f64>,
}

/// Where a fix lies towards a fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Within the inner edge, or exactly on it.
    Inside,
    /// Beyond the outer edge.
    Outside,
    /// Between the two, or too inexact to say.
    Unclear,
}

impl Fence {
    /// The fence of a stop: a mile around a pickup, half a mile around a delivery (`domain.md` §7.4 and §10).
    pub const fn of(kind: StopKind, center: Point) -> Self {
        let radius_miles = match kind {
            StopKind::Pickup => 1.0,
            StopKind::Delivery => 0.5,
        };
        Self { center, radius_miles }
    }

    /// How far the outer edge lies from the stop, in miles.
    pub const fn outer_miles(self) -> f64 {
        self.radius_miles * OUTER
    }

    /// Where a fix lies. All of its circle of accuracy must lie there too; one whose circle is wider than the fence says
    /// nothing at all.
    pub fn side(self, fix: &Seen) -> Side {
        let miles = self.center.miles_to(fix.point);
        let blur = fix.accuracy.unwrap_or(0.0) / METRES;
        if blur > self.radius_miles {
            Side::Unclear
        } else if miles <= self.radius_miles && miles + blur <= self.outer_miles() {
            Side::Inside
        } else if miles - blur > self.outer_miles() {
            Side::Outside
        } else {
            Side::Unclear
        }
    }
}

/// When a truck came to a stop, if its fixes of after `after` say that it did: the first of two that lie inside, a dwell
/// apart, with none outside between them, and between which it hardly moved.
///
/// `held` is when somebody said that the truck is not there after all. From then on it must first be seen outside.
/// `scale` says how many times faster than the clock time runs: 1 outside of simulations.
pub fn arrival(
    fence: Fence,
    fixes: &[Seen],
    after: Timestamp,
    held: Option<Timestamp>,
    scale: f64,
) -> Option<Timestamp> {
    let after = held.map_or(after, |held| held.max(after));
    let mut was_outside = held.is_none();
    let mut stay: Vec<&Seen> = Vec::new();
    for fix in in_order(fixes, after) {
        match fence.side(fix) {
            Side::Outside => {
                was_outside = true;
                stay.clear();
            }
            Side::Inside if was_outside => {
                if let Some(first) = stay.iter().find(|first| stands(first, fix, scale)) {
                    return Some(first.at);
                }
                stay.push(fix);
            }
            Side::Inside | Side::Unclear => {}
        }
    }
    None
}

/// When a truck that had come to a stop left it, if its fixes of after `since` say that it did: the first of two that lie
/// outside, a dwell apart, with none inside between them.
///
/// It must have been seen inside before (`was_inside` says that it was): somebody may know better where the stop really is,
/// and then fixes say nothing of it.
pub fn departure(
    fence: Fence,
    fixes: &[Seen],
    since: Timestamp,
    mut was_inside: bool,
    scale: f64,
) -> Option<Timestamp> {
    let mut left: Option<&Seen> = None;
    for fix in in_order(fixes, since) {
        match (fence.side(fix), left) {
            (Side::Inside, _) => (was_inside, left) = (true, None),
            (Side::Outside, Some(first)) if is_dwell(first, fix, scale) => return Some(first.at),
            (Side::Outside, None) if was_inside => left = Some(fix),
            _ => {}
        }
    }
    None
}

fn in_order(fixes: &[Seen], after: Timestamp) -> Vec<&Seen> {
    let mut order: Vec<&Seen> = fixes.iter().filter(|fix| fix.at > after).collect();
    order.sort_by_key(|fix| fix.at);
    order
}

fn is_dwell(first: &Seen, second: &Seen, scale: f64) -> bool {
    second.at.since_ms(first.at) as f64 * scale >= DWELL_MS as f64
}

fn stands(first: &Seen, second: &Seen, scale: f64) -> bool {
    let hours = second.at.since_ms(first.at) as f64 * scale / HOUR_MS;
    is_dwell(first, second, scale) && first.point.miles_to(second.point) <= STANDING_MPH * hours
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCK: Point = Point { lat: 39.099_7, lng: -94.578_6 };
    const START: Timestamp = Timestamp::from_millis(1_795_000_000_000);
    /// Miles in a degree of latitude, on this globe.
    const DEGREE: f64 = 69.093;

    fn fence() -> Fence {
        Fence::of(StopKind::Pickup, DOCK)
    }

    /// A fix so many seconds after the start, so many miles north of the dock.
    fn at(second: i64, miles: f64) -> Seen {
        let point = Point { lat: DOCK.lat + miles / DEGREE, lng: DOCK.lng };
        Seen { point, at: START.plus_ms(second * 1_000), accuracy: None }
    }

    fn blurred(second: i64, miles: f64, metres: f64) -> Seen {
        Seen { accuracy: Some(metres), ..at(second, miles) }
    }

    /// Second and miles of each fix.
    fn trace(points: &[(i64, f64)]) -> Vec<Seen> {
        points.iter().map(|(second, miles)| at(*second, *miles)).collect()
    }

    /// A second before the first fix, so that it counts.
    fn before() -> Timestamp {
        START.plus_ms(-1_000)
    }

    fn came(fixes: &[Seen]) -> Option<i64> {
        arrival(fence(), fixes, before(), None, 1.0).map(|at| at.since_ms(START) / 1_000)
    }

    fn left(fixes: &[Seen]) -> Option<i64> {
        departure(fence(), fixes, before(), false, 1.0).map(|at| at.since_ms(START) / 1_000)
    }

    /// Randomness that is the same every time.
    struct Dice(u64);

    impl Dice {
        /// Between 0 and 1.
        fn roll(&mut self) -> f64 {
            // Xorshift, Marsaglia 2003.
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    #[test]
    fn a_truck_that_comes_and_stands_has_arrived_when_it_first_stood() {
        let way = trace(&[(0, 6.0), (60, 4.0), (120, 2.0), (180, 0.8), (240, 0.1), (300, 0.1), (360, 0.1)]);
        assert_eq!(came(&way), Some(240), "at 180 it was still driving");
        assert_eq!(came(&way[..6]), None, "a minute is no dwell");
    }

    #[test]
    fn a_truck_that_drives_away_has_left_when_it_was_first_outside() {
        let way = trace(&[(0, 0.1), (600, 0.1), (660, 1.1), (720, 2.0), (780, 3.0), (840, 4.0)]);
        assert_eq!(left(&way), Some(720), "at 660 it was between the edges");
        assert_eq!(left(&way[..5]), None, "two minutes must pass");
    }

    #[test]
    fn passing_by_on_the_highway_is_no_arrival_however_often_it_reports() {
        for every_s in [1_i64, 5, 30, 60, 300] {
            for mph in [25.0, 45.0, 65.0] {
                let pass: Vec<Seen> = (0..=1_800 / every_s)
                    .map(|n| at(n * every_s, -8.0 + mph * (n * every_s) as f64 / 3_600.0))
                    .collect();
                assert_eq!(came(&pass), None, "{mph} mph, every {every_s} s");
            }
        }
    }

    #[test]
    fn one_bad_fix_flips_nothing() {
        assert_eq!(came(&trace(&[(0, 30.0), (60, 0.1), (120, 28.0), (240, 24.0), (360, 20.0)])), None);
        assert_eq!(left(&trace(&[(0, 0.1), (60, 0.1), (120, 9.0), (180, 0.1), (240, 0.1), (600, 0.1)])), None);
    }

    #[test]
    fn bad_fixes_with_good_ones_between_never_add_up() {
        let torn: Vec<Seen> = (0..200).map(|n| at(n * 60, if n % 2 == 0 { 0.1 } else { 9.0 })).collect();
        assert_eq!(left(&torn), None);
        assert_eq!(came(&torn), None);
    }

    #[test]
    fn out_of_order_is_put_in_order() {
        let mut way = trace(&[(0, 6.0), (120, 2.0), (240, 0.1), (300, 0.1), (420, 0.1), (540, 3.0), (700, 5.0)]);
        let sorted = came(&way);
        way.reverse();
        way.swap(1, 4);
        assert_eq!((sorted, came(&way)), (Some(240), Some(240)));
        assert_eq!(left(&way), Some(540));
    }

    #[test]
    fn a_duplicate_is_no_second_fix() {
        let fix = at(60, 0.1);
        assert_eq!(came(&[fix, fix, fix]), None);
        assert_eq!(left(&[at(0, 0.1), at(60, 5.0), at(60, 5.0)]), None);
    }

    #[test]
    fn a_fix_of_the_future_or_of_1970_is_no_partner_for_one_of_now() {
        // The door refuses both; what is dated before the load was sent on its way counts for nothing here too.
        let ancient = Seen { at: Timestamp::from_millis(0), ..at(0, 0.1) };
        assert_eq!(came(&[ancient, at(60, 0.1)]), None);
        assert_eq!(left(&[ancient, at(60, 5.0), at(300, 9.0)]), None, "it was never seen inside since");
        // One of up to two minutes ahead is dated by the server's clock before it comes here, so it has no dwell to give.
        assert_eq!(came(&[at(60, 0.1), at(60 + 119, 0.1)]), None);
    }

    #[test]
    fn a_teleport_or_null_island_is_one_fix_outside_and_no_more() {
        let null = Seen { point: Point { lat: 0.0, lng: 0.0 }, ..at(180, 0.0) };
        assert_eq!(left(&[at(0, 0.1), at(120, 0.1), null, at(240, 0.1), at(600, 0.1)]), None);
        let far = Seen { point: Point { lat: 25.0, lng: -80.0 }, ..at(60, 0.0) };
        assert_eq!(came(&[at(0, 0.1), far, at(120, 0.1), at(240, 0.1)]), Some(120), "the stay begins anew");
    }

    #[test]
    fn the_antimeridian_is_no_edge_of_the_world() {
        // Taveuni, Fiji: the fence lies on both sides of it.
        let dock = Point { lat: -16.8, lng: 179.999 };
        let fence = Fence::of(StopKind::Pickup, dock);
        let fix = |second: i64, lng: f64| Seen { point: Point { lat: -16.8, lng }, ..at(second, 0.0) };
        let stay = [fix(0, -179.999), fix(150, 179.998), fix(300, -179.998)];
        assert_eq!(arrival(fence, &stay, before(), None, 1.0), Some(START));
        let gone = [stay[0], stay[1], fix(400, -179.9), fix(600, -179.8)];
        assert_eq!(departure(fence, &gone, before(), false, 1.0), Some(START.plus_ms(400_000)));
    }

    #[test]
    fn gaps_of_five_minutes_are_fine() {
        let way = trace(&[(0, 20.0), (300, 15.0), (600, 10.0), (900, 5.0), (1_200, 0.3), (1_500, 0.05), (1_800, 0.05)]);
        assert_eq!(came(&way), Some(1_200));
        let way = trace(&[(0, 0.1), (300, 0.1), (600, 3.0), (900, 8.0)]);
        assert_eq!(left(&way), Some(600));
    }

    #[test]
    fn a_fix_exactly_on_the_fence_is_inside() {
        let edge = Fence { center: DOCK, radius_miles: DOCK.miles_to(at(0, 1.0).point) };
        assert_eq!(edge.side(&at(0, 1.0)), Side::Inside);
        assert_eq!(edge.side(&at(0, 1.001)), Side::Unclear);
        let outer = Fence { center: DOCK, radius_miles: DOCK.miles_to(at(0, 1.0).point) / OUTER };
        assert_eq!(outer.side(&at(0, 1.0)), Side::Unclear, "nor is the outer edge outside");
        assert_eq!(outer.side(&at(0, 1.001)), Side::Outside);
    }

    #[test]
    fn jitter_over_the_fence_flips_nothing() {
        // 0.9 to 1.2 miles: now within the inner edge, now between the two.
        let jitter: Vec<Seen> = (0..400).map(|n| at(n * 30, if n % 2 == 0 { 0.9 } else { 1.2 })).collect();
        assert_eq!(left(&jitter), None);
        assert_eq!(came(&jitter), Some(0), "it does stand there");
    }

    #[test]
    fn an_inexact_fix_decides_nothing() {
        assert_eq!(fence().side(&blurred(0, 0.0, 3_000.0)), Side::Unclear);
        assert_eq!(fence().side(&blurred(0, 9.0, 3_000.0)), Side::Unclear);
        assert_eq!(fence().side(&blurred(0, 0.99, 30.0)), Side::Inside, "a usual one on the fence does");
        assert_eq!(fence().side(&blurred(0, 0.9, 800.0)), Side::Unclear, "its circle crosses the outer edge");
        assert_eq!(fence().side(&blurred(0, 1.4, 800.0)), Side::Unclear);
        let coarse: Vec<Seen> = (0..60).map(|n| blurred(n * 60, 5.0, 3_000.0)).collect();
        assert_eq!(departure(fence(), &coarse, before(), true, 1.0), None);
    }

    #[test]
    fn two_devices_for_one_load_must_agree() {
        // The telephone went home with the driver, the truck's own device stands at the dock.
        let mut both: Vec<Seen> = (0..60).map(|n| at(n * 60, 0.1)).collect();
        both.extend((0..60).map(|n| at(n * 60 + 20, 7.0)));
        assert_eq!(left(&both), None);
        // Both drive away.
        both.extend((0..5).flat_map(|n| [at(3_600 + n * 60, 3.0 + n as f64), at(3_620 + n * 60, 3.1 + n as f64)]));
        assert_eq!(left(&both), Some(59 * 60 + 20), "from the last time that one of them was there");
    }

    #[test]
    fn what_was_before_another_truck_took_over_does_not_count() {
        let took_over = START.plus_ms(400_000);
        let first_truck = trace(&[(0, 0.1), (150, 0.1), (300, 0.1)]);
        let mut both = first_truck;
        both.extend(trace(&[(500, 40.0), (620, 38.0), (740, 36.0)]));
        assert_eq!(arrival(fence(), &both, took_over, None, 1.0), None);
        assert_eq!(departure(fence(), &both, took_over, false, 1.0), None, "the new one was never there");
    }

    #[test]
    fn what_comes_late_in_one_piece_tells_the_same_as_what_came_in_time() {
        // Offline from before the pickup until after the delivery.
        let mut day: Vec<Seen> = (0..40).map(|n| at(n * 60, 20.0 - 0.5 * n as f64)).collect();
        day.extend((40..100).map(|n| at(n * 60, 0.05)));
        day.extend((100..160).map(|n| at(n * 60, 0.8 * (n - 99) as f64)));
        let arrived = came(&day).expect("it came");
        let since = START.plus_ms(arrived * 1_000);
        let gone = departure(fence(), &day, since, true, 1.0).expect("it left");
        assert!((38 * 60..=40 * 60).contains(&arrived), "{arrived}");
        assert_eq!(gone.since_ms(START) / 1_000, 101 * 60);
    }

    #[test]
    fn what_somebody_took_back_needs_the_truck_outside_first() {
        let held = Some(START.plus_ms(300_000));
        let stay: Vec<Seen> = (0..60).map(|n| at(n * 60, 0.1)).collect();
        assert_eq!(arrival(fence(), &stay, before(), held, 1.0), None);
        let mut again = stay;
        again.extend(trace(&[(3_700, 4.0), (3_900, 0.1), (4_100, 0.1)]));
        assert_eq!(arrival(fence(), &again, before(), held, 1.0), Some(START.plus_ms(3_900_000)));
    }

    #[test]
    fn a_truck_that_was_never_seen_inside_does_not_leave() {
        // The warehouse lies elsewhere in the town than the stop's point; somebody said that the truck is there.
        let stay: Vec<Seen> = (0..60).map(|n| at(n * 60, 6.0)).collect();
        assert_eq!(left(&stay), None);
    }

    #[test]
    fn time_that_runs_faster_needs_less_of_the_clock() {
        let quick = [at(0, 0.1), at(1, 0.1), at(2, 0.1)];
        assert_eq!(arrival(fence(), &quick, before(), None, 60.0), Some(START));
        assert_eq!(came(&quick), None);
    }

    #[test]
    fn whatever_the_jitter_within_the_fence_it_never_departs() {
        let mut dice = Dice(42);
        for round in 0..2_000 {
            let kind = if round % 2 == 0 { StopKind::Pickup } else { StopKind::Delivery };
            let fence = Fence::of(kind, DOCK);
            let mut second = 0;
            let stay: Vec<Seen> = (0..100)
                .map(|_| {
                    second += 1 + (dice.roll() * 300.0) as i64;
                    let miles = dice.roll() * fence.outer_miles() * 0.999;
                    let angle = dice.roll() * core::f64::consts::TAU;
                    let lat = DOCK.lat + miles * angle.cos() / DEGREE;
                    let lng = DOCK.lng + miles * angle.sin() / (DEGREE * DOCK.lat.to_radians().cos());
                    let accuracy = (dice.roll() < 0.5).then(|| dice.roll() * 5_000.0);
                    Seen { point: Point { lat, lng }, accuracy, ..at(second, 0.0) }
                })
                .collect();
            assert_eq!(departure(fence, &stay, before(), true, 1.0), None, "round {round}");
        }
    }

    #[test]
    fn whatever_a_truck_does_it_never_leaves_before_it_came() {
        let mut dice = Dice(7);
        let (mut arrivals, mut departures) = (0, 0);
        for round in 0..2_000 {
            let (mut miles, mut second) = (dice.roll() * 4.0, 0);
            let walk: Vec<Seen> = (0..80)
                .map(|_| {
                    second += 20 + (dice.roll() * 200.0) as i64;
                    miles = (miles + (dice.roll() - 0.5) * 1.5).abs();
                    at(second, miles)
                })
                .collect();
            let Some(arrived) = arrival(fence(), &walk, before(), None, 1.0) else { continue };
            arrivals += 1;
            assert!(walk.iter().any(|fix| fix.at == arrived && fence().side(fix) == Side::Inside), "round {round}");
            if let Some(gone) = departure(fence(), &walk, arrived, true, 1.0) {
                departures += 1;
                assert!(gone > arrived, "round {round}");
                assert!(walk.iter().any(|fix| fix.at == gone && fence().side(fix) == Side::Outside), "round {round}");
            }
        }
        assert!(arrivals > 500 && departures > 100, "{arrivals} arrivals and {departures} departures were judged");
    }
}
