//! Times and ages in words.
//!
//! Put together by hand: chrono's patterns bring everything that a pattern can hold into the compiled page.

use chrono::{Datelike as _, NaiveDateTime, Timelike as _, Weekday};
use contract::{Day, Timestamp, loads::Appointment};

use crate::say;

/// `14:02` on a clock that is `offset_min` minutes ahead of UTC.
pub fn clock(at: Timestamp, offset_min: i32) -> String {
    let at = local(at, offset_min);
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `Mon 24 14:00` on such a clock.
pub fn day_and_clock(at: Timestamp, offset_min: i32) -> String {
    let day = local(at, offset_min);
    format!("{} {:02} {}", weekday(day), day.day(), clock(at, offset_min))
}

/// `2026-11-24T14:00` on such a clock, as a browser's field of a date and time takes it.
pub fn field(at: Timestamp, offset_min: i32) -> String {
    format!("{}T{}", local(at, offset_min).date(), clock(at, offset_min))
}

/// The moment that such a field gives on a clock that is `offset_min` minutes ahead of UTC; nothing while it is empty.
pub fn of_field(text: &str, offset_min: i32) -> Option<Timestamp> {
    // Browsers leave the seconds out while they are none.
    let seconds = if text.len() == "2026-11-24T14:00".len() { ":00" } else { "" };
    let at: Timestamp = format!("{text}{seconds}Z").parse().ok()?;
    Some(at.plus_minutes(-i64::from(offset_min)))
}

/// `14:02` when that is today on such a clock, else `Tue 25 14:02`.
pub fn soon(at: Timestamp, offset_min: i32, now: Timestamp) -> String {
    if local(at, offset_min).date() == local(now, offset_min).date() {
        clock(at, offset_min)
    } else {
        day_and_clock(at, offset_min)
    }
}

/// As short as a card needs it: `14:02` today, `Tue 14:02` within six days, else `Dec 3 14:02`.
pub fn brief(at: Timestamp, offset_min: i32, now: Timestamp) -> String {
    let clock = clock(at, offset_min);
    if days_between(at, offset_min, now) == 0 { clock } else { format!("{} {clock}", brief_past(at, offset_min, now)) }
}

/// The same of something that is over: on another day than today its hour no longer matters, so `Sun` or `Nov 9`.
pub fn brief_past(at: Timestamp, offset_min: i32, now: Timestamp) -> String {
    let day = local(at, offset_min);
    match days_between(at, offset_min, now) {
        0 => clock(at, offset_min),
        -6..=6 => weekday(day).to_owned(),
        _ => say!(common.date.month_day, month = month(day.month()), day = day.day()),
    }
}

/// A day of the calendar: `Dec 3, 2026`.
pub fn date(day: Day) -> String {
    let day = day.date();
    let month_day = say!(common.date.month_day, month = month(day.month()), day = day.day());
    say!(common.date.with_year, day = month_day, year = day.year())
}

/// How many days later than `now` it is on such a clock; negative when earlier.
fn days_between(at: Timestamp, offset_min: i32, now: Timestamp) -> i64 {
    (local(at, offset_min).date() - local(now, offset_min).date()).num_days()
}

/// How many days before `now` it was on such a clock; none when it lies ahead.
pub fn days_ago(at: Timestamp, offset_min: i32, now: Timestamp) -> i64 {
    (-days_between(at, offset_min, now)).max(0)
}

/// How many minutes the reader's own clock is ahead of UTC, as far as a page has woken; the server never knows.
#[cfg(feature = "hydrate")]
pub fn own_offset_min(at: Timestamp) -> i32 {
    -(js_sys::Date::new(&(at.millis() as f64).into()).get_timezone_offset() as i32)
}

/// How many minutes the reader's own clock is ahead of UTC, as far as a page has woken; the server never knows.
#[cfg(not(feature = "hydrate"))]
pub const fn own_offset_min(_at: Timestamp) -> i32 {
    0
}

/// The start of a window on the stop's own clock: `Mon 24 14:00 CT`.
pub fn window_start(appointment: &Appointment) -> String {
    format!("{} {}", day_and_clock(appointment.start, appointment.offset_min), appointment.zone_short)
}

/// A window on the stop's own clock: `Mon 24 14:00–16:00 CT`, with the second day when it is another one.
pub fn window(appointment: &Appointment) -> String {
    let Appointment { start, end, offset_min, zone_short, .. } = appointment;
    let closes =
        if appointment.is_same_day(*start, *end) { clock(*end, *offset_min) } else { day_and_clock(*end, *offset_min) };
    format!("{}–{closes} {zone_short}", day_and_clock(*start, *offset_min))
}

/// The same as short as a list needs it: `14:00–16:00 CT` today, `Tue 14:00–16:00 CT` within six days.
pub fn brief_window(appointment: &Appointment, now: Timestamp) -> String {
    let Appointment { start, end, offset_min, zone_short, .. } = appointment;
    format!("{}–{} {zone_short}", brief(*start, *offset_min, now), clock(*end, *offset_min))
}

/// An age in the two largest words that matter: `now`, `12 min`, `5 h`, `3 d`.
pub fn age(from: Timestamp, now: Timestamp) -> String {
    minutes(now.since_ms(from) / 60_000)
}

/// The same as it stands in a sentence: `just now`, `12 min ago`.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    if now.since_ms(at) < 60_000 {
        say!(common.age.just_now).to_owned()
    } else {
        say!(common.age.ago, age = age(at, now))
    }
}

