//! What belongs to a refusal beyond its code.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Flaw, Rule};
use crate::{Timestamp, loads::Check, status::LoadStatus};

/// Who was faster with a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Overtaken {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What belongs to a refusal beyond its code.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Details {
    /// Per field of the input, what is wrong with it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// The same in one word for each field, where there is one.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub flaws: BTreeMap<String, Flaw>,
    /// The fields that somebody else has changed since the caller saw them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub overtaken: BTreeMap<String, Overtaken>,
    /// The current version of what the caller wanted to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Who changed it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_by: Option<String>,
    /// When they did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Timestamp>,
    /// The status it has now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<LoadStatus>,
    /// Where the load can go from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<LoadStatus>>,
    /// The rule that stands against it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// What is not as it must be before a truck starts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// How long to wait, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The id under which the server's log has the failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}
