//! Nobody sees another company's business: every call, with another company's ids, by every role.

use std::collections::BTreeSet;

use contract::{
    LoadId,
    event::{Kind, NAMESPACES, Namespace, catalogue},
};
use headhaul::http::files;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    ear::Ear,
    fixture::{Client, TestServer, new_load, on_both_engines},
};

/// Every call of the HTTP interface that server functions register, as the framework itself lists them, and those for files:
/// a new one joins by itself, and fails here until it is given an example.
pub fn calls() -> Vec<(String, String)> {
    let mut calls: Vec<_> = leptos::server_fn::axum::server_fn_paths()
        .map(|(path, method)| (method.to_string(), path.to_owned()))
        .chain(files::CALLS.map(|(method, path)| (method.to_owned(), path.to_owned())))
        .collect();
    calls.sort();
    calls
}

/// An example of a call that names a load and a carrier; nothing when the call is not known here.
pub fn example(method: &str, path: &str, load: &str, carrier: &str) -> Option<(String, Option<Value>)> {
    let write = |body: Value| Some((path.to_owned(), Some(body)));
    let read = |query: &str| Some((format!("{path}{query}"), None));
    match (method, path.strip_prefix("/api/v1/")?) {
        ("GET", "loads") => read(&format!("?size=1000&carrierId={carrier}")),
        (
            "GET",
            "loads/active"
            | "loads/counts"
            | "carriers"
            | "events"
            | "kpis"
            | "tenders"
            | "notifications"
            | "notifications/unread"
            | "notifications/preferences"
            | "messages/threads"
            | "messages/unread"
            | "views"
            | "people"
            | "check-calls/due",
        ) => read(""),
        ("GET", "loads/export") => read(&format!("?carrierId={carrier}")),
        ("GET", "carriers/one") => read(&format!("?id={carrier}")),
        ("POST", "carriers") => write(carrier_body()),
        ("POST", "carriers/change") => write(json!({ "carrierId": carrier, "version": 1, "carrier": carrier_body() })),
        ("POST", "carriers/drivers") => write(json!({ "carrierId": carrier, "name": "A driver", "phone": "555-0100" })),
        ("POST", "notifications/read") => write(json!({ "ids": [load] })),
        ("POST", "notifications/preferences") => write(json!({ "off": ["load_late"], "loudFrom": "info" })),
        ("POST", "messages") => {
            write(json!({ "loadId": load, "audience": "everyone", "text": "x", "clientKey": load }))
        }
        ("POST", "messages/read") => write(json!({ "loadId": load, "messageId": load })),
        ("POST", "people") => {
            write(json!({ "email": "new@headhaul.test", "name": "x", "role": "CARRIER_OWNER", "carrierId": carrier }))
        }
        ("POST", "people/change") => write(json!({ "id": load, "active": false })),
        ("POST", "check-calls") => write(json!({ "loadId": load, "city": "Salina", "state": "KS" })),
        ("POST", "check-calls/change") => write(json!({ "id": load, "notes": "x" })),
        ("POST", "views") => write(json!({ "page": "loads", "name": "x", "query": "view=mine" })),
        ("POST", "check-calls/remove" | "views/remove" | "people/invitation" | "people/sessions/end") => {
            write(json!({ "id": load }))
        }
        ("GET", "places") => read("?q=Den"),
        ("GET", "loads/one" | "loads/document") => read(&format!("?id={load}")),
        ("POST", "links") => write(json!({ "loadId": load })),
        ("POST", "links/revoke") => write(json!({ "linkId": load })),
        (
            "GET",
            "loads/positions" | "messages" | "messages/people" | "links" | "check-calls" | "carriers/suggested",
        ) => read(&format!("?loadId={load}")),
        ("POST", "loads") => write(new_load()),
        ("POST", "loads/import") => write(json!({ "csv": contract::loads::import::template() })),
        ("POST", "loads/change") => {
            write(json!({ "loadId": load, "customerName": { "was": "Acme Foods", "now": "Somebody else" } }))
        }
        ("POST", "loads/status") => write(json!({ "loadId": load, "version": 1, "status": "TENDERED", "reason": "x" })),
        ("POST", "loads/assign") => write(json!({ "loadId": load, "version": 1, "carrierId": carrier })),
        ("POST", "loads/dispatch") => write(json!({ "loadId": load, "version": 1 })),
        ("POST", "loads/cancel") => write(json!({ "loadId": load, "version": 1, "reason": "x" })),
        ("POST", "loads/bulk") => {
            write(json!({ "loads": [{ "loadId": load, "version": 1 }], "action": { "kind": "take" } }))
        }
        ("POST", "loads/tender") => {
            write(json!({ "loadId": load, "version": 1, "carrierIds": [carrier], "carrierRateCents": 100_000 }))
        }
        ("POST", "loads/accept") => write(json!({ "loadId": load, "carrierId": carrier })),
        ("POST", "loads/decline") => write(json!({ "loadId": load, "carrierId": carrier, "reason": "RATE" })),
        ("POST", "loads/documents") => Some((format!("{path}?loadId={load}&kind=POD"), Some(json!("x")))),
        ("POST", "loads/documents/remove") => write(json!({ "loadId": load, "documentId": load })),
        ("POST", "loads/undo") => write(json!({ "loadId": load, "version": 3 })),
        ("POST", "positions") => write(json!({ "positions": [{ "loadId": load, "lat": 39.1, "lng": -94.6 }] })),
        _ => None,
    }
}

