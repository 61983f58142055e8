//! People: who may sign in for a company and for its carriers, as its administrator sees them.

use serde::{Deserialize, Serialize};

use crate::{CarrierId, DriverId, Timestamp, UserId, actor::Role};

/// The longest name, in characters.
pub const MAX_NAME: usize = 100;

/// The longest address, in characters (RFC 5321, 4.5.3.1).
pub const MAX_EMAIL: usize = 254;

/// The shortest password, in characters (NIST SP 800-63B-4, 3.1.1.2, for a password that stands alone).
pub const MIN_PASSWORD: usize = 15;

/// The longest password, in bytes.
pub const MAX_PASSWORD: usize = 1_000;

/// How long an invitation can be taken up, in milliseconds: a week, with a weekend in it.
pub const INVITED_MS: i64 = 7 * 24 * 3_600_000;

/// How somebody stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// They may sign in.
    Active,
    /// They have never chosen a password.
    Invited,
    /// They are shut out.
    Disabled,
}

/// Somebody who may sign in, or might.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// As others see them.
    pub name: String,
    /// To sign in with.
    pub email: String,
    /// What they are.
    pub role: Role,
    /// How they stand.
    pub standing: Standing,
    /// The carrier they work for, when not for the company itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_name: Option<String>,
    /// How many sign-ins of theirs go on.
    pub sessions: u32,
    /// When they were there last, as far as that is kept: a page in use is noticed every quarter of an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    /// Until when their invitation can be taken up, if one is out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_until: Option<Timestamp>,
}

/// Invites somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Invite {
    /// To sign in with; nobody else has it.
    pub email: String,
    /// As others see them.
    pub name: String,
    /// What they are to be.
    pub role: Role,
    /// Whom they work for, when not for the company itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_id: Option<CarrierId>,
    /// The driver they are, when they drive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver_id: Option<DriverId>,
}

/// Somebody with the way in that they are to be given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Invited {
    /// Who.
    pub person: Person,
    /// The path, with its secret, at which they choose a password. It is told this once and kept nowhere.
    pub path: String,
}

/// Somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Whom {
    /// Who.
    pub id: UserId,
}

/// Changes what somebody is and whether they may sign in; what isn't named stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ChangePerson {
    /// Who.
    pub id: UserId,
    /// What they are to be: staff stay staff, and a carrier's people stay a carrier's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Whether they may sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// Takes an invitation up.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Join {
    /// The invitation's secret.
    pub token: String,
    /// To sign in with from now on.
    pub password: String,
}

/// Whether two roles are of one side: the company's, or a carrier's office, or the road.
pub fn are_alike(one: Role, other: Role) -> bool {
    (one.is_staff(), one == Role::Driver) == (other.is_staff(), other == Role::Driver)
}
