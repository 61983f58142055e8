//! A desk at work: random, lawful changes through the public interface, each of them noted once it is acknowledged.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use crate::fixture::{Client, Company, new_load};

/// How many loads one worker has in hand.
const IN_HAND: usize = 6;

/// A load that a worker has in hand, as it was last acknowledged.
#[derive(Clone, Debug)]
pub struct InHand {
    pub id: String,
    pub version: i64,
    pub status: String,
    which: usize,
}

/// One person at a desk who works on loads of their own.
pub struct Worker {
    /// The way in; exchanged when the server is another one.
    pub client: Client,
    company: Company,
    rng: StdRng,
    in_hand: Vec<InHand>,
    /// Every load that was ever in hand, as it was last acknowledged.
    pub acknowledged: BTreeMap<String, InHand>,
    /// How many changes were acknowledged.
    pub changes: usize,
}

impl Worker {
    pub fn new(client: Client, company: Company, seed: u64) -> Self {
        let rng = StdRng::seed_from_u64(seed);
        Self { client, company, rng, in_hand: Vec::new(), acknowledged: BTreeMap::new(), changes: 0 }
    }

    /// Makes one change; gives false when no answer came, and then nobody knows what became of it.
    pub async fn change(&mut self) -> bool {
        if self.in_hand.len() < IN_HAND {
            let Some(row) = self.post("loads", new_load()).await else { return false };
            self.note(None, &row, 0);
            return true;
        }
        let at = self.rng.random_range(0..self.in_hand.len());
        let load = self.in_hand[at].clone();
        let which = self.rng.random_range(0..2);
        let naming = json!({ "loadId": load.id, "version": load.version });
        let with = |more: Value| {
            let mut all = naming.clone();
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            all
        };
        let assigned = |to: &str| {
            let (carrier, driver) = (self.company.carriers[which], self.company.drivers[which]);
            let mut ask = with(json!({ "carrierId": carrier, "driverId": driver, "carrierRateCents": 185_000 }));
            if !to.is_empty() {
                ask["status"] = json!(to);
            }
            ("loads/assign", ask)
        };
        let moved = |to: &str| ("loads/status", with(json!({ "status": to, "confirmed": true })));
        let dice = self.rng.random_range(0..10);
        let (path, ask) = match (load.status.as_str(), dice) {
            ("PLANNING", _) => moved("PENDING"),
            ("PENDING", _) => assigned("ACCEPTED"),
            ("ACCEPTED", 0) => ("loads/cancel", with(json!({ "reason": "The customer called it off" }))),
            ("ACCEPTED" | "DISPATCHED", 1..4) if which != load.which => assigned(""),
            // Without its papers, as only a manager may.
            ("ACCEPTED", _) => {
                let reason = "The papers follow";
                ("loads/status", with(json!({ "status": "DISPATCHED", "confirmed": true, "reason": reason })))
            }
            ("DISPATCHED", 4) => ("loads/undo", naming.clone()),
            ("DISPATCHED", _) => moved("AT_PICKUP"),
            ("AT_PICKUP", _) => moved("PICKED_UP"),
            ("PICKED_UP", _) => moved("IN_TRANSIT"),
            ("IN_TRANSIT", _) => moved("DELIVERED"),
            (other, _) => unreachable!("nothing in hand is {other}"),
        };
        let Some(row) = self.post(path, ask).await else { return false };
        if row.is_null() {
            // Nothing was changed, and the load goes on another way.
            return true;
        }
        let which = if path == "loads/assign" { which } else { load.which };
        self.note(Some(at), &row, which);
        true
    }

    /// Looks up what became of what nobody answered.
    pub async fn look_again(&mut self) -> bool {
        for at in 0..self.in_hand.len() {
            let path = format!("/api/v1/loads/one?id={}", self.in_hand[at].id);
            let Some(answer) = self.client.try_get(&path).await else { return false };
            assert!(answer.status != 404, "{} was acknowledged, and is not there", self.in_hand[at].id);
            let Some(row) = answer.body["data"].get("load") else { return false };
            let load = &mut self.in_hand[at];
            let version = row["version"].as_i64().unwrap();
            assert!(
                version >= load.version,
                "version {} of {} was acknowledged, {version} is there",
                load.version,
                load.id
            );
            load.version = version;
            row["status"].as_str().unwrap().clone_into(&mut load.status);
        }
        self.in_hand.retain(|load| !matches!(load.status.as_str(), "DELIVERED" | "CANCELLED"));
        true
    }

    async fn post(&self, path: &str, body: Value) -> Option<Value> {
        let answer = self.client.try_post(&format!("/api/v1/{path}"), body).await?;
        // What was taken back once can't be taken back again, and a load says nothing of that.
        let rule = &answer.body["error"]["details"]["rule"];
        let is_undone = rule == "nothing_to_undo" || rule == "undo_too_late";
        assert!(answer.status.is_success() || answer.status.is_server_error() || is_undone, "{path}: {}", answer.body);
        if is_undone {
            return Some(Value::Null);
        }
        answer.status.is_success().then(|| answer.body["data"].clone())
    }

    fn note(&mut self, at: Option<usize>, row: &Value, which: usize) {
        let load = InHand {
            id: row["id"].as_str().unwrap().to_owned(),
            version: row["version"].as_i64().unwrap(),
            status: row["status"].as_str().unwrap().to_owned(),
            which,
        };
        self.changes += 1;
        self.acknowledged.insert(load.id.clone(), load.clone());
        let is_over = matches!(load.status.as_str(), "DELIVERED" | "CANCELLED");
        match at {
            Some(at) if is_over => drop(self.in_hand.swap_remove(at)),
            Some(at) => self.in_hand[at] = load,
            None => self.in_hand.push(load),
        }
    }
}
