//! Signing in, and putting trucks on the road: through the public interface, the same for every stack.

use anyhow::{Context, bail};
use contract::accounts::DEMO_PASSWORD;
use futures_util::{StreamExt, TryStreamExt, stream};
use headhaul::clock::Clock;
use reqwest::Client;
use serde_json::{Value, json};

/// How many calls are under way at once.
const AT_ONCE: usize = 8;

/// Somebody who is signed in to a server.
#[derive(Clone)]
pub struct Caller {
    http: Client,
    base: String,
    /// For sockets.
    pub token: String,
}

impl Caller {
    /// Signs a demo account of Blue Ridge in.
    pub async fn sign_in(base: &str, who: &str) -> anyhow::Result<Self> {
        let mut caller = Self { http: Client::new(), base: base.to_owned(), token: String::new() };
        let email = format!("{who}@blueridge.demo");
        let data = caller.post("auth/login", &json!({ "email": email, "password": DEMO_PASSWORD })).await?;
        data["accessToken"].as_str().context("a token")?.clone_into(&mut caller.token);
        Ok(caller)
    }

    /// Changes something; what comes back is taken out of its wrapping.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let call = self.http.post(format!("{}/api/v1/{path}", self.base)).bearer_auth(&self.token).json(body);
        Self::read(call.send().await?).await
    }

    /// Asks for something.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let call = self.http.get(format!("{}/api/v1/{path}", self.base)).bearer_auth(&self.token);
        Self::read(call.send().await?).await
    }

    async fn read(answer: reqwest::Response) -> anyhow::Result<Value> {
        let status = answer.status();
        let mut body: Value = answer.json().await?;
        if !status.is_success() {
            bail!("{status}: {body}");
        }
        Ok(body["data"].take())
    }
}

/// Makes so many loads that the first carrier's first driver drives; gives their ids.
pub async fn fill(base: &str, trucks: usize) -> anyhow::Result<Vec<String>> {
    let ops = Caller::sign_in(base, "ops").await?;
    let driver = Caller::sign_in(base, "driver1").await?.get("auth/me").await?;
    let driver = driver.get("user").unwrap_or(&driver).clone();
    stream::iter(0..trucks).map(|_| on_the_road(&ops, &driver)).buffered(AT_ONCE).try_collect().await
}

async fn on_the_road(ops: &Caller, driver: &Value) -> anyhow::Result<String> {
    let stop = |kind: &str, city: &str, state: &str, days: i64| {
        let opens = Clock::default().now().plus_minutes(days * 24 * 60);
        json!({
            "kind": kind, "facility": "Dock 4", "city": city, "state": state,
            "windowStart": opens, "windowEnd": opens.plus_minutes(4 * 60),
        })
    };
    let new = json!({
        "customerName": "Summit Foods", "equipment": "DRY_VAN",
        "stops": [stop("PICKUP", "Kansas City", "MO", 1), stop("DELIVERY", "Denver", "CO", 2)],
    });
    let load = ops.post("loads", &new).await?;
    let assigned = json!({
        "loadId": load["id"], "version": load["version"], "carrierId": driver["carrierId"],
        "driverId": driver["driverId"], "carrierRateCents": 185_000, "status": "ACCEPTED",
    });
    let load = ops.post("loads/assign", &assigned).await?;
    let sent = json!({ "loadId": load["id"], "version": load["version"], "status": "DISPATCHED" });
    let load = ops.post("loads/status", &sent).await?;
    Ok(load["id"].as_str().context("an id")?.to_owned())
}

/// Where a truck is in its nth report: everybody drives north-east at some sixty miles an hour, each on a parallel.
pub fn report(load: &str, truck: usize, round: usize) -> Value {
    json!({ "loadId": load, "lat": lat(truck, round), "lng": -94.6, "speed": 61.5, "heading": 45.0 })
}

/// The latitude of that, different for each truck and round as far as the fifth decimal.
pub fn lat(truck: usize, round: usize) -> f64 {
    let hundred_thousandths = 3_500_000 + truck as i64 * 400 + round as i64 * 13;
    hundred_thousandths as f64 / 100_000.0
}
