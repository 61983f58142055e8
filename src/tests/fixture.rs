//! A desk with two small companies, and people to act in it.

use std::{
    future::Future,
    sync::{OnceLock, mpsc},
    time::Duration,
};

use clap::{Args, FromArgMatches};
use contract::{
    CarrierId, Day, DriverId, LoadId, TenantId, Timestamp, UserId,
    actor::Role,
    carriers::{CarrierForm, CarrierStatus, Cover, REQUIRED},
    loads::{Equipment, LoadRow},
};
use headhaul::{
    clock::{Clock, new_id},
    config::Config,
    serve,
    store::{
        By, Store,
        accounts::{self, NewUser},
        carriers,
    },
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::{sync::oneshot, time::timeout};

/// Which database a test runs on.
#[derive(Clone, Copy, Debug)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// How long a test may take: several times what the longest needs on a busy machine. Who waits in vain fails then, with
/// its name, instead of keeping everybody.
fn longest() -> Duration {
    Duration::from_secs(sized("PROOF_LONGEST_S", 300))
}

/// Where a test runs. What it has left running ends with it, unwaited for.
pub struct Ring {
    runtime: Option<tokio::runtime::Runtime>,
    _watched: mpsc::Sender<()>,
}

impl Ring {
    pub fn new() -> Self {
        let (watched, watching) = mpsc::channel::<()>();
        let name = std::thread::current().name().unwrap_or_default().to_owned();
        // A thread that is blocked can't be told that it is late.
        std::thread::spawn(move || {
            if watching.recv_timeout(2 * longest()) == Err(mpsc::RecvTimeoutError::Timeout) {
                eprintln!("{name} blocks its thread");
                std::process::exit(101);
            }
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        Self { runtime: Some(runtime), _watched: watched }
    }

    /// Runs it to its end.
    pub fn run<T>(&self, test: impl Future<Output = T>) -> T {
        let runtime = self.runtime.as_ref().unwrap();
        runtime.block_on(async { timeout(longest(), test).await.expect("the test ends in time") })
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }
}

/// Runs a test that chooses its engine itself.
pub fn alone(test: impl Future<Output = ()>) {
    Ring::new().run(test);
}

/// How much of something a proof does: as the environment says when it runs at full size, else little.
pub fn sized<T: std::str::FromStr>(name: &str, short: T) -> T {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(short)
}

/// The engines that a test runs on. Without a PostgreSQL at hand a developer may go on with one; the build may not.
pub fn engines() -> Vec<Engine> {
    if std::env::var_os("TEST_DATABASE_URL").is_some() {
        return vec![Engine::Sqlite, Engine::Postgres];
    }
    assert!(std::env::var_os("CI").is_none(), "TEST_DATABASE_URL must be set: both engines are tested");
    eprintln!("TEST_DATABASE_URL is not set: tested on SQLite only");
    vec![Engine::Sqlite]
}

/// Runs a test on both engines.
pub fn on_both_engines<F: Future<Output = ()>>(test: impl Fn(Engine) -> F) {
    for engine in engines() {
        alone(test(engine));
    }
}

/// A fresh, empty database.
pub async fn fresh_database(engine: Engine, folder: &std::path::Path) -> String {
    match engine {
        Engine::Sqlite => format!("sqlite://{}", folder.join("test.db").display()),
        Engine::Postgres => {
            let server = std::env::var("TEST_DATABASE_URL").unwrap();
            let name = format!("test_{}", new_id().simple());
            Store::create_postgres_database(&server, &name).await.unwrap()
        }
    }
}

/// The people and things of one company.
#[derive(Clone, Debug)]
pub struct Company {
    pub tenant: TenantId,
    pub carriers: Vec<CarrierId>,
    /// One driver for each carrier.
    pub drivers: Vec<DriverId>,
}

pub struct TestServer {
    pub base: String,
    pub desk: headhaul::desk::Desk,
    pub auth: headhaul::auth::Auth,
    pub clock: Clock,
    pub blue: Company,
    pub prairie: Company,
    pub folder: tempfile::TempDir,
    pub url: String,
    stop: Option<oneshot::Sender<()>>,
    running: Option<tokio::task::JoinHandle<anyhow::Result<()>>>,
}

/// The settings of a desk, as the command line would give them.
pub fn config(arguments: &[&str]) -> Config {
    let command = Config::augment_args(clap::Command::new("serve").no_binary_name(true));
    Config::from_arg_matches(&command.try_get_matches_from(arguments).unwrap()).unwrap()
}

impl TestServer {
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, &[]).await
    }

    pub async fn start_with(engine: Engine, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = fresh_database(engine, folder.path()).await;
        let (clock, store) = (Clock::default(), Store::open(&url).await.unwrap());
        let companies = [found(&store, &clock, "blueridge").await, found(&store, &clock, "prairie").await];
        store.close().await;
        Self::launch(folder, url, clock, companies, more).await
    }

    /// Two nodes of one cluster, on a PostgreSQL and this Redis.
    pub async fn start_pair(redis: &str) -> [Self; 2] {
        Self::start_pair_by([redis, redis]).await
    }

    /// The same, each by its own way to Redis.
    pub async fn start_pair_by(ways: [&str; 2]) -> [Self; 2] {
        let channel = new_id().to_string();
        let shared = tempfile::tempdir().unwrap();
        let secret = shared.path().join("secret");
        std::fs::write(&secret, headhaul::clock::new_secret()).unwrap();
        let secret = secret.to_str().unwrap();
        let settings =
            ways.map(|redis| ["--redis-url", redis, "--redis-channel", &channel, "--jwt-secret-file", secret]);
        let first = Self::start_with(Engine::Postgres, &settings[0]).await;
        let second = first.start_beside(&settings[1]).await;
        [first, second]
    }

    /// Another node on the same database and by the same clock.
    pub async fn start_beside(&self, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let companies = [self.blue.clone(), self.prairie.clone()];
        Self::launch(folder, self.url.clone(), self.clock.clone(), companies, more).await
    }

    async fn launch(
        folder: tempfile::TempDir,
        url: String,
        clock: Clock,
        [blue, prairie]: [Company; 2],
        more: &[&str],
    ) -> Self {
        let data = folder.path().display().to_string();
        let mut arguments = vec![
            "--listen",
            "127.0.0.1:0",
            "--data-dir",
            &data,
            "--database-url",
            &url,
            "--sign-ins-per-minute",
            "10000",
        ];
        arguments.extend(more);
        let server = serve::prepare(config(&arguments), clock.clone()).await.unwrap();
        let (desk, auth) = (server.desk.clone(), server.auth.clone());
        let base = format!("http://{}", server.address().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(server.run(async move {
            let _ = stopped.await;
        }));
        Self { base, desk, auth, clock, blue, prairie, folder, url, stop: Some(stop), running: Some(running) }
    }

    /// Takes the desk down in good order.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        self.running.take().unwrap().await.unwrap().unwrap();
    }

    /// Takes the desk down and leaves its data.
    pub async fn let_go(mut self) -> (tempfile::TempDir, String) {
        drop(self.stop.take());
        self.running.take().unwrap().await.unwrap().unwrap();
        (self.folder, self.url)
    }

    /// The same desk after it was taken down, on its data and by its clock.
    pub async fn restart(self) -> Self {
        let (clock, companies) = (self.clock.clone(), [self.blue.clone(), self.prairie.clone()]);
        let (folder, url) = self.let_go().await;
        Self::launch(folder, url, clock, companies, &[]).await
    }

    pub async fn sign_in(&self, email: &str) -> Client {
        Client::sign_in(&self.base, email).await
    }

    pub async fn dispatcher(&self) -> Client {
        self.sign_in("dispatch1@blueridge.test").await
    }

    /// A load of the Blue Ridge company with a carrier's driver on its way to the pickup.
    pub async fn dispatched_load(&self) -> LoadRow {
        let dispatcher = self.dispatcher().await;
        let load = dispatcher.create_load().await;
        let load = dispatcher.assign(&load, &self.blue, 0, Some("ACCEPTED")).await;
        dispatcher.move_to(&load, "DISPATCHED").await
    }
}

async fn found(store: &Store, clock: &Clock, slug: &'static str) -> Company {
    static HASH: OnceLock<String> = OnceLock::new();
    let hash = HASH.get_or_init(|| headhaul::auth::hash("test-password").unwrap());
    let (outbox, _unsent) = headhaul::store::outbox();
    let tenant = TenantId::new(new_id());
    let mut tx = store.begin(By::Itself(tenant), clock, &outbox).await.unwrap();
    accounts::add_tenant(&mut tx, slug, &format!("{slug} company"), "America/New_York").await.unwrap();
    let mut company = Company { tenant, carriers: Vec::new(), drivers: Vec::new() };
    let user = |name: String, role, carrier, driver| NewUser {
        id: UserId::new(new_id()),
        email: format!("{name}@{slug}.test"),
        name: format!("{name} of {slug}"),
        role,
        password_hash: hash.clone(),
        carrier,
        driver,
    };
    for (name, role) in [
        ("admin", Role::Admin),
        ("ops", Role::OperationsManager),
        ("dispatch1", Role::Dispatch),
        ("dispatch2", Role::Dispatch),
        ("sales", Role::Sales),
        ("accounting", Role::Accounting),
        ("relations", Role::CarrierRelations),
        ("support", Role::Support),
        ("readonly", Role::ReadOnly),
    ] {
        accounts::add_user(&mut tx, user(name.to_owned(), role, None, None)).await.unwrap();
    }
    for number in 1..=2 {
        let carrier = CarrierId::new(new_id());
        let driver = DriverId::new(new_id());
        let name = format!("Carrier {number} of {slug}");
        let form = carrier_form(&name, &format!("10000{number}"), clock.now());
        carriers::add_carrier(&mut tx, carrier, &form).await.unwrap();
        carriers::add_driver(&mut tx, driver, carrier, &format!("Driver {number} of {slug}"), "+15550100")
            .await
            .unwrap();
        let portal = user(format!("carrier{number}"), Role::CarrierDispatcher, Some(carrier), None);
        accounts::add_user(&mut tx, portal).await.unwrap();
        let drives = user(format!("driver{number}"), Role::Driver, Some(carrier), Some(driver));
        accounts::add_user(&mut tx, drives).await.unwrap();
        company.carriers.push(carrier);
        company.drivers.push(driver);
    }
    tx.commit().await.unwrap();
    company
}

/// A carrier that has all that it must for years.
pub fn carrier_form(name: &str, mc_number: &str, now: Timestamp) -> CarrierForm {
    let expires_on = Day::new(now.plus_minutes(3 * 365 * 24 * 60).utc().date_naive());
    let covers = REQUIRED.map(|(kind, least)| Cover { kind, number: None, amount_cents: Some(least), expires_on });
    CarrierForm {
        name: name.to_owned(),
        mc_number: mc_number.to_owned(),
        dot_number: None,
        status: CarrierStatus::Active,
        equipment: vec![Equipment::DryVan],
        phone: None,
        email: None,
        notes: None,
        covers: covers.to_vec(),
    }
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Client {
    pub base: String,
    pub token: String,
    pub user: Value,
    pub http: reqwest::Client,
}

/// What a call gave.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl Answer {
    pub fn data(&self) -> &Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.body);
        &self.body["data"]
    }

    /// The load of a detail.
    pub fn row_of_detail(&self) -> LoadRow {
        serde_json::from_value(self.data()["load"].clone()).unwrap()
    }

    pub fn row(&self) -> LoadRow {
        serde_json::from_value(self.data().clone()).unwrap()
    }

    /// Asserts that it was refused with this status and code.
    pub fn refused(&self, status: u16, code: &str) -> &Value {
        assert_eq!((self.status.as_u16(), self.body["error"]["code"].as_str()), (status, Some(code)), "{}", self.body);
        &self.body["error"]
    }
}

