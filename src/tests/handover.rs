//! A load that goes from one carrier to another takes nothing of the first one along.

use contract::loads::LoadRow;
use serde_json::{Value, json};

use crate::fixture::{Client, TestServer, on_both_engines};

async fn report(client: &Client, server: &TestServer, load: &LoadRow, (lat, lng): (f64, f64), minutes_ago: i64) {
    let at = server.clock.now().plus_minutes(-minutes_ago);
    let fix = json!({ "loadId": load.id, "lat": lat, "lng": lng, "recordedAt": at });
    let answer = client.post("/api/v1/positions", json!({ "positions": [fix] })).await;
    assert_eq!(answer.data()["accepted"], 1, "{}", answer.body);
}

/// Where the truck is, and when it is expected.
async fn marker(client: &Client, load: &LoadRow) -> (Option<f64>, Option<String>) {
    let detail = client.load(load.id).await;
    let row = &detail.data()["load"];
    (row["currentLocation"]["lat"].as_f64(), row["eta"].as_str().map(str::to_owned))
}

async fn trail(client: &Client, load: &LoadRow) -> Vec<Value> {
    let answer = client.get(&format!("/api/v1/loads/positions?loadId={}", load.id)).await;
    answer.data().as_array().unwrap().iter().map(|fix| fix["lat"].clone()).collect()
}

#[test]
fn the_next_carrier_gets_neither_marker_nor_estimate_nor_trail_of_the_one_before() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let first = server.sign_in("carrier1@blueridge.test").await;
        let second = server.sign_in("carrier2@blueridge.test").await;
        let load = server.dispatched_load().await;
        report(&first, &server, &load, (39.10, -94.60), 20).await;
        assert!(matches!(marker(&first, &load).await, (Some(_), Some(_))));

        let load = dispatcher.assign(&load, &server.blue, 1, None).await;

        assert!(load.current_location.is_none() && load.eta.is_none(), "{load:?}");
        assert_eq!(marker(&second, &load).await, (None, None));
        assert_eq!(trail(&second, &load).await, Vec::<Value>::new());
        // Far away, and older than the other truck's last: it is another truck.
        report(&second, &server, &load, (47.60, -122.30), 30).await;
        assert_eq!(marker(&dispatcher, &load).await.0, Some(47.60));
        assert_eq!(trail(&second, &load).await, [json!(47.60)]);
        assert_eq!(trail(&dispatcher, &load).await, [json!(47.60), json!(39.10)], "the desk sees all of it");
        server.stop().await;
    });
}

#[test]
fn a_load_that_waits_for_a_carrier_again_has_no_truck() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let load = server.dispatched_load().await;
        let carrier = server.sign_in("carrier1@blueridge.test").await;
        report(&carrier, &server, &load, (39.10, -94.60), 20).await;
        let back = json!({ "loadId": load.id, "version": load.version, "status": "ACCEPTED", "reason": "No truck" });
        let load = ops.post("/api/v1/loads/status", back).await.row();

        let back = json!({ "loadId": load.id, "version": load.version, "status": "PENDING", "reason": "No truck" });
        let load = ops.post("/api/v1/loads/status", back).await.row();

        assert_eq!(marker(&ops, &load).await, (None, None));
        server.stop().await;
    });
}

#[test]
fn an_undo_brings_the_first_truck_back_to_where_it_was() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let first = server.sign_in("carrier1@blueridge.test").await;
        let second = server.sign_in("carrier2@blueridge.test").await;
        let load = server.dispatched_load().await;
        report(&first, &server, &load, (39.10, -94.60), 20).await;
        let before = marker(&dispatcher, &load).await;
        let load = dispatcher.assign(&load, &server.blue, 1, None).await;
        report(&second, &server, &load, (47.60, -122.30), 1).await;

        let ask = json!({ "loadId": load.id, "version": load.version });
        let load = dispatcher.post("/api/v1/loads/undo", ask).await.row();

        assert_eq!(load.current_location.map(|fix| fix.lat), Some(39.10));
        assert_eq!(marker(&first, &load).await, before);
        assert_eq!(trail(&first, &load).await, [json!(39.10)], "nothing of the second carrier's");
        report(&first, &server, &load, (39.20, -94.50), 5).await;
        assert_eq!(marker(&first, &load).await.0, Some(39.20));
        server.stop().await;
    });
}

#[test]
fn a_delivered_load_is_expected_nowhere_however_late_a_position_comes() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        for _ in 0..6 {
            let load = server.dispatched_load().await;
            let load = dispatcher.move_to(&load, "IN_TRANSIT").await;
            let start = server.clock.now().plus_minutes(-60);
            let reports = (0..8_i32).map(|n| {
                let fix = json!({
                    "loadId": load.id, "lat": 39.0 - f64::from(n) / 5.0, "lng": -94.6,
                    "recordedAt": start.plus_minutes(i64::from(n) * 6),
                });
                let driver = driver.clone();
                tokio::spawn(async move { driver.post("/api/v1/positions", json!({ "positions": [fix] })).await })
            });
            let reports: Vec<_> = reports.collect();
            let load = dispatcher.move_to(&load, "DELIVERED").await;
            for report in reports {
                let answer = report.await.unwrap();
                let codes = answer.data()["rejected"].as_array().unwrap().iter().map(|rejected| &rejected["code"]);
                assert!(codes.into_iter().all(|code| code == "not_under_way"), "{}", answer.body);
            }
            assert_eq!(marker(&dispatcher, &load).await.1, None);
        }
        server.stop().await;
    });
}
