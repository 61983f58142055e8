//! A socket never outlives its session, and a page that renews it stays for days.

use std::time::Duration;

use contract::{UserId, actor::Role};
use headhaul::simulate::socket::Socket;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    ear::Ear,
    fixture::{Client, TestServer, on_both_engines},
};

/// What is promised, and a little for a busy machine.
const WITHIN: Duration = Duration::from_millis(1_500);

fn id(client: &Client) -> UserId {
    serde_json::from_value(client.user["id"].clone()).unwrap()
}

#[test]
fn whatever_ends_a_session_ends_its_sockets_within_a_second() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let hash = headhaul::auth::hash("another-password").unwrap();
        let stays = server.sign_in("admin@blueridge.test").await;
        let mut stays = Ear::open(&stays, "/events").await;
        for way in ["logout", "disabled", "password", "role"] {
            let client = server.sign_in("support@blueridge.test").await;
            let mut ears = Vec::new();
            for namespace in ["/events", "/dispatch", "/tracking", "/notifications"] {
                ears.push(Ear::open(&client, namespace).await);
            }
            let user = id(&client);
            let since = Instant::now();
            match way {
                "logout" => _ = client.post("/api/v1/auth/logout", json!({})).await.data(),
                "disabled" => server.auth.set_active(user, false).await.unwrap(),
                "password" => server.auth.set_password(user, &hash).await.unwrap(),
                _ => server.auth.set_role(user, Role::Sales).await.unwrap(),
            }
            for ear in &mut ears {
                ear.ends().await;
            }
            assert!(since.elapsed() < WITHIN, "{way}: {:?}", since.elapsed());
            let comes_back = Socket::connect(&server.base, "/events", &client.token).await;
            assert_eq!(comes_back.is_ok(), way == "role", "{way}: the sign-in itself goes on only with another role");
            match way {
                "disabled" => server.auth.set_active(user, true).await.unwrap(),
                "password" => {
                    let back = headhaul::auth::hash("test-password").unwrap();
                    server.auth.set_password(user, &back).await.unwrap();
                }
                _ => {}
            }
        }
        stays.listen().await;
        server.stop().await;
    });
}

#[test]
fn another_role_hears_other_things_under_the_same_sign_in() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let client = server.sign_in("sales@blueridge.test").await;
        let mut before = Ear::open(&client, "/events").await;
        server.auth.set_role(id(&client), Role::Dispatch).await.unwrap();
        before.ends().await;
        let mut dispatches = Ear::open(&client, "/events").await;

        let load = server.dispatcher().await.create_load().await;
        let told = dispatches.hears("load:created", |_| true).await;
        assert_eq!(told["data"]["loadId"], json!(load.id), "who may see loads hears of them");
        assert!(before.durable().next().is_none(), "who couldn't heard of none");

        server.auth.set_role(id(&client), Role::Sales).await.unwrap();
        dispatches.ends().await;
        let mut after = Ear::open(&client, "/events").await;
        server.dispatcher().await.create_load().await;
        after.listen().await;
        assert!(after.durable().next().is_none());
        server.stop().await;
    });
}

/// Somebody who keeps both tokens, as a page does.
struct Page {
    http: reqwest::Client,
    base: String,
    refresh: String,
    access: String,
}

impl Page {
    async fn sign_in(server: &TestServer) -> Self {
        let http = reqwest::Client::new();
        let ask = json!({ "email": "dispatch1@blueridge.test", "password": "test-password" });
        let answer = http.post(format!("{}/api/v1/auth/login", server.base)).json(&ask).send().await.unwrap();
        let mut page = Self { http, base: server.base.clone(), refresh: String::new(), access: String::new() };
        page.take(answer).await;
        page
    }

    async fn take(&mut self, answer: reqwest::Response) {
        assert_eq!(answer.status(), 200);
        for cookie in answer.headers().get_all("set-cookie") {
            if let Some(rest) = cookie.to_str().unwrap().strip_prefix("hh_refresh=") {
                self.refresh = rest.split(';').next().unwrap().to_owned();
            }
        }
        let body: Value = answer.json().await.unwrap();
        self.access = body["data"]["accessToken"].as_str().unwrap().to_owned();
    }

    async fn renew(&mut self) {
        let ask = self.http.post(format!("{}/api/v1/auth/refresh", self.base));
        let ask = ask.header("cookie", format!("hh_refresh={}", self.refresh)).header("origin", &self.base);
        let answer = ask.send().await.unwrap();
        self.take(answer).await;
    }
}

#[test]
fn a_page_that_renews_its_sign_in_keeps_its_socket_for_days() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let mut page = Page::sign_in(&server).await;
        let auth = json!({ "token": page.access });
        let (socket, events) = Socket::connect_with(&server.base, "/events", auth).await.unwrap();
        let mut ear = Ear::of(socket, events).await;

        // Two and a half days of renewing every twelve minutes, as the pages do.
        for _ in 0..300 {
            server.clock.advance_ms(12 * 60_000);
            page.renew().await;
            let renewed = loop {
                let answer = ear.ask("auth:renew", json!({ "token": page.access })).await;
                // The days pass faster here than anybody may ask.
                match answer["error"]["details"]["retryAfterMs"].as_u64() {
                    Some(wait) => tokio::time::sleep(Duration::from_millis(wait)).await,
                    None => break answer,
                }
            };
            assert!(renewed["expiresAt"].is_string(), "{renewed}");
        }
        let load = server.dispatcher().await.create_load().await;
        ear.hears("load:created", |told| told["data"]["loadId"] == json!(load.id)).await;

        server.clock.advance_ms(15 * 60_000 + 1_000);
        ear.ends().await;
        server.stop().await;
    });
}

#[test]
fn a_socket_is_renewed_by_its_own_sign_in_alone() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (client, again) = (server.dispatcher().await, server.dispatcher().await);
        let other = server.sign_in("ops@blueridge.test").await;
        let ear = Ear::open(&client, "/events").await;

        for token in [&other.token, &again.token, "x.y.z", ""] {
            let answer = ear.ask("auth:renew", json!({ "token": token })).await;
            assert_eq!(answer["error"]["code"], "unauthorized", "{answer}");
        }
        let answer = ear.ask("auth:renew", json!({ "token": client.token })).await;
        assert!(answer["expiresAt"].is_string(), "{answer}");
        server.stop().await;
    });
}
