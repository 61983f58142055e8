//! Check calls: who logs them, who sees them, what they move, and when somebody must be heard of.

use contract::{LoadId, Timestamp, event::Cursor, loads::LoadRow};
use headhaul::{check_calls::due::tell_due, clock::new_id};
use serde_json::{Value, json};

use crate::{
    ear::Ear,
    fixture::{Answer, Client, TestServer, new_load, on_both_engines},
};

const HOUR_MS: i64 = 3_600_000;

fn call(load: LoadId, more: Value) -> Value {
    let mut ask = json!({ "loadId": load, "city": "Salina", "state": "KS" });
    ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    ask
}

async fn log(who: &Client, load: LoadId, more: Value) -> Answer {
    who.post("/api/v1/check-calls", call(load, more)).await
}

async fn calls(who: &Client, load: LoadId) -> Value {
    let answer = who.get(&format!("/api/v1/check-calls?loadId={load}")).await;
    assert!(answer.status.is_success(), "{}", answer.body);
    answer.body
}

fn notes(calls: &Value) -> Vec<&str> {
    calls["data"].as_array().unwrap().iter().map(|call| call["notes"].as_str().unwrap_or_default()).collect()
}

async fn stands(client: &Client) -> Cursor {
    serde_json::from_value(client.get("/api/v1/events").await.data()["cursor"].clone()).unwrap()
}

/// What of a kind somebody was told since a cursor.
async fn told(client: &Client, since: &Cursor, name: &str) -> Vec<Value> {
    let since = serde_json::to_string(since).unwrap();
    let since: String = url::form_urlencoded::byte_serialize(since.as_bytes()).collect();
    let answer = client.get(&format!("/api/v1/events?since={since}")).await;
    let events = answer.data()["events"].as_array().unwrap().clone();
    events.into_iter().filter(|event| event["event"] == name).map(|event| event["data"].clone()).collect()
}

async fn row(client: &Client, load: LoadId) -> LoadRow {
    client.load(load).await.row_of_detail()
}

async fn due(client: &Client) -> Value {
    let answer = client.get("/api/v1/check-calls/due").await;
    assert!(answer.status.is_success(), "{}", answer.body);
    answer.body
}

fn numbers(due: &Value) -> Vec<&str> {
    due["data"].as_array().unwrap().iter().map(|call| call["load"]["loadNumber"].as_str().unwrap()).collect()
}

async fn notices(client: &Client, topic: &str) -> usize {
    let notices = client.get("/api/v1/notifications").await;
    let notices = notices.data().as_array().unwrap().iter().filter(|notice| notice["topic"] == topic);
    notices.map(|notice| notice["count"].as_u64().unwrap() as usize).sum()
}

#[test]
fn a_call_is_kept_with_what_was_said_told_at_once_and_its_eta_is_the_loads() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let dispatcher = server.dispatcher().await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        let fix = json!({ "loadId": load.id, "lat": 39.1, "lng": -94.6 });
        driver.post("/api/v1/positions", json!({ "positions": [fix] })).await.data();
        let before = row(&dispatcher, load.id).await;
        let mut ear = Ear::open(&server.sign_in("ops@blueridge.test").await, "/events").await;
        let mut theirs = Ear::open(&driver, "/events").await;

        let eta = server.clock.now().plus_minutes(300);
        let said = json!({ "eta": eta, "notes": "Snow,\nslow", "type": "DELAY", "method": "TEXT", "remindHours": 2 });
        let kept = log(&dispatcher, load.id, said).await.data().clone();

        assert_eq!(kept["location"], "Salina, KS");
        assert_eq!(
            (&kept["type"], &kept["method"], &kept["source"]),
            (&json!("DELAY"), &json!("TEXT"), &json!("MANUAL"))
        );
        assert_eq!(
            (&kept["own"], &kept["fromCarrier"], &kept["isBackdated"]),
            (&json!(true), &json!(false), &json!(false))
        );
        let heard = ear.hears("checkcall:received", |_| true).await;
        assert_eq!(heard["data"]["checkCallId"], kept["id"]);
        assert_eq!(heard["data"]["receivedBy"], "dispatch1 of blueridge");
        let moved = ear.hears("load:eta:updated", |_| true).await;
        assert_eq!(moved["data"]["newEta"], json!(eta));
        theirs.hears("load:eta:updated", |told| told["data"]["newEta"] == json!(eta)).await;
        assert!(!theirs.names().contains(&"checkcall:received"), "what the desk noted is the desk's");
        let after = row(&dispatcher, load.id).await;
        assert_eq!(after.eta, Some(eta));
        assert_eq!(after.version, before.version, "an estimate takes nobody's edit away");
        assert_eq!(after.current_location, before.current_location, "a call moves no truck");
        let listed = calls(&dispatcher, load.id).await;
        assert_eq!(notes(&listed), ["Snow,\nslow"]);
        assert_eq!(listed["due"]["reason"], "reminder");
        assert_eq!(listed["near"], json!({ "city": "Kansas City", "state": "MO" }));
        server.stop().await;
    });
}

