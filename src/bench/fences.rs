//! How well positions tell of arrivals, departures and lateness: trips of which the truth is known are driven with everything
//! that devices do wrong, and what is judged of them is held against it. Run by `make bench-fences`; it prints figures and
//! judges none of them.
//!
//! The trips are drawn: real cities, the simulator's ways, and drivers who rest as the law says. A third meet a jam, some pass
//! by their pickup to fuel behind it, and some fuel just outside of its fence. Devices report every half minute to five
//! minutes, are some yards off, fall silent, and now and then are wrong by miles, half of the time without saying so.

use contract::{
    Timestamp,
    eta::{Course, Drive},
    fence::{DWELL_MS, Fence, Seen, arrival, departure},
    geo::Point,
    loads::StopKind,
    risk::{STEADY_MIN, steady},
};
use headhaul::simulate::path::Path;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};

const CITIES: [(f64, f64); 14] = [
    (39.10, -94.58),
    (39.74, -104.99),
    (41.88, -87.63),
    (32.78, -96.80),
    (33.75, -84.39),
    (35.15, -90.05),
    (36.16, -86.78),
    (38.63, -90.20),
    (39.77, -86.16),
    (35.47, -97.52),
    (41.26, -95.94),
    (39.96, -83.00),
    (35.23, -80.84),
    (37.69, -97.34),
];

const START: Timestamp = Timestamp::from_millis(1_795_000_000_000);
const TRIPS: usize = 2_000;
const COURSE: Course = Course { scale: 1.0, rests: true };
/// A warning counts that comes so many minutes before the window ends.
const LEAD_MIN: i64 = 30;

/// Where a truck really was, minute by minute, and when it came and went.
struct Trip {
    places: Vec<Point>,
    pickup: Point,
    delivery: Point,
    came: i64,
    left: i64,
    arrived: i64,
}

impl Trip {
    fn draw(rng: &mut StdRng) -> Self {
        let city = |rng: &mut StdRng| {
            let (lat, lng) = *CITIES.choose(rng).expect("cities");
            Point { lat: lat + rng.random_range(-0.1..0.1), lng: lng + rng.random_range(-0.1..0.1) }
        };
        let (pickup, delivery) = loop {
            let (one, other) = (city(rng), city(rng));
            if (150.0..900.0).contains(&one.miles_to(other)) {
                break (one, other);
            }
        };
        let mut trip = Self { places: Vec::new(), pickup, delivery, came: 0, left: 0, arrived: 0 };
        let from = pickup.towards(delivery, -rng.random_range(0.1..0.4));
        let beyond = pickup.towards(delivery, 0.02);
        match rng.random_range(0..10) {
            // It passes by, fuels behind, and comes back.
            0 | 1 => {
                trip.drive(from, pickup, rng);
                trip.drive(pickup, beyond, rng);
                trip.stand(beyond, 25);
                trip.drive(beyond, pickup, rng);
            }
            // It fuels a mile and a half before.
            2 => {
                let near = Point { lat: pickup.lat + 1.5 / 69.09, ..pickup };
                trip.drive(from, near, rng);
                trip.stand(near, 30);
                trip.drive(near, pickup, rng);
            }
            _ => trip.drive(from, pickup, rng),
        }
        trip.came = trip.places.len() as i64;
        trip.stand(pickup, rng.random_range(15..200));
        trip.left = trip.places.len() as i64;
        trip.drive(pickup, delivery, rng);
        trip.arrived = trip.places.len() as i64;
        trip.stand(delivery, rng.random_range(20..90));
        trip
    }

    fn stand(&mut self, at: Point, minutes: usize) {
        self.places.extend(std::iter::repeat_n(at, minutes));
    }

