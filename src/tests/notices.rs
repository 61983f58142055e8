//! Notices: who is told of what, how much of it becomes one, what was read, and how somebody wants to be told.

use std::collections::BTreeSet;

use contract::{
    LoadId, NotificationId, UserId,
    notices::{GROUP_MIN, KEEP_DAYS, MAX_ITEMS, Notice, ONCE_MIN, Topic},
};
use futures_util::future::join_all;
use headhaul::{
    carriers,
    clock::new_id,
    places,
    store::notices::{NewNotice, To},
    timed, upkeep,
};
use serde_json::{Value, json};

use crate::{
    ear::Ear,
    fixture::{Answer, Client, TestServer, new_load, on_both_engines, sized},
};

async fn list(client: &Client) -> Vec<Notice> {
    let answer = client.get("/api/v1/notifications").await;
    serde_json::from_value(answer.data().clone()).unwrap()
}

async fn unread(client: &Client) -> u64 {
    client.get("/api/v1/notifications/unread").await.data()["unread"].as_u64().unwrap()
}

/// What somebody was told, oldest first: the topic, what about, who did it, and what more there is to it.
async fn told(client: &Client) -> Vec<(Topic, String, Option<String>, Option<String>)> {
    let notices = list(client).await.into_iter().rev();
    notices
        .flat_map(|notice| {
            let topic = notice.topic;
            notice.items.into_iter().rev().map(move |item| (topic, item.name, item.by, item.detail))
        })
        .collect()
}

fn topics(told: &[(Topic, String, Option<String>, Option<String>)]) -> Vec<Topic> {
    told.iter().map(|(topic, ..)| *topic).collect()
}

async fn read(client: &Client, ask: Value) -> Answer {
    client.post("/api/v1/notifications/read", ask).await
}

fn user(client: &Client) -> UserId {
    client.user["id"].as_str().unwrap().parse().unwrap()
}

/// Gives somebody a notice about a load of this number.
async fn give(server: &TestServer, to: UserId, topic: Topic, load: LoadId, number: &str) {
    let mut tx = server.desk.begin_itself(server.blue.tenant).await.unwrap();
    tx.notify(NewNotice::of_load(topic, load, number).by("Somebody").to([To::User(to)]));
    tx.commit().await.unwrap();
}

async fn give_new(server: &TestServer, to: UserId, topic: Topic, number: &str) {
    give(server, to, topic, LoadId::new(new_id()), number).await;
}

#[test]
fn each_is_told_of_what_others_do_to_what_is_theirs() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let [first, second, ops] = [
            server.dispatcher().await,
            server.sign_in("dispatch2@blueridge.test").await,
            server.sign_in("ops@blueridge.test").await,
        ];
        let [office, driver] =
            [server.sign_in("carrier1@blueridge.test").await, server.sign_in("driver1@blueridge.test").await];
        let load = first.create_load().await;
        let number = load.load_number.clone();
        let carriers = &server.blue.carriers;
        let tender = json!({ "loadId": load.id, "version": load.version, "carrierIds": [carriers[0]], "carrierRateCents": 185_000 });
        first.post("/api/v1/loads/tender", tender).await.data();
        assert_eq!(told(&office).await, [(Topic::TenderOffered, number.clone(), None, None)]);
        office.post("/api/v1/loads/decline", json!({ "loadId": load.id, "reason": "RATE" })).await.data();
        let by = |name: &str| Some(name.to_owned());
        let declined = (Topic::TenderDeclined, number.clone(), by("Carrier 1 of blueridge"), by("RATE"));
        assert_eq!(told(&first).await, std::slice::from_ref(&declined));

        let load = first.load(load.id).await.row_of_detail();
        let take = json!({ "loads": [{ "loadId": load.id, "version": load.version }], "action": { "kind": "take" } });
        second.post("/api/v1/loads/bulk", take).await.data();
        let taken = (Topic::LoadTaken, number.clone(), by("dispatch2 of blueridge"), None);
        assert_eq!(told(&first).await, [declined.clone(), taken.clone()]);
        assert_eq!(told(&second).await, [], "they did it themselves");

        let load = second.load(load.id).await.row_of_detail();
        let load = second.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
        let load = first.move_to(&load, "DISPATCHED").await;
        let dispatched = (Topic::LoadDispatched, number.clone(), by("dispatch1 of blueridge"), None);
        assert_eq!(told(&second).await, std::slice::from_ref(&dispatched));
        assert_eq!(told(&driver).await, [(Topic::LoadToDrive, number.clone(), None, None)]);
        office.upload(load.id, "POD", "pod.pdf", b"%PDF-1.7").await.data();
        let load = first.load(load.id).await.row_of_detail();
        let load = driver.move_to(&load, "IN_TRANSIT").await;
        driver.move_to(&load, "DELIVERED").await;
        let paper = (Topic::PaperAdded, number.clone(), by("carrier1 of blueridge"), by("POD"));
        let delivered = (Topic::LoadDelivered, number, by("driver1 of blueridge"), None);
        assert_eq!(told(&second).await, [dispatched, paper, delivered]);

        assert_eq!(told(&first).await, [declined, taken], "it is no longer theirs");
        for nobody in
            ["carrier2@blueridge.test", "driver2@blueridge.test", "sales@blueridge.test", "dispatch1@prairie.test"]
        {
            assert_eq!(told(&server.sign_in(nobody).await).await, [], "{nobody}");
        }
        assert_eq!(told(&ops).await, [], "no load is theirs");
        let known = list(&office).await;
        assert!(
            !serde_json::to_string(&known).unwrap().contains("dispatch"),
            "a carrier doesn't learn who is at the desk"
        );
        assert_eq!(list(&second).await[0].items[0].link(), Some(format!("/loads/{}", load.id)));
        server.stop().await;
    });
}

