//! A load client's sockets: as little as Socket.IO over a WebSocket needs, because the client must not be the bottleneck.
//! What is told is counted; only where somebody asks for it is it kept.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    task::{JoinHandle, spawn_local},
    time::{sleep, timeout},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(2);
/// How long it must be quiet until all has come that will come.
const QUIET: Duration = Duration::from_millis(1_500);

/// What came in over many sockets. Everything runs on one thread.
#[derive(Default)]
pub struct Counted {
    /// Events.
    pub events: Cell<u64>,
    /// Bytes of WebSocket frames, heads included.
    pub bytes: Cell<u64>,
    /// Answers.
    pub answers: Cell<u64>,
}

impl Counted {
    fn add(cell: &Cell<u64>, more: u64) {
        cell.set(cell.get() + more);
    }

    /// Waits until nothing more has come for a while.
    pub async fn quiet(&self) -> anyhow::Result<()> {
        let settled = async {
            loop {
                let before = self.events.get();
                sleep(QUIET).await;
                if self.events.get() == before {
                    return;
                }
            }
        };
        timeout(PATIENCE, settled).await.context("it never becomes quiet")
    }

    /// Waits until so many events have come.
    pub async fn reaches(&self, events: u64) -> anyhow::Result<()> {
        let reached = async {
            while self.events.get() < events {
                sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(PATIENCE, reached).await.with_context(|| format!("{} of {events} events came", self.events.get()))
    }
}

/// Takes what one socket is told, with the moment at which it came.
pub type Listener = Box<dyn FnMut(Instant, &Message)>;

/// A socket on one namespace; closed when dropped.
pub struct Line {
    sink: Rc<tokio::sync::Mutex<SplitSink<Stream, Message>>>,
    namespace: &'static str,
    reading: JoinHandle<()>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

/// The bytes of a server's message, with the head of its frame: two and the length's own (RFC 6455, 5.2).
pub fn on_the_wire(message: &Message) -> u64 {
    let head = match message.len() {
        0..126 => 2,
        126..65_536 => 4,
        _ => 10,
    };
    message.len() as u64 + head
}

impl Line {
    /// Comes in on a namespace; everything told from then on is counted.
    pub async fn open(
        base: &str,
        namespace: &'static str,
        token: &str,
        counted: Rc<Counted>,
        mut listener: Option<Listener>,
    ) -> anyhow::Result<Self> {
        let url = format!("{}/socket.io/?EIO=4&transport=websocket", base.replacen("http", "ws", 1));
        let config = WebSocketConfig::default().read_buffer_size(8 * 1024);
        let (mut stream, _) = timeout(PATIENCE, connect_async_with_config(url, Some(config), true)).await??;
        let hello = format!("40{namespace},{}", json!({ "token": token, "positions": false }));
        stream.send(Message::text(hello)).await?;
        let entered = format!("40{namespace},");
        loop {
            let told = timeout(PATIENCE, stream.next()).await?.context("the connection is gone")??;
            match told.to_text()? {
                "2" => stream.send(Message::text("3")).await?,
                told if told.starts_with(&entered) => break,
                told if told.starts_with("44") => bail!("it is not let in: {told}"),
                _ => {}
            }
        }
        let (sink, mut told) = stream.split();
        let sink = Rc::new(tokio::sync::Mutex::new(sink));
        let answering = sink.clone();
        let reading = spawn_local(async move {
            while let Some(Ok(message)) = told.next().await {
                Counted::add(&counted.bytes, on_the_wire(&message));
                if let Message::Text(text) = &message {
                    match text.as_bytes() {
                        b"2" => drop(answering.lock().await.send(Message::text("3")).await),
                        [b'4', b'2' | b'5', ..] => Counted::add(&counted.events, 1),
                        [b'4', b'3', ..] => Counted::add(&counted.answers, 1),
                        _ => {}
                    }
                }
                if let Some(listener) = &mut listener {
                    listener(Instant::now(), &message);
                }
            }
        });
        Ok(Self { sink, namespace, reading })
    }

    /// Asks something that has an answer.
    pub async fn ask(&self, id: usize, event: &str, payload: &Value) -> anyhow::Result<()> {
        let text = format!("42{},{id}{}", self.namespace, json!([event, payload]));
        Ok(self.sink.lock().await.send(Message::text(text)).await?)
    }
}

/// The event of a text message: its name and what belongs to it.
pub fn event(message: &Message) -> Option<(String, Value)> {
    let text = message.to_text().ok()?;
    let text = text.strip_prefix("42")?;
    serde_json::from_str(&text[text.find('[')?..]).ok()
}

/// Something that several listeners write and one reads.
pub type Kept<T> = Rc<RefCell<T>>;
