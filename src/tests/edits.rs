//! Editing a load field by field: whoever changes another field succeeds, whoever changes the same is told who was faster.

use contract::loads::LoadRow;
use serde_json::{Value, json};

use crate::{
    ear::Ear,
    fixture::{Answer, Client, TestServer, on_both_engines, on_day},
};

async fn edit(who: &Client, load: &LoadRow, mut fields: Value) -> Answer {
    fields["loadId"] = json!(load.id);
    who.post("/api/v1/loads/change", fields).await
}

fn of(was: impl Into<Value>, now: impl Into<Value>) -> Value {
    json!({ "was": was.into(), "now": now.into() })
}

fn content(detail: &Answer) -> Value {
    let mut data = detail.data().clone();
    data.as_object_mut().unwrap().remove("timeline");
    for changed in ["version", "updatedAt"] {
        data["load"].as_object_mut().unwrap().remove(changed);
    }
    data
}

#[test]
fn different_fields_both_succeed_and_the_same_field_is_told_with_who_and_when() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (one, two) = (server.sign_in("dispatch1@blueridge.test").await, server.sign_in("ops@blueridge.test").await);
        let load = one.create_load().await;

        let hers = edit(&one, &load, json!({ "commodity": of("Frozen fruit", "Frozen fish") })).await;
        assert_eq!(hers.status, 200, "{}", hers.body);
        let his =
            edit(&two, &load, json!({ "weightLbs": of(38_000, 41_000), "notes": of(Value::Null, "Call ahead") })).await;
        assert_eq!(his.status, 200, "he saw the old version, and other fields: {}", his.body);
        let same = edit(&two, &load, json!({ "commodity": of("Frozen fruit", "Frozen fish") })).await;
        assert_eq!(same.status, 200, "both want the same");

        let late = json!({ "commodity": of("Frozen fruit", "Ice cream"), "reference": of(Value::Null, "PO 7") });
        let refused = edit(&two, &load, late).await;
        let details = &refused.refused(409, "conflict")["details"];
        let overtaken = details["overtaken"].as_object().unwrap();
        assert_eq!(overtaken.keys().collect::<Vec<_>>(), ["commodity"]);
        assert_eq!(overtaken["commodity"]["by"], one.user["name"]);
        let detail = two.load(load.id).await;
        assert_eq!(detail.data()["commodity"], "Frozen fish");
        assert_eq!(detail.data()["weightLbs"], 41_000);
        assert_eq!(detail.data()["notes"], "Call ahead");
        assert!(detail.data()["reference"].is_null(), "all of it or nothing");
        let kinds =
            detail.data()["timeline"].as_array().unwrap().iter().filter(|line| line["kind"] == "edited").count();
        assert_eq!(kinds, 2, "what changed nothing is not noted");

        let mine = edit(&two, &load, json!({ "commodity": of("Frozen fish", "Ice cream") })).await;
        assert_eq!(mine.status, 200, "meant, after theirs was seen");
    });
}

#[test]
fn of_many_who_change_one_field_at_once_exactly_one_succeeds() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let who = server.sign_in("ops@blueridge.test").await;
        let load = who.create_load().await;
        let tries =
            (0..12).map(|number| edit(&who, &load, json!({ "reference": of(Value::Null, format!("PO {number}")) })));
        let answers = futures_util::future::join_all(tries).await;
        let done: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(done.len(), 1);
        assert!(answers.iter().filter(|answer| answer.status != 200).all(|answer| answer.status == 409));
        assert_eq!(who.load(load.id).await.row_of_detail().version, load.version + 1);
    });
}

#[test]
fn a_moved_window_moves_the_load_its_carrier_hears_and_it_can_be_taken_back() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let office = server.sign_in("carrier1@blueridge.test").await;
        let load = ops.create_load().await;
        let load = ops.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
        let before = ops.load(load.id).await;
        let stop = before.data()["stops"][1].clone();
        let mut ear = Ear::open(&office, "/events").await;

        let window = json!({
            "wasStart": stop["appointment"]["start"], "wasEnd": stop["appointment"]["end"],
            "windowStart": on_day(6, "13:00"), "windowEnd": on_day(6, "18:30"),
        });
        let fields = json!({
            "stops": [{ "id": stop["id"], "facility": of("DC West", "DC North"), "window": window }],
            "notes": of(Value::Null, "None of theirs"), "isHot": of(false, true),
        });
        let moved = edit(&ops, &load, fields).await;
        assert_eq!(moved.status, 200, "{}", moved.body);
        let after = ops.load(load.id).await;
        assert_eq!(after.data()["stops"][1]["facility"], "DC North");
        assert_eq!(after.data()["load"]["delivery"], after.data()["stops"][1]["appointment"]);
        assert_ne!(after.data()["load"]["delivery"], before.data()["load"]["delivery"]);

        let event = ear.hears("load:updated", |_| true).await;
        let told: Vec<_> = event["data"]["changedFields"].as_array().unwrap().clone();
        assert_eq!(told, ["stops[1].facility", "stops[1].window"], "the desk's own business is not named");
        assert!(!event.to_string().contains("None of theirs"));
        let theirs = office.load(load.id).await;
        assert!(!theirs.body.to_string().contains("None of theirs"), "{}", theirs.body);
        let edited =
            theirs.data()["timeline"].as_array().unwrap().iter().find(|line| line["kind"] == "edited").cloned();
        assert_eq!(edited.unwrap()["fields"], json!(["stops[1].facility", "stops[1].window"]));
        let notices = office.get("/api/v1/notifications").await;
        assert_eq!(notices.data()[0]["topic"], "window_moved");

        let undone = ops.post("/api/v1/loads/undo", json!({ "loadId": load.id, "version": moved.row().version })).await;
        assert_eq!(undone.status, 200, "{}", undone.body);
        assert_eq!(content(&ops.load(load.id).await), content(&before));
    });
}

