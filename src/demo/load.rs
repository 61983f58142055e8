//! Writing demo loads with the past that their stage tells.

use std::{iter::Cycle, vec};

use anyhow::Context;
use contract::{
    LoadId, UserId,
    documents::DocumentKind,
    eta::Drive,
    loads::{Happening, Place, StopKind},
    status::LoadStatus as S,
    tenders::{TenderMode, WINDOW_MIN},
    tracking::{Fix, Source},
};
use rand::{Rng, rngs::StdRng, seq::IndexedRandom, seq::SliceRandom};

use super::{
    calls,
    companies::Company,
    freight::Freight,
    notices::Past,
    people::{Crew, People},
    stage::{Mood, Now, Stage, Window},
    talk::Talk,
};
use crate::{
    clock::new_id,
    documents::{self, Shelf},
    error::Result,
    loads::enter,
    simulate::paper,
    store::{
        Tx, column,
        demo::{Step, settle},
        loads::{self as rows, Insert, Record, StopInsert, StopTimes},
        positions::{self, Kept, Marker},
        tenders,
    },
};

/// How long before its tender a carrier is chosen, in milliseconds.
const OFFERING_MS: i64 = 40_000;

/// When the first of the tendered loads waits for its answer no longer, in minutes from the start of the demo.
const FIRST_ANSWER_MIN: i64 = 40;

/// And over how many minutes the others follow.
const ANSWERS_MIN: i64 = 80;

/// Where a company's demo loads are put together.
pub struct Yard<'a> {
    company: &'a Company,
    people: &'a People,
    now: Now,
    rng: StdRng,
    /// Each driver once before any of them twice: those with the app, and those without.
    heard: Cycle<vec::IntoIter<Crew>>,
    unheard: Cycle<vec::IntoIter<Crew>>,
    planned: Vec<Planned>,
}

/// A load with everything that is to be written of it.
struct Planned {
    freight: Freight,
    stage: Stage,
    status: S,
    dispatcher: Option<(UserId, String)>,
    /// Who moves it, and whether the driver is named.
    crew: Option<(Crew, bool)>,
}

impl<'a> Yard<'a> {
    /// An empty yard.
    pub fn new(company: &'a Company, people: &'a People, now: Now, mut rng: StdRng) -> Self {
        let mut crews = people.crews.clone();
        crews.shuffle(&mut rng);
        let (heard, unheard): (Vec<_>, Vec<_>) = crews.into_iter().partition(|crew| crew.app);
        let (heard, unheard) = (heard.into_iter().cycle(), unheard.into_iter().cycle());
        Self { company, people, now, rng, heard, unheard, planned: Vec::new() }
    }

    /// Puts a load together that has come to `status`.
    pub fn plan(&mut self, status: S, mood: Mood) -> Result<()> {
        let nth = self.planned.len();
        let crew = self.crew(status, mood, nth);
        let equipment = crew.as_ref().and_then(|(crew, _)| crew.equipment.choose(&mut self.rng).copied());
        let freight = Freight::new(nth, self.company.slug, equipment, None, &mut self.rng)
            .context("the list of towns is too short for a lane")?;
        let stage = Stage::new(status, mood, &freight, self.now, &mut self.rng);
        // Some of those that wait are nobody's yet.
        let nobodys = status == S::Planning || (status == S::Pending && nth.is_multiple_of(4));
        let dispatcher = if nobodys { None } else { self.people.desk.choose(&mut self.rng).cloned() };
        self.planned.push(Planned { freight, stage, status, dispatcher, crew });
        Ok(())
    }

    /// Who moves a load of this status: a driver of their own when it is under way.
    fn crew(&mut self, status: S, mood: Mood, nth: usize) -> Option<(Crew, bool)> {
        match status {
            S::Planning | S::Pending | S::Cancelled => None,
            S::Tendered => Some((self.people.crews.choose(&mut self.rng)?.clone(), false)),
            S::Accepted if !nth.is_multiple_of(4) => Some((self.people.crews.choose(&mut self.rng)?.clone(), false)),
            S::Delivered | S::Completed => Some((self.people.crews.choose(&mut self.rng)?.clone(), true)),
            _ if mood == Mood::Silent => Some((self.unheard.next()?, true)),
            _ => Some((self.heard.next()?, true)),
        }
    }

