//! Positions: stored when acknowledged, refused for a reason, and never moving a marker back.

use contract::{LoadId, loads::LoadRow};
use headhaul::upkeep;
use serde_json::{Value, json};

use crate::{
    ear::Ear,
    fixture::{Answer, Client, TestServer, on_both_engines},
};

async fn report(client: &Client, positions: Value) -> Answer {
    client.post("/api/v1/positions", json!({ "positions": positions })).await
}

async fn marker(client: &Client, load: LoadId) -> Value {
    client.load(load).await.data()["load"]["currentLocation"].clone()
}

fn at(load: &LoadRow, server: &TestServer, lat: f64, lng: f64, minutes_ago: i64) -> Value {
    let at = server.clock.now().plus_minutes(-minutes_ago);
    json!({ "loadId": load.id, "lat": lat, "lng": lng, "recordedAt": at, "speed": 55.0, "heading": 270.0 })
}

#[test]
fn a_stored_position_moves_the_marker_and_a_repeat_changes_nothing() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        let dispatcher = server.dispatcher().await;
        let fix = at(&load, &server, 39.10, -94.60, 1);

        let answer = report(&driver, json!([fix])).await;
        assert_eq!(answer.data(), &json!({ "accepted": 1, "duplicates": 0, "rejected": [] }));
        let answer = report(&driver, json!([fix, fix])).await;
        assert_eq!(answer.data(), &json!({ "accepted": 0, "duplicates": 2, "rejected": [] }));

        assert_eq!(marker(&dispatcher, load.id).await["lng"], -94.60);
        let trail = dispatcher.get(&format!("/api/v1/loads/positions?loadId={}", load.id)).await;
        assert_eq!(trail.data().as_array().unwrap().len(), 1);
        server.stop().await;
    });
}

#[test]
fn who_asks_what_changed_since_a_moment_gets_the_trucks_that_moved() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        server.dispatched_load().await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        let dispatcher = server.dispatcher().await;
        server.clock.advance_ms(60_000);
        let since = server.clock.now();
        let changed = async |call: &str| -> Vec<Value> {
            let answer = dispatcher.get(&format!("/api/v1/{call}?updatedSince={since}")).await;
            answer.data().as_array().unwrap().iter().map(|row| row["id"].clone()).collect()
        };
        assert_eq!(changed("loads/active").await, Vec::<Value>::new());

        // By the device's clock it was before.
        report(&driver, json!([at(&load, &server, 39.10, -94.60, 5)])).await.data();

        assert_eq!(changed("loads/active").await, [json!(load.id)]);
        assert_eq!(changed("loads").await, [json!(load.id)]);
        server.stop().await;
    });
}

#[test]
fn an_older_fix_never_moves_the_marker_but_joins_the_trail() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let driver = server.sign_in("driver1@blueridge.test").await;

        report(&driver, json!([at(&load, &server, 39.10, -94.60, 1)])).await.data();
        let late = json!([at(&load, &server, 39.05, -94.40, 12), at(&load, &server, 39.06, -94.50, 6)]);
        assert_eq!(report(&driver, late).await.data()["accepted"], 2);

        assert_eq!(marker(&driver, load.id).await["lng"], -94.60);
        let trail = driver.get(&format!("/api/v1/loads/positions?loadId={}", load.id)).await;
        let lngs: Vec<_> = trail.data().as_array().unwrap().iter().map(|fix| fix["lng"].as_f64().unwrap()).collect();
        assert_eq!(lngs, [-94.40, -94.50, -94.60], "the trail is in the order of the device's clock");
        server.stop().await;
    });
}

#[test]
fn a_teleport_is_kept_but_moves_nothing_until_a_second_fix_agrees() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let driver = server.sign_in("driver1@blueridge.test").await;

        report(&driver, json!([at(&load, &server, 39.10, -94.60, 10)])).await.data();
        report(&driver, json!([at(&load, &server, 25.0, -80.0, 8)])).await.data();
        assert_eq!(marker(&driver, load.id).await["lat"], 39.10);
        report(&driver, json!([at(&load, &server, 25.01, -80.0, 6)])).await.data();
        assert_eq!(marker(&driver, load.id).await["lat"], 25.01);
        server.stop().await;
    });
}

