//! Whatever is sent, well formed, nearly well formed or not at all: nothing panics, nothing stays behind, and afterwards
//! the server answers. `make fuzz` sends a hundred times as much.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    advisories::panics,
    ear::Ear,
    fixture::{Client, Engine, TestServer, alone},
    raw::{Polls, Raw},
};

/// How much is sent unless the environment says otherwise.
const CASES: usize = 100_000;

/// How many send at the same time.
const SENDERS: usize = 4;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// How many packets are sent before it is looked whether the connection still stands.
const BATCH: usize = 50;

const NAMESPACES: [&str; 9] =
    ["/events,", "/dispatch,", "/tracking,", "/notifications,", "", "/,", "/__proto__,", "/events", "/x?token=1,"];
const NAMES: [&str; 14] = [
    "join:load",
    "leave:load",
    "location:update",
    "watch:fleet",
    "sync:request",
    "auth:renew",
    "presence:set",
    "__proto__",
    "connect",
    "disconnect",
    "",
    "\u{0}",
    "\u{1f69a}",
    "load:created",
];
const KEYS: [&str; 14] = [
    "loadId",
    "lat",
    "lng",
    "recordedAt",
    "speed",
    "heading",
    "accuracy",
    "since",
    "token",
    "bounds",
    "south",
    "_placeholder",
    "num",
    "__proto__",
];
const NUMBERS: [f64; 12] =
    [0.0, -0.0, 1.0, -1.0, 90.000_1, 180.5, 1e308, -1e308, 5e-324, 9_007_199_254_740_993.0, 1e19, 39.1];
const TEXTS: [&str; 10] = [
    "",
    "x",
    "00000000-0000-7000-8000-000000000000",
    "2026-11-26T08:00:00.000Z",
    "9999-12-31T23:59:59.999Z",
    "-1",
    "7f3a:18446744073709551615",
    "tenant:00000000-0000-7000-8000-000000000000",
    "\u{202e}\u{0}\u{fffd}",
    "__proto__",
];

fn one_of<'a, T: ?Sized>(random: &mut StdRng, all: &[&'a T]) -> &'a T {
    all.choose(random).copied().unwrap()
}

fn value(random: &mut StdRng, depth: u32) -> Value {
    match random.random_range(0..if depth == 0 { 5 } else { 8 }) {
        0 => Value::Null,
        1 => json!(random.random::<bool>()),
        2 => json!(NUMBERS.choose(random)),
        3 => json!(random.random::<i64>()),
        4 => json!(one_of(random, &TEXTS)),
        5 => (0..random.random_range(0..4)).map(|_| value(random, depth - 1)).collect(),
        _ => {
            let count = random.random_range(0..5);
            (0..count).map(|_| (one_of(random, &KEYS).to_owned(), value(random, depth - 1))).collect()
        }
    }
}

/// A packet that a client could send.
fn good(random: &mut StdRng) -> String {
    let namespace = one_of(random, &NAMESPACES);
    let ack = match random.random_range(0..6) {
        0 => String::new(),
        1 => random.random::<u64>().to_string(),
        _ => random.random_range(0..100).to_string(),
    };
    let payload = value(random, 4);
    match random.random_range(0..20) {
        0 => format!("40{namespace}{payload}"),
        1 => format!("41{namespace}"),
        2 => format!("43{namespace}{ack}[{payload}]"),
        3 => format!("45{}-{namespace}{ack}[\"{}\",{payload}]", random.random_range(0..4), one_of(random, &NAMES)),
        4 => one_of(random, &["2", "3", "2probe", "6"]).to_owned(),
        _ => format!("42{namespace}{ack}[{},{payload}]", json!(one_of(random, &NAMES))),
    }
}

/// The same with something wrong.
fn spoiled(random: &mut StdRng) -> String {
    let mut letters: Vec<char> = good(random).chars().collect();
    for _ in 0..random.random_range(1..4) {
        let place = random.random_range(0..=letters.len());
        match random.random_range(0..4) {
            0 => letters.truncate(place),
            1 => letters.insert(place, random.random()),
            2 if place < letters.len() => letters[place] = random.random_range(' '..='~'),
            _ if place < letters.len() => _ = letters.remove(place),
            _ => letters.extend_from_within(..place.min(8)),
        }
    }
    letters.into_iter().collect()
}

fn message(random: &mut StdRng) -> Message {
    match random.random_range(0..150) {
        0 => Message::text(spoiled(random)),
        1 => Message::binary((0..random.random_range(0..200)).map(|_| random.random()).collect::<Vec<u8>>()),
        2 => Message::Ping((0..random.random_range(0..126)).map(|_| random.random()).collect::<Vec<u8>>().into()),
        _ => Message::text(good(random)),
    }
}

