//! The packets of Engine.IO v4 and Socket.IO v5 as text: <https://socket.io/docs/v4/socket-io-protocol/>.

use serde::Deserialize;
use serde_json::Value;

/// What is said over a connection. Bytes are heard here and not said.
#[derive(Clone, Debug, PartialEq)]
pub enum Packet {
    /// The server's greeting.
    Open(Open),
    /// The connection ends.
    Close,
    /// The server asks whether somebody is there.
    Ping,
    /// Somebody is.
    Pong,
    /// Nothing.
    Noop,
    /// A client wants into a namespace, and the server's word that it is in.
    Connect { namespace: String, data: Value },
    /// A client leaves a namespace or is put out.
    Disconnect { namespace: String },
    /// Something is told or asked: its name and what belongs to it; an answer is wanted when it has an id.
    Event { namespace: String, id: Option<u64>, args: Vec<Value> },
    /// The answer to the event of this id.
    Ack { namespace: String, id: u64, args: Vec<Value> },
    /// A client is not let into a namespace.
    ConnectError { namespace: String, data: Value },
    /// An event or answer whose bytes follow, so many times, each as a message of its own.
    Binary { attachments: usize, packet: Box<Self> },
}

/// How a connection is kept alive.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Open {
    /// The connection's id.
    pub sid: String,
    /// Milliseconds between pings.
    pub ping_interval: u64,
    /// Milliseconds until an unanswered ping counts as the end.
    pub ping_timeout: u64,
}

/// Why a text is no packet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a packet: {0}")]
pub struct NotAPacket(String);

impl Packet {
    /// This packet as it travels. What only a server says has no such form here and gives nothing.
    pub fn encode(&self) -> Option<String> {
        let text = |kind: char, namespace: &str, id: Option<u64>, data: &str| {
            let namespace = if namespace == "/" { String::new() } else { format!("{namespace},") };
            let id = id.map(|id| id.to_string()).unwrap_or_default();
            format!("4{kind}{namespace}{id}{data}")
        };
        Some(match self {
            Self::Open(_) | Self::ConnectError { .. } | Self::Binary { .. } => return None,
            Self::Close => "1".to_owned(),
            Self::Ping => "2".to_owned(),
            Self::Pong => "3".to_owned(),
            Self::Noop => "6".to_owned(),
            Self::Connect { namespace, data: Value::Null } => text('0', namespace, None, ""),
            Self::Connect { namespace, data } => text('0', namespace, None, &data.to_string()),
            Self::Disconnect { namespace } => text('1', namespace, None, ""),
            Self::Event { namespace, id, args } => text('2', namespace, *id, &list(args)),
            Self::Ack { namespace, id, args } => text('3', namespace, Some(*id), &list(args)),
        })
    }

    /// Reads a packet.
    ///
    /// # Errors
    /// When the text is none.
    pub fn parse(text: &str) -> Result<Self, NotAPacket> {
        let fault = || NotAPacket(text.chars().take(80).collect());
        let json = |text: &str| serde_json::from_str::<Value>(text).map_err(|_| fault());
        let mut rest = text.chars();
        match rest.next() {
            Some('0') => serde_json::from_str(rest.as_str()).map(Self::Open).map_err(|_| fault()),
            Some('1') => Ok(Self::Close),
            Some('2') => Ok(Self::Ping),
            Some('3') => Ok(Self::Pong),
            Some('6') => Ok(Self::Noop),
            Some('4') => {
                let kind = rest.next();
                if let Some(whole) = kind.and_then(without_bytes) {
                    let (attachments, rest) = rest.as_str().split_once('-').ok_or_else(fault)?;
                    let attachments = attachments.parse().map_err(|_| fault())?;
                    return Ok(Self::Binary {
                        attachments,
                        packet: Box::new(Self::parse(&format!("4{whole}{rest}"))?),
                    });
                }
                let (namespace, rest) = split_namespace(rest.as_str());
                let namespace = namespace.to_owned();
                let (id, data) = split_id(rest);
                let data = if data.is_empty() { Value::Null } else { json(data)? };
                match (kind, id, data) {
                    (Some('0'), None, data) => Ok(Self::Connect { namespace, data }),
                    (Some('1'), None, _) => Ok(Self::Disconnect { namespace }),
                    (Some('2'), id, Value::Array(args)) if args.first().is_some_and(Value::is_string) => {
                        Ok(Self::Event { namespace, id, args })
                    }
                    (Some('3'), Some(id), Value::Array(args)) => Ok(Self::Ack { namespace, id, args }),
                    (Some('4'), None, data) => Ok(Self::ConnectError { namespace, data }),
                    _ => Err(fault()),
                }
            }
            _ => Err(fault()),
        }
    }

