//! What brought Socket.IO's servers down, in any language, as far as it was published: sent to ours.
//!
//! After each attempt the server answers a good client, and nothing of it has panicked.

use headhaul::simulate::socket::Socket;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::{
    ear::Ear,
    fixture::{Client, TestServer, on_both_engines},
    frames::{BINARY, CONTINUATION, PING, TEXT, begin, ends, frame, part, whole},
    raw::{Polls, Raw},
};

const WEBSOCKET: &str = "EIO=4&transport=websocket";

/// How often something of the server has panicked.
pub async fn panics(base: &str) -> u64 {
    let text = reqwest::get(format!("{base}/metrics")).await.unwrap().text().await.unwrap();
    let line = text.lines().find(|line| line.starts_with("headhaul_panics ")).expect("it is counted");
    line.rsplit_once(' ').unwrap().1.parse().unwrap()
}

/// The server is well.
async fn is_well(server: &TestServer, client: &Client, after: &str) {
    let (socket, _events) = Socket::connect(&server.base, "/events", &client.token)
        .await
        .unwrap_or_else(|fault| panic!("{after}: {fault}"));
    let answer = socket.ask("nonsense", &json!({})).await.unwrap();
    assert_eq!(answer["error"]["code"], "not_found", "{after}");
    assert_eq!(panics(&server.base).await, 0, "{after}");
}

#[test]
fn packets_that_lie_about_what_follows_end_their_connection() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let client = server.dispatcher().await;
        for packet in [
            // Attachments without number, before anybody has said who they are (GHSA-55mf-67qm-4wpg).
            r#"45199999-["x"]"#,
            r#"45199999-/events,["x"]"#,
            r#"459223372036854775808-["x"]"#,
            // Ones that promise none (CVE-2026-69185).
            r#"45-["x"]"#,
            "45",
            "46",
            "4",
            "49",
            "42",
            "42/events,1",
            r#"42/events,{"no":"list"}"#,
            "42/events,[]",
            "42/events,[{}]",
            r#"42/events,[["x"]]"#,
            // A packet that only a server sends.
            r#"44/events,"x""#,
            r#"0{"sid":"x"}"#,
            "1",
            "5",
            "6",
            "7",
            // Six bytes that begin in the middle of no letter.
            "éabcd",
            "4é",
            "ééé",
            "\u{1f69a}ab",
        ] {
            let mut raw = Raw::open(&server.base).await;
            raw.join("/events", &client).await;
            raw.say(packet).await;
            // It ends, or goes on as if nothing had been said; either way it answers or closes at once.
            raw.say(r#"42/events,7["nonsense"]"#).await;
            let answer = raw.hears("43/events,7").await;
            assert!(answer.is_none_or(|answer| answer.contains("not_found")), "{packet}");
            drop(raw);
            is_well(&server, &client, packet).await;
        }
        server.stop().await;
    });
}