fn carrier_body() -> Value {
    json!({ "name": "Another carrier", "mcNumber": "654321", "equipment": ["REEFER"] })
}

pub const ROLES: [&str; 11] = [
    "admin",
    "ops",
    "dispatch1",
    "sales",
    "accounting",
    "relations",
    "support",
    "readonly",
    "carrier1",
    "driver1",
    "driver2",
];

#[test]
fn no_call_tells_or_changes_anything_of_another_company() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let id = load.id.to_string();
        let carrier = server.blue.carriers[0].to_string();
        let own = server.dispatcher().await;
        let before = (own.load(load.id).await.body, own.get("/api/v1/carriers").await.body);
        let mut cells = 0;
        for role in ROLES {
            let stranger = server.sign_in(&format!("{role}@prairie.test")).await;
            for (method, path) in calls() {
                let (path, body) =
                    example(&method, &path, &id, &carrier).unwrap_or_else(|| panic!("{method} {path} has no example"));
                let method = method.parse().unwrap();
                let answer = stranger.send(method, &path, body.map(|body| body.to_string())).await;
                let text = answer.body.to_string();
                for secret in [id.as_str(), load.load_number.as_str(), "blueridge", &server.blue.tenant.to_string()] {
                    let own = path.ends_with("/loads") && answer.status.is_success() && secret == load.load_number;
                    assert!(own || !text.contains(secret), "{role} {path} tells {secret}: {text}");
                }
                if path.contains(&id) {
                    assert!(matches!(answer.status.as_u16(), 403 | 404), "{role} {path}: {}", answer.status);
                }
                cells += 1;
            }
        }
        assert!(cells >= 11 * 15, "{cells} cells");
        let after = (own.load(load.id).await.body, own.get("/api/v1/carriers").await.body);
        assert_eq!(after, before, "nothing was changed");
        server.stop().await;
    });
}

#[test]
fn without_a_sign_in_every_call_is_refused() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let nobody = Client::nobody(&server.base);
        let id = LoadId::new(uuid::Uuid::nil()).to_string();
        for (method, path) in calls() {
            let (path, body) = example(&method, &path, &id, &id).unwrap();
            let answer = nobody.send(method.parse().unwrap(), &path, body.map(|body| body.to_string())).await;
            answer.refused(401, "unauthorized");
        }
        server.stop().await;
    });
}

#[test]
fn a_carriers_people_see_their_own_loads_only() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let waiting = server.dispatcher().await.create_load().await;
        for (who, sees) in [("carrier1", true), ("driver1", true), ("carrier2", false), ("driver2", false)] {
            let client = server.sign_in(&format!("{who}@blueridge.test")).await;
            assert_eq!(client.load(load.id).await.status.is_success(), sees, "{who}");
            client.load(waiting.id).await.refused(404, "not_found");
            let list = client.get("/api/v1/loads").await;
            assert_eq!(list.data().as_array().unwrap().len(), usize::from(sees), "{who}");
            assert!(!list.body.to_string().contains("dispatch1"), "a carrier doesn't learn who is at the desk");
            client.get("/api/v1/carriers").await.refused(403, "forbidden");
        }
        server.stop().await;
    });
}

