//! Loads with stops between: each is reached, told of and judged in its turn.

use contract::{
    loads::LoadRow,
    risk::{Reason, Risk, outlook},
};
use serde_json::{Value, json};

use crate::{
    ear::Ear,
    fixture::{Answer, Client, TestServer, new_load, on_both_engines, on_day},
};

/// A load from Kansas City by Salina and Hays to Denver, dispatched to the first carrier's driver.
async fn four_stops(server: &TestServer, dispatcher: &Client) -> LoadRow {
    let mut new = new_load();
    let stop = |city: &str, day: i64| {
        json!({
            "kind": "DELIVERY", "facility": "Store", "city": city, "state": "KS",
            "windowStart": on_day(day, "20:00"), "windowEnd": on_day(day, "22:00"),
        })
    };
    let stops = new["stops"].as_array_mut().unwrap();
    stops.insert(1, stop("Salina", 5));
    stops.insert(2, stop("Hays", 5));
    let load = dispatcher.post("/api/v1/loads", new).await.row();
    let load = dispatcher.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
    dispatcher.move_to(&load, "DISPATCHED").await
}

fn rule(answer: &Answer) -> &str {
    answer.refused(422, "refused")["details"]["rule"].as_str().unwrap()
}

fn next_city(load: &LoadRow) -> Option<&str> {
    load.next_stop.as_ref().map(|next| next.town.city.as_str())
}

/// Which stops were come to, and which left.
async fn progress(client: &Client, load: &LoadRow) -> (Vec<bool>, Vec<bool>) {
    let detail = client.load(load.id).await;
    let stops = detail.data()["stops"].as_array().unwrap();
    let noted = |field: &str| stops.iter().map(|stop| stop.get(field).is_some()).collect();
    (noted("arrivedAt"), noted("departedAt"))
}

#[test]
fn a_load_goes_from_stop_to_stop_and_is_delivered_at_the_last() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let mut desk = Ear::open(&dispatcher, "/events").await;
        let mut load = four_stops(&server, &dispatcher).await;
        assert_eq!(next_city(&load), Some("Kansas City"));

        for status in ["AT_PICKUP", "PICKED_UP", "IN_TRANSIT"] {
            load = dispatcher.move_to(&load, status).await;
            assert_eq!(next_city(&load), Some("Salina"), "{status}");
        }
        load = dispatcher.move_to(&load, "AT_DELIVERY").await;
        assert_eq!(next_city(&load), Some("Hays"));
        assert_eq!(
            progress(&dispatcher, &load).await,
            (vec![true, true, false, false], vec![true, false, false, false])
        );
        assert_eq!(rule(&dispatcher.try_move(&load, "DELIVERED").await), "stops_remain");

        load = dispatcher.move_to(&load, "IN_TRANSIT").await;
        load = dispatcher.move_to(&load, "AT_DELIVERY").await;
        assert_eq!(next_city(&load), Some("Denver"));
        load = dispatcher.move_to(&load, "IN_TRANSIT").await;
        load = dispatcher.move_to(&load, "AT_DELIVERY").await;
        assert_eq!(next_city(&load), None);
        assert_eq!(rule(&dispatcher.try_move(&load, "IN_TRANSIT").await), "no_further_stop");
        load = dispatcher.move_to(&load, "DELIVERED").await;
        assert_eq!(progress(&dispatcher, &load).await, (vec![true; 4], vec![true; 4]));

        desk.hears("load:delivered", |_| true).await;
        desk.listen().await;
        let (mut came, mut left): (Vec<Value>, Vec<Value>) = (Vec::new(), Vec::new());
        for told in desk.durable() {
            match told.event.as_str() {
                "stop:arrived" => came.push(told.data["data"]["stopId"].clone()),
                "stop:departed" => left.push(told.data["data"]["stopId"].clone()),
                _ => {}
            }
        }
        let detail = dispatcher.load(load.id).await;
        let ids: Vec<Value> =
            detail.data()["stops"].as_array().unwrap().iter().map(|stop| stop["id"].clone()).collect();
        assert_eq!((&came, &left), (&ids, &ids), "each stop once, in its turn");
        server.stop().await;
    });
}

