//! Where trucks are: what is sent, what is refused, and what moves a marker.

mod fleet;
mod frame;

use serde::{Deserialize, Serialize};

use crate::{Code, LoadId, Refusal, Timestamp, geo::Point};
pub use fleet::*;
pub use frame::*;

/// How far ahead of the server's clock a fix may be dated, in milliseconds (`contract.md`, Positions).
pub const MAX_AHEAD_MS: i64 = 2 * 60_000;

/// How far back a fix may be dated, in milliseconds (`contract.md`, Positions).
pub const MAX_BACK_MS: i64 = 7 * 24 * 3_600_000;

/// How many fixes may come in one call.
pub const MAX_BATCH: usize = 500;

/// Who changed a load, as events and its timeline say, when its truck's position told of it and nobody's word. Pages put it
/// into the reader's language.
pub const BY_POSITION: &str = "by position";

/// Faster than this, in kilometres an hour, no truck goes: such a jump waits for a second fix (`contract.md`, Positions).
pub const MAX_SPEED_KMH: f64 = 200.0;

/// How far two exact fixes of a truck that stands may lie apart, in miles: a few hundred yards, between high buildings.
const SLACK_MILES: f64 = 0.3;

/// After so long two fixes may lie apart by all of that, in milliseconds; before, by as much less. Otherwise fixes that
/// follow each other closely could carry a marker anywhere, a few hundred yards at a time.
const SLACK_MS: f64 = 10_000.0;

/// So far apart in time two fixes must be for the second to confirm the first one's jump, in milliseconds.
const AGREE_MS: f64 = 10_000.0;

/// Miles in a kilometre.
const MILES_PER_KM: f64 = 0.621_371;

/// Where a report comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Source {
    /// A driver's telephone or page.
    #[default]
    Driver,
    /// The truck's logging device.
    Eld,
    /// Typed in.
    Manual,
    /// A driver's link: its page, or a tracking app that was pointed at it.
    Link,
}

impl Source {
    /// The name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Driver => "DRIVER",
            Self::Eld => "ELD",
            Self::Manual => "MANUAL",
            Self::Link => "LINK",
        }
    }

    /// The source of this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Driver, Self::Eld, Self::Manual, Self::Link].into_iter().find(|source| source.name() == name)
    }
}

/// A truck tells where it is: `location:update`, and one entry of `POST /api/v1/positions`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UpdateLocation {
    /// For which load.
    pub load_id: LoadId,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lng: f64,
    /// When by the device's clock; the server's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<Timestamp>,
    /// Miles an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed: Option<f64>,
    /// Degrees clockwise from north.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<f64>,
    /// Metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
    /// Where it comes from.
    #[serde(default)]
    pub source: Source,
}

/// The answer to `location:update` once it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Received {
    /// Always true; a refusal says otherwise.
    pub received: bool,
}

/// Several reports at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReportPositions {
    /// At most [`MAX_BATCH`].
    pub positions: Vec<UpdateLocation>,
}

/// What became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PositionsReceived {
    /// How many were new and are stored.
    pub accepted: u32,
    /// How many were there already.
    pub duplicates: u32,
    /// Those that were not taken.
    pub rejected: Vec<Rejected>,
}

/// A report that was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rejected {
    /// Its place in the call, from 0.
    pub index: u32,
    /// Why.
    pub code: Code,
}

/// A report that passed the checks which need nothing but itself and a clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fix {
    /// For which load.
    pub load: LoadId,
    /// Where.
    pub point: Point,
    /// By the device's clock.
    pub at: Timestamp,
    /// By the server's clock.
    pub received_at: Timestamp,
    /// Miles an hour.
    pub speed: Option<f64>,
    /// Degrees clockwise from north.
    pub heading: Option<f64>,
    /// Metres.
    pub accuracy: Option<f64>,
    /// Where it comes from.
    pub source: Source,
}

impl Fix {
    /// The moment by which its marker is judged and dated: a device whose clock runs ahead would keep its own next fixes
    /// out otherwise.
    pub fn marked_at(&self) -> Timestamp {
        self.at.min(self.received_at)
    }
}