#[test]
fn a_carrier_learns_nothing_of_what_the_desk_keeps_for_itself() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let first = server.sign_in("carrier1@blueridge.test").await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        let mut new = new_load();
        new["isHot"] = json!(true);
        new["stops"][0]["windowStart"] = json!(server.clock.now().plus_minutes(120));
        new["stops"][0]["windowEnd"] = json!(server.clock.now().plus_minutes(180));
        let load = ops.post("/api/v1/loads", new).await.row();
        let load = ops.assign(&load, &server.blue, 1, Some("TENDERED")).await;
        let declined = json!({
            "loadId": load.id, "version": load.version, "status": "PENDING", "reason": "They wanted more than we pay",
        });
        let load = ops.post("/api/v1/loads/status", declined).await.row();
        server.clock.advance_ms(1_000);
        let load = ops.assign(&load, &server.blue, 0, Some("TENDERED")).await;

        let told = first.load(load.id).await;
        let kinds: Vec<_> = told.data()["timeline"].as_array().unwrap().iter().map(|entry| &entry["kind"]).collect();
        assert_eq!(kinds, ["status_changed"], "what came before isn't theirs: {}", told.body);
        assert!(!told.body.to_string().contains("wanted"), "{}", told.body);
        let urgent = first.get("/api/v1/loads?view=urgent").await;
        assert_eq!(urgent.data(), &json!([]), "what is hot is the desk's");
        let mine = format!("/api/v1/loads?dispatcherId={}", ops.user["id"].as_str().unwrap());
        first.get(&mine).await.refused(400, "invalid");
        assert_eq!(ops.get(&mine).await.data().as_array().unwrap().len(), 1);

        let stale = json!({ "loadId": load.id, "version": 1, "status": "ACCEPTED" });
        let conflict = first.post("/api/v1/loads/status", stale.clone()).await;
        assert!(!conflict.refused(409, "conflict").to_string().contains("ops of"), "{}", conflict.body);
        let conflict = ops.post("/api/v1/loads/status", stale).await;
        assert_eq!(conflict.refused(409, "conflict")["details"]["changedBy"], "ops of blueridge");

        let load = first.move_to(&load, "ACCEPTED").await;
        let (of_carrier, of_desk) = (first.get("/api/v1/loads").await, ops.get("/api/v1/loads").await);
        let load = ops.move_to(&load, "DISPATCHED").await;
        driver.move_to(&load, "AT_PICKUP").await;
        let detail = driver.load(load.id).await;
        let signed: BTreeSet<_> =
            detail.data()["timeline"].as_array().unwrap().iter().map(|entry| entry["by"].as_str().unwrap()).collect();
        assert_eq!(
            signed,
            BTreeSet::from(["blueridge company", "carrier1 of blueridge", "driver1 of blueridge"]),
            "its own people by their names, the desk as the company"
        );
        let names = async |who: &Client, listed: &crate::fixture::Answer| -> BTreeSet<String> {
            let since = listed.body["cursor"].to_string();
            let since: String = url::form_urlencoded::byte_serialize(since.as_bytes()).collect();
            let answer = who.get(&format!("/api/v1/events?since={since}")).await;
            let events = answer.data()["events"].as_array().unwrap().clone();
            events.iter().filter_map(|event| event["data"]["updatedBy"].as_str().map(str::to_owned)).collect()
        };
        assert_eq!(
            names(&first, &of_carrier).await,
            ["blueridge company", "driver1 of blueridge"].map(str::to_owned).into()
        );
        assert_eq!(names(&ops, &of_desk).await, ["driver1 of blueridge", "ops of blueridge"].map(str::to_owned).into());
        server.stop().await;
    });
}

/// The calls that are plain routes instead of server functions. The framework can't list them, so `src/http.rs` is read:
/// a new one fails here until it is given an example.
fn plain_calls() -> Vec<(Method, String)> {
    let routes = include_str!("../http.rs").lines().filter_map(|line| {
        let (path, handler) = line.trim().strip_prefix(".route(\"")?.split_once("\", ")?;
        let method = if handler.starts_with("post(") { Method::POST } else { Method::GET };
        path.starts_with("/api/").then(|| (method, path.to_owned()))
    });
    routes.collect()
}

