//! How events travel, and how a reader says how far it has read.

use core::{fmt, str::FromStr};
use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{EventId, LoadId, TenantId, Timestamp};

/// Where a reader's streams stand; told right after connecting and every few seconds while quiet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SyncHead {
    /// Each stream's newest number.
    pub cursor: Cursor,
}

impl SyncHead {
    /// What it is called.
    pub const NAME: &'static str = "sync:head";
    /// What it is called when the reader must load afresh.
    pub const SNAPSHOT: &'static str = "sync:snapshot";
}

/// How an event travels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", from = "Flat<E>")]
pub struct Envelope<E> {
    /// What it is called.
    pub event: String,
    /// What happened.
    pub data: E,
    /// When, by the server's clock.
    pub timestamp: Timestamp,
    /// In which company.
    pub tenant_id: TenantId,
    /// The same wherever the same event is told.
    pub id: EventId,
    /// Its place among its audience's durable events.
    #[serde(flatten)]
    pub place: Option<Place>,
}

/// An envelope as it travels. Read with `flatten`, each of its fields would be kept in a tree first.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Flat<E> {
    event: String,
    data: E,
    timestamp: Timestamp,
    tenant_id: TenantId,
    id: EventId,
    stream: Option<String>,
    seq: Option<u64>,
    epoch: Option<String>,
}

impl<E> From<Flat<E>> for Envelope<E> {
    fn from(flat: Flat<E>) -> Self {
        let Flat { event, data, timestamp, tenant_id, id, stream, seq, epoch } = flat;
        let place = match (stream, seq, epoch) {
            (Some(stream), Some(seq), Some(epoch)) => Some(Place { stream, seq, epoch }),
            _ => None,
        };
        Self { event, data, timestamp, tenant_id, id, place }
    }
}

/// Where a durable event stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// In which stream.
    pub stream: String,
    /// Its number there, without holes from 1 on.
    pub seq: u64,
    /// Changes when the stream's history can't be trusted any more.
    pub epoch: String,
}

/// The newest event of a stream that a reader has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The stream's epoch.
    pub epoch: String,
    /// The event's number; 0 before the first.
    pub seq: u64,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.epoch, self.seq)
    }
}

impl FromStr for Mark {
    type Err = ();

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let (epoch, seq) = s.rsplit_once(':').ok_or(())?;
        Ok(Self { epoch: epoch.to_owned(), seq: seq.parse().map_err(|_| ())? })
    }
}

impl Serialize for Mark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|()| D::Error::custom("a mark is `<epoch>:<seq>`"))
    }
}

/// How far a reader has read in each of its streams.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub BTreeMap<String, Mark>);

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Cursor {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Cursor".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "description": "Per stream of events how far it is known, as `<epoch>:<seq>`.",
            "additionalProperties": { "type": "string" },
        })
    }
}

/// Asks what was missed: `sync:request`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncRequest {
    /// How far the reader has read.
    pub since: Cursor,
}

/// What a reader missed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Missed<E> {
    /// In their order.
    pub events: Vec<Envelope<E>>,
    /// Where the reader stands after them.
    pub cursor: Cursor,
    /// The history doesn't reach back that far: load afresh.
    pub snapshot: bool,
}

/// Asks to hear a load's positions at once: `join:load`, and `leave:load`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WatchLoad {
    /// Which.
    pub load_id: LoadId,
}

/// Gives a fresh token to a living socket: `auth:renew`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenewAuth {
    /// The bearer token.
    pub token: String,
}

/// The answer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Renewed {
    /// When the socket ends if nothing more comes.
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_keeps_its_shape() {
        let cursor: Cursor = serde_json::from_str(r#"{"tenant:1":"7f3a:1204"}"#).expect("a cursor");

        assert_eq!(cursor.0["tenant:1"], Mark { epoch: "7f3a".into(), seq: 1204 });
        assert_eq!(serde_json::to_string(&cursor).expect("json"), r#"{"tenant:1":"7f3a:1204"}"#);
        assert!(serde_json::from_str::<Cursor>(r#"{"tenant:1":"7f3a"}"#).is_err());
        assert!(serde_json::from_str::<Cursor>(r#"{"tenant:1":"7f3a:-1"}"#).is_err());
    }
}
