//! Putting the desk together and taking it down again.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{
    auth::{self, Auth},
    clock::Clock,
    config::{Config, Switch},
    demo,
    desk::{Desk, Pace, Parts},
    documents::Shelf,
    figures,
    http::{
        self, Edge, Site,
        listen::{self, Manners},
    },
    journal,
    realtime::{self, Inlets, Limits, Wire},
    relay, simulate,
    store::{self, Store, turn::Job},
    timed,
    tracking::{
        fences::{self, Fences},
        intake::Intake,
        moves::Moves,
    },
    upkeep::{self, KeepDays},
};

/// How long open calls may take when the server goes down.
const GRACE: Duration = Duration::from_secs(8);

/// A desk that is put together and listens, but doesn't answer yet.
pub struct Server {
    listener: TcpListener,
    router: axum::Router,
    wire: Wire,
    /// Those who send; they end with it.
    sending: JoinSet<()>,
    config: Arc<Config>,
    /// The desk itself, for tests.
    pub desk: Desk,
    /// Who is calling, for tests.
    pub auth: Auth,
}

/// Opens everything that a desk needs, and listens.
///
/// # Errors
/// In one line, which setting is wrong and why.
pub async fn prepare(config: Config, clock: Clock) -> anyhow::Result<Server> {
    config.check()?;
    config.prepare()?;
    let secret = config.secret()?;
    let listener = listen::bind(config.listen).with_context(|| format!("--listen: {} can't be used", config.listen))?;
    let listening = listener.local_addr()?;
    let store = Store::open(&config.database_url()).await.context("--database-url")?;

    let others = config.relay(&secret).map(|settings| relay::start(&settings, clock.clone()));
    let others = others.transpose().context("--redis-url")?;
    let (outbox, sealed) = store::outbox();
    let moved = Moves::default();
    let scale = if config.demo { config.simulator_speed } else { 1.0 };
    let pace = Pace { scale };
    let shelf = Shelf::open(&config.data_dir).context("--data-dir")?;
    if config.demo {
        let turn = store.turn(Job::Fill).await?;
        if store::accounts::is_empty(&store).await? {
            tracing::info!("Filling the empty database with the demo companies");
            demo::fill(&store, &clock, &outbox, auth::hash, scale, &shelf).await?;
            if config.demo_loads > 0 {
                demo::crowd(&store, &clock, &outbox, scale, config.demo_loads).await?;
            }
        }
        turn.end().await;
    }
    let demo_accounts = if config.demo { store::accounts::demo_accounts(&store).await? } else { Vec::new() };
    let auth = Auth::new(store.clone(), clock.clone(), outbox.clone(), &secret, config.sign_ins_per_minute);
    let fences = Fences::default();
    let ways = (moved.clone(), fences.clone());
    let intake = Intake::start(store.clone(), clock.clone(), outbox.clone(), ways, pace);
    let journal = journal::Reads::new(store.clone());
    let address = config.address(listening);
    let desk = Desk::new(Parts { store, journal, clock, outbox, intake, fences, shelf, pace, address });

    let origins: Arc<[String]> = config.origins(listening).into();
    let limits = Limits {
        ping_interval: Duration::from_millis(config.ping_interval_ms),
        ping_timeout: Duration::from_millis(config.ping_timeout_ms),
        per_user: config.sockets_per_user,
        per_address: config.connections_per_address,
        refused_per_minute: config.failed_handshakes_per_minute,
        events: config.events_per_second,
        locations: config.locations_per_second,
        of_user: config.user_events_per_second,
        loads: config.loads_per_socket,
        origins: origins.clone(),
        token_in_query: config.token_in_query,
    };
    let config = Arc::new(config);
    let edge = Edge {
        auth: auth.clone(),
        desk: desk.clone(),
        config: config.clone(),
        origins,
        site: Site::new(),
        demo_accounts: demo_accounts.into(),
        metrics: recorder(),
        gate: http::links::Gate::default(),
    };
    let mut mounted = None;
    let router = http::router(edge, |router| {
        let inlets = Inlets { sealed, moved, others };
        let (router, wire, tasks) = realtime::mount(router, desk.clone(), auth.clone(), limits, inlets);
        mounted = Some((wire, tasks));
        router
    });
    let (wire, sending) = mounted.context("the sockets were not mounted")?;
    Ok(Server { listener, router, wire, sending, config, desk, auth })
}