impl Client {
    pub async fn sign_in(base: &str, email: &str) -> Self {
        let http = reqwest::Client::new();
        let answer = http
            .post(format!("{base}/api/v1/auth/login"))
            .json(&json!({ "email": email, "password": "test-password" }))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200, "{email}");
        let body: Value = answer.json().await.unwrap();
        let token = body["data"]["accessToken"].as_str().unwrap().to_owned();
        Self { base: base.to_owned(), token, user: body["data"]["user"].clone(), http }
    }

    pub fn nobody(base: &str) -> Self {
        Self { base: base.to_owned(), token: String::new(), user: Value::Null, http: reqwest::Client::new() }
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<String>) -> Answer {
        self.try_send(method, path, body).await.unwrap()
    }

    /// Sends to a server that may be gone.
    async fn try_send(&self, method: Method, path: &str, body: Option<String>) -> reqwest::Result<Answer> {
        let mut request =
            self.http.request(method, format!("{}{path}", self.base)).header("accept", "application/json");
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        Ok(Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) })
    }

    /// What a server answers, if it does.
    pub async fn try_get(&self, path: &str) -> Option<Answer> {
        self.try_send(Method::GET, path, None).await.ok()
    }

    pub async fn try_post(&self, path: &str, body: Value) -> Option<Answer> {
        self.try_send(Method::POST, path, Some(body.to_string())).await.ok()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body.to_string())).await
    }

    pub async fn create_load(&self) -> LoadRow {
        self.post("/api/v1/loads", new_load()).await.row()
    }

    pub async fn assign(&self, load: &LoadRow, company: &Company, which: usize, status: Option<&str>) -> LoadRow {
        self.post(
            "/api/v1/loads/assign",
            json!({
                "loadId": load.id, "version": load.version, "carrierId": company.carriers[which],
                "driverId": company.drivers[which], "carrierRateCents": 185_000, "status": status,
            }),
        )
        .await
        .row()
    }

    pub async fn try_move(&self, load: &LoadRow, status: &str) -> Answer {
        let ask = json!({ "loadId": load.id, "version": load.version, "status": status, "confirmed": true });
        self.post("/api/v1/loads/status", ask).await
    }

    /// Moves a load on; one that is to start or to be complete gets the paper for that first.
    pub async fn move_to(&self, load: &LoadRow, status: &str) -> LoadRow {
        match status {
            "DISPATCHED" => self.confirm_rate(load.id).await,
            "COMPLETED" => _ = self.upload(load.id, "POD", "pod.pdf", b"%PDF-1.7").await.data(),
            _ => {}
        }
        self.try_move(load, status).await.row()
    }

    /// Sends a body as it is.
    pub async fn put(&self, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        let mut request = self.http.post(format!("{}{path}", self.base)).body(body);
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
    }

    /// Adds a paper to a load.
    pub async fn upload(&self, load: LoadId, kind: &str, name: &str, file: &[u8]) -> Answer {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("loadId", load.to_string().as_str()), ("kind", kind), ("name", name)])
            .finish();
        self.put(&format!("/api/v1/loads/documents?{query}"), file.to_vec()).await
    }

    /// Adds the signed rate confirmation, without which no truck starts.
    pub async fn confirm_rate(&self, load: LoadId) {
        self.upload(load, "RATE_CONFIRMATION", RATE_PAPER, b"%PDF-1.4").await.data();
    }

    /// Reads a paper, unless it isn't there.
    pub async fn download(&self, id: &Value) -> Option<(reqwest::header::HeaderMap, Vec<u8>)> {
        let id = id.as_str().expect("an id");
        let answer = self
            .http
            .get(format!("{}/api/v1/loads/document?id={id}", self.base))
            .bearer_auth(&self.token)
            .send()
            .await
            .unwrap();
        match answer.status().as_u16() {
            200 => Some((answer.headers().clone(), answer.bytes().await.unwrap().to_vec())),
            401 | 404 => None,
            other => panic!("{other}"),
        }
    }

    pub async fn load(&self, id: LoadId) -> Answer {
        self.get(&format!("/api/v1/loads/one?id={id}")).await
    }
}

/// A time on the clock of its place, so many days from now.
pub fn on_day(days: i64, time: &str) -> String {
    let day = Clock::default().now().plus_minutes(days * 24 * 60).utc().date_naive();
    format!("{day}T{time}")
}

/// What the paper is called with which a load starts.
pub const RATE_PAPER: &str = "signed-rate.pdf";

/// A good new load, to be spoiled by tests of bad input.
pub fn new_load() -> Value {
    json!({
        "customerName": "Summit Foods", "equipment": "REEFER", "weightLbs": 38_000, "commodity": "Frozen fruit",
        "stops": [
            { "kind": "PICKUP", "facility": "Dock 4", "city": "Kansas City", "state": "MO",
              "windowStart": on_day(5, "08:00"), "windowEnd": on_day(5, "12:00") },
            { "kind": "DELIVERY", "facility": "DC West", "city": "Denver", "state": "CO",
              "windowStart": on_day(6, "09:00"), "windowEnd": on_day(6, "16:00") },
        ],
    })
}
