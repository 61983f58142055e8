//! Messages: who reads what, once and in order, and how far each has read.

use contract::{LoadId, event::Cursor, loads::LoadRow};
use headhaul::clock::new_id;
use serde_json::{Value, json};

use crate::{
    ear::Ear,
    fixture::{Answer, Client, TestServer, on_both_engines},
};

async fn write(client: &Client, load: LoadId, audience: &str, text: &str) -> Answer {
    let ask = json!({ "loadId": load, "audience": audience, "text": text, "clientKey": new_id() });
    client.post("/api/v1/messages", ask).await
}

async fn thread(client: &Client, load: LoadId) -> Value {
    client.get(&format!("/api/v1/messages?loadId={load}")).await.data().clone()
}

fn texts(thread: &Value) -> Vec<&str> {
    thread["messages"].as_array().unwrap().iter().map(|message| message["text"].as_str().unwrap()).collect()
}

async fn unread(client: &Client) -> Value {
    client.get("/api/v1/messages/unread").await.data().clone()
}

async fn read(client: &Client, load: LoadId, message: &Value) -> Answer {
    client.post("/api/v1/messages/read", json!({ "loadId": load, "messageId": message })).await
}

async fn stands(client: &Client) -> Cursor {
    serde_json::from_value(client.get("/api/v1/events").await.data()["cursor"].clone()).unwrap()
}

/// What somebody was told since a cursor, as it was told.
async fn told(client: &Client, since: &Cursor) -> Vec<Value> {
    let since = serde_json::to_string(since).unwrap();
    let since: String = url::form_urlencoded::byte_serialize(since.as_bytes()).collect();
    let answer = client.get(&format!("/api/v1/events?since={since}")).await;
    answer.data()["events"].as_array().unwrap().clone()
}

/// A load that the first carrier has with its driver, and the people around it: the desk, the carrier's office, its driver.
async fn scene(server: &TestServer) -> (LoadRow, [Client; 3]) {
    let dispatcher = server.dispatcher().await;
    let load = dispatcher.create_load().await;
    let load = dispatcher.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
    let office = server.sign_in("carrier1@blueridge.test").await;
    let driver = server.sign_in("driver1@blueridge.test").await;
    (load, [dispatcher, office, driver])
}

#[test]
fn a_thread_is_written_by_all_three_sides_and_the_desk_speaks_as_the_company() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (load, [desk, office, driver]) = scene(&server).await;
        let (of_office, of_driver) = (stands(&office).await, stands(&driver).await);
        write(&desk, load.id, "everyone", "Where are you?").await.data();
        write(&driver, load.id, "everyone", "At the gate\nof dock 4").await.data();
        write(&office, load.id, "everyone", "He is <b>there</b>").await.data();

        let at_desk = thread(&desk, load.id).await;
        assert_eq!(texts(&at_desk), ["Where are you?", "At the gate\nof dock 4", "He is <b>there</b>"]);
        assert_eq!(at_desk["messages"][0]["own"], true);
        assert_eq!(at_desk["messages"][1]["senderName"], "driver1 of blueridge");
        assert_eq!(at_desk["messages"][1]["carrierName"], "Carrier 1 of blueridge");
        for (outside, since) in [(&office, of_office), (&driver, of_driver)] {
            let seen = thread(outside, load.id).await;
            assert_eq!(texts(&seen).len(), 3);
            assert_eq!(seen["messages"][0]["senderName"], "blueridge company");
            assert!(!seen.to_string().contains("dispatch1"), "{seen}");
            assert_eq!(seen["messages"][0]["senderId"], Value::Null);
            assert_eq!(seen["audiences"], json!(["everyone"]));
            let events = told(outside, &since).await;
            let news: Vec<_> = events.iter().filter(|event| event["event"] == "message:new").collect();
            assert_eq!(news.len(), 3, "{events:?}");
            assert_eq!(news[0]["data"]["senderName"], "blueridge company");
            assert_eq!(news[0]["data"]["senderId"], Value::Null);
        }
        server.stop().await;
    });
}

