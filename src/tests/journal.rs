//! What was missed is told exactly, in order, to those it concerns.

use contract::event::{Cursor, Mark};
use headhaul::journal::{self, Keep};
use serde_json::{Value, json};

use crate::{
    ear::Ear,
    fixture::{Client, TestServer, on_both_engines},
};

async fn missed(client: &Client, since: &Value) -> Value {
    let since: String = url::form_urlencoded::byte_serialize(since.to_string().as_bytes()).collect();
    client.get(&format!("/api/v1/events?since={since}")).await.data().clone()
}

#[test]
fn a_reader_who_was_away_gets_exactly_what_they_missed() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        dispatcher.create_load().await;
        let cursor = dispatcher.get("/api/v1/loads").await.body["cursor"].clone();

        let load = dispatcher.create_load().await;
        dispatcher.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;

        let answer = missed(&dispatcher, &cursor).await;
        let names: Vec<_> =
            answer["events"].as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap()).collect();
        assert_eq!(names, ["load:created", "load:status:changed", "load:assigned"]);
        assert_eq!(answer["snapshot"], false);
        assert_eq!(missed(&dispatcher, &answer["cursor"]).await["events"], json!([]), "and nothing twice");
        assert!(!answer.to_string().contains("RateCents"), "events carry no money");
        server.stop().await;
    });
}

#[test]
fn numbers_have_no_holes_however_many_write_at_once() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let cursor = dispatcher.get("/api/v1/loads").await.body["cursor"].clone();
        let writes = (0..30).map(|n| {
            let dispatcher = dispatcher.clone();
            tokio::spawn(async move {
                let load = dispatcher.create_load().await;
                // Every third one is refused halfway and must leave no number behind.
                if n % 3 == 0 {
                    dispatcher.try_move(&load, "TENDERED").await.refused(422, "refused");
                }
            })
        });
        for write in writes.collect::<Vec<_>>() {
            write.await.unwrap();
        }
        let answer = missed(&dispatcher, &cursor).await;
        // On a slow machine the figures are told of in between.
        let events = answer["events"].as_array().unwrap();
        let seqs: Vec<_> = events.iter().map(|event| event["seq"].as_u64().unwrap()).collect();
        assert_eq!(seqs, (1..=events.len() as u64).collect::<Vec<_>>());
        assert_eq!(events.iter().filter(|event| event["event"] == "load:created").count(), 30);
        server.stop().await;
    });
}

#[test]
fn a_cursor_that_cannot_be_trusted_is_answered_honestly() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        dispatcher.create_load().await;
        let good: Cursor =
            serde_json::from_value(dispatcher.get("/api/v1/loads").await.body["cursor"].clone()).unwrap();
        let stream = format!("tenant:{}", server.blue.tenant);
        let spoiled = |mark: Mark| {
            let mut cursor = good.clone();
            cursor.0.insert(stream.clone(), mark);
            json!(cursor)
        };
        let mark = good.0[&stream].clone();

        for cursor in [
            json!({}),
            spoiled(Mark { epoch: "another".into(), ..mark.clone() }),
            spoiled(Mark { seq: mark.seq + 5, ..mark.clone() }),
        ] {
            let answer = missed(&dispatcher, &cursor).await;
            assert_eq!((&answer["snapshot"], &answer["events"]), (&json!(true), &json!([])), "{cursor}");
        }
        dispatcher.get("/api/v1/events?since=%7Bx").await.refused(400, "invalid");
        server.stop().await;
    });
}

#[test]
fn a_carrier_hears_of_its_own_loads_and_of_nothing_else() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let first = server.sign_in("carrier1@blueridge.test").await;
        let second = server.sign_in("carrier2@blueridge.test").await;
        let stranger = server.sign_in("dispatch1@prairie.test").await;
        let cursor = async |client: &Client| client.get("/api/v1/loads").await.body["cursor"].clone();
        let (of_first, of_second, of_stranger) = (cursor(&first).await, cursor(&second).await, cursor(&stranger).await);

        let load = dispatcher.create_load().await;
        let load = dispatcher.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
        let load = dispatcher.assign(&load, &server.blue, 1, None).await;
        dispatcher.move_to(&load, "DISPATCHED").await;

        let names = async |client: &Client, cursor: &Value| -> Vec<String> {
            let answer = missed(client, cursor).await;
            answer["events"]
                .as_array()
                .unwrap()
                .iter()
                .map(|event| event["event"].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(names(&first, &of_first).await, ["carrier:load:assigned", "carrier:load:withdrawn"]);
        assert_eq!(
            names(&second, &of_second).await,
            ["carrier:load:assigned", "load:updated", "load:status:changed", "load:dispatched"],
            "also of the paper with which it starts"
        );
        assert_eq!(names(&stranger, &of_stranger).await, Vec::<String>::new());
        server.stop().await;
    });
}

#[test]
fn who_comes_back_after_what_was_forgotten_loads_afresh() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let carrier = server.sign_in("carrier1@blueridge.test").await;
        let cursor = async |client: &Client| client.get("/api/v1/loads").await.body["cursor"].clone();
        let (old, of_carrier) = (cursor(&dispatcher).await, cursor(&carrier).await);
        let load = dispatcher.create_load().await;
        dispatcher.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
        let middle = cursor(&dispatcher).await;
        for _ in 0..5 {
            dispatcher.create_load().await;
        }
        let keep = |events| Keep { age_ms: i64::MAX, events };

        assert_eq!(journal::trim(&server.desk, keep(100)).await.unwrap(), 0);
        assert_eq!(journal::trim(&server.desk, keep(5)).await.unwrap(), 3);

        let answer = missed(&dispatcher, &old).await;
        assert_eq!((&answer["snapshot"], &answer["events"]), (&json!(true), &json!([])), "and never a part of it");
        let answer = missed(&dispatcher, &middle).await;
        assert_eq!((&answer["snapshot"], answer["events"].as_array().unwrap().len()), (&json!(false), 5));
        assert_eq!(missed(&carrier, &of_carrier).await["events"].as_array().unwrap().len(), 1, "a stream of its own");

        let token = &dispatcher.token;
        let mut ear = Ear::open_with(&dispatcher, "/events", json!({ "token": token, "since": old })).await;
        ear.hears("sync:snapshot", |told| told["cursor"].is_object()).await;
        assert!(ear.names().is_empty());

        // A week later everything is forgotten, and whoever had read it all is none the poorer.
        let all = cursor(&dispatcher).await;
        server.clock.advance_ms(journal::KEEP.age_ms);
        let left = [5, 1, 1].iter().sum::<u64>();
        assert_eq!(
            journal::trim(&server.desk, journal::KEEP).await.unwrap(),
            left,
            "of the staff, a carrier, a driver"
        );
        let again = server.dispatcher().await;
        let answer = missed(&again, &all).await;
        assert_eq!((&answer["snapshot"], &answer["events"]), (&json!(false), &json!([])));
        assert_eq!(missed(&again, &middle).await["snapshot"], true);
        again.create_load().await;
        assert_eq!(missed(&again, &all).await["events"].as_array().unwrap().len(), 1);
        server.stop().await;
    });
}
