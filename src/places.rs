//! Towns with their places and zones, and times on a stop's own clock.

use std::{ops::Range, sync::LazyLock};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use contract::{
    Timestamp, YEARS,
    geo::Point,
    loads::{Appointment, Place},
};

/// Larger towns of the United States: name, state, latitude, longitude, zone; the largest first. Places and zones are
/// facts of public record; the list was put together for this project.
static CITIES: LazyLock<Vec<Place>> = LazyLock::new(|| {
    include_str!("places/cities.csv")
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(',');
            Some(Place {
                city: cells.next()?.to_owned(),
                state: cells.next()?.to_owned(),
                point: Point { lat: cells.next()?.parse().ok()?, lng: cells.next()?.parse().ok()? },
                zone: cells.next()?.to_owned(),
                zone_short: String::new(),
            })
        })
        .map(|place| {
            // A zone is called the same in winter and in summer.
            let now = Timestamp::default();
            Place { zone_short: appointment(now, now, &place.zone).zone_short, ..place }
        })
        .collect()
});

/// Every town of the built-in list, the largest first.
pub fn cities() -> &'static [Place] {
    &CITIES
}

/// The town of this name and state, in any case.
pub fn city(name: &str, state: &str) -> Option<&'static Place> {
    CITIES
        .iter()
        .find(|place| place.city.eq_ignore_ascii_case(name.trim()) && place.state.eq_ignore_ascii_case(state.trim()))
}

/// Up to `most` towns whose "city, state" begins like `text`.
pub fn starting_with(text: &str, most: usize) -> Vec<Place> {
    let text = text.trim().to_lowercase();
    CITIES
        .iter()
        .filter(|place| format!("{}, {}", place.city, place.state).to_lowercase().starts_with(&text))
        .take(most)
        .cloned()
        .collect()
}

/// The town that is nearest to a place, if one is within so many miles.
pub fn nearest(point: Point, miles: f64) -> Option<&'static Place> {
    let far = |place: &&Place| place.point.miles_to(point);
    CITIES
        .iter()
        .map(|place| (far(&place), place))
        .filter(|(far, _)| *far <= miles)
        .min_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, place)| place)
}

/// Whether a zone of this name exists.
pub fn zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// A window with what its zone's clock shows.
pub fn appointment(start: Timestamp, end: Timestamp, zone: &str) -> Appointment {
    let tz: Tz = zone.parse().unwrap_or(Tz::UTC);
    let local = start.utc().with_timezone(&tz);
    Appointment {
        start,
        end,
        zone: zone.to_owned(),
        offset_min: local.offset().fix().local_minus_utc() / 60,
        zone_short: short(&local.format("%Z").to_string()),
    }
}

/// `CST` and `CDT` are both `CT` in the trade: the season is the clock's business, not the dispatcher's.
fn short(abbreviation: &str) -> String {
    match abbreviation.as_bytes() {
        [first, b'S' | b'D', b'T'] => format!("{}T", char::from(*first)),
        _ => abbreviation.to_owned(),
    }
}

/// Reads a moment given as RFC 3339, or as `YYYY-MM-DDTHH:MM` on the clock of `zone`.
///
/// # Errors
/// In words, when it is neither, or when the clock never showed that time.
pub fn read_time(text: &str, zone: &str) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S"))
        .ok()
        .filter(|local| YEARS.contains(&local.year()))
        .ok_or("must be a date and time such as 2026-11-24T14:00")?;
    let tz: Tz = zone.parse().map_err(|_| format!("{zone} is not a known time zone"))?;
    let at: DateTime<Utc> = tz
        .from_local_datetime(&local)
        .earliest()
        .ok_or_else(|| format!("{text} does not exist on the clocks of {zone}"))?
        .with_timezone(&Utc);
    if YEARS.contains(&at.year()) { Ok(at.into()) } else { Err(format!("{text} lies beyond the calendar")) }
}

