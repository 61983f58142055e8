//! Loads: entered, found, moved, and kept from those they don't concern.

use std::collections::HashSet;

use contract::loads::LoadRow;
use serde_json::{Value, json};

use crate::fixture::{TestServer, new_load, on_both_engines, on_day};

#[test]
fn a_load_lives_from_its_entry_to_its_completion() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let driver = server.sign_in("driver1@blueridge.test").await;

        let mut load = dispatcher.create_load().await;
        assert_eq!(load.status.name(), "PENDING");
        assert_eq!(load.pickup.zone_short, "CT");
        load = dispatcher.assign(&load, &server.blue, 0, Some("TENDERED")).await;
        driver.try_move(&load, "ACCEPTED").await.refused(403, "forbidden");
        let carrier = server.sign_in("carrier1@blueridge.test").await;
        load = carrier.move_to(&load, "ACCEPTED").await;
        load = dispatcher.move_to(&load, "DISPATCHED").await;
        for status in ["AT_PICKUP", "PICKED_UP", "IN_TRANSIT", "AT_DELIVERY", "DELIVERED"] {
            load = driver.move_to(&load, status).await;
        }
        load = dispatcher.move_to(&load, "COMPLETED").await;

        let detail = dispatcher.load(load.id).await;
        let stops = detail.data()["stops"].as_array().unwrap();
        assert!(stops.iter().all(|stop| stop["arrivedAt"].is_string() && stop["departedAt"].is_string()), "{stops:?}");
        let kinds: Vec<_> =
            detail.data()["timeline"].as_array().unwrap().iter().map(|entry| entry["kind"].clone()).collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == "status_changed").count(), 9);
        assert_eq!(kinds.last().unwrap(), "load_created");
        server.stop().await;
    });
}

#[test]
fn of_two_who_change_the_same_version_the_second_learns_who_was_first() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let first = server.dispatcher().await;
        let second = server.sign_in("dispatch2@blueridge.test").await;
        let load = first.create_load().await;

        first.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
        let answer = second
            .post(
                "/api/v1/loads/assign",
                json!({ "loadId": load.id, "version": load.version, "carrierId": server.blue.carriers[1] }),
            )
            .await;

        let details = &answer.refused(409, "conflict")["details"];
        assert_eq!(details["version"], 2);
        assert_eq!(details["changedBy"], "dispatch1 of blueridge");
        assert!(details["changedAt"].is_string());
        server.stop().await;
    });
}

#[test]
fn of_many_who_take_a_load_at_the_same_moment_exactly_one_gets_it() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let load = dispatcher.create_load().await;

        let tries = (0..12).map(|n| {
            let ask = json!({
                "loadId": load.id, "version": load.version, "carrierId": server.blue.carriers[n % 2],
                "carrierRateCents": 100_000, "status": "ACCEPTED",
            });
            let dispatcher = dispatcher.clone();
            tokio::spawn(async move { dispatcher.post("/api/v1/loads/assign", ask).await.status.as_u16() })
        });
        let mut won = 0;
        for attempt in tries.collect::<Vec<_>>() {
            match attempt.await.unwrap() {
                200 => won += 1,
                409 => {}
                other => panic!("{other}"),
            }
        }
        assert_eq!(won, 1);
        server.stop().await;
    });
}

#[test]
fn load_numbers_have_no_doubles_and_no_holes() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let entered = (0..25).map(|_| {
            let dispatcher = dispatcher.clone();
            tokio::spawn(async move { dispatcher.create_load().await.load_number })
        });
        let mut numbers = HashSet::new();
        for load in entered.collect::<Vec<_>>() {
            let number = load.await.unwrap();
            assert!(numbers.insert(number[10..].parse::<u32>().unwrap()), "{number} was given twice");
        }
        assert_eq!(numbers, (1..=25).collect());
        server.stop().await;
    });
}