/// A length of time given in minutes, likewise.
pub fn minutes(min: i64) -> String {
    match min {
        ..1 => say!(common.date.now).to_owned(),
        1..60 => format!("{min} min"),
        60..2_880 => format!("{} h", min / 60),
        _ => format!("{} d", min / 1_440),
    }
}

/// `Mon`.
fn weekday(day: NaiveDateTime) -> &'static str {
    match day.weekday() {
        Weekday::Mon => say!(common.day.mon),
        Weekday::Tue => say!(common.day.tue),
        Weekday::Wed => say!(common.day.wed),
        Weekday::Thu => say!(common.day.thu),
        Weekday::Fri => say!(common.day.fri),
        Weekday::Sat => say!(common.day.sat),
        Weekday::Sun => say!(common.day.sun),
    }
}

/// `Dec`.
fn month(number: u32) -> &'static str {
    match number {
        1 => say!(common.month.jan),
        2 => say!(common.month.feb),
        3 => say!(common.month.mar),
        4 => say!(common.month.apr),
        5 => say!(common.month.may),
        6 => say!(common.month.jun),
        7 => say!(common.month.jul),
        8 => say!(common.month.aug),
        9 => say!(common.month.sep),
        10 => say!(common.month.oct),
        11 => say!(common.month.nov),
        _ => say!(common.month.dec),
    }
}

fn local(at: Timestamp, offset_min: i32) -> NaiveDateTime {
    at.plus_minutes(i64::from(offset_min)).utc().naive_utc()
}

/// The page's clock: it shows what the server's clock showed when the page was rendered, so that the browser wakes to
/// the very same words, and runs from then on.
#[derive(Clone, Copy)]
pub struct Now(leptos::prelude::RwSignal<Timestamp>);

impl Now {
    /// What it shows, unless its page is gone.
    pub fn shown(self) -> Option<Timestamp> {
        use leptos::prelude::*;
        self.0.try_get_untracked()
    }
}

/// How often ages are written anew, in milliseconds.
#[cfg(feature = "hydrate")]
const TICK_MS: u64 = 15_000;

/// Makes the page's clock.
pub fn provide_now(rendered_at: Timestamp) {
    use leptos::prelude::*;
    let now = RwSignal::new(rendered_at);
    provide_context(Now(now));
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        // Counted by the time that passes and not by the browser's idea of the date: many clocks are wrong.
        let clock = window().performance();
        let started = clock.as_ref().map_or(0.0, web_sys::Performance::now);
        let tick = move || {
            let passed = clock.as_ref().map_or(0.0, web_sys::Performance::now) - started;
            now.set(rendered_at.plus_ms(passed as i64));
        };
        if let Ok(handle) = set_interval_with_handle(tick, std::time::Duration::from_millis(TICK_MS)) {
            on_cleanup(move || handle.clear());
        }
    });
}

/// The page's clock, to be followed.
pub fn now() -> Timestamp {
    use leptos::prelude::*;
    expect_context::<Now>().0.get()
}

/// The page's clock, not to be followed.
pub fn now_untracked() -> Timestamp {
    use leptos::prelude::*;
    expect_context::<Now>().0.get_untracked()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CENTRAL: i32 = -360;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn a_card_shows_no_more_of_a_time_than_it_needs() {
        let now = at("2026-11-25T04:30:00Z");

        assert_eq!(brief(at("2026-11-25T05:30:00Z"), CENTRAL, now), "23:30", "still today there");
        assert_eq!(brief(at("2026-11-25T06:30:00Z"), CENTRAL, now), "Wed 00:30");
        assert_eq!(brief(at("2026-12-01T20:00:00Z"), CENTRAL, now), "Dec 1 14:00", "another Tuesday");
        assert_eq!(brief_past(at("2026-11-22T20:00:00Z"), CENTRAL, now), "Sun");
        assert_eq!(brief_past(at("2026-11-09T20:00:00Z"), CENTRAL, now), "Nov 9");
        assert_eq!(brief_past(at("2026-11-25T05:05:00Z"), CENTRAL, now), "23:05");
        assert_eq!(of_field(&field(at("2026-12-01T14:00:00Z"), CENTRAL), CENTRAL), Some(at("2026-12-01T14:00:00Z")));
        assert_eq!(of_field("2026-12-01T08:00:30", CENTRAL), Some(at("2026-12-01T14:00:30Z")));
        assert_eq!(of_field("", CENTRAL), None);
        assert_eq!(day_and_clock(at("2026-12-01T14:00:00Z"), CENTRAL), "Tue 01 08:00");
        let window = Appointment {
            start: at("2026-11-26T20:00:00Z"),
            end: at("2026-11-26T22:00:00Z"),
            zone: "America/Chicago".to_owned(),
            offset_min: CENTRAL,
            zone_short: "CT".to_owned(),
        };
        assert_eq!(brief_window(&window, now), "Thu 14:00–16:00 CT");
        assert_eq!(brief_window(&window, window.start), "14:00–16:00 CT");
    }
}
