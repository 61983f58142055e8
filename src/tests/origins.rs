//! From which pages a socket may be opened, by which transport, with what.

use reqwest::StatusCode;
use serde_json::json;
use tokio::net::TcpSocket;

use crate::{
    fixture::{TestServer, on_both_engines},
    raw::{Polls, Raw},
};

/// What shows who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shows {
    Cookie,
    Bearer,
    Auth,
    Nothing,
}

/// What becomes of an attempt.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// Refused before anything is opened.
    Shut,
    /// Opened, but not let into the namespace.
    Refused,
    LetIn,
}

async fn attempt(server: &TestServer, token: &str, shows: Shows, origin: Option<&str>, polling: bool) -> Outcome {
    let (cookie, bearer) = (format!("hh_access={token}"), format!("Bearer {token}"));
    let mut headers = Vec::new();
    match shows {
        Shows::Cookie => headers.push(("cookie", cookie.as_str())),
        Shows::Bearer => headers.push(("authorization", bearer.as_str())),
        Shows::Auth | Shows::Nothing => {}
    }
    headers.extend(origin.map(|origin| ("origin", origin)));
    let auth = if shows == Shows::Auth { json!({ "token": token }) } else { json!({}) };
    let base = server.base.as_str();
    let answer = if polling {
        match Polls::open(base, &headers).await {
            Err(refused) => {
                assert_eq!(refused.status(), StatusCode::FORBIDDEN);
                return Outcome::Shut;
            }
            Ok(polls) => polls.greet("/events", &auth).await,
        }
    } else {
        match Raw::open_with(base, TcpSocket::new_v4().unwrap(), &headers).await {
            Err(_) => return Outcome::Shut,
            Ok(mut raw) => raw.greet("/events", &auth).await.unwrap(),
        }
    };
    if answer.starts_with("40/events,") { Outcome::LetIn } else { Outcome::Refused }
}

#[test]
fn a_page_of_another_site_opens_no_socket_whatever_it_shows() {
    on_both_engines(async |engine| {
        let settings = ["--allowed-origin", "https://desk.test", "--sockets-per-user", "1000"];
        let server = TestServer::start_with(engine, &settings).await;
        let token = server.dispatcher().await.token;
        let (own, localhost) = (server.base.clone(), server.base.replace("127.0.0.1", "localhost"));
        let suffixed = format!("{own}.evil.test");
        let ours = [own.as_str(), localhost.as_str(), "https://desk.test", "HTTPS://DESK.TEST"];
        let foreign = [
            "https://evil.test",
            "null",
            "",
            &suffixed,
            "http://127.0.0.1",
            "http://desk.test",
            "https://desk.test:444",
        ];
        let mut cells = 0;
        for polling in [false, true] {
            for shows in [Shows::Cookie, Shows::Bearer, Shows::Auth, Shows::Nothing] {
                for origin in ours.into_iter().map(Some).chain(foreign.into_iter().map(Some)).chain([None]) {
                    let expected = match (origin, shows) {
                        (Some(origin), _) if foreign.contains(&origin) => Outcome::Shut,
                        // A cookie is sent along by whoever opens; only an own page is known to have meant it.
                        (None, Shows::Cookie) | (_, Shows::Nothing) => Outcome::Refused,
                        _ => Outcome::LetIn,
                    };
                    let outcome = attempt(&server, &token, shows, origin, polling).await;
                    assert_eq!(outcome, expected, "{origin:?} {shows:?} polling: {polling}");
                    cells += 1;
                }
            }
        }
        assert_eq!(cells, 2 * 4 * 12);
        server.stop().await;
    });
}

#[test]
fn a_token_in_the_address_is_looked_at_where_that_is_switched_on() {
    on_both_engines(async |engine| {
        for (settings, lets_in) in [(&["--token-in-query"][..], true), (&[], false)] {
            let server = TestServer::start_with(engine, settings).await;
            let query = format!("&token={}", server.dispatcher().await.token);
            let socket = TcpSocket::new_v4().unwrap();
            let mut raw = Raw::open_at(&server.base, &query, socket, &[]).await.unwrap();
            let answer = raw.greet("/events", &json!({})).await.unwrap();
            assert_eq!(answer.starts_with("40"), lets_in, "{answer}");
            server.stop().await;
        }
    });
}
