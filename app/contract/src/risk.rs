//! Whether a load will be late, and why: judged from what is known of it and from nothing else.
//!
//! Silence is never read as standing still: how fresh a position is, is an axis of its own
//! ([`crate::tracking::freshness`]).

use crate::{
    Timestamp,
    geo::CIRCUITY,
    loads::LoadRow,
    status::LoadStatus,
    tracking::{Freshness, freshness},
};

/// Closer than this to the end of the window, in minutes, an arrival counts as tight (`domain.md` §2.4).
pub const TIGHT_MIN: i64 = 60;

/// A load without a carrier this many minutes before pickup is at risk (`domain.md` §10: warning at 4 h).
pub const UNCOVERED_MIN: i64 = 240;

/// How a load stands towards its appointments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Nothing speaks against it, or nothing can be said.
    None,
    /// It may fail.
    Tight,
    /// It will fail, or has.
    Late,
}

/// Why, for words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields say what they are")]
pub enum Reason {
    /// The pickup comes near and nobody moves it.
    NoCarrier { pickup_in_min: i64 },
    /// The pickup's window closed before the truck came.
    PickupMissed { by_min: i64 },
    /// The truck is expected after the window's end.
    EtaAfterWindow { by_min: i64, miles_left: Option<i64> },
    /// The truck is expected shortly before the window's end.
    EtaNearEnd { left_min: i64 },
    /// Nothing was heard of the truck.
    NoSignal { min: i64 },
}

/// The judgement of one load at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// How it stands.
    pub risk: Risk,
    /// Why, when there is something to say.
    pub reason: Option<Reason>,
    /// Whether its truck should be heard of and isn't.
    pub silent: bool,
}

/// Judges a load at `now`.
pub fn outlook(load: &LoadRow, now: Timestamp) -> Outlook {
    let signal = silence(load, now);
    let (risk, reason) = lateness(load, now).map_or((Risk::None, None), |(risk, reason)| (risk, Some(reason)));
    Outlook { risk, reason: reason.or(signal), silent: signal.is_some() }
}

fn silence(load: &LoadRow, now: Timestamp) -> Option<Reason> {
    if !load.status.is_under_way() {
        return None;
    }
    let fix = load.current_location?;
    matches!(freshness(Some(fix.at), now), Freshness::Stale)
        .then(|| Reason::NoSignal { min: now.since_ms(fix.at) / 60_000 })
}

fn lateness(load: &LoadRow, now: Timestamp) -> Option<(Risk, Reason)> {
    use LoadStatus as S;
    let minutes = |from: Timestamp, to: Timestamp| to.since_ms(from) / 60_000;
    match load.status {
        S::Planning | S::Pending | S::Tendered => {
            let pickup_in_min = minutes(now, load.pickup.end);
            let covered = load.carrier.is_some() && load.status != S::Pending;
            match pickup_in_min {
                ..0 => Some((Risk::Late, Reason::PickupMissed { by_min: -pickup_in_min })),
                0..UNCOVERED_MIN if !covered => Some((Risk::Late, Reason::NoCarrier { pickup_in_min })),
                _ => None,
            }
        }
        S::Accepted | S::Dispatched => {
            let by_min = minutes(load.pickup.end, now);
            if by_min > 0 {
                return Some((Risk::Late, Reason::PickupMissed { by_min }));
            }
            against(load.eta?, load.pickup.end, None)
        }
        // At the last stop nothing is expected any more.
        S::AtDelivery if load.next_stop.is_none() => None,
        S::AtPickup | S::PickedUp | S::InTransit | S::AtDelivery => {
            let (_, point, window) = load.ahead();
            let left = load.current_location.map(|fix| (fix.point().miles_to(point) * CIRCUITY).round() as i64);
            against(load.eta?, window.end, left)
        }
        S::Delivered | S::Completed | S::Cancelled => None,
    }
}

fn against(eta: Timestamp, end: Timestamp, miles_left: Option<i64>) -> Option<(Risk, Reason)> {
    match end.since_ms(eta) / 60_000 {
        ..0 => Some((Risk::Late, Reason::EtaAfterWindow { by_min: eta.since_ms(end) / 60_000, miles_left })),
        left_min @ 0..TIGHT_MIN => Some((Risk::Tight, Reason::EtaNearEnd { left_min })),
        _ => None,
    }
}
