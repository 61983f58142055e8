//! A map full of trucks: positions delivered for a second of the server's processor time, and what one weighs.

use std::{
    collections::HashMap,
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::ensure;
use contract::{
    event::{Event, FleetPositions},
    tracking::{MAX_BATCH, Roster},
};
use serde_json::{Value, json};
use tokio::time::interval;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    Options,
    report::{Report, Unit},
    seed::{self, Caller},
    server::{Bench, OwnWork, Stack},
    wire::{Counted, Kept, Line, Listener, event, on_the_wire},
};

/// The reports of one step where each is told by itself; more would only wait in the server's memory.
const STEP: usize = 100;

/// Reads what is told about the fleet, however it comes: put together and in bytes, put together, or one by one.
#[derive(Default)]
struct Watcher {
    roster: Roster,
    /// What the part weighed that announced bytes to come.
    announced: u64,
}

impl Watcher {
    /// Each truck's load and latitude in a message, and what it weighed with what announced it.
    fn read(&mut self, message: &Message) -> (Vec<(String, f64)>, u64) {
        let weight = on_the_wire(message);
        if let Message::Binary(bytes) = message {
            let heard = self.roster.take(bytes).map(|heard| heard.positions).unwrap_or_default();
            let weight = weight + std::mem::take(&mut self.announced);
            return (heard.into_iter().map(|(load, fix)| (load.to_string(), fix.lat)).collect(), weight);
        }
        if message.to_text().is_ok_and(|text| text.starts_with("45")) {
            self.announced = weight;
            return (Vec::new(), 0);
        }
        (positions(message), weight)
    }
}

/// The positions of one message of Node's about the fleet.
fn positions(message: &Message) -> Vec<(String, f64)> {
    let Some((name, told)) = event(message) else { return Vec::new() };
    if name == FleetPositions::NAME {
        let positions: Vec<(String, f64)> = told["data"]["positions"].as_array().map_or_else(Vec::new, |positions| {
            let truck = |fix: &Value| Some((fix[0].as_str()?.to_owned(), fix[1].as_f64()?));
            positions.iter().filter_map(truck).collect()
        });
        return positions;
    }
    match (told["data"]["loadId"].as_str(), told["data"]["location"]["lat"].as_f64()) {
        (Some(load), Some(lat)) => vec![(load.to_owned(), lat)],
        _ => Vec::new(),
    }
}

/// A message about the fleet.
pub struct Told {
    /// When it came.
    pub at: Instant,
    /// Each truck's load and latitude.
    pub positions: Vec<(String, f64)>,
    /// What it weighed on the wire.
    pub bytes: u64,
}

/// Somebody who looks at the map, and what is done with each message about the fleet, if anything.
pub async fn viewer(
    base: &str,
    token: &str,
    counted: &Rc<Counted>,
    listen: Option<impl FnMut(Told) + 'static>,
) -> anyhow::Result<Line> {
    let listener = listen.map(|mut listen| -> Listener {
        let mut watcher = Watcher::default();
        Box::new(move |at, message| {
            let (positions, bytes) = watcher.read(message);
            if !positions.is_empty() {
                listen(Told { at, positions, bytes });
            }
        })
    });
    let line = Line::open(base, "/tracking", token, counted.clone(), listener).await?;
    line.ask(0, "watch:fleet", &json!({})).await?;
    Ok(line)
}

/// What a viewer has seen.
#[derive(Default)]
struct Seen {
    positions: u64,
    bytes: u64,
    last: HashMap<String, f64>,
}

/// Every truck reports once.
async fn send_all<F: Future<Output = anyhow::Result<()>>>(
    send: impl Fn(Vec<Value>) -> F,
    loads: &[String],
    round: usize,
) -> anyhow::Result<()> {
    let all: Vec<(usize, &String)> = loads.iter().enumerate().collect();
    for trucks in all.chunks(MAX_BATCH) {
        send(trucks.iter().map(|(truck, load)| seed::report(load, *truck, round)).collect()).await?;
    }
    Ok(())
}

/// Measures it.
pub async fn run(bench: &Bench, stack: Stack, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let server = bench.start(stack)?;
    let dispatcher = Caller::sign_in(&server.base, "dispatch1").await?;
    let driver = Caller::sign_in(&server.base, "driver1").await?;
    let send = |reports: Vec<Value>| {
        let driver = driver.clone();
        async move { driver.post("positions", &json!({ "positions": reports })).await.map(drop) }
    };

    if stack != Stack::Each {
        // Everybody's first report is told of in other ways too.
        send_all(&send, &bench.loads, 0).await?;
    }

    // One viewer reads everything; the others are sent the same and only count.
    let counted = Rc::new(Counted::default());
    let audited = Rc::new(Counted::default());
    let seen: Kept<Seen> = Rc::default();
    let auditor = {
        let seen = seen.clone();
        let listen = move |told: Told| {
            let mut seen = seen.borrow_mut();
            seen.positions += told.positions.len() as u64;
            seen.bytes += told.bytes;
            seen.last.extend(told.positions);
        };
        viewer(&server.base, &dispatcher.token, &audited, Some(listen)).await?
    };
    let mut viewers = vec![auditor];
    for _ in 1..options.viewers {
        let silent = None::<fn(Told)>;
        viewers.push(viewer(&server.base, &dispatcher.token, &counted, silent).await?);
    }
    counted.quiet().await?;
    for counted in [&counted, &audited] {
        counted.events.set(0);
    }
    seen.take();

    let (before, own) = (server.cpu()?, OwnWork::begin()?);
    let rounds = match stack {
        // Everybody is told of each report by itself, so one round is as much as others do in many.
        Stack::Each => {
            let all: Vec<(usize, &String)> = bench.loads.iter().enumerate().collect();
            for (step, trucks) in all.chunks(STEP).enumerate() {
                send(trucks.iter().map(|(truck, load)| seed::report(load, *truck, 1)).collect()).await?;
                let told = (step * STEP + trucks.len()) as u64;
                audited.reaches(told).await?;
                counted.reaches(told * (options.viewers as u64 - 1)).await?;
            }
            1
        }
        Stack::Ours | Stack::Batching => {
            let mut second = interval(Duration::from_secs(1));
            for round in 1..=options.rounds {
                second.tick().await;
                send_all(&send, &bench.loads, round).await?;
            }
            options.rounds
        }
    };
    report.add("load client's core, the map", Unit::Percent, stack, own.percent()?);
    counted.quiet().await?;
    audited.quiet().await?;
    let spent = server.cpu_since(before)?;

    let seen = seen.borrow();
    let told_alike = counted.events.get() == audited.events.get() * (options.viewers as u64 - 1);
    ensure!(told_alike, "not everybody was told the same");
    for (truck, load) in bench.loads.iter().enumerate() {
        let at = seen.last.get(load).copied().unwrap_or_default();
        ensure!((at - seed::lat(truck, rounds)).abs() < 1e-4, "truck {truck} was seen at {at} last");
    }
    let delivered = (seen.positions * options.viewers as u64) as f64;
    report.add("positions delivered per CPU second", Unit::PerSecond, stack, delivered / spent);
    report.add("bytes per delivered position", Unit::Bytes, stack, seen.bytes as f64 / seen.positions as f64);
    report.add("reports told of one by one, or put together", Unit::Percent, stack, {
        seen.positions as f64 * 100.0 / (rounds * bench.loads.len()) as f64
    });
    Ok(())
}
