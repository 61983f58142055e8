//! How much anybody may do, and in which order it is done.

use std::time::Duration;

use headhaul::simulate::socket::{Socket, SocketError};
use serde_json::{Value, json};
use tokio::{
    net::TcpSocket,
    time::{Instant, timeout},
};

use crate::{
    ear::Ear,
    fixture::{TestServer, on_both_engines},
    raw::{Polls, Raw},
};

const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn what_one_client_asks_is_done_in_the_order_in_which_it_was_sent() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        let mut raw = Raw::open(&server.base).await;
        raw.join("/tracking", &driver).await;

        // Joining reads the database twice and leaving not at all, so that leaving would be done first.
        for n in 0..36 {
            let what = if n % 2 == 0 { "join:load" } else { "leave:load" };
            raw.say(format!(r#"42/tracking,{n}["{what}",{{"loadId":"{}"}}]"#, load.id)).await;
        }
        for n in 0..36 {
            let answer = raw.hears("43/tracking,").await.unwrap();
            let what = if n % 2 == 0 { r#"[{"joined":true}]"# } else { r#"[{"left":true}]"# };
            assert_eq!(answer, format!("43/tracking,{n}{what}"));
        }
        for n in 100..118_i64 {
            let fix = json!({
                "loadId": load.id, "lat": 39.0 + n as f64 / 1_000.0, "lng": -94.6,
                "recordedAt": server.clock.now().plus_minutes(n - 200),
            });
            raw.say(format!(r#"42/tracking,{n}["location:update",{fix}]"#)).await;
        }
        for n in 100..118 {
            assert_eq!(raw.hears("43/tracking,").await.unwrap(), format!(r#"43/tracking,{n}[{{"received":true}}]"#));
        }
        server.stop().await;
    });
}

#[test]
fn a_socket_joins_so_many_loads_at_once_and_no_more() {
    on_both_engines(async |engine| {
        let server = TestServer::start_with(engine, &["--loads-per-socket", "2"]).await;
        let dispatcher = server.dispatcher().await;
        let mut loads = Vec::new();
        for _ in 0..3 {
            loads.push(dispatcher.create_load().await.id);
        }
        let ear = Ear::open(&dispatcher, "/tracking").await;
        let ask = async |what: &str, which: usize| ear.ask(what, json!({ "loadId": loads[which] })).await;

        for which in [0, 1, 1] {
            assert_eq!(ask("join:load", which).await, json!({ "joined": true }));
        }
        assert_eq!(ask("join:load", 2).await["error"]["code"], "too_large");
        assert_eq!(ask("leave:load", 0).await, json!({ "left": true }));
        assert_eq!(ask("join:load", 2).await, json!({ "joined": true }));
        server.stop().await;
    });
}

#[test]
fn all_sockets_of_a_user_together_have_a_pace() {
    on_both_engines(async |engine| {
        let server = TestServer::start_with(engine, &["--user-events-per-second", "5"]).await;
        let client = server.dispatcher().await;
        let ears = [Ear::open(&client, "/events").await, Ear::open(&client, "/dispatch").await];

        let asks = (0..40).map(|n| ears[n % 2].ask("nonsense", json!({})));
        let answers = futures_util::future::join_all(asks).await;
        let limited: Vec<&Value> = answers.iter().filter(|answer| answer["error"]["code"] == "rate_limited").collect();
        assert!(!limited.is_empty() && limited.len() <= 20, "20 of 40 may be said at once: {}", limited.len());
        assert!(limited.iter().all(|answer| answer["error"]["details"]["retryAfterMs"].is_u64()));
        let other = Ear::open(&server.sign_in("ops@blueridge.test").await, "/events").await;
        assert_eq!(other.ask("nonsense", json!({})).await["error"]["code"], "not_found", "another user has their own");
        server.stop().await;
    });
}

#[test]
fn an_address_that_is_refused_too_often_is_not_looked_at_for_a_while() {
    on_both_engines(async |engine| {
        let server = TestServer::start_with(engine, &["--failed-handshakes-per-minute", "3"]).await;
        let client = server.dispatcher().await;
        let mut raw = Raw::open(&server.base).await;
        // Somewhere it is in, so that it is not ended meanwhile for being in nowhere.
        raw.join("/dispatch", &client).await;
        for _ in 0..4 {
            let answer = raw.greet("/events", &json!({ "token": "x.y.z" })).await.unwrap();
            assert_eq!(answer, r#"44/events,{"message":"Unauthorized"}"#);
        }

        let answer = raw.greet("/events", &json!({ "token": client.token })).await.unwrap();
        assert_eq!(answer, r#"44/events,{"message":"Forbidden"}"#, "not even with a good token");
        let Err(refused) = Polls::open(&server.base, &[]).await else { panic!("no session is opened either") };
        assert_eq!(refused.status(), 429);
        assert!(refused.headers().contains_key("retry-after"));
        let refused: Value = refused.json().await.unwrap();
        assert_eq!(refused["error"]["code"], "rate_limited");

        let elsewhere = TcpSocket::new_v4().unwrap();
        elsewhere.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        Raw::open_on(&server.base, elsewhere).await.unwrap().join("/events", &client).await;
        server.stop().await;
    });
}

#[test]
fn behind_a_trusted_proxy_each_caller_is_an_address_of_their_own() {
    on_both_engines(async |engine| {
        let limit = ["--failed-handshakes-per-minute", "2"];
        let behind = [&limit[..], &["--trusted-proxy", "127.0.0.1"]].concat();
        for (settings, believed) in [(&behind[..], true), (&limit[..], false)] {
            let server = TestServer::start_with(engine, settings).await;
            let of = |last: u8| format!("203.0.113.{last}");
            for _ in 0..3 {
                let (bad, from) = (TcpSocket::new_v4().unwrap(), of(1));
                let mut raw = Raw::open_with(&server.base, bad, &[("x-forwarded-for", &from)]).await.unwrap();
                raw.greet("/events", &json!({})).await.unwrap();
            }
            assert!(Polls::open(&server.base, &[("x-forwarded-for", &of(1))]).await.is_err(), "shut out");
            let other = Polls::open(&server.base, &[("x-forwarded-for", &of(2))]).await;
            assert_eq!(other.is_ok(), believed, "who may say anything is not believed");
            server.stop().await;
        }
    });
}

#[test]
fn one_address_has_so_many_sockets_whoever_they_belong_to() {
    on_both_engines(async |engine| {
        let settings = ["--connections-per-address", "2", "--trusted-proxy", "127.0.0.1"];
        let server = TestServer::start_with(engine, &settings).await;
        let people = ["dispatch1", "ops", "admin"].map(|name| format!("{name}@blueridge.test"));
        let mut open = Vec::new();
        for who in &people[..2] {
            let client = server.sign_in(who).await;
            open.push(Socket::connect(&server.base, "/events", &client.token).await.unwrap());
        }
        let third = server.sign_in(&people[2]).await;
        let refused = Socket::connect(&server.base, "/events", &third.token).await;
        assert!(matches!(refused, Err(SocketError::Refused { message, .. }) if message == "Forbidden"));

        drop(open);
        let until = Instant::now() + PATIENCE;
        while Socket::connect(&server.base, "/events", &third.token).await.is_err() {
            assert!(Instant::now() < until, "a place that is free again can be taken");
        }
        server.stop().await;
    });
}

#[test]
fn a_connection_without_a_socket_is_ended() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let client = server.dispatcher().await;
        let mut silent = Raw::open(&server.base).await;
        let polls = Polls::open(&server.base, &[]).await.ok().unwrap();
        let mut left = Raw::open(&server.base).await;
        left.join("/events", &client).await;
        left.say("41/events,").await;
        let mut cut = Raw::open(&server.base).await;
        cut.join("/events", &client).await;
        let mut stays = Raw::open(&server.base).await;
        stays.join("/events", &client).await;
        stays.say("41/events,").await;
        stays.join("/dispatch", &client).await;

        let began = Instant::now();
        silent.ends().await;
        left.ends().await;
        assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
        let until = Instant::now() + PATIENCE;
        while polls.say("3").await == 200 {
            assert!(Instant::now() < until, "a session that never came back is forgotten");
        }
        client.post("/api/v1/auth/logout", json!({})).await.data();
        cut.ends().await;
        // It was put out by then as well, and not before.
        assert!(stays.hears("41/dispatch").await.is_some());
        server.stop().await;
    });
}

#[test]
fn one_body_holds_so_many_packets_and_comes_in_time() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let polls = Polls::open(&server.base, &[]).await.ok().unwrap();
        polls.join("/events", &server.dispatcher().await).await;

        assert_eq!(polls.say(vec!["3"; 100].join("\x1e")).await, 200);
        assert_eq!(polls.say(vec!["3"; 2_000].join("\x1e")).await, 429);
        assert_eq!(polls.say("x".repeat(70_000)).await, 413);
        server.stop().await;
    });
}

#[test]
fn a_flood_of_pongs_is_read_slowly_and_harms_nobody() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let client = server.dispatcher().await;
        let mut flood = Raw::open(&server.base).await;
        flood.join("/events", &client).await;
        // Seven bytes each, so more than twice what may come at once.
        let floods = tokio::spawn(async move {
            use futures_util::SinkExt;
            use tokio_tungstenite::tungstenite::Message;
            for _ in 0..200_000 {
                if flood.wire.feed(Message::text("3")).await.is_err() {
                    break;
                }
            }
            let _ = flood.wire.flush().await;
            flood
        });
        let paced = async || {
            let text = reqwest::get(format!("{}/metrics", server.base)).await.unwrap().text().await.unwrap();
            let line = text.lines().find(|line| line.starts_with("headhaul_reads_paced ")).map(str::to_owned);
            line.is_some_and(|line| !line.ends_with(" 0"))
        };
        let is_paced = async { while !paced().await {} };
        timeout(PATIENCE, is_paced).await.expect("it is made to wait");
        let asked = Instant::now();
        client.get("/api/v1/loads").await.data();
        assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
        floods.abort();
        server.stop().await;
    });
}
