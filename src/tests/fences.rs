//! Arrivals and departures that positions tell of, with what follows from them, and what people say instead.

use contract::{
    Timestamp,
    geo::Point,
    loads::{FREE_MIN, LoadRow},
    tracking::BY_POSITION,
};
use headhaul::{timed, tracking::fences};
use serde_json::{Value, json};

use crate::{
    ear::Ear,
    fixture::{Answer, Client, TestServer, alone, new_load, on_both_engines, on_day},
    nodes::redis,
};

/// Miles in a degree of latitude.
const DEGREE: f64 = 69.09;

/// A company's load from a dock in Kansas City to one in Denver, dispatched to its first carrier's driver an hour before now.
struct Trip {
    server: TestServer,
    dispatcher: Client,
    driver: Client,
    desk: Ear,
    load: LoadRow,
    pickup: Point,
    delivery: Point,
}

impl Trip {
    async fn begin(server: TestServer) -> Self {
        let dispatcher = server.dispatcher().await;
        let driver = server.sign_in("driver1@blueridge.test").await;
        let desk = Ear::open(&dispatcher, "/events").await;
        let mut new = new_load();
        // The windows are open, so that the clock of detention runs.
        for (stop, day) in [(0, 0), (1, 1)] {
            new["stops"][stop]["windowStart"] = json!(on_day(day - 1, "06:00"));
            new["stops"][stop]["windowEnd"] = json!(on_day(day + 1, "23:00"));
        }
        let load = dispatcher.post("/api/v1/loads", new).await.row();
        let load = dispatcher.assign(&load, &server.blue, 0, Some("ACCEPTED")).await;
        let load = dispatcher.move_to(&load, "DISPATCHED").await;
        let (pickup, delivery) = (load.origin_point, load.destination_point);
        let mut trip = Self { server, dispatcher, driver, desk, load, pickup, delivery };
        trip.later(60).await;
        trip
    }

    /// So many minutes pass; everybody signs in again, because nobody's token lasts that long.
    async fn later(&mut self, minutes: i64) {
        self.server.clock.advance_ms(minutes * 60_000);
        self.dispatcher = self.server.dispatcher().await;
        self.driver = self.server.sign_in("driver1@blueridge.test").await;
        self.desk = Ear::open(&self.dispatcher, "/events").await;
    }

    /// A fix so many miles north of a place, so many minutes ago.
    fn fix(&self, place: Point, miles: f64, minutes_ago: i64) -> Value {
        let at = self.server.clock.now().plus_minutes(-minutes_ago);
        json!({ "loadId": self.load.id, "lat": place.lat + miles / DEGREE, "lng": place.lng, "recordedAt": at })
    }

    async fn report(&self, fixes: Vec<Value>) {
        let answer = self.driver.post("/api/v1/positions", json!({ "positions": fixes })).await;
        assert_eq!(answer.data()["rejected"], json!([]), "{answer:?}");
    }

    /// The truck stands at a place from so many minutes ago until so many.
    async fn stand(&self, place: Point, from_ago: i64, until_ago: i64) {
        let stay = (until_ago..=from_ago).rev().map(|ago| self.fix(place, 0.05, ago)).collect();
        self.report(stay).await;
    }

    async fn hears(&mut self, event: &str) -> Value {
        let id = json!(self.load.id);
        self.desk.hears(event, move |told| told["data"]["loadId"] == id).await["data"].clone()
    }

    async fn now(&self) -> LoadRow {
        self.dispatcher.load(self.load.id).await.row_of_detail()
    }

    async fn detail(&self) -> Answer {
        self.dispatcher.load(self.load.id).await
    }

    /// Everything that was to be judged has been: what waits is looked at by hand, as the desk's own look does.
    async fn look(&self) -> usize {
        let (tenant, load) = (self.server.blue.tenant, self.load.id);
        let from = self.server.clock.now().plus_minutes(-60);
        fences::look(&self.server.desk, fences::Crossing { tenant, load, from }).await.unwrap()
    }
}

