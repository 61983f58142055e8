//! Carriers: entering and changing them, what they must have in force, and what that does to loads.

use contract::{event::Cursor, loads::LoadRow};
use headhaul::{clock::Clock, places};
use serde_json::{Value, json};

use crate::fixture::{Answer, Client, TestServer, new_load, on_both_engines, on_day};

/// A day so many days from now, as the fixture's company counts them.
fn day(days: i64) -> String {
    let at = Clock::default().now().plus_minutes(days * 24 * 60);
    places::date(at, "America/New_York").to_string()
}

/// A carrier that has all that it must.
fn good(mc_number: &str) -> Value {
    json!({
        "name": "Kestrel Freight", "mcNumber": mc_number, "dotNumber": "7654321", "equipment": ["DRY_VAN", "REEFER"],
        "phone": "+1 (555) 010-0199", "email": "dispatch@kestrel.example", "notes": "Pays drivers late",
        "covers": [
            { "kind": "AUTHORITY", "expiresOn": day(400) },
            { "kind": "AUTO_LIABILITY", "number": "AL-1", "amountCents": 100_000_000, "expiresOn": day(400) },
            { "kind": "CARGO", "number": "CG-1", "amountCents": 10_000_000, "expiresOn": day(400) },
        ],
    })
}

async fn change(client: &Client, known: &Value, edit: impl FnOnce(&mut Value)) -> Answer {
    let mut form = known["carrier"].clone();
    form["covers"] = known["covers"].clone();
    form["notes"] = known["notes"].clone();
    edit(&mut form);
    let ask = json!({
        "carrierId": known["carrier"]["id"], "version": known["carrier"]["version"], "carrier": form,
    });
    client.post("/api/v1/carriers/change", ask).await
}

fn rule(answer: &Answer) -> Value {
    answer.refused(422, "refused")["details"]["rule"].clone()
}

/// What somebody was told since a cursor, by the events' names.
async fn told(client: &Client, since: &Cursor) -> Vec<(String, Value)> {
    let since = serde_json::to_string(since).unwrap();
    let since: String = url::form_urlencoded::byte_serialize(since.as_bytes()).collect();
    let answer = client.get(&format!("/api/v1/events?since={since}")).await;
    let events = answer.data()["events"].as_array().unwrap().clone();
    events.into_iter().map(|event| (event["event"].as_str().unwrap().to_owned(), event["data"].clone())).collect()
}

async fn stands(client: &Client) -> Cursor {
    let answer = client.get("/api/v1/events").await;
    serde_json::from_value(answer.data()["cursor"].clone()).unwrap()
}

#[test]
fn a_carrier_is_entered_changed_and_read_by_those_who_may() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let relations = server.sign_in("relations@blueridge.test").await;
        let dispatcher = server.dispatcher().await;
        for who in ["dispatch1", "support", "readonly", "sales", "carrier1", "driver1"] {
            let client = server.sign_in(&format!("{who}@blueridge.test")).await;
            client.post("/api/v1/carriers", good("700001")).await.refused(403, "forbidden");
        }
        let entered = relations.post("/api/v1/carriers", good("700001")).await;
        let known = entered.data();
        assert_eq!(known["carrier"]["status"], "ACTIVE");
        assert_eq!(known["carrier"]["findings"], json!([]));
        let id = known["carrier"]["id"].as_str().unwrap();

        let read = dispatcher.get(&format!("/api/v1/carriers/one?id={id}")).await;
        assert_eq!(read.data()["notes"], "Pays drivers late");
        let looks_on = server.sign_in("readonly@blueridge.test").await;
        let read = looks_on.get(&format!("/api/v1/carriers/one?id={id}")).await;
        assert_eq!(read.data()["notes"], Value::Null, "the desk's own");
        server
            .sign_in("ops@prairie.test")
            .await
            .get(&format!("/api/v1/carriers/one?id={id}"))
            .await
            .refused(404, "not_found");

        let changed = change(&relations, known, |form| form["status"] = json!("SUSPENDED")).await;
        assert_eq!(
            (&changed.data()["carrier"]["version"], &changed.data()["carrier"]["active"]),
            (&json!(2), &json!(false))
        );
        assert_eq!(changed.data()["updatedBy"], "relations of blueridge");
        let stale = change(&relations, known, |form| form["name"] = json!("Another")).await;
        let details = &stale.refused(409, "conflict")["details"];
        assert_eq!((&details["version"], &details["changedBy"]), (&json!(2), &json!("relations of blueridge")));
        assert_eq!(rule(&relations.post("/api/v1/carriers", good("700001")).await), "carrier_number_taken");
        let same = change(&relations, changed.data(), |_| {}).await;
        assert_eq!(same.data()["carrier"]["version"], 2, "nothing differs, so nothing is written");
        // The other company may well have a carrier of that number.
        server.sign_in("ops@prairie.test").await.post("/api/v1/carriers", good("700001")).await.data();
        server.stop().await;
    });
}