/// Sends packets over one WebSocket until enough were sent or the server ends it; gives how many were certainly read.
async fn over_websocket(base: &str, client: &Client, random: &mut StdRng, most: usize) -> usize {
    let mut raw = Raw::open(base).await;
    for namespace in ["/events", "/tracking"] {
        if random.random_range(0..4) > 0 {
            raw.join(namespace, client).await;
        }
    }
    let (mut speaks, mut hears) = raw.wire.split();
    let (read, mut reads) = mpsc::unbounded_channel();
    let hearing = tokio::spawn(async move {
        while let Some(Ok(heard)) = hears.next().await {
            if let Message::Pong(mark) = heard {
                let _ = read.send(mark);
            }
        }
    });
    let mut sent = 0;
    'sending: while sent < most {
        for _ in 0..BATCH {
            if speaks.feed(message(random)).await.is_err() {
                break 'sending;
            }
        }
        // What was sent before is read before this is answered.
        let mark = format!("read {sent}");
        if speaks.send(Message::Ping(mark.clone().into())).await.is_err() {
            break;
        }
        loop {
            match timeout(PATIENCE, reads.recv()).await.expect("it is read, or the connection ends") {
                Some(answer) if answer == mark => break,
                Some(_) => {}
                // Whatever of this batch ended the connection counts as one.
                None => {
                    sent += 1;
                    break 'sending;
                }
            }
        }
        sent += BATCH;
    }
    let _ = speaks.close().await;
    timeout(PATIENCE, hearing).await.expect("the server ends it").unwrap();
    sent
}

/// Sends packets in the bodies of calls.
async fn over_polling(base: &str, client: &Client, random: &mut StdRng) -> usize {
    let Ok(polls) = Polls::open(base, &[]).await else { panic!("no session is opened") };
    polls.join("/tracking", client).await;
    let mut sent = 0;
    for _ in 0..4 {
        let count = random.random_range(1..40);
        let packets: Vec<String> =
            (0..count).map(|_| if random.random_range(0..40) == 0 { spoiled(random) } else { good(random) }).collect();
        match polls.say(packets.join("\x1e")).await {
            200 => sent += count,
            _ => return sent + 1,
        }
    }
    sent
}

async fn figure(base: &str, start: &str) -> f64 {
    let text = reqwest::get(format!("{base}/metrics")).await.unwrap().text().await.unwrap();
    text.lines()
        .filter(|line| line.starts_with(start))
        .filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok())
        .sum()
}

#[test]
fn nothing_that_is_sent_brings_the_server_down() {
    let cases = std::env::var("FUZZ_CASES").ok().map_or(CASES, |cases| cases.parse().expect("a number"));
    let seed: u64 = std::env::var("FUZZ_SEED").ok().map_or_else(rand::random, |seed| seed.parse().expect("a number"));
    eprintln!("FUZZ_SEED={seed}");
    alone(async {
        // The limits would keep most of it from being looked at.
        let many = "1000000000";
        let settings = [
            ["--events-per-second", many],
            ["--locations-per-second", many],
            ["--user-events-per-second", many],
            ["--failed-handshakes-per-minute", many],
            ["--sockets-per-user", many],
        ];
        let server = TestServer::start_with(Engine::Sqlite, settings.as_flattened()).await;
        let load = server.dispatched_load().await;
        let client = server.sign_in("driver1@blueridge.test").await;
        let began = Instant::now();
        let senders = (0..SENDERS).map(|sender| {
            let (base, client) = (server.base.clone(), client.clone());
            tokio::spawn(async move {
                let mut random = StdRng::seed_from_u64(seed.wrapping_add(sender as u64));
                let mut sent = 0;
                while sent < cases / SENDERS {
                    sent += if random.random_range(0..10) == 0 {
                        over_polling(&base, &client, &mut random).await
                    } else {
                        over_websocket(&base, &client, &mut random, 2_000).await
                    };
                }
                sent
            })
        });
        let sent: usize = futures_util::future::join_all(senders).await.into_iter().map(|sent| sent.unwrap()).sum();
        eprintln!("{sent} packets in {:?}", began.elapsed());

        let mut ear = Ear::open(&server.dispatcher().await, "/events").await;
        let load = server.dispatcher().await.move_to(&load, "IN_TRANSIT").await;
        ear.hears("load:status:changed", |told| told["data"]["loadId"] == json!(load.id)).await;
        assert_eq!(panics(&server.base).await, 0, "seed {seed}");
        let until = Instant::now() + Duration::from_mins(1);
        while figure(&server.base, "headhaul_asks_waiting").await > 0.0 {
            assert!(Instant::now() < until, "what was asked is done or dropped");
        }
        server.stop().await;
    });
}
