//! No silent loss: many readers of every audience, each of them cut again and again, and at the end every one shows what
//! the database holds, having taken in each event once and in order. `scripts/proof.sh loss` runs it at full size, and the
//! same script against the standard's own stack beside it.

use std::{collections::BTreeMap, time::Duration};

use contract::{CarrierId, DriverId, TenantId, event::Cursor};
use futures_util::future::join_all;
use headhaul::clock::new_id;
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::Value;
use tokio::{
    process::Command,
    sync::watch,
    time::{MissedTickBehavior, interval, sleep, timeout},
};

use crate::{
    bustle::Worker,
    cable::Cable,
    fixture::{Client, Company, Engine, alone, on_both_engines, sized},
    nodes::redis,
    process::{Ground, Process},
    reader::{Reader, Speech, Tally, hash_of, shown},
};

/// Everybody who reads: staff with and without the right to change, a carrier's people and its drivers, of two companies.
const AUDIENCES: [&str; 12] = [
    "dispatch1@blueridge.test",
    "dispatch1@prairie.test",
    "readonly@blueridge.test",
    "readonly@prairie.test",
    "carrier1@blueridge.test",
    "carrier1@prairie.test",
    "driver1@blueridge.test",
    "driver1@prairie.test",
    "carrier2@blueridge.test",
    "carrier2@prairie.test",
    "driver2@blueridge.test",
    "driver2@prairie.test",
];

/// Longer than catching up takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Without cursors: how long nothing must come until it is believed that nothing more will.
const QUIET: Duration = Duration::from_secs(8);

/// The shortest time that a reader is cut off, in milliseconds.
const SHORTEST_CUT_MS: u64 = 200;

/// How much is done.
#[derive(Clone, Copy)]
struct Size {
    readers: usize,
    changes: usize,
    seconds: u64,
    longest_cut_ms: u64,
}

impl Size {
    fn chosen() -> Self {
        Self {
            readers: sized("PROOF_READERS", 60),
            changes: sized("PROOF_CHANGES", 160),
            seconds: sized("PROOF_SECONDS", 5),
            longest_cut_ms: sized("PROOF_LONGEST_CUT_MS", 1_500),
        }
    }
}

/// What came of it.
struct Outcome {
    tally: Tally,
    /// How many events there were to be told, over all readers.
    due: u64,
    cuts: u64,
    changes: usize,
    /// How many readers show something else than the database holds.
    wrong: usize,
}

impl Outcome {
    fn print(&self, name: &str, readers: usize) {
        let Tally { applied, lost, doubled, disordered, connections, refused, asked, afresh } = self.tally;
        println!(
            "{name}: {readers} readers, {} cuts, {} changes; {} events due, {applied} told, {lost} lost, {doubled} doubled, \
             {disordered} out of order, {} readers wrong at the end; {connections} connections, {asked} asked for what they \
             missed, {afresh} loaded afresh, {refused} refused",
            self.cuts, self.changes, self.due, self.wrong
        );
    }
}

