//! One event to many: what a delivered event costs, and what a connection holds in memory afterwards.

use std::rc::Rc;

use serde_json::json;

use crate::{
    Options,
    report::{Report, Unit},
    seed::Caller,
    server::{Bench, OwnWork, Stack},
    wire::{Counted, Line},
};

/// How many sockets come in at once.
const AT_ONCE: usize = 100;

/// Many on `/events`, each of the same token.
pub async fn crowd(
    base: &str,
    namespace: &'static str,
    token: &str,
    many: usize,
    counted: &Rc<Counted>,
) -> anyhow::Result<Vec<Line>> {
    let mut lines = Vec::with_capacity(many);
    while lines.len() < many {
        let next = (lines.len()..many.min(lines.len() + AT_ONCE))
            .map(|_| Line::open(base, namespace, token, counted.clone(), None));
        lines.extend(futures_util::future::try_join_all(next).await?);
    }
    Ok(lines)
}

/// Measures it.
pub async fn run(bench: &Bench, stack: Stack, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let server = bench.start(stack)?;
    let dispatcher = Caller::sign_in(&server.base, "dispatch1").await?;
    let change = async |load: &String, version: u32, status: &str| {
        let ask = json!({ "loadId": load, "version": version, "status": status });
        dispatcher.post("loads/status", &ask).await.map(drop)
    };
    // The first change warms the server up.
    change(&bench.loads[0], VERSION, "AT_PICKUP").await?;
    let empty = server.memory_kib()?;
    let counted = Rc::new(Counted::default());
    let lines = crowd(&server.base, "/events", &dispatcher.token, options.watchers, &counted).await?;
    counted.quiet().await?;
    counted.events.set(0);
    counted.bytes.set(0);

    let (before, own) = (server.cpu()?, OwnWork::begin()?);
    for load in &bench.loads[1..=options.changes] {
        change(load, VERSION, "AT_PICKUP").await?;
    }
    report.add("load client's core, single events", Unit::Percent, stack, own.percent()?);
    counted.quiet().await?;
    let spent = server.cpu_since(before)?;
    let delivered = counted.events.get() as f64;
    report.add("CPU per delivered event", Unit::Micros, stack, spent * 1e6 / delivered);
    report.add("bytes per delivered event", Unit::Bytes, stack, counted.bytes.get() as f64 / delivered);
    report.add("events delivered per change and watcher", Unit::Count, stack, {
        delivered / (options.changes * options.watchers) as f64
    });
    let held = server.memory_kib()?.saturating_sub(empty) as f64 / options.watchers as f64;
    report.add("memory per idle connection after that", Unit::Kib, stack, held);
    drop(lines);
    Ok(())
}

/// The version of a load after the three changes that put it on the road.
const VERSION: u32 = 3;