    /// Writes what was planned, oldest first, so that numbers tell the age.
    pub async fn enter(mut self, tx: &mut Tx<'_>, shelf: Option<&Shelf>) -> Result<()> {
        let mut talk = Talk::new(self.people);
        let mut planned = std::mem::take(&mut self.planned);
        planned.sort_by_key(|load| load.stage.reached.first().map(|(_, at)| *at));
        let mut past = Past::default();
        for (nth, load) in planned.into_iter().enumerate() {
            let asks_rate = load.status != S::Planning && (load.crew.is_some() || self.rng.random_bool(0.7));
            let (desk, stage) = (load.dispatcher.clone(), load.stage.clone());
            let entered = load.enter(tx, asks_rate, shelf, &mut past).await?;
            // Loads for measuring have no papers, and nobody talks about them.
            if shelf.is_some() {
                talk.about(tx, &entered, desk.as_ref()).await?;
                calls::about(tx, &entered, &stage, desk.as_ref(), nth).await?;
            }
        }
        // What is there to measure with tells nobody anything.
        if shelf.is_some() { past.enter(tx).await } else { Ok(()) }
    }
}

impl Planned {
    async fn enter(self, tx: &mut Tx<'_>, has_rate: bool, shelf: Option<&Shelf>, told: &mut Past) -> Result<Record> {
        let Self { freight, stage, status, dispatcher, crew } = self;
        let insert = insert(&freight, &stage, has_rate);
        let mut load = enter(tx, insert, dispatcher.as_ref().map(|(id, _)| *id)).await?;
        let desk = dispatcher.map_or_else(String::new, |(_, name)| name);
        fill_in(&mut load, &stage, status, crew.as_ref());
        if let (S::Tendered, Some(carrier), Some(rate_cents)) = (status, load.carrier(), load.carrier_rate_cents) {
            // Their answers are due in the next hours, so that there is something to wait for.
            let ends = tx.now().plus_minutes(FIRST_ANSWER_MIN + freight.miles as i64 % ANSWERS_MIN);
            let (id, window_min, offers) = (load.id(), WINDOW_MIN, vec![(carrier, Some(ends))]);
            let tender = tenders::Insert { load: id, mode: TenderMode::Waterfall, rate_cents, window_min, offers };
            tenders::add(tx, &tender).await?;
            load.tender_expires_at = Some(column(ends));
        }
        rows::change(tx, &load).await?;
        mark_stops(tx, &load, &stage).await?;
        settle(tx, load.id(), &past(&freight, &stage, &desk, crew.as_ref())).await?;
        if let Some(shelf) = shelf {
            file(tx, shelf, &load, crew.as_ref().map_or("", |(crew, _)| &crew.carrier_name)).await?;
        }
        told.add(&load, &stage, crew.as_ref().map(|(crew, _)| crew), tx.now());
        drive(tx, &load, &stage).await?;
        Ok(load)
    }
}

fn insert(freight: &Freight, stage: &Stage, has_rate: bool) -> Insert {
    let last = freight.towns.len() - 1;
    let stop = |(index, town): (usize, &&'static Place)| {
        let kind = if index == 0 { StopKind::Pickup } else { StopKind::Delivery };
        let Window { start, end } = match index {
            0 => stage.pickup,
            n if n == last => stage.delivery,
            _ => stage.between.unwrap_or(stage.delivery),
        };
        StopInsert {
            kind,
            facility: freight.facility(index),
            city: town.city.clone(),
            state: town.state.clone(),
            point: town.point,
            zone: town.zone.clone(),
            window_start: start,
            window_end: end,
        }
    };
    Insert {
        id: LoadId::new(new_id()),
        load_number: String::new(),
        status: S::Pending,
        customer_name: freight.customer.to_owned(),
        equipment: freight.equipment,
        is_hot: freight.is_hot,
        dispatcher: None,
        carrier_rate_cents: has_rate.then_some(freight.carrier_rate_cents),
        customer_rate_cents: Some(freight.customer_rate_cents),
        commodity: Some(freight.commodity.to_owned()),
        weight_lbs: Some(freight.weight_lbs),
        reference: Some(freight.reference.clone()),
        notes: freight.notes.map(str::to_owned),
        miles: freight.miles,
        stops: freight.towns.iter().enumerate().map(stop).collect(),
    }
}

/// Takes a load from PENDING to where its stage has brought it.
fn fill_in(load: &mut Record, stage: &Stage, status: S, crew: Option<&(Crew, bool)>) {
    let reached = |status| stage.reached(status).map(column);
    status.name().clone_into(&mut load.status);
    load.status_changed_at = reached(status).unwrap_or(load.status_changed_at);
    load.carrier_id = crew.map(|(crew, _)| crew.carrier.uuid());
    load.driver_id = crew.filter(|(_, named)| *named).map(|(crew, _)| crew.driver.uuid());
    load.assigned_at = stage.reached(S::Tendered).filter(|_| crew.is_some()).map(|at| column(at.plus_ms(-OFFERING_MS)));
    load.eta = stage.eta.map(column);
    load.dispatched_at = reached(S::Dispatched);
    load.picked_up_at = reached(S::PickedUp);
    load.delivered_at = reached(S::Delivered);
}