#[test]
fn a_staff_note_reaches_the_desk_and_nobody_else_by_any_way() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (load, [desk, office, driver]) = scene(&server).await;
        let mut ears = Vec::new();
        for client in [&office, &driver] {
            ears.push(Ear::open(client, "/events").await);
        }
        let mut colleague = Ear::open(&server.sign_in("ops@blueridge.test").await, "/events").await;
        let first = write(&desk, load.id, "everyone", "For all").await.data()["id"].clone();
        let before = [unread(&office).await, unread(&driver).await];
        let note = write(&desk, load.id, "staff", "secretnote about their rate").await.data()["id"].clone();

        colleague.hears("message:new", |told| told["data"]["messageId"] == note).await;
        for ear in &mut ears {
            let heard: Vec<_> = ear.listen().await.iter().map(|told| told.data.to_string()).collect();
            assert!(!heard.join("").contains("secretnote"), "{heard:?}");
            assert!(!heard.join("").contains(note.as_str().unwrap()), "{heard:?}");
        }
        // What the desk reads of it is told to nobody outside either.
        let ops = server.sign_in("ops@blueridge.test").await;
        read(&ops, load.id, &note).await.data();
        for (n, outside) in [&office, &driver].into_iter().enumerate() {
            let seen = thread(outside, load.id).await;
            assert_eq!(texts(&seen), ["For all"]);
            assert_eq!((&seen["unread"], &seen["reads"]), (&json!(1), &json!([])), "{seen}");
            assert_eq!(unread(outside).await, before[n], "it isn't counted");
            let threads = outside.get("/api/v1/messages/threads").await;
            assert!(!threads.body.to_string().contains("secretnote"), "{}", threads.body);
            assert_eq!(threads.data()[0]["newest"]["text"], "For all");
            let found = outside.get("/api/v1/messages/threads?q=secretnote").await;
            assert_eq!(found.data(), &json!([]), "it isn't found");
            read(outside, load.id, &note).await.refused(404, "not_found");
            let note = note.as_str().unwrap();
            outside.get(&format!("/api/v1/messages?loadId={}&before={note}", load.id)).await.refused(404, "not_found");
            write(outside, load.id, "staff", "Mine").await.refused(403, "forbidden");
        }
        assert_eq!(desk.get("/api/v1/messages/threads?q=SECRETnote").await.data().as_array().unwrap().len(), 1);
        read(&office, load.id, &first).await.data();
        server.stop().await;
    });
}

#[test]
fn another_carrier_sees_nothing_of_what_was_written_to_the_one_before_it() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (load, [desk, office, _]) = scene(&server).await;
        let old = write(&desk, load.id, "everyone", "oldwords for the first").await.data()["id"].clone();
        write(&office, load.id, "everyone", "oldwords from the first").await.data();
        read(&office, load.id, &old).await.data();
        let since = stands(&office).await;
        let load = desk.assign(&load, &server.blue, 1, None).await;
        let new = server.sign_in("carrier2@blueridge.test").await;
        let drives = server.sign_in("driver2@blueridge.test").await;
        write(&desk, load.id, "everyone", "newwords for the second").await.data();

        for client in [&new, &drives] {
            assert_eq!(texts(&thread(client, load.id).await), ["newwords for the second"]);
            assert_eq!(unread(client).await, json!({ "messages": 1, "threads": 1, "mentions": 0 }));
            let found = client.get("/api/v1/messages/threads?q=oldwords").await;
            assert_eq!(found.data(), &json!([]));
            let old = old.as_str().unwrap();
            client.get(&format!("/api/v1/messages?loadId={}&before={old}", load.id)).await.refused(404, "not_found");
        }
        office.get(&format!("/api/v1/messages?loadId={}", load.id)).await.refused(404, "not_found");
        write(&office, load.id, "everyone", "Still here?").await.refused(404, "not_found");
        assert_eq!(office.get("/api/v1/messages/threads").await.data(), &json!([]));
        assert_eq!(unread(&office).await["messages"], 0);
        assert!(!format!("{:?}", told(&office, &since).await).contains("newwords"));
        let at_desk = thread(&desk, load.id).await;
        let carriers: Vec<_> =
            at_desk["messages"].as_array().unwrap().iter().map(|message| message["carrierName"].clone()).collect();
        let [first, second] = ["Carrier 1 of blueridge", "Carrier 2 of blueridge"];
        assert_eq!(carriers, [first, first, second]);

        // What the desk meant for the first isn't sent to the second.
        let mut meant = json!({ "loadId": load.id, "audience": "everyone", "text": "x", "clientKey": new_id() });
        meant["carrierId"] = json!(server.blue.carriers[0]);
        let refused = desk.post("/api/v1/messages", meant).await;
        assert_eq!(refused.refused(422, "refused")["details"]["rule"], "meant_for_another");

        // It comes back with what was theirs, and with nothing of the other's.
        let load = desk.assign(&load, &server.blue, 0, None).await;
        assert_eq!(texts(&thread(&office, load.id).await), ["oldwords for the first", "oldwords from the first"]);
        server.stop().await;
    });
}

