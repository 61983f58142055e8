//! The desk's side of a simulation: finds work for drivers who have none, so that a demo never runs dry, and clears away
//! what is done.

use std::{collections::HashSet, time::Duration};

use contract::{
    Code, DriverId, Listed, One, Timestamp,
    carriers::CarrierRow,
    documents::DocumentKind,
    geo::{CIRCUITY, Point},
    loads::{
        AssignLoad, CancelLoad, ChangeStatus, DispatchLoad, Equipment, LoadQuery, LoadRow, MAX_PAGE_SIZE, NewLoad,
        NewStop, Place, StopKind, Town,
    },
    status::LoadStatus as S,
};
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};
use tokio::time::sleep;

use super::{
    account::{Account, Backoff, Failure},
    paper,
};
use crate::demo::{Freight, reach, towns};

/// How often it looks for something to do.
const LOOK: Duration = Duration::from_secs(4);
/// How many of the drivers are kept under way; the others rest.
const SHARE: f64 = 0.75;
/// How many loads wait for a carrier at most.
const MAX_PENDING: u64 = 12;
/// How many delivered loads wait for their papers; the oldest beyond these are completed.
const MAX_DELIVERED: u64 = 8;
/// Among how many of the last delivered loads a driver's own is looked for.
const RECENT: u32 = 200;
/// How long ago a pickup was missed before the load is called off, in minutes.
const GIVEN_UP_MIN: i64 = 120;
/// How fast a truck is thought to get on, as the server's estimates have it.
const SPEED_MPH: f64 = 52.0;
/// How long loading takes, in simulated hours.
const LOADING_HOURS: f64 = 0.9;

/// From when to when a stop is booked.
type Window = (Timestamp, Timestamp);

/// The office of one company.
pub struct Office {
    account: Account,
    slug: String,
    /// How many simulated minutes pass in one.
    speed: f64,
    rng: StdRng,
    carriers: Vec<CarrierRow>,
    /// Who drives here.
    drivers: Vec<DriverId>,
    entered: usize,
}

impl Office {
    /// The office of the company with this slug.
    pub const fn new(account: Account, slug: String, speed: f64, rng: StdRng) -> Self {
        Self { account, slug, speed, rng, carriers: Vec::new(), drivers: Vec::new(), entered: 0 }
    }

    /// How many drivers the company's carriers have, with the app or without.
    pub async fn count_drivers(&mut self) -> Result<usize, Failure> {
        self.carriers = self.account.get::<One<Vec<CarrierRow>>>("carriers", &()).await?.data;
        Ok(self.carriers.iter().map(|carrier| carrier.drivers.len()).sum())
    }

    /// Takes over finding work for these drivers.
    pub fn employ(&mut self, drivers: Vec<DriverId>) {
        self.drivers = drivers;
    }

    /// Works until it is dropped.
    pub async fn run(mut self) {
        let mut backoff = Backoff::default();
        loop {
            let outcome = match self.find_work().await {
                Ok(()) if self.rng.random_bool(0.2) => self.clear_away().await,
                outcome => outcome,
            };
            match outcome {
                Ok(()) => {
                    backoff.reset();
                    sleep(LOOK).await;
                }
                // Somebody at the desk was faster.
                Err(failure) if matches!(failure.code(), Some(Code::Conflict | Code::IllegalTransition)) => {
                    sleep(LOOK).await;
                }
                Err(failure) => {
                    tracing::debug!(company = self.slug, %failure, "The office has to wait");
                    backoff.after(&failure, &mut self.rng).await;
                }
            }
        }
    }

    async fn list(&mut self, statuses: &[S], sort: &str, size: u32) -> Result<Listed<LoadRow>, Failure> {
        let status = statuses.iter().map(|status| status.name()).collect::<Vec<_>>().join(",");
        let query =
            LoadQuery { status: Some(status), sort: Some(sort.to_owned()), size: Some(size), ..LoadQuery::default() };
        self.account.get("loads", &query).await
    }

