//! Which carriers are suggested for a load, in which order, and to whom.

use contract::loads::LoadRow;
use serde_json::{Value, json};

use crate::fixture::{Client, TestServer, on_both_engines};

/// A load whose trailer the fixture's carriers have.
fn new_load() -> Value {
    let mut new = crate::fixture::new_load();
    new["equipment"] = json!("DRY_VAN");
    new
}

async fn suggested(client: &Client, load: &LoadRow) -> Vec<Value> {
    let answer = client.get(&format!("/api/v1/carriers/suggested?loadId={}", load.id)).await;
    answer.data().as_array().unwrap().clone()
}

#[test]
fn who_knows_the_lane_and_has_a_truck_empty_there_is_suggested_first() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let (first, second) = (json!(server.blue.carriers[0]), json!(server.blue.carriers[1]));
        let load = ops.post("/api/v1/loads", new_load()).await.row();
        let before = suggested(&ops, &load).await;
        assert_eq!(before.len(), 2, "{before:?}");
        assert!(before.iter().all(|known| known["laneLoads"] == 0 && known["truck"].is_null()));

        // The second one delivers a load of the same lane; its driver is then empty in Denver, which is too far away.
        let mut new = new_load();
        let now = server.clock.now();
        for stop in 0..2 {
            new["stops"][stop]["windowStart"] = json!(now.plus_minutes(-60));
            new["stops"][stop]["windowEnd"] = json!(now.plus_minutes(30));
        }
        let done = ops.post("/api/v1/loads", new).await.row();
        let done = ops.assign(&done, &server.blue, 1, Some("ACCEPTED")).await;
        let done = ops.move_to(&done, "DISPATCHED").await;
        let done = ops.move_to(&done, "IN_TRANSIT").await;
        ops.move_to(&done, "DELIVERED").await;
        let after = suggested(&ops, &load).await;
        assert_eq!(after[0]["carrierId"], second);
        assert_eq!((&after[0]["laneLoads"], &after[0]["onTime"]), (&json!(1), &json!({ "met": 1, "of": 1 })));
        assert!(after[0]["truck"].is_null());

        // The first one has no record, but a truck that will be empty close by, in time.
        let mut new = new_load();
        new["stops"][0] = json!({ "kind": "PICKUP", "facility": "A", "city": "Denver", "state": "CO",
            "windowStart": now.plus_minutes(60), "windowEnd": now.plus_minutes(120) });
        new["stops"][1] = json!({ "kind": "DELIVERY", "facility": "B", "city": "Salina", "state": "KS",
            "windowStart": now.plus_minutes(600), "windowEnd": now.plus_minutes(660) });
        let near = ops.post("/api/v1/loads", new).await.row();
        ops.assign(&near, &server.blue, 0, Some("ACCEPTED")).await;
        let last = suggested(&ops, &load).await;
        assert_eq!(last[0]["carrierId"], first);
        let truck = &last[0]["truck"];
        assert_eq!((&truck["driver"], &truck["town"]["city"]), (&json!("Driver 1 of blueridge"), &json!("Salina")));
        assert!((150..230).contains(&truck["miles"].as_u64().unwrap()), "{truck}");
        assert_eq!(truck["from"], json!(now.plus_minutes(660)));

        // A truck that can't be there before the pickup closes is no argument.
        let mut soon = new_load();
        soon["stops"][0]["windowStart"] = json!(now.plus_minutes(60));
        soon["stops"][0]["windowEnd"] = json!(now.plus_minutes(120));
        let soon = ops.post("/api/v1/loads", soon).await.row();
        assert!(suggested(&ops, &soon).await.iter().all(|known| known["truck"].is_null()));
        server.stop().await;
    });
}

#[test]
fn only_who_may_carry_it_is_suggested_and_only_to_who_may_give_it() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let load = ops.post("/api/v1/loads", new_load()).await.row();
        let relations = server.sign_in("relations@blueridge.test").await;
        let edit = async |which: usize, field: &str, value: Value| {
            let id = server.blue.carriers[which];
            let known = relations.get(&format!("/api/v1/carriers/one?id={id}")).await.data().clone();
            let mut carrier = known["carrier"].clone();
            carrier["covers"] = known["covers"].clone();
            carrier[field] = value;
            let ask = json!({ "carrierId": id, "version": known["carrier"]["version"], "carrier": carrier });
            relations.post("/api/v1/carriers/change", ask).await.data();
        };
        edit(0, "equipment", json!(["FLATBED"])).await;
        assert_eq!(suggested(&ops, &load).await.len(), 1, "it has no such trailer");
        edit(1, "covers", json!([])).await;
        assert!(suggested(&ops, &load).await.is_empty(), "nothing of it is in force");

        let ask = format!("/api/v1/carriers/suggested?loadId={}", load.id);
        for who in ["support", "readonly", "sales", "accounting", "relations", "carrier1", "driver1"] {
            server.sign_in(&format!("{who}@blueridge.test")).await.get(&ask).await.refused(403, "forbidden");
        }
        server.sign_in("ops@prairie.test").await.get(&ask).await.refused(404, "not_found");
        server.stop().await;
    });
}
