//! A call with an `Idempotency-Key` is done once, however often it comes.

use futures_util::future::join_all;
use headhaul::{
    store::once::{self, Once},
    upkeep,
};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::fixture::{Client, TestServer, new_load, on_both_engines};

const LOADS: &str = "/api/v1/loads";

impl Client {
    /// Posts something under a key.
    async fn post_once(&self, key: &str, path: &str, body: &Value) -> Response {
        let request = self.http.post(format!("{}{path}", self.base)).bearer_auth(&self.token);
        request.header("idempotency-key", key).json(body).send().await.unwrap()
    }

    async fn count_loads(&self) -> u64 {
        self.get(LOADS).await.body["page"]["total"].as_u64().unwrap()
    }
}

async fn told(answer: Response) -> (StatusCode, bool, Value) {
    let (status, repeated) = (answer.status(), answer.headers().contains_key("idempotency-replayed"));
    (status, repeated, answer.json().await.unwrap())
}

fn code(body: &Value) -> &str {
    body["error"]["code"].as_str().unwrap_or_default()
}

#[test]
fn what_is_sent_again_under_its_key_is_done_once_and_answered_alike() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;

        let (status, repeated, first) = told(dispatcher.post_once("k-1", LOADS, &new_load()).await).await;
        assert_eq!((status, repeated), (StatusCode::OK, false), "{first}");
        let again = told(dispatcher.post_once("k-1", LOADS, &new_load()).await).await;
        assert_eq!(again, (StatusCode::OK, true, first.clone()));
        assert_eq!(dispatcher.count_loads().await, 1);

        // A change whose answer was lost: without the key it would be refused as stale.
        let load = &first["data"];
        let cancel = json!({ "loadId": load["id"], "version": load["version"], "reason": "Customer called it off" });
        let manager = server.sign_in("ops@blueridge.test").await;
        let cancelled = told(manager.post_once("k-1", "/api/v1/loads/cancel", &cancel).await).await;
        assert_eq!(
            (cancelled.0, cancelled.1),
            (StatusCode::OK, false),
            "everybody's keys are their own: {cancelled:?}"
        );
        let again = told(manager.post_once("k-1", "/api/v1/loads/cancel", &cancel).await).await;
        assert_eq!(again, (StatusCode::OK, true, cancelled.2));
        server.stop().await;
    });
}

#[test]
fn a_key_stands_for_one_call_and_a_refused_one_uses_none() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let mut bad = new_load();
        bad["equipment"] = json!("SUBMARINE");

        let (status, _, body) = told(dispatcher.post_once("k", LOADS, &bad).await).await;
        assert_eq!((status.as_u16(), code(&body)), (400, "invalid"));
        let (status, repeated, _) = told(dispatcher.post_once("k", LOADS, &new_load()).await).await;
        assert_eq!((status, repeated), (StatusCode::OK, false), "nothing was done under it yet");
        let (status, _, body) = told(dispatcher.post_once("k", LOADS, &bad).await).await;
        assert_eq!((status.as_u16(), code(&body)), (422, "refused"), "it stands for another call");
        for unreadable in ["", &"k".repeat(201)] {
            let (status, _, body) = told(dispatcher.post_once(unreadable, LOADS, &new_load()).await).await;
            assert_eq!((status.as_u16(), code(&body)), (400, "invalid"));
        }
        let stranger = Client { token: "nobody".to_owned(), ..dispatcher.clone() };
        let (status, ..) = told(stranger.post_once("k", LOADS, &new_load()).await).await;
        assert_eq!(status, 401, "an answer is for whoever got it first");
        assert_eq!(dispatcher.count_loads().await, 1);
        server.stop().await;
    });
}

#[test]
fn of_the_same_call_at_the_same_moment_one_is_done() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;

        let same = new_load();
        let calls = (0..12).map(|_| dispatcher.post_once("k", LOADS, &same));
        let mut loads = Vec::new();
        for answer in join_all(calls).await {
            match told(answer).await {
                (StatusCode::OK, _, body) => loads.push(body["data"]["id"].clone()),
                (status, _, body) => assert_eq!((status.as_u16(), code(&body)), (409, "conflict"), "{body}"),
            }
        }
        assert!(!loads.is_empty() && loads.iter().all(|load| *load == loads[0]), "{loads:?}");
        assert_eq!(dispatcher.count_loads().await, 1);
        server.stop().await;
    });
}

#[test]
fn what_was_done_without_its_answer_being_kept_is_not_done_again() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        assert_eq!(dispatcher.post_once("k", LOADS, &new_load()).await.status(), 200);
        // As after a stop between the commit and the answer.
        let user = serde_json::from_value(dispatcher.user["id"].clone()).unwrap();
        let key = Once { user, key: "k".to_owned(), print: String::new() };
        let mut tx = server.desk.begin_itself(server.blue.tenant).await.unwrap();
        once::answered(&mut tx, &key, None).await.unwrap();
        tx.commit().await.unwrap();

        let (status, _, body) = told(dispatcher.post_once("k", LOADS, &new_load()).await).await;
        assert_eq!((status.as_u16(), code(&body)), (409, "conflict"));
        assert_eq!(dispatcher.count_loads().await, 1);

        // A day later nobody asks again.
        let after = server.clock.now().plus_ms(1);
        assert_eq!(upkeep::forget_keys(&server.desk, after.plus_ms(-upkeep::KEEP_KEYS_MS)).await.unwrap(), 0);
        assert_eq!(upkeep::forget_keys(&server.desk, after).await.unwrap(), 1);
        assert!(once::used(&server.desk.store, &key).await.unwrap().is_none());
        server.stop().await;
    });
}