#[test]
fn what_is_wrong_with_a_carrier_is_told_field_by_field() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        for (field, spoilt) in [
            ("name", json!({ "name": " " })),
            ("mcNumber", json!({ "mcNumber": "MC700001" })),
            ("dotNumber", json!({ "dotNumber": "12" })),
            ("equipment", json!({ "equipment": [] })),
            ("phone", json!({ "phone": "call me" })),
            ("email", json!({ "email": "nobody" })),
            (
                "covers[0].amountCents",
                json!({ "covers": [{ "kind": "CARGO", "amountCents": -1, "expiresOn": day(9) }] }),
            ),
        ] {
            let mut form = good("700002");
            form.as_object_mut().unwrap().extend(spoilt.as_object().unwrap().clone());
            let refused = ops.post("/api/v1/carriers", form).await;
            let fields = &refused.refused(400, "invalid")["details"]["fields"];
            assert_eq!(fields.as_object().unwrap().keys().collect::<Vec<_>>(), [field]);
        }
        for expires_on in ["2027-2-1", "next year", "2027-02-30", "12027-01-01", ""] {
            let mut form = good("700002");
            form["covers"][0]["expiresOn"] = json!(expires_on);
            ops.post("/api/v1/carriers", form).await.refused(400, "invalid");
        }
        server.stop().await;
    });
}

#[test]
fn a_driver_is_entered_renamed_and_gone_and_drives_for_nobody_else() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (ops, dispatcher) = (server.sign_in("ops@blueridge.test").await, server.dispatcher().await);
        let [first, second] = [0, 1].map(|which| server.blue.carriers[which]);
        let ask = json!({ "carrierId": first, "name": "Kit Marsh", "phone": "(555) 010-0133" });
        let entered = ops.post("/api/v1/carriers/drivers", ask.clone()).await;
        let drivers = entered.data()["carrier"]["drivers"].as_array().unwrap().clone();
        let kit = drivers.iter().find(|driver| driver["name"] == "Kit Marsh").unwrap()["id"].clone();
        dispatcher.post("/api/v1/carriers/drivers", ask).await.refused(403, "forbidden");
        let of_other = json!({ "carrierId": second, "driverId": kit, "name": "Kit", "phone": "555-010-0133" });
        ops.post("/api/v1/carriers/drivers", of_other).await.refused(404, "not_found");

        let load = dispatcher.create_load().await;
        let assign = |load: &LoadRow| {
            json!({ "loadId": load.id, "version": load.version, "carrierId": first, "driverId": kit,
                    "carrierRateCents": 100_000 })
        };
        let load = dispatcher.post("/api/v1/loads/assign", assign(&load)).await.row();
        assert_eq!(load.driver.as_ref().unwrap().name, "Kit Marsh");
        let left = json!({
            "carrierId": first, "driverId": kit, "name": "Kit Marsh", "phone": "5550100133", "hasLeft": true,
        });
        let left = ops.post("/api/v1/carriers/drivers", left).await;
        assert!(!left.data()["carrier"]["drivers"].to_string().contains("Kit"), "{}", left.body);
        assert_eq!(
            dispatcher.load(load.id).await.row_of_detail().driver.unwrap().name,
            "Kit Marsh",
            "who drove, drove"
        );
        let other = dispatcher.create_load().await;
        dispatcher.post("/api/v1/loads/assign", assign(&other)).await.refused(400, "invalid");
        let rate =
            json!({ "loadId": load.id, "version": load.version, "carrierId": first, "carrierRateCents": 110_000 });
        let load = dispatcher.post("/api/v1/loads/assign", rate).await.row();
        assert_eq!(load.driver.unwrap().name, "Kit Marsh", "and goes on until another one is chosen");
        server.stop().await;
    });
}

