//! Two nodes on one database: what is done on one is known on the other at once, and to nobody else.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use contract::{loads::LoadRow, tracking::Heard};
use headhaul::{
    clock::Clock,
    journal::{Keep, trim},
    serve,
    store::turn::Job,
};
use serde_json::{Value, json};
use tokio::{process::Command, time::timeout};

use crate::{
    ear::Ear,
    fixture::{Client, Engine, TestServer, alone, config, fresh_database},
    redis::Redis,
};

/// The Redis that is there for all tests.
pub fn redis() -> String {
    std::env::var("TEST_REDIS_URL").expect("TEST_REDIS_URL is set by scripts/servers.sh")
}

/// What a node says of itself; the figures of all nodes of this process are in it.
async fn metrics(server: &TestServer) -> String {
    reqwest::get(format!("{}/metrics", server.base)).await.unwrap().text().await.unwrap()
}

fn is_load(load: &LoadRow) -> impl Fn(&Value) -> bool {
    let id = json!(load.id);
    move |told| told["data"]["loadId"] == id
}

async fn report(driver: &Client, server: &TestServer, load: &LoadRow, lat: f64, minutes_ago: i64) {
    let at = server.clock.now().plus_minutes(-minutes_ago);
    let fix = json!({ "loadId": load.id, "lat": lat, "lng": -94.6, "recordedAt": at });
    let answer = driver.post("/api/v1/positions", json!({ "positions": [fix] })).await;
    assert_eq!(answer.data()["accepted"], 1, "{answer:?}");
}

fn is_at(lat: f64) -> impl Fn(&Value) -> bool {
    move |told| told["data"]["location"]["lat"] == lat
}

/// Whether a message of the fleet stream has a truck at this latitude.
fn fleet_is_at(lat: f64) -> impl Fn(&Heard) -> bool {
    move |told| told.positions.iter().any(|(_, fix)| (fix.lat - lat).abs() < 1e-4)
}

#[test]
fn what_is_done_on_one_node_reaches_those_on_the_other() {
    alone(async {
        let [a, b] = TestServer::start_pair(&redis()).await;
        let here = a.dispatcher().await;
        let there = b.sign_in("dispatch2@blueridge.test").await;
        let mut board = Ear::open(&there, "/events").await;
        let mut own = Ear::open(&here, "/events").await;
        let mut carrier = Ear::open(&b.sign_in("carrier1@blueridge.test").await, "/events").await;
        let mut driver = Ear::open(&b.sign_in("driver1@blueridge.test").await, "/events").await;
        let mut strangers = Vec::new();
        for (email, namespace) in [
            ("dispatch1@prairie.test", "/dispatch"),
            ("admin@prairie.test", "/events"),
            ("carrier1@prairie.test", "/events"),
            ("carrier2@blueridge.test", "/events"),
        ] {
            strangers.push(Ear::open(&b.sign_in(email).await, namespace).await);
        }

        let load = a.dispatched_load().await;
        let there_row: LoadRow = serde_json::from_value(there.load(load.id).await.data()["load"].clone()).unwrap();
        there.move_to(&there_row, "AT_PICKUP").await;

        for ear in [&mut board, &mut own] {
            for name in ["load:created", "load:assigned", "load:dispatched"] {
                ear.hears(name, is_load(&load)).await;
            }
            ear.hears("load:status:changed", |told| told["data"]["newStatus"] == "AT_PICKUP").await;
            in_order(ear);
        }
        assert_eq!(done(&board), done(&own), "both nodes tell the same");
        carrier.hears("carrier:load:assigned", is_load(&load)).await;
        driver.hears("carrier:load:assigned", is_load(&load)).await;
        for ear in &mut strangers {
            ear.listen().await;
            assert!(ear.names().is_empty(), "{:?}", ear.heard);
        }
        a.stop().await;
        b.stop().await;
    });
}

