//! Whatever happens to Redis: who reads on the node where something is done hears of it at once, and on every other node
//! soon after Redis is back, with nothing lost, doubled or out of order.
//!
//! PROOF_ROUNDS says how often each fault happens; `make proof-redis` lets it happen 50 times.

use std::time::{Duration, Instant};

use contract::loads::LoadRow;
use serde_json::{Value, json};

use crate::{
    ear::Ear,
    fixture::{Client, TestServer, alone, sized},
    nodes::{done, in_order},
    redis::Redis,
};

/// How long other nodes' events may take once Redis is back.
const BACK: Duration = Duration::from_secs(3);
/// How long an event may take to those on its own node, in nine of ten cases: a third of them or more happen while Redis is
/// away, and every wait for it would be longer than a second. The tenth is left to a busy machine.
const LOCAL: Duration = Duration::from_millis(250);
/// How much is done in each phase of a round.
const WRITES: usize = 6;

fn rounds() -> usize {
    sized("PROOF_ROUNDS", 3)
}

/// Two nodes, and people who work and listen on each.
struct Scene {
    nodes: [TestServer; 2],
    people: [Client; 2],
    ears: [Ear; 2],
    map: Ear,
    driver: Client,
    load: LoadRow,
    lat: f64,
    /// How long it took until each event was heard on its own node.
    took: Vec<Duration>,
}

impl Scene {
    /// Each node has its own way to Redis.
    async fn set(ways: [&str; 2]) -> Self {
        let nodes = TestServer::start_pair_by(ways).await;
        let [a, b] = &nodes;
        let people = [a.dispatcher().await, b.sign_in("dispatch2@blueridge.test").await];
        let ears = [Ear::open(&people[0], "/events").await, Ear::open(&people[1], "/events").await];
        let load = a.dispatched_load().await;
        let map = Ear::open(&people[1], "/tracking").await;
        map.ask("join:load", json!({ "loadId": load.id })).await;
        let driver = a.sign_in("driver1@blueridge.test").await;
        Self { nodes, people, ears, map, driver, load, lat: 30.0, took: Vec::new() }
    }

    /// People on the first so many nodes enter loads; each is heard of on its own node at once. A truck moves as well.
    /// Gives the last load of each.
    async fn work(&mut self, nodes: usize) -> Vec<Value> {
        let mut last = vec![Value::Null; nodes];
        for _ in 0..WRITES {
            for (node, last) in last.iter_mut().enumerate() {
                let load = json!(self.people[node].create_load().await.id);
                let since = Instant::now();
                self.ears[node].hears("load:created", |told| told["data"]["loadId"] == load).await;
                self.took.push(since.elapsed());
                *last = load;
            }
        }
        // A few feet, so that it is believed however soon.
        self.lat += 0.000_01;
        let fix =
            json!({ "loadId": self.load.id, "lat": self.lat, "lng": -94.6, "recordedAt": self.nodes[0].clock.now() });
        let answer = self.driver.post("/api/v1/positions", json!({ "positions": [fix] })).await;
        assert_eq!(answer.data()["accepted"], 1, "{answer:?}");
        last
    }

    /// Everybody hears of what was done last on the other node.
    async fn converge(&mut self, last: &[Value]) {
        for (load, ear) in last.iter().zip(self.ears.iter_mut().rev()) {
            ear.hears("load:created", |told| told["data"]["loadId"] == *load).await;
        }
        let lat = self.lat;
        self.map.hears("load:location:updated", |told| is_near(told, lat)).await;
    }

    async fn end(mut self) {
        for ear in &mut self.ears {
            ear.listen().await;
            in_order(ear);
        }
        let [a, b] = [done(&self.ears[0]), done(&self.ears[1])];
        assert_eq!(a, b, "both nodes told the same");
        self.map.listen().await;
        let lats = self.map.heard.iter().filter(|told| told.event == "load:location:updated");
        let lats: Vec<f64> = lats.filter_map(|told| told.data["data"]["location"]["lat"].as_f64()).collect();
        assert!(lats.is_sorted_by(|before, after| before < after), "a truck went back or was told twice: {lats:?}");
        self.took.sort_unstable();
        let at = |part: f64| self.took[((self.took.len() - 1) as f64 * part) as usize];
        let (half, nine, all) = (at(0.5), at(0.9), at(1.0));
        eprintln!(
            "{} events in order on both nodes; on its own node half were heard within {half:?}, nine of ten within {nine:?}, \
             all within {all:?}",
            a.len()
        );
        assert!(nine < LOCAL, "{nine:?}");
        for node in self.nodes {
            node.stop().await;
        }
    }
}