async fn mark_stops(tx: &mut Tx<'_>, load: &Record, stage: &Stage) -> Result<()> {
    let stops = rows::stops_in_tx(tx, load).await?;
    let last = stops.len().saturating_sub(1);
    for (index, stop) in stops.iter().enumerate() {
        let (arrived, departed) = match index {
            0 => (stage.reached(S::AtPickup), stage.reached(S::InTransit)),
            n if n == last => (stage.reached(S::AtDelivery), stage.reached(S::Delivered)),
            _ => stage.passed.unzip(),
        };
        let times = StopTimes { arrived_at: arrived, departed_at: departed, ..stop.into() };
        rows::mark_stop(tx, &times).await?;
    }
    Ok(())
}

/// The load's timeline, oldest first.
fn past(freight: &Freight, stage: &Stage, desk: &str, crew: Option<&(Crew, bool)>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut before: Option<S> = None;
    let driver = crew.map_or("", |(crew, _)| crew.driver_name.as_str());
    for (status, at) in stage.reached.iter().copied() {
        let by = if (S::AtPickup..=S::Delivered).contains(&status) { driver } else { desk };
        let mut step = |at, what| steps.push(Step { at, by: by.to_owned(), what });
        let Some(from) = before.replace(status) else {
            step(at, Happening::LoadCreated);
            continue;
        };
        if let (S::Tendered, Some((crew, _))) = (status, crew) {
            let carrier_name = crew.carrier_name.clone();
            step(at.plus_ms(-OFFERING_MS), Happening::CarrierAssigned { carrier_name, driver_name: None });
        }
        if let (S::Dispatched, Some((crew, true))) = (status, crew) {
            let (carrier_name, driver_name) = (crew.carrier_name.clone(), Some(crew.driver_name.clone()));
            step(at.plus_ms(-90_000), Happening::CarrierAssigned { carrier_name, driver_name });
        }
        let reason = (status == S::Cancelled).then(|| "The customer moved the order to next week.".to_owned());
        step(at, Happening::StatusChanged { from, to: status, reason });
        let city = |last: bool| {
            let town = if last { freight.towns.last() } else { freight.towns.first() };
            town.map(|town| town.city.clone()).unwrap_or_default()
        };
        match status {
            S::AtPickup => step(at, Happening::StopArrived { city: city(false), late_min: None, fix_at: None }),
            S::InTransit => {
                step(at, Happening::StopDeparted { city: city(false), fix_at: None });
                if let (Some((came, left)), [_, between, _]) = (stage.passed, freight.towns.as_slice()) {
                    step(came, Happening::StopArrived { city: between.city.clone(), late_min: None, fix_at: None });
                    step(left, Happening::StopDeparted { city: between.city.clone(), fix_at: None });
                }
            }
            S::AtDelivery => step(at, Happening::StopArrived { city: city(true), late_min: None, fix_at: None }),
            S::Delivered => step(at, Happening::StopDeparted { city: city(true), fix_at: None }),
            _ => {}
        }
    }
    steps
}

/// Files the papers that a load in its status has: from its acceptance on the signed rate, and of most that are delivered
/// the proof.
async fn file(tx: &mut Tx<'_>, shelf: &Shelf, load: &Record, carrier_name: &str) -> Result<()> {
    let status = load.status();
    let is_proven = status == S::Completed || (status == S::Delivered && load.miles as i64 % 3 > 0);
    let kinds = [
        (DocumentKind::RateConfirmation, status >= S::Accepted && status != S::Cancelled),
        (DocumentKind::Pod, is_proven),
    ];
    let lane = (
        format!("{}, {}", load.origin_city, load.origin_state),
        format!("{}, {}", load.destination_city, load.destination_state),
    );
    for (kind, _) in kinds.into_iter().filter(|(_, has)| *has) {
        let (name, content) = paper::signed(kind, &load.load_number, carrier_name, &lane);
        documents::file(tx, shelf, load, kind, name, &content).await?;
    }
    Ok(())
}

/// Writes where the truck was, and puts its marker where it was last.
async fn drive(tx: &mut Tx<'_>, of: &Record, stage: &Stage) -> Result<()> {
    let load = of.id();
    let kept: Vec<Kept> = stage
        .trail
        .iter()
        .map(|mark| Fix {
            load,
            point: mark.point,
            at: mark.at,
            received_at: mark.at,
            speed: Some(mark.speed.round()),
            heading: Some(mark.heading.round()),
            accuracy: None,
            source: Source::Driver,
        })
        .map(|fix| Kept { fix, suspect: false, carrier: of.carrier() })
        .collect();
    let Some(Kept { fix, .. }) = kept.last() else { return Ok(()) };
    positions::add(tx, &kept).await?;
    positions::move_markers(tx, &[Marker { fix: *fix, suspect: None, drive: Drive::default() }]).await
}