#[test]
fn a_delivery_told_from_the_road_fills_what_was_missed() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let load = four_stops(&server, &dispatcher).await;

        let load = dispatcher.move_to(&load, "IN_TRANSIT").await;
        let load = dispatcher.move_to(&load, "DELIVERED").await;

        assert_eq!(progress(&dispatcher, &load).await, (vec![true; 4], vec![true; 4]));
        assert!(load.next_stop.is_none());
        server.stop().await;
    });
}

#[test]
fn a_step_back_from_the_road_forgets_the_stops_after_the_pickup() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let mut load = four_stops(&server, &ops).await;
        for status in ["IN_TRANSIT", "AT_DELIVERY", "IN_TRANSIT"] {
            load = ops.move_to(&load, status).await;
        }
        assert_eq!(next_city(&load), Some("Hays"));

        let back = json!({ "loadId": load.id, "version": load.version, "status": "PICKED_UP", "reason": "Wrong load" });
        let load = ops.post("/api/v1/loads/status", back).await.row();

        assert_eq!(next_city(&load), Some("Salina"));
        assert_eq!(progress(&ops, &load).await.0, [true, false, false, false]);
        server.stop().await;
    });
}

#[test]
fn the_next_stop_is_what_a_truck_is_expected_at_and_judged_by() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        let load = four_stops(&server, &dispatcher).await;
        let load = dispatcher.move_to(&load, "IN_TRANSIT").await;

        // At Topeka, some 100 miles from Salina and 470 from Denver.
        let now = server.clock.now();
        let fix = json!({ "loadId": load.id, "lat": 39.05, "lng": -95.68, "recordedAt": now });
        driver.post("/api/v1/positions", json!({ "positions": [fix] })).await.data();

        let load: LoadRow = serde_json::from_value(dispatcher.load(load.id).await.data()["load"].clone()).unwrap();
        let hours = load.eta.unwrap().since_ms(now) as f64 / 3_600_000.0;
        assert!((2.0..3.5).contains(&hours), "{hours} h to Salina");

        let window = &load.next_stop.as_ref().unwrap().appointment;
        let late = LoadRow { eta: Some(window.end.plus_minutes(40)), ..load.clone() };
        let judged = outlook(&late, now);
        assert_eq!(judged.risk, Risk::Late, "though Denver has time until tomorrow");
        let Some(Reason::EtaAfterWindow { by_min: 40, miles_left: Some(miles) }) = judged.reason else {
            panic!("{judged:?}")
        };
        assert!((100..140).contains(&miles), "{miles} miles to Salina");
        server.stop().await;
    });
}

#[test]
fn a_truck_that_goes_on_past_its_pickup_is_expected_nowhere_until_it_is_heard_of() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        let load = four_stops(&server, &dispatcher).await;
        let fix = json!({ "loadId": load.id, "lat": 39.05, "lng": -95.68, "recordedAt": server.clock.now() });
        driver.post("/api/v1/positions", json!({ "positions": [fix] })).await.data();
        let load: LoadRow = serde_json::from_value(dispatcher.load(load.id).await.data()["load"].clone()).unwrap();
        assert!(load.eta.is_some(), "at the pickup");

        let load = driver.move_to(&load, "IN_TRANSIT").await;

        assert_eq!(load.eta, None, "what was expected at the pickup says nothing of the next stop");
        server.stop().await;
    });
}

#[test]
fn that_a_truck_came_late_stays_known() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let mut load = server.dispatched_load().await;
        let closes = load.delivery.end;
        load = dispatcher.move_to(&load, "AT_PICKUP").await;
        load = dispatcher.move_to(&load, "IN_TRANSIT").await;
        server.clock.advance_ms(closes.since_ms(server.clock.now()) + 32 * 60_000);

        let dispatcher = server.dispatcher().await;
        dispatcher.move_to(&load, "AT_DELIVERY").await;

        let detail = dispatcher.load(load.id).await;
        let came = detail.data()["timeline"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "stop_arrived");
        let late: Vec<_> = came.map(|entry| (entry["city"].clone(), entry.get("lateMin").cloned())).collect();
        assert_eq!(late, [(json!("Denver"), Some(json!(32))), (json!("Kansas City"), None)]);
        server.stop().await;
    });
}