#[test]
fn without_a_carrier_that_knows_of_it_a_load_has_notes_only() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let desk = server.dispatcher().await;
        let load = desk.create_load().await;
        assert_eq!(thread(&desk, load.id).await["audiences"], json!(["staff"]));
        let refused = write(&desk, load.id, "everyone", "Anybody?").await;
        assert_eq!(refused.refused(422, "refused")["details"]["rule"], "nobody_to_write_to");
        write(&desk, load.id, "staff", "Try the second first").await.data();
        let load = desk.assign(&load, &server.blue, 0, None).await;
        assert_eq!(load.status.name(), "PENDING");
        write(&desk, load.id, "everyone", "Too early").await.refused(422, "refused");
        let office = server.sign_in("carrier1@blueridge.test").await;
        office.get(&format!("/api/v1/messages?loadId={}", load.id)).await.refused(404, "not_found");
        server.stop().await;
    });
}

#[test]
fn the_same_key_twice_is_the_same_message_also_at_the_same_moment() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (load, [desk, office, _]) = scene(&server).await;
        let since = stands(&desk).await;
        let ask = json!({ "loadId": load.id, "audience": "everyone", "text": "Once", "clientKey": new_id() });
        let (first, second) =
            tokio::join!(desk.post("/api/v1/messages", ask.clone()), desk.post("/api/v1/messages", ask.clone()));
        let third = desk.post("/api/v1/messages", ask.clone()).await;
        assert_eq!(first.data(), second.data());
        assert_eq!(first.data(), third.data());
        // A key is its sender's own: the same one of somebody else is another message.
        let of_office = office.post("/api/v1/messages", ask.clone()).await;
        assert_ne!(of_office.data()["id"], first.data()["id"]);
        assert_eq!(texts(&thread(&desk, load.id).await), ["Once", "Once"]);
        let news = told(&desk, &since).await;
        assert_eq!(news.iter().filter(|event| event["event"] == "message:new").count(), 2);

        // What somebody else has left waiting in a browser isn't sent in another's name.
        let mut of_another = ask;
        of_another["clientKey"] = json!(new_id());
        of_another["senderId"] = office.user["id"].clone();
        desk.post("/api/v1/messages", of_another).await.refused(401, "unauthorized");
        server.stop().await;
    });
}

#[test]
fn what_is_wrong_with_a_message_is_told_and_who_may_not_is_refused() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (load, [desk, ..]) = scene(&server).await;
        for text in ["", " \n ", "\u{200B}", "a\0b", "\u{202E}abc", &"x".repeat(2_001)] {
            let refused = write(&desk, load.id, "everyone", text).await;
            assert!(refused.refused(400, "invalid")["details"]["fields"]["text"].is_string(), "{}", refused.body);
        }
        assert_eq!(write(&desk, load.id, "everyone", &"😀".repeat(2_000)).await.status, 200);
        write(&desk, load.id, "all", "x").await.refused(400, "invalid");
        let spoilt = json!({ "loadId": load.id, "audience": "everyone", "text": "x", "clientKey": "1" });
        desk.post("/api/v1/messages", spoilt).await.refused(400, "invalid");
        let many: Vec<_> = (0..21).map(|_| new_id()).collect();
        let named = json!({
            "loadId": load.id, "audience": "everyone", "text": "x", "clientKey": new_id(), "mentions": many,
        });
        desk.post("/api/v1/messages", named).await.refused(400, "invalid");
        for query in ["size=0", "size=101", "size=x"] {
            desk.get(&format!("/api/v1/messages?loadId={}&{query}", load.id)).await.refused(400, "invalid");
        }
        desk.get(&format!("/api/v1/messages/threads?q={}", "x".repeat(101))).await.refused(400, "invalid");

        let looks_on = server.sign_in("readonly@blueridge.test").await;
        assert_eq!(thread(&looks_on, load.id).await["audiences"], json!([]));
        write(&looks_on, load.id, "staff", "x").await.refused(403, "forbidden");
        for who in ["sales", "accounting", "relations"] {
            let client = server.sign_in(&format!("{who}@blueridge.test")).await;
            client.get(&format!("/api/v1/messages?loadId={}", load.id)).await.refused(403, "forbidden");
            client.get("/api/v1/messages/unread").await.refused(403, "forbidden");
        }
        for who in ["ops@prairie.test", "carrier1@prairie.test", "carrier2@blueridge.test", "driver2@blueridge.test"] {
            let stranger = server.sign_in(who).await;
            stranger.get(&format!("/api/v1/messages?loadId={}", load.id)).await.refused(404, "not_found");
            stranger.get(&format!("/api/v1/messages/people?loadId={}", load.id)).await.refused(404, "not_found");
            write(&stranger, load.id, "everyone", "x").await.refused(404, "not_found");
        }
        server.stop().await;
    });
}

