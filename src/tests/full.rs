//! A full disk: readers go on, writers are told, and nothing breaks.

use headhaul::store::Store;
use serde_json::{Value, json};

use crate::fixture::{Client, Engine, TestServer, alone};

/// Lets the database file grow by so many pages and no further: SQLite then answers as on a full disk.
async fn room(server: &TestServer, pages: i64) {
    let Store::Sqlite { write, .. } = &server.desk.store else { panic!("not SQLite") };
    let used: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(write).await.unwrap();
    let free: i64 = sqlx::query_scalar("PRAGMA freelist_count").fetch_one(write).await.unwrap();
    let most = used + (pages - free).max(0);
    sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {most}"))).execute(write).await.unwrap();
}

async fn ready(server: &TestServer) -> (u16, Value) {
    let answer = Client::nobody(&server.base).get("/health/ready").await;
    (answer.status.as_u16(), answer.body)
}

#[test]
fn on_a_full_disk_readers_go_on_and_writers_are_told_until_there_is_room_again() {
    alone(async {
        let server = TestServer::start(Engine::Sqlite).await;
        let dispatcher = server.dispatcher().await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        let load = server.dispatched_load().await;
        assert_eq!(ready(&server).await.0, 200);

        room(&server, 0).await;
        // What is left in pages that are there already goes first.
        let mut entered = 1;
        let refused = loop {
            let answer = dispatcher.post("/api/v1/loads", crate::fixture::new_load()).await;
            if answer.status.is_success() {
                entered += 1;
                assert!(entered < 200, "the disk doesn't fill");
            } else {
                break answer;
            }
        };
        let refusal = refused.refused(503, "unavailable");
        assert!(refusal["details"]["retryAfterMs"].is_u64(), "{refusal}");

        let (status, body) = ready(&server).await;
        assert_eq!((status, &body["database"]["read"]), (503, &json!("ok")), "{body}");
        assert_ne!(body["database"]["write"], "ok");
        assert_eq!(Client::nobody(&server.base).get("/health/live").await.status, 200);
        for n in 0..50 {
            // The limit belongs to the connection, and one that failed may have been exchanged.
            room(&server, 0).await;
            let at = server.clock.now().plus_minutes(-n);
            let many: Vec<_> = (0..400)
                .map(|ms| json!({ "loadId": load.id, "lat": 39.1, "lng": -94.6, "recordedAt": at.plus_ms(ms) }))
                .collect();
            let answer = driver.post("/api/v1/positions", json!({ "positions": many })).await;
            if !answer.status.is_success() {
                answer.refused(503, "unavailable");
                break;
            }
            assert!(n < 49, "positions don't fill the disk");
        }

        let listed = dispatcher.get("/api/v1/loads?size=1000").await;
        assert_eq!(listed.data().as_array().unwrap().len(), entered, "nothing is half written");
        assert_eq!(dispatcher.load(load.id).await.data()["load"]["status"], "DISPATCHED");

        room(&server, 100_000).await;
        assert_eq!(ready(&server).await.0, 200);
        dispatcher.create_load().await;
        dispatcher.move_to(&load, "AT_PICKUP").await;
        server.stop().await;
    });
}
