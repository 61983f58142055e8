//! When a load must be heard of, and what it costs when it isn't.

use core::cmp::Reverse;

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    loads::{LoadRow, StopKind},
    risk::{Risk, outlook},
    status::LoadStatus,
    tracking::{Freshness, freshness},
};

/// So many hours after the last call the next one is due, while a load is under way (`domain.md` §7.4).
pub const EVERY_H: u32 = 4;

/// So long before a stop's window opens a call is due, in milliseconds (`domain.md` §7.4: 1 h).
pub const BEFORE_STOP_MS: i64 = 3_600_000;

/// What will be due within so long is shown as coming up, in milliseconds.
pub const SOON_MS: i64 = 3_600_000;

/// So soon after a call fell due it is made from the truck's position, in milliseconds: at the moment when it was due, as
/// often as that is looked for, and not by what came later.
pub const AUTOMATIC_MS: i64 = 5 * 60_000;

/// From so long on a gap between two calls is shown as too long, in milliseconds (`domain.md` §4.5: 4 h).
pub const LONG_GAP_MS: i64 = 4 * 3_600_000;

/// After how many hours that a call is due it is told of again; at once is the first (`domain.md` §7.4, hours overdue).
pub const STEPS_H: [u32; 5] = [0, 2, 4, 8, 24];

const HOUR_MS: i64 = 3_600_000;

/// Why a call is due at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DueReason {
    /// Nothing was heard for so long.
    Interval,
    /// Whoever logged the last call asked for the next one then.
    Reminder,
    /// The pickup opens in an hour.
    Pickup,
    /// The delivery opens in an hour.
    Delivery,
}

/// When a load must be heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Due {
    /// When.
    pub at: Timestamp,
    /// Why then.
    pub reason: DueReason,
}

/// What is known of a load, as far as it decides when a call is due.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// Where it is in its life.
    pub status: LoadStatus,
    /// When it was sent on its way; else since when it is in its status.
    pub since: Timestamp,
    /// What the stop is for that its truck comes to next, and when its window opens.
    pub next: Option<(StopKind, Timestamp)>,
    /// When the last call was made, and in how many hours the next one was wanted.
    pub last: Option<(Timestamp, Option<u32>)>,
}

impl Clock {
    /// When the load must be heard of; never while it isn't under way. What is overdue stays due since the same moment
    /// until somebody calls.
    pub fn due(&self) -> Option<Due> {
        if !self.status.is_under_way() {
            return None;
        }
        let last = self.last.filter(|(at, _)| *at >= self.since);
        let heard = last.map_or(self.since, |(at, _)| at);
        let wanted = last.and_then(|(_, hours)| hours).filter(|hours| *hours < EVERY_H);
        let reason = if wanted.is_some() { DueReason::Reminder } else { DueReason::Interval };
        let at = heard.plus_ms(i64::from(wanted.unwrap_or(EVERY_H)) * HOUR_MS);
        let before_stop = self.next.map(|(kind, opens)| {
            let reason = if kind == StopKind::Pickup { DueReason::Pickup } else { DueReason::Delivery };
            Due { at: opens.plus_ms(-BEFORE_STOP_MS), reason }
        });
        let before_stop = before_stop.filter(|due| heard < due.at && due.at < at);
        Some(before_stop.unwrap_or(Due { at, reason }))
    }
}

impl Due {
    /// Whether the call should have been made.
    pub fn is_overdue(self, now: Timestamp) -> bool {
        self.at <= now
    }

    /// For how many whole hours it is due; none when it isn't yet.
    pub fn hours_overdue(self, now: Timestamp) -> u32 {
        u32::try_from(now.since_ms(self.at) / HOUR_MS).unwrap_or_default()
    }

    /// The last of [`STEPS_H`] that was reached; nothing before it is due.
    pub fn step(self, now: Timestamp) -> Option<u32> {
        if !self.is_overdue(now) {
            return None;
        }
        let hours = self.hours_overdue(now);
        STEPS_H.into_iter().rev().find(|step| *step <= hours)
    }

