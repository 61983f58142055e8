//! Who hears what: the audiences of events, and the socket rooms that carry them.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::{CarrierId, LoadId, TenantId, UserId, actor::Role};

/// An audience whose durable events are numbered without holes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Stream {
    /// A company's own staff.
    Tenant(TenantId),
    /// The people of one carrier of a company.
    Carrier(TenantId, CarrierId),
    /// One user.
    User(UserId),
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tenant(tenant) => write!(f, "tenant:{tenant}"),
            Self::Carrier(tenant, carrier) => write!(f, "carrier:{tenant}:{carrier}"),
            Self::User(user) => write!(f, "user:{user}"),
        }
    }
}

/// A socket room. It has no public way from text, so a client can't name one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Room {
    /// The readers of a stream.
    Stream(Stream),
    /// Those of a company who have a role.
    Role(TenantId, Role),
    /// Those who look at a load.
    Load(LoadId),
    /// Those who take every load's position on `/events`, at most one in 5 s for each load.
    Positions(Stream),
    /// Those of a company who see which load each of them is at.
    Presence(TenantId),
    /// Those who watch the same view of a company's fleet, by the view's number on this node.
    Fleet(TenantId, u64),
}

impl fmt::Display for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream(stream) => stream.fmt(f),
            Self::Role(tenant, role) => write!(f, "role:{tenant}:{}", role.name()),
            Self::Load(load) => write!(f, "load:{load}"),
            Self::Positions(stream) => write!(f, "positions:{stream}"),
            Self::Presence(tenant) => write!(f, "presence:{tenant}"),
            Self::Fleet(tenant, view) => write!(f, "fleet:{tenant}:{view}"),
        }
    }
}