#[test]
fn what_happens_on_another_node_is_known_at_once_and_not_only_when_the_journal_is_looked_into() {
    alone(async {
        let [a, b] = TestServer::start_pair(&redis()).await;
        let here = a.dispatcher().await;
        let mut there = Ear::open(&b.sign_in("dispatch2@blueridge.test").await, "/events").await;
        // Until both nodes hold on to Redis.
        there.hears("load:created", is_load(&here.create_load().await)).await;

        let mut took = Vec::new();
        for _ in 0..21 {
            let load = here.create_load().await;
            let since = Instant::now();
            there.hears("load:created", is_load(&load)).await;
            took.push(since.elapsed());
        }
        took.sort_unstable();
        // Nobody works on the second node, which looks into the journal every five seconds.
        assert!(took[10] < Duration::from_millis(100), "{took:?}");
        eprintln!("after the answer, the other node's socket heard of it within {:?} (median of 21)", took[10]);
        in_order(&there);
        a.stop().await;
        b.stop().await;
    });
}

/// The numbers of what was heard of the journal, in the order in which it came to the socket, for each stream.
fn seqs(ear: &Ear) -> BTreeMap<String, Vec<u64>> {
    let mut seqs: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for told in ear.durable() {
        let (stream, seq) = (told.data["stream"].as_str().unwrap(), told.data["seq"].as_u64().unwrap());
        seqs.entry(stream.to_owned()).or_default().push(seq);
    }
    seqs
}

/// The numbers of what was done, without the figures that follow from it a moment later.
pub fn done(ear: &Ear) -> Vec<u64> {
    let acts = ear.durable().filter(|told| told.event != "kpi:updated");
    acts.map(|told| told.data["seq"].as_u64().unwrap()).collect()
}

/// Each event came once, and in order, to the socket itself.
pub fn in_order(ear: &Ear) {
    for (stream, seqs) in seqs(ear) {
        let first = seqs[0];
        let wanted: Vec<u64> = (first..first + seqs.len() as u64).collect();
        assert_eq!(seqs, wanted, "{stream}");
    }
}

#[test]
fn whoever_looks_at_a_load_or_the_fleet_on_another_node_sees_its_truck_move() {
    alone(async {
        let [a, b] = TestServer::start_pair(&redis()).await;
        let load = a.dispatched_load().await;
        let driver = a.sign_in("driver1@blueridge.test").await;
        let watcher = b.dispatcher().await;
        let mut map = Ear::open(&watcher, "/tracking").await;
        map.ask("join:load", json!({ "loadId": load.id })).await;
        let mut fleet = Ear::open(&watcher, "/tracking").await;
        fleet.ask("watch:fleet", json!({})).await;
        let mut every = Ear::open(&watcher, "/events").await;
        let mut carrier = Ear::open(&b.sign_in("carrier1@blueridge.test").await, "/events").await;
        let mut other = Ear::open(&b.sign_in("carrier2@blueridge.test").await, "/events").await;
        let mut foreign = Ear::open(&b.sign_in("dispatch1@prairie.test").await, "/tracking").await;
        foreign.ask("watch:fleet", json!({})).await;

        report(&driver, &a, &load, 39.11, 30).await;

        map.hears("load:location:updated", is_at(39.11)).await;
        map.hears("location:updated", is_at(39.11)).await;
        fleet.hears_of_the_fleet(fleet_is_at(39.11)).await;
        every.hears("load:location:updated", is_at(39.11)).await;
        carrier.hears("load:location:updated", is_at(39.11)).await;
        for ear in [&mut other, &mut foreign] {
            assert!(!ear.listen().await.iter().any(|told| is_at(39.11)(&told.data)));
            assert!(!ear.fleet().iter().any(fleet_is_at(39.11)));
        }
        a.stop().await;
        b.stop().await;
    });
}

#[test]
fn a_carrier_that_loses_a_load_on_one_node_is_put_out_of_it_on_the_other() {
    alone(async {
        let [a, b] = TestServer::start_pair(&redis()).await;
        let load = a.dispatched_load().await;
        let mut watching = Vec::new();
        for email in ["dispatch2@blueridge.test", "carrier1@blueridge.test", "driver1@blueridge.test"] {
            let ear = Ear::open(&b.sign_in(email).await, "/tracking").await;
            assert_eq!(ear.ask("join:load", json!({ "loadId": load.id })).await, json!({ "joined": true }));
            watching.push(ear);
        }
        let mut told = Ear::open(&b.sign_in("carrier1@blueridge.test").await, "/events").await;

        let load = a.dispatcher().await.assign(&load, &a.blue, 1, None).await;
        told.hears("carrier:load:withdrawn", is_load(&load)).await;
        report(&a.sign_in("driver2@blueridge.test").await, &a, &load, 39.12, 20).await;

        watching[0].hears("load:location:updated", is_at(39.12)).await;
        for ear in &mut watching[1..] {
            let heard = ear.listen().await;
            assert!(!heard.iter().any(|told| is_at(39.12)(&told.data)), "{heard:?}");
        }
        a.stop().await;
        b.stop().await;
    });
}

