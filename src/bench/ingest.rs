//! How many positions a second are stored for good before they are acknowledged. The standard's stack stores nothing by
//! itself, so there is nothing to set beside it.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use contract::tracking::MAX_BATCH;
use futures_util::future::try_join_all;
use headhaul::{clock::Clock, store::Store};
use serde_json::{Value, json};

use crate::{
    Options,
    report::{Report, Unit},
    seed::{self, Caller},
    server::{Bench, Server, Stack},
};

/// Calls under way at once.
const SENDERS: usize = 8;

/// Measures it on both engines.
pub async fn run(bench: &Bench, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let server = bench.start(Stack::Ours)?;
    one(&server, &bench.loads, options, report, "SQLite").await?;
    drop(server);
    if let Some(postgres) = &options.postgres {
        let name = format!("bench_{}", headhaul::clock::new_id().simple());
        let server = bench.ours_on(&Store::create_postgres_database(postgres, &name).await?)?;
        let loads = seed::fill(&server.base, options.trucks.min(SENDERS * MAX_BATCH)).await?;
        one(&server, &loads, options, report, "PostgreSQL").await?;
    }
    Ok(())
}

async fn one(
    server: &Server,
    loads: &[String],
    options: &Options,
    report: &mut Report,
    engine: &str,
) -> anyhow::Result<()> {
    let driver = Caller::sign_in(&server.base, "driver1").await?;
    let before = server.cpu()?;
    let begun = Instant::now();
    let until = begun + Duration::from_secs(options.seconds);
    let took = Rc::new(std::cell::RefCell::new(Vec::new()));
    // Each sender has trucks of its own, and no two reports of one truck are the same.
    let each = loads.len().div_ceil(SENDERS);
    let senders = loads.chunks(each).enumerate().map(async |(sender, loads)| {
        // Two seconds between two reports of a truck, all of them in the past.
        let start = Clock::default().now().plus_minutes(-3 * 24 * 60);
        let mut accepted = 0;
        let mut round = 0;
        while Instant::now() < until {
            let mut batch: Vec<Value> = Vec::with_capacity(MAX_BATCH);
            while batch.len() < MAX_BATCH {
                for (truck, load) in loads.iter().enumerate().take(MAX_BATCH - batch.len()) {
                    let mut report = seed::report(load, sender * each + truck, round);
                    report["recordedAt"] = json!(start.plus_ms(2_000 * round as i64));
                    batch.push(report);
                }
                round += 1;
            }
            let asked = Instant::now();
            let answer = driver.post("positions", &json!({ "positions": batch })).await?;
            took.borrow_mut().push(asked.elapsed().as_secs_f64() * 1e3);
            accepted += answer["accepted"].as_u64().unwrap_or_default();
        }
        anyhow::Ok(accepted)
    });
    let accepted: u64 = try_join_all(senders).await?.into_iter().sum();
    let elapsed = begun.elapsed().as_secs_f64();
    let spent = server.cpu_since(before)?;
    let mut took = took.borrow().clone();
    took.sort_by(f64::total_cmp);
    report.add(
        &format!("positions stored per second, {engine}"),
        Unit::PerSecond,
        Stack::Ours,
        accepted as f64 / elapsed,
    );
    report.add(
        &format!("positions stored per CPU second, {engine}"),
        Unit::PerSecond,
        Stack::Ours,
        accepted as f64 / spent,
    );
    let p99 = took.get(took.len() * 99 / 100).copied().unwrap_or(f64::NAN);
    report.add(&format!("answer to a batch of {MAX_BATCH}, p99, {engine}"), Unit::Millis, Stack::Ours, p99);
    Ok(())
}
