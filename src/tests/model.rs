//! Journal, cursors, fresh starts and epochs against a model of a few lines: whatever happens in whatever order, a reader is
//! told exactly what it missed or honestly that it can't be told, and a page that loses messages, gets them twice or late
//! has read everything once and in order in the end.

use contract::{
    CarrierId, LoadId, SessionId, UserId,
    actor::{Actor, Role},
    event::{Cursor, Envelope, LoadEtaUpdated, Mark},
    follow::{Follower, Step},
    room::Stream,
};
use headhaul::{
    clock::new_id,
    desk::Desk,
    journal,
    store::{self, Store, journal::MAX_MISSED},
};
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
    test_runner::{Config, TestRunner},
};
use serde_json::Value;

use crate::fixture::{Engine, Ring, TestServer, engines, sized};

/// Something that happens to the two streams of a reader: its carrier's and its own.
#[derive(Clone, Debug)]
enum Op {
    /// Events are committed together, each to a stream; the reader's socket deals with them as `fates` say.
    Commit { to: Vec<bool>, fates: Vec<Fate> },
    /// More is committed than anybody is sent one by one.
    CommitMany { to: bool, more: u8 },
    /// A write is undone after it told of its events.
    Undo { to: Vec<bool> },
    /// The journal keeps so many of a stream.
    Trim { of: bool, keep: u8 },
    /// A stream's database is restored from so many events ago.
    Restore { of: bool, back: u8 },
    /// A reader comes with some cursor.
    Ask { marks: [Known; 2] },
}

/// What becomes of a message on its way.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Arrives,
    Twice,
    Late,
    Never,
}

/// What a reader claims to know of a stream.
#[derive(Clone, Copy, Debug)]
enum Known {
    Nothing,
    /// So many thousandths of what there is.
    Part(u16),
    /// More than there is.
    Ahead(u8),
    /// Something of another history.
    Foreign(u16),
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let fate =
        prop_oneof![4 => Just(Fate::Arrives), 1 => Just(Fate::Twice), 1 => Just(Fate::Late), 2 => Just(Fate::Never)];
    let known = || {
        prop_oneof![
            1 => Just(Known::Nothing),
            8 => (0..=1_000_u16).prop_map(Known::Part),
            1 => (1..5_u8).prop_map(Known::Ahead),
            1 => (0..=1_000_u16).prop_map(Known::Foreign),
        ]
    };
    let op = prop_oneof![
        8 => (vec(any::<bool>(), 1..6), vec(fate, 6)).prop_map(|(to, fates)| Op::Commit { to, fates }),
        1 => (any::<bool>(), 1..20_u8).prop_map(|(to, more)| Op::CommitMany { to, more }),
        2 => vec(any::<bool>(), 1..6).prop_map(|to| Op::Undo { to }),
        2 => (any::<bool>(), 0..12_u8).prop_map(|(of, keep)| Op::Trim { of, keep }),
        1 => (any::<bool>(), 0..6_u8).prop_map(|(of, back)| Op::Restore { of, back }),
        6 => [known(), known()].prop_map(|marks| Op::Ask { marks }),
    ];
    vec(op, 1..24)
}

/// A stream as it should be.
struct Modelled {
    stream: Stream,
    epoch: String,
    events: Vec<String>,
    forgotten: usize,
}

/// A page that follows over a bad line.
struct Page {
    follower: Follower<Envelope<Value>>,
    seen: [Vec<String>; 2],
    late: Vec<Envelope<Value>>,
}

struct Case<'a> {
    desk: &'a Desk,
    actor: Actor,
    streams: [Modelled; 2],
    page: Page,
    told: usize,
}

impl<'a> Case<'a> {
    async fn begin(server: &'a TestServer) -> Self {
        let tenant = server.blue.tenant;
        let (carrier, user) = (CarrierId::new(new_id()), UserId::new(new_id()));
        let actor = Actor {
            user,
            name: String::new(),
            tenant,
            role: Role::CarrierDispatcher,
            carrier: Some(carrier),
            driver: None,
            session: SessionId::new(new_id()),
            expires_at: server.clock.now(),
        };
        let cursor = journal::cursor(&server.desk.journal, &actor).await.unwrap();
        let modelled = |stream: Stream| {
            let epoch = cursor.0[&stream.to_string()].epoch.clone();
            Modelled { stream, epoch, events: Vec::new(), forgotten: 0 }
        };
        let streams = [modelled(Stream::Carrier(tenant, carrier)), modelled(Stream::User(user))];
        let page = Page { follower: Follower::new(cursor), seen: [Vec::new(), Vec::new()], late: Vec::new() };
        Self { desk: &server.desk, actor, streams, page, told: 0 }
    }

