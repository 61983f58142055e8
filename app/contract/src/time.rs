//! Moments in time, as they travel.

use core::{fmt, ops::RangeInclusive, str::FromStr};

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The years that a moment may be given in: what lies outside would not be read back as it was written, because RFC 3339
/// has four digits for a year and a zone moves a moment by up to a day.
pub const YEARS: RangeInclusive<i32> = 1970..=9998;

/// A moment in UTC, to the millisecond; RFC 3339 with three decimals on the wire.
///
/// Milliseconds everywhere, because PostgreSQL keeps microseconds and SQLite whatever it is given, and a moment must be
/// equal to itself after it was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment this many milliseconds after 1970 began.
    pub const fn from_millis(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since 1970 began.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The same moment for a calendar; moments beyond chrono's calendar are taken as 1970.
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }

    /// This moment moved by so many milliseconds, backwards when negative.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// This moment moved by so many minutes, backwards when negative.
    #[must_use]
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        self.plus_ms(minutes.saturating_mul(60_000))
    }

    /// Milliseconds from `earlier` to this moment, negative when it lies ahead.
    pub const fn since_ms(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_millis())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

/// A text that is no moment, or one of a year that nobody plans in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time of the years {} to {}", YEARS.start(), YEARS.end())]
pub struct NoMoment;

impl FromStr for Timestamp {
    type Err = NoMoment;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let at = DateTime::parse_from_rfc3339(s).map_err(|_| NoMoment)?.to_utc();
        if YEARS.contains(&at.year()) { Ok(at.into()) } else { Err(NoMoment) }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Timestamp {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error| D::Error::custom(format_args!("`{text}` is {error}")))
    }
}

/// A day of the calendar, `YYYY-MM-DD` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

impl Day {
    /// Takes a day that was read elsewhere.
    pub const fn new(date: NaiveDate) -> Self {
        Self(date)
    }

    /// The bare day, for a calendar or the database.
    pub const fn date(self) -> NaiveDate {
        self.0
    }

    /// How many days lie from `other` to this one, negative when it comes before.
    pub fn days_after(self, other: Self) -> i64 {
        self.0.signed_duration_since(other.0).num_days()
    }
}

/// A text that is no day, or one of a year that nobody plans in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day such as 2026-11-24")]
pub struct NoDay;

impl FromStr for Day {
    type Err = NoDay;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        // Chrono would also take `2026-1-1` and `+12026-01-01`.
        let date = NaiveDate::parse_from_str(s, "%Y-%m-%d").ok().filter(|_| s.len() == 10).ok_or(NoDay)?;
        if YEARS.contains(&date.year()) { Ok(Self(date)) } else { Err(NoDay) }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Day {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date" })
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_travels_in_utc_with_three_decimals() {
        let at: Timestamp = "2026-11-23T08:30:00+02:00".parse().expect("a time");

        assert_eq!(at.to_string(), "2026-11-23T06:30:00.000Z");
        assert_eq!(serde_json::to_string(&at).expect("json"), "\"2026-11-23T06:30:00.000Z\"");
    }

    #[test]
    fn every_time_that_is_taken_can_be_given_back() {
        for text in ["1970-01-01T00:00:00Z", "9998-12-31T23:59:59.999Z", "9998-12-31T12:00:00-11:59"] {
            let at: Timestamp = text.parse().expect("a time");
            assert_eq!(at.to_string().parse(), Ok(at), "{text}");
        }
        for text in ["1969-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59", "0000-01-01T00:00:00Z", "tomorrow", ""] {
            assert_eq!(text.parse::<Timestamp>(), Err(NoMoment), "{text}");
        }
    }
}
