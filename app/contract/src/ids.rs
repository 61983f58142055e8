//! Ids as types of their own, so that a carrier's id can't be given where a load's is wanted.
//!
//! Only the server makes new ones (version 7, so that they sort by age); the browser merely carries them. A key of a
//! client's own, by which a repeat is known, is the one exception.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "format": "uuid" })
            }
        }

        impl $name {
            /// Takes an id that was read or made elsewhere.
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The bare id, for the database.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl core::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(s).map(Self)
            }
        }
    )+};
}

ids! {
    /// A company that uses Headhaul.
    TenantId
    /// Somebody who signs in.
    UserId
    /// A sign-in of a user, from which tokens are renewed until it is ended.
    SessionId
    /// A trucking company that moves loads for a tenant.
    CarrierId
    /// Somebody who drives for a carrier.
    DriverId
    /// One truck movement given to one carrier.
    LoadId
    /// A pickup, a delivery or a halt between.
    StopId
    /// An offer of a load to carriers.
    TenderId
    /// A paper of a load.
    DocumentId
    /// A link by which a driver reports without signing in.
    LinkId
    /// Something that happened, the same wherever it is told.
    EventId
    /// A report of position and condition from the road.
    CheckCallId
    /// A message about a load.
    MessageId
    /// What a client calls something that it sends, so that a repeat is known.
    ClientKey
    /// A view that somebody saved.
    ViewId
    /// A notice to somebody.
    NotificationId
}