#[test]
fn an_illegal_move_is_refused_and_told_what_is_legal() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let load = dispatcher.create_load().await;

        let refused = dispatcher.try_move(&load, "DELIVERED").await;
        let details = &refused.refused(409, "illegal_transition")["details"];
        assert_eq!(details["allowed"], json!(["TENDERED", "ACCEPTED"]), "cancelling is not a dispatcher's");
        server.stop().await;
    });
}

#[test]
fn each_edge_has_its_conditions_and_its_roles() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let rule = |answer: &crate::fixture::Answer| answer.refused(422, "refused")["details"]["rule"].clone();
        let load = dispatcher.create_load().await;

        assert_eq!(rule(&dispatcher.try_move(&load, "TENDERED").await), "carrier_needed");
        assert_eq!(rule(&dispatcher.try_move(&load, "ACCEPTED").await), "carrier_needed");
        let ask = json!({ "loadId": load.id, "version": load.version, "carrierId": server.blue.carriers[0] });
        let load = dispatcher.post("/api/v1/loads/assign", ask).await.row();
        assert_eq!(rule(&dispatcher.try_move(&load, "TENDERED").await), "carrier_rate_needed");
        let load = dispatcher.move_to(&load, "ACCEPTED").await;
        assert_eq!(rule(&dispatcher.try_move(&load, "DISPATCHED").await), "driver_needed");
        let mixed = json!({
            "loadId": load.id, "version": load.version, "carrierId": server.blue.carriers[0], "driverId": server.blue.drivers[1],
        });
        assert_eq!(rule(&dispatcher.post("/api/v1/loads/assign", mixed).await), "driver_of_other_carrier");

        let load = dispatcher.assign(&load, &server.blue, 0, None).await;
        let load = dispatcher.move_to(&load, "DISPATCHED").await;
        dispatcher.try_move(&load, "ACCEPTED").await.refused(403, "forbidden");
        assert_eq!(rule(&ops.try_move(&load, "ACCEPTED").await), "reason_needed");
        let back =
            json!({ "loadId": load.id, "version": load.version, "status": "ACCEPTED", "reason": "Truck broke down" });
        let load = ops.post("/api/v1/loads/status", back).await.row();

        dispatcher
            .post("/api/v1/loads/cancel", json!({ "loadId": load.id, "version": load.version, "reason": "x" }))
            .await
            .refused(403, "forbidden");
        assert_eq!(
            rule(
                &ops.post("/api/v1/loads/cancel", json!({ "loadId": load.id, "version": load.version, "reason": " " }))
                    .await
            ),
            "reason_needed"
        );
        let gone = ops
            .post(
                "/api/v1/loads/cancel",
                json!({ "loadId": load.id, "version": load.version, "reason": "Customer withdrew" }),
            )
            .await
            .row();
        assert_eq!(gone.status.name(), "CANCELLED");
        server.stop().await;
    });
}

#[test]
fn giving_a_load_away_moves_it_onward_only_and_leaves_nothing_out() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let (carriers, drivers) = (&server.blue.carriers, &server.blue.drivers);
        let assign = async |load: &LoadRow, more: Value| {
            let mut ask = json!({ "loadId": load.id, "version": load.version });
            ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            ops.post("/api/v1/loads/assign", ask).await
        };
        let rule = |answer: &crate::fixture::Answer| answer.refused(422, "refused")["details"]["rule"].clone();
        let load = ops.create_load().await;
        let load = ops.assign(&load, &server.blue, 0, Some("TENDERED")).await;

        for status in ["CANCELLED", "PENDING", "COMPLETED", "AT_PICKUP"] {
            assign(&load, json!({ "carrierId": carriers[0], "status": status })).await.refused(400, "invalid");
        }
        let load = assign(&load, json!({ "carrierId": carriers[0], "status": "ACCEPTED" })).await.row();
        assert_eq!(load.driver.as_ref().map(|driver| driver.id), Some(drivers[0]), "who drives is kept");
        let unsigned = assign(&load, json!({ "carrierId": carriers[0], "status": "DISPATCHED" })).await;
        assert_eq!(rule(&unsigned), "checks_failed");
        ops.confirm_rate(load.id).await;
        let load = assign(&load, json!({ "carrierId": carriers[0], "status": "DISPATCHED" })).await.row();
        let back = assign(&load, json!({ "carrierId": carriers[0], "status": "ACCEPTED" })).await;
        assert_eq!(rule(&back), "reason_needed");

        assert_eq!(rule(&assign(&load, json!({ "carrierId": carriers[1] })).await), "driver_needed");
        let unpaid = json!({ "carrierId": carriers[1], "driverId": drivers[1] });
        assert_eq!(rule(&assign(&load, unpaid).await), "carrier_rate_needed");
        let agreed = json!({ "carrierId": carriers[1], "driverId": drivers[1], "carrierRateCents": 170_000 });
        let load = assign(&load, agreed).await.row();
        assert_eq!((load.status.name(), load.carrier_rate_cents), ("DISPATCHED", Some(170_000)));
        let load = ops.load(load.id).await;
        assert_eq!(load.data()["load"]["driver"]["id"], json!(drivers[1]));
        server.stop().await;
    });
}

