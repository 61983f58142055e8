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

/// A load that no carrier has taken this many minutes before its pickup opens is at risk (`domain.md` §10: warning at
/// 4 h).
pub const UNCOVERED_MIN: i64 = 240;

/// So many minutes a carrier has to answer a tender (`domain.md` §10: 30 min).
pub const TENDER_MIN: i64 = 30;

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
    /// The pickup comes near and nobody moves it; its window closes then.
    NoCarrier { closes_in_min: i64 },
    /// A carrier was chosen and not asked yet.
    NotTendered { closes_in_min: i64 },
    /// The carrier was asked so long ago, and has not answered.
    NotAccepted { asked_min: i64, closes_in_min: i64 },
    /// The pickup's window closed before the truck came.
    PickupMissed { by_min: i64 },
    /// The truck is expected after the window's end.
    EtaAfterWindow { by_min: i64, miles_left: Option<i64> },
    /// The truck is expected shortly before the window's end.
    EtaNearEnd { left_min: i64 },
    /// The truck should have come then, and nothing was heard of it: whether it has, nobody knows.
    Unknown { expected: Timestamp },
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
    match load.status {
        S::Planning | S::Pending | S::Tendered => uncovered(load, now),
        S::Accepted | S::Dispatched => {
            let by_min = minutes(load.pickup.end, now);
            if by_min > 0 {
                return Some((Risk::Late, Reason::PickupMissed { by_min }));
            }
            against(load, load.pickup.end, None, now)
        }
        // At the last stop nothing is expected any more.
        S::AtDelivery if load.next_stop.is_none() => None,
        S::AtPickup | S::PickedUp | S::InTransit | S::AtDelivery => {
            let (_, point, window) = load.ahead();
            let left = load.current_location.map(|fix| (fix.point().miles_to(point) * CIRCUITY).round() as i64);
            against(load, window.end, left, now)
        }
        S::Delivered | S::Completed | S::Cancelled => None,
    }
}

/// Whether somebody must still find a carrier, or hear from one.
fn uncovered(load: &LoadRow, now: Timestamp) -> Option<(Risk, Reason)> {
    let closes_in_min = minutes(now, load.pickup.end);
    if closes_in_min < 0 {
        return Some((Risk::Late, Reason::PickupMissed { by_min: -closes_in_min }));
    }
    if minutes(now, load.pickup.start) >= UNCOVERED_MIN {
        return None;
    }
    Some(match load.carrier {
        None => (Risk::Late, Reason::NoCarrier { closes_in_min }),
        Some(_) if load.status != LoadStatus::Tendered => (Risk::Tight, Reason::NotTendered { closes_in_min }),
        Some(_) => {
            let asked_min = minutes(load.status_changed_at, now);
            let risk = if asked_min < TENDER_MIN { Risk::Tight } else { Risk::Late };
            (risk, Reason::NotAccepted { asked_min, closes_in_min })
        }
    })
}

/// Judges when the truck is expected against the end of a window. It isn't there yet, so it doesn't come before now.
fn against(load: &LoadRow, end: Timestamp, miles_left: Option<i64>, now: Timestamp) -> Option<(Risk, Reason)> {
    let expected = load.eta?;
    let arrives = expected.max(now);
    match minutes(arrives, end) {
        ..0 => Some((Risk::Late, Reason::EtaAfterWindow { by_min: minutes(end, arrives), miles_left })),
        _ if expected < now && silence(load, now).is_some() => Some((Risk::Tight, Reason::Unknown { expected })),
        left_min @ 0..TIGHT_MIN => Some((Risk::Tight, Reason::EtaNearEnd { left_min })),
        _ => None,
    }
}

/// How far beyond a boundary, in minutes, an estimate must lie before a load changes to the other side of it.
pub const STEADY_MIN: i64 = 10;

/// An estimate as it is kept: one that lies just across a boundary of the risk stays on the side on which the last one was, at
/// its edge, so that a load doesn't go from late to tight and back with every fix. `due` is when the window ends; `near_ms`
/// is how near is too near to say, in milliseconds ([`STEADY_MIN`] wherever time runs as usual).
pub fn steady(before: Option<Timestamp>, eta: Timestamp, due: Option<Timestamp>, near_ms: i64) -> Timestamp {
    let (Some(before), Some(due)) = (before, due) else { return eta };
    // The first moment of being late, and of being tight: both count whole minutes.
    let mut kept = eta;
    for edge in [due.plus_minutes(1), due.plus_minutes(-TIGHT_MIN).plus_ms(1)] {
        if (before >= edge) != (kept >= edge) && kept.since_ms(edge).abs() < near_ms {
            kept = if before >= edge { edge } else { edge.plus_ms(-1) };
        }
    }
    kept
}