#[test]
fn a_carrier_without_what_it_must_have_is_offered_nothing() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (ops, dispatcher) = (server.sign_in("ops@blueridge.test").await, server.dispatcher().await);
        let known = ops.post("/api/v1/carriers", good("700003")).await;
        let id = known.data()["carrier"]["id"].clone();
        let tender = async |load: &LoadRow| {
            let ask = json!({
                "loadId": load.id, "version": load.version, "carrierIds": [id], "carrierRateCents": 150_000,
            });
            dispatcher.post("/api/v1/loads/tender", ask).await
        };
        // In force today, and over before the delivery in six days.
        let known = change(&ops, known.data(), |form| form["covers"][2]["expiresOn"] = json!(day(3))).await;
        assert_eq!(known.data()["carrier"]["findings"][0]["status"], "EXPIRING_SOON");
        let load = dispatcher.create_load().await;
        assert_eq!(rule(&tender(&load).await), "carrier_not_compliant");
        let assign = json!({
            "loadId": load.id, "version": load.version, "carrierId": id, "carrierRateCents": 150_000,
            "status": "TENDERED",
        });
        assert_eq!(rule(&dispatcher.post("/api/v1/loads/assign", assign).await), "carrier_not_compliant");

        for (covers, why) in [
            (json!([]), "all of it is missing"),
            (
                json!([
                    { "kind": "AUTHORITY", "expiresOn": day(400) },
                    { "kind": "AUTO_LIABILITY", "amountCents": 74_999_999, "expiresOn": day(400) },
                    { "kind": "CARGO", "amountCents": 10_000_000, "expiresOn": day(400) },
                ]),
                "one is too low",
            ),
        ] {
            let now = ops.get(&format!("/api/v1/carriers/one?id={}", id.as_str().unwrap())).await;
            change(&ops, now.data(), |form| form["covers"] = covers).await.data();
            assert_eq!(rule(&tender(&load).await), "carrier_not_compliant", "{why}");
        }
        let now = ops.get(&format!("/api/v1/carriers/one?id={}", id.as_str().unwrap())).await;
        let now = change(&ops, now.data(), |form| form["covers"] = good("")["covers"].clone()).await;
        change(&ops, now.data(), |form| form["status"] = json!("PENDING")).await.data();
        assert_eq!(rule(&tender(&load).await), "carrier_inactive");
        let now = ops.get(&format!("/api/v1/carriers/one?id={}", id.as_str().unwrap())).await;
        change(&ops, now.data(), |form| form["status"] = json!("ACTIVE")).await.data();
        assert_eq!(tender(&load).await.data()["status"], "TENDERED");
        server.stop().await;
    });
}