#[test]
fn a_device_whose_clock_runs_ahead_does_not_keep_its_next_fixes_out() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        report(&driver, json!([at(&load, &server, 39.10, -94.60, -2)])).await.data();
        assert_eq!(marker(&driver, load.id).await["lat"], 39.10);

        server.clock.advance_ms(30_000);
        report(&driver, json!([at(&load, &server, 39.101, -94.60, 0)])).await.data();

        assert_eq!(marker(&driver, load.id).await["lat"], 39.101);
        server.stop().await;
    });
}

#[test]
fn each_bad_position_is_refused_with_its_own_code_and_the_others_are_stored() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let waiting = server.dispatcher().await.create_load().await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        let fix = |changes: Value| {
            let mut fix = at(&load, &server, 39.10, -94.60, 1);
            fix.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            fix
        };
        let now = server.clock.now();

        let answer = report(
            &driver,
            json!([
                fix(json!({})),
                fix(json!({ "lat": 90.0001 })),
                fix(json!({ "lat": 0, "lng": 0 })),
                fix(json!({ "recordedAt": now.plus_minutes(3) })),
                fix(json!({ "recordedAt": now.plus_minutes(-8 * 24 * 60) })),
                fix(json!({ "heading": 361 })),
                fix(json!({ "loadId": "00000000-0000-7000-8000-000000000000" })),
                fix(json!({ "loadId": waiting.id })),
            ]),
        )
        .await;
        assert_eq!(answer.data()["accepted"], 1);
        let codes: Vec<_> = answer.data()["rejected"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| (r["index"].as_u64().unwrap(), r["code"].as_str().unwrap()))
            .collect();
        assert_eq!(
            codes,
            [
                (1, "bad_coordinates"),
                (2, "bad_coordinates"),
                (3, "bad_time"),
                (4, "bad_time"),
                (5, "invalid"),
                (6, "not_found"),
                (7, "not_found")
            ]
        );
        for body in [json!([]), json!("x"), json!([{ "loadId": load.id, "lat": "12", "lng": 1 }])] {
            report(&driver, body).await.refused(400, "invalid");
        }
        server.stop().await;
    });
}

#[test]
fn only_the_loads_own_driver_and_carrier_may_say_where_it_is() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let fix = json!([at(&load, &server, 39.10, -94.60, 1)]);

        for (who, accepted) in [("driver1", 1), ("carrier1", 0), ("driver2", 0), ("carrier2", 0)] {
            let client = server.sign_in(&format!("{who}@blueridge.test")).await;
            let answer = report(&client, fix.clone()).await;
            assert_eq!(answer.data()["accepted"], accepted, "{who}");
            let expected = if matches!(who, "driver1" | "carrier1") {
                json!([])
            } else {
                json!([{ "index": 0, "code": "not_found" }])
            };
            assert_eq!(answer.data()["rejected"], expected, "{who}");
        }
        for who in ["dispatch1", "admin", "readonly"] {
            report(&server.sign_in(&format!("{who}@blueridge.test")).await, fix.clone())
                .await
                .refused(403, "forbidden");
        }
        let stranger = server.sign_in("driver1@prairie.test").await;
        assert_eq!(report(&stranger, fix).await.data()["rejected"][0]["code"], "not_found");
        server.stop().await;
    });
}

#[test]
fn many_reports_at_once_are_all_stored() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        let start = server.clock.now().plus_minutes(-60);

        let calls = (0..20).map(|call| {
            let fixes: Vec<_> = (0..50)
                .map(|n| json!({ "loadId": load.id, "lat": 39.0 + f64::from(call) / 1e3, "lng": -94.0, "recordedAt": start.plus_ms(i64::from(call * 50 + n) * 1_000) }))
                .collect();
            let driver = driver.clone();
            tokio::spawn(async move { report(&driver, json!(fixes)).await.data()["accepted"].as_u64().unwrap() })
        });
        let mut accepted = 0;
        for call in calls.collect::<Vec<_>>() {
            accepted += call.await.unwrap();
        }
        assert_eq!(accepted, 1_000);
        let trail = driver.get(&format!("/api/v1/loads/positions?loadId={}", load.id)).await;
        assert_eq!(trail.data().as_array().unwrap().len(), 1_000);
        server.stop().await;
    });
}