#[test]
fn what_the_carrier_may_not_know_is_not_even_told_to_have_changed() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let office = server.sign_in("carrier1@blueridge.test").await;
        let load = ops.create_load().await;
        let load = ops.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
        let mut ear = Ear::open(&office, "/events").await;
        let inside = json!({ "notes": of(Value::Null, "Quiet"), "customerRateCents": of(Value::Null, 310_000) });
        assert_eq!(edit(&ops, &load, inside).await.status, 200);
        assert_eq!(edit(&ops, &load, json!({ "commodity": of("Frozen fruit", "Peas") })).await.status, 200);
        let first = ear.hears("load:updated", |_| true).await;
        assert_eq!(first["data"]["changedFields"], json!(["commodity"]), "the first that they hear of");
        let lines = office.load(load.id).await;
        let edited =
            lines.data()["timeline"].as_array().unwrap().iter().filter(|line| line["kind"] == "edited").count();
        assert_eq!(edited, 1);
        assert_eq!(edit(&office, &load, json!({ "commodity": of("Peas", "Beans") })).await.status, 403);
    });
}

#[test]
fn bad_edits_are_refused_by_their_fields_and_change_nothing() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let desk = server.dispatcher().await;
        let load = desk.create_load().await;
        let before = desk.load(load.id).await;
        let stops = before.data()["stops"].clone();
        let window = |index: usize, opens: &str, closes: &str| {
            let stop = &stops[index];
            json!({ "stops": [{ "id": stop["id"], "window": {
                "wasStart": stop["appointment"]["start"], "wasEnd": stop["appointment"]["end"],
                "windowStart": opens, "windowEnd": closes,
            } }] })
        };
        for (fields, at) in [
            (json!({ "customerName": of("Summit Foods", " ") }), "customerName"),
            (json!({ "customerName": of("Summit Foods", "x".repeat(201)) }), "customerName"),
            (json!({ "notes": of(Value::Null, "x".repeat(2_001)) }), "notes"),
            (json!({ "weightLbs": of(38_000, 0) }), "weightLbs"),
            (json!({ "carrierRateCents": of(Value::Null, -5) }), "carrierRateCents"),
            // Dispatchers don't see what the customer pays, and can't find it out by trying.
            (json!({ "customerRateCents": of(Value::Null, 5) }), "customerRateCents"),
            (json!({ "stops": [{ "id": load.id, "facility": of("x", "y") }] }), "stops"),
            (window(1, &on_day(6, "18:00"), &on_day(6, "17:00")), "stops[1].windowEnd"),
            (window(1, &on_day(3, "08:00"), &on_day(3, "09:00")), "stops[1].windowStart"),
            (window(0, "tomorrow", &on_day(5, "12:00")), "stops[0].windowStart"),
            (window(0, &on_day(500, "08:00"), &on_day(500, "12:00")), "stops[0].windowStart"),
        ] {
            let refused = edit(&desk, &load, fields.clone()).await;
            let details = &refused.refused(400, "invalid")["details"];
            assert!(details["fields"][at].is_string(), "{fields}: {details}");
        }
        assert_eq!(desk.load(load.id).await.data(), before.data());

        let ops = server.sign_in("ops@blueridge.test").await;
        let cancel = json!({ "loadId": load.id, "version": load.version, "reason": "x" });
        assert_eq!(ops.post("/api/v1/loads/cancel", cancel).await.status, 200);
        let refused = edit(&desk, &load, json!({ "commodity": of("Frozen fruit", "Peas") })).await;
        assert_eq!(refused.refused(422, "refused")["details"]["rule"], "load_finished");
    });
}

#[test]
fn a_rate_that_is_offered_is_not_changed_behind_the_offers() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let desk = server.dispatcher().await;
        let load = desk.create_load().await;
        let tender = json!({
            "loadId": load.id, "version": load.version, "carrierIds": [server.blue.carriers[0]], "carrierRateCents": 150_000,
        });
        let load = desk.post("/api/v1/loads/tender", tender).await.row();
        let refused = edit(&desk, &load, json!({ "carrierRateCents": of(150_000, 100_000) })).await;
        assert!(refused.refused(400, "invalid")["details"]["fields"]["carrierRateCents"].is_string());
        assert_eq!(edit(&desk, &load, json!({ "commodity": of("Frozen fruit", "Peas") })).await.status, 200);
    });
}