#[test]
fn before_a_truck_starts_everything_is_looked_at_and_a_manager_may_do_without() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (ops, dispatcher) = (server.sign_in("ops@blueridge.test").await, server.dispatcher().await);
        let mut new = new_load();
        new["stops"][0]["windowStart"] = json!(on_day(-1, "08:00"));
        new["stops"][0]["windowEnd"] = json!(on_day(-1, "09:00"));
        let load = dispatcher.post("/api/v1/loads", new).await.row();
        let load = dispatcher.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
        let carrier = format!("/api/v1/carriers/one?id={}", server.blue.carriers[0]);
        let known = ops.get(&carrier).await;
        let spoil = |form: &mut Value| {
            form["status"] = json!("INACTIVE");
            form["covers"] = json!([{ "kind": "CARGO", "amountCents": 10_000_000, "expiresOn": day(2) }]);
        };
        change(&ops, known.data(), spoil).await.data();

        let ask = |more: Value| {
            let mut ask = json!({ "loadId": load.id, "version": load.version });
            ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            ask
        };
        let refused = dispatcher.post("/api/v1/loads/dispatch", ask(json!({}))).await;
        let all =
            ["CARRIER_ACTIVE", "AUTHORITY", "AUTO_LIABILITY", "CARGO_INSURANCE", "RATE_CONFIRMATION", "PICKUP_WINDOW"];
        assert_eq!(rule(&refused), "checks_failed");
        assert_eq!(refused.refused(422, "refused")["details"]["checks"], json!(all));
        let meant = ask(json!({ "confirmed": true, "reason": "The shipper waits" }));
        dispatcher.post("/api/v1/loads/dispatch", meant.clone()).await.refused(422, "refused");
        for half in [json!({ "confirmed": true }), json!({ "reason": "The shipper waits" })] {
            ops.post("/api/v1/loads/dispatch", ask(half)).await.refused(422, "refused");
        }

        // One after the other is mended, and named no more.
        dispatcher.confirm_rate(load.id).await;
        change(&ops, ops.get(&carrier).await.data(), |form| form["status"] = json!("ACTIVE")).await.data();
        let refused = dispatcher.post("/api/v1/loads/dispatch", ask(json!({}))).await;
        let left = ["AUTHORITY", "AUTO_LIABILITY", "CARGO_INSURANCE", "PICKUP_WINDOW"];
        assert_eq!(refused.refused(422, "refused")["details"]["checks"], json!(left));

        let started = ops.post("/api/v1/loads/dispatch", meant).await;
        assert_eq!(started.data()["status"], "DISPATCHED");
        let detail = dispatcher.load(load.id).await;
        let lines = detail.data()["timeline"].as_array().unwrap().clone();
        let waived = lines.iter().find(|line| line["kind"] == "checks_waived").unwrap();
        assert_eq!((&waived["by"], &waived["checks"]), (&json!("ops of blueridge"), &json!(left)));
        assert!(lines.iter().any(|line| line["reason"] == "The shipper waits"), "{lines:?}");
        let portal = server.sign_in("carrier1@blueridge.test").await;
        let theirs = portal.load(load.id).await.body.to_string();
        assert!(!theirs.contains("waived") && !theirs.contains("shipper waits"), "{theirs}");
        server.stop().await;
    });
}

#[test]
fn a_rate_that_was_agreed_with_another_carrier_starts_no_truck() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let load = dispatcher.create_load().await;
        let load = dispatcher.assign(&load, &server.blue, 1, Some("ACCEPTED")).await;
        dispatcher.confirm_rate(load.id).await;
        let load = dispatcher.assign(&load, &server.blue, 0, None).await;

        let ask = json!({ "loadId": load.id, "version": load.version });
        let refused = dispatcher.post("/api/v1/loads/dispatch", ask.clone()).await;
        assert_eq!(refused.refused(422, "refused")["details"]["checks"], json!(["RATE_CONFIRMATION"]));
        dispatcher.confirm_rate(load.id).await;
        assert_eq!(dispatcher.post("/api/v1/loads/dispatch", ask).await.data()["status"], "DISPATCHED");
        server.stop().await;
    });
}