fn kinds(detail: &Answer) -> Vec<&str> {
    detail.data()["timeline"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect()
}

#[test]
fn a_truck_that_stands_at_its_pickup_and_drives_away_moves_its_load_through_the_usual_door() {
    on_both_engines(async |engine| {
        let mut trip = Trip::begin(TestServer::start(engine).await).await;
        let mut carrier = Ear::open(&trip.server.sign_in("carrier1@blueridge.test").await, "/events").await;
        let about = trip.server.clock.now().plus_minutes(-40);
        let version = trip.now().await.version;

        trip.report(vec![trip.fix(trip.pickup, 9.0, 52), trip.fix(trip.pickup, 4.0, 46)]).await;
        trip.stand(trip.pickup, 40, 30).await;

        let told = trip.hears("stop:arrived").await;
        let came_at: Timestamp = serde_json::from_value(told["arrivedAt"].clone()).unwrap();
        assert_eq!((&told["stopType"], came_at.since_ms(about) / 10_000), (&json!("PICKUP"), 0), "when it first stood");
        let moved = trip.hears("load:status:changed").await;
        assert_eq!((&moved["newStatus"], &moved["updatedBy"]), (&json!("AT_PICKUP"), &json!(BY_POSITION)));
        let id = json!(trip.load.id);
        let heard = carrier.hears("load:status:changed", move |told| told["data"]["loadId"] == id).await;
        assert_eq!(heard["data"]["updatedBy"], BY_POSITION, "a carrier learns no less");
        let now = trip.now().await;
        assert_eq!((now.status.name(), now.version), ("AT_PICKUP", version + 1));
        let at_stop = now.at_stop.expect("it stands there");
        assert!(at_stop.by_position && at_stop.arrived_at == came_at);
        assert_eq!(at_stop.free_until, came_at.plus_minutes(FREE_MIN));

        let detail = trip.detail().await;
        let lines = detail.data()["timeline"].as_array().unwrap();
        let came = lines.iter().find(|entry| entry["kind"] == "stop_arrived").expect("a line");
        assert_eq!((&came["by"], &came["fixAt"]), (&json!(BY_POSITION), &json!(came_at)));
        assert_eq!(detail.data()["stops"][0]["arrivedByPosition"], true);

        let left = [trip.fix(trip.pickup, 4.0, 20), trip.fix(trip.pickup, 9.0, 15)];
        let left_at = left[0]["recordedAt"].clone();
        trip.report(left.into()).await;
        let told = trip.hears("stop:departed").await;
        assert_eq!(told["departedAt"], left_at);
        let now = trip.now().await;
        assert_eq!((now.status.name(), now.at_stop), ("IN_TRANSIT", None));
        trip.server.stop().await;
    });
}

#[test]
fn at_the_last_stop_a_truck_arrives_and_leaves_and_somebody_must_say_that_it_is_delivered() {
    on_both_engines(async |engine| {
        let mut trip = Trip::begin(TestServer::start(engine).await).await;
        trip.load = trip.dispatcher.move_to(&trip.load, "IN_TRANSIT").await;
        trip.later(60).await;

        trip.stand(trip.delivery, 30, 20).await;
        trip.hears("stop:arrived").await;
        assert_eq!(trip.now().await.status.name(), "AT_DELIVERY");
        let left = [trip.fix(trip.delivery, 3.0, 12), trip.fix(trip.delivery, 6.0, 8)];
        let left_at = left[0]["recordedAt"].clone();
        trip.report(left.into()).await;
        let told = trip.hears("stop:departed").await;

        assert_eq!((&told["stopType"], &told["departedAt"]), (&json!("DELIVERY"), &left_at));
        let now = trip.now().await;
        assert_eq!((now.status.name(), now.at_stop), ("AT_DELIVERY", None));
        let done = trip.dispatcher.move_to(&now, "DELIVERED").await;
        let stops = trip.detail().await.data()["stops"].clone();
        assert_eq!((done.status.name(), &stops[1]["departedAt"]), ("DELIVERED", &left_at), "what was known stays");
        trip.server.stop().await;
    });
}

#[test]
fn a_day_without_signal_is_told_in_its_order_when_it_comes_in_one_piece() {
    on_both_engines(async |engine| {
        let mut trip = Trip::begin(TestServer::start(engine).await).await;
        trip.later(12 * 60).await;
        let mut day = Vec::new();
        day.extend((0..20).map(|n| trip.fix(trip.pickup, 20.0 - n as f64, 700 - n)));
        day.extend((0..30).map(|n| trip.fix(trip.pickup, 0.05, 670 - n * 2)));
        // A truck on the way is nowhere near a stop; 560 miles in nine hours.
        day.extend((1..90).map(|n| {
            let share = n as f64 / 90.0;
            let between = trip.pickup.towards(trip.delivery, share);
            trip.fix(between, 0.0, 600 - n * 6)
        }));
        day.extend((0..20).map(|n| trip.fix(trip.delivery, 0.05, 50 - n)));
        // The newest first, as some devices empty their memory.
        day.reverse();

        trip.report(day).await;

        trip.hears("stop:departed").await;
        let id = json!(trip.load.id);
        let at_delivery = move |told: &Value| told["data"]["loadId"] == id && told["data"]["stopType"] == "DELIVERY";
        trip.desk.hears("stop:arrived", at_delivery).await;
        let now = trip.now().await;
        assert_eq!(now.status.name(), "AT_DELIVERY");
        let stops = trip.detail().await.data()["stops"].clone();
        let minute = |value: &Value| {
            let at: Timestamp = serde_json::from_value(value.clone()).unwrap();
            trip.server.clock.now().since_ms(at) / 60_000
        };
        assert_eq!(minute(&stops[0]["arrivedAt"]), 670);
        assert!((590..=606).contains(&minute(&stops[0]["departedAt"])), "{stops}");
        assert_eq!(minute(&stops[1]["arrivedAt"]), 50);
        trip.server.stop().await;
    });
}

#[test]
fn passing_by_bad_fixes_and_silence_move_nothing() {
    on_both_engines(async |engine| {
        let trip = Trip::begin(TestServer::start(engine).await).await;
        let version = trip.now().await.version;

        // Past the dock at 60 miles an hour, every half minute, and on to the north.
        let pass: Vec<Value> = (0..60)
            .map(|n| {
                let at = trip.server.clock.now().plus_ms(-(50 * 60_000) + n * 30_000);
                let lat = trip.pickup.lat + (-8.0 + 0.5 * n as f64) / DEGREE;
                json!({ "loadId": trip.load.id, "lat": lat, "lng": trip.pickup.lng, "recordedAt": at })
            })
            .collect();
        trip.report(pass).await;
        // One bad fix at the dock; and many of them that are three kilometres wide.
        trip.report(vec![trip.fix(trip.pickup, 0.0, 18)]).await;
        let coarse = (1..12).map(|ago| {
            let mut fix = trip.fix(trip.pickup, 0.0, ago);
            fix["accuracy"] = json!(3_000);
            fix
        });
        trip.report(coarse.collect()).await;

        assert_eq!(trip.look().await, 0);
        let now = trip.now().await;
        assert_eq!((now.status.name(), now.version), ("DISPATCHED", version));
        trip.server.stop().await;
    });
}

#[test]
fn a_stay_on_the_fence_is_one_stay() {
    on_both_engines(async |engine| {
        let mut trip = Trip::begin(TestServer::start(engine).await).await;
        let jitter =
            (1..50).rev().map(|ago| trip.fix(trip.pickup, if ago % 2 == 0 { 0.9 } else { 1.2 }, ago)).collect();

        trip.report(jitter).await;

        trip.hears("stop:arrived").await;
        assert_eq!(trip.look().await, 0);
        let detail = trip.detail().await;
        let crossings = kinds(&detail).into_iter().filter(|kind| kind.starts_with("stop_")).count();
        assert_eq!((crossings, trip.now().await.status.name()), (1, "AT_PICKUP"));
        trip.server.stop().await;
    });
}

#[test]
fn what_a_person_said_stays_whatever_positions_tell() {
    on_both_engines(async |engine| {
        let mut trip = Trip::begin(TestServer::start(engine).await).await;
        // The dispatcher was told by telephone; the warehouse lies some miles off the stop's point.
        trip.load = trip.dispatcher.move_to(&trip.load, "AT_PICKUP").await;
        let said = trip.load.at_stop.unwrap().arrived_at;
        trip.later(40).await;
        trip.stand(Point { lat: trip.pickup.lat + 6.0 / DEGREE, ..trip.pickup }, 35, 5).await;
        assert_eq!(trip.look().await, 0, "a truck that was never seen inside does not leave");

        // A backlog that would put the arrival earlier changes nothing.
        trip.stand(trip.pickup, 70, 60).await;
        assert_eq!(trip.look().await, 0);
        let stops = trip.detail().await.data()["stops"].clone();
        assert_eq!((&stops[0]["arrivedAt"], stops[0].get("arrivedByPosition")), (&json!(said), None));

        // Somebody takes an arrival back: the truck must go and come again before its position may say so.
        let ops = trip.server.sign_in("ops@blueridge.test").await;
        let now = trip.now().await;
        let back = json!({ "loadId": now.id, "version": now.version, "status": "DISPATCHED", "reason": "Wrong truck" });
        ops.post("/api/v1/loads/status", back).await.data();
        trip.later(30).await;
        trip.stand(trip.pickup, 25, 15).await;
        assert_eq!((trip.look().await, trip.now().await.status.name()), (0, "DISPATCHED"));
        trip.report(vec![trip.fix(trip.pickup, 5.0, 12)]).await;
        trip.stand(trip.pickup, 8, 2).await;
        trip.hears("stop:arrived").await;
        assert_eq!(trip.now().await.status.name(), "AT_PICKUP");
        trip.server.stop().await;
    });
}

#[test]
fn what_a_position_told_anybody_who_moves_loads_can_take_back() {
    on_both_engines(async |engine| {
        let mut trip = Trip::begin(TestServer::start(engine).await).await;
        trip.stand(trip.pickup, 30, 20).await;
        trip.hears("stop:arrived").await;
        let now = trip.now().await;
        let ask = json!({ "loadId": now.id, "version": now.version });
        let stranger = trip.server.sign_in("dispatch1@prairie.test").await;
        stranger.post("/api/v1/loads/undo", ask.clone()).await.refused(404, "not_found");
        let reader = trip.server.sign_in("readonly@blueridge.test").await;
        reader.post("/api/v1/loads/undo", ask.clone()).await.refused(403, "forbidden");
        // Longer than one's own change can be taken back: nobody need have looked.
        trip.later(10).await;

        let back = trip.dispatcher.post("/api/v1/loads/undo", ask.clone()).await.row();

        assert_eq!((back.status.name(), back.at_stop), ("DISPATCHED", None));
        assert_eq!(kinds(&trip.detail().await)[0], "change_undone");
        trip.dispatcher.post("/api/v1/loads/undo", ask).await.refused(409, "conflict");
        trip.stand(trip.pickup, 8, 1).await;
        assert_eq!((trip.look().await, trip.now().await.status.name()), (0, "DISPATCHED"), "it was told otherwise");
        trip.server.stop().await;
    });
}

#[test]
fn a_driver_who_takes_over_is_judged_by_their_own_fixes() {
    on_both_engines(async |engine| {
        let mut trip = Trip::begin(TestServer::start(engine).await).await;
        trip.report(vec![trip.fix(trip.pickup, 0.05, 20), trip.fix(trip.pickup, 0.05, 19)]).await;
        trip.load = trip.dispatcher.assign(&trip.now().await, &trip.server.blue, 1, None).await;
        trip.later(1).await;

        // The first one's telephone still stands there, and says so in vain.
        let late =
            trip.driver.post("/api/v1/positions", json!({ "positions": [trip.fix(trip.pickup, 0.05, 0)] })).await;
        assert_eq!(late.data()["rejected"][0]["code"], "not_found");
        trip.driver = trip.server.sign_in("driver2@blueridge.test").await;
        trip.report(vec![trip.fix(trip.pickup, 40.0, 0)]).await;
        assert_eq!((trip.look().await, trip.now().await.status.name()), (0, "DISPATCHED"));

        trip.later(60).await;
        trip.driver = trip.server.sign_in("driver2@blueridge.test").await;
        trip.stand(trip.pickup, 10, 2).await;
        trip.hears("stop:arrived").await;
        trip.server.stop().await;
    });
}

#[test]
fn of_a_press_and_a_position_at_once_one_wins_and_the_other_is_told_so() {
    on_both_engines(async |engine| {
        let mut trip = Trip::begin(TestServer::start(engine).await).await;
        let (tenant, load) = (trip.server.blue.tenant, trip.load.id);
        for _ in 0..5 {
            let row = trip.now().await;
            trip.stand(trip.pickup, 30, 10).await;
            let from = trip.server.clock.now().plus_minutes(-60);
            let crossing = fences::Crossing { tenant, load, from };
            let press = trip.dispatcher.try_move(&row, "AT_PICKUP");
            let (pressed, one, other) = tokio::join!(
                press,
                fences::look(&trip.server.desk, crossing),
                fences::look(&trip.server.desk, crossing)
            );
            assert!(pressed.status.is_success() || pressed.status == 409, "{pressed:?}");
            assert!(one.unwrap() + other.unwrap() <= 1);
            let now = trip.now().await;
            assert_eq!((now.status.name(), now.version), ("AT_PICKUP", row.version + 1), "one step, by whomever");
            let ops = trip.server.sign_in("ops@blueridge.test").await;
            let back = json!({ "loadId": now.id, "version": now.version, "status": "DISPATCHED", "reason": "Again" });
            ops.post("/api/v1/loads/status", back).await.data();
            trip.later(60).await;
            trip.report(vec![trip.fix(trip.pickup, 9.0, 40)]).await;
        }
        trip.server.stop().await;
    });
}

#[test]
fn two_nodes_that_share_a_trucks_fixes_tell_of_it_once() {
    alone(async {
        let [a, b] = TestServer::start_pair(&redis()).await;
        let mut trip = Trip::begin(a).await;
        let mut there = Ear::open(&b.sign_in("dispatch2@blueridge.test").await, "/events").await;
        let driver_there = b.sign_in("driver1@blueridge.test").await;

        for ago in (1..=30).rev() {
            let fix = trip.fix(trip.pickup, 0.05, ago);
            let by = if ago % 2 == 0 { &trip.driver } else { &driver_there };
            by.post("/api/v1/positions", json!({ "positions": [fix] })).await.data();
        }

        let id = json!(trip.load.id);
        there.hears("stop:arrived", move |told| told["data"]["loadId"] == id).await;
        trip.hears("stop:arrived").await;
        let (tenant, load, from) = (b.blue.tenant, trip.load.id, trip.server.clock.now().plus_minutes(-60));
        let again = fences::Crossing { tenant, load, from };
        assert_eq!((trip.look().await, fences::look(&b.desk, again).await.unwrap()), (0, 0));
        trip.desk.listen().await;
        there.listen().await;
        for ear in [&trip.desk, &there] {
            assert_eq!(ear.names().iter().filter(|name| **name == "stop:arrived").count(), 1);
        }
        trip.server.stop().await;
        b.stop().await;
    });
}

#[test]
fn what_a_node_had_not_looked_at_when_it_went_is_seen_when_it_comes_back() {
    on_both_engines(async |engine| {
        let trip = Trip::begin(TestServer::start(engine).await).await;
        trip.stand(trip.pickup, 30, 20).await;
        let id = trip.load.id;
        // Whether the first node had looked before it went is left to chance; the second one sees to it.
        let second = trip.server.restart().await;

        let dispatcher = second.dispatcher().await;
        until(async || dispatcher.load(id).await.row_of_detail().status.name() == "AT_PICKUP").await;
        second.stop().await;
    });
}

/// Waits until it is so.
async fn until(so: impl AsyncFn() -> bool) {
    while !so().await {
        tokio::task::yield_now().await;
    }
}

async fn titles(client: &Client) -> Vec<String> {
    let answer = client.get("/api/v1/notifications").await;
    let all = answer.body["data"].as_array().unwrap().clone();
    all.iter().map(|notice| notice["title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn detention_is_told_once_when_the_free_time_is_over_and_never_of_a_truck_that_has_left() {
    on_both_engines(async |engine| {
        let mut trip = Trip::begin(TestServer::start(engine).await).await;
        trip.stand(trip.pickup, 30, 20).await;
        trip.hears("stop:arrived").await;
        let detention = format!("{} is in detention", trip.load.load_number);
        trip.later(FREE_MIN - 31).await;
        assert_eq!(timed::tell_detentions(&trip.server.desk).await.unwrap(), 0, "a minute is left");

        trip.later(2).await;
        assert_eq!(timed::tell_detentions(&trip.server.desk).await.unwrap(), 1);
        assert_eq!(timed::tell_detentions(&trip.server.desk).await.unwrap(), 0, "once");

        let dispatcher = trip.server.dispatcher().await;
        assert_eq!(titles(&dispatcher).await.iter().filter(|title| **title == detention).count(), 1);
        let other = trip.server.sign_in("dispatch2@blueridge.test").await;
        assert!(titles(&other).await.is_empty(), "it is not theirs");
        assert_eq!(kinds(&dispatcher.load(trip.load.id).await)[0], "detention_begun");

        let mut gone = Trip::begin(trip.server).await;
        gone.dispatcher.move_to(&gone.dispatcher.move_to(&gone.load, "AT_PICKUP").await, "IN_TRANSIT").await;
        gone.later(5 * 60).await;
        assert_eq!(timed::tell_detentions(&gone.server.desk).await.unwrap(), 0);
        gone.server.stop().await;
    });
}

#[test]
fn a_truck_that_came_early_owes_nobody_the_time_before_its_appointment() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dispatcher = server.dispatcher().await;
        // Its window opens in five days.
        let load = dispatcher.move_to(&server.dispatched_load().await, "AT_PICKUP").await;
        assert_eq!(load.at_stop.unwrap().free_until, load.pickup.start.plus_minutes(FREE_MIN));
        server.clock.advance_ms(6 * 3_600_000);
        assert_eq!(timed::tell_detentions(&server.desk).await.unwrap(), 0);
        server.stop().await;
    });
}

