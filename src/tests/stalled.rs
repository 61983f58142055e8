//! Readers who stop reading cost the others nothing, the server a bounded amount of memory, and themselves nothing either:
//! once they read again they are soon even. `scripts/proof.sh slow` runs it at full size.

use std::time::Duration;

use contract::event::Cursor;
use futures_util::future::join_all;
use tokio::time::timeout;

use crate::{
    bustle::Worker,
    cable::Cable,
    fixture::{Client, Engine, alone, sized},
    process::{Ground, Process},
    reader::{Reader, Speech, hash_of, shown},
};

/// Longer than catching up takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// What changes do while so many are made: the 99th of a hundred delays, in milliseconds, and the server's memory in KiB.
async fn bustle(worker: &mut Worker, changes: usize, readers: &mut [Reader], node: &Process) -> (i64, u64) {
    for reader in readers.iter() {
        reader.delays.lock().unwrap().clear();
    }
    for _ in 0..changes {
        assert!(worker.change().await);
    }
    let list = worker.client.get("/api/v1/loads?size=1").await.body;
    let head: Cursor = serde_json::from_value(list["cursor"].clone()).unwrap();
    let even = readers.iter_mut().map(async |reader| {
        timeout(PATIENCE, reader.reads_up_to(&head)).await.expect("it is told everything");
    });
    join_all(even).await;
    let mut delays: Vec<i64> = readers.iter().flat_map(|reader| reader.delays.lock().unwrap().clone()).collect();
    delays.sort_unstable();
    (delays[delays.len() * 99 / 100], node.memory_kib())
}

#[test]
fn readers_who_stop_reading_cost_nobody_anything() {
    let all: usize = sized("PROOF_READERS", 60);
    let changes: usize = sized("PROOF_CHANGES", 40);
    let slow = all / 10;
    alone(async {
        let ground = Ground::prepare(Engine::Sqlite).await;
        let node = ground.node("127.0.0.1:0", &["--sockets-per-user", "100000"]);
        let client = Client::sign_in(&node.base, "ops@blueridge.test").await;
        let cable = Cable::lay(node.address().parse().unwrap());
        let start = |base: &str| Reader::start(client.clone(), base.to_owned(), Speech::Cursors);
        let mut stalled: Vec<Reader> = (0..slow).map(|_| start(&cable.base)).collect();
        let mut others: Vec<Reader> = (slow..all).map(|_| start(&node.base)).collect();
        for reader in stalled.iter_mut().chain(&mut others) {
            timeout(PATIENCE, reader.back.wait_for(|times| *times > 0)).await.unwrap().unwrap();
        }
        let mut worker = Worker::new(client.clone(), ground.blue.clone(), 1);

        let (before_ms, before_kib) = bustle(&mut worker, changes, &mut others, &node).await;
        cable.freeze();
        let (during_ms, during_kib) = bustle(&mut worker, changes, &mut others, &node).await;
        cable.mend();

        let list = client.get("/api/v1/loads?size=1000").await.body;
        let head: Cursor = serde_json::from_value(list["cursor"].clone()).unwrap();
        for reader in stalled.iter_mut().chain(&mut others) {
            timeout(PATIENCE, reader.reads_up_to(&head)).await.expect("it catches up");
            let page = reader.page.lock().unwrap();
            assert_eq!((page.tally.lost, page.tally.doubled), (0, 0));
            assert_eq!(hash_of(&page.rows), hash_of(&shown(Speech::Cursors, &list)));
        }
        let grown = during_kib.saturating_sub(before_kib);
        println!(
            "{slow} of {all} stopped reading: the others' p99 went from {before_ms} to {during_ms} ms; the server's memory \
             from {before_kib} to {during_kib} KiB, {} KiB for each of them",
            grown / slow as u64
        );
        // How long others wait is asked at full size alone, where nothing else runs: a fifth more, beyond what a clock of
        // milliseconds blurs. A busy machine makes everybody wait.
        if let Ok(blur) = std::env::var("PROOF_BLUR_MS") {
            let blur: i64 = blur.parse().expect("milliseconds");
            assert!(during_ms <= before_ms * 6 / 5 + blur, "the others wait: {before_ms} ms, then {during_ms} ms");
        }
        let most: u64 = sized("PROOF_KIB_EACH", 4_096);
        assert!(grown <= slow as u64 * most, "{grown} KiB more for {slow} readers");
    });
}
