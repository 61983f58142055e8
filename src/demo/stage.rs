//! When everything of a demo load happened, and when the rest should: its stage.

use contract::{
    Timestamp,
    geo::{CIRCUITY, Point},
    status::LoadStatus as S,
};
use rand::{Rng, rngs::StdRng};

use super::freight::Freight;
use crate::simulate::path::Path;

/// Miles an hour on the road, as estimates take it.
const SPEED_MPH: f64 = 52.0;
const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

/// How a load fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Nothing speaks against it.
    Easy,
    /// It will be there shortly before the window closes.
    Tight,
    /// It will be there too late.
    Late,
    /// Nothing was heard of its truck for a while.
    Silent,
    /// It is to be picked up soon, and nobody moves it.
    Urgent,
}

/// From when to when a stop is booked.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub start: Timestamp,
    pub end: Timestamp,
}

/// A place on the way.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    pub at: Timestamp,
    pub point: Point,
    pub heading: f64,
    pub speed: f64,
}

/// When everything happened, and when the rest should.
#[derive(Clone, Debug)]
pub struct Stage {
    /// When it took each status that it had, from PENDING on.
    pub reached: Vec<(S, Timestamp)>,
    pub pickup: Window,
    /// The window of the stop between, where there is one.
    pub between: Option<Window>,
    pub delivery: Window,
    /// When its truck came to the stop between, and when it left.
    pub passed: Option<(Timestamp, Timestamp)>,
    pub eta: Option<Timestamp>,
    /// Where its truck was, oldest first.
    pub trail: Vec<Mark>,
}

/// The moment from which a stage is told, and how time runs.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    pub at: Timestamp,
    /// How many simulated minutes pass in one.
    pub scale: f64,
}

impl Now {
    /// How long a truck drives so many road miles, in milliseconds of the clock on the wall.
    fn drive_ms(self, road_miles: f64) -> i64 {
        (road_miles / SPEED_MPH * 3_600_000.0 / self.scale) as i64
    }

    /// How long a truck stands so many minutes, likewise.
    fn stand_ms(self, minutes: i64) -> i64 {
        (minutes as f64 * 60_000.0 / self.scale) as i64
    }
}

/// Where a truck is and what it still has to drive.
struct Truck {
    trail: Vec<Mark>,
    /// When it was heard of last.
    heard: Timestamp,
    /// Road miles on this leg.
    driven: f64,
    left: f64,
    /// Road miles on the leg before the stop between, when it has left that.
    before: Option<f64>,
}

/// How long a truck stands at a stop between, in minutes.
const BETWEEN_MIN: i64 = 25;

impl Stage {
    /// The stage of a load that has come to `status`.
    pub fn new(status: S, mood: Mood, freight: &Freight, now: Now, rng: &mut StdRng) -> Self {
        let truck = truck(status, mood, freight, now, rng);
        let left_at = truck.as_ref().map(|truck| now.at.plus_ms(-now.drive_ms(truck.driven)));
        let came_from = truck.as_ref().and_then(|truck| Some((truck.before?, left_at?)));
        let passed = came_from.map(|(_, left)| (left.plus_ms(-now.stand_ms(BETWEEN_MIN)), left));
        let latest = match (came_from, passed) {
            (Some((miles, _)), Some((came, _))) => came.plus_ms(-now.drive_ms(miles)),
            _ => left_at.unwrap_or(now.at),
        };
        let reached = reached(status, latest, now, rng);
        let eta = truck.as_ref().map(|truck| eta(status, truck, freight, now, rng));
        let pickup = pickup(status, mood, &reached, eta, now, rng);
        let has_between = freight.towns.len() > 2;
        // On its way to the stop between, that is where it is early or late, and the last stop comes after.
        let first_leg = has_between && passed.is_none() && matches!(status, S::AtPickup | S::PickedUp | S::InTransit);
        let mut between = None;
        let mut at_last = eta;
        if let (true, Some(eta)) = (first_leg, eta) {
            between = Some(window(round(eta.plus_minutes(slack_min(mood, rng)), 5), 2 * HOUR));
            let leg = freight.towns[freight.towns.len() - 2..].windows(2);
            let miles: f64 = leg.map(|pair| pair[0].point.miles_to(pair[1].point) * CIRCUITY).sum();
            at_last = Some(eta.plus_ms(now.stand_ms(BETWEEN_MIN) + now.drive_ms(miles)));
        }
        let ease = if first_leg { Mood::Easy } else { mood };
        let mut delivery = delivery(status, ease, &reached, at_last, pickup, freight, rng);
        if let Some(between) = between {
            delivery.end = delivery.end.max(between.end.plus_minutes(30));
            delivery.start = delivery.start.max(between.start);
        }
        if has_between && between.is_none() {
            between = Some(from_to(pickup, delivery));
        }
        let passed = passed.or_else(|| {
            let (left, came) = (when(&reached, S::InTransit)?, when(&reached, S::AtDelivery)?);
            let third = came.since_ms(left) / 3;
            has_between.then(|| (left.plus_ms(third), left.plus_ms(third + now.stand_ms(BETWEEN_MIN).min(third))))
        });
        let trail = truck.map(|truck| truck.trail).unwrap_or_default();
        Self { reached, pickup, between, delivery, passed, eta, trail }
    }