#[test]
fn who_signs_out_or_is_shut_out_on_one_node_is_cut_on_the_other_within_a_second() {
    alone(async {
        let [a, b] = TestServer::start_pair(&redis()).await;
        let leaves = a.dispatcher().await;
        let shut_out = a.sign_in("dispatch2@blueridge.test").await;
        // The token of one node is good on the other.
        let on_b = |client: &Client| Client { base: b.base.clone(), ..client.clone() };
        let mut ears = [Ear::open(&on_b(&leaves), "/events").await, Ear::open(&on_b(&shut_out), "/dispatch").await];
        let mut stays = Ear::open(&b.sign_in("ops@blueridge.test").await, "/events").await;

        assert!(leaves.post("/api/v1/auth/logout", json!({})).await.status.is_success());
        let user = serde_json::from_value(shut_out.user["id"].clone()).unwrap();
        a.auth.set_active(user, false).await.unwrap();
        let since = Instant::now();

        for ear in &mut ears {
            ear.ends().await;
        }
        for client in [&leaves, &shut_out] {
            while on_b(client).get("/api/v1/loads").await.status != 401 {
                assert!(since.elapsed() < Duration::from_secs(1), "its token is still taken");
            }
        }
        assert!(since.elapsed() < Duration::from_secs(1), "{:?}", since.elapsed());
        stays.listen().await;
        a.stop().await;
        b.stop().await;
    });
}

#[test]
fn nobody_who_merely_reaches_redis_can_tell_anybody_anything() {
    alone(async {
        let channel = headhaul::clock::new_id().to_string();
        let redis = redis();
        let with = ["--redis-url", &redis, "--redis-channel", &channel];
        // Each makes a secret of its own: two nodes that were set up carelessly.
        let a = TestServer::start_with(Engine::Postgres, &with).await;
        let b = a.start_beside(&with).await;
        let mut ear = Ear::open(&b.dispatcher().await, "/events").await;
        let mut connection =
            ::redis::Client::open(redis.as_str()).unwrap().get_multiplexed_async_connection().await.unwrap();
        let stream = json!({ "Tenant": a.blue.tenant });
        let envelope = json!({
            "event": "load:created", "data": { "loadId": a.blue.tenant, "loadNumber": "FORGED" }, "tenantId": a.blue.tenant,
            "timestamp": b.clock.now(), "id": a.blue.tenant, "stream": format!("tenant:{}", a.blue.tenant), "seq": 1,
            "epoch": "x",
        });
        let message = json!({
            "node": a.blue.tenant, "number": 1, "at": b.clock.now(), "events": [[stream, envelope]],
        });
        let mut signed = vec![0_u8; 32];
        signed.extend(message.to_string().into_bytes());
        for bytes in [signed, message.to_string().into_bytes(), Vec::new()] {
            ::redis::cmd("PUBLISH").arg(&channel).arg(bytes).query_async::<i64>(&mut connection).await.unwrap();
        }
        let checked = Command::new(env!("CARGO_BIN_EXE_headhaul"))
            .args(["check", "--database-url", &b.url, "--data-dir", b.folder.path().to_str().unwrap()])
            .args(with)
            .output()
            .await
            .unwrap();

        let said = String::from_utf8_lossy(&checked.stdout);
        assert!(!checked.status.success() && said.contains("another secret"), "{said}");
        let figures = metrics(&b).await;
        assert!(figures.contains("headhaul_relay_refused{reason=\"forged\"}"), "{figures}");
        // What a wrongly set up node does comes all the same, from the journal.
        let load = a.dispatcher().await.create_load().await;
        ear.hears("load:created", is_load(&load)).await;
        in_order(&ear);
        assert!(!ear.heard.iter().any(|told| told.data["data"]["loadNumber"] == "FORGED"), "{:?}", ear.heard);
        a.stop().await;
        b.stop().await;
    });
}

