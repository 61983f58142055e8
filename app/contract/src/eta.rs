//! When a truck is expected: what is left by road, at the speed at which this truck has driven lately, with the time that it
//! still stands at its stop and the rests that its driver must take.

use crate::{
    Timestamp,
    fence::STANDING_MPH,
    geo::{CIRCUITY, Point},
};

/// The speed at which a truck is taken to cover the road before anything else is known, in miles an hour, stops for fuel and
/// breaks included: long-haul trucks average 45 to 55 (Federal Highway Administration, freight performance).
pub const USUAL_MPH: f64 = 50.0;

/// So many hours of driving, in milliseconds, is what a driver's shift allows (49 CFR 395.3: 11 hours).
pub const SHIFT_MS: i64 = 11 * 3_600_000;

/// After them comes a rest of so many milliseconds in one piece (49 CFR 395.3: 10 hours).
pub const REST_MS: i64 = 10 * 3_600_000;

/// How long a stop takes when nothing is known of the place, in minutes: half of the two hours that are free
/// (`domain.md` §7.5), because most stops end before detention begins.
pub const STOP_MIN: i64 = 60;

/// After so many milliseconds of driving, what is learnt counts for about two thirds.
const LEARN_MS: f64 = 3_600_000.0;

/// One fix speaks for at most so many milliseconds of driving.
const SPEAKS_MS: f64 = 10.0 * 60_000.0;

/// What is learnt stays within these, in miles an hour.
const LEARNT_MPH: (f64, f64) = (25.0, 70.0);

/// A truck that lies so many miles or more from where it was has driven, however slowly on the whole.
const MOVED_MILES: f64 = 1.0;

const HOUR_MS: f64 = 3_600_000.0;

/// What is remembered of how a truck drives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Drive {
    /// How fast it goes while it goes, in miles an hour, once that is known.
    pub mph: Option<f64>,
    /// How long it has driven since its driver's last long rest, in milliseconds.
    pub driven_ms: i64,
    /// When it was last seen driving.
    pub drove_at: Option<Timestamp>,
}

/// How time runs for a truck.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// How many times faster than the clock: 1 outside of simulations.
    pub scale: f64,
    /// Whether its driver must rest.
    pub rests: bool,
}

impl Drive {
    /// Learns from two fixes that follow each other. `speed` is what the device said at the second one, in miles an hour.
    /// That nothing was heard in between is never taken for standing still: a truck counts as resting only while it was heard
    /// of where it was before.
    pub fn see(&mut self, from: (Point, Timestamp), to: (Point, Timestamp), speed: Option<f64>, scale: f64) {
        let ms = to.1.since_ms(from.1) as f64 * scale;
        if ms <= 0.0 {
            return;
        }
        let miles = from.0.miles_to(to.0);
        let mph = speed.unwrap_or(miles / ms * HOUR_MS);
        let is_driving = mph >= STANDING_MPH || miles >= MOVED_MILES;
        // A rest ends where it was last seen to last.
        let stood_until = if is_driving { from.1 } else { to.1 };
        if self.stood_ms(stood_until, scale) >= REST_MS as f64 {
            self.driven_ms = 0;
        }
        if !is_driving {
            return;
        }
        let pace = mph.clamp(LEARNT_MPH.0, LEARNT_MPH.1);
        self.driven_ms += ms.min(miles / pace * HOUR_MS).max(0.0) as i64;
        self.drove_at = Some(to.1);
        if mph >= STANDING_MPH {
            let known = self.mph.unwrap_or(USUAL_MPH);
            let weight = 1.0 - (-ms.min(SPEAKS_MS) / LEARN_MS).exp();
            self.mph = Some((known + (pace - known) * weight).clamp(LEARNT_MPH.0, LEARNT_MPH.1));
        }
    }

    /// When it has covered so many miles as the crow flies, starting at `leaves`.
    pub fn expect(&self, miles: f64, leaves: Timestamp, course: Course) -> Timestamp {
        let drive_ms = miles * CIRCUITY / self.mph.unwrap_or(USUAL_MPH) * HOUR_MS;
        let rest_ms = if course.rests { self.rest_ms(drive_ms, leaves, course.scale) } else { 0.0 };
        leaves.plus_ms(((drive_ms + rest_ms) / course.scale) as i64)
    }

    /// How long its driver rests on a drive of so many milliseconds: after what is left of the shift, as far as that rest
    /// isn't under way already, and after every further shift.
    fn rest_ms(&self, drive_ms: f64, leaves: Timestamp, scale: f64) -> f64 {
        let (shift, rest) = (SHIFT_MS as f64, REST_MS as f64);
        let stood = self.stood_ms(leaves, scale).max(0.0);
        let driven = if stood >= rest { 0.0 } else { self.driven_ms as f64 };
        let beyond = drive_ms - (shift - driven).max(0.0);
        if beyond <= 0.0 {
            return 0.0;
        }
        // A rest that has begun counts only when the shift is used up: nobody knows yet that it is one otherwise.
        let begun = if driven >= shift { stood } else { 0.0 };
        let further = ((beyond / shift).ceil() - 1.0).max(0.0);
        rest - begun + further * rest
    }

    fn stood_ms(&self, until: Timestamp, scale: f64) -> f64 {
        self.drove_at.map_or(0.0, |drove| until.since_ms(drove) as f64 * scale)
    }
}