const fn minutes(from: Timestamp, to: Timestamp) -> i64 {
    to.since_ms(from) / 60_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        CarrierId, LoadId,
        geo::Point,
        loads::{Appointment, Equipment, Named, Town},
        tracking::{LastFix, Source},
    };

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    /// A load whose pickup opens in an hour and closes in two, and whose delivery does so three hours later.
    fn load(status: LoadStatus, carried: bool) -> LoadRow {
        let window = |from_min, to_min| Appointment {
            start: NOW.plus_minutes(from_min),
            end: NOW.plus_minutes(to_min),
            zone: "America/Chicago".to_owned(),
            offset_min: -360,
            zone_short: "CT".to_owned(),
        };
        let town = || Town { city: "Salina".to_owned(), state: "KS".to_owned() };
        let point = Point { lat: 38.8, lng: -97.6 };
        LoadRow {
            id: LoadId::new(uuid::Uuid::nil()),
            load_number: "LD-202611-00001".to_owned(),
            version: 1,
            status,
            status_changed_at: NOW,
            updated_at: NOW,
            customer_name: "Summit Foods".to_owned(),
            equipment: Equipment::DryVan,
            is_hot: false,
            carrier: carried.then(|| Named { id: CarrierId::new(uuid::Uuid::nil()), name: "Great Basin".to_owned() }),
            driver: None,
            dispatcher: None,
            stop_count: 2,
            origin: town(),
            destination: town(),
            origin_point: point,
            destination_point: point,
            pickup: window(60, 120),
            delivery: window(240, 300),
            miles: 100.0,
            next_stop: None,
            at_stop: None,
            current_location: None,
            eta: None,
            carrier_rate_cents: None,
            customer_rate_cents: None,
            delivered_at: None,
            tender_expires_at: None,
        }
    }

    /// The same on its way to the delivery: last heard of and expected so many minutes from now.
    fn on_the_road(heard_min: i64, eta_min: i64) -> LoadRow {
        let fix = LastFix {
            lat: 38.8,
            lng: -97.6,
            heading: None,
            speed: None,
            at: NOW.plus_minutes(heard_min),
            source: Source::Driver,
        };
        LoadRow {
            current_location: Some(fix),
            eta: Some(NOW.plus_minutes(eta_min)),
            ..load(LoadStatus::InTransit, true)
        }
    }

    fn judged(load: &LoadRow) -> (Risk, Option<Reason>) {
        let Outlook { risk, reason, .. } = outlook(load, NOW);
        (risk, reason)
    }

    #[test]
    fn what_nobody_has_taken_shortly_before_its_pickup_is_at_risk_and_says_what_is_missing() {
        let closes_in_min = 120;
        let asked = |asked_min: i64| LoadRow {
            status_changed_at: NOW.plus_minutes(-asked_min),
            ..load(LoadStatus::Tendered, true)
        };
        for (load, risk, reason) in [
            (load(LoadStatus::Pending, false), Risk::Late, Reason::NoCarrier { closes_in_min }),
            (load(LoadStatus::Pending, true), Risk::Tight, Reason::NotTendered { closes_in_min }),
            (asked(29), Risk::Tight, Reason::NotAccepted { asked_min: 29, closes_in_min }),
            (asked(420), Risk::Late, Reason::NotAccepted { asked_min: 420, closes_in_min }),
        ] {
            assert_eq!(judged(&load), (risk, Some(reason)));
            let mut early = load;
            early.pickup.start = NOW.plus_minutes(UNCOVERED_MIN);
            early.pickup.end = NOW.plus_minutes(UNCOVERED_MIN + 60);
            assert_eq!(judged(&early), (Risk::None, None), "there is time");
        }
        assert_eq!(judged(&load(LoadStatus::Accepted, true)), (Risk::None, None));
    }

    #[test]
    fn a_silent_truck_whose_estimate_has_passed_is_unknown_and_not_on_time() {
        let expected = NOW.plus_minutes(-76);

        assert_eq!(judged(&on_the_road(-80, -76)), (Risk::Tight, Some(Reason::Unknown { expected })));
        assert_eq!(judged(&on_the_road(-2, -76)), (Risk::None, None), "one that is heard of is still coming");
        assert_eq!(judged(&on_the_road(-80, 10)), (Risk::None, Some(Reason::NoSignal { min: 80 })));
    }

    #[test]
    fn an_estimate_around_a_boundary_flips_the_risk_at_most_once() {
        let due = NOW.plus_minutes(180);
        for (edge_min, sides) in [(180, [Risk::Tight, Risk::Late]), (120, [Risk::None, Risk::Tight])] {
            // Eight minutes to both sides of it, and then for good.
            let noise: [i64; 9] = [-5, 6, -8, 8, -7, 5, -3, 2, 8];
            let mut flips = 0;
            let mut eta: Option<Timestamp> = None;
            let mut last = None;
            for off in noise.into_iter().chain([25, 14, 6, -4, 8, 30]) {
                eta = Some(steady(eta, NOW.plus_minutes(edge_min + off), Some(due), STEADY_MIN * 60_000));
                let mut load = on_the_road(-1, 0);
                (load.eta, load.delivery.end) = (eta, due);
                let risk = judged(&load).0;
                assert!(sides.contains(&risk), "{risk:?} at {edge_min} {off:+}");
                flips += u32::from(last.replace(risk).is_some_and(|before| before != risk));
            }
            assert_eq!((flips, last), (1, Some(sides[1])), "at {edge_min}");
        }
    }

    #[test]
    fn far_from_a_boundary_an_estimate_stays_as_it_is() {
        let due = Some(NOW.plus_minutes(180));
        let near_ms = STEADY_MIN * 60_000;
        for (before, eta) in [(300, 60), (60, 300), (150, 150), (100, 101)] {
            let eta = NOW.plus_minutes(eta);
            assert_eq!(steady(Some(NOW.plus_minutes(before)), eta, due, near_ms), eta);
        }
        assert_eq!(steady(None, NOW, due, near_ms), NOW);
        assert_eq!(steady(Some(NOW), NOW.plus_minutes(9), None, near_ms), NOW.plus_minutes(9));
    }

    #[test]
    fn a_truck_that_is_not_there_does_not_come_before_now() {
        let mut load = on_the_road(-2, -30);
        load.delivery.end = NOW.plus_minutes(20);
        assert_eq!(judged(&load), (Risk::Tight, Some(Reason::EtaNearEnd { left_min: 20 })));

        load.delivery.end = NOW.plus_minutes(-10);
        let late = Reason::EtaAfterWindow { by_min: 10, miles_left: Some(0) };
        assert_eq!(judged(&load), (Risk::Late, Some(late)), "though it was expected before");
    }
}
