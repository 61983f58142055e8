//! Colleagues see who is at a load, on every node, and nobody else does; who is gone is gone within seconds.

use std::time::Duration;

use contract::loads::LoadRow;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    ear::Ear,
    fixture::{Client, Engine, TestServer, alone, on_both_engines},
    nodes,
};

/// How soon after a browser died its user is gone.
const GONE: Duration = Duration::from_secs(15);

async fn board(client: &Client) -> Ear {
    Ear::open(client, "/dispatch").await
}

async fn set(ear: &Ear, load: &LoadRow, mode: &str) -> Value {
    ear.ask("presence:set", json!({ "loadId": load.id, "mode": mode })).await
}

fn is_at(who: &Client, load: &LoadRow, mode: &str) -> impl Fn(&Value) -> bool + use<> {
    let told = json!({ "userId": who.user["id"], "userName": who.user["name"], "loadId": load.id, "mode": mode });
    move |envelope| envelope["data"] == told
}

fn is_of(who: &Client) -> impl Fn(&Value) -> bool + use<> {
    let user = who.user["id"].clone();
    move |envelope| envelope["data"]["userId"] == user
}

#[test]
fn colleagues_see_who_comes_turns_to_something_and_goes() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (dana, marcus) = (server.dispatcher().await, server.sign_in("dispatch2@blueridge.test").await);
        let load = dana.create_load().await;
        let (of_dana, mut of_marcus) = (board(&dana).await, board(&marcus).await);

        assert_eq!(set(&of_dana, &load, "viewing").await, json!({ "ok": true }));
        of_marcus.hears("presence:updated", is_at(&dana, &load, "viewing")).await;
        set(&of_dana, &load, "editing").await;
        of_marcus.hears("presence:updated", is_at(&dana, &load, "editing")).await;
        let mut late = board(&server.sign_in("ops@blueridge.test").await).await;
        late.hears("presence:updated", is_at(&dana, &load, "editing")).await;

        // A second tab changes nothing, and she is still there when the first one goes.
        let second = board(&dana).await;
        set(&second, &load, "viewing").await;
        drop(of_dana);
        of_marcus.heard.clear();
        of_marcus.hears("presence:updated", is_at(&dana, &load, "viewing")).await;
        drop(second);
        of_marcus.hears("presence:left", is_of(&dana)).await;
        server.stop().await;
    });
}

#[test]
fn who_falls_silent_is_gone_within_a_quarter_of_a_minute() {
    alone(async {
        let server = TestServer::start(Engine::Sqlite).await;
        let (dana, marcus) = (server.dispatcher().await, server.sign_in("dispatch2@blueridge.test").await);
        let load = dana.create_load().await;
        let (of_dana, mut of_marcus) = (board(&dana).await, board(&marcus).await);

        set(&of_dana, &load, "viewing").await;
        let said = Instant::now();
        of_marcus.hears("presence:updated", is_at(&dana, &load, "viewing")).await;
        // Her socket stays open, as that of a browser which the network has swallowed.
        of_marcus.hears("presence:left", is_of(&dana)).await;
        assert!(said.elapsed() < GONE, "{:?}", said.elapsed());
        server.stop().await;
    });
}

#[test]
fn nobody_outside_of_the_desk_sees_or_is_seen() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dana = server.dispatcher().await;
        let load = dana.create_load().await;
        let load = dana.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
        let mut others = Vec::new();
        for who in [
            "carrier1@blueridge.test",
            "driver1@blueridge.test",
            "sales@blueridge.test",
            "accounting@blueridge.test",
            "dispatch1@prairie.test",
            "admin@prairie.test",
        ] {
            let client = server.sign_in(who).await;
            let ear = board(&client).await;
            let answer = set(&ear, &load, "viewing").await;
            let code = if who.contains("prairie") { "not_found" } else { "forbidden" };
            assert_eq!(answer["error"]["code"], code, "{who}");
            others.push((who, ear));
        }
        let (of_dana, mut of_colleague) =
            (board(&dana).await, board(&server.sign_in("support@blueridge.test").await).await);

        set(&of_dana, &load, "editing").await;
        of_colleague.hears("presence:updated", is_at(&dana, &load, "editing")).await;
        others.push(("who comes late", board(&server.sign_in("carrier1@blueridge.test").await).await));
        for (who, ear) in &mut others {
            let heard = ear.listen().await;
            assert!(heard.iter().all(|told| !told.event.starts_with("presence:")), "{who} hears {heard:?}");
        }
        for payload in [
            json!({ "loadId": load.id }),
            json!({ "loadId": "x", "mode": "viewing" }),
            json!({ "mode": "x" }),
            json!(7),
        ] {
            assert_eq!(of_dana.ask("presence:set", payload.clone()).await["error"]["code"], "invalid", "{payload}");
        }
        server.stop().await;
    });
}

#[test]
fn colleagues_at_another_node_are_seen_and_go_with_it() {
    alone(async {
        let [a, b] = TestServer::start_pair(&nodes::redis()).await;
        let (dana, marcus) = (a.dispatcher().await, b.sign_in("dispatch2@blueridge.test").await);
        let load = dana.create_load().await;
        let (of_dana, mut of_marcus) = (board(&dana).await, board(&marcus).await);

        set(&of_dana, &load, "viewing").await;
        of_marcus.hears("presence:updated", is_at(&dana, &load, "viewing")).await;
        let mut late = board(&b.sign_in("ops@blueridge.test").await).await;
        late.hears("presence:updated", is_at(&dana, &load, "viewing")).await;
        set(&of_dana, &load, "editing").await;
        of_marcus.hears("presence:updated", is_at(&dana, &load, "editing")).await;

        // With its node she is gone, as if both had been swallowed.
        a.stop().await;
        of_marcus.hears("presence:left", is_of(&dana)).await;
        b.stop().await;
    });
}