#[test]
fn a_delivery_is_confirmed_and_the_carrier_is_fixed_from_pickup_on() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let mut load = server.dispatched_load().await;
        for status in ["AT_PICKUP", "PICKED_UP", "IN_TRANSIT"] {
            load = dispatcher.move_to(&load, status).await;
        }

        let silent = json!({ "loadId": load.id, "version": load.version, "status": "DELIVERED" });
        let answer = dispatcher.post("/api/v1/loads/status", silent).await;
        assert_eq!(answer.refused(422, "refused")["details"]["rule"], "confirmation_needed");
        let other = json!({ "loadId": load.id, "version": load.version, "carrierId": server.blue.carriers[1] });
        let answer = dispatcher.post("/api/v1/loads/assign", other).await;
        assert_eq!(answer.refused(422, "refused")["details"]["rule"], "carrier_locked");
        server.stop().await;
    });
}

#[test]
fn money_is_for_those_who_may_see_it() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let mut new = new_load();
        new["customerRateCents"] = json!(250_000);
        new["notes"] = json!("Call before noon");
        let load = ops.post("/api/v1/loads", new.clone()).await.row();
        let load = ops.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;

        for (who, customer, carrier, notes) in [
            ("admin", true, true, true),
            ("ops", true, true, true),
            ("dispatch1", false, true, true),
            ("support", false, false, true),
            ("readonly", false, false, false),
            ("carrier1", false, true, false),
        ] {
            let detail = server.sign_in(&format!("{who}@blueridge.test")).await.load(load.id).await;
            let row = &detail.data()["load"];
            assert_eq!(row.get("customerRateCents").is_some(), customer, "{who}");
            assert_eq!(row.get("carrierRateCents").is_some(), carrier, "{who}");
            assert_eq!(detail.data().get("notes").is_some(), notes, "{who}");
        }
        let dispatcher = server.dispatcher().await;
        let answer = dispatcher.post("/api/v1/loads", new).await;
        assert!(answer.refused(400, "invalid")["details"]["fields"]["customerRateCents"].is_string());
        let active = ops.get("/api/v1/loads/active").await;
        assert!(!active.body.to_string().contains("RateCents"), "no money on the map, for anyone");
        server.stop().await;
    });
}

