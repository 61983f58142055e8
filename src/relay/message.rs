//! What nodes say to each other, and how each knows that it was one of them who said it.
//!
//! Redis asks nobody who publishes: whoever reaches it could tell any company anything. So each message carries a code
//! (HMAC-SHA-256) by a key that is derived from the secret which signs tokens and which all nodes share; and its number
//! and date, so that an old one can't be told again.

use contract::{
    CarrierId, TenantId, Timestamp,
    event::{Envelope, LoadLocationUpdated, PresenceUpdated},
    room::Stream,
};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;
use uuid::Uuid;

use crate::{store::Sealed, tracking::moves::Moved};

/// What the key is for, so that no other code by the same secret is good here.
const PURPOSE: &[u8] = b"headhaul relay 1";

/// How many bytes the code takes, in front of the message.
const CODE: usize = 32;

/// How long a message is at most, in bytes: several times what one node sends at once.
const LONGEST: usize = 8 * 1024 * 1024;

/// How far a message's date may lie from now, in milliseconds: the clocks of nodes differ by a little, and one that is
/// older may be told by somebody who kept it.
pub const FRESH_MS: i64 = 30_000;

/// A node of this cluster, named anew whenever it starts.
pub type Node = Uuid;

/// What one node says to all others. An empty one says that it lives.
#[derive(Debug, Serialize, Deserialize)]
pub struct Message {
    /// Who says it.
    pub node: Node,
    /// Its number, from 1 on; a number that never comes is a message that was lost.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Committed events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Told>,
    /// Trucks that moved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<Went>,
    /// Everybody who is at a load by a socket of that node's, when it tells of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub present: Option<Vec<Present>>,
}

/// Where somebody of a company is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present(pub TenantId, pub PresenceUpdated);

/// An event for one audience, as it travels.
#[derive(Debug, Serialize, Deserialize)]
pub struct Told(Stream, Envelope<Value>);

impl From<&Sealed> for Told {
    fn from(sealed: &Sealed) -> Self {
        Self(sealed.stream, sealed.envelope.clone())
    }
}

impl From<Told> for Sealed {
    fn from(Told(stream, envelope): Told) -> Self {
        Self::journaled(stream, envelope)
    }
}

/// A truck that moved, as it travels.
#[derive(Debug, Serialize, Deserialize)]
pub struct Went(TenantId, Option<CarrierId>, LoadLocationUpdated);

impl From<&Moved> for Went {
    fn from(moved: &Moved) -> Self {
        Self(moved.tenant, moved.carrier, moved.event.clone())
    }
}

impl From<Went> for Moved {
    fn from(Went(tenant, carrier, event): Went) -> Self {
        Self::new(tenant, carrier, event)
    }
}

/// Why a message is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Nobody who has our secret sent it.
    Forged,
    /// It is dated too far from now.
    Stale,
    /// One of us sent it, but it can't be read: another version, perhaps.
    Unreadable,
    /// It was told before.
    Repeated,
}

impl Doubt {
    /// For the figures.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Forged => "forged",
            Self::Stale => "stale",
            Self::Unreadable => "unreadable",
            Self::Repeated => "repeated",
        }
    }
}

/// What nodes of one cluster have in common. Cheap to clone.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl Key {
    /// Derives it from the secret that signs tokens.
    pub fn new(secret: &str) -> Self {
        let derived = keyed(secret.as_bytes()).chain_update(PURPOSE).finalize().into_bytes();
        Self(keyed(&derived))
    }

    /// The message as bytes, behind its code.
    pub fn seal(&self, message: &Message) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = vec![0; CODE];
        serde_json::to_writer(&mut bytes, message)?;
        let code = self.0.clone().chain_update(&bytes[CODE..]).finalize().into_bytes();
        bytes[..CODE].copy_from_slice(&code);
        Ok(bytes)
    }

    /// The message in these bytes, if one of us sent it just now.
    pub fn open(&self, bytes: &[u8], now: Timestamp) -> Result<Message, Doubt> {
        let (code, text) = bytes.split_at_checked(CODE).ok_or(Doubt::Forged)?;
        if text.len() > LONGEST {
            return Err(Doubt::Unreadable);
        }
        self.0.clone().chain_update(text).verify_slice(code).map_err(|_| Doubt::Forged)?;
        let message: Message = serde_json::from_slice(text).map_err(|_| Doubt::Unreadable)?;
        if message.at.since_ms(now).abs() > FRESH_MS {
            return Err(Doubt::Stale);
        }
        Ok(message)
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    match Hmac::new_from_slice(key) {
        Ok(keyed) => keyed,
        Err(_) => unreachable!("a key of any length is taken"),
    }
}

#[cfg(test)]
mod tests {
    use contract::{EventId, UserId, event::Place};
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    fn message() -> Message {
        let stream = Stream::User(UserId::new(Uuid::from_u128(7)));
        let envelope = Envelope {
            event: "load:created".to_owned(),
            data: json!({ "loadId": Uuid::nil(), "miles": 12.5 }),
            timestamp: NOW,
            tenant_id: TenantId::new(Uuid::nil()),
            id: EventId::new(Uuid::nil()),
            place: Some(Place { stream: stream.to_string(), seq: 9, epoch: "e".to_owned() }),
        };
        Message {
            node: Uuid::nil(),
            number: 3,
            at: NOW,
            events: vec![Told(stream, envelope)],
            moves: Vec::new(),
            present: None,
        }
    }

    #[test]
    fn what_one_node_says_the_other_understands() {
        let key = Key::new("the secret of this cluster");
        let bytes = key.seal(&message()).expect("bytes");

        let read = key.open(&bytes, NOW.plus_ms(500)).expect("believed");
        assert_eq!((read.number, read.node), (3, Uuid::nil()));
        let Told(stream, envelope) = &read.events[0];
        let Told(sent_stream, sent) = &message().events[0];
        assert_eq!((stream, envelope), (sent_stream, sent));
    }

    #[test]
    fn what_somebody_else_says_is_not_believed() {
        let key = Key::new("the secret of this cluster");
        let good = key.seal(&message()).expect("bytes");
        let other = Key::new("another one").seal(&message()).expect("bytes");
        let unsigned = serde_json::to_vec(&message()).expect("bytes");
        let changed = {
            let mut bytes = good.clone();
            let last = bytes.len() - 10;
            bytes[last] ^= 1;
            bytes
        };

        for bytes in [&other[..], &unsigned, &changed, &good[1..], &good[..CODE], &good[..5], &[]] {
            assert_eq!(key.open(bytes, NOW).err(), Some(Doubt::Forged));
        }
        for ms in [FRESH_MS + 1, -FRESH_MS - 1] {
            assert_eq!(key.open(&good, NOW.plus_ms(ms)).err(), Some(Doubt::Stale));
        }
    }
}
