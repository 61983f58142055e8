//! The simulator: trucks that drive over the public interfaces, as any driver's telephone would, and an office that keeps
//! them busy. It knows nothing of the server's inside and can drive against any server with the demo accounts.
//!
//! No roads are at hand offline: trucks take gently bent great circles around lakes and the sea, at the pace that a road
//! of the usual length would allow.

pub mod account;
mod driver;
mod land;
mod office;
pub(crate) mod paper;
pub mod path;
pub mod socket;

use std::{net::SocketAddr, time::Duration};

use anyhow::bail;
use contract::{Code, DriverId, accounts::DEMO_PASSWORD};
use rand::{SeedableRng, rngs::StdRng};
use tokio::{task::JoinSet, time::sleep};

use account::{Account, Backoff, Site};
use driver::{Driver, Pace};
use office::Office;

/// A pause between two sign-ins: each costs the server a slow hash, and others want in too.
const BETWEEN_SIGN_INS: Duration = Duration::from_millis(300);

/// What to simulate
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// The server
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    pub url: String,
    /// How many simulated minutes pass in one
    #[arg(long, default_value_t = 60.0)]
    pub speed: f64,
    /// Where all randomness comes from
    #[arg(long, default_value_t = 42)]
    pub seed: u64,
    /// Companies by the last part of their people's addresses; both demo companies when none is given
    #[arg(long = "company")]
    pub companies: Vec<String>,
    /// The password of every account
    #[arg(long, default_value = DEMO_PASSWORD)]
    pub password: String,
    /// Milliseconds between two reports of a driving truck
    #[arg(long, default_value_t = 1_000)]
    pub tick_ms: u64,
}

impl Options {
    /// For the demo of the server that listens here.
    pub fn for_demo(listening: SocketAddr, speed: f64) -> Self {
        // What listens everywhere is reached at home.
        let host = match listening {
            SocketAddr::V4(at) if at.ip().is_unspecified() => "127.0.0.1".to_owned(),
            SocketAddr::V6(at) if at.ip().is_unspecified() => "[::1]".to_owned(),
            SocketAddr::V4(at) => at.ip().to_string(),
            SocketAddr::V6(at) => format!("[{}]", at.ip()),
        };
        Self {
            url: format!("http://{host}:{}", listening.port()),
            speed,
            seed: 42,
            companies: Vec::new(),
            password: DEMO_PASSWORD.to_owned(),
            tick_ms: 1_000,
        }
    }

    fn check(&self) -> anyhow::Result<()> {
        if !self.url.starts_with("http://") && !self.url.starts_with("https://") {
            bail!("--url: must begin with http:// or https://");
        }
        if !(0.1..=3_600.0).contains(&self.speed) {
            bail!("--speed: must be 0.1 to 3600");
        }
        if !(200..=600_000).contains(&self.tick_ms) {
            bail!("--tick-ms: must be 200 to 600000");
        }
        Ok(())
    }

    const fn pace(&self) -> Pace {
        Pace { speed: self.speed, tick: Duration::from_millis(self.tick_ms) }
    }

    /// Randomness of its own for each account, the same at every start.
    fn rng(&self, name: &str) -> StdRng {
        // FNV-1a: std's own hash may change between releases.
        let hash = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        StdRng::seed_from_u64(self.seed ^ hash)
    }
}

/// Drives until `stop`. While the server is out of reach, it tries again quietly.
///
/// # Errors
/// When an option is wrong, or none of the companies has the demo accounts.
pub async fn run(options: Options, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
    options.check()?;
    let site = Site::new(&options.url)?;
    let mut slugs = options.companies.clone();
    if slugs.is_empty() {
        slugs.extend(crate::demo::slugs().map(str::to_owned));
    }
    let mut companies = JoinSet::new();
    for slug in slugs {
        companies.spawn(company(options.clone(), site.clone(), slug));
    }
    let all_over = async { while companies.join_next().await.is_some() {} };
    tokio::select! {
        () = stop => Ok(()),
        () = all_over => bail!("none of the companies has the demo accounts"),
    }
}

/// Drives one company's trucks; ends only when it has no demo accounts.
async fn company(options: Options, site: Site, slug: String) {
    let account = |who: &str| {
        let email = format!("{who}@{slug}.demo");
        (options.rng(&email), Account::new(site.clone(), email, options.password.clone()))
    };
    let (mut rng, ops) = account("ops");
    let mut office = Office::new(ops, slug.clone(), options.speed, options.rng(&slug));
    let mut backoff = Backoff::default();
    let drivers = loop {
        match office.count_drivers().await {
            Ok(drivers) => break drivers,
            Err(failure) if matches!(failure.code(), Some(Code::Unauthorized | Code::Locked | Code::Forbidden)) => {
                tracing::error!(company = slug, %failure, "The company can't be simulated: its office can't sign in");
                return;
            }
            Err(failure) => backoff.after(&failure, &mut rng).await,
        }
    };
    let mut at_work = JoinSet::new();
    let mut employed: Vec<DriverId> = Vec::new();
    for n in 1..=drivers {
        let (driver_rng, mut account) = account(&format!("driver{n}"));
        let me = loop {
            match account.me().await {
                Ok(me) => break Some(me),
                // Not every driver has the app.
                Err(failure) if failure.code() == Some(Code::Unauthorized) => break None,
                Err(failure) => backoff.after(&failure, &mut rng).await,
            }
        };
        let Some(me) = me else { break };
        backoff.reset();
        employed.extend(me.driver_id);
        at_work.spawn(Driver::new(account, options.pace(), driver_rng).run());
        sleep(BETWEEN_SIGN_INS).await;
    }
    tracing::info!(company = slug, drivers = employed.len(), speed = options.speed, "The trucks are driving");
    office.employ(employed);
    at_work.spawn(office.run());
    while at_work.join_next().await.is_some() {}
}
