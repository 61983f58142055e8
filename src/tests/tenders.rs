//! Tenders: in turn and at once, answered, ended by themselves and withdrawn; of several who answer at once, the first.

use contract::{
    loads::LoadRow,
    tenders::{Offer, OfferState},
};
use futures_util::future::join_all;
use headhaul::timed;
use serde_json::{Value, json};

use crate::fixture::{Answer, Client, TestServer, on_both_engines};

const MIN: i64 = 60_000;

/// A desk with somebody at it and somebody at each of two carriers.
struct Stage {
    server: TestServer,
    desk: Client,
    carriers: [Client; 2],
}

impl Stage {
    async fn set(engine: crate::fixture::Engine) -> Self {
        Self::with(TestServer::start(engine).await).await
    }

    /// The same desk, to which everybody has come anew.
    async fn with(server: TestServer) -> Self {
        let desk = server.dispatcher().await;
        let carriers =
            [server.sign_in("carrier1@blueridge.test").await, server.sign_in("carrier2@blueridge.test").await];
        Self { server, desk, carriers }
    }

    /// Asks for a load to be offered to both.
    async fn try_tender(&self, load: &LoadRow, more: Value) -> Answer {
        let mut ask = json!({
            "loadId": load.id, "version": load.version, "carrierIds": self.server.blue.carriers,
            "carrierRateCents": 185_000,
        });
        ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.desk.post("/api/v1/loads/tender", ask).await
    }

    /// A new load that is offered to both, for five minutes.
    async fn tendered(&self, mode: &str) -> LoadRow {
        let load = self.desk.create_load().await;
        self.try_tender(&load, json!({ "mode": mode, "windowMin": 5 })).await.row()
    }

    async fn now(&self, load: &LoadRow) -> LoadRow {
        serde_json::from_value(self.desk.load(load.id).await.data()["load"].clone()).unwrap()
    }

    /// Where each carrier's offer stands, as the desk sees it.
    async fn states(&self, load: &LoadRow) -> Vec<OfferState> {
        let detail = self.desk.load(load.id).await;
        let offers = detail.data()["tender"]["offers"].as_array().unwrap().clone();
        offers.iter().map(|offer| serde_json::from_value(offer["state"].clone()).unwrap()).collect()
    }

    /// How many offers each carrier has open.
    async fn open(&self) -> [usize; 2] {
        [self.carriers[0].offers().await.len(), self.carriers[1].offers().await.len()]
    }
}

impl Client {
    async fn offers(&self) -> Vec<Offer> {
        serde_json::from_value(self.get("/api/v1/tenders").await.data().clone()).unwrap()
    }

    async fn accept(&self, load: &LoadRow, more: Value) -> Answer {
        let mut ask = json!({ "loadId": load.id });
        ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.post("/api/v1/loads/accept", ask).await
    }

    async fn decline(&self, load: &LoadRow) -> Answer {
        let ask = json!({ "loadId": load.id, "reason": "RATE", "note": "1,950 and it is yours" });
        self.post("/api/v1/loads/decline", ask).await
    }

    /// The names of what was told since a list was read, with what it says of offers.
    async fn told(&self, listed: &Answer) -> Vec<(String, Option<String>)> {
        let since: String =
            url::form_urlencoded::byte_serialize(listed.body["cursor"].to_string().as_bytes()).collect();
        let answer = self.get(&format!("/api/v1/events?since={since}")).await;
        let event = |event: &Value| {
            (event["event"].as_str().unwrap().to_owned(), event["data"]["state"].as_str().map(str::to_owned))
        };
        answer.data()["events"].as_array().unwrap().iter().map(event).collect()
    }
}