#[test]
fn what_is_wrong_with_a_call_is_told_and_who_may_not_is_refused() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let dispatcher = server.dispatcher().await;
        let now = server.clock.now();
        let ago = |min: i64| now.plus_minutes(-min);
        for (more, field) in [
            (json!({ "city": "" }), "city"),
            (json!({ "state": "Kansas" }), "state"),
            (json!({ "city": null, "state": null }), "city"),
            (json!({ "city": null, "state": null, "position": { "lat": 0, "lng": 0 } }), "position"),
            (json!({ "eta": ago(40) }), "eta"),
            (json!({ "notes": "x".repeat(501) }), "notes"),
            (json!({ "notes": "a\u{0}b" }), "notes"),
            (json!({ "calledAt": ago(250) }), "calledAt"),
            (json!({ "calledAt": ago(-10) }), "calledAt"),
            (json!({ "remindHours": 5 }), "remindHours"),
        ] {
            let refused = log(&dispatcher, load.id, more).await;
            let details = &refused.refused(400, "invalid")["details"];
            assert!(details["fields"][field].is_string(), "{field}: {}", refused.body);
        }
        log(&dispatcher, load.id, json!({ "type": "CHAT" })).await.refused(400, "invalid");
        assert_eq!(notes(&calls(&dispatcher, load.id).await).len(), 0, "nothing of it was kept");

        let waiting = dispatcher.create_load().await;
        let refused = log(&dispatcher, waiting.id, json!({})).await;
        assert_eq!(refused.refused(422, "refused")["details"]["rule"], "no_truck_to_report");
        for who in ["support", "readonly"] {
            let looks_on = server.sign_in(&format!("{who}@blueridge.test")).await;
            calls(&looks_on, load.id).await;
            due(&looks_on).await;
            log(&looks_on, load.id, json!({})).await.refused(403, "forbidden");
        }
        for who in ["sales", "accounting", "relations"] {
            let blind = server.sign_in(&format!("{who}@blueridge.test")).await;
            blind.get(&format!("/api/v1/check-calls?loadId={}", load.id)).await.refused(403, "forbidden");
            blind.get("/api/v1/check-calls/due").await.refused(403, "forbidden");
        }
        for who in ["ops@prairie.test", "carrier1@prairie.test", "carrier2@blueridge.test", "driver2@blueridge.test"] {
            let stranger = server.sign_in(who).await;
            stranger.get(&format!("/api/v1/check-calls?loadId={}", load.id)).await.refused(404, "not_found");
            log(&stranger, load.id, json!({})).await.refused(404, "not_found");
        }
        server.stop().await;
    });
}

