//! One's own newest change is taken back, for a short while and while nobody has changed the load since.

use contract::loads::LoadRow;
use serde_json::{Value, json};

use crate::fixture::{Answer, Client, TestServer, on_both_engines};

async fn undo(who: &Client, load: &LoadRow) -> Answer {
    who.post("/api/v1/loads/undo", json!({ "loadId": load.id, "version": load.version })).await
}

/// Everything of a load but what every write changes.
fn content(detail: &Answer) -> (Value, Value) {
    let mut load = detail.data()["load"].clone();
    for changed in ["version", "updatedAt"] {
        load.as_object_mut().unwrap().remove(changed);
    }
    (load, detail.data()["stops"].clone())
}

async fn names(client: &Client, cursor: &Value) -> Vec<String> {
    let since: String = url::form_urlencoded::byte_serialize(cursor.to_string().as_bytes()).collect();
    let answer = client.get(&format!("/api/v1/events?since={since}")).await;
    let events = answer.data()["events"].as_array().unwrap();
    let names = events.iter().map(|event| event["event"].as_str().unwrap().to_owned());
    // Figures are told by a job of their own, whenever that comes by.
    names.filter(|name| name != "kpi:updated").collect()
}

async fn cursor(client: &Client) -> Value {
    client.get("/api/v1/loads").await.body["cursor"].clone()
}

#[test]
fn every_change_is_taken_back_to_exactly_what_was_there() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let mut load = ops.create_load().await;
        let assign = json!({
            "carrierId": server.blue.carriers[0], "driverId": server.blue.drivers[0], "carrierRateCents": 185_000,
        });
        let mut tender = assign.clone();
        tender["status"] = json!("TENDERED");
        let reassign = json!({ "carrierId": server.blue.carriers[1], "carrierRateCents": 199_000 });
        let with_driver = json!({ "carrierId": server.blue.carriers[1], "driverId": server.blue.drivers[1] });
        let to = |status: &str, again| ("status", json!({ "status": status, "confirmed": true, "reason": "x" }), again);

        // Each with whether it is made a second time after it was taken back, to go on from there.
        for (call, ask, again) in [
            ("assign", assign, false),
            ("assign", tender, true),
            to("PENDING", false),
            to("ACCEPTED", true),
            ("assign", reassign, true),
            ("assign", with_driver, true),
            ("dispatch", json!({}), true),
            to("AT_PICKUP", true),
            to("PICKED_UP", true),
            to("AT_PICKUP", false),
            to("IN_TRANSIT", true),
            to("DELIVERED", true),
            to("COMPLETED", true),
            to("DELIVERED", false),
        ] {
            let change = async |load: &LoadRow| {
                let mut ask = ask.clone();
                ask["loadId"] = json!(load.id);
                ask["version"] = json!(load.version);
                ops.post(&format!("/api/v1/loads/{call}"), ask).await
            };
            if call == "dispatch" {
                ops.confirm_rate(load.id).await;
            }
            let before = content(&ops.load(load.id).await);

            let changed = change(&load).await.row();
            let back = undo(&ops, &changed).await.row();

            let detail = ops.load(load.id).await;
            assert_eq!(content(&detail), before, "{call} {ask}");
            assert_eq!(back.version, changed.version + 1);
            let newest = &detail.data()["timeline"][0];
            assert_eq!(newest["kind"], "change_undone", "{call} {ask}");
            assert_eq!((&newest["from"], &newest["to"]), (&json!(changed.status.name()), &json!(back.status.name())));
            load = if again { change(&back).await.row() } else { back };
        }
        server.stop().await;
    });
}

#[test]
fn a_cancelled_load_comes_back() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let load = server.dispatched_load().await;
        let gone = ops
            .post("/api/v1/loads/cancel", json!({ "loadId": load.id, "version": load.version, "reason": "Wrong load" }))
            .await
            .row();

        let back = undo(&ops, &gone).await.row();

        assert_eq!(back.status.name(), "DISPATCHED");
        assert_eq!(back.carrier, load.carrier);
        assert_eq!(undo(&ops, &back).await.refused(422, "refused")["details"]["rule"], "nothing_to_undo");
        server.stop().await;
    });
}

#[test]
fn only_the_author_takes_a_change_back_and_only_while_it_is_the_newest() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let other = server.sign_in("dispatch2@blueridge.test").await;
        let load = dispatcher.create_load().await;
        assert_eq!(undo(&dispatcher, &load).await.refused(422, "refused")["details"]["rule"], "nothing_to_undo");
        let assigned = dispatcher.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;

        assert_eq!(undo(&other, &assigned).await.refused(403, "forbidden")["details"]["rule"], "not_your_change");
        undo(&server.sign_in("readonly@blueridge.test").await, &assigned).await.refused(403, "forbidden");
        undo(&server.sign_in("carrier2@blueridge.test").await, &assigned).await.refused(404, "not_found");
        undo(&server.sign_in("dispatch1@prairie.test").await, &assigned).await.refused(404, "not_found");
        other.move_to(&assigned, "DISPATCHED").await;
        let refused = undo(&dispatcher, &assigned).await;
        let details = &refused.refused(409, "conflict")["details"];
        assert_eq!(details["changedBy"], "dispatch2 of blueridge");
        assert_eq!(details["status"], "DISPATCHED");
        server.stop().await;
    });
}

#[test]
fn after_a_minute_it_is_too_late() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let load = dispatcher.create_load().await;
        let assigned = dispatcher.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;

        server.clock.advance_ms(61_000);

        assert_eq!(undo(&dispatcher, &assigned).await.refused(422, "refused")["details"]["rule"], "undo_too_late");
        assert_eq!(dispatcher.load(load.id).await.data()["load"]["status"], "ACCEPTED");
        server.stop().await;
    });
}

#[test]
fn a_carrier_hears_that_an_undo_gives_it_a_load_or_takes_it_away() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let first = server.sign_in("carrier1@blueridge.test").await;
        let second = server.sign_in("carrier2@blueridge.test").await;
        let load = dispatcher.create_load().await;
        let load = dispatcher.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
        let load = dispatcher.assign(&load, &server.blue, 1, None).await;
        let (of_staff, of_first, of_second) = (cursor(&dispatcher).await, cursor(&first).await, cursor(&second).await);

        let load = undo(&dispatcher, &load).await.row();

        assert_eq!(names(&dispatcher, &of_staff).await, ["load:updated"]);
        assert_eq!(names(&first, &of_first).await, ["carrier:load:assigned"]);
        assert_eq!(names(&second, &of_second).await, ["carrier:load:withdrawn"]);
        let load = dispatcher.move_to(&load, "DISPATCHED").await;
        let (of_staff, of_first) = (cursor(&dispatcher).await, cursor(&first).await);
        undo(&dispatcher, &load).await.row();
        assert_eq!(names(&dispatcher, &of_staff).await, ["load:status:changed"]);
        assert_eq!(names(&first, &of_first).await, ["load:status:changed"]);
        server.stop().await;
    });
}

#[test]
fn what_a_driver_reported_by_mistake_the_driver_takes_back() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        let load = server.dispatched_load().await;
        let at_pickup = driver.move_to(&load, "AT_PICKUP").await;

        let back = undo(&driver, &at_pickup).await.row();

        assert_eq!(back.status.name(), "DISPATCHED");
        let detail = server.dispatcher().await.load(load.id).await;
        assert!(detail.data()["stops"][0].get("arrivedAt").is_none(), "{}", detail.body);
        assert!(detail.data()["timeline"][0].get("by").is_some());
        server.stop().await;
    });
}
