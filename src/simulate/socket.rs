//! A small Socket.IO client: one namespace over one WebSocket, events with answers. The simulator drives its trucks with
//! it, and tests talk to a server through it.

pub mod packet;

use std::{collections::HashMap, time::Duration};

use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until, timeout},
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{self, Message, protocol::WebSocketConfig},
};

use packet::{Open, Packet};

/// How long connecting may take, and an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many asks may wait for the wire.
const WAITING: usize = 64;

type Wire = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What goes wrong with a socket.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// Nobody is there.
    #[error("the server can't be reached: {0}")]
    Unreachable(#[from] tungstenite::Error),
    /// The server doesn't let it in.
    #[error("{message}")]
    Refused {
        /// In the standard's words.
        message: String,
        /// What belongs to it, such as a code.
        data: Value,
    },
    /// The other side speaks something else.
    #[error("the server does not speak Socket.IO: {0}")]
    Foreign(String),
    /// The connection is gone.
    #[error("the connection is gone")]
    Gone,
    /// No answer came.
    #[error("no answer came in time")]
    Late,
}

/// Something that the server told.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Its name.
    pub event: String,
    /// What belongs to it.
    pub data: Value,
    /// What comes behind that: other servers than ours put the place in their history there.
    pub rest: Vec<Value>,
}

/// What the server tells, in order. Nothing is kept once it is dropped.
pub type Events = mpsc::UnboundedReceiver<Told>;

/// A connection to one namespace. Cheap to clone; the last one dropped ends it.
#[derive(Clone, Debug)]
pub struct Socket {
    asks: mpsc::Sender<Ask>,
    welcome: Value,
}

#[derive(Debug)]
struct Ask {
    event: String,
    payload: Value,
    answer: oneshot::Sender<Value>,
}

impl Socket {
    /// Connects to a namespace of the server at `base` (`http://…` or `https://…`), showing a token.
    ///
    /// # Errors
    /// When nobody is there, or the server doesn't let it in.
    pub async fn connect(base: &str, namespace: &str, token: &str) -> Result<(Self, Events), SocketError> {
        Self::connect_with(base, namespace, json!({ "token": token })).await
    }

    /// Connects with everything that a client may give, such as `{token, since, positions}`.
    ///
    /// # Errors
    /// When nobody is there, or the server doesn't let it in.
    pub async fn connect_with(base: &str, namespace: &str, auth: Value) -> Result<(Self, Events), SocketError> {
        let Greeted { wire, open, welcome, early } =
            timeout(PATIENCE, greet(base, namespace, auth)).await.map_err(|_| SocketError::Late)??;
        let (asks, asked) = mpsc::channel(WAITING);
        let (told, events) = mpsc::unbounded_channel();
        let alive = Duration::from_millis(open.ping_interval.saturating_add(open.ping_timeout));
        for packet in early {
            tell(&told, packet);
        }
        let line = Line { wire, namespace: namespace.to_owned(), alive, told, open: HashMap::new(), next: 0 };
        tokio::spawn(line.run(asked));
        Ok((Self { asks, welcome }, events))
    }

    /// Asks the server something and waits for its answer.
    ///
    /// # Errors
    /// When the connection is gone or no answer comes. A refusal is an answer: `{"error": …}`.
    pub async fn ask(&self, event: &str, payload: &impl Serialize) -> Result<Value, SocketError> {
        let payload = serde_json::to_value(payload).map_err(|error| SocketError::Foreign(error.to_string()))?;
        let (answer, answered) = oneshot::channel();
        let ask = Ask { event: event.to_owned(), payload, answer };
        let answer = async {
            self.asks.send(ask).await.map_err(|_| SocketError::Gone)?;
            answered.await.map_err(|_| SocketError::Gone)
        };
        timeout(PATIENCE, answer).await.map_err(|_| SocketError::Late)?
    }

    /// What the server said when it let this socket in, such as `{sid}`.
    pub const fn welcome(&self) -> &Value {
        &self.welcome
    }

    /// Whether the connection still stands, as far as is known.
    pub fn is_open(&self) -> bool {
        !self.asks.is_closed()
    }
}

/// A connection that is in its namespace.
struct Greeted {
    wire: Wire,
    open: Open,
    welcome: Value,
    /// Events that came before the welcome: so other servers than ours tell what was missed.
    early: Vec<Vec<Value>>,
}

/// Opens the connection and gets into the namespace.
async fn greet(base: &str, namespace: &str, auth: Value) -> Result<Greeted, SocketError> {
    let base = base.trim_end_matches('/').replacen("http", "ws", 1);
    let url = format!("{base}/socket.io/?EIO=4&transport=websocket");
    // The library's own buffer is 128 KiB, and there may be thousands of these.
    let config = WebSocketConfig::default().read_buffer_size(4 * 1024);
    let (mut wire, _) = connect_async_with_config(url, Some(config), true).await?;
    let open = match hear(&mut wire).await? {
        Packet::Open(open) => open,
        other => return Err(SocketError::Foreign(format!("{other:?}"))),
    };
    say(&mut wire, &Packet::Connect { namespace: namespace.to_owned(), data: auth }).await?;
    let mut early = Vec::new();
    loop {
        match hear(&mut wire).await? {
            Packet::Connect { data: welcome, .. } => return Ok(Greeted { wire, open, welcome, early }),
            Packet::Event { args, .. } => early.push(args),
            Packet::Ping => say(&mut wire, &Packet::Pong).await?,
            Packet::ConnectError { data, .. } => {
                let message = data.get("message").and_then(Value::as_str).unwrap_or("Refused").to_owned();
                return Err(SocketError::Refused { message, data: data.get("data").cloned().unwrap_or_default() });
            }
            Packet::Close | Packet::Disconnect { .. } => return Err(SocketError::Gone),
            _ => {}
        }
    }
}