/// Which day it is somewhere; by UTC where the zone isn't known.
pub fn date(at: Timestamp, zone: &str) -> NaiveDate {
    at.utc().with_timezone(&zone.parse().unwrap_or(Tz::UTC)).date_naive()
}

/// The minute of the day that the clock of `zone` shows, counted from midnight.
pub fn minute(at: Timestamp, zone: &str) -> u32 {
    let local = at.utc().with_timezone(&zone.parse().unwrap_or(Tz::UTC));
    local.hour() * 60 + local.minute()
}

/// The day of `at` on the clock of `zone`: when it began, and when the next one begins. Twice a year it is an hour
/// shorter or longer than others.
pub fn day(at: Timestamp, zone: &str) -> Range<Timestamp> {
    let date = date(at, zone);
    begin(date, zone).unwrap_or(at)..day_end(date, zone)
}

/// When the month of `at` began on the clock of `zone`.
pub fn month_start(at: Timestamp, zone: &str) -> Timestamp {
    date(at, zone).with_day(1).and_then(|first| begin(first, zone)).unwrap_or(at)
}

/// When a day ends on the clock of `zone`.
pub fn day_end(date: NaiveDate, zone: &str) -> Timestamp {
    date.succ_opt().and_then(|next| begin(next, zone)).unwrap_or_else(|| date.and_time(NaiveTime::MIN).and_utc().into())
}

/// When a day begins on the clock of `zone`. Where midnight itself is skipped, it begins an hour later.
fn begin(date: NaiveDate, zone: &str) -> Option<Timestamp> {
    let tz: Tz = zone.parse().unwrap_or(Tz::UTC);
    let first = (0..3).find_map(|hour| tz.from_local_datetime(&date.and_hms_opt(hour, 0, 0)?).earliest());
    first.map(|start| start.with_timezone(&Utc).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_is_a_town_in_a_known_zone() {
        let lines = include_str!("places/cities.csv").lines().count() - 1;
        assert_eq!(cities().len(), lines, "a line could not be read");
        for place in cities() {
            assert!(zone(&place.zone).is_some(), "{}: {}", place.city, place.zone);
            assert!(
                (18.0..72.0).contains(&place.point.lat) && (-180.0..-60.0).contains(&place.point.lng),
                "{}",
                place.city
            );
        }
    }

    #[test]
    fn a_time_without_a_zone_is_the_stops_own() {
        let at = read_time("2026-11-24T14:00", "America/Chicago").expect("a time");
        assert_eq!(at.to_string(), "2026-11-24T20:00:00.000Z");
        assert!(read_time("2026-03-08T02:30", "America/Chicago").is_err(), "the clocks skip it");
        assert!(read_time("tomorrow", "America/Chicago").is_err());
        for text in ["-262143-01-01T00:00", "+262142-12-31T23:59", "9999-12-31T23:59", "9999-12-31T23:59:59-23:59"] {
            for zone in ["Pacific/Honolulu", "Pacific/Kiritimati", "UTC"] {
                assert!(read_time(text, zone).is_err(), "{text} {zone}");
            }
        }
    }

    #[test]
    fn a_day_ends_when_the_next_begins_though_the_clocks_are_moved() {
        for (at, hours) in [
            ("2026-11-25T18:00:00Z", 24),
            // The clocks go back, and forward.
            ("2026-11-01T18:00:00Z", 25),
            ("2026-03-08T18:00:00Z", 23),
        ] {
            let at: Timestamp = at.parse().expect("a time");
            let day = day(at, "America/New_York");
            assert!(day.contains(&at));
            assert_eq!(day.end.since_ms(day.start), hours * 3_600_000, "{at}");
        }
    }

    #[test]
    fn a_window_shows_its_zone_as_the_trade_writes_it() {
        let at: Timestamp = "2026-11-24T20:00:00Z".parse().expect("a time");
        let window = appointment(at, at, "America/Chicago");
        assert_eq!((window.offset_min, window.zone_short.as_str()), (-360, "CT"));
    }
}