#[test]
fn the_plain_routes_tell_strangers_of_themselves_and_nobody_of_anybody() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let routes = plain_calls();
        assert_eq!(routes.len(), 8, "{routes:?}");
        let load = server.dispatched_load().await.id;
        for role in ROLES {
            let stranger = server.sign_in(&format!("{role}@prairie.test")).await;
            for (method, path) in &routes {
                let of_another = json!({ "email": "dispatch1@blueridge.test", "password": "wrong" }).to_string();
                let (body, status) = match path.strip_prefix("/api/v1/").unwrap() {
                    "auth/login" => (Some(of_another), 401),
                    "auth/join" => {
                        let guess = json!({ "token": "guessed", "password": "a long enough password" });
                        (Some(guess.to_string()), 404)
                    }
                    "auth/refresh" => (Some("{}".to_owned()), 401),
                    // Last, because it ends the session.
                    "auth/logout" => continue,
                    "auth/me" | "openapi.json" => (None, 200),
                    // Who has signed in holds no link by that, whatever they name.
                    "osmand" => (Some(format!("id={load}&lat=39.1&lon=-94.6")), 404),
                    other => panic!("{other} has no example"),
                };
                let (path, body) = match body {
                    Some(body) if *method == Method::GET => (format!("{path}?{body}"), None),
                    body => (path.clone(), body),
                };
                let answer = stranger.send(method.clone(), &path, body).await;
                // After five wrong passwords the account is locked, whoever tried.
                assert!(answer.status.as_u16() == status || answer.status == 423, "{role} {path}: {}", answer.status);
                let text = answer.body.to_string();
                for secret in ["blueridge", &server.blue.tenant.to_string()] {
                    assert!(!text.contains(secret), "{role} {path} tells {secret}: {text}");
                }
            }
            stranger.post("/api/v1/auth/logout", json!({})).await.data();
            stranger.get("/api/v1/auth/me").await.refused(401, "revoked");
        }
        assert!(server.sign_in("ops@blueridge.test").await.get("/api/v1/auth/me").await.status.is_success());
        let nobody = Client::nobody(&server.base);
        nobody.get("/api/v1/auth/me").await.refused(401, "unauthorized");
        nobody.post("/api/v1/auth/refresh", json!({})).await.refused(401, "unauthorized");
        server.stop().await;
    });
}

/// Every durable event there is.
fn durable() -> impl Iterator<Item = Kind> {
    catalogue().filter(|kind| kind.durable)
}