/// How often what was measured is put into its buckets. Until then each figure takes memory of its own.
const TIDY: Duration = Duration::from_secs(5);
/// The upper bounds of histograms, by the unit that their names end in.
const BUCKETS: [(&str, &[f64]); 3] = [
    ("_seconds", &[0.000_1, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0]),
    ("_bytes", &[64.0, 256.0, 1_024.0, 4_096.0, 16_384.0, 65_536.0, 262_144.0, 1_048_576.0]),
    ("_fixes", &[1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0]),
];

/// The process has one set of figures, however many desks a test puts together.
fn recorder() -> PrometheusHandle {
    static HANDLE: std::sync::OnceLock<PrometheusHandle> = std::sync::OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let with_buckets = |builder: PrometheusBuilder, (unit, bounds): (&str, &[f64])| {
                builder.set_buckets_for_metric(Matcher::Suffix(unit.to_owned()), bounds)
            };
            // It refuses only an empty list of bounds.
            let builder = BUCKETS.into_iter().try_fold(PrometheusBuilder::new(), with_buckets);
            let recorder = builder.unwrap_or_default().build_recorder();
            let handle = recorder.handle();
            // Another recorder is there only when a test brought its own.
            let _ = metrics::set_global_recorder(recorder);
            figures::describe();
            figures::count_panics();
            handle
        })
        .clone()
}

async fn tidy_figures() {
    let mut ticks = tokio::time::interval(TIDY);
    loop {
        ticks.tick().await;
        recorder().run_upkeep();
    }
}

impl Server {
    /// Where it listens.
    ///
    /// # Errors
    /// When the system doesn't know.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until `stop`; then no new calls are taken, sockets are told to come back, and what was begun is finished.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn run(mut self, stop: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
        let address = self.address()?;
        let stopping = CancellationToken::new();
        let drive = self.config.demo && self.config.simulator == Switch::On;
        let simulator = drive.then(|| {
            let options = simulate::Options::for_demo(address, self.config.simulator_speed);
            let (stopping, store) = (stopping.clone(), self.desk.store.clone());
            tokio::spawn(async move {
                // One node drives the trucks; when it goes, the next one does.
                let turn = store.turn(Job::Drive).await?;
                let driven = simulate::run(options, stopping.cancelled_owned()).await;
                turn.end().await;
                driven
            })
        });
        let trimming = tokio::spawn(upkeep::keep_short(self.desk.clone(), KeepDays(self.config.keep_positions_days)));
        let timed = tokio::spawn(timed::run(self.desk.clone()));
        let fenced = tokio::spawn(fences::run(self.desk.clone()));
        let measuring = tokio::spawn(tidy_figures());
        let wire = self.wire.clone();
        let going = stopping.clone();
        let manners = Manners {
            head: listen::PATIENCE,
            reader: Duration::from_millis(self.config.stalled_reader_ms),
            per_address: self.config.connections_per_address,
            proxies: self.config.trusted_proxies.clone().into(),
        };
        let served = listen::serve(self.listener, self.router, manners, async move {
            stop.await;
            tracing::info!("Going down");
            going.cancel();
            wire.close().await;
        });
        let grace = async {
            stopping.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            () = served => {}
            () = grace => tracing::warn!("Some calls were not finished in time"),
        }
        if let Some(simulator) = simulator {
            simulator.abort();
        }
        trimming.abort();
        timed.abort();
        fenced.abort();
        measuring.abort();
        let closing = async {
            self.sending.shutdown().await;
            self.desk.store.close().await;
        };
        if tokio::time::timeout(GRACE, closing).await.is_err() {
            tracing::warn!("The database was still in use at the end");
        }
        Ok(())
    }
}
