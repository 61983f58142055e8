//! What clients call when there is no socket.

#[cfg(feature = "ssr")]
use contract::Refusal;
use contract::{One, event::Missed};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde_json::Value;

#[cfg(feature = "ssr")]
use crate::caller::caller;
use crate::{fault::Fault, json::Json};

/// What the caller missed since a cursor, given as JSON; without one, where they stand.
#[server(prefix = "/api/v1", endpoint = "events", input = GetUrl, output = Json)]
pub async fn missed_events(#[server(default)] since: String) -> Result<One<Missed<Value>>, Fault> {
    let caller = caller()?;
    let since = if since.is_empty() { "{}" } else { &since };
    let since = crate::json::read(since).map_err(|fault| Refusal::invalid("since", fault.to_string()))?;
    Ok(One { data: caller.desk.missed(&caller.who, since).await? })
}