/// Runs the script against one or two nodes of a stack.
async fn run(size: Size, speech: Speech, nodes: &[&Process], companies: &[(&'static str, Company); 2]) -> Outcome {
    let mut clients = Vec::new();
    for who in AUDIENCES {
        clients.push(Client::sign_in(&nodes[0].base, who).await);
    }
    let mut readers = Vec::new();
    let mut cables = Vec::new();
    for n in 0..size.readers {
        let node = nodes[n % nodes.len()];
        let mut client = clients[n / nodes.len() % clients.len()].clone();
        client.base.clone_from(&node.base);
        let cable = Cable::lay(node.address().parse().unwrap());
        readers.push(Reader::start(client, cable.base.clone(), speech));
        cables.push(cable);
    }
    timeout(PATIENCE, join_all(readers.iter_mut().map(Reader::begins))).await.expect("all have begun");
    let begun: Vec<Cursor> = readers.iter().map(|reader| reader.place.borrow().clone()).collect();

    let (busy, over) = watch::channel(());
    let cutters = cables.into_iter().enumerate().map(|(n, cable)| {
        let mut over = over.clone();
        tokio::spawn(async move {
            let mut rng = StdRng::seed_from_u64(n as u64);
            let mut cuts = 0;
            loop {
                let whole = rng.random_range(0..2 * size.longest_cut_ms);
                tokio::select! {
                    () = sleep(Duration::from_millis(whole)) => {}
                    _ = over.changed() => return (cuts, cable),
                }
                // Half of them in silence: the server believes that the reader is still there.
                cable.cut(rng.random());
                cuts += 1;
                sleep(Duration::from_millis(rng.random_range(SHORTEST_CUT_MS..=size.longest_cut_ms))).await;
                cable.mend();
            }
        })
    });
    let cutters: Vec<_> = cutters.collect();

    let each = size.changes / 4;
    let workers = (0..4_usize).map(|n| {
        let (slug, company) = &companies[n % 2];
        let (slug, company, node) = (*slug, company.clone(), nodes[n / 2 % nodes.len()].base.clone());
        tokio::spawn(async move {
            let client = Client::sign_in(&node, &format!("ops@{slug}.test")).await;
            let mut worker = Worker::new(client, company, n as u64);
            let mut pace = interval(Duration::from_millis(size.seconds * 1_000 / each as u64));
            pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
            while worker.changes < each {
                pace.tick().await;
                assert!(worker.change().await, "the server answers");
            }
            worker.changes
        })
    });
    let changes: usize = join_all(workers.collect::<Vec<_>>()).await.into_iter().map(Result::unwrap).sum();
    drop(busy);
    let (cuts, _cables): (Vec<u64>, Vec<Cable>) = join_all(cutters).await.into_iter().map(Result::unwrap).unzip();

    let mut lists: BTreeMap<String, Value> = BTreeMap::new();
    for client in &clients {
        let list = client.get("/api/v1/loads?size=1000").await;
        list.data();
        lists.insert(client.token.clone(), list.body);
    }
    let mut outcome = Outcome { tally: Tally::default(), due: 0, cuts: cuts.iter().sum(), changes, wrong: 0 };
    if speech != Speech::Cursors {
        // Nothing tells a reader when all has come that will come.
        let told = || readers.iter().map(|reader| reader.page.lock().unwrap().tally.applied).sum::<u64>();
        let mut before = u64::MAX;
        while std::mem::replace(&mut before, told()) != before {
            sleep(QUIET).await;
        }
    }
    for (reader, begun) in readers.iter_mut().zip(&begun) {
        let list = &lists[&reader.client.token];
        if speech == Speech::Cursors {
            let head: Cursor = serde_json::from_value(list["cursor"].clone()).unwrap();
            timeout(PATIENCE, reader.reads_up_to(&head)).await.expect("it catches up");
            outcome.due += head.0.iter().map(|(stream, mark)| mark.seq - begun.0[stream].seq).sum::<u64>();
        }
        let page = reader.page.lock().unwrap();
        outcome.tally += page.tally;
        if speech != Speech::Cursors {
            let due = page.begins..list["next"].as_u64().unwrap();
            outcome.due += due.clone().count() as u64;
            let is_lost = |number: &u64| !page.numbers.contains(number) && !page.listed.contains(number);
            outcome.tally.lost += due.filter(is_lost).count() as u64;
        }
        outcome.wrong += usize::from(hash_of(&page.rows) != hash_of(&shown(speech, list)));
    }
    outcome
}

#[test]
fn whoever_is_cut_off_again_and_again_misses_nothing_and_hears_nothing_twice() {
    on_both_engines(async |engine| {
        let size = Size::chosen();
        let ground = Ground::prepare(engine).await;
        let mut more = vec!["--sockets-per-user", "100000", "--ping-interval-ms", "2000", "--ping-timeout-ms", "2000"];
        let shared = matches!(engine, Engine::Postgres).then(|| (redis(), new_id().to_string()));
        let mut nodes = Vec::new();
        if let Some((redis, channel)) = &shared {
            more.extend(["--redis-url", redis, "--redis-channel", channel]);
            nodes.push(ground.node("127.0.0.1:0", &more));
        }
        nodes.push(ground.node("127.0.0.1:0", &more));
        let companies = [("blueridge", ground.blue.clone()), ("prairie", ground.prairie.clone())];

        let outcome = run(size, Speech::Cursors, &nodes.iter().collect::<Vec<_>>(), &companies).await;

        outcome.print(&format!("Headhaul, {} nodes on {engine:?}", nodes.len()), size.readers);
        assert_eq!((outcome.tally.lost, outcome.tally.doubled, outcome.tally.disordered), (0, 0, 0));
        assert_eq!(outcome.wrong, 0, "readers show something else than the database holds");
        assert!(outcome.cuts as usize >= size.readers / 2 && outcome.due > 0);
    });
}

/// A node of the standard's own stack.
fn peer(more: &[&str]) -> Process {
    let mut command = std::process::Command::new("node");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/end2end/peer/loss.mjs")).args(more);
    Process::run(command)
}

#[test]
#[ignore = "the peer's packages are installed by scripts/proof.sh alone, which runs this"]
fn the_same_script_against_the_standards_own_stack() {
    alone(async {
        let size = Size::chosen();
        // The peer knows neither carriers nor drivers, so any will do.
        let nobody = || Company {
            tenant: TenantId::new(new_id()),
            carriers: vec![CarrierId::new(new_id()), CarrierId::new(new_id())],
            drivers: vec![DriverId::new(new_id()), DriverId::new(new_id())],
        };
        let companies = [("blueridge", nobody()), ("prairie", nobody())];
        let redis = redis();
        let redis = redis.split('?').next().unwrap();
        Command::new("redis-cli").args(["-u", redis, "flushall"]).output().await.unwrap();

        let nodes = [peer(&["--redis", redis]), peer(&["--redis", redis])];
        let plain = run(size, Speech::Numbers, &nodes.iter().collect::<Vec<_>>(), &companies).await;
        plain.print("socket.io with its Redis adapter, 2 nodes", size.readers);

        let node = peer(&["--recovery"]);
        let recovering = run(size, Speech::Recovery, &[&node], &companies).await;
        recovering.print("socket.io with connection state recovery, 1 node", size.readers);
    });
}