#[test]
fn a_carrier_sees_what_its_own_people_said_and_a_later_carrier_nothing() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let load = dispatcher.create_load().await;
        let load = dispatcher.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
        let office = server.sign_in("carrier1@blueridge.test").await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        log(&dispatcher, load.id, json!({ "notes": "He sounds tired" })).await.data();
        let since = stands(&office).await;
        let said = log(&driver, load.id, json!({ "notes": "At the gate", "method": "PHONE" })).await.data().clone();
        assert_eq!(
            (&said["source"], &said["method"], &said["fromCarrier"]),
            (&json!("DRIVER"), &json!("APP"), &json!(true))
        );

        for outside in [&office, &driver] {
            let seen = calls(outside, load.id).await;
            assert_eq!(notes(&seen), ["At the gate"]);
            assert!(!seen.to_string().contains("dispatch1") && seen["due"].is_null(), "{seen}");
            outside.get("/api/v1/check-calls/due").await.refused(403, "forbidden");
        }
        assert_eq!(told(&office, &since, "checkcall:received").await.len(), 1);
        assert_eq!(notes(&calls(&dispatcher, load.id).await), ["At the gate", "He sounds tired"]);

        let load = dispatcher.assign(&load, &server.blue, 1, None).await;
        let later = server.sign_in("carrier2@blueridge.test").await;
        assert!(notes(&calls(&later, load.id).await).is_empty());
        log(&office, load.id, json!({})).await.refused(404, "not_found");
        let edit = json!({ "id": said["id"], "notes": "x" });
        driver.post("/api/v1/check-calls/change", edit.clone()).await.refused(404, "not_found");
        later.post("/api/v1/check-calls/change", edit).await.refused(404, "not_found");
        server.stop().await;
    });
}

#[test]
fn the_same_key_is_one_call_however_often_it_comes() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let dispatcher = server.dispatcher().await;
        let since = stands(&dispatcher).await;
        let once = |key: &str| {
            let request = dispatcher.http.post(format!("{}/api/v1/check-calls", server.base));
            let request = request.bearer_auth(&dispatcher.token).header("idempotency-key", key.to_owned());
            request.json(&call(load.id, json!({ "notes": "Once" }))).send()
        };
        let first: Value = once("k").await.unwrap().json().await.unwrap();
        let again: Value = once("k").await.unwrap().json().await.unwrap();
        assert_eq!(first, again);

        let ask = call(load.id, json!({ "notes": "Twice", "clientKey": new_id() }));
        let (one, other) = tokio::join!(
            dispatcher.post("/api/v1/check-calls", ask.clone()),
            dispatcher.post("/api/v1/check-calls", ask.clone())
        );
        assert_eq!(one.data(), other.data());
        assert_eq!(notes(&calls(&dispatcher, load.id).await), ["Twice", "Once"]);
        assert_eq!(told(&dispatcher, &since, "checkcall:received").await.len(), 2);

        // Without a key two calls within a minute are two: a driver may ring twice.
        log(&dispatcher, load.id, json!({ "notes": "Again" })).await.data();
        log(&dispatcher, load.id, json!({ "notes": "Again" })).await.data();
        assert_eq!(notes(&calls(&dispatcher, load.id).await).len(), 4);
        server.stop().await;
    });
}

