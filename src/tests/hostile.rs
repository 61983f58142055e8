//! Clients that mean no good, or break off in the middle: they harm nobody, not even themselves.

use std::time::Duration;

use headhaul::{simulate::socket::Socket, store::Store};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::{
    ear::Ear,
    fixture::{Client, TestServer, on_both_engines},
};

#[test]
fn whoever_breaks_off_while_being_let_in_is_not_counted_for_ever() {
    on_both_engines(async |engine| {
        let server = TestServer::start_with(engine, &["--sockets-per-user", "1"]).await;
        let client = server.dispatcher().await;
        for n in 0..300_u64 {
            let patience = Duration::from_micros(1_000 + n % 30 * 200);
            // What is dropped half way closes its connection without a word.
            let _ = timeout(patience, Socket::connect(&server.base, "/events", &client.token)).await;
        }

        let until = Instant::now() + Duration::from_secs(20);
        while let Err(error) = Socket::connect(&server.base, "/events", &client.token).await {
            assert!(Instant::now() < until, "{error}");
        }
        server.stop().await;
    });
}

#[test]
fn what_nobody_knows_is_answered_and_counts_and_whoever_goes_on_is_cut() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (socket, _events) =
            Socket::connect(&server.base, "/events", &server.dispatcher().await.token).await.unwrap();

        assert_eq!(socket.ask("nonsense", &json!({})).await.unwrap()["error"]["code"], "not_found");
        let ask = |_| socket.ask("nonsense", &Value::Null);
        let answers = futures_util::future::join_all((0..60).map(ask)).await;
        let limited = |answer: &Value| answer["error"]["code"] == "rate_limited";
        assert!(answers.iter().flatten().any(limited), "they count");
        let answers = futures_util::future::join_all((0..2_000).map(ask)).await;
        assert!(answers.iter().any(Result::is_err), "and it ends");
        assert!(socket.ask("nonsense", &json!({})).await.is_err());
        server.stop().await;
    });
}

#[test]
fn nobody_asks_again_and_again_for_everything_they_missed() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let client = server.dispatcher().await;
        let ear = Ear::open(&client, "/events").await;

        let mut refused = Value::Null;
        for _ in 0..30 {
            refused = ear.ask("sync:request", json!({ "since": {} })).await["error"].take();
            if !refused.is_null() {
                break;
            }
        }
        assert_eq!(refused["code"], "rate_limited");
        assert!(refused["details"]["retryAfterMs"].is_u64());
        let asks = futures_util::future::join_all((0..60).map(|_| client.get("/api/v1/events"))).await;
        let limited: Vec<_> = asks.iter().filter(|answer| answer.status == 429).collect();
        assert!(!limited.is_empty() && limited.len() <= 40);
        assert!(
            ear.ask("join:load", json!({})).await["error"]["code"] == "invalid",
            "other questions have their own pace"
        );
        server.sign_in("ops@blueridge.test").await.get("/api/v1/events").await.data();
        server.stop().await;
    });
}

/// Takes every connection to the database that reading could use, as one that is away does.
async fn hold(store: &Store) -> Vec<Box<dyn std::any::Any + Send>> {
    let mut held: Vec<Box<dyn std::any::Any + Send>> = Vec::new();
    for _ in 0..8 {
        match store {
            Store::Sqlite { read, .. } => held.push(Box::new(read.acquire().await.unwrap())),
            Store::Postgres(pool) => held.push(Box::new(pool.acquire().await.unwrap())),
        }
    }
    held
}

#[test]
fn without_its_database_the_desk_says_so_at_once_and_still_cuts_who_is_over() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let mut ear = Ear::open(&server.dispatcher().await, "/events").await;
        let held = hold(&server.desk.store).await;

        let asked = Instant::now();
        let ready = Client::nobody(&server.base).get("/health/ready").await;
        assert_eq!((ready.status.as_u16(), &ready.body["database"]["read"]), (503, &json!("unavailable")));
        server.clock.advance_ms(15 * 60_000 + 1_000);
        ear.ends().await;
        assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());

        drop(held);
        assert_eq!(Client::nobody(&server.base).get("/health/ready").await.status, 200);
        server.stop().await;
    });
}