#[test]
fn a_long_thread_is_read_backwards_without_doubles_or_holes() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (load, [desk, office, _]) = scene(&server).await;
        for number in 0..7 {
            write(&desk, load.id, "everyone", &format!("{number}")).await.data();
            write(&desk, load.id, "staff", &format!("note {number}")).await.data();
        }
        let (mut all, mut before) = (Vec::new(), String::new());
        loop {
            let part = office.get(&format!("/api/v1/messages?loadId={}&size=3{before}", load.id)).await;
            let data = part.data();
            let mut texts: Vec<String> = texts(data).into_iter().map(str::to_owned).collect();
            texts.append(&mut all);
            all = texts;
            if data["hasOlder"] == json!(false) {
                break;
            }
            before = format!("&before={}", data["messages"][0]["id"].as_str().unwrap());
        }
        assert_eq!(all, ["0", "1", "2", "3", "4", "5", "6"]);
        server.stop().await;
    });
}

#[test]
fn a_read_mark_goes_only_forward_and_is_the_same_in_all_browsers() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (load, [desk, office, driver]) = scene(&server).await;
        let mut ids = Vec::new();
        for number in 0..3 {
            ids.push(write(&desk, load.id, "everyone", &format!("{number}")).await.data()["id"].clone());
        }
        assert_eq!(unread(&desk).await["messages"], 0, "nobody's own are unread");
        assert_eq!(unread(&office).await, json!({ "messages": 3, "threads": 1, "mentions": 0 }));
        let other_tab = server.sign_in("carrier1@blueridge.test").await;
        let mut ear = Ear::open(&other_tab, "/events").await;
        let (since, of_driver) = (stands(&desk).await, stands(&driver).await);
        assert_eq!(read(&office, load.id, &ids[1]).await.data()["messages"], 1);
        ear.hears("message:read", |told| told["data"]["messageId"] == ids[1]).await;
        assert_eq!(unread(&other_tab).await["messages"], 1);
        assert_eq!(read(&office, load.id, &ids[0]).await.data()["messages"], 1, "not back");
        read(&office, load.id, &ids[1]).await.data();
        let marks = |events: Vec<Value>| events.into_iter().filter(|event| event["event"] == "message:read").count();
        assert_eq!(marks(told(&desk, &since).await), 1, "once");
        assert_eq!(marks(told(&driver, &of_driver).await), 1, "their own side knows");

        let at_desk = thread(&desk, load.id).await;
        assert_eq!(at_desk["reads"][0]["name"], "carrier1 of blueridge");
        assert_eq!(at_desk["reads"][0]["messageId"], ids[1]);
        assert_eq!(thread(&driver, load.id).await["reads"][0]["name"], "carrier1 of blueridge");
        let of_office = stands(&office).await;
        write(&office, load.id, "everyone", "All read").await.data();
        let answer = thread(&desk, load.id).await["messages"][3]["id"].clone();
        read(&desk, load.id, &answer).await.data();
        assert_eq!(marks(told(&office, &of_office).await), 0, "what the desk reads is its own");
        assert_eq!(thread(&office, load.id).await["reads"], json!([]));
        server.stop().await;
    });
}

