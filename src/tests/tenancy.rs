//! Nobody sees another company's business: every call, with another company's ids, by every role.

use serde_json::{Value, json};

use crate::fixture::{TestServer, new_load, on_both_engines};

/// Every call of the HTTP interface that server functions register, as the framework itself lists them: a new one joins
/// by itself, and fails here until it is given an example.
fn calls() -> Vec<(String, String)> {
    let mut calls: Vec<_> = leptos::server_fn::axum::server_fn_paths()
        .map(|(path, method)| (method.to_string(), path.to_owned()))
        .collect();
    calls.sort();
    calls
}

/// An example of a call that names a load and a carrier; nothing when the call is not known here.
fn example(method: &str, path: &str, load: &str, carrier: &str) -> Option<(String, Option<Value>)> {
    let write = |body: Value| Some((path.to_owned(), Some(body)));
    let read = |query: &str| Some((format!("{path}{query}"), None));
    match (method, path.strip_prefix("/api/v1/")?) {
        ("GET", "loads") => read(&format!("?size=1000&carrierId={carrier}")),
        ("GET", "loads/active" | "loads/counts" | "carriers" | "events") => read(""),
        ("GET", "places") => read("?q=Den"),
        ("GET", "loads/one") => read(&format!("?id={load}")),
        ("GET", "loads/positions") => read(&format!("?loadId={load}")),
        ("POST", "loads") => write(new_load()),
        ("POST", "loads/status") => write(json!({ "loadId": load, "version": 1, "status": "TENDERED", "reason": "x" })),
        ("POST", "loads/assign") => write(json!({ "loadId": load, "version": 1, "carrierId": carrier })),
        ("POST", "loads/dispatch") => write(json!({ "loadId": load, "version": 1 })),
        ("POST", "loads/cancel") => write(json!({ "loadId": load, "version": 1, "reason": "x" })),
        ("POST", "loads/undo") => write(json!({ "loadId": load, "version": 3 })),
        ("POST", "positions") => write(json!({ "positions": [{ "loadId": load, "lat": 39.1, "lng": -94.6 }] })),
        _ => None,
    }
}

const ROLES: [&str; 11] = [
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
        let before = server.dispatcher().await.load(load.id).await.body;
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
        assert_eq!(server.dispatcher().await.load(load.id).await.body, before, "nothing was changed");
        server.stop().await;
    });
}

#[test]
fn without_a_sign_in_every_call_is_refused() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let nobody = crate::fixture::Client::nobody(&server.base);
        let id = contract::LoadId::new(uuid::Uuid::nil()).to_string();
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
