//! Drivers' links: what whoever holds one can do, and that nobody else learns of them.

use contract::{LoadId, loads::LoadRow};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    ear::Ear,
    fixture::{Answer, Client, TestServer, on_both_engines},
    tenancy::{calls, example},
};

/// How many bytes a driver's page may have, with all that it needs (`users.md` §5.10).
const MOST_BYTES: u64 = 100_000;

const DAY_MS: i64 = 24 * 3_600_000;

async fn make(client: &Client, load: LoadId) -> Value {
    client.post("/api/v1/links", json!({ "loadId": load })).await.data().clone()
}

/// The token of a link that was just made.
fn token(made: &Value) -> String {
    made["appId"].as_str().unwrap().to_owned()
}

async fn listed(client: &Client, load: LoadId) -> Vec<Value> {
    client.get(&format!("/api/v1/links?loadId={load}")).await.data().as_array().unwrap().clone()
}

/// Whoever holds a link.
struct Phone {
    nobody: Client,
    token: String,
}

impl Phone {
    fn new(server: &TestServer, token: String) -> Self {
        Self { nobody: Client::nobody(&server.base), token }
    }

    async fn open(&self) -> Answer {
        self.nobody.send(Method::GET, &format!("/d/{}", self.token), None).await
    }

    async fn call(&self, what: &str, body: Value) -> Answer {
        self.nobody.post(&format!("/d/{}/{what}", self.token), body).await
    }

    /// One who has agreed to share.
    async fn agreed(server: &TestServer, token: String) -> Self {
        let phone = Self::new(server, token);
        assert!(phone.open().await.status.is_success());
        phone.call("say", json!({ "opened": true, "consent": true, "state": "SENDING" })).await.data();
        phone
    }

    async fn report(&self, server: &TestServer, lng: f64, minutes_ago: i64) -> Answer {
        let at = server.clock.now().plus_minutes(-minutes_ago);
        self.call("positions", json!({ "positions": [{ "lat": 39.1, "lng": lng, "recordedAt": at, "speed": 55.0 }] }))
            .await
    }
}

async fn fresh(client: &Client, load: LoadId) -> LoadRow {
    client.load(load).await.row_of_detail()
}

async fn stops(client: &Client, load: LoadId) -> Vec<Value> {
    client.load(load).await.data()["stops"].as_array().unwrap().clone()
}

#[test]
fn a_link_reports_for_its_own_load_whatever_else_is_named_and_a_repeat_changes_nothing() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (load, other) = (server.dispatched_load().await, server.dispatched_load().await);
        let dispatcher = server.dispatcher().await;
        let made = make(&dispatcher, load.id).await;
        assert!(made["url"].as_str().unwrap().starts_with(&format!("{}/d/", server.base)), "{made}");
        assert!(made["sms"].as_str().unwrap().starts_with("sms:+15550100?&body=blueridge%20company"), "{made}");
        assert!(made["qrSvg"].as_str().unwrap().starts_with("<svg"), "{made}");
        let phone = Phone::new(&server, token(&made));

        let page = phone.open().await;
        assert_eq!(page.status, 200);
        assert!(page.body.as_str().unwrap().contains("blueridge company"), "who sees it");
        assert!(page.body.as_str().unwrap().contains("Carrier 1 of blueridge"));
        assert_eq!(listed(&dispatcher, load.id).await[0]["opens"], 0, "a look at the page is not its opening");
        phone.call("say", json!({ "opened": true })).await.data();
        let fix = json!({ "lat": 39.1, "lng": -94.6, "recordedAt": server.clock.now(), "loadId": other.id });
        phone.call("positions", json!({ "positions": [fix] })).await.refused(422, "refused");
        phone.call("say", json!({ "consent": true, "state": "SENDING" })).await.data();
        let answer = phone.call("positions", json!({ "positions": [fix, fix] })).await;
        assert_eq!(answer.data(), &json!({ "accepted": 1, "duplicates": 1, "rejected": [] }));
        let answer = phone.call("positions", json!({ "positions": [fix] })).await;
        assert_eq!(answer.data(), &json!({ "accepted": 0, "duplicates": 1, "rejected": [] }));

        let located = dispatcher.load(load.id).await.data()["load"]["currentLocation"].clone();
        assert_eq!((&located["lng"], &located["source"]), (&json!(-94.6), &json!("LINK")));
        assert_eq!(dispatcher.load(other.id).await.data()["load"]["currentLocation"], Value::Null);
        let link = listed(&dispatcher, load.id).await.remove(0);
        assert_eq!((&link["opens"], &link["said"]), (&json!(1), &json!("SENDING")));
        assert!(link["lastFixAt"].is_string() && link["consentAt"].is_string(), "{link}");
        let many: Vec<Value> = (0..501).map(|_| fix.clone()).collect();
        phone.call("positions", json!({ "positions": many })).await.refused(400, "invalid");

        phone.call("say", json!({ "consent": false, "state": "STOPPED", "note": "Fuel stop" })).await.data();
        phone.report(&server, -94.7, 0).await.refused(422, "refused");
        let link = listed(&dispatcher, load.id).await.remove(0);
        assert_eq!((&link["said"], &link["note"]), (&json!("STOPPED"), &json!("Fuel stop")));
        assert_eq!(link.get("consentAt"), None);
        server.stop().await;
    });
}