#[test]
fn an_estimate_that_slips_by_more_than_half_an_hour_stands_in_the_timeline() {
    on_both_engines(async |engine| {
        let trip = Trip::begin(TestServer::start(engine).await).await;
        let eta = async || trip.now().await.eta.unwrap();
        trip.report(vec![trip.fix(trip.pickup, 60.0, 50)]).await;
        let first = eta().await;
        // A quarter of an hour later and no nearer: told, and not noted.
        trip.report(vec![trip.fix(trip.pickup, 60.0, 35)]).await;
        assert!(eta().await > first && !kinds(&trip.detail().await).contains(&"eta_slipped"));

        trip.report(vec![trip.fix(trip.pickup, 60.0, 15)]).await;

        let detail = trip.detail().await;
        let slips: Vec<_> = detail.data()["timeline"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["kind"] == "eta_slipped")
            .collect();
        assert_eq!(slips.len(), 1, "though no single step was that long");
        assert_eq!(slips[0]["before"], json!(first));
        trip.server.stop().await;
    });
}

#[test]
fn a_truck_at_a_stop_is_expected_at_the_next_one_after_what_the_place_usually_takes() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        // Three trucks stood at this dock for 100 minutes each.
        for _ in 0..3 {
            let load = server.dispatched_load().await;
            let load = server.dispatcher().await.move_to(&load, "AT_PICKUP").await;
            server.clock.advance_ms(100 * 60_000);
            server.dispatcher().await.move_to(&load, "IN_TRANSIT").await;
        }
        let trip = Trip::begin(server).await;
        let load = trip.dispatcher.move_to(&trip.load, "AT_PICKUP").await;
        trip.report(vec![trip.fix(trip.pickup, 0.05, 0)]).await;

        let now = trip.now().await;
        let miles = load.origin_point.miles_to(load.destination_point) * contract::geo::CIRCUITY;
        let drive_min = (miles / contract::eta::USUAL_MPH * 60.0) as i64;
        let rest_min = if drive_min > 11 * 60 { 600 } else { 0 };
        let expected_min = now.eta.unwrap().since_ms(trip.server.clock.now()) / 60_000;
        assert!((expected_min - (100 + drive_min + rest_min)).abs() <= 2, "{expected_min} {drive_min} {rest_min}");
        trip.server.stop().await;
    });
}