#[test]
fn what_was_said_earlier_changes_nothing_of_what_is_known_now() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let since = server.clock.now();
        server.clock.advance_ms(6 * HOUR_MS);
        let (dispatcher, ops) = (server.dispatcher().await, server.sign_in("ops@blueridge.test").await);
        let now = server.clock.now();
        let overdue = calls(&dispatcher, load.id).await["due"]["at"].clone();
        assert!(overdue.as_str().unwrap().parse::<Timestamp>().unwrap() <= since.plus_minutes(4 * 60 + 1));

        let old = json!({ "calledAt": now.plus_minutes(-320), "eta": now.plus_minutes(60), "notes": "Old" });
        log(&dispatcher, load.id, old.clone()).await.refused(400, "invalid");
        let kept = log(&ops, load.id, old).await.data().clone();
        assert_eq!(kept["isBackdated"], true);
        let after = row(&dispatcher, load.id).await;
        assert_eq!((after.eta, after.current_location), (None, None), "it moves nothing");
        let due_at: Timestamp = calls(&dispatcher, load.id).await["due"]["at"].as_str().unwrap().parse().unwrap();
        assert_eq!(due_at, now.plus_minutes(-320 + 240), "it counts from when it was said, so it is overdue still");

        let eta = now.plus_minutes(120);
        log(&dispatcher, load.id, json!({ "eta": eta, "notes": "New" })).await.data();
        let between = json!({ "calledAt": now.plus_minutes(-30), "eta": now.plus_minutes(30), "notes": "Between" });
        log(&dispatcher, load.id, between).await.data();
        assert_eq!(row(&dispatcher, load.id).await.eta, Some(eta), "a newer call said otherwise");
        assert_eq!(notes(&calls(&dispatcher, load.id).await), ["New", "Between", "Old"]);

        let mut load = row(&dispatcher, load.id).await;
        for status in ["IN_TRANSIT", "DELIVERED"] {
            load = dispatcher.move_to(&load, status).await;
        }
        let since = stands(&dispatcher).await;
        let before = row(&dispatcher, load.id).await.eta;
        log(&dispatcher, load.id, json!({ "eta": now.plus_minutes(600), "notes": "Empty" })).await.data();
        assert_eq!(row(&dispatcher, load.id).await.eta, before, "a delivered load has no estimate to change");
        assert!(told(&dispatcher, &since, "load:eta:updated").await.is_empty());
        assert_eq!(notes(&calls(&dispatcher, load.id).await).len(), 4, "but the call is kept");
        assert!(calls(&dispatcher, load.id).await["due"].is_null());
        server.stop().await;
    });
}

#[test]
fn notes_are_changed_by_who_logged_them_for_half_an_hour_and_only_an_admin_takes_a_call_out() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let dispatcher = server.dispatcher().await;
        let id = log(&dispatcher, load.id, json!({ "notes": "Snow" })).await.data()["id"].clone();
        let edit = |notes: &str| json!({ "id": id, "notes": notes });
        let since = stands(&dispatcher).await;
        let change = "/api/v1/check-calls/change";
        let changed = dispatcher.post(change, edit("Ice")).await.data().clone();
        assert_eq!((changed["notes"].as_str(), changed["editedAt"].is_string()), (Some("Ice"), true));
        assert_eq!(told(&dispatcher, &since, "checkcall:updated").await[0]["notes"], "Ice");
        dispatcher.post(change, edit(&"x".repeat(501))).await.refused(400, "invalid");
        for who in ["dispatch2", "ops", "admin"] {
            let other = server.sign_in(&format!("{who}@blueridge.test")).await;
            let refused = other.post(change, edit("Mine")).await;
            assert_eq!(refused.refused(422, "refused")["details"]["rule"], "not_your_call", "{who}");
        }
        let driver = server.sign_in("driver1@blueridge.test").await;
        driver.post(change, edit("Mine")).await.refused(404, "not_found");
        let stranger = server.sign_in("admin@prairie.test").await;
        stranger.post("/api/v1/check-calls/remove", json!({ "id": id })).await.refused(404, "not_found");

        server.clock.advance_ms(HOUR_MS / 2 + 1_000);
        let dispatcher = server.dispatcher().await;
        let refused = dispatcher.post(change, edit("Late")).await;
        assert_eq!(refused.refused(422, "refused")["details"]["rule"], "call_too_old");
        for who in ["dispatch1", "ops"] {
            let client = server.sign_in(&format!("{who}@blueridge.test")).await;
            client.post("/api/v1/check-calls/remove", json!({ "id": id })).await.refused(403, "forbidden");
        }
        let admin = server.sign_in("admin@blueridge.test").await;
        assert!(admin.post("/api/v1/check-calls/remove", json!({ "id": id })).await.status.is_success());
        assert_eq!(told(&dispatcher, &since, "checkcall:removed").await.len(), 1);
        assert!(notes(&calls(&dispatcher, load.id).await).is_empty());
        admin.post("/api/v1/check-calls/remove", json!({ "id": id })).await.refused(404, "not_found");
        server.stop().await;
    });
}

