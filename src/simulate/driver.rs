//! A driver: takes the load that is theirs, drives, reports where they are, and says when they arrive.

use std::time::Duration;

use contract::{
    Code, Listed, Timestamp,
    event::{Cursor, DURABLE, Namespace, SyncHead},
    geo::Point,
    loads::{ChangeStatus, LoadQuery, LoadRow},
    refusal::Refused,
    status::LoadStatus as S,
    tracking::{LastFix, Source, UpdateLocation},
};
use rand::{Rng, rngs::StdRng};
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::{
    account::{Account, Backoff, Failure},
    path::Path,
    socket::{Socket, SocketError},
};

/// How often a driver with a load looks what the desk did to it.
const LOOK: Duration = Duration::from_secs(10);
/// How often one without a load looks for one, though they would be told.
const IDLE: Duration = Duration::from_mins(1);
/// How often a parked truck is reported.
const PARKED: Duration = Duration::from_secs(5);
/// What a truck can have driven between two ticks at most, however long the computer slept.
const LONGEST_TICK: Duration = Duration::from_secs(5);
/// The slowest and fastest that a truck goes, in miles an hour.
const SPEEDS: (f64, f64) = (45.0, 65.0);

/// How time runs.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How many simulated minutes pass in one.
    pub speed: f64,
    /// How often a driving truck is reported.
    pub tick: Duration,
}

/// The server's clock, as far as its answers tell.
#[derive(Default)]
struct ServerTime {
    read: Option<(Timestamp, Instant)>,
    last: Timestamp,
}

impl ServerTime {
    fn set(&mut self, as_of: Timestamp) {
        self.read = Some((as_of, Instant::now()));
    }

    /// Now, later than any now before it.
    fn now(&mut self) -> Option<Timestamp> {
        let (as_of, at) = self.read?;
        let now = as_of.plus_ms(at.elapsed().as_millis() as i64).max(self.last.plus_ms(1));
        self.last = now;
        Some(now)
    }
}

/// What became of a report.
enum Report {
    /// It is stored, or not worth repeating.
    Done,
    /// The load isn't this driver's any more, or not under way.
    NotMine,
}

/// A driver at work.
pub struct Driver {
    account: Account,
    pace: Pace,
    rng: StdRng,
    time: ServerTime,
    /// The connection, and the token that keeps it.
    line: Option<(Socket, String)>,
    /// Where the truck was left.
    place: Option<Point>,
    /// How far the server's news had come when the loads were last looked for.
    read: Cursor,
}

impl Driver {
    /// A driver who begins where their load was last.
    pub fn new(account: Account, pace: Pace, rng: StdRng) -> Self {
        Self { account, pace, rng, time: ServerTime::default(), line: None, place: None, read: Cursor::default() }
    }

    /// Drives until it is dropped.
    pub async fn run(mut self) {
        let mut backoff = Backoff::default();
        loop {
            match self.work().await {
                Ok(true) => backoff.reset(),
                Ok(false) => {
                    backoff.reset();
                    // Nothing to say, so no connection for it to keep.
                    self.line = None;
                    if let Err(failure) = self.wait_for_work().await {
                        backoff.after(&failure, &mut self.rng).await;
                    }
                }
                Err(failure) => {
                    tracing::debug!(driver = self.account.email(), %failure, "A driver has to wait");
                    backoff.after(&failure, &mut self.rng).await;
                }
            }
        }
    }

    /// Does the next part of a load, if there is one. Whatever the desk did in between is seen here: every part begins
    /// with reading the load anew.
    async fn work(&mut self) -> Result<bool, Failure> {
        let Some(load) = self.loads().await?.into_iter().max_by_key(|load| (load.status, load.id)) else {
            return Ok(false);
        };
        let (done, next) = match load.status {
            S::Dispatched => (self.drive(&load, load.origin_point).await?, S::AtPickup),
            S::AtPickup => (self.stand(&load, 25.0..75.0).await?, S::PickedUp),
            S::PickedUp => (self.stand(&load, 4.0..10.0).await?, S::InTransit),
            S::InTransit => (self.drive(&load, load.ahead().1).await?, S::AtDelivery),
            // At a stop between, the truck drives on to the next one.
            _ if load.has_further_stops() => (self.stand(&load, 15.0..35.0).await?, S::InTransit),
            _ => (self.stand(&load, 20.0..60.0).await?, S::Delivered),
        };
        if done {
            self.advance(load, next).await?;
        } else {
            // Moved or taken away by somebody: no reason to ask at once.
            sleep(self.pace.tick).await;
        }
        Ok(true)
    }