#[test]
fn a_repeat_is_known_wherever_and_whenever_it_comes() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let loads = [server.dispatched_load().await, server.dispatched_load().await];
        let driver = server.sign_in("driver1@blueridge.test").await;
        let sent = |minutes_ago: i64| {
            let fixes = loads.iter().map(|load| at(load, &server, 39.10, -94.60, minutes_ago));
            fixes.collect::<Vec<_>>()
        };
        // One of each load is dated a little ahead of the server's clock, as by a device that runs fast.
        let mut fixes = [sent(-1), sent(30), sent(10)].concat();

        let answer = report(&driver, json!(fixes)).await;
        assert_eq!(answer.data(), &json!({ "accepted": 6, "duplicates": 0, "rejected": [] }));
        let before = [marker(&driver, loads[0].id).await, marker(&driver, loads[1].id).await];

        // Later, in another order, twice, and with new ones among them: older than, between and after those known.
        server.clock.advance_ms(20_000);
        fixes.reverse();
        fixes.extend(fixes.clone());
        fixes.extend([sent(40), sent(20)].concat());
        let answer = report(&driver, json!(fixes)).await;
        assert_eq!(answer.data(), &json!({ "accepted": 4, "duplicates": 12, "rejected": [] }));

        for (load, before) in loads.iter().zip(before) {
            assert_eq!(marker(&driver, load.id).await, before, "a repeat changes nothing");
            // One of them lies a little ahead.
            let to = server.clock.now().plus_minutes(2);
            let trail = driver.get(&format!("/api/v1/loads/positions?loadId={}&to={to}", load.id)).await;
            assert_eq!(trail.data().as_array().unwrap().len(), 5);
        }
        server.stop().await;
    });
}

#[test]
fn one_call_moves_many_trucks_remembers_their_jumps_and_tells_when_they_are_expected() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let mut loads = Vec::new();
        for _ in 0..12 {
            loads.push(server.dispatched_load().await);
        }
        let driver = server.sign_in("driver1@blueridge.test").await;
        let mut ear = Ear::open(&driver, "/events").await;
        let report_all = async |lat: f64, minutes_ago: i64| {
            let fixes: Vec<_> = loads.iter().map(|load| at(load, &server, lat, -94.60, minutes_ago)).collect();
            assert_eq!(report(&driver, json!(fixes)).await.data()["accepted"], 12);
        };
        let all_are_at = async |lat: f64| {
            for load in &loads {
                assert_eq!(marker(&driver, load.id).await["lat"], lat, "{}", load.load_number);
            }
        };

        report_all(39.10, 30).await;
        all_are_at(39.10).await;
        for load in &loads {
            let told = ear.hears("load:eta:updated", |told| told["data"]["loadId"] == json!(load.id)).await;
            let row = driver.load(load.id).await.data()["load"].clone();
            assert_eq!(row["eta"], told["data"]["newEta"]);
            assert_eq!(row["version"], load.version, "an estimate takes nobody's edit away");
        }
        let seqs: Vec<_> = ear.durable().map(|told| told.data["seq"].as_u64().unwrap()).collect();
        assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "no holes: {seqs:?}");

        report_all(25.0, 20).await;
        all_are_at(39.10).await;
        report_all(25.01, 10).await;
        all_are_at(25.01).await;
        server.stop().await;
    });
}

#[test]
fn old_positions_are_forgotten_in_steps_and_where_a_truck_was_last_is_not() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        let many = |from_ms: i64, count: i64| {
            let start = server.clock.now().plus_ms(from_ms);
            let fix = |n| json!({ "loadId": load.id, "lat": 39.1, "lng": -94.6, "recordedAt": start.plus_ms(n) });
            (0..count).map(fix).collect::<Vec<_>>()
        };
        for _ in 0..3 {
            assert_eq!(report(&driver, json!(many(-600_000, 400))).await.data()["accepted"], 400);
            server.clock.advance_ms(240_000);
        }
        assert_eq!(report(&driver, json!(many(-60_000, 7))).await.data()["accepted"], 7);
        let before = marker(&driver, load.id).await;

        let lately = server.clock.now().plus_ms(-120_000);
        assert_eq!(upkeep::forget_positions(&server.desk, lately).await.unwrap(), 1_200);
        assert_eq!(upkeep::forget_positions(&server.desk, lately).await.unwrap(), 0);

        let trail = driver.get(&format!("/api/v1/loads/positions?loadId={}", load.id)).await;
        assert_eq!(trail.data().as_array().unwrap().len(), 7);
        let later = server.clock.now().plus_ms(1);
        assert_eq!(upkeep::forget_positions(&server.desk, later).await.unwrap(), 7);
        assert_eq!(marker(&driver, load.id).await, before);
        server.stop().await;
    });
}