#[test]
fn placeholders_names_and_numbers_of_every_kind_are_answered_or_passed_over() {
    on_both_engines(async |engine| {
        let server = TestServer::start_with(engine, &["--events-per-second", "1000"]).await;
        let client = server.dispatcher().await;
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let objects = format!("{}1{}", r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
        let events: Vec<String> = [
            r#"["join:load",{"_placeholder":true,"num":0}]"#,
            r#"["join:load",{"_placeholder":true,"num":-1}]"#,
            r#"["join:load",{"_placeholder":true,"num":99999999}]"#,
            r#"["join:load",{"_placeholder":true,"num":"splice"}]"#,
            r#"["join:load",{"__proto__":{"loadId":"x"}}]"#,
            r#"["__proto__",{}]"#,
            r#"["constructor","toString"]"#,
            r#"["hasOwnProperty"]"#,
            r#"["connect",{}]"#,
            r#"["disconnect",{}]"#,
            r#"["error",{}]"#,
            r#"["join:load",1e999]"#,
            r#"["join:load","\ud800"]"#,
            r#"["\u0000",null]"#,
        ]
        .into_iter()
        .map(str::to_owned)
        .chain([format!(r#"["join:load",{deep}]"#), format!(r#"["join:load",{objects}]"#)])
        .collect();
        for event in &events {
            for ack in ["", "0", "9223372036854775807", "9223372036854775808", "99999999999999999999999999", "008"] {
                let mut raw = Raw::open(&server.base).await;
                raw.join("/events", &client).await;
                raw.say(format!("42/events,{ack}{event}")).await;
                raw.say(r#"42/events,7["nonsense"]"#).await;
                let answer = raw.hears("43/events,7").await;
                let short: String = event.chars().take(60).collect();
                assert!(answer.is_none_or(|said| said.contains("not_found")), "{ack} {short}");
            }
            let short: String = event.chars().take(60).collect();
            is_well(&server, &client, &short).await;
        }
        for namespace in
            ["/__proto__", "/constructor", "/events/", "/Events", "/\u{1f69a}", "/{id}", "/:id", "/*", "//"]
        {
            let mut raw = Raw::open(&server.base).await;
            let answer = raw.greet(namespace, &json!({ "token": client.token })).await.unwrap();
            assert!(answer.starts_with("44"), "{namespace}: {answer}");
        }
        is_well(&server, &client, "namespaces").await;
        server.stop().await;
    });
}

#[test]
fn a_flood_of_namespaces_leaves_nothing_behind() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let client = server.dispatcher().await;
        let mut raw = Raw::open(&server.base).await;
        raw.join("/events", &client).await;
        for n in 0..3_000 {
            raw.say(format!("40/{n},")).await;
            if n % 100 == 99 {
                assert!(raw.hears(&format!("44/{n},")).await.is_some());
            }
        }
        raw.say(r#"42/events,7["nonsense"]"#).await;
        assert!(raw.hears("43/events,7").await.is_some(), "the good one on the same connection goes on");
        is_well(&server, &client, "3,000 namespaces").await;
        server.stop().await;
    });
}

#[test]
fn frames_that_no_client_sends_end_their_connection() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let client = server.dispatcher().await;
        let mask = Some([1, 2, 3, 4]);
        for (what, bytes) in [
            ("no UTF-8", whole(TEXT, b"4\xff\xfe\x80")),
            ("half a letter", whole(TEXT, b"42\xe2\x82")),
            ("a reserved kind", whole(0x3, b"x")),
            ("a reserved kind of control", whole(0xb, b"x")),
            ("a reserved bit", frame(0xc1, 1, mask, b"3")),
            ("no mask", frame(0x81, 1, None, b"3")),
            ("a long ping", whole(PING, &[0; 126])),
            ("a ping in parts", part(PING, b"x")),
            ("a continuation of nothing", whole(CONTINUATION, b"x")),
            ("a message within a message", [part(TEXT, b"4"), whole(TEXT, b"3")].concat()),
            ("more than may be sent", frame(0x81, 64 * 1024 + 1, mask, b"4")),
            ("more than there is memory", frame(0x82, 1 << 62, mask, b"x")),
            ("more than there are numbers", frame(0x82, u64::MAX, mask, b"x")),
            ("too much in small parts", {
                let mut all = part(TEXT, b"4");
                for _ in 0..70 {
                    all.extend(part(CONTINUATION, &[b'x'; 1_000]));
                }
                all
            }),
        ] {
            let (mut wire, status) = begin(&server.base, WEBSOCKET).await;
            assert!(status.contains("101"), "{status}");
            // It may be closed before all of it is written.
            let _ = wire.write_all(&bytes).await;
            ends(&mut wire).await;
            is_well(&server, &client, what).await;
        }
        server.stop().await;
    });
}

#[test]
fn a_message_in_the_tiniest_parts_is_put_together() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let client = server.dispatcher().await;
        let mut raw = Raw::open(&server.base).await;
        raw.join("/events", &client).await;
        let wire = raw.wire.get_mut();
        let text = format!(r#"42/events,7["nonsense","{}"]"#, "x".repeat(3_000));
        let mut bytes = part(TEXT, &text.as_bytes()[..1]);
        for letter in &text.as_bytes()[1..] {
            bytes.extend(part(CONTINUATION, &[*letter]));
            bytes.extend(part(CONTINUATION, &[]));
        }
        bytes.extend(whole(CONTINUATION, b""));
        wire.write_all(&bytes).await.unwrap();

        assert!(raw.hears("43/events,7").await.is_some_and(|answer| answer.contains("not_found")));
        // Whoever sends this is cut at once, with whatever was still to be said to them.
        let stray = whole(BINARY, b"an attachment that belongs to nothing");
        raw.wire.get_mut().write_all(&stray).await.unwrap();
        raw.ends().await;
        is_well(&server, &client, "tiny parts").await;
        server.stop().await;
    });
}