#[test]
fn what_nobody_answers_and_what_comes_too_late_is_told_once_to_its_owner() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let load = dispatcher.create_load().await;
        dispatcher.assign(&load, &server.blue, 0, Some("TENDERED")).await;
        server.clock.advance_ms(31 * 60_000);
        timed::expire_offers(&server.desk).await.unwrap();
        let (dispatcher, driver) = (server.dispatcher().await, server.sign_in("driver1@blueridge.test").await);
        assert_eq!(topics(&told(&dispatcher).await), [Topic::TenderExpired]);

        let mut new = new_load();
        new["stops"][0]["windowStart"] = json!(server.clock.now().plus_minutes(120));
        new["stops"][0]["windowEnd"] = json!(server.clock.now().plus_minutes(180));
        let load = dispatcher.post("/api/v1/loads", new).await.row();
        let load = dispatcher.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
        let load = dispatcher.move_to(&load, "DISPATCHED").await;
        // Phoenix is most of a day from Kansas City, and a little further south is further still.
        for lat in [33.4, 32.2] {
            let fix = json!({ "loadId": load.id, "lat": lat, "lng": -112.0 });
            driver.post("/api/v1/positions", json!({ "positions": [fix] })).await.data();
            // Longer than the same is told once.
            server.clock.advance_ms((ONCE_MIN + 1) * 60_000);
        }
        let late = told(&dispatcher).await;
        assert_eq!(topics(&late), [Topic::TenderExpired, Topic::LoadLate]);
        assert_eq!(late[1].1, load.load_number);
        server.stop().await;
    });
}

#[test]
fn what_carriers_lack_is_told_to_those_who_look_after_them() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let ops = server.sign_in("ops@blueridge.test").await;
        let day =
            |days: i64| places::date(server.clock.now().plus_minutes(days * 24 * 60), "America/New_York").to_string();
        let form = json!({
            "name": "Kestrel <b>Freight</b>", "mcNumber": "700001", "equipment": ["REEFER"],
            "covers": [{ "kind": "CARGO", "amountCents": 10_000_000, "expiresOn": day(1) }],
        });
        ops.post("/api/v1/carriers", form).await.data();
        carriers::tell_endings(&server.desk).await.unwrap();
        server.clock.advance_ms(3 * 24 * 3_600_000);
        carriers::tell_endings(&server.desk).await.unwrap();
        for who in ["ops", "admin", "relations"] {
            let own = list(&server.sign_in(&format!("{who}@blueridge.test")).await).await;
            let topics: Vec<_> = own.iter().map(|notice| (notice.topic, notice.severity.name())).collect();
            assert_eq!(topics, [(Topic::CoverEnded, "critical"), (Topic::CoverEnding, "warning")], "{who}");
            assert_eq!(
                (own[0].items[0].name.as_str(), own[0].items[0].detail.as_deref()),
                ("Kestrel <b>Freight</b>", Some("CARGO"))
            );
        }
        for who in ["dispatch1@blueridge.test", "carrier1@blueridge.test", "ops@prairie.test"] {
            assert_eq!(told(&server.sign_in(who).await).await, [], "{who}");
        }
        server.stop().await;
    });
}

