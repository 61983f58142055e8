//! Durable positions a second: many senders hand fixes to the door that `POST /api/v1/positions` uses and wait for each
//! answer, which means stored. Run by `make bench-positions`; it prints figures and judges none of them.
//!
//! The desk is a whole one (sockets, journal, fleet) on a fresh database in a temporary folder, with about 2,000 loads
//! under way. SQLite has its real settings; the PostgreSQL at `TEST_DATABASE_URL` has whatever its own are.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use app::{loads::port::Loads as _, tracking::port::Tracking as _};
use clap::{Args, FromArgMatches};
use contract::{
    CarrierId, LoadId, SessionId, TenantId, Timestamp, UserId,
    actor::{Actor, Role},
    geo::Point,
    loads::ActiveQuery,
    tracking::{ReportPositions, Source, UpdateLocation},
};
use headhaul::{
    clock::{Clock, new_id},
    config::Config,
    desk::Desk,
    serve::{self, Server},
    store::{Store, accounts},
};

/// Demo loads of which half are under way.
const LOADS: &str = "3900";
/// How long each shape is measured, in seconds, after a second to warm up.
const SECONDS: u64 = 8;
/// Fixes in a call, and how many calls are out at once: telephones, devices that buffer, a carrier's whole feed.
const SHAPES: [(usize, usize); 3] = [(1, 2_000), (50, 64), (500, 12)];
/// Between two fixes of a truck, in milliseconds, and how far it goes meanwhile, in degrees north: about 50 miles an hour.
const STEP: (i64, f64) = (20, 0.000_004);

/// A truck as its sender knows it.
#[derive(Clone)]
struct Truck {
    load: LoadId,
    carrier: CarrierId,
    at: Timestamp,
    point: Point,
}

impl Truck {
    fn next(&mut self) -> UpdateLocation {
        self.at = self.at.plus_ms(STEP.0);
        self.point.lat += STEP.1;
        UpdateLocation {
            load_id: self.load,
            lat: self.point.lat,
            lng: self.point.lng,
            recorded_at: Some(self.at),
            speed: Some(50.0),
            heading: Some(0.0),
            accuracy: Some(5.0),
            source: Source::Eld,
        }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    println!(
        "| database | fixes a call | calls at once | fixes/s | answer p50 ms | answer p99 ms | own CPU us a fix |"
    );
    println!("|---|---|---|---|---|---|---|");
    let folder = tempfile::tempdir()?;
    measure("SQLite", &format!("sqlite://{}", folder.path().join("bench.db").display())).await?;
    if let Ok(server) = std::env::var("TEST_DATABASE_URL") {
        let url = Store::create_postgres_database(&server, &format!("bench_{}", new_id().simple())).await?;
        measure("PostgreSQL", &url).await?;
    }
    Ok(())
}

async fn measure(engine: &str, url: &str) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().display().to_string();
    let command = Config::augment_args(clap::Command::new("serve").no_binary_name(true));
    let given =
        ["--listen", "127.0.0.1:0", "--data-dir", &data, "--database-url", url, "--demo", "--demo-loads", LOADS];
    let more = ["--simulator", "off", "--simulator-speed", "1"];
    let config = Config::from_arg_matches(&command.try_get_matches_from(given.iter().chain(&more))?)?;
    let Server { desk, .. } = serve::prepare(config, Clock::default()).await?;
    let tenant = accounts::tenant_named(&desk.store, "blueridge").await?.context("no demo company")?;
    let mut trucks = trucks(&desk, tenant).await?;
    for (size, senders) in SHAPES {
        let (rate, p50, p99, cpu) = run(&desk, tenant, &mut trucks, size, senders).await?;
        println!("| {engine} | {size} | {senders} | {rate:.0} | {p50:.1} | {p99:.1} | {cpu:.1} |");
    }
    desk.store.close().await;
    Ok(())
}

fn somebody(tenant: TenantId, role: Role, carrier: Option<CarrierId>) -> Actor {
    Actor {
        user: UserId::new(new_id()),
        name: "Bench".to_owned(),
        tenant,
        role,
        carrier,
        driver: None,
        session: SessionId::new(new_id()),
        expires_at: Timestamp::from_millis(i64::MAX),
    }
}

/// Every truck under way, those of a carrier beside each other.
async fn trucks(desk: &Desk, tenant: TenantId) -> anyhow::Result<Vec<Truck>> {
    let rows = desk.active_loads(&somebody(tenant, Role::Dispatch, None), ActiveQuery::default()).await?.data;
    let truck = |row: contract::loads::LoadRow| {
        let (fix, carrier) = (row.current_location?, row.carrier?.id);
        Some(Truck { load: row.id, carrier, at: fix.at, point: fix.point() })
    };
    let mut trucks: Vec<_> = rows.into_iter().filter_map(truck).collect();
    trucks.sort_by_key(|truck| (truck.carrier, truck.load));
    eprintln!("{} trucks", trucks.len());
    Ok(trucks)
}

/// The processor time that this process has taken, in seconds: the kernel counts it in hundredths.
fn cpu() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(')').context("no name")?.1;
    let taken = after_name.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(taken.sum::<Result<f64, _>>()? / 100.0)
}

/// Fixes answered a second, the median and the 99th percentile of an answer's wait in milliseconds, and this process's
/// microseconds of processor time for each fix.
async fn run(
    desk: &Desk,
    tenant: TenantId,
    trucks: &mut Vec<Truck>,
    size: usize,
    senders: usize,
) -> anyhow::Result<(f64, f64, f64, f64)> {
    let each = trucks.len().div_ceil(senders);
    let cpu_before = cpu()?;
    let begun = Instant::now() + Duration::from_secs(1);
    let until = begun + Duration::from_secs(SECONDS);
    let parts = trucks.chunk_by(|one, other| one.carrier == other.carrier).flat_map(|fleet| fleet.chunks(each));
    let runs = parts.map(|own| {
        let (desk, mut own) = (desk.clone(), own.to_vec());
        let who = Arc::new(somebody(tenant, Role::CarrierDispatcher, own.first().map(|truck| truck.carrier)));
        tokio::spawn(async move {
            let (mut waits, mut next, mut all) = (Vec::new(), 0, 0);
            while Instant::now() < until {
                let mut positions = Vec::with_capacity(size);
                for _ in 0..size {
                    next = (next + 1) % own.len();
                    positions.push(own[next].next());
                }
                let asked = Instant::now();
                let answer = desk.report_positions(&who, ReportPositions { positions }).await?;
                all += size;
                anyhow::ensure!(answer.accepted as usize == size, "not all were taken: {answer:?}");
                if asked >= begun && Instant::now() <= until {
                    waits.push(asked.elapsed());
                }
            }
            Ok((waits, own, all))
        })
    });
    let (mut waits, mut moved, mut fixes) = (Vec::new(), Vec::new(), 0);
    for run in runs.collect::<Vec<_>>() {
        let (own, trucks, all) = run.await??;
        fixes += all;
        waits.extend(own);
        moved.extend(trucks);
    }
    *trucks = moved;
    waits.sort_unstable();
    let percentile =
        |part: f64| waits.get((waits.len() as f64 * part) as usize).map_or(0.0, |wait| wait.as_secs_f64() * 1e3);
    let rate = (waits.len() * size) as f64 / SECONDS as f64;
    Ok((rate, percentile(0.5), percentile(0.99), (cpu()? - cpu_before) * 1e6 / fixes as f64))
}
