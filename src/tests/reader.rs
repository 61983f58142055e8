//! A page without a browser: it loads a list, follows its streams by cursor as the pages do, and keeps its own books about
//! what it was told, independent of the rules by which it follows.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::AddAssign,
    sync::{Arc, Mutex},
    time::Duration,
};

use contract::{
    event::{Cursor, Envelope, Happened, Mark, Missed, Place},
    follow::{Follower, Step},
    loads::LoadRow,
};
use headhaul::{
    clock::Clock,
    simulate::socket::{Events, Socket, SocketError, Told},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::{sync::watch, task::JoinHandle, time::sleep};

use crate::fixture::Client;

/// Between two attempts to reach a server that isn't there.
const PAUSE: Duration = Duration::from_millis(50);

/// What the server on the other side offers to those who were away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speech {
    /// Streams and cursors.
    Cursors,
    /// Nothing, as the standard's own code: events have a number, so that losses can be counted.
    Numbers,
    /// The library's connection state recovery; a list is loaded afresh where it says that it recovered nothing.
    Recovery,
}

/// What became of a reader's events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Taken in.
    pub applied: u64,
    /// Never told, and not replaced by a fresh list either.
    pub lost: u64,
    /// Taken in twice.
    pub doubled: u64,
    /// Taken in after a later one.
    pub disordered: u64,
    /// How often it connected.
    pub connections: u64,
    /// How often it was not let in.
    pub refused: u64,
    /// How often it asked for what it missed.
    pub asked: u64,
    /// How often it loaded a fresh list.
    pub afresh: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.applied += other.applied;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.disordered += other.disordered;
        self.connections += other.connections;
        self.refused += other.refused;
        self.asked += other.asked;
        self.afresh += other.afresh;
    }
}

/// What a reader shows.
#[derive(Debug, Default)]
pub struct Page {
    pub rows: BTreeMap<String, Value>,
    pub tally: Tally,
    /// Numbers of events that were taken in, where they have no stream.
    pub numbers: BTreeSet<u64>,
    /// Those that a list, loaded afresh, holds already.
    pub listed: BTreeSet<u64>,
    /// The number of the first event after the first list.
    pub begins: u64,
}