fn rule(answer: &Answer) -> String {
    answer.refused(422, "refused")["details"]["rule"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn in_turn_each_carrier_is_asked_when_the_one_before_said_no() {
    use OfferState::{Accepted, Declined, Offered};
    on_both_engines(async |engine| {
        let stage = Stage::set(engine).await;
        let (first, second) = (&stage.carriers[0], &stage.carriers[1]);
        let (before, of_second) = (first.get("/api/v1/loads").await, second.get("/api/v1/loads").await);

        let load = stage.desk.create_load().await;
        let load = stage.try_tender(&load, json!({})).await.row();
        assert_eq!(load.status.name(), "TENDERED");
        assert_eq!(load.tender_expires_at.unwrap().since_ms(stage.server.clock.now()) / MIN, 29, "half an hour");
        assert_eq!(stage.open().await, [1, 0]);
        let offer = first.offers().await.remove(0);
        assert_eq!((offer.load_id, offer.rate_cents), (load.id, 185_000));
        second.accept(&load, json!({})).await.refused(404, "not_found");
        second.decline(&load).await.refused(404, "not_found");
        assert!(second.told(&of_second).await.is_empty(), "whose turn it is not knows nothing");

        assert_eq!(first.decline(&load).await.data()["state"], "DECLINED");
        assert_eq!(stage.states(&load).await, [Declined, Offered]);
        assert_eq!(stage.open().await, [0, 1]);
        assert_eq!(rule(&first.accept(&load, json!({})).await), "tender_answered");
        first.load(load.id).await.refused(404, "not_found");
        let told: Vec<_> = first.told(&before).await;
        assert!(told.contains(&("tender:updated".to_owned(), Some("OFFERED".to_owned()))), "{told:?}");
        assert!(told.contains(&("tender:updated".to_owned(), Some("DECLINED".to_owned()))), "{told:?}");

        let driver = json!({ "driverId": stage.server.blue.drivers[1] });
        let taken = second.accept(&load, driver).await.row();
        assert_eq!(taken.status.name(), "ACCEPTED");
        assert_eq!(taken.carrier.unwrap().id, stage.server.blue.carriers[1]);
        assert_eq!(taken.carrier_rate_cents, Some(185_000));
        assert!(taken.tender_expires_at.is_none());
        assert_eq!(stage.states(&load).await, [Declined, Accepted]);
        assert_eq!(stage.open().await, [0, 0]);

        let detail = stage.desk.load(load.id).await;
        assert_eq!(detail.data()["tender"]["offers"][0]["note"], "1,950 and it is yours");
        let kinds: Vec<_> =
            detail.data()["timeline"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == "tendered").count(), 2);
        assert!(kinds.contains(&"tender_answered"));
        assert!(
            !second.load(load.id).await.body.to_string().contains("Carrier 1"),
            "nobody learns who was asked before"
        );
        stage.server.stop().await;
    });
}

#[test]
fn when_all_said_no_or_nobody_answered_the_load_waits_for_a_carrier_again() {
    use OfferState::{Declined, Expired, Offered};
    on_both_engines(async |engine| {
        let stage = Stage::set(engine).await;

        // At once: both hear of it, one says no, and the other one's window closes with no page open anywhere.
        let load = stage.tendered("BROADCAST").await;
        assert!(load.carrier.is_none(), "it is nobody's yet");
        assert_eq!(stage.open().await, [1, 1]);
        stage.carriers[0].load(load.id).await.refused(404, "not_found");
        stage.carriers[0].decline(&load).await.data();
        let still = stage.now(&load).await;
        assert_eq!((still.status.name(), still.version), ("TENDERED", load.version));
        assert_eq!(stage.states(&load).await, [Declined, Offered]);
        let of_desk = stage.desk.get("/api/v1/loads").await;
        let of_second = stage.carriers[1].get("/api/v1/loads").await;
        stage.server.clock.advance_ms(4 * MIN);
        timed::expire_offers(&stage.server.desk).await.unwrap();
        assert_eq!(stage.states(&load).await, [Declined, Offered], "the window is still open");
        stage.server.clock.advance_ms(2 * MIN);
        timed::expire_offers(&stage.server.desk).await.unwrap();
        assert_eq!(stage.states(&load).await, [Declined, Expired]);
        let over = stage.now(&load).await;
        assert_eq!((over.status.name(), over.carrier.is_none(), over.tender_expires_at), ("PENDING", true, None));
        assert_eq!(rule(&stage.carriers[1].accept(&load, json!({})).await), "tender_expired");
        let expired = ("tender:updated".to_owned(), Some("EXPIRED".to_owned()));
        assert!(stage.desk.told(&of_desk).await.contains(&expired));
        assert!(stage.carriers[1].told(&of_second).await.contains(&expired));
        assert_eq!(timed::expire_offers(&stage.server.desk).await.unwrap(), 0, "it happens once");

        let stage = Stage::with(stage.server).await;
        // In turn: the second is asked when the first one's window closes.
        let load = stage.tendered("WATERFALL").await;
        stage.server.clock.advance_ms(6 * MIN);
        timed::expire_offers(&stage.server.desk).await.unwrap();
        assert_eq!(stage.states(&load).await, [Expired, Offered]);
        assert_eq!(stage.open().await, [0, 1]);
        stage.server.clock.advance_ms(6 * MIN);
        timed::expire_offers(&stage.server.desk).await.unwrap();
        assert_eq!(stage.states(&load).await, [Expired, Expired]);
        assert_eq!(stage.now(&load).await.status.name(), "PENDING");
        stage.server.stop().await;
    });
}

#[test]
fn an_offer_that_has_ended_is_not_accepted_even_before_its_end_was_noticed() {
    on_both_engines(async |engine| {
        let stage = Stage::set(engine).await;
        let load = stage.tendered("BROADCAST").await;

        stage.server.clock.advance_ms(5 * MIN);
        // Which of the two comes first is nobody's to say; either way there is one outcome.
        let (accepted, expired) =
            tokio::join!(stage.carriers[0].accept(&load, json!({})), timed::expire_offers(&stage.server.desk));
        expired.unwrap();
        assert_eq!(rule(&accepted), "tender_expired");
        timed::expire_offers(&stage.server.desk).await.unwrap();
        assert_eq!(stage.now(&load).await.status.name(), "PENDING");

        let load = stage.tendered("WATERFALL").await;
        stage.server.clock.advance_ms(5 * MIN);
        let ask = json!({ "loadId": load.id, "version": load.version, "status": "ACCEPTED" });
        let answer = stage.carriers[0].post("/api/v1/loads/status", ask).await;
        assert!(matches!(answer.status.as_u16(), 404 | 409 | 422), "{}", answer.body);
        assert_ne!(stage.now(&load).await.status.name(), "ACCEPTED");
        stage.server.stop().await;
    });
}

#[test]
fn of_all_who_take_a_load_at_the_same_moment_exactly_one_gets_it() {
    use OfferState::{Accepted, Taken};
    on_both_engines(async |engine| {
        let stage = Stage::set(engine).await;
        let ops = stage.server.sign_in("ops@blueridge.test").await;
        for _ in 0..6 {
            let load = stage.tendered("BROADCAST").await;
            let by_desk = json!({ "carrierId": stage.server.blue.carriers[0], "version": load.version });
            let answers = join_all([
                stage.carriers[0].accept(&load, json!({})),
                stage.carriers[1].accept(&load, json!({})),
                ops.accept(&load, by_desk.clone()),
                stage.desk.accept(&load, by_desk),
            ])
            .await;
            let winners = answers.iter().filter(|answer| answer.status == 200).count();
            assert_eq!(winners, 1, "{answers:?}");
            for answer in answers.iter().filter(|answer| answer.status != 200) {
                assert!(matches!(answer.status.as_u16(), 409 | 422), "{}", answer.body);
            }
            let states = stage.states(&load).await;
            assert_eq!(states.iter().filter(|state| **state == Accepted).count(), 1, "{states:?}");
            assert_eq!(states.iter().filter(|state| **state == Taken).count(), 1, "{states:?}");
            let row = stage.now(&load).await;
            let place = states.iter().position(|state| *state == Accepted).unwrap();
            assert_eq!(row.carrier.unwrap().id, stage.server.blue.carriers[place]);
            assert_eq!(stage.open().await, [0, 0]);
        }
        stage.server.stop().await;
    });
}

#[test]
fn two_dispatchers_who_tender_the_same_load_send_it_once() {
    on_both_engines(async |engine| {
        let stage = Stage::set(engine).await;
        let load = stage.desk.create_load().await;

        let answers = join_all((0..4).map(|_| stage.try_tender(&load, json!({ "mode": "BROADCAST" })))).await;
        let sent: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(sent.len(), 1);
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!(answer.refused(409, "conflict")["details"]["changedBy"], "dispatch1 of blueridge");
        }
        assert_eq!(stage.open().await, [1, 1]);
        stage.server.stop().await;
    });
}