#[test]
fn what_was_taken_back_is_told_to_nobody() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (first, ops) = (server.dispatcher().await, server.sign_in("ops@blueridge.test").await);
        let (kept, gone) = (first.create_load().await, first.create_load().await);
        let loads = json!([{ "loadId": gone.id, "version": 99 }, { "loadId": kept.id, "version": kept.version }]);
        let cancel =
            json!({ "loads": loads, "action": { "kind": "status", "status": "CANCELLED", "reason": "Called off" } });
        let answers = ops.post("/api/v1/loads/bulk", cancel).await;
        assert!(answers.data()[0]["error"].is_object() && answers.data()[1]["load"].is_object(), "{}", answers.body);
        let own = told(&first).await;
        assert_eq!(
            own.iter().map(|(topic, name, ..)| (*topic, name.clone())).collect::<Vec<_>>(),
            [(Topic::LoadCancelled, kept.load_number)]
        );
        server.stop().await;
    });
}

#[test]
fn what_comes_together_is_one_and_the_same_is_told_once() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        // A token ends long before the clock stands where this leads to.
        let client = async || server.dispatcher().await;
        let (to, same) = (user(&client().await), LoadId::new(new_id()));
        let shape = async || -> Vec<(u32, bool)> {
            list(&client().await).await.iter().map(|notice| (notice.count, notice.read_at.is_some())).collect()
        };
        give(&server, to, Topic::LoadLate, same, "LD-1").await;
        give(&server, to, Topic::LoadLate, same, "LD-1").await;
        assert_eq!(shape().await, [(1, false)]);
        give_new(&server, to, Topic::LoadLate, "LD-2").await;
        assert_eq!(shape().await, [(2, false)]);
        assert_eq!(list(&client().await).await[0].title, "2 loads will be late");
        give_new(&server, to, Topic::TenderDeclined, "LD-2").await;
        assert_eq!(shape().await, [(1, false), (2, false)], "another kind is another notice");
        server.clock.advance_ms((ONCE_MIN + 1) * 60_000);
        give(&server, to, Topic::LoadLate, same, "LD-1").await;
        assert_eq!(shape().await, [(1, false), (3, false)], "after a while it is news again");
        assert_eq!(read(&client().await, json!({ "all": true })).await.data()["unread"], 0);
        give(&server, to, Topic::LoadLate, same, "LD-1").await;
        assert_eq!(shape().await, [(1, true), (3, true)], "also what was read is not told twice at once");
        give_new(&server, to, Topic::LoadLate, "LD-3").await;
        assert_eq!(shape().await, [(1, false), (1, true), (3, true)], "what was read grows no more");
        server.clock.advance_ms((GROUP_MIN + 1) * 60_000);
        give_new(&server, to, Topic::LoadLate, "LD-4").await;
        assert_eq!(
            shape().await,
            [(1, false), (1, false), (1, true), (3, true)],
            "nor what has been there for a while"
        );
        server.stop().await;
    });
}

#[test]
fn a_storm_becomes_one_notice_and_few_words() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let client = server.dispatcher().await;
        let to = user(&client);
        let mut ear = Ear::open(&client, "/notifications").await;
        let storm: u32 = sized("HEADHAUL_STORM_NOTICES", 300);
        for number in 1..=storm {
            give_new(&server, to, Topic::LoadLate, &format!("LD-{number}")).await;
        }
        let known = list(&client).await;
        let count: u32 = known.iter().map(|notice| notice.count).sum();
        assert_eq!(count, storm, "each is counted");
        assert!(known.len() <= 2, "{} notices", known.len());
        assert_eq!(unread(&client).await, known.len() as u64);
        assert!(known.iter().all(|notice| notice.items.len() <= MAX_ITEMS));
        assert_eq!(known[0].items[0].name, format!("LD-{storm}"), "the newest first");
        ear.listen().await;
        let words = ear.durable().count();
        assert!((1..=80).contains(&words), "{words} events");
        server.stop().await;
    });
}

