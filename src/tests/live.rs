//! The sockets: who hears what by themselves, and who no longer does.

use contract::{
    DriverId, LoadId, UserId,
    actor::{Permission, Role},
    geo::Point,
    loads::LoadRow,
    tracking::Heard,
};
use headhaul::{
    clock::new_id,
    simulate::socket::Socket,
    store::{
        accounts::{self, NewUser},
        carriers,
    },
};
use serde_json::{Value, json};

use crate::{
    ear::Ear,
    fixture::{Client, TestServer, on_both_engines},
};

fn fix(load: &LoadRow, server: &TestServer, lat: f64, minutes_ago: i64) -> Value {
    json!({ "loadId": load.id, "lat": lat, "lng": -94.6, "recordedAt": server.clock.now().plus_minutes(-minutes_ago) })
}

async fn report(driver: &Client, fix: Value) {
    let answer = driver.post("/api/v1/positions", json!({ "positions": [fix] })).await;
    assert_eq!(answer.data()["accepted"], 1, "{answer:?}");
}

fn is_at(lat: f64) -> impl Fn(&Value) -> bool {
    move |envelope| envelope["data"]["location"]["lat"] == lat
}

/// Whether a message of the fleet stream shows a load's truck there.
fn shows(load: LoadId, lat: f64) -> impl Fn(&Heard) -> bool + Copy {
    let place = Point { lat, lng: -94.6 };
    move |heard| heard.positions.iter().any(|(id, fix)| *id == load && fix.point() == place)
}

#[test]
fn who_loses_a_load_hears_no_more_of_where_it_is() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let [dispatcher, ops, old_driver, old_carrier, new_driver] = [
            server.dispatcher().await,
            server.sign_in("ops@blueridge.test").await,
            server.sign_in("driver1@blueridge.test").await,
            server.sign_in("carrier1@blueridge.test").await,
            server.sign_in("driver2@blueridge.test").await,
        ];
        let mut told = Ear::open(&old_carrier, "/events").await;
        let mut watching = Vec::new();
        for client in [&dispatcher, &old_driver, &old_carrier] {
            let ear = Ear::open(client, "/tracking").await;
            assert_eq!(ear.ask("join:load", json!({ "loadId": load.id })).await, json!({ "joined": true }));
            watching.push(ear);
        }
        report(&old_driver, fix(&load, &server, 39.11, 30)).await;
        for ear in &mut watching {
            ear.hears("load:location:updated", is_at(39.11)).await;
            ear.hears("location:updated", is_at(39.11)).await;
        }

        let load = dispatcher.assign(&load, &server.blue, 1, None).await;
        told.hears("carrier:load:withdrawn", |_| true).await;
        report(&new_driver, fix(&load, &server, 39.12, 20)).await;
        watching[0].hears("load:location:updated", is_at(39.12)).await;

        for ear in &mut watching[1..] {
            let heard = ear.listen().await;
            assert!(!heard.iter().any(|told| is_at(39.12)(&told.data)), "{heard:?}");
            let answer = ear.ask("join:load", json!({ "loadId": load.id })).await;
            assert_eq!(answer["error"]["code"], "not_found");
        }

        // Back to where it has no carrier at all: the second carrier's people are put out as well.
        let mut told = Ear::open(&new_driver, "/events").await;
        let mut ear = Ear::open(&new_driver, "/tracking").await;
        ear.ask("join:load", json!({ "loadId": load.id })).await;
        let back = |status| json!({ "loadId": load.id, "status": status, "reason": "The truck broke down" });
        let mut version = load.version;
        for status in ["ACCEPTED", "PENDING"] {
            let mut ask = back(status);
            ask["version"] = json!(version);
            version = ops.post("/api/v1/loads/status", ask).await.row().version;
        }
        told.hears("carrier:load:withdrawn", |_| true).await;
        let fresh = ops.load(load.id).await.data()["load"].clone();
        let load = ops.assign(&serde_json::from_value(fresh).unwrap(), &server.blue, 0, Some("ACCEPTED")).await;
        let load = ops.move_to(&load, "DISPATCHED").await;
        report(&old_driver, fix(&load, &server, 39.13, 10)).await;
        watching[0].hears("load:location:updated", is_at(39.13)).await;
        assert!(!ear.listen().await.iter().any(|told| is_at(39.13)(&told.data)));
        server.stop().await;
    });
}

