//! One sample of every event, as it travels: a program that was written against it goes on reading it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

const LOAD: &str = "00000000-0000-7000-8000-000000000001";
const CARRIER: &str = "00000000-0000-7000-8000-000000000002";
const DRIVER: &str = "00000000-0000-7000-8000-000000000003";
const STOP: &str = "00000000-0000-7000-8000-000000000004";
const USER: &str = "00000000-0000-7000-8000-000000000005";
const OTHER: &str = "00000000-0000-7000-8000-000000000006";
const AT: &str = "2026-11-26T08:00:00.000Z";
const LATER: &str = "2026-11-26T12:30:00.000Z";

fn appointment() -> Value {
    json!({ "start": AT, "end": LATER, "zone": "America/Chicago", "offsetMin": -360, "zoneShort": "CT" })
}

fn row() -> Value {
    json!({
        "id": LOAD, "loadNumber": "LD-202611-00001", "version": 3, "status": "DISPATCHED", "statusChangedAt": AT,
        "updatedAt": AT, "customerName": "Summit Foods", "equipment": "REEFER", "isHot": false,
        "carrier": { "id": CARRIER, "name": "Ridgeline" }, "driver": { "id": DRIVER, "name": "Sam" },
        "dispatcher": { "id": USER, "name": "Pat" }, "stopCount": 2,
        "origin": { "city": "Kansas City", "state": "MO" }, "destination": { "city": "Denver", "state": "CO" },
        "originPoint": { "lat": 39.1, "lng": -94.6 }, "destinationPoint": { "lat": 39.7, "lng": -105.0 },
        "pickup": appointment(), "delivery": appointment(), "miles": 605.5,
        "currentLocation": { "lat": 39.2, "lng": -95.0, "heading": 270.0, "speed": 61.0, "at": AT, "source": "DRIVER" },
        "eta": LATER,
    })
}

