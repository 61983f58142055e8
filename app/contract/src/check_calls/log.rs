//! Logging a check call: what may be said, and of when.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    CheckCallKind, ContactMethod, MAX_AHEAD_MS, MAX_BACK_MS, MAX_BACKDATED_MS, MAX_CITY, MAX_ETA_MS, MAX_NOTES,
    MAX_PAST_ETA_MS, REMINDERS_H,
};
use crate::{ClientKey, LoadId, Refusal, Timestamp, geo::Point, loads::Town, refusal::Flaw, text};

/// Somebody logs a check call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LogCheckCall {
    /// Of which load.
    pub load_id: LoadId,
    /// What it reports.
    #[serde(default, rename = "type")]
    pub kind: CheckCallKind,
    /// The town where the truck is, with `state`; needed unless there is a `position`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Two letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Where the truck is, in degrees; needed unless there is a town.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Point>,
    /// When it is expected at its next stop: ahead, or at most 30 minutes ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eta: Option<Timestamp>,
    /// What else was said, in 500 characters at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// By which way it came, when the desk logs it.
    #[serde(default)]
    pub method: ContactMethod,
    /// When it was said; now when absent. At most 4 hours back, except for who may backdate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called_at: Option<Timestamp>,
    /// In how many hours the next call is wanted: 2, 3 or 4; 4 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_hours: Option<u32>,
    /// Made by the caller, once for each call: what comes twice under the same key is one call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_key: Option<ClientKey>,
}

/// A check call as it may be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct GoodCall {
    /// What it reports.
    pub kind: CheckCallKind,
    /// The town where the truck is.
    pub town: Option<Town>,
    /// Where the truck is, in degrees.
    pub position: Option<Point>,
    /// When it is expected at its next stop.
    pub eta: Option<Timestamp>,
    /// What else was said.
    pub notes: Option<String>,
    /// By which way it came.
    pub method: ContactMethod,
    /// When it was said.
    pub called_at: Timestamp,
    /// Whether that lies farther back than calls are logged as a rule.
    pub is_backdated: bool,
    /// In how many hours the next call is wanted.
    pub remind_hours: Option<u32>,
}