#[test]
fn a_driver_hears_of_their_loads_by_themselves() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        second_account(&server).await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        let twin = server.sign_in("driver1b@blueridge.test").await;
        let stranger = server.sign_in("driver2@blueridge.test").await;
        let cursor = driver.get("/api/v1/loads").await.body["cursor"].clone();
        let mut desk = Ear::open(&dispatcher, "/events").await;
        let mut ears = [Ear::open(&driver, "/events").await, Ear::open(&twin, "/events").await];
        let mut other = Ear::open(&stranger, "/events").await;
        let mut map = Ear::open(&driver, "/tracking").await;

        let load = dispatcher.create_load().await;
        let load = dispatcher.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
        let load = dispatcher.move_to(&load, "DISPATCHED").await;
        report(&driver, fix(&load, &server, 39.11, 5)).await;
        let mut load = driver.move_to(&load, "AT_PICKUP").await;
        for status in ["PICKED_UP", "IN_TRANSIT", "DELIVERED"] {
            load = driver.move_to(&load, status).await;
        }

        let expected = [
            "carrier:load:assigned",
            // The signed rate.
            "load:updated",
            "load:status:changed",
            "load:dispatched",
            "notification:new",
            "load:eta:updated",
            "load:status:changed",
            "stop:arrived",
            "load:status:changed",
            "load:status:changed",
            "stop:departed",
            "load:status:changed",
            "load:delivered",
            "stop:arrived",
            "stop:departed",
        ];
        desk.hears("load:delivered", |_| true).await;
        for ear in &mut ears {
            ear.hears("stop:departed", |envelope| envelope["data"]["stopType"] == "DELIVERY").await;
            assert_eq!(ear.names(), expected);
            let seqs: Vec<_> = ear.durable().map(|told| told.data["seq"].as_u64().unwrap()).collect();
            assert_eq!(seqs, (1..=expected.len() as u64).collect::<Vec<_>>(), "no holes");
            let delivered = ear.hears("load:delivered", |_| true).await;
            let same = desk.hears("load:delivered", |_| true).await;
            assert_eq!(delivered["id"], same["id"], "one event, whoever hears it");
            let text = format!("{:?}", ear.heard);
            assert!(!text.contains("RateCents") && !text.contains("dispatcher"), "{text}");
        }
        map.hears("stop:departed", |envelope| envelope["data"]["stopType"] == "DELIVERY").await;
        assert_eq!(
            map.names(),
            ["load:eta:updated", "stop:arrived", "stop:departed", "stop:arrived", "stop:departed"],
            "and who looks at the map hears of arrivals and stops"
        );
        assert_eq!(other.listen().await.iter().filter(|told| told.data.get("seq").is_some()).count(), 0);

        let since: String = url::form_urlencoded::byte_serialize(cursor.to_string().as_bytes()).collect();
        let missed = driver.get(&format!("/api/v1/events?since={since}")).await;
        let names: Vec<_> =
            missed.data()["events"].as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "the same over HTTP");
        server.stop().await;
    });
}

/// A driver may sign in by more than one account.
async fn second_account(server: &TestServer) {
    let hash = headhaul::auth::hash("test-password").unwrap();
    let mut tx = server.desk.begin_itself(server.blue.tenant).await.unwrap();
    let user = NewUser {
        id: UserId::new(new_id()),
        email: "driver1b@blueridge.test".to_owned(),
        name: "Driver 1, second telephone".to_owned(),
        role: Role::Driver,
        password_hash: hash,
        carrier: Some(server.blue.carriers[0]),
        driver: Some(server.blue.drivers[0]),
    };
    accounts::add_user(&mut tx, user).await.unwrap();
    tx.commit().await.unwrap();
}

#[test]
fn a_driver_who_is_replaced_hears_that_and_no_more() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        let carrier = server.sign_in("carrier1@blueridge.test").await;
        let mut ear = Ear::open(&driver, "/events").await;
        let mut portal = Ear::open(&carrier, "/events").await;

        let load = dispatcher.create_load().await;
        let load = dispatcher.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
        // The same carrier keeps it, with another driver.
        let other = DriverId::new(new_id());
        let mut tx = server.desk.begin_itself(server.blue.tenant).await.unwrap();
        carriers::add_driver(&mut tx, other, server.blue.carriers[0], "Driver 3", "+15550103").await.unwrap();
        tx.commit().await.unwrap();
        let ask = json!({
            "loadId": load.id, "version": load.version, "carrierId": server.blue.carriers[0], "driverId": other,
        });
        let load = dispatcher.post("/api/v1/loads/assign", ask).await.row();
        assert_eq!(load.driver.as_ref().map(|driver| driver.id), Some(other));
        dispatcher.assign(&load, &server.blue, 1, None).await;

        portal.hears("carrier:load:withdrawn", |_| true).await;
        assert_eq!(portal.names(), ["carrier:load:assigned", "load:assigned", "carrier:load:withdrawn"]);
        ear.listen().await;
        assert_eq!(ear.names(), ["carrier:load:assigned", "carrier:load:withdrawn"]);
        server.stop().await;
    });
}

