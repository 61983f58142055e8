//! The binary: reads what it is asked to do and does it.

use std::process::ExitCode;

/// When everybody comes back at once, the system's own took about a third of the server's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use clap::{Parser, Subcommand};
use headhaul::{check, clock::Clock, config::Config, realtime, serve, simulate, store::Store};
use tracing_subscriber::EnvFilter;

/// The live operations desk of a third-party logistics company
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the desk
    Serve(Box<Config>),
    /// Bring the database's tables up to date
    Migrate(Box<Config>),
    /// Drive trucks over the public interfaces of any server
    Simulate(simulate::Options),
    /// Let somebody in or shut them out
    User(Box<headhaul::auth::user::Ask>),
    /// Say what works and what doesn't
    Check(Box<Config>),
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| format!("info,sqlx=warn,{}", realtime::UNLOGGED).into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(Cli::parse().command).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("headhaul: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(config) => {
            let server = serve::prepare(*config, Clock::default()).await?;
            tracing::info!("Listening at http://{}", server.address()?);
            server.run(stopped()).await?;
        }
        Command::Migrate(config) => {
            config.check()?;
            config.prepare()?;
            let store = Store::open(&config.database_url()).await?;
            println!("The tables in {} are up to date.", store.engine());
        }
        Command::Simulate(options) => simulate::run(options, stopped()).await?,
        Command::User(ask) => ask.run().await?,
        Command::Check(config) => {
            return Ok(if check::check(&config).await { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Waits until the system or the user asks to stop.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupted = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminated) => tokio::select! {
            _ = interrupted => {}
            _ = terminated.recv() => {}
        },
        Err(_) => _ = interrupted.await,
    }
}
