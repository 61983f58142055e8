//! From a driver's report to those who wait for it: over a socket, stored in between by ours and by nothing on Node.

use std::{
    collections::HashMap,
    rc::Rc,
    time::{Duration, Instant},
};

use contract::event::{Event, LoadLocationUpdated};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    Options,
    fleet::{Told, viewer},
    report::{Report, Unit},
    seed::{self, Caller},
    server::{Bench, Stack},
    wire::{Counted, Kept, Line, Listener, event},
};

/// Reports a second over one driver's socket: what a desk allows each (`contract.md`, Limits: 5).
const PER_DRIVER: usize = 4;

/// How many of those at the map read what they are told; the others are sent the same.
const READERS: usize = 10;

/// When each report was sent, by the place that it tells of, and how long each took to be heard.
#[derive(Default)]
struct Journey {
    sent: HashMap<i64, Instant>,
    took: Vec<f64>,
}

impl Journey {
    fn heard(&mut self, lat: f64, at: Instant) {
        if let Some(sent) = self.sent.get(&place(lat)) {
            self.took.push(at.duration_since(*sent).as_secs_f64() * 1e3);
        }
    }
}

/// Latitudes differ in the fifth decimal.
fn place(lat: f64) -> i64 {
    (lat * 1e5).round() as i64
}

/// Measures it: for those who wait for one load's truck, and for those who look at the whole map.
pub async fn run(bench: &Bench, stack: Stack, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    // Both of Node's servers tell a load's watchers in the same way.
    if stack != Stack::Batching {
        one_way(bench, stack, options, report, false).await?;
    }
    // One message for each report to everybody is far beyond a core, so that is not waited for.
    if stack != Stack::Each {
        one_way(bench, stack, options, report, true).await?;
    }
    Ok(())
}

async fn one_way(bench: &Bench, stack: Stack, options: &Options, report: &mut Report, map: bool) -> anyhow::Result<()> {
    let server = bench.start(stack)?;
    let dispatcher = Caller::sign_in(&server.base, "dispatch1").await?;
    let driver = Caller::sign_in(&server.base, "driver1").await?;
    let journey: Kept<Journey> = Rc::default();
    let counted = Rc::new(Counted::default());
    let trucks = options.reports_per_second.min(bench.loads.len());
    let mut waiting = Vec::new();
    for n in 0..options.waiting {
        let journey = journey.clone();
        if map {
            let listen = (n < READERS).then_some(move |told: Told| {
                let mut journey = journey.borrow_mut();
                told.positions.iter().for_each(|(_, lat)| journey.heard(*lat, told.at));
            });
            waiting.push(viewer(&server.base, &dispatcher.token, &counted, listen).await?);
            continue;
        }
        let listener: Listener = Box::new(move |at, message| {
            if let Some((name, told)) = event(message)
                && name == LoadLocationUpdated::NAME
                && let Some(lat) = told["data"]["location"]["lat"].as_f64()
            {
                journey.borrow_mut().heard(lat, at);
            }
        });
        let line = Line::open(&server.base, "/tracking", &dispatcher.token, counted.clone(), Some(listener)).await?;
        for (id, load) in bench.loads[..trucks].iter().skip(n).step_by(options.waiting).enumerate() {
            line.ask(id, "join:load", &json!({ "loadId": load })).await?;
        }
        waiting.push(line);
    }
    let acks = Rc::new(Counted::default());
    let drivers = trucks.div_ceil(PER_DRIVER);
    let drivers = crate::fanout::crowd(&server.base, "/tracking", &driver.token, drivers, &acks).await?;
    counted.quiet().await?;

    let before = server.cpu()?;
    let begun = Instant::now();
    // Evenly through the second, in steps of a hundredth.
    let mut steps = interval(Duration::from_millis(10));
    steps.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let reports = trucks * options.seconds as usize;
    let mut sent = 0;
    while sent < reports {
        steps.tick().await;
        let due = (begun.elapsed().as_secs_f64() * trucks as f64) as usize;
        while sent < due.min(reports) {
            let (truck, round) = (sent % trucks, 1 + sent / trucks);
            journey.borrow_mut().sent.insert(place(seed::lat(truck, round)), Instant::now());
            let ask = seed::report(&bench.loads[truck], truck, round);
            drivers[truck / PER_DRIVER].ask(sent, "location:update", &ask).await?;
            sent += 1;
        }
    }
    let elapsed = begun.elapsed().as_secs_f64();
    let busy = server.cpu_since(before)? / elapsed * 100.0;
    counted.quiet().await?;
    drop(waiting);

    let mut took = journey.take().took;
    took.sort_by(f64::total_cmp);
    let part = |of: usize| took.get(took.len() * of / 100).copied().unwrap_or(f64::NAN);
    let to = if map { "to the map" } else { "to a load's watchers" };
    report.add(&format!("report {to}, p50"), Unit::Millis, stack, part(50));
    report.add(&format!("report {to}, p99"), Unit::Millis, stack, part(99));
    report.add(&format!("server's core meanwhile, {to}"), Unit::Percent, stack, busy);
    let answered = acks.answers.get() as f64 * 100.0 / reports as f64;
    report.add(&format!("reports acknowledged, {to}"), Unit::Percent, stack, answered);
    Ok(())
}