async fn say(wire: &mut Wire, packet: &Packet) -> Result<(), SocketError> {
    match packet.encode() {
        Some(text) => Ok(wire.send(Message::text(text)).await?),
        None => Ok(()),
    }
}

/// The next packet, with its bytes; others are passed over.
async fn hear(wire: &mut Wire) -> Result<Packet, SocketError> {
    loop {
        match wire.next().await.ok_or(SocketError::Gone)?? {
            Message::Text(text) => {
                let packet = Packet::parse(text.as_str()).map_err(|fault| SocketError::Foreign(fault.to_string()))?;
                return if let Packet::Binary { attachments, packet } = packet {
                    filled(wire, attachments, *packet).await
                } else {
                    Ok(packet)
                };
            }
            Message::Close(_) => return Err(SocketError::Gone),
            _ => {}
        }
    }
}

/// A packet with the bytes that follow it.
async fn filled(wire: &mut Wire, attachments: usize, mut packet: Packet) -> Result<Packet, SocketError> {
    let mut bytes = Vec::new();
    while bytes.len() < attachments {
        match wire.next().await.ok_or(SocketError::Gone)?? {
            Message::Binary(more) => bytes.push(more.to_vec()),
            Message::Text(text) => return Err(SocketError::Foreign(text.to_string())),
            Message::Close(_) => return Err(SocketError::Gone),
            _ => {}
        }
    }
    packet.fill(&bytes);
    Ok(packet)
}

/// Hands an event on. Perhaps nobody listens.
fn tell(told: &mpsc::UnboundedSender<Told>, args: Vec<Value>) {
    let mut args = args.into_iter();
    if let Some(Value::String(event)) = args.next() {
        let data = args.next().unwrap_or_default();
        let _ = told.send(Told { event, data, rest: args.collect() });
    }
}

/// A standing connection.
struct Line {
    wire: Wire,
    namespace: String,
    /// How long the server may be silent: it pings more often than that.
    alive: Duration,
    told: mpsc::UnboundedSender<Told>,
    /// Who waits for which answer.
    open: HashMap<u64, oneshot::Sender<Value>>,
    next: u64,
}

impl Line {
    /// Talks until either side has had enough. Whoever still waits for an answer then learns that none will come.
    async fn run(mut self, mut asked: mpsc::Receiver<Ask>) {
        let mut silent_at = Instant::now() + self.alive;
        let outcome: Result<(), SocketError> = loop {
            tokio::select! {
                ask = asked.recv() => match ask {
                    Some(ask) => if let Err(error) = self.ask(ask).await { break Err(error) },
                    None => break self.leave().await,
                },
                packet = hear(&mut self.wire) => {
                    silent_at = Instant::now() + self.alive;
                    match packet {
                        Ok(packet) => if let Err(error) = self.take(packet).await { break Err(error) },
                        Err(error) => break Err(error),
                    }
                }
                () = sleep_until(silent_at) => break Err(SocketError::Late),
            }
        };
        if let Err(error) = outcome {
            tracing::debug!(%error, namespace = self.namespace, "A socket ended");
        }
    }

    async fn ask(&mut self, ask: Ask) -> Result<(), SocketError> {
        self.open.retain(|_, answer| !answer.is_closed());
        let id = self.next;
        self.next += 1;
        self.open.insert(id, ask.answer);
        let (namespace, args) = (self.namespace.clone(), vec![Value::String(ask.event), ask.payload]);
        say(&mut self.wire, &Packet::Event { namespace, id: Some(id), args }).await
    }

    async fn take(&mut self, packet: Packet) -> Result<(), SocketError> {
        match packet {
            Packet::Ping => say(&mut self.wire, &Packet::Pong).await?,
            Packet::Ack { id, args, .. } => {
                if let Some(answer) = self.open.remove(&id) {
                    // Whoever asked may have stopped waiting.
                    let _ = answer.send(args.into_iter().next().unwrap_or_default());
                }
            }
            Packet::Event { args, .. } => tell(&self.told, args),
            Packet::Close | Packet::Disconnect { .. } => return Err(SocketError::Gone),
            _ => {}
        }
        Ok(())
    }

    async fn leave(&mut self) -> Result<(), SocketError> {
        say(&mut self.wire, &Packet::Disconnect { namespace: self.namespace.clone() }).await?;
        Ok(self.wire.close(None).await?)
    }
}
