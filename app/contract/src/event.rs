//! Everything that is told to browsers: a type for each event, its name and namespaces written once.

mod catalogue;
mod further;
mod presence;
#[cfg(test)]
mod samples;
mod travel;

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};

use crate::{
    CarrierId, DriverId, LoadId, MessageId, StopId, Timestamp, UserId,
    geo::Point,
    loads::{LoadRow, StopKind},
    messages::Audience,
    status::LoadStatus,
    tenders::OfferState,
    tracking::{FrameBytes, Source},
};
pub use catalogue::{Durable, Kind, catalogue};
pub use further::*;
pub use presence::*;
pub use travel::*;

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

            impl Durable for $type {}
        )+

        /// Any durable event that our pages decode.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(tag = "event", content = "data")]
        pub enum Happened {
            $($(#[$doc])* #[serde(rename = $name)] $type($type),)+
        }

        impl Happened {
            /// Reads the data of an event of a name; nothing when there is no durable event of that name.
            pub fn read<'de, D: Deserializer<'de>>(name: &str, data: D) -> Result<Option<Self>, D::Error> {
                match name {
                    $($name => $type::deserialize(data).map(|event| Some(Self::$type(event))),)+
                    _ => Ok(None),
                }
            }

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

        /// The names of these events, and where they are told; [`catalogue`] has them all.
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
    /// An offer of a load stands elsewhere than before; told to the desk and to the carrier that has or had the offer.
    "tender:updated" in Events => TenderUpdated {
        /// Of which load.
        load_id: LoadId,
        /// As people call it.
        load_number: String,
        /// To whom it was offered.
        carrier_id: CarrierId,
        /// As people call them.
        carrier_name: String,
        /// Where it stands.
        state: OfferState,
        /// Until when it can or could be accepted.
        expires_at: Option<Timestamp>,
        /// Who did it; nobody when the window closed by itself.
        updated_by: String,
    }
    /// A carrier or driver was given a load; told to that carrier's people and that driver alone.
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
    /// A carrier or driver lost a load again; told to that carrier's people and that driver alone.
    "carrier:load:withdrawn" in Events => CarrierLoadWithdrawn {
        /// Which.
        load_id: LoadId,
        /// As people call it.
        load_number: String,
        /// From whom.
        carrier_id: CarrierId,
    }
    /// Somebody wrote about a load; a note is told to the desk alone, and the rest to the load's carrier and driver too.
    "message:new" in Events => MessageNew {
        /// Which message.
        message_id: MessageId,
        /// About which load.
        load_id: LoadId,
        /// As people call it.
        load_number: String,
        /// Who wrote; to a carrier's people the desk is nobody in particular.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sender_id: Option<UserId>,
        /// As the listener knows them.
        sender_name: String,
        /// What they wrote.
        text: String,
        /// For whom.
        audience: Audience,
        /// Whom it names, of those whom the listener may know.
        mentions: Vec<UserId>,
        /// When.
        sent_at: Timestamp,
    }
    /// Somebody has read what was written about a load; told to the desk and to the reader's own side.
    "message:read" in Events => MessageRead {
        /// About which load.
        load_id: LoadId,
        /// The newest message that they have read.
        message_id: MessageId,
        /// Who.
        reader_id: UserId,
        /// As people call them.
        reader_name: String,
        /// When.
        read_at: Timestamp,
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

/// The newest position of each truck of a view that moved since the last message, conflated and never journaled. One that
/// left the view comes once more, with its first position outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FleetPositions {
    /// A [`crate::tracking::Frame`] in its bytes, read by means of a [`crate::tracking::Roster`].
    pub positions: FrameBytes,
}

impl Event for FleetPositions {
    const NAME: &'static str = "fleet:positions";
    const NAMESPACES: &'static [Namespace] = &[Namespace::Tracking];
}