#[test]
fn who_was_not_heard_of_is_told_once_at_each_step_and_positions_are_no_call() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let begin = server.clock.now();
        let after = |hours: i64| begin.plus_ms(hours * HOUR_MS + 60_000);
        let tell = async |hours: i64| tell_due(&server.desk, after(hours)).await.unwrap();
        let desk = server.dispatcher().await;
        let since = stands(&desk).await;
        assert_eq!(tell(3).await, 0, "nothing is due yet");
        let (one, other) = tokio::join!(tell(4), tell(4));
        assert_eq!(one + other, 1, "two who look at once tell it once");
        assert_eq!(tell(5).await, 0, "once for each step");
        assert_eq!(notices(&desk, "call_overdue").await, 0, "that it is due, the page tells");
        assert_eq!(tell(6).await, 1);
        assert_eq!(notices(&desk, "call_overdue").await, 1);
        let driver = server.sign_in("driver1@blueridge.test").await;
        assert_eq!(notices(&driver, "call_wanted").await, 1, "the driver is reminded");

        // The truck is tracked, and the driver still was not heard of.
        let fix = json!({ "loadId": load.id, "lat": 39.1, "lng": -94.6 });
        driver.post("/api/v1/positions", json!({ "positions": [fix] })).await.data();
        let ops = server.sign_in("ops@blueridge.test").await;
        assert_eq!((tell(8).await, notices(&ops, "call_silent").await), (1, 0));
        assert_eq!(
            (tell(12).await, notices(&ops, "call_silent").await),
            (1, 1),
            "from eight hours on those hear who lead"
        );
        assert_eq!((tell(28).await, tell(40).await), (1, 0));
        let events = told(&desk, &since, "checkcall:due").await;
        let steps: Vec<_> = events.iter().map(|event| event["overdueHours"].as_u64().unwrap()).collect();
        assert_eq!(steps, [0, 2, 4, 8, 24]);
        assert!(events.iter().all(|event| event["loadNumber"] == load.load_number && event["reason"] == "interval"));
        for outside in ["ops@prairie.test", "carrier1@blueridge.test", "driver1@blueridge.test"] {
            let client = server.sign_in(outside).await;
            let since = Cursor::default();
            assert!(told(&client, &since, "checkcall:due").await.is_empty(), "{outside}");
        }

        log(&desk, load.id, json!({})).await.data();
        assert_eq!(tell(2).await, 0, "it was heard of");
        assert_eq!(tell(5).await, 1, "and must be again, four hours later");
        server.stop().await;
    });
}

#[test]
fn a_truck_that_is_tracked_and_on_time_needs_no_call_and_no_position_clears_an_overdue_one() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let report = async || {
            let driver = server.sign_in("driver1@blueridge.test").await;
            let fix = json!({ "loadId": load.id, "lat": 39.1, "lng": -94.6 });
            driver.post("/api/v1/positions", json!({ "positions": [fix] })).await.data();
        };
        let tell = async || tell_due(&server.desk, server.clock.now()).await.unwrap();
        let since = stands(&server.dispatcher().await).await;

        server.clock.advance_ms(4 * HOUR_MS + 60_000);
        report().await;
        assert_eq!((tell().await, tell().await), (0, 0), "its position says enough");
        let desk = server.dispatcher().await;
        let made = calls(&desk, load.id).await["data"].clone();
        assert_eq!(made.as_array().unwrap().len(), 1, "{made}");
        let call = &made[0];
        assert_eq!((&call["method"], &call["source"], &call["by"]), (&json!("GPS"), &json!("DRIVER"), &json!("")));
        assert_eq!((&call["location"], &call["own"]), (&json!("Kansas City, MO"), &json!(false)));
        assert_eq!(told(&desk, &since, "checkcall:received").await.len(), 1);
        assert!(told(&desk, &since, "checkcall:due").await.is_empty());
        let office = server.sign_in("carrier1@blueridge.test").await;
        assert!(notes(&calls(&office, load.id).await).is_empty(), "what the desk noted by itself is the desk's");
        let listed = due(&desk).await;
        assert_eq!((&listed["overdue"], &listed["today"], &listed["automatic"]), (&json!(0), &json!(1), &json!(1)));
        desk.post("/api/v1/check-calls/change", json!({ "id": call["id"], "notes": "x" }))
            .await
            .refused(422, "refused");

        server.clock.advance_ms(4 * HOUR_MS);
        assert_eq!(tell().await, 1, "its last position is too old to say anything");
        report().await;
        assert_eq!(tell().await, 0);
        let desk = server.dispatcher().await;
        assert_eq!(due(&desk).await["overdue"], 1, "what was missed stays missed until a person has called");
        log(&desk, load.id, json!({ "remindHours": 2 })).await.data();
        assert_eq!(due(&desk).await["overdue"], 0);

        server.clock.advance_ms(2 * HOUR_MS + 1_000);
        report().await;
        assert_eq!(tell().await, 1, "somebody asked for this one");
        server.stop().await;
    });
}

