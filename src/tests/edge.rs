//! The edge of every call: addresses, methods, headers, and what is said of long mistakes.

use reqwest::{Method, StatusCode, header, redirect::Policy};
use serde_json::{Value, json};

use crate::{
    ear::Ear,
    fixture::{Client, TestServer, on_both_engines},
};

/// The first line of the answer to a path that is sent as it is.
async fn status_of(server: &TestServer, path: &str, token: Option<&str>) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let host = server.base.trim_start_matches("http://");
    let mut wire = tokio::net::TcpStream::connect(host).await.unwrap();
    let cookie = token.map(|token| format!("cookie: hh_access={token}\r\n")).unwrap_or_default();
    let ask = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n{cookie}connection: close\r\n\r\n");
    wire.write_all(ask.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    wire.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_crooked_address_leads_nowhere_and_past_no_gate() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        for path in
            ["/./dispatch", "/loads/../dispatch", "//dispatch", "/loads//x", "/%2e/dispatch", "/x\\..\\dispatch"]
        {
            let status = status_of(&server, path, None).await;
            assert!(status.contains(" 404 ") || status.contains(" 400 "), "{path}: {status}");
        }
        assert!(status_of(&server, "/dispatch", None).await.contains(" 303 "));
        server.stop().await;
    });
}

#[test]
fn a_page_has_one_address_and_a_missing_load_says_so_by_its_status() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let load = dispatcher.create_load().await;
        let http = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
        let page = async |path: &str| {
            let cookie = format!("hh_access={}", dispatcher.token);
            http.get(format!("{}{path}", server.base)).header("cookie", cookie).send().await.unwrap()
        };

        let slashed = page("/loads/?q=x").await;
        assert_eq!(slashed.status(), StatusCode::PERMANENT_REDIRECT);
        assert_eq!(slashed.headers()[header::LOCATION], "/loads?q=x");
        assert_eq!(page(&format!("/loads/{}", load.id)).await.status(), 200);
        let foreign = server.sign_in("dispatch1@prairie.test").await.create_load().await;
        for missing in ["00000000-0000-7000-8000-000000000000", "x", &foreign.id.to_string()] {
            assert_eq!(page(&format!("/loads/{missing}")).await.status(), 404, "{missing}");
        }
        server.stop().await;
    });
}

#[test]
fn head_is_answered_like_get_and_bearer_may_be_written_in_any_case() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let head = async |path: &str| dispatcher.send(Method::HEAD, path, None).await;

        let answer = head("/api/v1/loads").await;
        assert_eq!((answer.status, answer.body), (StatusCode::OK, json!("")));
        assert_eq!(head("/api/v1/nothing").await.status, 404);
        for scheme in ["bearer", "BEARER", "Bearer "] {
            let me = dispatcher
                .http
                .get(format!("{}/api/v1/auth/me", server.base))
                .header("authorization", format!("{scheme} {}", dispatcher.token));
            assert_eq!(me.send().await.unwrap().status(), 200, "{scheme}");
        }
        server.stop().await;
    });
}

#[test]
fn a_long_mistake_is_a_mistake_and_is_not_repeated_at_length() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let load = dispatcher.create_load().await;
        let long = "Ä".repeat(200_000);

        for ask in [
            json!({ "loadId": load.id, "version": 1, "status": long }),
            json!({ "loadId": long, "version": 1, "status": "TENDERED" }),
        ] {
            let answer = dispatcher.post("/api/v1/loads/status", ask).await;
            let error = answer.refused(400, "invalid");
            assert!(error.to_string().chars().count() < 1_000, "{error}");
        }
        server.stop().await;
    });
}

#[test]
fn what_cannot_be_read_of_a_greeting_keeps_nobody_out() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let client = server.dispatcher().await;
        for (given, afresh) in [
            (json!({ "since": "x" }), true),
            (json!({ "since": { "x": "y" } }), true),
            (json!({ "since": [1], "positions": "no" }), true),
            (json!({ "since": null, "positions": null }), false),
        ] {
            let mut auth = given.clone();
            auth["token"] = json!(client.token);
            let ear = Ear::open_with(&client, "/events", auth).await;
            let is_afresh = ear.heard.iter().any(|told| told.event == "sync:snapshot");
            assert_eq!(is_afresh, afresh, "{given}");
        }
        server.stop().await;
    });
}

#[test]
fn a_desk_behind_an_encrypted_address_says_so_to_browsers() {
    on_both_engines(async |engine| {
        let server = TestServer::start_with(engine, &["--public-url", "HTTPS://Desk.Test:443/"]).await;
        let token = server.dispatcher().await.token;

        let write = reqwest::Client::new()
            .post(format!("{}/api/v1/loads", server.base))
            .header("cookie", format!("hh_access={token}"))
            .header("origin", "https://desk.test")
            .json(&crate::fixture::new_load());
        let answer = write.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
        server.stop().await;

        let plain = TestServer::start(engine).await;
        let answer = reqwest::get(format!("{}/health/live", plain.base)).await.unwrap();
        assert!(!answer.headers().contains_key("strict-transport-security"));
        let nobody = Client::nobody(&plain.base).get("/api/v1/auth/me").await;
        assert_eq!(nobody.body["error"]["details"], Value::Null);
        plain.stop().await;
    });
}
