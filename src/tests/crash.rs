//! What was acknowledged survives a killed process.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use contract::loads::LoadRow;
use headhaul::{clock::Clock, serve};
use serde_json::json;

use crate::fixture::{Client, Engine, TestServer, config, fresh_database, on_both_engines};

/// The real binary on a database that is there already.
struct Process {
    child: Child,
    base: String,
}

impl Process {
    fn start(folder: &str, url: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_headhaul"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir", folder, "--database-url", url])
            .args(["--sign-ins-per-minute", "10000"])
            .env("RUST_LOG", "headhaul=info")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let base = lines.by_ref().map(Result::unwrap).find_map(|line| {
            let (_, rest) = line.split_once("Listening at ")?;
            Some(rest.trim_end_matches("\u{1b}[0m").trim().to_owned())
        });
        // The rest is read so that the process never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, base: base.expect("it listens") }
    }

    fn kill(mut self) {
        // SIGKILL: no handler runs, nothing is flushed.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

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
            let acknowledged = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
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
                        acknowledged.fetch_add(
                            body["data"]["accepted"].as_u64().unwrap_or(0),
                            std::sync::atomic::Ordering::SeqCst,
                        );
                    }
                })
            });
            let senders: Vec<_> = senders.collect();
            let enough = async {
                while acknowledged.load(std::sync::atomic::Ordering::SeqCst) < 100 {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(std::time::Duration::from_mins(1), enough).await.expect("positions are acknowledged");
            process.kill();
            for sender in senders {
                sender.await.unwrap();
            }
            stored = kept.max(stored) + acknowledged.load(std::sync::atomic::Ordering::SeqCst);
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

/// A database with a dispatched load, and no server on it.
async fn prepared(engine: Engine) -> (tempfile::TempDir, String, LoadRow) {
    let server = TestServer::start(engine).await;
    let load = server.dispatched_load().await;
    let (folder, url) = server.let_go().await;
    (folder, url, load)
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
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
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
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let url = fresh_database(Engine::Sqlite, folder.path()).await;
        let path = folder.path().display().to_string();
        for _ in 0..2 {
            let config = config(&["--listen", "127.0.0.1:0", "--data-dir", &path, "--database-url", &url]);
            drop(serve::prepare(config, Clock::default()).await.unwrap());
        }
    });
}
