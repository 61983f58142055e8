//! Positions: who may report them, what they move, and who sees them.

mod commit;
pub mod fences;
pub mod fleet;
pub mod intake;
pub mod moves;

use contract::Timestamp;
use contract::{
    CarrierId, Code, DriverId, Refusal, TenantId,
    actor::{Actor, Permission},
    eta,
    geo::Point,
    status::LoadStatus,
    tracking::{Fix, MAX_BATCH, PositionsReceived, Rejected, ReportPositions, TrailFix, TrailQuery, UpdateLocation},
};

use crate::{
    desk::{Desk, Pace},
    error::Result,
    store::{self, positions::Tracked},
};

/// An estimate that moved by less than so many minutes is no news.
const ETA_STEP_MIN: f64 = 10.0;

/// An estimate that has slipped by more than so many minutes stands in the load's timeline (`domain.md` §7.4).
const SLIP_MIN: f64 = 30.0;

/// How much of a trail is given at most.
const MAX_TRAIL: i64 = 2_000;

/// How far back a trail goes when nobody says, in milliseconds (`domain.md` §4.2: 24 h).
const TRAIL_MS: i64 = 24 * 3_600_000;

#[async_trait::async_trait]
impl app::tracking::port::Tracking for Desk {
    async fn report_positions(&self, who: &Actor, ask: ReportPositions) -> Result<PositionsReceived, Refusal> {
        who.may(Permission::PositionReport)?;
        if ask.positions.is_empty() || ask.positions.len() > MAX_BATCH {
            return Err(Refusal::invalid("positions", format!("must be 1 to {MAX_BATCH}")));
        }
        let now = self.clock.now();
        let mut answer = PositionsReceived::default();
        let mut good = Vec::with_capacity(ask.positions.len());
        for (index, position) in (0..).zip(ask.positions) {
            match position.check(now) {
                Ok(fix) => good.push((index, fix)),
                Err(refusal) => answer.rejected.push(Rejected { index, code: refusal.code }),
            }
        }
        let (places, fixes): (Vec<u32>, Vec<Fix>) = good.into_iter().unzip();
        for (index, outcome) in places.into_iter().zip(self.intake.store(who, fixes).await?) {
            match outcome {
                Ok(true) => answer.accepted += 1,
                Ok(false) => answer.duplicates += 1,
                Err(code) => answer.rejected.push(Rejected { index, code }),
            }
        }
        answer.rejected.sort_by_key(|rejected| rejected.index);
        Ok(answer)
    }

    async fn trail(&self, who: &Actor, query: TrailQuery) -> Result<Vec<TrailFix>, Refusal> {
        who.may(Permission::LoadView)?;
        let visible = store::loads::one(&self.store, who, query.load_id).await?;
        if visible.is_none() {
            return Err(Refusal::not_found());
        }
        let to = query.to.unwrap_or_else(|| self.clock.now());
        let from = query.from.unwrap_or_else(|| to.plus_ms(-TRAIL_MS));
        Ok(store::positions::trail(&self.store, who, query.load_id, (from, to), MAX_TRAIL).await?)
    }
}

impl Desk {
    /// Stores one report; answered when it is stored.
    ///
    /// # Errors
    /// A refusal with the code of what is wrong.
    pub async fn locate(&self, who: &Actor, ask: UpdateLocation) -> Result<(), Refusal> {
        who.may(Permission::PositionReport)?;
        let fix = ask.check(self.clock.now())?;
        match self.intake.store(who, vec![fix]).await?.pop() {
            Some(Err(code)) => Err(refused(code)),
            _ => Ok(()),
        }
    }
}

fn refused(code: Code) -> Refusal {
    match code {
        Code::NotFound => Refusal::not_found(),
        _ => Refusal::new(code, "The load is not under way."),
    }
}

/// Who reports, as far as it decides for which loads.
#[derive(Clone, Copy, Debug)]
struct Reporter {
    tenant: TenantId,
    carrier: Option<CarrierId>,
    driver: Option<DriverId>,
}

impl From<&Actor> for Reporter {
    fn from(who: &Actor) -> Self {
        Self { tenant: who.tenant, carrier: who.carrier, driver: who.driver }
    }
}

/// Whether somebody may report for a load: the driver who drives it, or people of the carrier that moves it. For anybody
/// else it isn't there.
fn admit(who: Reporter, load: Option<&Tracked>) -> Result<(), Code> {
    let is_own = |load: &&Tracked| {
        load.tenant == who.tenant
            && who.carrier.is_some()
            && load.carrier == who.carrier
            && (who.driver.is_none() || load.driver == who.driver)
    };
    let load = load.filter(is_own).ok_or(Code::NotFound)?;
    if load.status.is_under_way() { Ok(()) } else { Err(Code::NotUnderWay) }
}

/// When a truck is expected at its next stop, while it has one: after what it still needs at the stop where it stands, and the
/// way from there.
fn estimate(load: &Tracked, at: Timestamp, from: Point, pace: Pace) -> Option<Timestamp> {
    let next = load.next?;
    // Once it is loaded it goes.
    let stands = matches!(load.status, LoadStatus::AtPickup | LoadStatus::AtDelivery);
    let here = load.here.filter(|here| stands && !here.is_left);
    let usual_ms = (eta::STOP_MIN as f64 * 60_000.0 / pace.scale) as i64;
    let leaves = here.map_or(at, |here| eta::leaves(here.arrived, here.opens, here.usual_ms.unwrap_or(usual_ms), at));
    Some(load.drive.expect(from.miles_to(next.point), leaves, pace.course()))
}

/// So many minutes, in milliseconds, as far as they decide what is told of an estimate: a simulation's estimates move more
/// than the clock, and less than its own time.
fn told_ms(minutes: f64, pace: Pace) -> i64 {
    (minutes / pace.scale.sqrt() * 60_000.0) as i64
}

/// Whether a new estimate is worth telling.
fn is_news(old: Option<Timestamp>, new: Timestamp, pace: Pace) -> bool {
    old.is_none_or(|old| new.since_ms(old).abs() >= told_ms(ETA_STEP_MIN, pace))
}