impl UpdateLocation {
    /// Checks range and date, each with its own code.
    ///
    /// # Errors
    /// [`Code::BadCoordinates`], [`Code::BadTime`] or [`Code::Invalid`].
    pub fn check(self, now: Timestamp) -> Result<Fix, Refusal> {
        let point = Point { lat: self.lat, lng: self.lng };
        let in_range = (-90.0..=90.0).contains(&point.lat) && (-180.0..=180.0).contains(&point.lng);
        if !in_range || (point.lat == 0.0 && point.lng == 0.0) {
            return Err(Refusal::new(
                Code::BadCoordinates,
                "lat must be -90 to 90 and lng -180 to 180, and not both 0.",
            ));
        }
        let at = self.recorded_at.unwrap_or(now);
        if at.since_ms(now) > MAX_AHEAD_MS || now.since_ms(at) > MAX_BACK_MS {
            return Err(Refusal::new(Code::BadTime, "recordedAt is more than 2 minutes ahead or 7 days back."));
        }
        let within =
            |value: Option<f64>, range: core::ops::RangeInclusive<f64>| value.is_none_or(|v| range.contains(&v));
        if !within(self.speed, 0.0..=10_000.0) {
            return Err(Refusal::invalid("speed", "must be 0 or more miles an hour"));
        }
        if !within(self.heading, 0.0..=360.0) {
            return Err(Refusal::invalid("heading", "must be 0 to 360 degrees"));
        }
        if !within(self.accuracy, 0.0..=100_000.0) {
            return Err(Refusal::invalid("accuracy", "must be 0 or more metres"));
        }
        Ok(Fix {
            load: self.load_id,
            point,
            at,
            received_at: now,
            speed: self.speed,
            heading: self.heading,
            accuracy: self.accuracy,
            source: self.source,
        })
    }
}

/// Where a truck was last, as rows and the map show it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LastFix {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lng: f64,
    /// Degrees clockwise from north.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<f64>,
    /// Miles an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed: Option<f64>,
    /// By the device's clock.
    pub at: Timestamp,
    /// Where it comes from.
    pub source: Source,
}

impl LastFix {
    /// Where that is.
    pub const fn point(&self) -> Point {
        Point { lat: self.lat, lng: self.lng }
    }
}

impl From<&Fix> for LastFix {
    fn from(fix: &Fix) -> Self {
        Self {
            lat: fix.point.lat,
            lng: fix.point.lng,
            heading: fix.heading,
            speed: fix.speed,
            at: fix.at,
            source: fix.source,
        }
    }
}

/// What is remembered of a truck to judge its next fix.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Track {
    /// Where its marker is.
    pub newest: Option<(Point, Timestamp)>,
    /// A jump that waits for a second fix to agree.
    pub suspect: Option<(Point, Timestamp)>,
}

/// What a fix does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It moves the marker.
    Moves,
    /// It is older than the newest: kept for the trail, moves nothing.
    Trail,
    /// Too fast to be true: kept and marked, moves nothing until a second fix agrees.
    Suspect,
}

impl Track {
    /// Judges a fix and remembers it. `scale` says how many times faster than the clock a truck may go: 1 wherever time
    /// runs as usual.
    pub fn judge(&mut self, point: Point, at: Timestamp, scale: f64) -> Verdict {
        let Some(newest) = self.newest else {
            self.newest = Some((point, at));
            return Verdict::Moves;
        };
        if at <= newest.1 {
            return Verdict::Trail;
        }
        let apart_ms = |from: Timestamp| at.since_ms(from) as f64 * scale;
        let plausible = |from: (Point, Timestamp)| {
            let ms = apart_ms(from.1);
            let slack = SLACK_MILES * (ms / SLACK_MS).min(1.0);
            from.0.miles_to(point) <= MAX_SPEED_KMH * MILES_PER_KM * ms / 3_600_000.0 + slack
        };
        let confirms = self.suspect.filter(|suspect| at > suspect.1 && plausible(*suspect));
        if plausible(newest) || confirms.is_some_and(|suspect| apart_ms(suspect.1) >= AGREE_MS) {
            *self = Self { newest: Some((point, at)), suspect: None };
            return Verdict::Moves;
        }
        // One that would agree but comes too soon leaves the jump waiting; else it would wait for ever.
        self.suspect = confirms.or(Some((point, at)));
        Verdict::Suspect
    }
}

/// How old a fix may be before it no longer counts as live, in minutes (`domain.md` §7.4 and `users.md` §5.2).
pub const AGEING_AFTER_MIN: i64 = 5;
/// After how many minutes a truck counts as without signal.
pub const STALE_AFTER_MIN: i64 = 30;

/// How fresh a truck's position is: an axis of its own beside the risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Under 5 minutes old.
    Live,
    /// 5 to 30 minutes old.
    Ageing,
    /// Older.
    Stale,
    /// Never heard of.
    Silent,
}