#[test]
fn bad_input_is_refused_at_its_field() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let spoil = |path: &[&str], value: Value| {
            let mut new = new_load();
            let mut place = &mut new;
            for step in path {
                place = match step.parse::<usize>() {
                    Ok(index) => &mut place[index],
                    Err(_) => &mut place[*step],
                };
            }
            *place = value;
            new
        };
        for (field, new) in [
            ("customerName", spoil(&["customerName"], json!("  "))),
            ("customerName", spoil(&["customerName"], json!("x".repeat(201)))),
            ("customerName", spoil(&["customerName"], json!("a\0b"))),
            ("customerName", spoil(&["customerName"], json!("\u{202e}gnp.exe"))),
            ("customerName", spoil(&["customerName"], json!("\u{200b}\u{200b}"))),
            ("customerName", spoil(&["customerName"], json!("a\nb"))),
            ("notes", spoil(&["notes"], json!("a\0b"))),
            ("reference", spoil(&["reference"], json!("a\u{7}b"))),
            ("stops[0].facility", spoil(&["stops", "0", "facility"], json!("a\0b"))),
            ("stops[0].city", spoil(&["stops", "0", "city"], json!("Kansas\0City"))),
            ("stops[0].state", spoil(&["stops", "0", "state"], json!("É1"))),
            ("weightLbs", spoil(&["weightLbs"], json!(80_001))),
            ("weightLbs", spoil(&["weightLbs"], json!(0))),
            ("stops", spoil(&["stops"], json!([]))),
            ("stops[0].kind", spoil(&["stops", "0", "kind"], json!("DELIVERY"))),
            ("stops[1].kind", spoil(&["stops", "1", "kind"], json!("PICKUP"))),
            ("stops[0].city", spoil(&["stops", "0", "city"], json!("Atlantis"))),
            ("stops[0].state", spoil(&["stops", "0", "state"], json!("Missouri"))),
            ("stops[0].windowStart", spoil(&["stops", "0", "windowStart"], json!("tomorrow"))),
            ("stops[0].windowEnd", spoil(&["stops", "0", "windowEnd"], json!(on_day(5, "07:00")))),
            ("stops[1].windowStart", spoil(&["stops", "1", "windowEnd"], json!(on_day(4, "10:00")))),
            ("stops[1].windowEnd", spoil(&["stops", "1", "windowEnd"], json!("9999-12-31T23:59:59-23:59"))),
            ("stops[1].windowEnd", spoil(&["stops", "1", "windowEnd"], json!("+262142-12-31T23:59"))),
            ("stops[1].windowEnd", spoil(&["stops", "1", "windowEnd"], json!(on_day(760, "23:59")))),
            ("stops[0].windowStart", spoil(&["stops", "0", "windowStart"], json!("-262143-01-01T00:00"))),
            ("stops[0].windowStart", spoil(&["stops", "0", "windowStart"], json!("2024-12-01T08:00"))),
        ] {
            let answer = dispatcher.post("/api/v1/loads", new).await;
            let fields = &answer.refused(400, "invalid")["details"]["fields"];
            let found = fields[field].is_string()
                || (field == "stops[1].windowStart" && fields["stops[1].windowEnd"].is_string());
            assert!(found, "{field}: {fields}");
            assert!(
                fields
                    .as_object()
                    .unwrap()
                    .keys()
                    .eq(answer.body["error"]["details"]["flaws"].as_object().unwrap().keys()),
                "each has a word"
            );
        }
        for body in ["", "{", "[]", "null", r#"{"customerName": 5}"#, r#"{"equipment": "SLED"}"#] {
            dispatcher
                .send(reqwest::Method::POST, "/api/v1/loads", Some(body.to_owned()))
                .await
                .refused(400, "invalid");
        }
        for path in [
            "loads?status=LOST",
            "loads?sort=colour",
            "loads?size=0",
            "loads?size=5000",
            "loads?page=x",
            "loads/one?id=7",
            "loads/active?bounds=1,2",
            "loads?view=nothing",
            "loads?q=a%00b",
        ] {
            dispatcher.get(&format!("/api/v1/{path}")).await.refused(400, "invalid");
        }
        dispatcher.get("/api/v1/nothing").await.refused(404, "not_found");
        let lines = dispatcher.post("/api/v1/loads", spoil(&["notes"], json!("Call first\r\nthen drive"))).await.row();
        assert_eq!(dispatcher.load(lines.id).await.data()["notes"], "Call first\nthen drive");
        let sign_in = json!({ "email": "dispatch1\0@blueridge.test", "password": "test-password" });
        dispatcher.post("/api/v1/auth/login", sign_in).await.refused(401, "unauthorized");
        // Last, because a server that refuses a body unread closes the connection.
        let long = format!("{{\"customerName\": \"{}\"}}", "x".repeat(600_000));
        dispatcher.send(reqwest::Method::POST, "/api/v1/loads", Some(long)).await.refused(413, "too_large");
        server.stop().await;
    });
}