    fn drive(&mut self, from: Point, to: Point, rng: &mut StdRng) {
        let path = Path::new(from, to, rng);
        let (total, cruise) = (path.road_miles(), rng.random_range(47.0..60.0));
        let jam = (rng.random_range(0.0..1.0) < 0.33).then(|| (rng.random_range(0.2..0.9), rng.random_range(20..90)));
        let (mut driven, mut minutes, mut jammed) = (0.0, 0, jam.is_none());
        while driven < total {
            driven += cruise / 60.0 * rng.random_range(0.85..1.15);
            minutes += 1;
            self.places.push(path.at((driven / total).min(1.0)));
            if let Some((share, long)) = jam.filter(|(share, _)| !jammed && driven / total >= *share) {
                let here = path.at(share);
                jammed = true;
                self.stand(here, long);
            }
            // Eleven hours of driving, ten of rest.
            if minutes % 660 == 0 {
                let here = path.at((driven / total).min(1.0));
                self.stand(here, 600);
            }
        }
    }

    /// What its device tells of it.
    fn report(&self, rng: &mut StdRng) -> Vec<Seen> {
        let every_s = *[30, 60, 120, 300].choose(rng).expect("paces");
        let mut fixes = Vec::new();
        let (mut second, end) = (0_i64, self.places.len() as i64 * 60);
        while second < end {
            let minute = (second / 60) as usize;
            let next = self.places[(minute + 1).min(self.places.len() - 1)];
            let truth = self.places[minute].towards(next, (second % 60) as f64 / 60.0);
            let is_bad = rng.random_range(0.0..1.0) < 0.01;
            let off = if is_bad { rng.random_range(1.0..20.0) } else { rng.random_range(0.0..0.02) } / 69.09;
            let angle = rng.random_range(0.0..std::f64::consts::TAU);
            let point = Point { lat: truth.lat + off * angle.sin(), lng: truth.lng + off * angle.cos() };
            let accuracy = match (is_bad, rng.random_range(0..2)) {
                (true, 0) => Some(3_000.0),
                (_, 0) => Some(rng.random_range(4.0..40.0)),
                _ => None,
            };
            fixes.push(Seen { point, at: START.plus_ms(second * 1_000), accuracy });
            second += every_s;
            // Three times in a thousand reports nothing is heard for up to three quarters of an hour.
            if rng.random_range(0.0..1.0) < 0.003 {
                second += rng.random_range(300..2_700);
            }
        }
        fixes
    }
}

/// What was told rightly, wrongly, and not at all; and how many minutes off the right ones were.
#[derive(Default)]
struct Tally {
    right: usize,
    wrong: usize,
    missed: usize,
    off: Vec<i64>,
}

impl Tally {
    fn add(&mut self, told: Option<Timestamp>, truth_min: i64) {
        match told.map(|at| at.since_ms(START) / 60_000 - truth_min) {
            Some(off) if off.abs() <= 10 => {
                self.right += 1;
                self.off.push(off.abs());
            }
            Some(_) => {
                self.wrong += 1;
                self.missed += 1;
            }
            None => self.missed += 1,
        }
    }

    fn print(mut self, what: &str) {
        self.off.sort_unstable();
        let share = |part: usize, rest: usize| 100.0 * part as f64 / (part + rest).max(1) as f64;
        println!(
            "{what:<22} precision {:5.1} %, recall {:5.1} % ({} right, {} wrong, {} missed){}",
            share(self.right, self.wrong),
            share(self.right, self.missed),
            self.right,
            self.wrong,
            self.missed,
            self.off.get(self.off.len() / 2).map(|min| format!(", half of them within {min} min")).unwrap_or_default(),
        );
    }
}

/// How an estimate did on the way to the delivery.
#[derive(Default)]
struct Estimates {
    warnings: Tally,
    flips: usize,
    near: usize,
    all: usize,
}

