//! What clients call about check calls.

use contract::{
    One,
    check_calls::{ChangeCheckCall, CheckCall, CheckCallQuery, CheckCalls, DueCalls, LogCheckCall, RemoveCheckCall},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
use crate::caller::caller;
use crate::{fault::Fault, json::Json};

/// What was reported of a load.
#[server(prefix = "/api/v1", endpoint = "check-calls", input = GetUrl, output = Json)]
pub async fn calls_of_load(#[server(flatten)] query: CheckCallQuery) -> Result<CheckCalls, Fault> {
    let caller = caller()?;
    Ok(caller.desk.check_calls(&caller.who, query).await?)
}

/// The loads that must be heard of.
#[server(prefix = "/api/v1", endpoint = "check-calls/due", input = GetUrl, output = Json)]
pub async fn list_due_calls() -> Result<DueCalls, Fault> {
    let caller = caller()?;
    Ok(caller.desk.due_calls(&caller.who).await?)
}

/// Logs a call.
#[server(name = CheckCallLogCall, prefix = "/api/v1", endpoint = "check-calls", input = Json, output = Json)]
pub async fn log_check_call(#[server(flatten)] ask: LogCheckCall) -> Result<One<CheckCall>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.log_check_call(&caller.who, ask).await? })
}

/// Changes the notes of a call.
#[server(name = CheckCallChangeCall, prefix = "/api/v1", endpoint = "check-calls/change", input = Json, output = Json)]
pub async fn change_check_call(#[server(flatten)] ask: ChangeCheckCall) -> Result<One<CheckCall>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.change_check_call(&caller.who, ask).await? })
}

/// Takes a call out.
#[server(name = CheckCallRemoveCall, prefix = "/api/v1", endpoint = "check-calls/remove", input = Json, output = Json)]
pub async fn remove_check_call(#[server(flatten)] ask: RemoveCheckCall) -> Result<One<()>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.remove_check_call(&caller.who, ask).await? })
}