#[test]
fn a_view_of_the_fleet_hears_who_leaves_it_and_which_loads_are_done() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let dispatcher = server.dispatcher().await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        report(&driver, fix(&load, &server, 39.10, 60)).await;
        let mut part = Ear::open(&dispatcher, "/tracking").await;
        let mut whole = Ear::open(&dispatcher, "/tracking").await;
        let bounds = json!({ "south": 39.0, "west": -95.0, "north": 39.2, "east": -94.0 });

        assert_eq!(part.ask("watch:fleet", json!({ "bounds": bounds })).await["watching"], 1);
        assert_eq!(whole.ask("watch:fleet", json!({})).await["watching"], 1);
        let is_at = |lat: f64| shows(load.id, lat);
        report(&driver, fix(&load, &server, 39.30, 40)).await;
        part.hears_of_the_fleet(is_at(39.30)).await;
        report(&driver, fix(&load, &server, 39.50, 20)).await;
        whole.hears_of_the_fleet(is_at(39.50)).await;
        part.listen().await;
        assert!(!part.fleet().iter().any(is_at(39.50)), "it has left");

        let load = dispatcher.move_to(&load, "IN_TRANSIT").await;
        dispatcher.move_to(&load, "DELIVERED").await;
        whole.hears_of_the_fleet(|heard| heard.gone == [load.id]).await;
        assert_eq!(whole.ask("watch:fleet", json!({})).await["watching"], 0);
        server.stop().await;
    });
}

#[test]
fn a_view_of_the_fleet_hears_that_a_load_has_another_truck_and_who_comes_late_hears_the_same() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let [dispatcher, old_driver, new_driver] = [
            server.dispatcher().await,
            server.sign_in("driver1@blueridge.test").await,
            server.sign_in("driver2@blueridge.test").await,
        ];
        let mut early = Ear::open(&dispatcher, "/tracking").await;
        assert_eq!(early.ask("watch:fleet", json!({})).await["watching"], 0);
        report(&old_driver, fix(&load, &server, 39.10, 60)).await;
        let is_at = |lat: f64| shows(load.id, lat);
        early.hears_of_the_fleet(is_at(39.10)).await;

        dispatcher.assign(&load, &server.blue, 1, None).await;
        early.hears_of_the_fleet(|heard| heard.gone == [load.id]).await;

        let mut late = Ear::open(&dispatcher, "/tracking").await;
        assert_eq!(late.ask("watch:fleet", json!({})).await["watching"], 0);
        // By its device the new truck was there before the old one.
        report(&new_driver, fix(&load, &server, 39.20, 90)).await;
        for ear in [&mut early, &mut late] {
            ear.hears_of_the_fleet(is_at(39.20)).await;
        }
        assert!(!late.fleet().iter().any(is_at(39.10)));
        server.stop().await;
    });
}

#[test]
fn who_takes_every_position_hears_the_last_one_of_a_truck_too() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        let mut ear = Ear::open(&server.dispatcher().await, "/events").await;

        for (lat, minutes_ago) in [(39.10, 60), (39.20, 40), (39.30, 20)] {
            report(&driver, fix(&load, &server, lat, minutes_ago)).await;
        }
        ear.hears("load:location:updated", is_at(39.30)).await;
        server.stop().await;
    });
}

#[test]
fn what_is_asked_right_after_connecting_is_answered() {
    on_both_engines(async |engine| {
        let server = TestServer::start_with(engine, &["--sockets-per-user", "100"]).await;
        let load = server.dispatched_load().await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        for _ in 0..60 {
            let (socket, _events) = Socket::connect(&server.base, "/tracking", &driver.token).await.unwrap();
            let answer = socket.ask("join:load", &json!({ "loadId": load.id })).await.unwrap();
            assert_eq!(answer["joined"], true);
        }
        server.stop().await;
    });
}

#[test]
fn whoever_may_not_see_the_map_does_not_get_the_fleet() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        for (who, role) in [("carrier1", Role::CarrierDispatcher), ("driver1", Role::Driver), ("sales", Role::Sales)] {
            assert!(!role.permissions().contains(&Permission::TrackingView));
            let ear = Ear::open(&server.sign_in(&format!("{who}@blueridge.test")).await, "/tracking").await;
            assert_eq!(ear.ask("watch:fleet", json!({})).await["error"]["code"], "forbidden", "{who}");
        }
        server.stop().await;
    });
}