impl Estimates {
    fn follow(&mut self, trip: &Trip, fixes: &[Seen], rng: &mut StdRng) {
        let (mut drive, mut eta, mut last, mut flips) = (Drive::default(), None, None, 0);
        let at = |minute: i64| START.plus_minutes(minute);
        let good = fixes.iter().filter(|fix| fix.accuracy.is_none_or(|metres| metres < 1_000.0));
        let leg: Vec<&Seen> = good.filter(|fix| fix.at > at(trip.left) && fix.at < at(trip.arrived)).collect();
        let Some(first) = leg.first() else { return };
        // An appointment that somebody made with half of an hour to spare on average, not knowing of jams.
        let due = drive
            .expect(first.point.miles_to(trip.delivery), first.at, COURSE)
            .plus_minutes(rng.random_range(-60..120));
        let is_late = at(trip.arrived) > due;
        let mut warned = None;
        for pair in leg.windows(2) {
            let (before, now) = (pair[0], pair[1]);
            // As a fix too fast to be true is left out where they are stored.
            if before.point.miles_to(now.point) > 2.0 * now.at.since_ms(before.at) as f64 / 60_000.0 + 0.5 {
                continue;
            }
            drive.see((before.point, before.at), (now.point, now.at), None, COURSE.scale);
            let estimate = drive.expect(now.point.miles_to(trip.delivery), now.at, COURSE);
            let kept = steady(eta, estimate, Some(due), STEADY_MIN * 60_000);
            if eta.is_none_or(|eta: Timestamp| kept.since_ms(eta).abs() >= 600_000) {
                eta = Some(kept);
            }
            let late = eta.is_some_and(|eta| eta.max(now.at) >= due.plus_minutes(1));
            flips += usize::from(last.replace(late).is_some_and(|was| was != late));
            if late && warned.is_none() {
                warned = Some(now.at);
            }
            let left_min = at(trip.arrived).since_ms(now.at) / 60_000;
            if (55..65).contains(&left_min) {
                self.all += 1;
                self.near += usize::from((estimate.since_ms(at(trip.arrived)) / 60_000).abs() <= 10);
            }
        }
        self.flips += flips;
        let in_time = warned.is_some_and(|warned| due.since_ms(warned) >= LEAD_MIN * 60_000);
        // A warning counts as given when it still stood at the end.
        let stands = last == Some(true);
        match (is_late, stands && warned.is_some(), in_time) {
            (true, _, true) => self.warnings.right += 1,
            (true, ..) => self.warnings.missed += 1,
            (false, true, _) => self.warnings.wrong += 1,
            (false, false, _) => {}
        }
    }
}

fn main() {
    let mut rng = StdRng::seed_from_u64(42);
    let [mut arrivals, mut departures, mut deliveries] = [(); 3].map(|()| Tally::default());
    let mut estimates = Estimates::default();
    let mut count = 0;
    for _ in 0..TRIPS {
        let trip = Trip::draw(&mut rng);
        let fixes = trip.report(&mut rng);
        count += fixes.len();
        let pickup = Fence::of(StopKind::Pickup, trip.pickup);
        let came = arrival(pickup, &fixes, START, None, 1.0);
        arrivals.add(came, trip.came);
        let Some(came) = came else { continue };
        let left = departure(pickup, &fixes, came, true, 1.0);
        departures.add(left, trip.left);
        if let Some(left) = left {
            let delivery = Fence::of(StopKind::Delivery, trip.delivery);
            deliveries.add(arrival(delivery, &fixes, left, None, 1.0), trip.arrived);
        }
        estimates.follow(&trip, &fixes, &mut rng);
    }
    println!("{TRIPS} trips, {count} fixes, a dwell of {} min", DWELL_MS / 60_000);
    arrivals.print("arrivals at pickups");
    departures.print("departures");
    deliveries.print("arrivals at deliveries");
    let Estimates { warnings, flips, near, all } = estimates;
    warnings.print("late warnings");
    println!("{:<22} {:.2} a trip", "changes late/in time", flips as f64 / TRIPS as f64);
    println!("{:<22} {:.0} % within 10 min, an hour before", "estimates", 100.0 * near as f64 / all.max(1) as f64);
}