    /// When it took a status, if it did.
    pub fn reached(&self, status: S) -> Option<Timestamp> {
        when(&self.reached, status)
    }
}

fn when(reached: &[(S, Timestamp)], status: S) -> Option<Timestamp> {
    reached.iter().find(|(reached, _)| *reached == status).map(|(_, at)| *at)
}

/// From the pickup's end to the delivery's start, or what is left of that.
fn from_to(pickup: Window, delivery: Window) -> Window {
    let end = delivery.start.max(pickup.start.plus_minutes(15));
    Window { start: pickup.end.min(end.plus_minutes(-15)), end }
}

/// Minutes since a load took its status: 12 minutes to 26 hours, more often little.
fn age_min(status: S, rng: &mut StdRng) -> i64 {
    match status {
        S::Dispatched | S::PickedUp | S::AtDelivery => rng.random_range(12..75),
        S::AtPickup => rng.random_range(12..110),
        S::InTransit => rng.random_range(30..6 * HOUR),
        S::Delivered => rng.random_range(18..9 * HOUR),
        S::Completed => rng.random_range(HOUR..22 * HOUR),
        _ => (12.0 * rng.random_range(0.0_f64..4.87).exp()) as i64,
    }
}

/// When the load took each status on its way; the last one not after `latest`.
fn reached(status: S, latest: Timestamp, now: Now, rng: &mut StdRng) -> Vec<(S, Timestamp)> {
    let way: &[S] = match status {
        S::Planning => &[S::Planning],
        S::Cancelled => &[S::Pending, S::Cancelled],
        _ => &[
            S::Pending,
            S::Tendered,
            S::Accepted,
            S::Dispatched,
            S::AtPickup,
            S::PickedUp,
            S::InTransit,
            S::AtDelivery,
            S::Delivered,
            S::Completed,
        ],
    };
    let last = way.iter().position(|step| *step == status).unwrap_or(0);
    let mut at = now.at.plus_minutes(-age_min(status, rng)).min(latest);
    let mut reached = Vec::with_capacity(last + 1);
    for step in way[..=last].iter().rev() {
        reached.push((*step, at));
        let before = match step {
            S::Tendered | S::Cancelled => 25..5 * HOUR,
            S::Accepted => 6..55,
            S::Dispatched => 15..3 * HOUR,
            S::AtPickup => 35..2 * HOUR,
            S::PickedUp => 25..80,
            S::InTransit => 4..12,
            S::AtDelivery => 3 * HOUR..9 * HOUR,
            _ => 20..70,
        };
        at = at.plus_ms(-rng.random_range(before.start * 60_000..before.end * 60_000));
    }
    reached.reverse();
    reached
}

fn truck(status: S, mood: Mood, freight: &Freight, now: Now, rng: &mut StdRng) -> Option<Truck> {
    let (from, to) = (freight.towns.first()?.point, freight.towns.last()?.point);
    let between = freight.towns.get(1).filter(|_| freight.towns.len() > 2).map(|town| town.point);
    let mut before = None;
    let heard_ms = match mood {
        Mood::Silent => rng.random_range(42 * 60_000..70 * 60_000),
        _ if rng.random_bool(0.1) => rng.random_range(6 * 60_000..15 * 60_000),
        _ => rng.random_range(5_000..200_000),
    };
    let heard = now.at.plus_ms(-heard_ms);
    let (path, first, last) = match status {
        S::Dispatched => {
            // It comes back along the lane: there is land.
            let miles = rng.random_range(20.0..95.0);
            let away = from.towards(to, miles / from.miles_to(to).max(miles));
            (Path::new(away, from, rng), 0.0, rng.random_range(0.1..0.7))
        }
        S::AtPickup | S::PickedUp => (Path::new(from, from, rng), 1.0, 1.0),
        S::AtDelivery => (Path::new(to, to, rng), 1.0, 1.0),
        S::InTransit => {
            let (from, to) = match between {
                Some(between) if rng.random_bool(0.5) => {
                    before = Some(from.miles_to(between) * CIRCUITY);
                    (between, to)
                }
                Some(between) => (from, between),
                None => (from, to),
            };
            (Path::new(from, to, rng), 0.0, rng.random_range(0.15..0.8))
        }
        _ => return None,
    };
    let road = path.road_miles();
    let standing = !matches!(status, S::Dispatched | S::InTransit);
    let speed = if standing { 0.0 } else { rng.random_range(49.0..64.0) };
    let steps = if standing { 1 } else { 14 };
    let step_ms = now.drive_ms(road * (last - first) / f64::from(steps)).max(1_000);
    let trail = (0..=steps)
        .rev()
        .map(|back| {
            let share = last - (last - first) * f64::from(back) / f64::from(steps);
            Mark {
                at: heard.plus_ms(-step_ms * i64::from(back)),
                point: path.at(share),
                heading: path.heading(share),
                speed,
            }
        })
        .collect();
    Some(Truck { trail, heard, driven: road * (last - first), left: road * (1.0 - last), before })
}