    /// Puts bytes where an event or answer has room for them, as a list of their values.
    pub fn fill(&mut self, bytes: &[Vec<u8>]) {
        if let Self::Event { args, .. } | Self::Ack { args, .. } = self {
            for arg in args {
                fill(arg, bytes);
            }
        }
    }
}

/// The kind of packet that one with bytes is otherwise.
const fn without_bytes(kind: char) -> Option<char> {
    match kind {
        '5' => Some('2'),
        '6' => Some('3'),
        _ => None,
    }
}

fn fill(value: &mut Value, bytes: &[Vec<u8>]) {
    match value {
        Value::Object(fields) if fields.get("_placeholder") == Some(&Value::Bool(true)) => {
            let place = fields.get("num").and_then(Value::as_u64).and_then(|place| usize::try_from(place).ok());
            *value = place.and_then(|place| bytes.get(place)).map_or(Value::Null, |bytes| bytes.as_slice().into());
        }
        Value::Object(fields) => fields.values_mut().for_each(|value| fill(value, bytes)),
        Value::Array(items) => items.iter_mut().for_each(|value| fill(value, bytes)),
        _ => {}
    }
}

fn list(args: &[Value]) -> String {
    let args: Vec<String> = args.iter().map(Value::to_string).collect();
    format!("[{}]", args.join(","))
}

/// The namespace in front, the main one when none is there.
fn split_namespace(text: &str) -> (&str, &str) {
    if text.starts_with('/') { text.split_once(',').unwrap_or((text, "")) } else { ("/", text) }
}

fn split_id(text: &str) -> (Option<u64>, &str) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (id, rest) = text.split_at(digits);
    (id.parse().ok(), rest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tracking() -> String {
        "/tracking".to_owned()
    }

    #[test]
    fn every_packet_of_a_conversation_is_written_and_read_as_the_protocol_has_it() {
        let conversation = [
            ("1", Packet::Close),
            ("2", Packet::Ping),
            ("3", Packet::Pong),
            ("6", Packet::Noop),
            ("40", Packet::Connect { namespace: "/".to_owned(), data: Value::Null }),
            (r#"40/tracking,{"token":"t"}"#, Packet::Connect { namespace: tracking(), data: json!({"token": "t"}) }),
            ("41/tracking,", Packet::Disconnect { namespace: tracking() }),
            (
                r#"42["hello",1]"#,
                Packet::Event { namespace: "/".to_owned(), id: None, args: vec![json!("hello"), json!(1)] },
            ),
            (
                r#"42/tracking,12["location:update",{"lat":1.5}]"#,
                Packet::Event {
                    namespace: tracking(),
                    id: Some(12),
                    args: vec![json!("location:update"), json!({"lat": 1.5})],
                },
            ),
            (
                r#"43/tracking,12[{"received":true}]"#,
                Packet::Ack { namespace: tracking(), id: 12, args: vec![json!({"received": true})] },
            ),
            ("43/tracking,0[]", Packet::Ack { namespace: tracking(), id: 0, args: vec![] }),
        ];
        for (text, packet) in conversation {
            assert_eq!(packet.encode().as_deref(), Some(text));
            assert_eq!(Packet::parse(text), Ok(packet));
        }
    }

    #[test]
    fn what_only_a_server_says_is_read() {
        let open = r#"0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":65536}"#;
        let expected = Open { sid: "a".to_owned(), ping_interval: 25_000, ping_timeout: 20_000 };
        assert_eq!(Packet::parse(open), Ok(Packet::Open(expected)));
        let refused = r#"44/tracking,{"message":"Unauthorized","data":{"code":"token_expired"}}"#;
        let data = json!({"message": "Unauthorized", "data": {"code": "token_expired"}});
        assert_eq!(Packet::parse(refused), Ok(Packet::ConnectError { namespace: tracking(), data }));
    }

    #[test]
    fn bytes_come_where_there_is_room_for_them() {
        let text = r#"452-/tracking,["fleet",{"a":{"_placeholder":true,"num":1}},[{"_placeholder":true,"num":0},7]]"#;
        let Ok(Packet::Binary { attachments: 2, mut packet }) = Packet::parse(text) else { panic!("{text}") };
        packet.fill(&[vec![1, 2], vec![255]]);

        let args = vec![json!("fleet"), json!({ "a": [255] }), json!([[1, 2], 7])];
        assert_eq!(*packet, Packet::Event { namespace: tracking(), id: None, args });
        for text in ["45", "45[\"a\"]", "45x-[\"a\"]", "451-", "451-[1]", "46-1"] {
            assert!(Packet::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_packet_is_refused() {
        for text in [
            "",
            "9",
            "4",
            "42",
            "42{}",
            "42[]",
            "42[1]",
            "43[1]",
            "45-[1]",
            "0",
            "0{}",
            "42[\"a\"",
            "42/tracking",
            "👋",
        ] {
            assert!(Packet::parse(text).is_err(), "{text}");
        }
    }
}