    /// Whether the truck's position may stand for the call that just fell due: it is at most half an hour old, nothing
    /// says that the load will be late, and nobody asked for this call by themselves.
    pub fn position_suffices(self, load: &LoadRow, now: Timestamp) -> bool {
        let at = load.current_location.map(|fix| fix.at);
        self.reason != DueReason::Reminder
            && self.is_overdue(now)
            && now.since_ms(self.at) < AUTOMATIC_MS
            && matches!(freshness(at, now), Freshness::Live | Freshness::Ageing)
            && outlook(load, now).risk == Risk::None
    }

    /// What stands before what in the list of loads to be heard of: what is due before what is not; of that, what will
    /// be late, then what is due for longer, then what is hot. What will be due comes in the order of its time.
    pub fn rank(self, load: &LoadRow, now: Timestamp) -> impl Ord + use<> {
        if !self.is_overdue(now) {
            return (true, Reverse(Risk::None), Reverse(0), true, self.at);
        }
        let risk = outlook(load, now).risk;
        (false, Reverse(risk), Reverse(self.hours_overdue(now)), !load.is_hot, self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    fn clock() -> Clock {
        Clock { status: LoadStatus::InTransit, since: SENT, next: None, last: None }
    }

    fn due(clock: Clock) -> (i64, DueReason) {
        let due = clock.due().expect("under way");
        (due.at.since_ms(SENT) / 60_000, due.reason)
    }

    #[test]
    fn a_call_is_due_four_hours_after_the_last_one_and_dispatch_counts_as_one() {
        assert_eq!(due(clock()), (240, DueReason::Interval));
        let said = |min, hours| Clock { last: Some((SENT.plus_minutes(min), hours)), ..clock() };
        assert_eq!(due(said(90, None)), (330, DueReason::Interval));
        assert_eq!(due(said(90, Some(2))), (210, DueReason::Reminder));
        assert_eq!(due(said(90, Some(4))), (330, DueReason::Interval));
        assert_eq!(due(said(-90, Some(2))), (240, DueReason::Interval), "that was about another truck, or the pickup");
    }

    #[test]
    fn only_a_load_that_is_under_way_must_be_heard_of() {
        for status in crate::status::STATUSES {
            assert_eq!(Clock { status, ..clock() }.due().is_some(), status.is_under_way(), "{}", status.name());
        }
    }

    #[test]
    fn an_hour_before_a_stop_opens_a_call_is_due_unless_one_was_made_since() {
        let opens = |kind, min| Clock { next: Some((kind, SENT.plus_minutes(min))), ..clock() };
        assert_eq!(due(opens(StopKind::Pickup, 180)), (120, DueReason::Pickup));
        assert_eq!(due(opens(StopKind::Delivery, 180)), (120, DueReason::Delivery));
        assert_eq!(due(opens(StopKind::Pickup, 30)), (240, DueReason::Interval), "it was sent within that hour");
        assert_eq!(due(opens(StopKind::Pickup, 600)), (240, DueReason::Interval), "the next call comes before");
        let said = Clock { last: Some((SENT.plus_minutes(121), None)), ..opens(StopKind::Delivery, 180) };
        assert_eq!(due(said), (361, DueReason::Interval));
        let before = Clock { last: Some((SENT.plus_minutes(60), None)), ..opens(StopKind::Delivery, 180) };
        assert_eq!(due(before), (120, DueReason::Delivery));
    }

    #[test]
    fn each_step_is_reached_after_its_hours() {
        let due = Due { at: SENT, reason: DueReason::Interval };
        for (min, step) in [
            (-1, None),
            (0, Some(0)),
            (119, Some(0)),
            (120, Some(2)),
            (479, Some(4)),
            (480, Some(8)),
            (9_999, Some(24)),
        ] {
            assert_eq!(due.step(SENT.plus_minutes(min)), step, "{min}");
        }
    }
}