/// When the truck is expected at its next stop, as far as it was heard of.
fn eta(status: S, truck: &Truck, freight: &Freight, now: Now, rng: &mut StdRng) -> Timestamp {
    let stands_min = match status {
        S::AtPickup => rng.random_range(20..60),
        S::PickedUp => rng.random_range(4..10),
        _ => 0,
    };
    let next_leg = match (status, freight.towns.as_slice()) {
        (S::AtPickup | S::PickedUp, [first, next, ..]) => first.point.miles_to(next.point) * CIRCUITY,
        _ => truck.left,
    };
    truck.heard.plus_ms(now.stand_ms(stands_min) + now.drive_ms(next_leg))
}

/// How long after the truck's arrival the window closes, in minutes: under 60 is tight.
fn slack_min(mood: Mood, rng: &mut StdRng) -> i64 {
    match mood {
        Mood::Tight => rng.random_range(20..48),
        Mood::Late => rng.random_range(-70..-14),
        _ => rng.random_range(105..4 * HOUR),
    }
}

fn pickup(
    status: S,
    mood: Mood,
    reached: &[(S, Timestamp)],
    eta: Option<Timestamp>,
    now: Now,
    rng: &mut StdRng,
) -> Window {
    let arrived = when(reached, S::AtPickup);
    if let Some(at) = arrived {
        return window(round(at.plus_minutes(rng.random_range(20..100)), 15), 2 * HOUR);
    }
    if let (S::Dispatched, Some(eta)) = (status, eta) {
        return window(round(eta.plus_minutes(slack_min(mood, rng)), 5), 2 * HOUR);
    }
    if mood == Mood::Urgent {
        return window(round(now.at.plus_minutes(rng.random_range(150..225)), 15), HOUR);
    }
    let ahead = match status {
        S::Planning => DAY..3 * DAY,
        S::Pending => 7 * HOUR..3 * DAY,
        S::Tendered => 5 * HOUR..36 * HOUR,
        _ => 4 * HOUR..26 * HOUR,
    };
    window(
        round(now.at.plus_minutes(rng.random_range(ahead)), 30),
        if rng.random_bool(0.5) { 2 * HOUR } else { 4 * HOUR },
    )
}

fn delivery(
    status: S,
    mood: Mood,
    reached: &[(S, Timestamp)],
    eta: Option<Timestamp>,
    pickup: Window,
    freight: &Freight,
    rng: &mut StdRng,
) -> Window {
    let arrived = when(reached, S::AtDelivery);
    let end = match (arrived, eta) {
        (Some(at), _) => round(at.plus_minutes(rng.random_range(20..100)), 15),
        (None, Some(eta)) if status != S::Dispatched => round(eta.plus_minutes(slack_min(mood, rng)), 5),
        // Booked for a truck that loads two hours and takes its rest; a simulated one will be early.
        _ => {
            let drive = freight.miles / SPEED_MPH * 60.0;
            let rests = (drive / (10.0 * 60.0)).floor() * 10.0 * 60.0;
            round(pickup.end.plus_minutes((drive + rests) as i64 + rng.random_range(3 * HOUR..6 * HOUR)), 30)
        }
    };
    let window = window(end, 2 * HOUR);
    // Nobody books the delivery for before the pickup.
    Window { start: window.start.max(pickup.start.plus_minutes(15)).min(end.plus_minutes(-15)), end }
}

fn window(end: Timestamp, minutes: i64) -> Window {
    Window { start: end.plus_minutes(-minutes), end }
}

/// People book at full quarters of an hour.
fn round(at: Timestamp, minutes: i64) -> Timestamp {
    let step = minutes * 60_000;
    Timestamp::from_millis((at.millis() + step / 2).div_euclid(step) * step)
}