#[test]
fn whatever_opens_nothing_is_answered_by_the_same_page() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let dispatcher = server.dispatcher().await;
        let (revoked, expired) = (make(&dispatcher, load.id).await, make(&dispatcher, load.id).await);
        let open = Phone::agreed(&server, token(&revoked)).await;
        open.report(&server, -94.6, 0).await.data();
        let left = dispatcher.post("/api/v1/links/revoke", json!({ "linkId": revoked["link"]["id"] })).await;
        assert_eq!(left.data()[1]["ended"], "REVOKED", "the newest comes first: {}", left.body);
        assert_eq!(left.data()[0].get("ended"), None, "the other one goes on");
        // While its page is open.
        open.report(&server, -94.7, 0).await.refused(404, "not_found");
        open.call("say", json!({ "state": "SENDING" })).await.refused(404, "not_found");
        assert_eq!(dispatcher.load(load.id).await.data()["load"]["currentLocation"]["lng"], -94.6);

        let expired = Phone::agreed(&server, token(&expired)).await;
        server.clock.advance_ms(14 * DAY_MS);
        let guessed = Phone::new(&server, "0123456789abcdef0123456789abcdef".to_owned());
        let nonsense = Phone::new(&server, "x".repeat(4_000));
        let mut pages = Vec::new();
        for phone in [&open, &expired, &guessed, &nonsense] {
            let page = phone.open().await;
            assert_eq!(page.status, 404);
            pages.push(page.body);
            for what in ["positions", "arrive", "depart", "say"] {
                phone.call(what, json!({})).await.refused(404, "not_found");
            }
        }
        assert!(pages.iter().all(|page| *page == pages[0]), "nobody learns why");
        assert!(pages[0].as_str().unwrap().contains("does not work any more"), "{}", pages[0]);
        let dispatcher = server.dispatcher().await;
        let ended: Vec<_> = listed(&dispatcher, load.id).await.iter().map(|link| link["ended"].clone()).collect();
        assert_eq!(ended, ["EXPIRED", "REVOKED"]);
        server.stop().await;
    });
}

#[test]
fn an_address_that_guesses_is_not_looked_at_for_a_while() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let good = Phone::new(&server, token(&make(&server.dispatcher().await, load.id).await));
        for n in 0..31 {
            assert_eq!(Phone::new(&server, format!("{n:032x}")).open().await.status, 404);
        }
        assert_eq!(good.open().await.status, 429, "not even a good one");
        let osmand = format!("/api/v1/osmand?id={}&lat=39.1&lon=-94.6", good.token);
        good.nobody.get(&osmand).await.refused(429, "rate_limited");
        let elsewhere = reqwest::Client::builder().local_address(Some([127, 0, 0, 2].into())).build().unwrap();
        let elsewhere = Phone { nobody: Client { http: elsewhere, ..good.nobody.clone() }, token: good.token.clone() };
        assert_eq!(elsewhere.open().await.status, 200);
        server.stop().await;
    });
}