    /// Gives one driver without a load a new one, unless enough are under way; and now and then enters one for somebody
    /// at the desk to cover.
    async fn find_work(&mut self) -> Result<(), Failure> {
        let taken = [S::Tendered, S::Accepted, S::Dispatched, S::AtPickup, S::PickedUp, S::InTransit, S::AtDelivery];
        let listed = self.list(&taken, "pickup", MAX_PAGE_SIZE).await?;
        let busy: HashSet<DriverId> = listed
            .data
            .iter()
            .filter_map(|load| Some(load.driver.as_ref()?.id))
            .filter(|id| self.drivers.contains(id))
            .collect();
        let free: Vec<DriverId> = self.drivers.iter().copied().filter(|driver| !busy.contains(driver)).collect();
        if (busy.len() as f64) < self.drivers.len() as f64 * SHARE
            && let Some(driver) = free.choose(&mut self.rng).copied()
        {
            self.give_work(driver, listed.as_of).await?;
        }
        if self.rng.random_bool(0.04) {
            let open = self.list(&[S::Planning, S::Pending], "pickup", 1).await?.page.total;
            if open < MAX_PENDING {
                self.enter_open(listed.as_of).await?;
            }
        }
        Ok(())
    }

    /// Enters a load that begins near a driver, gives it to them and sends them off.
    async fn give_work(&mut self, driver: DriverId, now: Timestamp) -> Result<(), Failure> {
        let Some(carrier) = self.carriers.iter().find(|carrier| carrier.drivers.iter().any(|row| row.id == driver))
        else {
            return Ok(());
        };
        let (carrier_id, equipment) = (carrier.id, carrier.equipment.choose(&mut self.rng).copied());
        let done = self.list(&[S::Delivered, S::Completed], "-updated", RECENT).await?.data;
        let theirs = done.iter().find(|load| load.driver.as_ref().is_some_and(|named| named.id == driver));
        let place = theirs.map(|load| load.destination_point);
        let Some(freight) = self.freight(place, equipment) else { return Ok(()) };
        let deadhead = match (place, freight.towns.first()) {
            (Some(place), Some(town)) => place.miles_to(town.point) * CIRCUITY,
            _ => 40.0,
        };
        let (pickup, delivery) = self.windows(now, deadhead, freight.miles);
        let load: LoadRow = self.account.post("loads", &ask(&freight, pickup, delivery, true)).await?;
        let assign = AssignLoad {
            load_id: load.id,
            version: load.version,
            carrier_id,
            driver_id: Some(driver),
            carrier_rate_cents: Some(freight.carrier_rate_cents),
            status: Some(S::Accepted),
        };
        let load: LoadRow = self.account.post("loads/assign", &assign).await?;
        self.file(&load, DocumentKind::RateConfirmation).await?;
        let send = DispatchLoad { load_id: load.id, version: load.version, reason: None, confirmed: false };
        let _: LoadRow = self.account.post("loads/dispatch", &send).await?;
        Ok(())
    }

    /// Uploads a paper as it came from the carrier.
    async fn file(&mut self, load: &LoadRow, kind: DocumentKind) -> Result<(), Failure> {
        let carrier = load.carrier.as_ref().map_or("", |carrier| &carrier.name);
        let town = |town: &Town| format!("{}, {}", town.city, town.state);
        let lane = (town(&load.origin), town(&load.destination));
        let (name, file) = paper::signed(kind, &load.load_number, carrier, &lane);
        self.account.upload(load.id, kind, &name, file).await
    }

    /// Enters a load for somebody at the desk to cover.
    async fn enter_open(&mut self, now: Timestamp) -> Result<(), Failure> {
        let Some(freight) = self.freight(None, None) else { return Ok(()) };
        let opens = quarter(now.plus_minutes(self.rng.random_range(150..2 * 24 * 60)));
        let drive_min = (freight.miles / SPEED_MPH * 60.0) as i64;
        let due = quarter(opens.plus_minutes(drive_min * 3 / 2 + self.rng.random_range(240..480)));
        let has_rate = self.rng.random_bool(0.6);
        let new = ask(&freight, (opens, opens.plus_minutes(120)), (due, due.plus_minutes(180)), has_rate);
        let _: LoadRow = self.account.post("loads", &new).await?;
        Ok(())
    }

    /// Some freight; from one of the towns nearest to `place`, when there is one.
    fn freight(&mut self, place: Option<Point>, equipment: Option<Equipment>) -> Option<Freight> {
        let from = place.and_then(|place| {
            let mut near = towns(reach(&self.slug));
            near.sort_by(|a, b| place.miles_to(a.point).total_cmp(&place.miles_to(b.point)));
            near.truncate(3);
            near.choose(&mut self.rng).copied()
        });
        self.entered += 1;
        Freight::new(self.entered, &self.slug, equipment, from, &mut self.rng)
    }