/// Makes every durable event happen in the company of the sniffed, by its name: a new kind fails here until it is given
/// a way to be caused, or is said to be caused by nothing yet.
async fn cause_everything(server: &TestServer) -> BTreeSet<&'static str> {
    let mut figures = headhaul::kpis::LastTold::default();
    figures.tell_changes(&server.desk, true).await.unwrap();
    let dispatcher = server.dispatcher().await;
    let driver = server.sign_in("driver1@blueridge.test").await;
    let load = dispatcher.create_load().await;
    let carriers = &server.blue.carriers;
    let tender =
        json!({ "loadId": load.id, "version": load.version, "carrierIds": carriers, "carrierRateCents": 185_000 });
    dispatcher.post("/api/v1/loads/tender", tender).await.data();
    let no = json!({ "loadId": load.id, "carrierId": carriers[0], "reason": "NO_TRUCK" });
    dispatcher.post("/api/v1/loads/decline", no).await.data();
    dispatcher.post("/api/v1/loads/accept", json!({ "loadId": load.id, "carrierId": carriers[1] })).await.data();
    let load = dispatcher.create_load().await;
    let load = dispatcher.assign(&load, &server.blue, 1, Some("ACCEPTED")).await;
    let load = dispatcher.assign(&load, &server.blue, 0, None).await;
    let load = dispatcher.move_to(&load, "DISPATCHED").await;
    let message = json!({ "loadId": load.id, "audience": "everyone", "text": "Where are you?", "clientKey": load.id });
    let sent = dispatcher.post("/api/v1/messages", message).await;
    let read = json!({ "loadId": load.id, "messageId": sent.data()["id"] });
    driver.post("/api/v1/messages/read", read).await.data();
    let fix = json!({ "loadId": load.id, "lat": 39.1, "lng": -94.6 });
    driver.post("/api/v1/positions", json!({ "positions": [fix] })).await.data();
    let fresh = serde_json::from_value(dispatcher.load(load.id).await.data()["load"].clone()).unwrap();
    let load = dispatcher.move_to(&fresh, "IN_TRANSIT").await;
    let call = json!({ "loadId": load.id, "city": "Salina", "state": "KS", "notes": "Rolling" });
    let call = driver.post("/api/v1/check-calls", call).await.data()["id"].clone();
    driver.post("/api/v1/check-calls/change", json!({ "id": call, "notes": "Slow" })).await.data();
    let later = server.clock.now().plus_minutes(5 * 60);
    assert!(headhaul::check_calls::due::tell_due(&server.desk, later).await.unwrap() > 0);
    let admin = server.sign_in("admin@blueridge.test").await;
    admin.post("/api/v1/check-calls/remove", json!({ "id": call })).await;
    dispatcher.move_to(&load, "DELIVERED").await;
    let ops = server.sign_in("ops@blueridge.test").await;
    let tomorrow = server.clock.now().plus_minutes(24 * 60).utc().date_naive();
    let mut carrier = carrier_body();
    carrier["covers"] = json!([{ "kind": "CARGO", "amountCents": 10_000_000, "expiresOn": tomorrow }]);
    let entered = ops.post("/api/v1/carriers", carrier.clone()).await;
    carrier["phone"] = json!("555-0100");
    let change = json!({ "carrierId": entered.data()["carrier"]["id"], "version": 1, "carrier": carrier });
    ops.post("/api/v1/carriers/change", change).await.data();
    headhaul::carriers::tell_endings(&server.desk).await.unwrap();
    figures.tell_changes(&server.desk, true).await.unwrap();
    assert_eq!(admin.post("/api/v1/notifications/read", json!({ "all": true })).await.data()["unread"], 0);
    durable()
        .filter_map(|kind| match kind.name {
            "load:created"
            | "load:status:changed"
            | "load:assigned"
            | "load:dispatched"
            | "load:delivered"
            | "load:eta:updated"
            | "stop:arrived"
            | "stop:departed"
            | "load:updated"
            | "tender:updated"
            | "carrier:load:assigned"
            | "carrier:load:withdrawn"
            | "carrier:created"
            | "carrier:updated"
            | "carrier:compliance:alert"
            | "notification:new"
            | "notification:read"
            | "message:new"
            | "message:read"
            | "kpi:updated"
            | "checkcall:received"
            | "checkcall:updated"
            | "checkcall:removed"
            | "checkcall:due" => Some(kind.name),
            // What these tell of is still to come.
            "system:maintenance" | "system:announcement" => None,
            other => panic!("{other} has no way to be caused"),
        })
        .collect()
}

/// Everybody on every namespace, with everything that a socket can ask for.
pub async fn sniffers(server: &TestServer, people: &[&str], load: LoadId) -> Vec<(String, Ear)> {
    let mut ears = Vec::new();
    for who in people {
        let client = server.sign_in(who).await;
        for namespace in NAMESPACES {
            let mut ear = Ear::open(&client, namespace.path()).await;
            if who.contains("prairie") {
                let answer = ear.ask("join:load", json!({ "loadId": load })).await;
                assert!(answer["error"]["code"].is_string(), "{who} joins another company's load: {answer}");
            }
            if namespace == Namespace::Tracking {
                ear.ask("watch:fleet", json!({})).await;
            }
            ear.listen().await;
            ears.push((format!("{who} on {}", namespace.path()), ear));
        }
    }
    ears
}