    /// Waits until the server tells of one of the driver's loads. What was told since they were looked for is told first,
    /// so nothing is missed; a look now and then would find what isn't told.
    async fn wait_for_work(&mut self) -> Result<(), Failure> {
        let hello = json!({ "token": self.account.token().await?, "since": self.read, "positions": false });
        let base = self.account.site().base.clone();
        let connected = Socket::connect_with(&base, Namespace::Events.path(), hello).await;
        let (_socket, mut events) = connected.map_err(|error| self.cut(&error))?;
        let told = async {
            while let Some(told) = events.recv().await {
                let is_loads = DURABLE.iter().any(|(name, _)| *name == told.event);
                if is_loads || told.event == SyncHead::SNAPSHOT {
                    return;
                }
            }
        };
        // Without a word for so long, or with the connection gone, it is time to look.
        let patience = IDLE.mul_f64(self.rng.random_range(0.7..1.3));
        tokio::select! {
            () = told => sleep(self.pace.tick).await,
            () = sleep(patience) => {}
        }
        Ok(())
    }

    /// The driver's loads that are under way.
    async fn loads(&mut self) -> Result<Vec<LoadRow>, Failure> {
        let status = Some("DISPATCHED,AT_PICKUP,PICKED_UP,IN_TRANSIT,AT_DELIVERY".to_owned());
        let listed: Listed<LoadRow> = self.account.get("loads", &LoadQuery { status, ..LoadQuery::default() }).await?;
        self.time.set(listed.as_of);
        self.read = listed.cursor;
        Ok(listed.data)
    }

    /// The load as it is now, if it still stands where it stood.
    async fn same(&mut self, load: &LoadRow) -> Result<Option<LoadRow>, Failure> {
        let loads = self.loads().await?;
        Ok(loads.into_iter().find(|now| now.id == load.id && now.status == load.status))
    }

    /// Moves a load on. Somebody else's change in between is no reason not to, unless they moved it as well.
    async fn advance(&mut self, mut load: LoadRow, status: S) -> Result<(), Failure> {
        loop {
            let ask = ChangeStatus {
                load_id: load.id,
                status,
                version: load.version,
                reason: None,
                confirmed: status == S::Delivered,
            };
            match self.account.post::<LoadRow>("loads/status", &ask).await {
                Err(failure) if failure.code() == Some(Code::Conflict) => match self.same(&load).await? {
                    Some(now) => load = now,
                    None => return Ok(()),
                },
                // The desk moved it, or took it away.
                Err(failure) if matches!(failure.code(), Some(Code::IllegalTransition | Code::NotFound)) => {
                    return Ok(());
                }
                outcome => return outcome.map(|_| ()),
            }
        }
    }

    /// Stands for some simulated minutes; false when the load was moved or taken away meanwhile.
    async fn stand(&mut self, load: &LoadRow, minutes: std::ops::Range<f64>) -> Result<bool, Failure> {
        let minutes = self.rng.random_range(minutes);
        let until = Instant::now() + Duration::from_secs_f64(minutes * 60.0 / self.pace.speed);
        let stop = match load.status {
            S::AtPickup | S::PickedUp => load.origin_point,
            // Where it came to, which the row no longer says.
            _ if load.has_further_stops() => {
                self.place.or_else(|| Some(load.current_location?.point())).unwrap_or(load.destination_point)
            }
            _ => load.destination_point,
        };
        let heading = load.current_location.and_then(|fix| fix.heading);
        let mut looked = Instant::now();
        self.place = Some(stop);
        while Instant::now() < until {
            if let Report::NotMine = self.report(load, stop, 0.0, heading).await? {
                return Ok(false);
            }
            if looked.elapsed() > LOOK {
                looked = Instant::now();
                if self.same(load).await?.is_none() {
                    return Ok(false);
                }
            }
            sleep(PARKED.min(until.saturating_duration_since(Instant::now()))).await;
        }
        Ok(true)
    }