#[test]
fn a_fault_at_one_stop_is_not_told_of_another() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let mut new = new_load();
        let mut between = new["stops"][1].clone();
        between["windowStart"] = json!(on_day(8, "09:00"));
        between["windowEnd"] = json!(on_day(8, "16:00"));
        new["stops"].as_array_mut().unwrap().insert(1, between);
        new["stops"][0]["city"] = json!("Atlantis");

        let answer = dispatcher.post("/api/v1/loads", new).await;

        let fields = answer.refused(400, "invalid")["details"]["fields"].as_object().unwrap();
        assert_eq!(fields.keys().collect::<Vec<_>>(), ["stops[0].city", "stops[2].windowStart"]);
        server.stop().await;
    });
}

/// Sends a body in pieces, without saying its length beforehand.
async fn in_pieces(base: &str, path: &str, token: &str, pieces: usize) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let host = base.trim_start_matches("http://");
    let mut wire = tokio::net::TcpStream::connect(host).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         connection: close\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    wire.write_all(head.as_bytes()).await.unwrap();
    let piece = format!("{:x}\r\n{}\r\n", 16_384, "x".repeat(16_384));
    for _ in 0..pieces {
        // A server that has had enough may have closed its ear.
        if wire.write_all(piece.as_bytes()).await.is_err() {
            break;
        }
    }
    let _ = wire.write_all(b"0\r\n\r\n").await;
    let mut answer = Vec::new();
    let _ = wire.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_body_that_is_too_long_is_told_so_even_when_it_comes_in_pieces() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let token = server.dispatcher().await.token;
        // 32 pieces are exactly what is allowed: too long is what lies above, wrong is what can't be read.
        for (path, pieces, status, code) in [
            ("/api/v1/loads", 32, "400", "invalid"),
            ("/api/v1/loads", 33, "413", "too_large"),
            ("/api/v1/positions", 33, "413", "too_large"),
            ("/api/v1/auth/login", 33, "413", "too_large"),
        ] {
            let answer = in_pieces(&server.base, path, &token, pieces).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
            assert!(answer.contains(&format!("\"code\":\"{code}\"")), "{path}: {answer}");
        }
        server.stop().await;
    });
}

#[test]
fn what_was_delivered_today_and_completed_lately_is_listed_for_so_long() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let mut load = server.dispatched_load().await;
        let waiting = server.dispatched_load().await;
        let listed = async |view: &str| -> Vec<Value> {
            let reader = server.sign_in("support@blueridge.test").await;
            let answer = reader.get(&format!("/api/v1/loads?view={view}")).await;
            answer.data().as_array().unwrap().iter().map(|row| row["id"].clone()).collect()
        };
        for status in ["AT_PICKUP", "IN_TRANSIT", "DELIVERED"] {
            load = server.dispatcher().await.move_to(&load, status).await;
        }
        assert_eq!(listed("delivered_today").await, [json!(load.id)], "not {}", waiting.load_number);
        assert_eq!(listed("completed_lately").await, Vec::<Value>::new());

        server.dispatcher().await.move_to(&load, "COMPLETED").await;
        assert_eq!(listed("delivered_today").await, [json!(load.id)], "completed since");
        assert_eq!(listed("completed_lately").await, [json!(load.id)]);

        server.clock.advance_ms(25 * 3_600_000);
        assert_eq!(listed("delivered_today").await, Vec::<Value>::new(), "that was yesterday");
        assert_eq!(listed("completed_lately").await, Vec::<Value>::new());
        server.stop().await;
    });
}