#[test]
fn a_link_ends_with_the_truck_for_which_it_was_made() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let phone = Phone::agreed(&server, token(&make(&ops, load.id).await)).await;
        phone.report(&server, -94.6, 1).await.data();

        ops.assign(&load, &server.blue, 1, None).await;
        phone.report(&server, -94.7, 0).await.refused(404, "not_found");
        assert_eq!(phone.open().await.status, 404);
        assert_eq!(listed(&ops, load.id).await[0]["ended"], "REASSIGNED");
        assert_eq!(ops.load(load.id).await.data()["load"]["currentLocation"], Value::Null);
        server.stop().await;
    });
}

#[test]
fn what_was_driven_after_the_delivery_is_nobodys_business() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let dispatcher = server.dispatcher().await;
        let phone = Phone::agreed(&server, token(&make(&dispatcher, load.id).await)).await;

        // Delivered by the desk while the telephone has no signal.
        let load = dispatcher.move_to(&fresh(&dispatcher, load.id).await, "IN_TRANSIT").await;
        dispatcher.move_to(&load, "DELIVERED").await;
        phone.report(&server, -94.6, 0).await.refused(404, "not_found");
        let osmand = format!("/api/v1/osmand?id={}&lat=39.1&lon=-94.6", phone.token);
        phone.nobody.get(&osmand).await.refused(404, "not_found");
        let trail = dispatcher.get(&format!("/api/v1/loads/positions?loadId={}", load.id)).await;
        assert_eq!(trail.data(), &json!([]));
        assert_eq!(listed(&dispatcher, load.id).await[0]["ended"], "FINISHED");
        dispatcher.post("/api/v1/links", json!({ "loadId": load.id })).await.refused(422, "not_under_way");
        server.stop().await;
    });
}

#[test]
fn a_driver_takes_a_load_from_stop_to_stop_by_a_link() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let (dispatcher, carrier) = (server.dispatcher().await, server.sign_in("carrier1@blueridge.test").await);
        let phone = Phone::new(&server, token(&make(&dispatcher, load.id).await));
        let stops = stops(&dispatcher, load.id).await;
        let (first, last) = (stops[0]["id"].clone(), stops[1]["id"].clone());
        let status = async || fresh(&dispatcher, load.id).await.status.name();

        let early = phone.call("arrive", json!({ "stopId": last })).await;
        assert_eq!(early.refused(422, "refused")["details"]["rule"], "stops_remain");
        for (what, stop, expected) in [
            ("arrive", &first, "AT_PICKUP"),
            ("arrive", &first, "AT_PICKUP"),
            ("depart", &first, "IN_TRANSIT"),
            ("depart", &first, "IN_TRANSIT"),
            ("arrive", &last, "AT_DELIVERY"),
        ] {
            let part = phone.call(what, json!({ "stopId": stop })).await.data().clone();
            assert_eq!((status().await, &part["over"]), (expected, &json!(false)), "{what}");
        }
        let version = fresh(&dispatcher, load.id).await.version;
        assert_eq!(version, load.version + 3, "what was said twice is done once");
        let part = phone.call("depart", json!({ "stopId": last })).await.data().clone();
        assert_eq!((status().await, &part["over"]), ("DELIVERED", &json!(true)));
        assert!(part["html"].as_str().unwrap().contains("no longer shared"), "{part}");
        phone.call("say", json!({})).await.refused(404, "not_found");

        for reader in [&dispatcher, &carrier] {
            let told = reader.load(load.id).await;
            let arrived: Vec<_> = told.data()["timeline"].as_array().unwrap().iter().collect();
            let arrived = arrived.iter().find(|entry| entry["kind"] == "stop_arrived").unwrap();
            assert_eq!(arrived["by"], "Driver 1 of blueridge");
        }
        let ask = json!({ "loadId": load.id, "version": fresh(&dispatcher, load.id).await.version });
        dispatcher.post("/api/v1/loads/undo", ask).await.refused(422, "refused");
        server.stop().await;
    });
}