#[test]
fn reading_shows_in_all_of_ones_own_browsers_and_in_nobody_elses() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (one, other) = (server.dispatcher().await, server.dispatcher().await);
        let colleague = server.sign_in("dispatch2@blueridge.test").await;
        let mut ears = [Ear::open(&one, "/notifications").await, Ear::open(&other, "/events").await];
        let mut strange = Ear::open(&colleague, "/events").await;
        let to = user(&one);
        for topic in [Topic::LoadLate, Topic::TenderDeclined, Topic::PaperAdded, Topic::LoadDelivered] {
            give_new(&server, to, topic, "LD-1").await;
            server.clock.advance_ms(1_000);
        }
        give_new(&server, user(&colleague), Topic::LoadLate, "LD-9").await;
        let ids: Vec<NotificationId> = list(&one).await.iter().map(|notice| notice.id).collect();
        assert_eq!(read(&colleague, json!({ "ids": ids })).await.data()["unread"], 1, "they are not theirs");
        assert_eq!(read(&colleague, json!({ "upTo": ids[0] })).await.data()["unread"], 1);
        assert_eq!(unread(&one).await, 4);

        assert_eq!(read(&one, json!({ "ids": [ids[0]] })).await.data()["unread"], 3);
        assert_eq!(read(&other, json!({ "upTo": ids[2] })).await.data()["unread"], 1);
        let at = list(&one).await.iter().map(|notice| notice.read_at).collect::<Vec<_>>();
        server.clock.advance_ms(60_000);
        assert_eq!(read(&one, json!({ "ids": ids[2..] })).await.data()["unread"], 1, "again changes nothing");
        assert_eq!(list(&one).await.iter().map(|notice| notice.read_at).collect::<Vec<_>>(), at);
        assert_eq!(read(&one, json!({ "all": true })).await.data()["unread"], 0);
        for ear in &mut ears {
            ear.hears("notification:read", |told| told["data"]["unread"] == 0).await;
            ear.listen().await;
            let names = ear.names();
            assert_eq!(names.iter().filter(|name| **name == "notification:read").count(), 3, "{names:?}");
            let counts: Vec<_> = ear.durable().map(|told| told.data["data"]["unread"].as_u64().unwrap()).collect();
            assert_eq!(counts, [1, 2, 3, 4, 3, 1, 0]);
        }
        strange.listen().await;
        assert_eq!(strange.names(), ["notification:new"]);

        for bad in [
            json!({}),
            json!({ "ids": [] }),
            json!({ "ids": [ids[0]], "all": true }),
            json!({ "upTo": ids[0], "all": true }),
            json!({ "ids": vec![ids[0]; 201] }),
            json!({ "ids": ["x"] }),
        ] {
            read(&one, bad).await.refused(400, "invalid");
        }
        server.stop().await;
    });
}

#[test]
fn many_at_once_leave_a_count_that_is_right() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let client = server.dispatcher().await;
        let to = user(&client);
        let mut ear = Ear::open(&client, "/events").await;
        let topics = [Topic::LoadLate, Topic::TenderDeclined, Topic::PaperAdded, Topic::LoadDelivered];
        let server = &server;
        let given = topics.iter().cycle().take(24).enumerate().map(async |(number, topic)| {
            give_new(server, to, *topic, &format!("LD-{number}")).await;
        });
        let marked = (0..6).map(async |_| _ = read(&client, json!({ "all": true })).await.data());
        tokio::join!(join_all(given), join_all(marked));
        let count = unread(&client).await;
        let known = list(&client).await;
        assert_eq!(known.iter().filter(|notice| notice.read_at.is_none()).count() as u64, count);
        assert_eq!(known.iter().map(|notice| notice.count).sum::<u32>(), 24);
        ear.listen().await;
        let last = ear.durable().last().unwrap().data["data"]["unread"].clone();
        assert_eq!(last, count, "what was told last is how it is");
    });
}