#[test]
fn what_was_sent_is_withdrawn_and_what_was_ended_by_mistake_is_open_again() {
    use OfferState::{Offered, Pending, Withdrawn};
    on_both_engines(async |engine| {
        let stage = Stage::set(engine).await;
        let undo = async |load: &LoadRow| {
            stage.desk.post("/api/v1/loads/undo", json!({ "loadId": load.id, "version": load.version })).await
        };

        let load = stage.tendered("WATERFALL").await;
        let back = undo(&load).await.row();
        assert_eq!((back.status.name(), back.tender_expires_at), ("PENDING", None));
        assert_eq!(stage.states(&load).await, [Withdrawn, Withdrawn]);
        assert_eq!(rule(&stage.carriers[0].accept(&load, json!({})).await), "tender_withdrawn");

        let load = stage.try_tender(&back, json!({})).await.row();
        let withdrawn = stage.desk.move_to(&load, "PENDING").await;
        assert_eq!(stage.open().await, [0, 0]);
        let again = undo(&withdrawn).await.row();
        assert_eq!((again.status.name(), again.tender_expires_at), ("TENDERED", load.tender_expires_at));
        assert_eq!(stage.states(&load).await, [Offered, Pending]);
        assert_eq!(stage.open().await, [1, 0]);

        let accepted = stage.desk.move_to(&again, "ACCEPTED").await;
        assert_eq!(stage.states(&load).await, [OfferState::Accepted, Withdrawn]);
        undo(&accepted).await.row();
        assert_eq!(stage.states(&load).await, [Offered, Pending]);
        assert_eq!(stage.carriers[0].accept(&load, json!({})).await.row().status.name(), "ACCEPTED");
        stage.server.stop().await;
    });
}

