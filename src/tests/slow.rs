//! Readers that stop reading: they are cut at a bound, others don't notice, and they find everything when they come back.

use contract::{
    event::{NoticeKind, SystemAnnouncement},
    room::Stream,
};
use serde_json::{Value, json};
use tokio::{
    net::TcpSocket,
    time::{Duration, Instant},
};

use crate::{
    ear::Ear,
    fixture::{Client, TestServer, on_both_engines},
    raw::{Polls, Raw},
};

const PATIENCE: Duration = Duration::from_secs(20);

fn announcement(title: usize, letters: usize) -> SystemAnnouncement {
    SystemAnnouncement { kind: NoticeKind::Info, title: title.to_string(), message: "x".repeat(letters) }
}

/// Tells the staff so many things of so many letters.
async fn announce(server: &TestServer, count: usize, letters: usize) {
    let tenant = server.blue.tenant;
    for from in (0..count).step_by(50) {
        let mut tx = server.desk.begin_itself(tenant).await.unwrap();
        for title in from..count.min(from + 50) {
            tx.tell(Stream::Tenant(tenant), announcement(title, letters));
        }
        tx.commit().await.unwrap();
    }
}

/// A socket whose reader takes nothing.
async fn deaf(server: &TestServer, client: &Client) -> Raw {
    let narrow = TcpSocket::new_v4().unwrap();
    narrow.set_recv_buffer_size(4 * 1024).unwrap();
    let mut raw = Raw::open_on(&server.base, narrow).await.unwrap();
    raw.join("/events", client).await;
    raw
}

/// Comes back as soon as there is a place again.
async fn come_back(client: &Client, since: &Value) -> Ear {
    let auth = json!({ "token": client.token, "since": since });
    let until = Instant::now() + PATIENCE;
    while headhaul::simulate::socket::Socket::connect_with(&client.base, "/events", auth.clone()).await.is_err() {
        assert!(Instant::now() < until, "the former socket is still there");
    }
    // The one that showed it is gone by itself.
    loop {
        if let Ok((socket, events)) =
            headhaul::simulate::socket::Socket::connect_with(&client.base, "/events", auth.clone()).await
        {
            return Ear::of(socket, events).await;
        }
        assert!(Instant::now() < until, "the socket that asked is still there");
    }
}

#[test]
fn a_reader_that_takes_nothing_is_cut_after_a_while_and_misses_nothing() {
    on_both_engines(async |engine| {
        let settings = ["--stalled-reader-ms", "1000", "--sockets-per-user", "1"];
        let server = TestServer::start_with(engine, &settings).await;
        let client = server.dispatcher().await;
        let since = client.get("/api/v1/loads").await.body["cursor"].clone();
        let _deaf = deaf(&server, &client).await;
        let mut good = Ear::open(&server.sign_in("ops@blueridge.test").await, "/events").await;

        announce(&server, 200, 8_000).await;

        good.hears("system:announcement", |told| told["data"]["title"] == "199").await;
        assert_eq!(good.durable().count(), 200, "others don't notice");
        let ear = come_back(&client, &since).await;
        let titles: Vec<String> =
            ear.durable().map(|told| told.data["data"]["title"].as_str().unwrap().to_owned()).collect();
        assert_eq!(titles, (0..200).map(|title| title.to_string()).collect::<Vec<_>>());
        server.stop().await;
    });
}

#[test]
fn a_reader_whose_queue_is_full_is_cut_at_once_and_told_to_load_afresh() {
    on_both_engines(async |engine| {
        // Only the queue can be the reason here.
        let settings = ["--stalled-reader-ms", "3600000", "--sockets-per-user", "1"];
        let server = TestServer::start_with(engine, &settings).await;
        let client = server.dispatcher().await;
        let since = client.get("/api/v1/loads").await.body["cursor"].clone();
        let _deaf = deaf(&server, &client).await;
        let mut good = Ear::open(&server.sign_in("ops@blueridge.test").await, "/events").await;

        announce(&server, 1_500, 1_000).await;

        good.hears("system:announcement", |told| told["data"]["title"] == "1499").await;
        let seqs: Vec<u64> = good.durable().map(|told| told.data["seq"].as_u64().unwrap()).collect();
        assert_eq!(seqs, (1..=1_500).collect::<Vec<_>>(), "others don't notice");
        let ear = come_back(&client, &since).await;
        assert!(ear.heard.iter().any(|told| told.event == "sync:snapshot"), "{:?}", ear.heard);
        server.stop().await;
    });
}

#[test]
fn a_session_that_no_longer_polls_holds_its_queue_and_no_more_and_is_ended_by_its_silence() {
    on_both_engines(async |engine| {
        let settings = ["--ping-interval-ms", "1000", "--ping-timeout-ms", "2000", "--sockets-per-user", "1"];
        let server = TestServer::start_with(engine, &settings).await;
        let client = server.dispatcher().await;
        let since = client.get("/api/v1/loads").await.body["cursor"].clone();
        let polls = Polls::open(&server.base, &[]).await.ok().unwrap();
        polls.join("/events", &client).await;

        announce(&server, 600, 100).await;

        let ear = come_back(&client, &since).await;
        assert!(ear.heard.iter().any(|told| told.event == "sync:snapshot"), "{:?}", ear.heard);
        server.stop().await;
    });
}

#[test]
fn an_announcement_reaches_a_company_or_a_role_of_it() {
    use contract::actor::Role;
    use headhaul::announce::To;
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let mut ears = Vec::new();
        for who in ["dispatch1@blueridge", "ops@blueridge", "driver1@blueridge", "dispatch1@prairie"] {
            let client = server.sign_in(&format!("{who}.test")).await;
            for namespace in ["/events", "/notifications"] {
                ears.push((who, Ear::open(&client, namespace).await));
            }
        }
        let tenant = server.blue.tenant;
        server.desk.announce(tenant, To::Staff, announcement(1, 1)).await.unwrap();
        server.desk.announce(tenant, To::Role(Role::Dispatch), announcement(2, 1)).await.unwrap();
        server.desk.announce(tenant, To::Role(Role::Driver), announcement(3, 1)).await.unwrap();

        for (who, ear) in &mut ears {
            let expected: &[&str] = match *who {
                "dispatch1@blueridge" => &["1", "2"],
                "ops@blueridge" => &["1"],
                "driver1@blueridge" => &["3"],
                _ => &[],
            };
            if let Some(last) = expected.last() {
                ear.hears("system:announcement", |told| told["data"]["title"] == *last).await;
            }
            ear.listen().await;
            let titles: Vec<&Value> = ear.durable().map(|told| &told.data["data"]["title"]).collect();
            assert_eq!(titles, expected, "{who}");
        }
        server.stop().await;
    });
}