fn is_near(told: &Value, lat: f64) -> bool {
    told["data"]["location"]["lat"].as_f64().is_some_and(|told| (told - lat).abs() < 0.000_001)
}

/// Lets a fault happen and pass, many times.
async fn weather(redis: &mut Redis, ways: [&str; 2], strike: impl AsyncFn(&mut Redis), pass: impl AsyncFn(&mut Redis)) {
    let mut scene = Scene::set(ways).await;
    let mut longest = Duration::ZERO;
    for round in 0..rounds() {
        let last = scene.work(2).await;
        scene.converge(&last).await;

        strike(redis).await;
        let (struck, lasts) = (Instant::now(), Duration::from_secs(round as u64 % 3));
        // Where nobody works, nothing but the node itself notices that something is missing.
        let nodes = 1 + round % 2;
        let mut last = scene.work(nodes).await;
        while struck.elapsed() < lasts {
            last = scene.work(nodes).await;
        }
        pass(redis).await;
        let since = Instant::now();
        scene.converge(&last).await;
        longest = longest.max(since.elapsed());

        let last = scene.work(2).await;
        scene.converge(&last).await;
    }
    eprintln!("after {} rounds: at most {longest:?} from Redis' return to convergence", rounds());
    assert!(longest < BACK, "{longest:?}");
    scene.end().await;
}

#[test]
fn a_redis_that_stops_and_starts_again_costs_nothing() {
    alone(async {
        let mut redis = Redis::start().await;
        let url = redis.url();
        weather(&mut redis, [&url, &url], async |redis| redis.stop(), async |redis| redis.restart().await).await;
    });
}

#[test]
fn killed_connections_to_redis_cost_nothing() {
    alone(async {
        let mut redis = Redis::start().await;
        let url = redis.url();
        weather(&mut redis, [&url, &url], async |redis| redis.kill_clients().await, async |_| {}).await;
    });
}

#[test]
fn a_redis_that_hangs_costs_nothing() {
    alone(async {
        let mut redis = Redis::start().await;
        let url = redis.url();
        weather(&mut redis, [&url, &url], async |redis| redis.pause(), async |redis| redis.resume()).await;
    });
}

#[test]
fn a_dead_line_to_redis_costs_nothing() {
    alone(async {
        let mut redis = Redis::start().await;
        let line = redis.line().await;
        let url = line.url();
        weather(&mut redis, [&url, &url], async |_| line.cut(), async |_| line.mend()).await;
    });
}

#[test]
fn a_node_that_alone_lost_its_line_to_redis_misses_nothing() {
    alone(async {
        let mut redis = Redis::start().await;
        let (line, direct) = (redis.line().await, redis.url());
        let cut_off = line.url();
        weather(&mut redis, [&direct, &cut_off], async |_| line.cut(), async |_| line.mend()).await;
    });
}

#[test]
fn while_redis_is_away_for_long_events_come_from_the_journal() {
    alone(async {
        let mut redis = Redis::start().await;
        let url = redis.url();
        let mut scene = Scene::set([&url, &url]).await;
        redis.stop();
        for round in 0..rounds() {
            let last = scene.work(1 + round % 2).await;
            let since = Instant::now();
            scene.converge(&last).await;
            assert!(since.elapsed() < BACK, "{:?}", since.elapsed());
        }
        // The node is ready for work all the while.
        let ready = reqwest::get(format!("{}/health/ready", scene.nodes[1].base)).await.unwrap();
        assert_eq!(ready.status(), 200);
        scene.end().await;
    });
}
