//! What programs of any language rely on, asked by the official Socket.IO client.

use serde_json::json;
use tokio::process::Command;

use crate::fixture::{Engine, TestServer, alone, on_both_engines};

#[test]
fn the_official_client_finds_everything_as_promised() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let facts = json!({
            "url": server.base, "load": load.id, "version": load.version,
            "dispatcher": server.dispatcher().await.token,
            "driver": server.sign_in("driver1@blueridge.test").await.token,
            "stranger": server.sign_in("driver1@prairie.test").await.token,
        });

        let ran = Command::new("node")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/end2end/official-client.mjs"))
            .arg(facts.to_string())
            .output()
            .await
            .unwrap();

        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success(), "{said}\n{}", String::from_utf8_lossy(&ran.stderr));
        assert_eq!(said.matches("as promised").count(), 2, "{said}");
        server.stop().await;
    });
}

#[test]
fn every_statement_of_both_protocols_holds() {
    let (interval, timeout) = ("300", "200");
    alone(async {
        let more = ["--ping-interval-ms", interval, "--ping-timeout-ms", timeout, "--sockets-per-user", "1000"];
        let server = TestServer::start_with(Engine::Sqlite, &more).await;
        let facts = json!({
            "url": server.base, "load": server.dispatched_load().await.id, "token": server.dispatcher().await.token,
            "pingInterval": interval.parse::<u64>().unwrap(), "pingTimeout": timeout.parse::<u64>().unwrap(),
        });

        let ran = Command::new("node")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/end2end/protocol.mjs"))
            .arg(facts.to_string())
            .output()
            .await
            .unwrap();

        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success(), "{said}\n{}", String::from_utf8_lossy(&ran.stderr));
        server.stop().await;
    });
}
