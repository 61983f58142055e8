//! The words for trucks at stops: how long they stand there, what of it is detention, and that a position told so.

use contract::{Timestamp, loads::Stay, tracking::BY_POSITION};

use super::length_words;
use crate::{say, when};

/// Who changed something, as the subject of a sentence.
pub fn doer_words(by: &str) -> String {
    if by == BY_POSITION { say!(common.stay.position).to_owned() } else { by.to_owned() }
}

/// How long a truck stands or stood at a stop, on the stop's clock; and whether it is detained.
pub fn stay_words(stay: &Stay, now: Timestamp, offset_min: i32, zone: &str) -> (String, bool) {
    let clock = format!("{} {zone}", when::clock(stay.free_until, offset_min));
    let (length, detention) = (length_words(stay.min(now)), stay.detention_min(now));
    let words = match (stay.departed_at, detention) {
        (None, None) => say!(common.stay.free, time = length, at = clock),
        (None, Some(min)) => say!(common.stay.detained, time = length_words(min), at = clock, all = length),
        (Some(_), None) => say!(common.stay.stood, time = length),
        (Some(_), Some(min)) => say!(common.stay.stood_detained, time = length, detention = length_words(min)),
    };
    (words, stay.departed_at.is_none() && detention.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stay_says_what_is_free_and_then_what_is_owed() {
        let came = Timestamp::from_millis(1_795_000_000_000);
        let stay = Stay { arrived_at: came, free_until: came.plus_minutes(120), departed_at: None };
        let words = |min| stay_words(&stay, came.plus_minutes(min), -360, "CT");

        assert!(!words(72).1 && words(72).0.contains("1 h 12"), "{:?}", words(72));
        assert!(words(155).1 && words(155).0.contains("35 min"), "{:?}", words(155));
        let left = Stay { departed_at: Some(came.plus_minutes(130)), ..stay };
        assert!(!stay_words(&left, came.plus_minutes(900), -360, "CT").1, "what is over is not loud");
    }
}