/// What was pinned: names, and each sample for what is asked of all of them.
#[derive(Default)]
struct Pinned(Vec<(&'static str, Value)>);

impl Pinned {
    /// The event's JSON is exactly this, both ways, and it is told there.
    fn pin<E: Event>(&mut self, name: &str, namespaces: &[Namespace], sample: Value) {
        assert_eq!((E::NAME, E::NAMESPACES), (name, namespaces));
        let event: E = serde_json::from_value(sample.clone()).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!(serde_json::to_value(&event).expect("json"), sample, "{name}");
        self.0.push((E::NAME, sample));
    }

    fn all() -> Self {
        use Namespace::{Dispatch, Events, Notifications, Tracking};
        let mut pinned = Self::default();
        let of = |more: Value| {
            let mut sample = json!({ "loadId": LOAD, "loadNumber": "LD-202611-00001" });
            let (Value::Object(all), Value::Object(more)) = (&mut sample, more) else { panic!("objects") };
            all.extend(more);
            sample
        };
        let board = &[Events, Dispatch];
        pinned.pin::<LoadCreated>("load:created", board, of(json!({ "status": "PENDING", "load": row() })));
        pinned.pin::<LoadUpdated>(
            "load:updated",
            board,
            of(json!({ "changedFields": ["isHot"], "updatedBy": "Pat", "load": row() })),
        );
        pinned.pin::<LoadStatusChanged>(
            "load:status:changed",
            board,
            of(json!({ "previousStatus": "ACCEPTED", "newStatus": "DISPATCHED", "updatedBy": "Pat", "load": row() })),
        );
        let to = json!({
            "carrierId": CARRIER, "carrierName": "Ridgeline", "driverId": DRIVER, "driverName": "Sam",
            "updatedBy": "Pat", "load": row(),
        });
        pinned.pin::<LoadAssigned>("load:assigned", board, of(to.clone()));
        pinned.pin::<LoadDispatched>("load:dispatched", board, of(to));
        pinned.pin::<LoadDelivered>("load:delivered", board, of(json!({ "deliveredAt": AT, "load": row() })));
        pinned.pin::<LoadEtaUpdated>(
            "load:eta:updated",
            &[Events, Dispatch, Tracking],
            of(json!({ "previousEta": AT, "newEta": LATER })),
        );
        let road = &[Events, Tracking];
        pinned.pin::<StopArrived>(
            "stop:arrived",
            road,
            of(json!({ "stopId": STOP, "stopType": "PICKUP", "arrivedAt": AT })),
        );
        pinned.pin::<StopDeparted>(
            "stop:departed",
            road,
            of(json!({ "stopId": STOP, "stopType": "DELIVERY", "departedAt": AT })),
        );
        pinned.pin::<TenderUpdated>(
            "tender:updated",
            &[Events],
            of(json!({
                "carrierId": CARRIER, "carrierName": "Ridgeline", "state": "OFFERED", "expiresAt": LATER,
                "updatedBy": "Pat",
            })),
        );
        pinned.pin::<CarrierLoadAssigned>(
            "carrier:load:assigned",
            &[Events],
            of(json!({ "carrierId": CARRIER, "load": row() })),
        );
        pinned.pin::<CarrierLoadWithdrawn>("carrier:load:withdrawn", &[Events], of(json!({ "carrierId": CARRIER })));
        pinned.further();
        pinned.pin::<LoadLocationUpdated>(
            "load:location:updated",
            &[Tracking, Events],
            of(json!({
                "location": { "lat": 39.1, "lng": -94.6 }, "eta": LATER, "speed": 61.0, "heading": 270.0,
                "recordedAt": AT, "source": "ELD",
            })),
        );
        pinned.pin::<FleetPositions>(
            "fleet:positions",
            &[Tracking],
            // Bytes, which JSON has not: `tracking::frame` pins what they are.
            json!({ "positions": [1, 0, 0, 0, 0] }),
        );
        pinned.pin::<PresenceUpdated>(
            "presence:updated",
            &[Dispatch],
            json!({ "userId": USER, "userName": "Pat", "loadId": LOAD, "mode": "editing" }),
        );
        pinned.pin::<PresenceLeft>("presence:left", &[Dispatch], json!({ "userId": USER }));
        let notices = &[Events, Notifications];
        pinned.pin::<CarrierComplianceAlert>(
            "carrier:compliance:alert",
            notices,
            json!({
                "carrierId": CARRIER, "carrierName": "Ridgeline", "requirement": "AUTO_LIABILITY",
                "status": "EXPIRING_SOON", "expiresAt": LATER,
            }),
        );
        pinned.pin::<NotificationNew>(
            "notification:new",
            notices,
            json!({
                "id": OTHER, "type": "warning", "title": "Late", "message": "Two hours behind",
                "link": "/loads/1", "userId": USER, "topic": "load_late", "severity": "warning",
                "name": "LD-202611-00001", "by": "Pat", "count": 2, "unread": 7, "loud": true,
            }),
        );
        pinned.pin::<NotificationRead>(
            "notification:read",
            notices,
            json!({ "ids": [OTHER], "readAt": AT, "unread": 6 }),
        );
        pinned.pin::<SystemMaintenance>(
            "system:maintenance",
            notices,
            json!({ "message": "A new version comes", "startsAt": AT, "endsAt": LATER }),
        );
        pinned.pin::<SystemAnnouncement>(
            "system:announcement",
            notices,
            json!({ "type": "info", "title": "Storm", "message": "Interstate 70 is closed" }),
        );
        pinned
    }

    fn further(&mut self) {
        use Namespace::{Events, Tracking};
        self.pin::<CheckCallReceived>(
            "checkcall:received",
            &[Events, Tracking],
            json!({
                "loadId": LOAD, "loadNumber": "LD-202611-00001", "checkCallId": OTHER, "type": "DELAY",
                "location": "Salina, KS", "notes": "Snow", "eta": LATER, "source": "MANUAL",
                "method": "PHONE", "receivedBy": "Pat", "calledAt": AT, "isBackdated": false, "receivedAt": AT,
            }),
        );
        self.pin::<CheckCallUpdated>(
            "checkcall:updated",
            &[Events],
            json!({
                "loadId": LOAD, "loadNumber": "LD-202611-00001", "checkCallId": OTHER, "notes": "Snow, slow",
                "updatedBy": "Pat",
            }),
        );
        self.pin::<CheckCallRemoved>(
            "checkcall:removed",
            &[Events],
            json!({ "loadId": LOAD, "loadNumber": "LD-202611-00001", "checkCallId": OTHER }),
        );
        self.pin::<CheckCallDue>(
            "checkcall:due",
            &[Events],
            json!({
                "loadId": LOAD, "loadNumber": "LD-202611-00001", "dueAt": LATER, "lastReceivedAt": AT,
                "reason": "interval", "overdueHours": 2,
            }),
        );
        self.pin::<CarrierCreated>(
            "carrier:created",
            &[Events],
            json!({ "carrierId": CARRIER, "carrierName": "Ridgeline", "mcNumber": "100001" }),
        );
        self.pin::<CarrierUpdated>(
            "carrier:updated",
            &[Events],
            json!({
                "carrierId": CARRIER, "carrierName": "Ridgeline", "changedFields": ["equipment"], "updatedBy": "Pat",
            }),
        );
        self.pin::<MessageNew>(
            "message:new",
            &[Events],
            json!({
                "messageId": OTHER, "loadId": LOAD, "loadNumber": "LD-202611-00001", "senderId": USER,
                "senderName": "Pat", "text": "Call me at the gate", "audience": "everyone", "mentions": [OTHER],
                "sentAt": AT,
            }),
        );
        self.pin::<MessageRead>(
            "message:read",
            &[Events],
            json!({ "loadId": LOAD, "messageId": OTHER, "readerId": USER, "readerName": "Pat", "readAt": AT }),
        );
        self.pin::<KpiUpdated>(
            "kpi:updated",
            &[Events],
            json!({ "activeLoads": 40, "dispatchedToday": 7, "deliveredToday": 5, "onTimePercent": 93.5 }),
        );
    }
}

#[test]
fn every_event_of_the_catalogue_keeps_its_name_its_namespaces_and_its_shape() {
    let pinned: BTreeSet<_> = Pinned::all().0.into_iter().map(|(name, _)| name).collect();
    let known: BTreeSet<_> = catalogue().map(|kind| kind.name).collect();
    assert_eq!(pinned, known, "an event without a sample, or a sample without an event");
}

/// The words of a field's name.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in key.chars() {
        if letter.is_uppercase() || letter == '_' {
            words.push(String::new());
        }
        words.last_mut().expect("at least one").extend(letter.to_lowercase());
    }
    words
}

fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                found.insert(key.clone());
                keys(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
        _ => {}
    }
}

#[test]
fn no_event_tells_of_money() {
    const MONEY: [&str; 10] = ["cents", "rate", "price", "cost", "margin", "amount", "revenue", "pay", "charge", "usd"];
    for (name, sample) in Pinned::all().0 {
        let mut found = BTreeSet::new();
        keys(&sample, &mut found);
        for key in found {
            assert!(!words(&key).iter().any(|word| MONEY.contains(&word.as_str())), "{name} has {key}");
        }
    }
}

#[test]
fn an_envelope_keeps_its_shape_with_and_without_a_place() {
    let bare = json!({
        "event": "presence:left", "data": { "userId": USER }, "timestamp": AT, "tenantId": CARRIER, "id": OTHER,
    });
    let mut placed = bare.clone();
    placed["stream"] = json!("tenant:1");
    placed["seq"] = json!(7);
    placed["epoch"] = json!("7f3a");
    for sample in [bare, placed] {
        let envelope: Envelope<PresenceLeft> = serde_json::from_value(sample.clone()).expect("an envelope");
        assert_eq!(envelope.place.is_some(), sample["seq"].is_u64());
        assert_eq!(serde_json::to_value(&envelope).expect("json"), sample);
    }
}
