//! Listening to the sockets: what was told, and the proof that something was not.

use std::time::Duration;

use contract::{
    event::{Event as _, FleetPositions},
    tracking::{Heard, Roster},
};
use headhaul::simulate::socket::{Events, Socket, Told};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use crate::fixture::Client;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody's socket on a namespace, with everything that it has heard.
pub struct Ear {
    socket: Socket,
    events: Events,
    pub heard: Vec<Told>,
}

impl Ear {
    pub async fn open(client: &Client, namespace: &str) -> Self {
        Self::open_with(client, namespace, json!({ "token": client.token })).await
    }

    pub async fn open_with(client: &Client, namespace: &str, auth: Value) -> Self {
        let (socket, events) = Socket::connect_with(&client.base, namespace, auth).await.unwrap();
        Self::of(socket, events).await
    }

    pub async fn of(socket: Socket, events: Events) -> Self {
        let mut ear = Self { socket, events, heard: Vec::new() };
        // From then on it is in its rooms.
        ear.hears("sync:head", |_| true).await;
        ear
    }

    /// Asks something and waits for the answer.
    pub async fn ask(&self, event: &str, payload: Value) -> Value {
        self.socket.ask(event, &payload).await.unwrap()
    }

    /// Waits until an event of this name is told of which `is_it` holds, and gives its envelope.
    pub async fn hears(&mut self, name: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let wanted = |told: &Told| told.event == name && is_it(&told.data);
        if let Some(told) = self.heard.iter().find(|told| wanted(told)) {
            return told.data.clone();
        }
        // The heads of streams are told every few seconds: each wait by itself would never end.
        let deadline = Instant::now() + PATIENCE;
        loop {
            let next = timeout_at(deadline, self.events.recv()).await;
            let Ok(Some(told)) = next else { panic!("{name} was not told; heard {:?}", self.names()) };
            self.heard.push(told.clone());
            if wanted(&told) {
                return told.data;
            }
        }
    }

    /// Takes in everything that was sent to this socket until now: its queue is in order, so an answer comes after it.
    pub async fn listen(&mut self) -> &[Told] {
        self.ask("sync:request", json!({ "since": {} })).await;
        while let Ok(told) = self.events.try_recv() {
            self.heard.push(told);
        }
        &self.heard
    }

    /// Waits until a message of the fleet stream is told of which `is_it` holds.
    pub async fn hears_of_the_fleet(&mut self, is_it: impl Fn(&Heard) -> bool) -> Heard {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(heard) = self.fleet().into_iter().find(|heard| is_it(heard)) {
                return heard;
            }
            let next = timeout_at(deadline, self.events.recv()).await;
            let Ok(Some(told)) = next else { panic!("the fleet stream didn't tell; heard {:?}", self.fleet()) };
            self.heard.push(told);
        }
    }

    /// What the fleet stream told so far, as its readers understand it.
    pub fn fleet(&self) -> Vec<Heard> {
        let mut roster = Roster::default();
        let frames = self.heard.iter().filter(|told| told.event == FleetPositions::NAME);
        frames
            .map(|told| {
                let told: FleetPositions = serde_json::from_value(told.data["data"].clone()).unwrap();
                roster.take(&told.positions.0).unwrap()
            })
            .collect()
    }

    /// Waits until the server ends it.
    pub async fn ends(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while timeout_at(deadline, self.events.recv()).await.expect("the socket lives on").is_some() {}
    }

    /// The names of what was heard of the journal, in order.
    pub fn names(&self) -> Vec<&str> {
        self.durable().map(|told| told.event.as_str()).collect()
    }

    /// What was heard of the journal.
    pub fn durable(&self) -> impl Iterator<Item = &Told> {
        self.heard.iter().filter(|told| told.data.get("seq").is_some())
    }
}