#[test]
fn lists_filter_sort_search_and_page() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let mut ids = Vec::new();
        for n in 0..7 {
            let mut new = new_load();
            new["customerName"] = json!(format!("Customer 10{n}%"));
            new["stops"][0]["windowStart"] = json!(on_day(5, &format!("0{n}:00")));
            ids.push(dispatcher.post("/api/v1/loads", new).await.row().id.to_string());
        }
        let names = async |query: &str| -> (Vec<String>, u64) {
            let answer = dispatcher.get(&format!("/api/v1/loads?{query}")).await;
            let rows = answer
                .data()
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["customerName"].as_str().unwrap()[9..12].to_owned())
                .collect();
            (rows, answer.body["page"]["total"].as_u64().unwrap())
        };

        assert_eq!(names("size=3").await, (vec!["100".into(), "101".into(), "102".into()], 7));
        assert_eq!(names("size=3&page=3").await, (vec!["106".into()], 7));
        assert_eq!(names("sort=-pickup&size=2").await.0, vec!["106", "105"]);
        let of = async |index: usize, carrier: usize| {
            let ask = json!({ "loadId": ids[index], "version": 1, "carrierId": server.blue.carriers[carrier] });
            dispatcher.post("/api/v1/loads/assign", ask).await.data();
        };
        of(1, 1).await;
        of(2, 0).await;
        assert_eq!(names("sort=carrier&size=3").await.0, vec!["102", "101", "100"], "none comes last");
        assert_eq!(names("sort=-carrier&size=1").await.0, vec!["106"], "and first the other way");
        assert_eq!(names("q=customer+104").await, (vec!["104".into()], 1));
        assert_eq!(names("q=%25").await.1, 7, "a percent sign is a percent sign");
        assert_eq!(names("q=_").await.1, 0, "an underscore is an underscore");
        assert_eq!(names("q=DENVER,+co+summit").await.1, 0, "all words, in the same load");
        assert_eq!(names("q=kansas,+CO").await.1, 7, "each somewhere");
        assert_eq!(names("q=ld-3").await, (vec!["102".into()], 1), "a number as people say it");
        assert_eq!(names("q=MC+100002").await, (vec!["101".into()], 1), "its carrier's number");
        assert_eq!(names("q=denver&status=PENDING,TENDERED&equipment=REEFER").await.1, 7);
        assert_eq!(names("equipment=FLATBED").await.1, 0);
        assert_eq!(names("view=unassigned").await.1, 5);
        assert_eq!(names("view=in_transit").await.1, 0);
        assert_eq!(names("view=unassigned&status=COMPLETED").await.1, 0);
        let counts = dispatcher.get("/api/v1/loads/counts").await;
        assert_eq!(counts.data()["active"], 7);
        assert_eq!(counts.data()["mine"], 7);
        server.stop().await;
    });
}

#[test]
fn a_tender_that_nobody_answers_before_its_pickup_is_urgent_and_at_risk() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let enter = async |hours: i64, status: Option<&str>| {
            let at = |hours: i64| server.clock.now().plus_minutes(hours * 60).to_string();
            let mut new = new_load();
            new["stops"][0]["windowStart"] = json!(at(hours));
            new["stops"][0]["windowEnd"] = json!(at(hours + 2));
            new["stops"][1]["windowStart"] = json!(at(hours + 20));
            new["stops"][1]["windowEnd"] = json!(at(hours + 24));
            let load = dispatcher.post("/api/v1/loads", new).await.row();
            dispatcher.assign(&load, &server.blue, 0, status).await.id.to_string()
        };
        let soon = [enter(1, Some("TENDERED")).await, enter(2, None).await];
        enter(3, Some("ACCEPTED")).await;
        enter(10, Some("TENDERED")).await;

        for view in ["urgent", "at_risk"] {
            let answer = dispatcher.get(&format!("/api/v1/loads?view={view}")).await;
            let ids: Vec<_> = answer.data().as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
            assert_eq!(ids, soon, "{view}");
        }
        let counts = dispatcher.get("/api/v1/loads/counts").await;
        assert_eq!((&counts.data()["urgent"], &counts.data()["atRisk"]), (&json!(2), &json!(2)));
        assert_eq!(counts.data()["unassigned"], 0);
        server.stop().await;
    });
}