#[test]
fn a_redis_behind_tls_is_spoken_to_if_its_certificate_is_trusted() {
    alone(async {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let (key, certificate) = (path("key.pem"), path("certificate.pem"));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"])
            .args(["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"])
            .args(["-keyout", &key, "-out", &certificate])
            .output()
            .await
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        let redis = Redis::start_with(|port| {
            let port = port.to_string();
            let settings = ["--port", "0", "--tls-port", &port, "--tls-auth-clients", "no", "--tls-cert-file"];
            let files = [&certificate, "--tls-key-file", &key, "--tls-ca-cert-file", &certificate];
            settings.into_iter().chain(files).map(str::to_owned).collect()
        })
        .await;
        let database = fresh_database(Engine::Postgres, folder.path()).await;
        let url = format!("rediss://127.0.0.1:{}", redis.port);
        let check = async |trusted: &str| {
            let check = Command::new(env!("CARGO_BIN_EXE_headhaul"))
                .args(["check", "--data-dir", &path("data"), "--database-url", &database, "--redis-url", &url])
                .env("SSL_CERT_FILE", trusted)
                .output()
                .await
                .unwrap();
            (check.status.success(), String::from_utf8_lossy(&check.stdout).into_owned())
        };

        let (is_well, said) = check(&certificate).await;
        assert!(is_well && said.contains("redis: answers; nodes that run now: 0"), "{said}");
        let (is_well, said) = check(&path("nothing.pem")).await;
        assert!(!is_well, "a certificate that nobody vouches for: {said}");
    });
}

#[test]
fn several_nodes_on_a_file_are_refused_in_one_line() {
    for (arguments, wanted) in [
        (&["--redis-url", "redis://127.0.0.1:1"][..], "PostgreSQL"),
        (&["--redis-url", "redis://127.0.0.1:1", "--database-url", "sqlite:///tmp/x.db"], "PostgreSQL"),
        (&["--redis-url", "http://127.0.0.1", "--database-url", "postgres://x/y"], "redis:"),
    ] {
        let fault = config(arguments).check().unwrap_err().to_string();
        assert!(fault.starts_with("--redis-url:") && fault.contains(wanted), "{fault}");
        assert!(!fault.contains('\n'));
    }
}

#[test]
fn what_is_to_be_done_once_is_done_by_one_node_at_a_time() {
    alone(async {
        let [a, b] = TestServer::start_pair(&redis()).await;
        let dispatcher = a.dispatcher().await;
        for _ in 0..5 {
            dispatcher.create_load().await;
        }

        let keep = Keep { age_ms: i64::MAX, events: 2 };
        let (by_a, by_b) = tokio::join!(trim(&a.desk, keep), trim(&b.desk, keep));
        assert_eq!(by_a.unwrap() + by_b.unwrap(), 3, "nothing is forgotten twice");

        let drives = a.desk.store.turn(Job::Drive).await.unwrap();
        let other = b.desk.store.clone();
        let waits = tokio::spawn(async move { other.turn(Job::Drive).await.map(drop) });
        // The lock is asked for and not given: the database itself says so.
        assert!(a.desk.store.turn(Job::Fill).await.is_ok(), "another job has another lock");
        assert!(!waits.is_finished());
        drives.end().await;
        timeout(Duration::from_secs(20), waits).await.expect("the next one drives").unwrap().unwrap();
        a.stop().await;
        b.stop().await;
    });
}

#[test]
fn two_nodes_that_begin_with_a_demo_fill_the_database_once() {
    alone(async {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let url = fresh_database(Engine::Postgres, folders[0].path()).await;
        let start = |folder: &tempfile::TempDir| {
            let data = folder.path().display().to_string();
            let arguments = ["--listen", "127.0.0.1:0", "--demo", "--simulator", "off"];
            let with = [&arguments[..], &["--data-dir", &data, "--database-url", &url]].concat();
            serve::prepare(config(&with), Clock::default())
        };

        let (first, second) = tokio::join!(start(&folders[0]), start(&folders[1]));
        for node in [first.unwrap(), second.unwrap()] {
            node.desk.store.close().await;
        }
    });
}