#[test]
fn each_is_told_as_they_wish() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let client = server.dispatcher().await;
        let to = user(&client);
        let path = "/api/v1/notifications/preferences";
        assert_eq!(client.get(path).await.data(), &json!({ "off": [], "loudFrom": "warning", "quiet": null }));
        let mut ear = Ear::open(&client, "/notifications").await;
        let mut loud = async |topic: Topic| -> Value {
            let number = new_id().to_string();
            give_new(&server, to, topic, &number).await;
            ear.hears("notification:new", |told| told["data"]["name"] == number).await["data"]["loud"].clone()
        };
        assert_eq!([loud(Topic::PaperAdded).await, loud(Topic::LoadLate).await], [false, true]);

        let minute = places::minute(server.clock.now(), "America/Chicago");
        let around = |from: u32, until: u32| json!({ "fromMin": (minute + from) % 1_440, "untilMin": (minute + until) % 1_440, "zone": "America/Chicago" });
        let set = async |quiet: Value| {
            client.post(path, json!({ "off": ["load_delivered"], "loudFrom": "info", "quiet": quiet })).await
        };
        assert_eq!(set(around(1_380, 60)).await.data()["off"], json!(["load_delivered"]));
        assert_eq!(loud(Topic::CoverEnded).await, false, "it is quiet now");
        set(around(120, 240)).await.data();
        assert_eq!([loud(Topic::PaperAdded).await, loud(Topic::LoadLate).await], [true, true], "later it will be");
        give_new(&server, to, Topic::LoadDelivered, "LD-7").await;
        let known: BTreeSet<Topic> = list(&client).await.iter().map(|notice| notice.topic).collect();
        assert_eq!(
            known,
            [Topic::PaperAdded, Topic::LoadLate, Topic::CoverEnded].into(),
            "the quiet one is kept, the other never came"
        );

        for bad in [
            json!({ "fromMin": 60, "untilMin": 60, "zone": "America/Chicago" }),
            json!({ "fromMin": 1_440, "untilMin": 60, "zone": "America/Chicago" }),
            json!({ "fromMin": 0, "untilMin": 60, "zone": "Nowhere/<b>" }),
        ] {
            set(bad).await.refused(400, "invalid");
        }
        client.post(path, json!({ "off": ["nothing"], "loudFrom": "info" })).await.refused(400, "invalid");
        client.post(path, json!({ "off": [], "loudFrom": "deafening" })).await.refused(400, "invalid");
        let colleague = server.sign_in("dispatch2@blueridge.test").await;
        assert_eq!(colleague.get(path).await.data()["loudFrom"], "warning", "each has their own");
        server.stop().await;
    });
}

#[test]
fn notices_come_page_by_page_and_are_kept_for_ninety_days() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let client = server.dispatcher().await;
        let to = user(&client);
        for number in 0..5 {
            give_new(&server, to, Topic::LoadLate, &format!("LD-{number}")).await;
            server.clock.advance_ms((GROUP_MIN + 1) * 60_000);
        }
        let client = server.dispatcher().await;
        let page = async |query: &str| client.get(&format!("/api/v1/notifications?{query}")).await;
        let names = |answer: &Answer| -> Vec<String> {
            let known: Vec<Notice> = serde_json::from_value(answer.data().clone()).unwrap();
            known.iter().map(|notice| notice.items[0].name.clone()).collect()
        };
        let first = page("size=2").await;
        assert_eq!((names(&first), &first.body["unread"]), (vec!["LD-4".to_owned(), "LD-3".to_owned()], &json!(5)));
        let second = page(&format!("size=2&before={}", first.body["before"].as_str().unwrap())).await;
        assert_eq!(names(&second), ["LD-2", "LD-1"]);
        let last = page(&format!("size=2&before={}", second.body["before"].as_str().unwrap())).await;
        assert_eq!((names(&last), &last.body["before"]), (vec!["LD-0".to_owned()], &Value::Null));
        read(&client, json!({ "ids": [first.data()[0]["id"]] })).await.data();
        assert_eq!(names(&page("unread=true&size=1").await), ["LD-3"]);
        assert_eq!(
            names(&page(&format!("before={}", new_id())).await),
            Vec::<String>::new(),
            "nobody's place is no place"
        );
        let colleague = server.sign_in("dispatch2@blueridge.test").await;
        let strange =
            colleague.get(&format!("/api/v1/notifications?before={}", first.data()[0]["id"].as_str().unwrap())).await;
        assert_eq!(strange.data(), &json!([]));
        for bad in ["size=0", "size=101", "size=many", "unread=perhaps", "before=x"] {
            page(bad).await.refused(400, "invalid");
        }

        server.clock.advance_ms((KEEP_DAYS * 24 * 60 - 30) * 60_000);
        let before = server.clock.now().plus_ms(-upkeep::KEEP_NOTICES_MS);
        assert_eq!(upkeep::forget_notices(&server.desk, before).await.unwrap(), 3);
        assert_eq!(names(&server.dispatcher().await.get("/api/v1/notifications").await), ["LD-4", "LD-3"]);
        server.stop().await;
    });
}
