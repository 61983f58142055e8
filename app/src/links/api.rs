//! What clients call about drivers' links.

use contract::{
    LoadId, One,
    links::{DriverLink, MadeLink, MakeLink, RevokeLink},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
use crate::caller::caller;
use crate::{fault::Fault, json::Json};

/// Makes a link for a load's driver; where it leads is told this once.
#[server(name = MakeLinkCall, prefix = "/api/v1", endpoint = "links", input = Json, output = Json)]
pub async fn make_link(#[server(flatten)] ask: MakeLink) -> Result<One<MadeLink>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.make_link(&caller.who, ask).await? })
}

/// The links of a load with how they do, newest first.
#[server(prefix = "/api/v1", endpoint = "links", input = GetUrl, output = Json)]
pub async fn list_links(#[server(rename = "loadId")] load_id: LoadId) -> Result<One<Vec<DriverLink>>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.links(&caller.who, load_id).await? })
}

/// Ends a link at once; gives those of its load.
#[server(name = RevokeLinkCall, prefix = "/api/v1", endpoint = "links/revoke", input = Json, output = Json)]
pub async fn revoke_link(#[server(flatten)] ask: RevokeLink) -> Result<One<Vec<DriverLink>>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.revoke_link(&caller.who, ask).await? })
}
