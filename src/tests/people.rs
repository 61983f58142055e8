//! People: invited, given another role, shut out; by the company's administrator alone, and only of that company.

use contract::people::MIN_PASSWORD;
use serde_json::{Value, json};

use crate::fixture::{Answer, Client, TestServer, new_load, on_both_engines};

const PASSWORD: &str = "four quiet words here";

async fn invite(who: &Client, email: &str, role: &str, more: Value) -> Answer {
    let mut ask = json!({ "email": email, "name": "Nora New", "role": role });
    ask.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    who.post("/api/v1/people", ask).await
}

fn token(invited: &Answer) -> String {
    invited.data()["path"].as_str().unwrap().strip_prefix("/join?token=").unwrap().to_owned()
}

async fn join(server: &TestServer, token: &str, password: &str) -> Answer {
    let nobody = Client::nobody(&server.base);
    nobody.post("/api/v1/auth/join", json!({ "token": token, "password": password })).await
}

/// Asks again and again until it is so: what was looked up before is believed for half a second.
async fn within_a_second(mut is_so: impl AsyncFnMut() -> bool) {
    let since = tokio::time::Instant::now();
    while !is_so().await {
        assert!(since.elapsed() < std::time::Duration::from_millis(1_500), "it goes on");
    }
}

async fn sign_in(server: &TestServer, email: &str, password: &str) -> u16 {
    let nobody = Client::nobody(&server.base);
    nobody.post("/api/v1/auth/login", json!({ "email": email, "password": password })).await.status.as_u16()
}

#[test]
fn whoever_is_invited_chooses_a_password_once_and_is_in() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let admin = server.sign_in("admin@blueridge.test").await;
        let invited = invite(&admin, " Nora@Blueridge.test ", "DISPATCH", json!({})).await;
        assert_eq!(invited.data()["person"]["standing"], "invited", "{}", invited.body);
        let first = token(&invited);
        assert_eq!(sign_in(&server, "nora@blueridge.test", PASSWORD).await, 401, "not before");

        let again = admin.post("/api/v1/people/invitation", json!({ "id": invited.data()["person"]["id"] })).await;
        assert_eq!(join(&server, &first, PASSWORD).await.status, 404, "the newest link alone leads anywhere");
        let short = join(&server, &token(&again), &"x".repeat(MIN_PASSWORD - 1)).await;
        assert_eq!(short.refused(400, "invalid")["details"]["flaws"]["password"], "out_of_range");
        let joined = join(&server, &token(&again), PASSWORD).await;
        assert_eq!(joined.data()["user"]["roles"], json!(["DISPATCH"]), "{}", joined.body);
        assert_eq!(joined.data()["user"]["tenantId"], admin.user["tenantId"]);
        assert_eq!(join(&server, &token(&again), PASSWORD).await.status, 404, "once");
        assert_eq!(sign_in(&server, "nora@blueridge.test", PASSWORD).await, 200);

        let people = admin.get("/api/v1/people").await;
        let nora =
            people.data().as_array().unwrap().iter().find(|person| person["name"] == "Nora New").unwrap().clone();
        assert_eq!((&nora["standing"], &nora["sessions"]), (&json!("active"), &json!(2)));
        assert!(!people.body.to_string().contains("prairie"), "of no other company");
        assert!(!people.body.to_string().contains(&token(&again)), "the secret is told once");
    });
}

#[test]
fn of_two_who_take_up_one_invitation_one_gets_in() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let admin = server.sign_in("admin@blueridge.test").await;
        let secret = token(&invite(&admin, "twice@blueridge.test", "SUPPORT", json!({})).await);
        let (one, two) =
            tokio::join!(join(&server, &secret, PASSWORD), join(&server, &secret, "another long password"));
        let mut answers = [one.status.as_u16(), two.status.as_u16()];
        answers.sort_unstable();
        assert_eq!(answers, [200, 404]);
    });
}