/// How fresh a position is at `now`.
pub fn freshness(at: Option<Timestamp>, now: Timestamp) -> Freshness {
    match at.map(|at| now.since_ms(at) / 60_000) {
        None => Freshness::Silent,
        Some(..AGEING_AFTER_MIN) => Freshness::Live,
        Some(..STALE_AFTER_MIN) => Freshness::Ageing,
        Some(_) => Freshness::Stale,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    fn report(lat: f64, lng: f64) -> UpdateLocation {
        UpdateLocation {
            load_id: LoadId::new(uuid::Uuid::nil()),
            lat,
            lng,
            recorded_at: None,
            speed: None,
            heading: None,
            accuracy: None,
            source: Source::Driver,
        }
    }

    #[test]
    fn coordinates_out_of_range_are_refused_each_with_its_code() {
        for (lat, lng) in [
            (f64::NAN, 0.0),
            (40.0, f64::NAN),
            (f64::INFINITY, 0.0),
            (1e308, 0.0),
            (90.000_1, 0.0),
            (-90.000_1, 0.0),
            (0.0, 180.000_1),
            (0.0, -180.000_1),
            (0.0, 0.0),
            (-0.0, 0.0),
        ] {
            let refused = report(lat, lng).check(NOW).expect_err("refused");
            assert_eq!(refused.code, Code::BadCoordinates, "{lat},{lng}");
        }
        assert!(report(90.0, 180.0).check(NOW).is_ok());
        assert!(report(0.0, 12.0).check(NOW).is_ok(), "the equator is a place");
    }

    #[test]
    fn a_fix_from_tomorrow_or_from_last_month_is_refused() {
        for (offset_ms, good) in [
            (MAX_AHEAD_MS, true),
            (MAX_AHEAD_MS + 1, false),
            (-MAX_BACK_MS, true),
            (-MAX_BACK_MS - 1, false),
            (i64::MAX, false),
        ] {
            let ask = UpdateLocation { recorded_at: Some(NOW.plus_ms(offset_ms)), ..report(40.0, -90.0) };
            assert_eq!(ask.check(NOW).is_ok(), good, "{offset_ms}");
        }
    }

    #[test]
    fn an_older_fix_never_moves_the_marker() {
        let mut track = Track::default();
        let point = Point { lat: 40.0, lng: -90.0 };

        assert_eq!(track.judge(point, NOW, 1.0), Verdict::Moves);
        assert_eq!(track.judge(point, NOW.plus_minutes(-1), 1.0), Verdict::Trail);
        assert_eq!(track.newest, Some((point, NOW)));
    }

    #[test]
    fn a_teleport_waits_for_a_second_fix_that_agrees() {
        let mut track = Track::default();
        let here = Point { lat: 40.0, lng: -90.0 };
        let far = Point { lat: 35.0, lng: -80.0 };

        track.judge(here, NOW, 1.0);
        assert_eq!(track.judge(far, NOW.plus_minutes(1), 1.0), Verdict::Suspect);
        assert_eq!(track.judge(here, NOW.plus_minutes(2), 1.0), Verdict::Moves, "one bad fix moves nothing");

        track.judge(far, NOW.plus_minutes(3), 1.0);
        assert_eq!(track.judge(far, NOW.plus_minutes(4), 1.0), Verdict::Moves, "two agree");
    }

    #[test]
    fn a_marker_does_not_creep_by_fixes_that_follow_each_other_closely() {
        for step_ms in [1, 10, 100, 1_000] {
            let mut track = Track::default();
            let start = Point { lat: 40.0, lng: -90.0 };
            track.judge(start, NOW, 1.0);

            // A fifth of a mile north each time.
            for n in 1..=60 {
                let point = Point { lat: 40.0 + n as f64 * 0.003, lng: -90.0 };
                track.judge(point, NOW.plus_ms(n * step_ms), 1.0);
            }

            let (point, _) = track.newest.expect("a marker");
            let miles = start.miles_to(point);
            assert!(miles < 1.0, "{miles} miles by fixes {step_ms} ms apart");
        }
    }

    #[test]
    fn a_second_fix_confirms_a_jump_only_after_a_while() {
        let far = Point { lat: 35.0, lng: -80.0 };
        for (scale, soon_ms, later_ms) in [(1.0, 9_999, 10_000), (60.0, 166, 167)] {
            let mut track = Track::default();
            track.judge(Point { lat: 40.0, lng: -90.0 }, NOW, scale);
            let jumped = NOW.plus_ms(1_000);
            assert_eq!(track.judge(far, jumped, scale), Verdict::Suspect);

            assert_eq!(track.judge(far, jumped.plus_ms(1), scale), Verdict::Suspect);
            assert_eq!(track.judge(far, jumped.plus_ms(soon_ms), scale), Verdict::Suspect);
            assert_eq!(track.judge(far, jumped.plus_ms(later_ms), scale), Verdict::Moves);
        }
    }

    #[test]
    fn two_fixes_of_a_truck_that_stands_are_no_jump() {
        let mut track = Track::default();
        track.judge(Point { lat: 40.0, lng: -90.0 }, NOW, 1.0);

        // 440 yards.
        let near = Point { lat: 40.0036, lng: -90.0 };
        assert_eq!(track.judge(near, NOW.plus_ms(10_000), 1.0), Verdict::Moves);
    }
}