#[test]
fn the_end_of_a_cover_is_told_once_in_each_step_to_those_who_must_know() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let relations = server.sign_in("relations@blueridge.test").await;
        let portal = server.sign_in("carrier1@blueridge.test").await;
        let strangers = ["carrier2@blueridge.test", "ops@prairie.test"];
        let carrier = format!("/api/v1/carriers/one?id={}", server.blue.carriers[0]);
        // The server's own job may be first, so what counts is what is told and not by whom.
        let told_now = async || _ = headhaul::carriers::tell_endings(&server.desk).await.unwrap();
        told_now().await;
        let known = ops.get(&carrier).await;
        change(&ops, known.data(), |form| form["covers"][2]["expiresOn"] = json!(day(20))).await.data();
        let stood = (stands(&ops).await, stands(&relations).await, stands(&portal).await);
        let before = strangers.map(async |who| stands(&server.sign_in(who).await).await);
        let before = futures_util::future::join_all(before).await;

        // 20 days before the end, then a fortnight, a week, the day before, and when it has ended.
        for days in [0, 6, 8, 5, 4] {
            server.clock.advance_ms(days * 24 * 3_600_000);
            told_now().await;
            told_now().await;
        }
        for (who, since) in [("ops", &stood.0), ("relations", &stood.1), ("carrier1", &stood.2)] {
            // Weeks later they have to sign in anew.
            let client = server.sign_in(&format!("{who}@blueridge.test")).await;
            let alerts: Vec<_> = told(&client, since)
                .await
                .into_iter()
                .filter(|(name, _)| name == "carrier:compliance:alert")
                .map(|(_, data)| data)
                .collect();
            let states: Vec<_> = alerts.iter().map(|alert| alert["status"].as_str().unwrap()).collect();
            assert_eq!(states, ["EXPIRING_SOON", "EXPIRING_SOON", "EXPIRING_SOON", "EXPIRING_SOON", "EXPIRED"]);
            assert!(alerts.iter().all(|alert| alert["requirement"] == "CARGO"));
        }
        for (stranger, since) in strangers.iter().zip(&before) {
            assert_eq!(told(&server.sign_in(stranger).await, since).await, [], "none of theirs");
        }
        let ops = server.sign_in("ops@blueridge.test").await;
        // A new certificate is told of anew when its own end comes near.
        let now = ops.get(&carrier).await;
        let later = server.clock.now().plus_minutes(5 * 24 * 60).utc().date_naive();
        let since = stands(&ops).await;
        change(&ops, now.data(), |form| form["covers"][2]["expiresOn"] = json!(later)).await.data();
        told_now().await;
        told_now().await;
        let names: Vec<_> = told(&ops, &since).await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["carrier:updated", "carrier:compliance:alert", "notification:new"]);
        server.stop().await;
    });
}

#[test]
fn what_the_desk_thinks_of_a_carrier_is_not_told_to_it() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let portal = server.sign_in("carrier1@blueridge.test").await;
        let carrier = format!("/api/v1/carriers/one?id={}", server.blue.carriers[0]);
        let since = stands(&portal).await;
        let known = ops.get(&carrier).await;
        let known = change(&ops, known.data(), |form| form["notes"] = json!("Never again")).await;
        assert_eq!(told(&portal, &since).await, []);
        let edit = |form: &mut Value| {
            form["status"] = json!("SUSPENDED");
            form["phone"] = json!("555-010-0144");
        };
        change(&ops, known.data(), edit).await.data();
        let heard = told(&portal, &since).await;
        assert_eq!(heard.len(), 1);
        assert_eq!(heard[0].1["changedFields"], json!(["phone"]));
        assert_eq!(heard[0].1["updatedBy"], "blueridge company");
        server.stop().await;
    });
}

#[test]
fn of_two_who_enter_the_same_number_at_once_one_is_told() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let entered = (0..8).map(async |_| ops.post("/api/v1/carriers", good("700009")).await);
        let answers = futures_util::future::join_all(entered).await;
        let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status.is_success());
        assert_eq!(done.len(), 1);
        assert!(refused.iter().all(|answer| rule(answer) == "carrier_number_taken"));
        server.stop().await;
    });
}

#[test]
fn what_was_told_already_stands_in_nobodys_way() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        for which in 0..2 {
            let carrier = format!("/api/v1/carriers/one?id={}", server.blue.carriers[which]);
            let known = ops.get(&carrier).await;
            change(&ops, known.data(), |form| form["covers"][2]["expiresOn"] = json!(day(20 + which as i64)))
                .await
                .data();
        }
        headhaul::carriers::tell_endings(&server.desk).await.unwrap();
        let today = contract::Day::new(places::date(server.clock.now(), "America/New_York"));
        let due = headhaul::store::carriers::ending(&server.desk.store, today, 1).await.unwrap();
        assert!(due.is_empty(), "both wait for their next step: {due:?}");
        server.stop().await;
    });
}