#[test]
fn a_role_and_a_shut_door_act_at_once_and_nobody_does_it_to_themselves() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let admin = server.sign_in("admin@blueridge.test").await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let change = async |id: &Value, ask: Value| {
            let mut ask = ask;
            ask["id"] = id.clone();
            admin.post("/api/v1/people/change", ask).await
        };
        let id = ops.user["id"].clone();
        assert_eq!(change(&id, json!({ "role": "READ_ONLY" })).await.status, 200);
        within_a_second(async || ops.post("/api/v1/loads", new_load()).await.status == 403).await;
        let sides = change(&id, json!({ "role": "DRIVER" })).await;
        assert_eq!(sides.refused(400, "invalid")["details"]["flaws"]["role"], "not_allowed");

        assert_eq!(change(&id, json!({ "active": false })).await.status, 200);
        within_a_second(async || ops.get("/api/v1/loads").await.status == 401).await;
        assert_eq!(sign_in(&server, "ops@blueridge.test", "test-password").await, 401);
        assert_eq!(change(&id, json!({ "active": true })).await.status, 200);
        assert_eq!(sign_in(&server, "ops@blueridge.test", "test-password").await, 200);

        let me = change(&admin.user["id"], json!({ "active": false })).await;
        assert_eq!(me.refused(422, "refused")["details"]["rule"], "not_yourself");
        let support = server.sign_in("support@blueridge.test").await;
        let out = admin.post("/api/v1/people/sessions/end", json!({ "id": support.user["id"] })).await;
        assert_eq!(out.data()["sessions"], 0);
        within_a_second(async || support.get("/api/v1/loads").await.status == 401).await;
    });
}

#[test]
fn a_carriers_people_belong_to_one_of_the_companys_carriers() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let admin = server.sign_in("admin@blueridge.test").await;
        let (own, theirs) = (server.blue.carriers[0], server.prairie.carriers[0]);
        let (driver, other) = (server.blue.drivers[0], server.blue.drivers[1]);
        for (role, more, field) in [
            ("CARRIER_OWNER", json!({}), "carrierId"),
            ("CARRIER_OWNER", json!({ "carrierId": theirs }), "carrierId"),
            ("CARRIER_OWNER", json!({ "carrierId": own, "driverId": driver }), "driverId"),
            ("DRIVER", json!({ "carrierId": own }), "driverId"),
            ("DRIVER", json!({ "carrierId": own, "driverId": other }), "driverId"),
            ("ADMIN", json!({ "carrierId": own }), "carrierId"),
        ] {
            let refused = invite(&admin, "x@blueridge.test", role, more.clone()).await;
            assert!(refused.refused(400, "invalid")["details"]["fields"][field].is_string(), "{role} {more}");
        }
        for email in ["", "nobody", "a b@c.de"] {
            let refused = invite(&admin, email, "ADMIN", json!({})).await;
            assert!(refused.refused(400, "invalid")["details"]["fields"]["email"].is_string(), "{email}");
        }
        // Also one of another company's, so that nobody signs in at two.
        let taken = invite(&admin, "dispatch1@prairie.test", "ADMIN", json!({})).await;
        assert_eq!(taken.refused(422, "refused")["details"]["rule"], "email_taken");
        let drives =
            invite(&admin, "d@blueridge.test", "DRIVER", json!({ "carrierId": own, "driverId": driver })).await;
        let joined = join(&server, &token(&drives), PASSWORD).await;
        assert_eq!(joined.data()["user"]["driverId"], json!(driver));
        for role in ["ops", "dispatch1", "readonly", "carrier1"] {
            let who = server.sign_in(&format!("{role}@blueridge.test")).await;
            assert_eq!(who.get("/api/v1/people").await.status, 403, "{role}");
            assert_eq!(invite(&who, "y@blueridge.test", "ADMIN", json!({})).await.status, 403, "{role}");
        }
    });
}