#[test]
fn a_link_is_made_by_who_may_dispatch_for_a_load_with_a_driver() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let dispatcher = server.dispatcher().await;
        let made = make(&dispatcher, load.id).await;
        for who in ["readonly", "support", "sales", "carrier1", "driver1"] {
            let other = server.sign_in(&format!("{who}@blueridge.test")).await;
            other.post("/api/v1/links", json!({ "loadId": load.id })).await.refused(403, "forbidden");
            other.get(&format!("/api/v1/links?loadId={}", load.id)).await.refused(403, "forbidden");
            let revoke = json!({ "linkId": made["link"]["id"] });
            other.post("/api/v1/links/revoke", revoke).await.refused(403, "forbidden");
        }
        let foreign = server.sign_in("dispatch1@prairie.test").await;
        foreign.post("/api/v1/links", json!({ "loadId": load.id })).await.refused(404, "not_found");
        foreign.get(&format!("/api/v1/links?loadId={}", load.id)).await.refused(404, "not_found");
        foreign.post("/api/v1/links/revoke", json!({ "linkId": made["link"]["id"] })).await.refused(404, "not_found");
        assert_eq!(listed(&dispatcher, load.id).await[0].get("ended"), None);

        let waiting = dispatcher.create_load().await;
        dispatcher.post("/api/v1/links", json!({ "loadId": waiting.id })).await.refused(422, "not_under_way");
        let ask = json!({
            "loadId": waiting.id, "version": waiting.version, "carrierId": server.blue.carriers[0],
            "carrierRateCents": 100_000, "status": "ACCEPTED",
        });
        dispatcher.post("/api/v1/loads/assign", ask).await.data();
        let refused = dispatcher.post("/api/v1/links", json!({ "loadId": waiting.id })).await;
        assert_eq!(refused.refused(422, "refused")["details"]["rule"], "driver_needed");
        for _ in 1..10 {
            make(&dispatcher, load.id).await;
        }
        let refused = dispatcher.post("/api/v1/links", json!({ "loadId": load.id })).await;
        assert_eq!(refused.refused(422, "refused")["details"]["rule"], "too_many_links");
        server.stop().await;
    });
}

#[test]
fn the_token_is_nowhere_but_in_its_makers_answer() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let admin = server.sign_in("admin@blueridge.test").await;
        let mut ear = Ear::open(&admin, "/events").await;
        ear.listen().await;
        // Also when the maker gives a key by which answers are kept.
        let made = admin
            .http
            .post(format!("{}/api/v1/links", server.base))
            .header("idempotency-key", "one")
            .bearer_auth(&admin.token)
            .json(&json!({ "loadId": load.id }))
            .send()
            .await
            .unwrap();
        let made: Value = made.json().await.unwrap();
        let token = token(&made["data"]);
        assert_eq!(token.len(), 32, "128 bits");
        let phone = Phone::agreed(&server, token.clone()).await;
        phone.report(&server, -94.6, 0).await.data();
        let first = stops(&admin, load.id).await[0]["id"].clone();
        let arrived = phone.call("arrive", json!({ "stopId": first })).await;
        assert!(!arrived.body.to_string().contains(&token));
        assert!(!phone.open().await.body.to_string().contains(&token), "the page itself has no need of it");

        ear.hears("stop:arrived", |_| true).await;
        let heard = ear.listen().await.iter().map(|told| told.data.to_string()).collect::<String>();
        assert!(!heard.contains(&token), "{heard}");
        for (method, path) in calls().into_iter().filter(|(method, _)| method == "GET") {
            let (path, _) =
                example(&method, &path, &load.id.to_string(), &server.blue.carriers[0].to_string()).unwrap();
            let told = admin.get(&path).await.body.to_string();
            assert!(!told.contains(&token), "{path} tells it");
        }
        let (folder, _) = server.let_go().await;
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                let found = bytes.windows(token.len()).any(|window| window == token.as_bytes());
                assert!(!found, "{} has it", path.display());
            }
        }
    });
}

