//! What was acknowledged survives a killed process.

use std::{
    collections::BTreeMap,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use contract::event::Cursor;
use headhaul::{clock::Clock, serve};
use serde_json::json;
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::{
    bustle::Worker,
    fixture::{Client, Engine, TestServer, alone, config, fresh_database, on_both_engines, sized},
    process::{Ground, Process, prepared},
    reader::{Reader, Speech, hash_of, shown},
};

#[test]
fn everything_that_was_acknowledged_is_there_after_a_kill() {
    on_both_engines(async |engine| {
        let (folder, url, load) = prepared(engine).await;
        let path = folder.path().display().to_string();
        let mut stored = 0_u64;
        let mut version = load.version;
        let mut status = "DISPATCHED";
        let mut first = 0;
        for (round, next) in ["AT_PICKUP", "PICKED_UP", "IN_TRANSIT"].into_iter().enumerate() {
            let process = Process::start(&path, &url);
            let driver = Client::sign_in(&process.base, "driver1@blueridge.test").await;
            let detail = driver.load(load.id).await;
            assert_eq!(detail.data()["load"]["status"], status);
            assert_eq!(detail.data()["load"]["version"], version);
            let kept = driver
                .get(&format!("/api/v1/loads/positions?loadId={}", load.id))
                .await
                .data()
                .as_array()
                .unwrap()
                .len() as u64;
            assert!(kept >= stored, "round {round}: {stored} were acknowledged, {kept} are there");

            let moved = driver
                .post("/api/v1/loads/status", json!({ "loadId": load.id, "version": version, "status": next }))
                .await
                .row();
            version = moved.version;
            status = next;
            let acknowledged = Arc::new(AtomicU64::new(0));
            let base = Clock::default().now().plus_minutes(-120);
            let senders = (0..4).map(|sender| {
                let (driver, acknowledged, load) = (driver.clone(), acknowledged.clone(), load.id);
                let start = first + sender;
                tokio::spawn(async move {
                    for n in 0..10_000 {
                        let at = base.plus_ms(i64::from(start + n * 4) * 10);
                        let ask =
                            json!({ "positions": [{ "loadId": load, "lat": 39.1, "lng": -94.6, "recordedAt": at }] });
                        let http = reqwest::Client::new()
                            .post(format!("{}/api/v1/positions", driver.base))
                            .bearer_auth(&driver.token)
                            .json(&ask);
                        let Ok(answer) = http.send().await else { return };
                        let Ok(body) = answer.json::<serde_json::Value>().await else { return };
                        acknowledged.fetch_add(body["data"]["accepted"].as_u64().unwrap_or(0), Ordering::SeqCst);
                    }
                })
            });
            let senders: Vec<_> = senders.collect();
            let enough = async {
                while acknowledged.load(Ordering::SeqCst) < 100 {
                    tokio::task::yield_now().await;
                }
            };
            timeout(Duration::from_mins(1), enough).await.expect("positions are acknowledged");
            process.kill();
            for sender in senders {
                sender.await.unwrap();
            }
            stored = kept.max(stored) + acknowledged.load(Ordering::SeqCst);
            stored = stored.min(2_000);
            // The next round's fixes begin after this one's, and all of them lie in the past.
            first += 40_000;
        }
        let process = Process::start(&path, &url);
        let driver = Client::sign_in(&process.base, "driver1@blueridge.test").await;
        assert_eq!(driver.load(load.id).await.data()["load"]["status"], "IN_TRANSIT");
        process.kill();
    });
}

/// Longer than coming back and catching up take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two attempts to reach a server that isn't there.
const PAUSE: Duration = Duration::from_millis(20);

/// A desk at work until it is told to stop; gives back who worked, with all that was acknowledged to them.
fn at_work(mut worker: Worker, over: Arc<AtomicBool>, changes: watch::Sender<usize>) -> JoinHandle<Worker> {
    tokio::spawn(async move {
        while !over.load(Ordering::SeqCst) {
            if worker.change().await {
                changes.send_modify(|count| *count += 1);
            } else {
                // Nobody knows what became of the last one; once the server is back it tells, and what it had
                // acknowledged before must be there.
                while !worker.look_again().await {
                    sleep(PAUSE).await;
                }
            }
        }
        worker
    })
}

#[test]
fn a_node_that_is_killed_again_and_again_is_soon_back_and_its_readers_miss_nothing() {
    let rounds: usize = sized("PROOF_ROUNDS", 2);
    on_both_engines(async |engine| {
        let ground = Ground::prepare(engine).await;
        let more = ["--sockets-per-user", "100000"];
        let mut node = ground.node("127.0.0.1:0", &more);
        let address = node.address().to_owned();
        let mut readers = Vec::new();
        for who in ["ops", "readonly", "carrier1", "carrier2", "driver1", "driver2"] {
            let client = Client::sign_in(&node.base, &format!("{who}@blueridge.test")).await;
            for _ in 0..sized("PROOF_READERS", 18) / 6 {
                readers.push(Reader::start(client.clone(), client.base.clone(), Speech::Cursors));
            }
        }
        for reader in &mut readers {
            timeout(PATIENCE, reader.begins()).await.unwrap();
        }
        let over = Arc::new(AtomicBool::new(false));
        let (changes, mut made) = watch::channel(0);
        let mut workers = Vec::new();
        for seed in 0..2 {
            let client = Client::sign_in(&node.base, "ops@blueridge.test").await;
            let worker = Worker::new(client, ground.blue.clone(), seed);
            workers.push(at_work(worker, over.clone(), changes.clone()));
        }

        let (mut longest_back, mut longest_even) = (Duration::ZERO, Duration::ZERO);
        for _ in 0..rounds {
            let enough = *made.borrow() + 20;
            timeout(PATIENCE, made.wait_for(|made| *made >= enough)).await.expect("changes are acknowledged").unwrap();
            node.kill();
            let killed = Instant::now();
            node = ground.node(&address, &more);
            longest_back = longest_back.max(killed.elapsed());
            let head = readers[0].client.get("/api/v1/loads?size=1").await;
            let head: Cursor = serde_json::from_value(head.body["cursor"].clone()).unwrap();
            for reader in readers.iter_mut().filter(|reader| reader.client.user["email"] == "ops@blueridge.test") {
                timeout(PATIENCE, reader.reads_up_to(&head)).await.expect("it catches up");
            }
            longest_even = longest_even.max(killed.elapsed());
        }
        over.store(true, Ordering::SeqCst);
        println!(
            "{engine:?}: {rounds} kills; back after {longest_back:?} at most, readers even after {longest_even:?}"
        );
        // A busy machine is no proof of slowness, so the promised times are asked for at full size alone.
        assert!(longest_back < Duration::from_millis(sized("PROOF_BACK_MS", 20_000)), "{longest_back:?}");
        assert!(longest_even < Duration::from_millis(sized("PROOF_EVEN_MS", 30_000)), "{longest_even:?}");

        let mut acknowledged = BTreeMap::new();
        for worker in workers {
            let worker = worker.await.expect("nothing acknowledged was lost");
            acknowledged.extend(worker.acknowledged);
        }
        for reader in &mut readers {
            let list = reader.client.get("/api/v1/loads?size=1000").await.body;
            let head: Cursor = serde_json::from_value(list["cursor"].clone()).unwrap();
            timeout(PATIENCE, reader.reads_up_to(&head)).await.expect("it catches up");
            let page = reader.page.lock().unwrap();
            assert_eq!((page.tally.lost, page.tally.doubled, page.tally.refused), (0, 0, 0), "{:?}", page.tally);
            assert_eq!(hash_of(&page.rows), hash_of(&shown(Speech::Cursors, &list)));
            if reader.client.user["email"] == "ops@blueridge.test" {
                for (id, load) in &acknowledged {
                    let there = page.rows[id]["version"].as_i64().unwrap();
                    assert!(
                        there >= load.version,
                        "version {} of {id} was acknowledged, {there} is there",
                        load.version
                    );
                }
            }
        }
        assert!(!acknowledged.is_empty());
    });
}

#[test]
fn a_wrong_setting_stops_the_start_with_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    for (setting, value) in [
        ("--database-url", "mysql://nowhere/db"),
        ("--database-url", "postgres://127.0.0.1:1/nothing"),
        ("--public-url", "example.test"),
        ("--allowed-origin", "ftp://example.test"),
        ("--ping-interval-ms", "0"),
        ("--jwt-secret-file", "/nonexistent/secret"),
        ("--listen", "203.0.113.1:1"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_headhaul"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir", &path])
            .args([setting, value])
            .env("RUST_LOG", "off")
            .output();
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{setting} {value}: {said}");
        assert!(said.contains(setting.trim_start_matches('-')), "{setting} {value}: {said}");
        assert!(said.trim().lines().count() <= 6 && !said.contains("panicked"), "{said}");
    }
}

#[test]
fn a_database_that_went_away_is_told_on_readiness_and_not_by_a_panic() {
    alone(async {
        let server = TestServer::start(Engine::Sqlite).await;
        let dispatcher = server.dispatcher().await;
        assert_eq!(dispatcher.get("/health/ready").await.status, 200);
        server.desk.store.close().await;

        let ready = dispatcher.get("/health/ready").await;
        assert_eq!(ready.status, 503);
        assert_eq!(dispatcher.get("/health/live").await.status, 200);
        let answer = dispatcher.get("/api/v1/loads").await;
        let error = answer.refused(500, "internal");
        assert!(error["details"]["requestId"].is_string());
    });
}

#[test]
fn a_desk_can_be_prepared_twice_on_the_same_data() {
    alone(async {
        let folder = tempfile::tempdir().unwrap();
        let url = fresh_database(Engine::Sqlite, folder.path()).await;
        let path = folder.path().display().to_string();
        for _ in 0..2 {
            let config = config(&["--listen", "127.0.0.1:0", "--data-dir", &path, "--database-url", &url]);
            drop(serve::prepare(config, Clock::default()).await.unwrap());
        }
    });
}