#[test]
fn another_carrier_or_rate_is_another_tender() {
    on_both_engines(async |engine| {
        let stage = Stage::set(engine).await;
        let load = stage.desk.create_load().await;
        let load = stage.desk.assign(&load, &stage.server.blue, 0, Some("TENDERED")).await;
        assert_eq!(stage.open().await, [1, 0]);

        let load = stage.desk.assign(&load, &stage.server.blue, 1, None).await;
        assert_eq!((load.status.name(), stage.open().await), ("TENDERED", [0, 1]));
        let ask = json!({
            "loadId": load.id, "version": load.version, "carrierId": stage.server.blue.carriers[1],
            "carrierRateCents": 199_000,
        });
        stage.desk.post("/api/v1/loads/assign", ask).await.row();
        let offers = stage.carriers[1].offers().await;
        assert_eq!(offers.iter().map(|offer| offer.rate_cents).collect::<Vec<_>>(), [199_000]);
        assert_eq!(rule(&stage.carriers[0].accept(&load, json!({})).await), "tender_withdrawn");
        stage.server.stop().await;
    });
}

#[test]
fn a_tender_that_makes_no_sense_is_refused_and_nothing_is_sent() {
    on_both_engines(async |engine| {
        let stage = Stage::set(engine).await;
        let load = stage.desk.create_load().await;
        let [first, _] = [stage.server.blue.carriers[0], stage.server.blue.carriers[1]];
        for (more, field) in [
            (json!({ "carrierIds": [first, first] }), "carrierIds"),
            (json!({ "carrierIds": [stage.server.prairie.carriers[0]] }), "carrierIds"),
            (json!({ "carrierRateCents": 0 }), "carrierRateCents"),
            (json!({ "carrierRateCents": -1 }), "carrierRateCents"),
            (json!({ "windowMin": 4 }), "windowMin"),
            (json!({ "windowMin": 1_441 }), "windowMin"),
        ] {
            let answer = stage.try_tender(&load, more.clone()).await;
            let fields = &answer.refused(400, "invalid")["details"]["fields"];
            assert!(fields.get(field).is_some(), "{more}: {fields}");
        }
        assert_eq!(rule(&stage.try_tender(&load, json!({ "carrierIds": [] })).await), "carrier_needed");
        assert_eq!(rule(&stage.try_tender(&load, json!({ "carrierRateCents": null })).await), "carrier_rate_needed");
        stage.try_tender(&load, json!({ "mode": "AUCTION" })).await.refused(400, "invalid");
        let ask = json!({ "loadId": load.id, "version": load.version, "carrierIds": [first] });
        stage.carriers[0].post("/api/v1/loads/tender", ask.clone()).await.refused(404, "not_found");
        let reader = stage.server.sign_in("readonly@blueridge.test").await;
        reader.post("/api/v1/loads/tender", ask).await.refused(403, "forbidden");
        assert_eq!(stage.open().await, [0, 0]);

        let load = stage.tendered("WATERFALL").await;
        let foreign = json!({ "driverId": stage.server.blue.drivers[1] });
        assert_eq!(rule(&stage.carriers[0].accept(&load, foreign).await), "driver_of_other_carrier");
        let long = json!({ "loadId": load.id, "reason": "OTHER", "note": "x".repeat(301) });
        stage.carriers[0].post("/api/v1/loads/decline", long).await.refused(400, "invalid");
        stage.carriers[0]
            .post("/api/v1/loads/decline", json!({ "loadId": load.id, "reason": "MOON" }))
            .await
            .refused(400, "invalid");
        let driver = stage.server.sign_in("driver1@blueridge.test").await;
        driver.accept(&load, json!({})).await.refused(403, "forbidden");
        let stranger = stage.server.sign_in("carrier1@prairie.test").await;
        stranger.accept(&load, json!({})).await.refused(404, "not_found");
        assert_eq!(stage.open().await, [1, 0]);
        stage.server.stop().await;
    });
}
