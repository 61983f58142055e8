//! Everybody reconnects at once, as after a fault of the network, and is soon back with all that was missed.
//! `scripts/proof.sh storm` runs it at full size.

use std::time::{Duration, Instant};

use contract::event::Cursor;
use futures_util::future::join_all;
use tokio::{sync::watch, time::timeout};

use crate::{
    bustle::Worker,
    fixture::{Client, Engine, alone, sized},
    process::Ground,
    reader::{Reader, Speech, Tally, hash_of, shown},
};

/// Longer than everybody needs to come in on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// Everybody who hears of loads.
const PEOPLE: [&str; 10] =
    ["ops", "admin", "dispatch1", "dispatch2", "support", "readonly", "carrier1", "carrier2", "driver1", "driver2"];

#[test]
fn a_storm_of_reconnects_is_over_soon_and_nobody_is_refused_or_misses_anything() {
    let many: usize = sized("PROOF_READERS", 150);
    alone(async {
        let ground = Ground::prepare(Engine::Sqlite).await;
        let node = ground.node("127.0.0.1:0", &["--sockets-per-user", "100000"]);
        let mut clients = Vec::new();
        for who in PEOPLE {
            clients.push(Client::sign_in(&node.base, &format!("{who}@blueridge.test")).await);
        }
        // Each reader drops its own connection: a relay in between would move every byte on the two cores that are measured.
        let (network, line) = watch::channel(true);
        let mut worker = Worker::new(clients[0].clone(), ground.blue.clone(), 1);
        let mut readers = Vec::new();
        // In hundreds, so that the first coming in is no storm itself.
        for hundred in 0..many.div_ceil(100) {
            for n in hundred * 100..many.min(hundred * 100 + 100) {
                let client = &clients[n % clients.len()];
                readers.push(Reader::start_on(line.clone(), client.clone(), node.base.clone(), Speech::Cursors));
            }
            for reader in &mut readers[hundred * 100..] {
                timeout(PATIENCE, reader.back.wait_for(|times| *times > 0)).await.unwrap().unwrap();
            }
        }
        for _ in 0..10 {
            assert!(worker.change().await);
        }

        let before: Vec<u64> = readers.iter().map(|reader| *reader.back.borrow()).collect();
        network.send_replace(false);
        for _ in 0..30 {
            assert!(worker.change().await);
        }
        let mended = Instant::now();
        network.send_replace(true);
        let back = readers.iter_mut().zip(before).map(async |(reader, before)| {
            timeout(PATIENCE, reader.back.wait_for(|times| *times > before)).await.expect("it is back").unwrap();
            mended.elapsed()
        });
        let mut took = join_all(back).await;
        took.sort_unstable();
        let longest = took[many - 1];

        let mut tally = Tally::default();
        for client in &clients {
            let list = client.get("/api/v1/loads?size=1000").await.body;
            let head: Cursor = serde_json::from_value(list["cursor"].clone()).unwrap();
            for reader in readers.iter_mut().filter(|reader| reader.client.token == client.token) {
                timeout(PATIENCE, reader.reads_up_to(&head)).await.expect("it catches up");
                let page = reader.page.lock().unwrap();
                assert_eq!(hash_of(&page.rows), hash_of(&shown(Speech::Cursors, &list)));
                tally += page.tally;
            }
        }
        println!("{many} came back at once: half within {:?}, all within {longest:?}; {tally:?}", took[many / 2]);
        assert_eq!((tally.lost, tally.doubled, tally.refused), (0, 0, 0));
        // A busy machine is no proof of slowness, so the promised time is asked for at full size alone.
        assert!(longest < Duration::from_millis(sized("PROOF_BACK_MS", 30_000)), "{longest:?}");
    });
}