#[test]
fn a_mentioned_colleague_is_told_apart_and_who_may_not_see_the_load_gets_nothing() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (load, [desk, office, driver]) = scene(&server).await;
        let marcus = server.sign_in("dispatch2@blueridge.test").await;
        let sales = server.sign_in("sales@blueridge.test").await;
        let stranger = server.sign_in("dispatch1@prairie.test").await;
        let people = desk.get(&format!("/api/v1/messages/people?loadId={}", load.id)).await;
        let names: Vec<_> = people.data().as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(
            names,
            [
                "admin of blueridge",
                "dispatch2 of blueridge",
                "ops of blueridge",
                "readonly of blueridge",
                "support of blueridge"
            ]
        );
        let people = driver.get(&format!("/api/v1/messages/people?loadId={}", load.id)).await;
        assert_eq!(people.data()[0]["name"], "carrier1 of blueridge");
        assert_eq!(people.data().as_array().unwrap().len(), 1);

        let ids = [&marcus, &sales, &stranger, &office].map(|client| client.user["id"].clone());
        let ask = json!({
            "loadId": load.id, "audience": "everyone", "text": "@dispatch2 of blueridge look", "clientKey": new_id(),
            "mentions": ids,
        });
        let sent = desk.post("/api/v1/messages", ask).await;
        assert_eq!(sent.data()["mentions"], json!([ids[0]]));
        assert_eq!(unread(&marcus).await, json!({ "messages": 1, "threads": 1, "mentions": 1 }));
        assert_eq!(marcus.get("/api/v1/messages/threads").await.data()[0]["isMentioned"], true);
        sales.get("/api/v1/messages/unread").await.refused(403, "forbidden");
        assert_eq!(unread(&stranger).await["messages"], 0);
        let seen = thread(&office, load.id).await;
        assert_eq!(seen["messages"][0]["mentions"], json!([]), "whom the desk names is its own");
        assert_eq!(unread(&office).await["mentions"], 0);
        server.stop().await;
    });
}

#[test]
fn threads_are_listed_newest_first_and_found_by_words() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (first, [desk, ..]) = scene(&server).await;
        let second = desk.create_load().await;
        write(&desk, first.id, "everyone", "100%_sure").await.data();
        server.clock.advance_ms(1_000);
        write(&desk, second.id, "staff", "Look for a reefer").await.data();
        let ops = server.sign_in("ops@blueridge.test").await;
        let listed = ops.get("/api/v1/messages/threads").await;
        let loads: Vec<_> = listed.data().as_array().unwrap().iter().map(|row| row["load"]["id"].clone()).collect();
        assert_eq!(loads, [json!(second.id), json!(first.id)]);
        assert_eq!(listed.body["page"], json!({ "number": 1, "size": 50, "total": 2 }));
        for (q, found) in [("REEFER", 1), ("100%25_", 1), ("%25", 1), ("carrier%201", 1), ("Summit", 2), ("nothing", 0)]
        {
            let listed = ops.get(&format!("/api/v1/messages/threads?q={q}")).await;
            assert_eq!(listed.data().as_array().unwrap().len(), found, "{q}");
            assert_eq!(listed.body["page"]["total"], found, "{q}");
        }
        let page = ops.get("/api/v1/messages/threads?size=1&page=2").await;
        assert_eq!(page.data()[0]["load"]["id"], json!(first.id));
        // What is older than a month is found at its load, and is nobody's unread any more.
        assert_eq!(unread(&ops).await["threads"], 2);
        server.clock.advance_ms(31 * 24 * 3_600 * 1_000);
        let late = server.sign_in("ops@blueridge.test").await;
        assert_eq!(unread(&late).await["threads"], 0);
        assert_eq!(late.get("/api/v1/messages/threads").await.data(), &json!([]));
        assert_eq!(texts(&thread(&late, second.id).await), ["Look for a reefer"]);
        server.stop().await;
    });
}

#[test]
fn many_who_write_at_once_are_all_stored_each_once() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (load, [desk, office, driver]) = scene(&server).await;
        let writes = (0..24).map(|number| {
            let client = [&desk, &office, &driver][number % 3].clone();
            async move { write(&client, load.id, "everyone", &number.to_string()).await.data().clone() }
        });
        futures_util::future::join_all(writes).await;
        let thread = thread(&desk, load.id).await;
        let mut numbers: Vec<usize> = texts(&thread).into_iter().map(|text| text.parse().unwrap()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..24).collect::<Vec<_>>());
        server.stop().await;
    });
}