/// The hash of what a page shows.
pub fn hash_of(rows: &BTreeMap<String, Value>) -> String {
    let mut hash = Sha256::new();
    for (id, row) in rows {
        hash.update(id);
        hash.update(row.to_string());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The rows of a list as its reader can know them from events: those carry no money, and where a truck is has a way of its
/// own.
pub fn shown(speech: Speech, list: &Value) -> BTreeMap<String, Value> {
    let rows = list["data"].as_array().expect("a list").iter();
    rows.map(|row| {
        let id = row["id"].as_str().expect("an id").to_owned();
        match speech {
            Speech::Cursors => (id, known(serde_json::from_value(row.clone()).expect("a row"))),
            Speech::Numbers | Speech::Recovery => (id, row.clone()),
        }
    })
    .collect()
}

fn known(row: LoadRow) -> Value {
    let mut row = row.without_money();
    row.current_location = None;
    serde_json::to_value(row).expect("json")
}

/// A reader at work, until it is dropped.
pub struct Reader {
    pub client: Client,
    pub page: Arc<Mutex<Page>>,
    /// How far it has read.
    pub place: watch::Receiver<Cursor>,
    /// How often it was back where it had to be: connected, and told where its streams stand.
    pub back: watch::Receiver<u64>,
    /// How long events of the last while took from the server's clock to here, in milliseconds.
    pub delays: Arc<Mutex<Vec<i64>>>,
    task: JoinHandle<()>,
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Reader {
    /// Begins to follow over a way of its own (`base`); lists are asked for directly.
    pub fn start(client: Client, base: String, speech: Speech) -> Self {
        Self::start_on(watch::channel(true).1, client, base, speech)
    }

    /// Begins to follow over a network that is there only while `line` says so; when it ends, so does the connection.
    pub fn start_on(line: watch::Receiver<bool>, client: Client, base: String, speech: Speech) -> Self {
        let page = Arc::new(Mutex::new(Page::default()));
        let (told, place) = watch::channel(Cursor::default());
        let (returned, back) = watch::channel(0);
        let delays = Arc::new(Mutex::new(Vec::new()));
        let following = Following {
            line,
            client: client.clone(),
            base,
            speech,
            page: page.clone(),
            follower: Follower::default(),
            last: Cursor::default(),
            told,
            returned,
            is_back: false,
            delays: delays.clone(),
            session: None,
            offset: None,
        };
        Self { client, page, place, back, delays, task: tokio::spawn(following.run()) }
    }

    /// Waits until it has read up to `head`.
    pub async fn reads_up_to(&mut self, head: &Cursor) {
        let reached = |cursor: &Cursor| {
            head.0.iter().all(|(stream, to)| {
                cursor.0.get(stream).is_some_and(|mark| mark.epoch == to.epoch && mark.seq >= to.seq)
            })
        };
        self.place.wait_for(reached).await.expect("it follows");
    }

    /// Waits until it has its first list, and without cursors until it is connected as well.
    pub async fn begins(&mut self) {
        self.place.wait_for(|cursor| !cursor.0.is_empty()).await.expect("it follows");
    }
}

struct Following {
    line: watch::Receiver<bool>,
    client: Client,
    base: String,
    speech: Speech,
    page: Arc<Mutex<Page>>,
    follower: Follower<Envelope<Option<Happened>>>,
    /// Each stream's event that was taken in last: the reader's own books.
    last: Cursor,
    told: watch::Sender<Cursor>,
    returned: watch::Sender<u64>,
    is_back: bool,
    delays: Arc<Mutex<Vec<i64>>>,
    session: Option<String>,
    offset: Option<String>,
}

impl Following {
    async fn run(mut self) {
        self.load_afresh().await;
        loop {
            while !*self.line.borrow_and_update() && self.line.changed().await.is_ok() {}
            let mut auth = json!({ "token": self.client.token, "positions": false });
            match self.speech {
                Speech::Cursors => auth["since"] = json!(self.follower.cursor()),
                Speech::Recovery if self.session.is_some() => {
                    auth["pid"] = json!(self.session);
                    auth["offset"] = json!(self.offset);
                }
                _ => {}
            }
            let (socket, mut events) = match Socket::connect_with(&self.base, "/events", auth).await {
                Ok(connected) => connected,
                Err(error) => {
                    self.page().tally.refused += u64::from(matches!(error, SocketError::Refused { .. }));
                    sleep(PAUSE).await;
                    continue;
                }
            };
            self.page().tally.connections += 1;
            self.is_back = false;
            if self.speech != Speech::Cursors {
                // Without a cursor it misses everything until it is in, so that is where it begins.
                let mark = Mark { epoch: String::new(), seq: 0 };
                self.told.send_replace(Cursor([(String::new(), mark)].into()));
            }
            if self.speech == Speech::Recovery {
                let session = socket.welcome()["pid"].as_str().map(str::to_owned);
                if self.session.is_some() && session != self.session {
                    self.load_afresh().await;
                }
                self.session = session;
            }
            while let Some(told) = self.next_of(&mut events).await {
                let heard = match self.speech {
                    Speech::Cursors => self.hear(&socket, told).await,
                    Speech::Numbers | Speech::Recovery => {
                        self.hear_number(told);
                        Ok(())
                    }
                };
                if heard.is_err() {
                    break;
                }
            }
        }
    }

    /// What is told next, until the connection ends or the network does.
    async fn next_of(&mut self, events: &mut Events) -> Option<Told> {
        loop {
            tokio::select! {
                told = events.recv() => return told,
                // A line whose other end is gone stays as it is.
                Ok(()) = self.line.changed() => if !*self.line.borrow() {
                    return None;
                },
            }
        }
    }

    fn page(&self) -> std::sync::MutexGuard<'_, Page> {
        self.page.lock().unwrap()
    }

    async fn load_afresh(&mut self) {
        let list = loop {
            match self.client.try_get("/api/v1/loads?size=1000").await {
                Some(answer) if answer.status.is_success() => break answer.body,
                _ => sleep(PAUSE).await,
            }
        };
        let rows = shown(self.speech, &list);
        let mut page = self.page.lock().unwrap();
        page.rows = rows;
        if page.begins > 0 || !self.last.0.is_empty() {
            page.tally.afresh += 1;
        }
        if self.speech == Speech::Cursors {
            let cursor: Cursor = serde_json::from_value(list["cursor"].clone()).expect("a cursor");
            self.follower = Follower::new(cursor.clone());
            self.last = cursor;
        } else {
            let next = list["next"].as_u64().expect("a number");
            if page.begins == 0 {
                page.begins = next;
            }
            // What a fresh list holds is not missing any more.
            let begins = page.begins;
            page.listed.extend(begins..next);
        }
        drop(page);
        if self.speech == Speech::Cursors {
            self.told.send_replace(self.follower.cursor().clone());
        }
    }

    async fn hear(&mut self, socket: &Socket, told: Told) -> Result<(), SocketError> {
        match told.event.as_str() {
            "sync:snapshot" => self.load_afresh().await,
            "sync:head" => {
                let head: Cursor = serde_json::from_value(told.data["cursor"].clone()).expect("a cursor");
                if self.follower.is_behind(&head) {
                    self.ask(socket).await?;
                }
                if !self.is_back {
                    self.is_back = true;
                    self.returned.send_modify(|times| *times += 1);
                }
            }
            _ if told.data.get("seq").is_some() => {
                let envelope = happened(told.data);
                self.delays.lock().unwrap().push(Clock::default().now().since_ms(envelope.timestamp));
                let place = envelope.place.clone().expect("a place");
                match self.follower.take(&place, envelope) {
                    Step::Apply(ready) => self.apply_all(ready),
                    Step::Repeat => {}
                    Step::Hole => self.ask(socket).await?,
                    Step::Lost => self.load_afresh().await,
                }
            }
            _ => {}
        }
        self.told.send_replace(self.follower.cursor().clone());
        Ok(())
    }

    /// Asks for what was missed, as often as it must.
    async fn ask(&mut self, socket: &Socket) -> Result<(), SocketError> {
        loop {
            self.page().tally.asked += 1;
            let answer = socket.ask("sync:request", &json!({ "since": self.follower.cursor() })).await?;
            if let Some(wait) = answer["error"]["details"]["retryAfterMs"].as_u64() {
                sleep(Duration::from_millis(wait)).await;
                continue;
            }
            let missed: Missed<Value> = serde_json::from_value(answer).expect("an answer");
            if missed.snapshot {
                self.load_afresh().await;
                return Ok(());
            }
            let events = missed.events.into_iter().map(|event| {
                let envelope = happened(serde_json::to_value(event).expect("json"));
                (envelope.place.clone().expect("a place"), envelope)
            });
            let ready = self.follower.answered(events.collect::<Vec<_>>(), missed.cursor);
            self.apply_all(ready);
            // Whatever the follower has passed over without giving it out is lost.
            let skipped = self.follower.cursor().0.iter().map(|(stream, mark)| {
                let last = self.last.0.get(stream).expect("it is known from the list");
                mark.seq - last.seq
            });
            let skipped: u64 = skipped.sum();
            self.page().tally.lost += skipped;
            return Ok(());
        }
    }

    fn apply_all(&mut self, ready: Vec<Envelope<Option<Happened>>>) {
        for envelope in ready {
            self.apply(envelope);
        }
    }

    fn apply(&mut self, envelope: Envelope<Option<Happened>>) {
        let mut page = self.page.lock().unwrap();
        let Place { stream, seq, epoch } = envelope.place.expect("a place");
        page.tally.applied += 1;
        match self.last.0.get(&stream) {
            Some(last) if seq <= last.seq => page.tally.doubled += 1,
            Some(last) => page.tally.lost += seq - last.seq - 1,
            None => page.tally.lost += seq - 1,
        }
        self.last.0.insert(stream, Mark { epoch, seq });
        // What is no load's business has its number all the same.
        let Some(data) = envelope.data else { return };
        let row = match data {
            Happened::LoadCreated(event) => event.load,
            Happened::LoadUpdated(event) => event.load,
            Happened::LoadStatusChanged(event) => event.load,
            Happened::LoadAssigned(event) => event.load,
            Happened::LoadDispatched(event) => event.load,
            Happened::LoadDelivered(event) => event.load,
            Happened::CarrierLoadAssigned(event) => event.load,
            Happened::CarrierLoadWithdrawn(event) => {
                page.rows.remove(&event.load_id.to_string());
                return;
            }
            Happened::LoadEtaUpdated(event) => {
                if let Some(row) = page.rows.get_mut(&event.load_id.to_string()) {
                    row["eta"] = json!(event.new_eta);
                }
                return;
            }
            Happened::StopArrived(_)
            | Happened::StopDeparted(_)
            | Happened::TenderUpdated(_)
            | Happened::MessageNew(_)
            | Happened::MessageRead(_) => return,
        };
        page.rows.insert(row.id.to_string(), known(row));
    }

    /// Takes an event in as the standard's page does: as it comes.
    fn hear_number(&mut self, told: Told) {
        if let Some(offset) = told.rest.last().and_then(Value::as_str) {
            self.offset = Some(offset.to_owned());
        }
        let Some(number) = told.data["number"].as_u64() else { return };
        let mut page = self.page.lock().unwrap();
        page.tally.applied += 1;
        if page.numbers.last().is_some_and(|last| number < *last) && !page.numbers.contains(&number) {
            page.tally.disordered += 1;
        }
        if !page.numbers.insert(number) {
            page.tally.doubled += 1;
        }
        let row = told.data["data"]["load"].clone();
        page.rows.insert(row["id"].as_str().expect("an id").to_owned(), row);
    }
}

fn happened(told: Value) -> Envelope<Option<Happened>> {
    let Envelope { event, data, timestamp, tenant_id, id, place }: Envelope<Value> =
        serde_json::from_value(told).expect("an envelope");
    let data = Happened::read(&event, data).expect("an event of the contract");
    Envelope { event, data, timestamp, tenant_id, id, place }
}