    async fn run(mut self, ops: Vec<Op>) {
        for op in ops {
            match op {
                Op::Commit { to, fates } => {
                    let before = self.cursor();
                    self.write(&to, true).await;
                    self.deliver(&before, &fates).await;
                }
                Op::CommitMany { to, more } => {
                    // None of them arrives.
                    self.write(&vec![to; MAX_MISSED as usize + usize::from(more)], true).await;
                }
                Op::Undo { to } => self.write(&to, false).await,
                Op::Trim { of, keep } => self.trim(usize::from(of), usize::from(keep)).await,
                Op::Restore { of, back } => self.restore(usize::from(of), usize::from(back)).await,
                Op::Ask { marks } => self.ask(marks).await,
            }
        }
        self.catch_up().await;
        for (stream, seen) in self.streams.iter().zip(&self.page.seen) {
            assert_eq!(*seen, stream.events, "the page has read everything once and in order");
        }
    }

    /// Where the streams stand.
    fn cursor(&self) -> Cursor {
        let mark = |stream: &Modelled| {
            (stream.stream.to_string(), Mark { epoch: stream.epoch.clone(), seq: stream.events.len() as u64 })
        };
        Cursor(self.streams.iter().map(mark).collect())
    }

    async fn write(&mut self, to: &[bool], commit: bool) {
        let mut tx = self.desk.begin_itself(self.actor.tenant).await.unwrap();
        let mut written: [Vec<String>; 2] = [Vec::new(), Vec::new()];
        for of in to {
            self.told += 1;
            let load_number = self.told.to_string();
            written[usize::from(*of)].push(load_number.clone());
            let load_id = LoadId::new(new_id());
            let event = LoadEtaUpdated { load_id, load_number, previous_eta: None, new_eta: None };
            tx.tell(self.streams[usize::from(*of)].stream, event);
        }
        if commit {
            tx.commit().await.unwrap();
            for (stream, mut written) in self.streams.iter_mut().zip(written) {
                stream.events.append(&mut written);
            }
        }
    }