#[test]
fn a_drivers_page_is_small_and_tells_nobody_of_itself() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let token = token(&make(&server.dispatcher().await, load.id).await);
        let http = Client::nobody(&server.base).http;
        let read = async |language: &str| {
            let ask = http.get(format!("{}/d/{token}?lang={language}", server.base));
            ask.send().await.unwrap()
        };
        let page = read("es").await;
        for (name, value) in
            [("referrer-policy", "no-referrer"), ("cache-control", "no-store"), ("x-robots-tag", "noindex, nofollow")]
        {
            assert_eq!(page.headers()[name], value);
        }
        let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("unsafe"), "{policy}");
        let text = page.text().await.unwrap();
        assert!(text.contains("Compartir mi ubicación") && text.contains("lang=\"es\""), "{text}");
        assert!(read("en").await.text().await.unwrap().contains("Share my location"));

        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("public/driver");
        let files: u64 = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
        let all = files + text.len() as u64;
        assert!(all > 10_000 && all < MOST_BYTES, "{all} bytes");
        for tag in text.split('<').filter(|tag| tag.starts_with("script") || tag.starts_with("link")) {
            let is_own = ["/driver/driver.js?", "/driver/driver.css?", "/icon.svg"].iter().any(|own| tag.contains(own));
            assert!(is_own, "{tag}");
        }
        server.stop().await;
    });
}

#[test]
fn a_tracking_app_that_is_pointed_at_a_link_is_heard() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let dispatcher = server.dispatcher().await;
        let phone = Phone::new(&server, token(&make(&dispatcher, load.id).await));
        let (nobody, id) = (&phone.nobody, &phone.token);
        let now = server.clock.now();
        let seconds = |ago_s: i64| now.millis() / 1_000 - ago_s;

        let query = format!("id={id}&lat=39.1&lon=-94.6&timestamp={}&speed=50&bearing=270&accuracy=8", seconds(60));
        let stored = nobody.get(&format!("/api/v1/osmand?{query}")).await;
        assert_eq!(stored.data(), &json!({ "accepted": 1, "duplicates": 0, "rejected": [] }));
        let again = nobody.get(&format!("/api/v1/osmand?{query}")).await;
        assert_eq!((again.status.as_u16(), &again.data()["duplicates"]), (200, &json!(1)));
        let located = fresh(&dispatcher, load.id).await.current_location.unwrap();
        assert!((located.speed.unwrap() - 57.5).abs() < 0.1, "{located:?}");

        let form = format!("deviceid={id}&lat=39.1&lon=-94.61&timestamp={}", now.plus_minutes(0).millis() - 30_000);
        assert_eq!(nobody.put("/api/v1/osmand", form).await.data()["accepted"], 1);
        let json = json!({ "device_id": id, "location": { "timestamp": now, "coords": {
            "latitude": 39.1, "longitude": -94.62, "accuracy": 5, "speed": 20, "heading": -1, "altitude": 200 } } });
        assert_eq!(nobody.post("/api/v1/osmand", json).await.data()["accepted"], 1);
        let located = fresh(&dispatcher, load.id).await.current_location.unwrap();
        assert_eq!((located.lng, located.heading), (-94.62, None));
        let link = listed(&dispatcher, load.id).await.remove(0);
        assert!(link["lastFixAt"].is_string() && link["consentAt"].is_string(), "{link}");

        for (query, status) in [
            (format!("id={id}&lat=north&lon=-94.6"), 400),
            (format!("id={id}&lon=-94.6"), 400),
            ("lat=39.1&lon=-94.6".to_owned(), 400),
            (format!("id={id}&lat=99&lon=-94.6"), 400),
            (format!("id={id}&lat=39&lon=-94.6&timestamp={}", seconds(-3_600)), 400),
            (format!("id={}&lat=39&lon=-94.6", load.id), 404),
        ] {
            let answer = nobody.get(&format!("/api/v1/osmand?{query}")).await;
            assert_eq!(answer.status, status, "{query}: {}", answer.body);
        }
        server.stop().await;
    });
}
