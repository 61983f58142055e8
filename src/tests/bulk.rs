//! Several loads at once: each is done or says why not, in one transaction.

use contract::loads::LoadRow;
use serde_json::{Value, json};

use crate::{
    ear::Ear,
    fixture::{Answer, Client, TestServer, on_both_engines},
};

fn named(loads: &[&LoadRow]) -> Vec<Value> {
    loads.iter().map(|load| json!({ "loadId": load.id, "version": load.version })).collect()
}

async fn bulk(who: &Client, loads: &[&LoadRow], action: Value) -> Answer {
    who.post("/api/v1/loads/bulk", json!({ "loads": named(loads), "action": action })).await
}

/// In the order of the loads: the status of those that were done, the code of those that were not.
fn outcomes(answer: &Answer) -> Vec<String> {
    let outcome = |one: &Value| {
        let said = one["load"]["status"].as_str().or(one["error"]["code"].as_str()).expect("one of the two");
        said.to_owned()
    };
    answer.data().as_array().unwrap().iter().map(outcome).collect()
}

#[test]
fn what_can_be_done_is_done_and_the_rest_says_why_not() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (ops, other) = (server.sign_in("ops@blueridge.test").await, server.dispatcher().await);
        let mut watching = Ear::open(&other, "/dispatch").await;
        let accepted = async || {
            let load = ops.create_load().await;
            let load = ops.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
            ops.confirm_rate(load.id).await;
            load
        };
        let (first, second, third) = (accepted().await, accepted().await, accepted().await);
        let moved = ops.move_to(&third, "DISPATCHED").await;
        let pending = ops.create_load().await;
        let foreign = server.sign_in("ops@prairie.test").await.create_load().await;
        let on_road = ops.move_to(&ops.move_to(&moved, "IN_TRANSIT").await, "AT_DELIVERY").await;

        let action = json!({ "kind": "status", "status": "DISPATCHED" });
        let answer = bulk(&ops, &[&first, &third, &pending, &foreign, &second], action).await;
        assert_eq!(outcomes(&answer), ["DISPATCHED", "conflict", "illegal_transition", "not_found", "DISPATCHED"]);
        assert!(!answer.body.to_string().contains(&foreign.id.to_string()));
        for load in [&first, &second] {
            let is_it =
                |told: &Value| told["data"]["loadId"] == json!(load.id) && told["data"]["newStatus"] == "DISPATCHED";
            watching.hears("load:status:changed", is_it).await;
        }

        // What was written before something stood against it is taken back with it, and nothing of it is told.
        let waiting = ops.fresh_row(&on_road).await;
        let before = ops.load(waiting.id).await.body;
        let answer =
            bulk(&ops, &[&waiting], json!({ "kind": "status", "status": "IN_TRANSIT", "confirmed": true })).await;
        assert_eq!(outcomes(&answer), ["refused"], "there is no stop after the last one");
        assert_eq!(ops.load(waiting.id).await.body, before);
        watching.listen().await;
        let told = watching.durable().filter(|told| told.data["data"]["loadId"] == json!(waiting.id)).last().unwrap();
        assert_eq!(told.data["data"]["load"]["status"], "AT_DELIVERY");
        server.stop().await;
    });
}

impl Client {
    async fn fresh_row(&self, load: &LoadRow) -> LoadRow {
        serde_json::from_value(self.load(load.id).await.data()["load"].clone()).unwrap()
    }
}

#[test]
fn loads_are_taken_over_and_marked_without_telling_carriers_who_and_what() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (ops, dispatcher) = (server.sign_in("ops@blueridge.test").await, server.dispatcher().await);
        let load = ops.create_load().await;
        let load = ops.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
        let carrier = server.sign_in("carrier1@blueridge.test").await;
        let mut ear = Ear::open(&carrier, "/events").await;

        let taken = bulk(&dispatcher, &[&load], json!({ "kind": "take" })).await;
        let row: LoadRow = serde_json::from_value(taken.data()[0]["load"].clone()).unwrap();
        assert_eq!(json!(row.dispatcher.as_ref().unwrap().id), dispatcher.user["id"]);
        let hot = bulk(&dispatcher, &[&row], json!({ "kind": "hot", "isHot": true })).await;
        let hot: LoadRow = serde_json::from_value(hot.data()[0]["load"].clone()).unwrap();
        assert!(hot.is_hot && hot.version == row.version + 1);
        let again = bulk(&dispatcher, &[&hot], json!({ "kind": "hot", "isHot": true })).await;
        assert_eq!(again.data()[0]["load"]["version"], json!(hot.version), "nothing changed");

        let told = ear.hears("load:updated", |told| told["data"]["load"]["version"] == json!(hot.version)).await;
        assert_eq!((&told["data"]["changedFields"], &told["data"]["load"]["isHot"]), (&json!([]), &json!(false)));
        let undone = json!({ "loadId": hot.id, "version": hot.version });
        let undone = dispatcher.post("/api/v1/loads/undo", undone).await.row();
        assert!(!undone.is_hot && undone.dispatcher == hot.dispatcher);
        server.stop().await;
    });
}

#[test]
fn what_makes_no_sense_or_is_not_theirs_is_refused_as_a_whole() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (ops, dispatcher) = (server.sign_in("ops@blueridge.test").await, server.dispatcher().await);
        let load = ops.create_load().await;

        bulk(&ops, &[], json!({ "kind": "take" })).await.refused(400, "invalid");
        bulk(&ops, &[&load, &load], json!({ "kind": "take" })).await.refused(400, "invalid");
        bulk(&ops, &[&load], json!({ "kind": "explode" })).await.refused(400, "invalid");
        bulk(&ops, &[&load], json!({ "kind": "status", "status": "MOON" })).await.refused(400, "invalid");
        let many: Vec<Value> =
            (0..201).map(|n: u128| json!({ "loadId": uuid::Uuid::from_u128(n), "version": 1 })).collect();
        ops.post("/api/v1/loads/bulk", json!({ "loads": many, "action": { "kind": "take" } }))
            .await
            .refused(400, "invalid");
        for (who, code) in [("readonly", 403), ("sales", 403), ("carrier1", 403), ("driver1", 403)] {
            let client = server.sign_in(&format!("{who}@blueridge.test")).await;
            bulk(&client, &[&load], json!({ "kind": "hot", "isHot": true })).await.refused(code, "forbidden");
        }

        // Each edge keeps its own permission and its reason.
        let cancel = json!({ "kind": "status", "status": "CANCELLED", "reason": "Called off by the customer" });
        assert_eq!(outcomes(&bulk(&dispatcher, &[&load], cancel.clone()).await), ["forbidden"]);
        let silent = json!({ "kind": "status", "status": "CANCELLED" });
        assert_eq!(outcomes(&bulk(&ops, &[&load], silent).await), ["refused"]);
        assert_eq!(outcomes(&bulk(&ops, &[&load], cancel).await), ["CANCELLED"]);
        assert_eq!(ops.get("/api/v1/loads?view=active").await.body["page"]["total"], 0);
        server.stop().await;
    });
}
