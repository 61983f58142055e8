//! Signing in, staying in and being put out.

use headhaul::upkeep;
use reqwest::{StatusCode, header};
use serde_json::json;

use crate::fixture::{Client, TestServer, on_both_engines};

fn cookies(answer: &reqwest::Response) -> Vec<String> {
    let set = answer.headers().get_all(header::SET_COOKIE);
    set.iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

fn value(cookies: &[String], name: &str) -> String {
    let start = format!("{name}=");
    let cookie = cookies.iter().find(|cookie| cookie.starts_with(&start)).unwrap();
    cookie[start.len()..].split(';').next().unwrap().to_owned()
}

#[test]
fn a_sign_in_gives_a_token_and_cookies_that_scripts_cannot_read() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let answer = reqwest::Client::new()
            .post(format!("{}/api/v1/auth/login", server.base))
            .json(&json!({ "email": "Dispatch1@BlueRidge.test", "password": "test-password" }))
            .send()
            .await
            .unwrap();

        let cookies = cookies(&answer);
        assert!(
            cookies.iter().all(|cookie| cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax")),
            "{cookies:?}"
        );
        let me = server.dispatcher().await.get("/api/v1/auth/me").await;
        assert_eq!(me.data()["roles"], json!(["DISPATCH"]));
        server.stop().await;
    });
}

#[test]
fn a_wrong_password_and_an_unknown_address_look_the_same() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let nobody = Client::nobody(&server.base);
        let wrong = nobody.post("/api/v1/auth/login", json!({ "email": "ops@blueridge.test", "password": "x" })).await;
        let unknown =
            nobody.post("/api/v1/auth/login", json!({ "email": "who@blueridge.test", "password": "x" })).await;

        wrong.refused(401, "unauthorized");
        assert_eq!(wrong.body, unknown.body);
        server.stop().await;
    });
}

#[test]
fn the_fifth_failure_locks_the_account_for_a_quarter_of_an_hour() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let nobody = Client::nobody(&server.base);
        let attempt = async |email: &str, password: &str| {
            nobody.post("/api/v1/auth/login", json!({ "email": email, "password": password })).await
        };
        for email in ["ops@blueridge.test", "who@blueridge.test"] {
            for _ in 0..5 {
                attempt(email, "wrong").await.refused(401, "unauthorized");
            }
            // An address that nobody has is locked as well, or this answer would tell which ones exist.
            attempt(email, "test-password").await.refused(423, "locked");
        }

        server.clock.advance_ms(15 * 60_000 + 1);
        assert_eq!(attempt("ops@blueridge.test", "test-password").await.status, StatusCode::OK);
        attempt("who@blueridge.test", "test-password").await.refused(401, "unauthorized");
        server.stop().await;
    });
}

/// A program that keeps its refresh token by itself.
struct Keeper {
    http: reqwest::Client,
    base: String,
}

impl Keeper {
    fn new(server: &TestServer) -> Self {
        Self { http: reqwest::Client::new(), base: server.base.clone() }
    }

    async fn sign_in(&self) -> String {
        let ask = json!({ "email": "ops@blueridge.test", "password": "test-password" });
        let login = self.http.post(format!("{}/api/v1/auth/login", self.base)).json(&ask).send().await.unwrap();
        value(&cookies(&login), "hh_refresh")
    }

    async fn post(&self, path: &str, token: &str) -> reqwest::Response {
        self.http
            .post(format!("{}/api/v1/auth/{path}", self.base))
            .header("cookie", format!("hh_refresh={token}"))
            .header("origin", &self.base)
            .send()
            .await
            .unwrap()
    }

    async fn refresh(&self, token: &str) -> String {
        let renewed = self.post("refresh", token).await;
        assert_eq!(renewed.status(), 200);
        value(&cookies(&renewed), "hh_refresh")
    }
}

#[test]
fn a_refresh_token_works_once_and_its_second_use_ends_the_session() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let keeper = Keeper::new(&server);
        let first = keeper.sign_in().await;

        let second = keeper.refresh(&first).await;
        assert_ne!(first, second);
        assert_eq!(keeper.post("refresh", &first).await.status(), 200, "two tabs may renew in the same moment");

        server.clock.advance_ms(31_000);
        assert_eq!(keeper.post("refresh", &first).await.status(), 401, "a stolen token is noticed");
        assert_eq!(keeper.post("refresh", &second).await.status(), 401, "and the whole sign-in ends");
        server.stop().await;
    });
}

#[test]
fn a_refresh_token_of_long_ago_ends_the_session_too() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let keeper = Keeper::new(&server);
        let first = keeper.sign_in().await;
        let mut newest = first.clone();
        for _ in 0..3 {
            newest = keeper.refresh(&newest).await;
        }

        assert_eq!(keeper.post("refresh", &first).await.status(), 401, "whoever shows it isn't who goes on");
        assert_eq!(keeper.post("refresh", &newest).await.status(), 401, "so neither of them does");
        server.stop().await;
    });
}

