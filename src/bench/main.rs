//! Side by side: the standard's stack on Node and ours, in one run on one machine, by one load client. The server has one
//! core and the load the other; what is compared is the server's own processor time, from the system's books, beside what
//! was delivered. Orders alternate, and the median of the repeats is told. `scripts/bench.sh` prepares and starts this.

#![expect(clippy::print_stdout, reason = "it is a program that prints")]

mod delay;
mod fanout;
mod fleet;
mod ingest;
mod plot;
mod report;
mod seed;
mod server;
mod wire;

use std::path::PathBuf;

use anyhow::Context;
use clap::Parser;

use report::Report;
use server::{Bench, Stack};

/// Compares the live plane with the standard's stack on Node
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// Sockets that hear of single events
    #[arg(long, default_value_t = 2_000)]
    pub watchers: usize,
    /// Changes of which they hear
    #[arg(long, default_value_t = 150)]
    pub changes: usize,
    /// Trucks on the road
    #[arg(long, default_value_t = 2_000)]
    pub trucks: usize,
    /// Sockets that look at the map
    #[arg(long, default_value_t = 200)]
    pub viewers: usize,
    /// How often each truck reports while the map is measured, once a second
    #[arg(long, default_value_t = 20)]
    pub rounds: usize,
    /// Sockets that wait for reports while delays are measured
    #[arg(long, default_value_t = 500)]
    pub waiting: usize,
    /// Reports a second while delays are measured
    #[arg(long, default_value_t = 1_000)]
    pub reports_per_second: usize,
    /// For how many seconds delays and intake are measured
    #[arg(long, default_value_t = 10)]
    pub seconds: u64,
    /// How often everything is repeated
    #[arg(long, default_value_t = 5)]
    pub repeats: usize,
    /// Only the parts whose name contains this
    #[arg(long, default_value = "")]
    pub only: String,
    /// Where the table and the plots are written
    #[arg(long, default_value = "docs/bench")]
    pub out: PathBuf,
    /// A PostgreSQL that keeps what it acknowledged; without one only SQLite is measured
    #[arg(long, env = "TEST_DATABASE_URL")]
    pub postgres: Option<String>,
    /// Ignored: cargo adds it
    #[arg(long, hide = true)]
    pub bench: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    // One thread: the load has one core, and nothing needs to be shared between threads.
    Box::pin(tokio::task::LocalSet::new().run_until(compare(Options::parse()))).await
}

async fn compare(options: Options) -> anyhow::Result<()> {
    let bench = Bench::prepare(&options).await.context("preparing")?;
    let mut report = Report::default();
    for repeat in 0..options.repeats {
        // Whoever goes first has the cooler machine, so they take turns.
        let mut stacks = [Stack::Ours, Stack::Each, Stack::Batching];
        if repeat % 2 == 1 {
            stacks.reverse();
        }
        for stack in stacks {
            let wanted = |part: &str| part.contains(&options.only);
            if wanted("fanout") && stack != Stack::Batching {
                fanout::run(&bench, stack, &options, &mut report)
                    .await
                    .with_context(|| format!("fanout, {stack:?}"))?;
            }
            if wanted("fleet") {
                fleet::run(&bench, stack, &options, &mut report).await.with_context(|| format!("fleet, {stack:?}"))?;
            }
            if wanted("delay") {
                delay::run(&bench, stack, &options, &mut report).await.with_context(|| format!("delay, {stack:?}"))?;
            }
        }
        if "intake".contains(&options.only) {
            ingest::run(&bench, &options, &mut report).await.context("intake")?;
        }
        println!("repeat {} of {} is done", repeat + 1, options.repeats);
    }
    report.write(&options)?;
    Ok(())
}