#[test]
fn a_session_is_reached_by_its_own_name_and_in_its_own_way() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let client = server.dispatcher().await;
        let http = reqwest::Client::new();
        let status = async |query: &str| {
            let url = format!("{}/socket.io/?{query}", server.base);
            http.get(url).send().await.unwrap().status().as_u16()
        };
        // CVE-2026-59724, CVE-2026-102600 and guesses.
        for session in
            ["__proto__", "constructor", "toString", "..%2f", "%00", "0", &"A".repeat(16), &"A".repeat(5_000)]
        {
            for transport in ["polling", "websocket"] {
                let answer = status(&format!("EIO=4&transport={transport}&sid={session}")).await;
                assert!((400..500).contains(&answer), "{session} {transport}: {answer}");
            }
        }
        // CVE-2026-102599: a session is gone on with by the version that it was opened with.
        let polls = Polls::open(&server.base, &[]).await.ok().unwrap();
        polls.join("/events", &client).await;
        for version in ["EIO=3", "EIO=5", "EIO=", "EIO=4x", ""] {
            let query = format!("{version}&transport=websocket&sid={}", polls.session);
            let (_wire, answer) = begin(&server.base, &query).await;
            assert!(answer.contains(" 4"), "{version}: {answer}");
        }
        for query in ["EIO=4", "EIO=4&transport=flashsocket", "EIO=4&transport=webtransport", "transport=polling", ""] {
            assert!((400..500).contains(&status(query).await), "{query}");
        }
        polls.say(r#"42/events,7["nonsense"]"#).await;
        loop {
            let (status, heard) = polls.hear().await;
            assert_eq!(status, 200, "the session itself goes on");
            if heard.contains("43/events,7") {
                break;
            }
        }
        is_well(&server, &client, "sessions").await;
        server.stop().await;
    });
}

#[test]
fn bodies_that_cannot_be_read_are_answered() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let client = server.dispatcher().await;
        let http = reqwest::Client::new();
        let bodies: [&[u8]; 14] = [
            b"",
            b"\x1e",
            b"\x1e\x1e\x1e",
            b"b",
            b"b!!!!",
            b"bAAA",
            b"4\xff\xfe",
            b"\xe2\x82",
            b"0",
            b"99",
            b"4\x1e",
            b"2probe",
            b"5",
            "é".as_bytes(),
        ];
        for body in bodies {
            // CVE-2026-59725: a body of octets that nobody expected was never answered.
            for kind in ["text/plain;charset=UTF-8", "application/octet-stream", "application/json", ""] {
                let polls = Polls::open(&server.base, &[]).await.ok().unwrap();
                let url = format!("{}/socket.io/?EIO=4&transport=polling&sid={}", server.base, polls.session);
                let answer =
                    http.post(url).header("content-type", kind).body(body).timeout(std::time::Duration::from_secs(20));
                let answer = answer.send().await.unwrap_or_else(|fault| panic!("{body:?} {kind}: {fault}"));
                assert!(answer.status().as_u16() < 500, "{body:?} {kind}: {}", answer.status());
            }
        }
        is_well(&server, &client, "bodies").await;
        server.stop().await;
    });
}

#[test]
fn an_upgrade_that_is_never_finished_holds_nobody_up() {
    on_both_engines(async |engine| {
        let server = TestServer::start_with(engine, &["--sockets-per-user", "1"]).await;
        let client = server.dispatcher().await;
        let polls = Polls::open(&server.base, &[]).await.ok().unwrap();
        polls.join("/events", &client).await;
        let query = format!("{WEBSOCKET}&sid={}", polls.session);
        let (mut wire, status) = begin(&server.base, &query).await;
        assert!(status.contains("101"), "{status}");

        // Nothing is probed: the connection ends, and with it the session that wanted to move there.
        ends(&mut wire).await;
        let until = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
        let auth: Value = json!({ "token": client.token });
        while Socket::connect_with(&server.base, "/events", auth.clone()).await.is_err() {
            assert!(tokio::time::Instant::now() < until, "its place is never free again");
        }
        drop(Ear::open(&server.sign_in("ops@blueridge.test").await, "/events").await);
        assert_eq!(panics(&server.base).await, 0);
        server.stop().await;
    });
}