    /// Drives to a place; false when the load was moved or taken away meanwhile.
    async fn drive(&mut self, load: &LoadRow, to: Point) -> Result<bool, Failure> {
        let known = load.current_location.as_ref().map(LastFix::point).or(self.place);
        let from = known.unwrap_or_else(|| self.first_place(load));
        let path = Path::new(from, to, &mut self.rng);
        let total = path.road_miles();
        let cruise = self.rng.random_range(51.0..60.0);
        let (mut driven, mut mph) = (0.0, cruise);
        let mut ticks = interval(self.pace.tick);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut ticked, mut looked) = (Instant::now(), Instant::now());
        while driven < total {
            ticks.tick().await;
            let hours = ticked.elapsed().min(LONGEST_TICK).as_secs_f64() / 3_600.0;
            ticked = Instant::now();
            mph = f64::clamp(mph + (cruise - mph) * 0.1 + self.rng.random_range(-1.5..1.5), SPEEDS.0, SPEEDS.1);
            driven += mph * hours * self.pace.speed;
            let share = driven / total;
            let here = path.at(share);
            if let Report::NotMine = self.report(load, here, mph, Some(path.heading(share))).await? {
                return Ok(false);
            }
            self.place = Some(here);
            if looked.elapsed() > LOOK {
                looked = Instant::now();
                if self.same(load).await?.is_none() {
                    return Ok(false);
                }
            }
        }
        self.place = Some(to);
        Ok(true)
    }

    /// Where a truck comes from of which nothing is known: back along the lane, where there is land.
    fn first_place(&mut self, load: &LoadRow) -> Point {
        match load.status {
            S::Dispatched => load.origin_point.towards(load.destination_point, self.rng.random_range(0.03..0.15)),
            _ => load.origin_point,
        }
    }

    /// Reports where the truck is, and waits until that is stored.
    async fn report(
        &mut self,
        load: &LoadRow,
        point: Point,
        mph: f64,
        heading: Option<f64>,
    ) -> Result<Report, Failure> {
        let ask = UpdateLocation {
            load_id: load.id,
            lat: point.lat,
            lng: point.lng,
            recorded_at: self.time.now(),
            speed: Some(mph.round()),
            heading: heading.map(|degrees| degrees.round().rem_euclid(360.0)),
            accuracy: None,
            source: Source::Driver,
        };
        let answer = self.line().await?.ask("location:update", &ask).await;
        let answer = answer.map_err(|error| self.cut(&error))?;
        let Ok(Refused { error }) = serde_json::from_value::<Refused>(answer) else { return Ok(Report::Done) };
        match error.code {
            Code::NotUnderWay | Code::NotFound | Code::Forbidden => Ok(Report::NotMine),
            Code::Unauthorized | Code::TokenExpired | Code::Revoked => {
                self.account.doubt_token();
                self.line = None;
                Err(error.into())
            }
            // The next tick brings a better one.
            Code::RateLimited => {
                let wait_ms = error.details.and_then(|details| details.retry_after_ms).unwrap_or(1_000);
                sleep(Duration::from_millis(wait_ms)).await;
                Ok(Report::Done)
            }
            _ => Err(error.into()),
        }
    }

    /// The connection, opened when there is none and kept by the newest token.
    async fn line(&mut self) -> Result<Socket, Failure> {
        let token = self.account.token().await?;
        if let Some((socket, shown)) = self.line.take().filter(|(socket, _)| socket.is_open()) {
            let keeps = shown == token || {
                let answer =
                    socket.ask("auth:renew", &json!({ "token": token })).await.map_err(|error| self.cut(&error))?;
                answer.get("error").is_none()
            };
            if keeps {
                self.line = Some((socket.clone(), token));
                return Ok(socket);
            }
        }
        let base = self.account.site().base.clone();
        let connected = Socket::connect(&base, Namespace::Tracking.path(), &token).await;
        // What the server tells is for people; a truck only reports.
        let (socket, _) = connected.map_err(|error| self.cut(&error))?;
        self.line = Some((socket.clone(), token));
        Ok(socket)
    }

    /// Gives a broken connection up.
    fn cut(&mut self, error: &SocketError) -> Failure {
        self.line = None;
        if let SocketError::Refused { data, .. } = error
            && data.get("code").and_then(Value::as_str) != Some("too_many_connections")
        {
            self.account.doubt_token();
        }
        Failure::Unreachable(error.to_string())
    }
}
