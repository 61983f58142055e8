//! Everything that is told to browsers: a type for each event, its name and namespaces written once.

use core::{fmt, str::FromStr};
use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, de::Error as _};

use crate::{
    CarrierId, DriverId, EventId, LoadId, StopId, TenantId, Timestamp,
    geo::Point,
    loads::{LoadRow, StopKind},
    status::LoadStatus,
    tracking::{FleetFix, Source},
};

/// One of the four socket namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Namespace {
    /// Every durable event its reader may see.
    Events,
    /// What the board needs.
    Dispatch,
    /// Positions and what belongs to them.
    Tracking,
    /// Notices.
    Notifications,
}

/// All of them.
pub const NAMESPACES: [Namespace; 4] =
    [Namespace::Events, Namespace::Dispatch, Namespace::Tracking, Namespace::Notifications];

impl Namespace {
    /// Its path.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Events => "/events",
            Self::Dispatch => "/dispatch",
            Self::Tracking => "/tracking",
            Self::Notifications => "/notifications",
        }
    }
}

/// Something that happened, as browsers hear of it.
pub trait Event: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// What it is called.
    const NAME: &'static str;
    /// Where it is told.
    const NAMESPACES: &'static [Namespace];
}

macro_rules! events {
    ($($(#[$doc:meta])* $name:literal in $($namespace:ident)+ => $type:ident { $($(#[$fdoc:meta])* $field:ident: $ftype:ty,)* })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
            #[serde(rename_all = "camelCase")]
            pub struct $type { $($(#[$fdoc])* pub $field: $ftype,)* }

            impl Event for $type {
                const NAME: &'static str = $name;
                const NAMESPACES: &'static [Namespace] = &[$(Namespace::$namespace),+];
            }
        )+

        /// Any durable event, for readers that take them all.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "event", content = "data")]
        #[expect(clippy::large_enum_variant, reason = "it lives for one match")]
        pub enum Happened {
            $($(#[$doc])* #[serde(rename = $name)] $type($type),)+
        }

        impl Happened {
            /// What it is called.
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$type(_) => $name,)+ }
            }

            /// Where it is told.
            pub const fn namespaces(&self) -> &'static [Namespace] {
                match self { $(Self::$type(_) => $type::NAMESPACES,)+ }
            }
        }

        $(impl From<$type> for Happened {
            fn from(event: $type) -> Self { Self::$type(event) }
        })+

        /// The names of all durable events.
        pub const DURABLE: &[(&str, &[Namespace])] = &[$(($name, $type::NAMESPACES),)+];
    };
}

events! {
    /// A load was entered.
    "load:created" in Events Dispatch => LoadCreated {
        /// Which.
        load_id: LoadId,
        /// As people call it.
        load_number: String,
        /// Where it starts in its life.
        status: LoadStatus,
        /// As lists show it, without money.
        load: LoadRow,
    }
    /// Something else of a load was changed.
    "load:updated" in Events Dispatch => LoadUpdated {
        /// Which.
        load_id: LoadId,
        /// As people call it.
        load_number: String,
        /// The fields that differ, by their names in the row.
        changed_fields: Vec<String>,
        /// Who did it.
        updated_by: String,
        /// As lists show it, without money.
        load: LoadRow,
    }
    /// A load went from one status to another.
    "load:status:changed" in Events Dispatch => LoadStatusChanged {
        /// Which.
        load_id: LoadId,
        /// As people call it.
        load_number: String,
        /// Where it was.
        previous_status: LoadStatus,
        /// Where it is.
        new_status: LoadStatus,
        /// Who did it.
        updated_by: String,
        /// As lists show it, without money.
        load: LoadRow,
    }
    /// Carrier or driver of a load were chosen.
    "load:assigned" in Events Dispatch => LoadAssigned {
        /// Which.
        load_id: LoadId,
        /// As people call it.
        load_number: String,
        /// Who moves it.
        carrier_id: CarrierId,
        /// As people call them.
        carrier_name: String,
        /// Who drives it.
        driver_id: Option<DriverId>,
        /// As people call them.
        driver_name: Option<String>,
        /// Who did it.
        updated_by: String,
        /// As lists show it, without money.
        load: LoadRow,
    }
    /// A load was sent on its way.
    "load:dispatched" in Events Dispatch => LoadDispatched {
        /// Which.
        load_id: LoadId,
        /// As people call it.
        load_number: String,
        /// Who moves it.
        carrier_id: CarrierId,
        /// As people call them.
        carrier_name: String,
        /// Who drives it.
        driver_id: Option<DriverId>,
        /// As people call them.
        driver_name: Option<String>,
        /// Who did it.
        updated_by: String,
        /// As lists show it, without money.
        load: LoadRow,
    }
    /// A load was delivered.
    "load:delivered" in Events Dispatch => LoadDelivered {
        /// Which.
        load_id: LoadId,
        /// As people call it.
        load_number: String,
        /// When.
        delivered_at: Timestamp,
        /// As lists show it, without money.
        load: LoadRow,
    }
    /// A truck is expected at another time than before.
    "load:eta:updated" in Events Dispatch Tracking => LoadEtaUpdated {
        /// Which.
        load_id: LoadId,
        /// As people call it.
        load_number: String,
        /// When it was expected.
        previous_eta: Option<Timestamp>,
        /// When it is expected.
        new_eta: Option<Timestamp>,
    }
    /// A truck came to a stop.
    "stop:arrived" in Events Tracking => StopArrived {
        /// Of which load.
        load_id: LoadId,
        /// As people call it.
        load_number: String,
        /// Which stop.
        stop_id: StopId,
        /// What it is for.
        stop_type: StopKind,
        /// When.
        arrived_at: Timestamp,
    }
    /// A truck left a stop.
    "stop:departed" in Events Tracking => StopDeparted {
        /// Of which load.
        load_id: LoadId,
        /// As people call it.
        load_number: String,
        /// Which stop.
        stop_id: StopId,
        /// What it is for.
        stop_type: StopKind,
        /// When.
        departed_at: Timestamp,
    }
    /// A carrier was given a load; told to that carrier's people alone.
    "carrier:load:assigned" in Events => CarrierLoadAssigned {
        /// Which.
        load_id: LoadId,
        /// As people call it.
        load_number: String,
        /// To whom.
        carrier_id: CarrierId,
        /// As lists show it to a carrier, without money.
        load: LoadRow,
    }
    /// A carrier lost a load again; told to that carrier's people alone.
    "carrier:load:withdrawn" in Events => CarrierLoadWithdrawn {
        /// Which.
        load_id: LoadId,
        /// As people call it.
        load_number: String,
        /// From whom.
        carrier_id: CarrierId,
    }
}

/// A truck moved. Never journaled: the next one replaces it, and a list shows the newest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadLocationUpdated {
    /// Which load.
    pub load_id: LoadId,
    /// As people call it.
    pub load_number: String,
    /// Where.
    pub location: Point,
    /// When it is expected at its next stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eta: Option<Timestamp>,
    /// Miles an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed: Option<f64>,
    /// Degrees clockwise from north.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<f64>,
    /// By the device's clock.
    pub recorded_at: Timestamp,
    /// Where the report comes from.
    pub source: Source,
}

impl Event for LoadLocationUpdated {
    const NAME: &'static str = "load:location:updated";
    const NAMESPACES: &'static [Namespace] = &[Namespace::Tracking, Namespace::Events];
}

impl LoadLocationUpdated {
    /// The standard's older name for the same, told to a load's watchers on `/tracking`.
    pub const ALIAS: &'static str = "location:updated";
}

/// The newest position of each truck of a view that moved since the last message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FleetPositions {
    /// One entry for each truck.
    pub positions: Vec<FleetFix>,
    /// Whether this is the whole view rather than what changed.
    pub full: bool,
}

impl Event for FleetPositions {
    const NAME: &'static str = "fleet:positions";
    const NAMESPACES: &'static [Namespace] = &[Namespace::Tracking];
}

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
#[serde(rename_all = "camelCase")]
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

    #[test]
    fn every_event_has_a_name_of_its_own_and_is_told_on_events() {
        let mut names: Vec<_> = DURABLE.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();

        assert_eq!(names.len(), DURABLE.len());
        assert!(DURABLE.iter().all(|(_, namespaces)| namespaces.contains(&Namespace::Events)));
    }
}