#[test]
fn no_socket_of_another_company_hears_anything_whatever_happens() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let strangers: Vec<String> = ROLES.into_iter().map(|role| format!("{role}@prairie.test")).collect();
        let strangers: Vec<&str> = strangers.iter().map(String::as_str).collect();
        let mut strangers = sniffers(&server, &strangers, load.id).await;
        let own = ["admin@blueridge.test", "carrier1@blueridge.test", "carrier2@blueridge.test"];
        let mut own = sniffers(&server, &own, load.id).await;

        let caused = cause_everything(&server).await;

        let mut told = BTreeSet::new();
        for (who, ear) in &mut own {
            if who == "admin@blueridge.test on /events" {
                ear.hears("load:delivered", |_| true).await;
            }
            ear.listen().await;
            told.extend(ear.names().into_iter().map(str::to_owned));
        }
        assert_eq!(told.iter().map(String::as_str).collect::<BTreeSet<_>>(), caused, "all of it happened");
        let mut cells = 0;
        let blue = server.blue.tenant.to_string();
        for (who, ear) in &mut strangers {
            for told in ear.listen().await {
                let text = told.data.to_string();
                // Of itself the server tells each where its own streams stand; of others nothing.
                assert!(!text.contains(&blue) && !text.contains("blueridge"), "{who} hears {told:?}");
                let is_own = matches!(told.event.as_str(), "sync:head" | "fleet:positions");
                assert!(is_own, "{who} hears {told:?}");
            }
            // Bytes, in which no search for words would find a load.
            assert!(ear.fleet().iter().all(|heard| heard.positions.is_empty()), "{who} sees trucks: {:?}", ear.fleet());
            cells += durable().count();
        }
        assert_eq!(cells, ROLES.len() * NAMESPACES.len() * durable().count());
        server.stop().await;
    });
}

#[test]
fn at_one_company_each_hears_only_what_is_theirs() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let blue: Vec<String> = ROLES.into_iter().map(|role| format!("{role}@blueridge.test")).collect();
        let blue: Vec<&str> = blue.iter().map(String::as_str).collect();
        let mut ears = sniffers(&server, &blue, load.id).await;

        cause_everything(&server).await;

        for (who, ear) in &mut ears {
            if who.starts_with("admin") && who.ends_with("/events") {
                ear.hears("load:delivered", |_| true).await;
            }
        }
        for (who, ear) in &mut ears {
            ear.listen().await;
            let namespace = NAMESPACES.into_iter().find(|namespace| who.ends_with(namespace.path())).unwrap();
            for told in ear.durable() {
                let of = durable().find(|kind| kind.name == told.event).expect("a known event");
                assert!(of.namespaces.contains(&namespace), "{who} hears {} there", told.event);
                let text = told.data.to_string();
                assert!(!text.contains("RateCents"), "{who} hears of money: {text}");
                if who.starts_with("carrier") || who.starts_with("driver") {
                    assert!(!text.contains("\"dispatcher\""), "{who} learns who is at the desk: {text}");
                    for at_the_desk in ["dispatch1 of", "ops of", "admin of"] {
                        assert!(!text.contains(at_the_desk), "{who} learns who is at the desk: {text}");
                    }
                }
            }
            // Whoever may not see loads hears of none; who looks after carriers hears of those.
            let blind = ["sales", "accounting", "relations"].into_iter().any(|role| who.starts_with(role));
            let of_carriers = ["carrier:created", "carrier:updated", "carrier:compliance:alert", "notification:new"];
            let theirs: &[&str] = if who.starts_with("relations") { &of_carriers } else { &[] };
            let is_fine = ear.durable().all(|told| theirs.contains(&told.event.as_str()));
            assert!(!blind || is_fine, "{who} hears {:?}", ear.names());
            let second = who.starts_with("driver2");
            assert!(!second || ear.names().iter().all(|name| name.starts_with("carrier:load:")), "{:?}", ear.names());
        }
        server.stop().await;
    });
}

#[test]
fn the_description_of_the_interface_names_every_call_and_no_other() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let document = Client::nobody(&server.base).get("/api/v1/openapi.json").await.body;
        let described: BTreeSet<_> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, calls)| {
                calls.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
            })
            .collect();
        let plain = plain_calls().into_iter().map(|(method, path)| (method.to_string(), path));
        let plain = plain.filter(|(_, path)| !path.ends_with("openapi.json"));
        assert_eq!(described, calls().into_iter().chain(plain).collect());
        server.stop().await;
    });
}