    /// Windows that a truck which starts now can mostly meet, by the clock on the wall: some tightly, a few not.
    fn windows(&mut self, now: Timestamp, deadhead: f64, miles: f64) -> (Window, Window) {
        let after = |at: Timestamp, hours: f64| at.plus_ms((hours / self.speed * 3_600_000.0) as i64);
        let at_pickup = after(now, deadhead / SPEED_MPH);
        let at_delivery = after(at_pickup, LOADING_HOURS + miles / SPEED_MPH);
        let slack_min = match self.rng.random_range(0..100) {
            ..74 => self.rng.random_range(80..240),
            74..92 => self.rng.random_range(12..50),
            _ => self.rng.random_range(-25..-5),
        };
        let pickup_end = quarter(at_pickup.plus_minutes(self.rng.random_range(85..160)));
        let pickup = (pickup_end.plus_minutes(-120), pickup_end);
        let due = at_delivery.plus_minutes(slack_min).max(now.plus_minutes(3));
        let due = Timestamp::from_millis(due.millis() / 300_000 * 300_000).max(pickup.0.plus_minutes(15));
        (pickup, (due.plus_minutes(-120).max(pickup.0), due))
    }

    /// Completes what was delivered long ago, and calls off what nobody picked up.
    async fn clear_away(&mut self) -> Result<(), Failure> {
        let delivered = self.list(&[S::Delivered], "updated", 3).await?;
        let old = delivered.page.total.saturating_sub(MAX_DELIVERED).min(3) as usize;
        for load in delivered.data.into_iter().take(old) {
            self.file(&load, DocumentKind::Pod).await?;
            let ask = ChangeStatus {
                load_id: load.id,
                status: S::Completed,
                version: load.version,
                reason: None,
                confirmed: true,
            };
            self.account.post::<LoadRow>("loads/status", &ask).await?;
        }
        let waiting = self.list(&[S::Pending, S::Tendered, S::Accepted], "pickup", MAX_PAGE_SIZE).await?;
        let given_up = waiting.as_of.plus_minutes(-GIVEN_UP_MIN);
        if let Some(load) = waiting.data.into_iter().find(|load| load.pickup.end < given_up) {
            let reason = "The pickup was missed and the customer found another way.".to_owned();
            let ask = CancelLoad { load_id: load.id, version: load.version, reason };
            self.account.post::<LoadRow>("loads/cancel", &ask).await?;
        }
        Ok(())
    }
}

/// A load to be entered. The stops between get the time between.
fn ask(freight: &Freight, pickup: Window, delivery: Window, has_rate: bool) -> NewLoad {
    let last = freight.towns.len() - 1;
    let stop = |(index, town): (usize, &&'static Place)| {
        let (kind, (start, end)) = match index {
            0 => (StopKind::Pickup, pickup),
            n if n == last => (StopKind::Delivery, delivery),
            _ => (StopKind::Delivery, (pickup.0, delivery.1)),
        };
        NewStop {
            kind,
            facility: freight.facility(index),
            city: town.city.clone(),
            state: town.state.clone(),
            point: Some(town.point),
            zone: Some(town.zone.clone()),
            window_start: start.to_string(),
            window_end: end.to_string(),
        }
    };
    NewLoad {
        customer_name: freight.customer.to_owned(),
        equipment: freight.equipment,
        stops: freight.towns.iter().enumerate().map(stop).collect(),
        is_hot: freight.is_hot,
        commodity: Some(freight.commodity.to_owned()),
        weight_lbs: Some(freight.weight_lbs),
        reference: Some(freight.reference.clone()),
        customer_rate_cents: Some(freight.customer_rate_cents),
        carrier_rate_cents: has_rate.then_some(freight.carrier_rate_cents),
        notes: freight.notes.map(str::to_owned),
    }
}

/// People book at full quarters of an hour.
fn quarter(at: Timestamp) -> Timestamp {
    const QUARTER: i64 = 15 * 60_000;
    Timestamp::from_millis((at.millis() + QUARTER / 2) / QUARTER * QUARTER)
}