impl LogCheckCall {
    /// What can be kept of it, logged at `now` by somebody who may or may not date calls farther back than 4 hours.
    ///
    /// # Errors
    /// A refusal that names each field with what is wrong with it.
    pub fn check(self, now: Timestamp, may_backdate: bool) -> Result<GoodCall, Refusal> {
        let mut faults = BTreeMap::new();
        let mut wrong = |field: &str, flaw: Flaw, words: &str| {
            faults.entry(field.to_owned()).or_insert_with(|| (flaw, words.to_owned()));
        };
        let mut line = |field: &str, text: Option<&String>| {
            text::line(text.map_or("", String::as_str), MAX_CITY).unwrap_or_else(|flaw| {
                wrong(field, flaw, "can't be read, or is too long");
                None
            })
        };
        let (city, state) = (line("city", self.city.as_ref()), line("state", self.state.as_ref()));
        let is_state = |state: &String| state.len() == 2 && state.bytes().all(|letter| letter.is_ascii_alphabetic());
        let town = match (city, state) {
            (Some(city), Some(state)) if is_state(&state) => Some(Town { city, state: state.to_ascii_uppercase() }),
            (Some(_), _) => {
                wrong("state", Flaw::Needed, "must be two letters");
                None
            }
            (None, _) => None,
        };
        if let Some(Point { lat, lng }) = self.position {
            let is_place = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lng);
            if !is_place || (lat == 0.0 && lng == 0.0) {
                wrong("position", Flaw::OutOfRange, "must be a place on the globe");
            }
        }
        if town.is_none() && self.position.is_none() {
            wrong("city", Flaw::Needed, "a town with its state, or a position, is needed");
        }
        if let Some(eta) = self.eta {
            if now.since_ms(eta) > MAX_PAST_ETA_MS {
                wrong("eta", Flaw::OutOfRange, "must lie ahead, or at most 30 minutes back");
            } else if eta.since_ms(now) > MAX_ETA_MS {
                wrong("eta", Flaw::TooFarAhead, "must lie within 30 days");
            }
        }
        let notes = text::lines(self.notes.as_deref().unwrap_or_default(), MAX_NOTES).unwrap_or_else(|flaw| {
            wrong("notes", flaw, "can't be read, or is longer than 500 characters");
            None
        });
        let called_at = self.called_at.unwrap_or(now);
        let back_ms = now.since_ms(called_at);
        let is_backdated = back_ms > MAX_BACK_MS;
        if back_ms < -MAX_AHEAD_MS {
            wrong("calledAt", Flaw::TooFarAhead, "must not lie ahead");
        } else if back_ms > MAX_BACKDATED_MS || (is_backdated && !may_backdate) {
            wrong("calledAt", Flaw::OutOfRange, "must lie at most 4 hours back");
        }
        if self.remind_hours.is_some_and(|hours| !REMINDERS_H.contains(&hours)) {
            wrong("remindHours", Flaw::OutOfRange, "must be 2, 3 or 4");
        }
        if !faults.is_empty() {
            return Err(Refusal::flawed_fields(faults));
        }
        Ok(GoodCall {
            kind: self.kind,
            town,
            position: self.position,
            eta: self.eta,
            notes,
            method: self.method,
            // Two clocks that differ a little must not make a call of the future.
            called_at: called_at.min(now),
            is_backdated,
            remind_hours: self.remind_hours,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::place_words, *};

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    fn ask() -> LogCheckCall {
        LogCheckCall {
            load_id: LoadId::new(uuid::Uuid::nil()),
            kind: CheckCallKind::CheckCall,
            city: Some(" Salina ".to_owned()),
            state: Some("ks".to_owned()),
            position: None,
            eta: None,
            notes: None,
            method: ContactMethod::Phone,
            called_at: None,
            remind_hours: None,
            client_key: None,
        }
    }

    /// What is wrong, field by field.
    fn flaws(ask: LogCheckCall, may_backdate: bool) -> Vec<(String, Flaw)> {
        let refusal = ask.check(NOW, may_backdate).expect_err("it is refused");
        refusal.details.expect("details").flaws.into_iter().collect()
    }

    #[test]
    fn a_town_with_its_state_or_a_position_says_where_the_truck_is() {
        let good = ask().check(NOW, false).expect("a good call");
        assert_eq!(place_words(good.town.as_ref(), good.position), "Salina, KS");
        assert_eq!((good.called_at, good.is_backdated), (NOW, false));

        let at = |lat, lng| LogCheckCall { city: None, state: None, position: Some(Point { lat, lng }), ..ask() };
        let good = at(38.84, -97.61).check(NOW, false).expect("a good call");
        assert_eq!(place_words(good.town.as_ref(), good.position), "38.840, -97.610");

        let nowhere = LogCheckCall { city: None, state: None, ..ask() };
        assert_eq!(flaws(nowhere, false), [("city".to_owned(), Flaw::Needed)]);
        let stateless = LogCheckCall { state: Some("Kansas".to_owned()), ..ask() };
        assert!(flaws(stateless, false).contains(&("state".to_owned(), Flaw::Needed)));
        for (lat, lng) in [(0.0, 0.0), (91.0, 0.0), (0.0, 181.0), (f64::NAN, 1.0)] {
            assert_eq!(flaws(at(lat, lng), false), [("position".to_owned(), Flaw::OutOfRange)]);
        }
    }

    #[test]
    fn a_truck_is_expected_ahead_or_at_most_half_an_hour_ago() {
        let expected = |min| LogCheckCall { eta: Some(NOW.plus_minutes(min)), ..ask() };
        for min in [-30, 0, 30 * 24 * 60] {
            assert!(expected(min).check(NOW, false).is_ok(), "{min}");
        }
        assert_eq!(flaws(expected(-31), false), [("eta".to_owned(), Flaw::OutOfRange)]);
        assert_eq!(flaws(expected(30 * 24 * 60 + 1), false), [("eta".to_owned(), Flaw::TooFarAhead)]);
    }

    #[test]
    fn only_who_may_backdate_dates_a_call_farther_back_than_four_hours() {
        let said = |min| LogCheckCall { called_at: Some(NOW.plus_minutes(min)), ..ask() };
        let dated = |min, may| said(min).check(NOW, may).map(|good| (good.called_at, good.is_backdated)).ok();
        assert_eq!(dated(-240, false), Some((NOW.plus_minutes(-240), false)));
        assert_eq!(dated(-241, false), None);
        assert_eq!(dated(-241, true), Some((NOW.plus_minutes(-241), true)));
        assert_eq!(dated(-30 * 24 * 60 - 1, true), None, "nobody remembers that");
        assert_eq!(dated(2, false), Some((NOW, false)), "clocks differ");
        assert_eq!(dated(3, true), None);
    }

    #[test]
    fn notes_have_their_length_and_reminders_their_hours() {
        let noted = |notes: String| LogCheckCall { notes: Some(notes), ..ask() };
        let good = noted(" Snow,\nslow ".to_owned()).check(NOW, false).expect("a good call");
        assert_eq!(good.notes.as_deref(), Some("Snow,\nslow"));
        assert!(noted("x".repeat(500)).check(NOW, false).is_ok());
        assert_eq!(flaws(noted("x".repeat(501)), false), [("notes".to_owned(), Flaw::TooLong)]);
        assert_eq!(flaws(noted("a\0b".to_owned()), false), [("notes".to_owned(), Flaw::Unreadable)]);
        for hours in [0, 1, 5] {
            let ask = LogCheckCall { remind_hours: Some(hours), ..ask() };
            assert_eq!(flaws(ask, false), [("remindHours".to_owned(), Flaw::OutOfRange)]);
        }
    }
}