    async fn trim(&mut self, of: usize, keep: usize) {
        let stream = &mut self.streams[of];
        stream.forgotten = stream.forgotten.max(stream.events.len().saturating_sub(keep));
        let mut tx = self.desk.begin_itself(self.actor.tenant).await.unwrap();
        store::journal::forget(&mut tx, &stream.stream.to_string(), stream.forgotten as u64).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// What an administrator does who restores a database: the history ends earlier, and is another one from there on.
    async fn restore(&mut self, of: usize, back: usize) {
        const EPOCH: &str = "UPDATE streams SET epoch = $1, seq = $2 WHERE stream = $3";
        const EVENTS: &str = "DELETE FROM journal WHERE stream = $1 AND seq > $2";
        let stream = &mut self.streams[of];
        stream.events.truncate(stream.events.len().saturating_sub(back));
        stream.forgotten = stream.forgotten.min(stream.events.len());
        stream.epoch = format!("restored{}", self.told);
        self.told += 1;
        let (name, seq) = (stream.stream.to_string(), stream.events.len() as i64);
        match &self.desk.store {
            Store::Sqlite { write, .. } => {
                sqlx::query(EPOCH).bind(&stream.epoch).bind(seq).bind(&name).execute(write).await.unwrap();
                sqlx::query(EVENTS).bind(&name).bind(seq).execute(write).await.unwrap();
            }
            Store::Postgres(pool) => {
                sqlx::query(EPOCH).bind(&stream.epoch).bind(seq).bind(&name).execute(pool).await.unwrap();
                sqlx::query(EVENTS).bind(&name).bind(seq).execute(pool).await.unwrap();
            }
        }
    }

    async fn ask(&self, marks: [Known; 2]) {
        let mut since = Cursor::default();
        let mut expected = Some(Vec::new());
        for (stream, known) in self.streams.iter().zip(marks) {
            let part = |thousandths: u16| stream.events.len() * usize::from(thousandths) / 1_000;
            let (epoch, seq) = match known {
                Known::Nothing => {
                    expected = None;
                    continue;
                }
                Known::Part(thousandths) => (stream.epoch.clone(), part(thousandths)),
                Known::Ahead(by) => (stream.epoch.clone(), stream.events.len() + usize::from(by)),
                Known::Foreign(thousandths) => ("foreign".to_owned(), part(thousandths)),
            };
            let missing = stream.events.len().checked_sub(seq);
            let can_be_told = epoch == stream.epoch
                && missing
                    .is_some_and(|missing| missing == 0 || (seq >= stream.forgotten && missing <= MAX_MISSED as usize));
            expected = expected.filter(|_| can_be_told).map(|mut missed| {
                missed.push(stream.events[seq..].to_vec());
                missed
            });
            since.0.insert(stream.stream.to_string(), Mark { epoch, seq: seq as u64 });
        }

        let missed = journal::missed(&self.desk.journal, &self.actor, &since).await.unwrap();

        assert_eq!(missed.cursor, self.cursor());
        assert_eq!(missed.snapshot, expected.is_none(), "{since:?}");
        let told = self.streams.iter().map(|stream| numbers_of(&missed.events, stream.stream));
        let told: Vec<Vec<String>> = told.collect();
        assert_eq!(told, expected.unwrap_or_else(|| vec![Vec::new(); 2]));
    }

    /// Sends what was committed since `before` over the bad line.
    async fn deliver(&mut self, before: &Cursor, fates: &[Fate]) {
        let sent = journal::missed(&self.desk.journal, &self.actor, before).await.unwrap().events;
        let mut arrived = std::mem::take(&mut self.page.late);
        for (event, fate) in sent.into_iter().zip(fates) {
            match fate {
                Fate::Arrives => arrived.push(event),
                Fate::Twice => arrived.extend([event.clone(), event]),
                Fate::Late => self.page.late.push(event),
                Fate::Never => {}
            }
        }
        for event in arrived {
            let place = event.place.clone().unwrap();
            match self.page.follower.take(&place, event) {
                Step::Apply(ready) => self.apply(ready),
                Step::Repeat => {}
                Step::Hole | Step::Lost => self.catch_up().await,
            }
        }
    }

    /// What a page does when it sees a hole.
    async fn catch_up(&mut self) {
        let missed = journal::missed(&self.desk.journal, &self.actor, self.page.follower.cursor()).await.unwrap();
        if missed.snapshot {
            // A fresh list shows everything that happened.
            self.page.follower = Follower::new(missed.cursor);
            self.page.seen = [self.streams[0].events.clone(), self.streams[1].events.clone()];
            return;
        }
        let events = missed.events.into_iter().map(|event| (event.place.clone().unwrap(), event));
        let ready = self.page.follower.answered(events.collect::<Vec<_>>(), missed.cursor);
        self.apply(ready);
    }

    fn apply(&mut self, ready: Vec<Envelope<Value>>) {
        for event in ready {
            let stream = event.place.as_ref().unwrap().stream.clone();
            let of = usize::from(stream == self.streams[1].stream.to_string());
            self.page.seen[of].push(event.data["loadNumber"].as_str().unwrap().to_owned());
        }
    }
}

fn numbers_of(events: &[Envelope<Value>], stream: Stream) -> Vec<String> {
    let name = stream.to_string();
    let own = events.iter().filter(|event| event.place.as_ref().unwrap().stream == name);
    own.map(|event| event.data["loadNumber"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn whatever_happens_a_reader_is_told_exactly_what_it_missed_or_that_it_cannot_be_told() {
    for engine in engines() {
        let short = if matches!(engine, Engine::Sqlite) { 60 } else { 20 };
        let config = Config { cases: sized("PROOF_CASES", short), failure_persistence: None, ..Config::default() };
        let ring = Ring::new();
        let server = ring.run(TestServer::start(engine));
        let mut runner = TestRunner::new(config);
        let outcome = runner.run(&ops(), |ops| {
            ring.run(async { Case::begin(&server).await.run(ops).await });
            Ok(())
        });
        if let Err(fault) = outcome {
            panic!("{engine:?}: {fault}");
        }
        ring.run(server.stop());
    }
}