#[test]
fn signing_out_ends_the_session_also_when_the_access_token_has_run_out() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let keeper = Keeper::new(&server);
        let token = keeper.sign_in().await;

        assert_eq!(keeper.post("logout", &token).await.status(), 200);

        assert_eq!(keeper.post("refresh", &token).await.status(), 401);
        server.stop().await;
    });
}

#[test]
fn a_token_ends_with_its_time_its_session_and_its_user() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;

        let leaves = server.sign_in("support@blueridge.test").await;
        assert_eq!(leaves.post("/api/v1/auth/logout", json!({})).await.status, StatusCode::OK);
        leaves.get("/api/v1/loads").await.refused(401, "revoked");

        let fired = server.sign_in("readonly@blueridge.test").await;
        let id = serde_json::from_value(fired.user["id"].clone()).unwrap();
        server.auth.set_active(id, false).await.unwrap();
        fired.get("/api/v1/loads").await.refused(401, "revoked");

        let late = server.dispatcher().await;
        server.clock.advance_ms(15 * 60_000 + 1_000);
        late.get("/api/v1/loads").await.refused(401, "token_expired");
        server.stop().await;
    });
}

#[test]
fn a_forged_token_is_nobody() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let good = server.dispatcher().await;
        let mut parts: Vec<&str> = good.token.split('.').collect();
        // {"alg":"none","typ":"JWT"} in base64url.
        parts[0] = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
        let forged = [format!("{}.{}.", parts[0], parts[1]), format!("{}x", good.token), "x.y.z".to_owned()];

        for token in forged {
            let client = Client { token, ..good.clone() };
            client.get("/api/v1/loads").await.refused(401, "unauthorized");
        }
        server.stop().await;
    });
}

#[test]
fn a_write_with_the_cookie_comes_from_our_own_pages_only() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let token = server.dispatcher().await.token;
        let http = reqwest::Client::new();
        let write = async |headers: &[(&str, &str)]| {
            let mut request = http
                .post(format!("{}/api/v1/loads", server.base))
                .header("cookie", format!("hh_access={token}"))
                .json(&crate::fixture::new_load());
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.send().await.unwrap().status().as_u16()
        };

        assert_eq!(write(&[("origin", &server.base)]).await, 200);
        assert_eq!(write(&[("sec-fetch-site", "same-origin")]).await, 200);
        assert_eq!(write(&[]).await, 403, "a cookie without an origin");
        for foreign in ["https://evil.test", "null", "http://127.0.0.1", "http://127.0.0.1.evil.test"] {
            assert_eq!(write(&[("origin", foreign)]).await, 403, "{foreign}");
        }
        assert_eq!(write(&[("origin", &server.base), ("sec-fetch-site", "cross-site")]).await, 403);
        server.stop().await;
    });
}

#[test]
fn a_visitor_is_sent_to_sign_in_and_afterwards_back() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();

        let page = http.get(format!("{}/dispatch?q=x", server.base)).send().await.unwrap();
        assert_eq!(page.headers()[header::LOCATION], "/login?next=%2Fdispatch%3Fq%3Dx");

        let sign_in = async |next: &str| {
            let form = [("email", "ops@blueridge.test"), ("password", "test-password"), ("next", next)];
            let answer = http.post(format!("{}/api/v1/auth/login", server.base)).form(&form).send().await.unwrap();
            answer.headers()[header::LOCATION].to_str().unwrap().to_owned()
        };
        assert_eq!(sign_in("/dispatch?q=x").await, "/dispatch?q=x");
        for elsewhere in
            ["https://evil.test", "//evil.test", "/\\evil.test", "/\t/evil.test", "/\u{1}", "/\n/evil.test", ""]
        {
            assert_eq!(sign_in(elsewhere).await, "/", "{elsewhere}");
        }
        server.stop().await;
    });
}

#[test]
fn sign_ins_that_ended_long_ago_are_forgotten_and_others_are_not() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        server.dispatcher().await;
        server.clock.advance_ms(90 * 24 * 3_600_000);
        let again = server.dispatcher().await;

        let before = server.clock.now().plus_ms(-upkeep::KEEP_SESSIONS_MS);
        assert_eq!(upkeep::forget_sessions(&server.desk, before).await.unwrap(), 1);
        assert_eq!(upkeep::forget_sessions(&server.desk, before).await.unwrap(), 0);
        assert_eq!(again.get("/api/v1/auth/me").await.status, 200);
        server.stop().await;
    });
}