#[test]
fn a_position_speaks_for_no_truck_that_will_be_late() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let begin = server.clock.now();
        let mut new = new_load();
        new["stops"][0]["windowStart"] = json!(begin.plus_minutes(60));
        new["stops"][0]["windowEnd"] = json!(begin.plus_minutes(120));
        let load = ops.post("/api/v1/loads", new).await.row();
        let load = ops.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
        let load = ops.move_to(&load, "DISPATCHED").await;
        server.clock.advance_ms(4 * HOUR_MS + 60_000);
        let driver = server.sign_in("driver1@blueridge.test").await;
        let fix = json!({ "loadId": load.id, "lat": 41.9, "lng": -87.6 });
        driver.post("/api/v1/positions", json!({ "positions": [fix] })).await.data();
        assert_eq!(tell_due(&server.desk, server.clock.now()).await.unwrap(), 1);
        server.stop().await;
    });
}

#[test]
fn the_list_has_what_is_due_what_costs_most_first_and_what_will_be_within_an_hour() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let begin = server.clock.now();
        let send = async |is_hot: bool, pickup_min: i64| {
            let mut new = new_load();
            new["isHot"] = json!(is_hot);
            new["stops"][0]["windowStart"] = json!(begin.plus_minutes(pickup_min));
            new["stops"][0]["windowEnd"] = json!(begin.plus_minutes(pickup_min + 60));
            let load = ops.post("/api/v1/loads", new).await.row();
            let load = ops.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
            ops.move_to(&load, "DISPATCHED").await.load_number
        };
        let plain = send(false, 5_000).await;
        let hot = send(true, 5_000).await;
        let late = send(false, 240).await;
        let soon = send(false, 470).await;
        assert_eq!(due(&ops).await["quiet"], 4);
        server.clock.advance_ms(6 * HOUR_MS + 1_000);
        let ops = server.sign_in("ops@blueridge.test").await;
        // Its pickup opens in under two hours; it was heard of just before.
        let listed = due(&ops).await;
        let of_soon =
            listed["data"].as_array().unwrap().iter().find(|call| call["load"]["loadNumber"] == soon).unwrap();
        let id: LoadId = serde_json::from_value(of_soon["load"]["id"].clone()).unwrap();
        log(&ops, id, json!({ "notes": "On my way" })).await.data();

        let listed = due(&ops).await;
        assert_eq!(numbers(&listed), [late.as_str(), hot.as_str(), plain.as_str(), soon.as_str()], "{listed}");
        assert_eq!(
            (&listed["overdue"], &listed["soon"], &listed["quiet"], &listed["today"]),
            (&json!(3), &json!(1), &json!(0), &json!(1))
        );
        assert_eq!(listed["data"][3]["due"]["reason"], "pickup");
        assert_eq!(listed["data"][3]["last"]["notes"], "On my way");
        assert_eq!(listed["data"][0]["driverPhone"], "+15550100");
        assert!(listed["data"][0]["last"].is_null());
        let looks_on = server.sign_in("readonly@blueridge.test").await;
        assert!(due(&looks_on).await["data"][0]["driverPhone"].is_null(), "who may not ring sees no number");
        let elsewhere = server.sign_in("ops@prairie.test").await;
        assert!(numbers(&due(&elsewhere).await).is_empty());
        server.stop().await;
    });
}
