//! Saved views: one's own, those that colleagues share, and nobody else's.

use contract::views::{MAX_NAME, MOST};
use serde_json::{Value, json};

use crate::fixture::{Client, TestServer, on_both_engines};

async fn names(client: &Client) -> Vec<(String, bool)> {
    let answer = client.get("/api/v1/views").await;
    let views = answer.data().as_array().unwrap().clone();
    views.iter().map(|view| (view["name"].as_str().unwrap().to_owned(), view["mine"].as_bool().unwrap())).collect()
}

fn view(name: &str, query: &str, shared: bool) -> Value {
    json!({ "page": "loads", "name": name, "query": query, "shared": shared })
}

#[test]
fn a_view_is_its_owners_until_it_is_shared() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let own = server.sign_in("dispatch1@blueridge.test").await;
        let colleague = server.sign_in("ops@blueridge.test").await;
        let onlooker = server.sign_in("readonly@blueridge.test").await;
        let stranger = server.sign_in("admin@prairie.test").await;

        let saved = own.post("/api/v1/views", view("Reefers", "equipment=REEFER", false)).await;
        assert_eq!(saved.status, 200, "{}", saved.body);
        assert_eq!(names(&own).await, [("Reefers".to_owned(), true)]);
        assert!(names(&colleague).await.is_empty());

        let shared = own.post("/api/v1/views", view("Reefers", "equipment=REEFER&view=today", true)).await;
        assert_eq!(shared.data()["id"], saved.data()["id"], "the same name is the same view");
        assert_eq!(names(&colleague).await, [("Reefers".to_owned(), false)]);
        assert_eq!(names(&onlooker).await, [("Reefers".to_owned(), false)]);
        assert!(names(&stranger).await.is_empty());

        let one = json!({ "id": saved.data()["id"] });
        assert_eq!(stranger.post("/api/v1/views/remove", one.clone()).await.status, 404);
        assert_eq!(colleague.post("/api/v1/views/remove", one.clone()).await.status, 403, "it is another's");
        assert_eq!(onlooker.post("/api/v1/views", view("Theirs", "", true)).await.status, 403, "may not share");
        assert_eq!(onlooker.post("/api/v1/views", view("Theirs", "", false)).await.status, 200);
        let hidden = json!({ "id": onlooker.get("/api/v1/views").await.data()[1]["id"] });
        let admin = server.sign_in("admin@blueridge.test").await;
        assert_eq!(admin.post("/api/v1/views/remove", hidden).await.status, 404, "what isn't shared isn't there");
        let removed = admin.post("/api/v1/views/remove", one.clone()).await;
        assert_eq!(removed.data()["query"], "equipment=REEFER&view=today");
        assert!(names(&own).await.is_empty());
        assert_eq!(own.post("/api/v1/views/remove", one).await.status, 404);

        let carrier = server.sign_in("carrier1@blueridge.test").await;
        assert_eq!(carrier.get("/api/v1/views").await.status, 403);
    });
}

#[test]
fn what_is_no_view_is_refused_by_its_field() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let own = server.sign_in("dispatch1@blueridge.test").await;
        for (name, query, field) in [
            (" ".to_owned(), "", "name"),
            ("x".repeat(MAX_NAME + 1), "", "name"),
            ("a\u{202e}b".to_owned(), "", "name"),
            ("x".to_owned(), "a\nb", "query"),
        ] {
            let answer = own.post("/api/v1/views", view(&name, query, false)).await;
            assert_eq!(answer.status, 400, "{name:?}");
            assert!(answer.body["error"]["details"]["fields"][field].is_string(), "{}", answer.body);
        }
        for number in 0..MOST {
            assert_eq!(own.post("/api/v1/views", view(&format!("View {number}"), "", false)).await.status, 200);
        }
        assert_eq!(own.post("/api/v1/views", view("One more", "", false)).await.status, 400);
        assert_eq!(own.post("/api/v1/views", view("View 7", "view=mine", false)).await.status, 200, "in its own place");
        let board = json!({ "page": "board", "name": "One more", "query": "" });
        assert_eq!(own.post("/api/v1/views", board).await.status, 200, "another page has its own");
    });
}
