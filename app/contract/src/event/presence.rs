//! Who else is looking at a load, or changing it. Told at the moment alone: whoever comes later asks.

use serde::{Deserialize, Serialize};

use super::{Event, Namespace};
use crate::{LoadId, UserId};

/// What somebody does with a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PresenceMode {
    /// They look at it.
    Viewing,
    /// They are changing it.
    Editing,
}

/// A browser says where its user is: `presence:set`, every few seconds for as long as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetPresence {
    /// At which load; at none in particular when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_id: Option<LoadId>,
    /// What they do with it.
    pub mode: PresenceMode,
}

/// Somebody of the staff looks at a load, or at none in particular.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PresenceUpdated {
    /// Who.
    pub user_id: UserId,
    /// As people call them.
    pub user_name: String,
    /// At which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_id: Option<LoadId>,
    /// What they do with it.
    pub mode: PresenceMode,
}

impl Event for PresenceUpdated {
    const NAME: &'static str = "presence:updated";
    const NAMESPACES: &'static [Namespace] = &[Namespace::Dispatch];
}

/// Somebody's last socket on the board went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PresenceLeft {
    /// Who.
    pub user_id: UserId,
}

impl Event for PresenceLeft {
    const NAME: &'static str = "presence:left";
    const NAMESPACES: &'static [Namespace] = &[Namespace::Dispatch];
}
