//! Signing in and out.

use serde::{Deserialize, Serialize};

use crate::{CarrierId, DriverId, TenantId, Timestamp, UserId, actor::Role};

/// Who wants in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignIn {
    /// As it was registered, in any case.
    pub email: String,
    /// In the clear, over a connection that isn't.
    pub password: String,
}

/// Somebody signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// Who.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their company.
    pub tenant_id: TenantId,
    /// Its name.
    pub tenant_name: String,
    /// What they are.
    pub roles: Vec<Role>,
    /// Whom they work for, when not for the company itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_id: Option<CarrierId>,
    /// The driver they are, when they drive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver_id: Option<DriverId>,
}

/// A fresh sign-in or a renewed one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// For programs: the bearer token. Pages have it in a cookie that scripts can't read.
    pub access_token: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// For whom.
    pub user: Me,
}

/// An account that the sign-in page of a demo offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DemoAccount {
    /// To sign in with.
    pub email: String,
    /// Whose.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// Their company.
    pub tenant: String,
}

/// The password of every demo account.
pub const DEMO_PASSWORD: &str = "demo-password";