/// When a truck leaves the stop at which it stands: after as long as a stop takes there, in milliseconds, counted from its appointment when
/// it came early; and not before now.
pub fn leaves(arrived: Timestamp, opens: Timestamp, takes_ms: i64, now: Timestamp) -> Timestamp {
    arrived.max(opens).plus_ms(takes_ms).max(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);
    const USUAL: Course = Course { scale: 1.0, rests: true };

    fn north(miles: f64) -> Point {
        Point { lat: 39.0 + miles / 69.093, lng: -95.0 }
    }

    /// A truck that drove so many hours at a speed, heard of every minute.
    fn driven(hours: i64, mph: f64) -> Drive {
        let mut drive = Drive::default();
        let place = |minute: i64| (north(mph * minute as f64 / 60.0), NOW.plus_minutes(minute - hours * 60));
        for minute in 1..=hours * 60 {
            drive.see(place(minute - 1), place(minute), Some(mph), 1.0);
        }
        drive
    }

    fn hours(drive: &Drive, miles: f64) -> f64 {
        drive.expect(miles, NOW, USUAL).since_ms(NOW) as f64 / HOUR_MS
    }

    #[test]
    fn a_truck_of_which_nothing_is_known_is_expected_at_the_usual_speed() {
        assert!((hours(&Drive::default(), 100.0) - 100.0 * CIRCUITY / USUAL_MPH).abs() < 0.01);
    }

    #[test]
    fn the_trucks_own_speed_counts_for_more_the_longer_it_is_known() {
        let [short, long] = [driven(1, 60.0), driven(5, 60.0)].map(|drive| drive.mph.expect("a speed"));
        assert!((55.0..58.0).contains(&short), "{short}");
        assert!((59.5..=60.0).contains(&long), "{long}");
        let wild = driven(3, 300.0).mph.expect("a speed");
        assert!(wild <= 70.0, "{wild}");
    }

    #[test]
    fn standing_teaches_no_speed() {
        let mut drive = driven(2, 60.0);
        let before = drive.mph;
        for minute in 0..120 {
            drive.see(
                (north(0.0), NOW.plus_minutes(minute)),
                (north(0.0), NOW.plus_minutes(minute + 1)),
                Some(0.0),
                1.0,
            );
        }
        assert_eq!(drive.mph, before);
    }

    #[test]
    fn on_a_long_leg_the_driver_rests_and_the_rest_does_not_vanish_as_the_leg_grows_shorter() {
        // 50 mph by the road: 12 hours.
        let miles = 600.0 / CIRCUITY;
        let fresh = Drive::default();
        assert!((hours(&fresh, miles) - 22.0).abs() < 0.05, "{}", hours(&fresh, miles));
        assert!((hours(&fresh, 540.0 / CIRCUITY) - 10.8).abs() < 0.05, "what fits in a shift needs no rest");
        let later = driven(2, 50.0);
        let left = hours(&later, 500.0 / CIRCUITY);
        assert!((left - 20.0).abs() < 0.1, "{left} h: two of its eleven hours are driven");
        let two_rests = hours(&fresh, 1_150.0 / CIRCUITY);
        assert!((two_rests - 43.0).abs() < 0.1, "{two_rests}");
    }

    #[test]
    fn a_rest_that_was_taken_begins_a_new_shift() {
        let mut drive = driven(11, 50.0);
        let end = north(550.0);
        let stands = |from_min: i64, to_min: i64| ((end, NOW.plus_minutes(from_min)), (end, NOW.plus_minutes(to_min)));
        for half_hour in 0..16 {
            let (from, to) = stands(half_hour * 30, half_hour * 30 + 30);
            drive.see(from, to, Some(0.0), 1.0);
        }
        let after_eight = drive.expect(100.0 / CIRCUITY, NOW.plus_minutes(480), USUAL);
        assert_eq!(after_eight.since_ms(NOW) / 3_600_000, 12, "two more hours of rest, then two of driving");
        for half_hour in 16..21 {
            let (from, to) = stands(half_hour * 30, half_hour * 30 + 30);
            drive.see(from, to, Some(0.0), 1.0);
        }
        assert_eq!(drive.driven_ms, 0);
    }

    #[test]
    fn silence_is_no_rest() {
        let mut drive = driven(8, 50.0);
        let before = drive.driven_ms;
        // Twelve hours without a word, and 100 miles further.
        drive.see((north(400.0), NOW), (north(500.0), NOW.plus_minutes(720)), None, 1.0);
        assert!(drive.driven_ms > before, "{}", drive.driven_ms);
    }

    #[test]
    fn a_simulated_hour_passes_in_a_minute() {
        let course = Course { scale: 60.0, rests: false };
        let expected = Drive::default().expect(600.0 / CIRCUITY, NOW, course);
        assert_eq!(expected.since_ms(NOW) / 1_000, 12 * 60);
    }

    #[test]
    fn a_truck_at_its_stop_leaves_when_its_time_there_is_over_and_never_in_the_past() {
        let came = NOW.plus_minutes(-20);
        let hour_ms = 3_600_000;
        assert_eq!(leaves(came, came, hour_ms, NOW), NOW.plus_minutes(40));
        assert_eq!(leaves(came, NOW.plus_minutes(30), hour_ms, NOW), NOW.plus_minutes(90), "it came early");
        assert_eq!(leaves(NOW.plus_minutes(-200), came, hour_ms, NOW.plus_minutes(100)), NOW.plus_minutes(100));
    }
}
