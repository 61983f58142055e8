//! What clients call about saved views.

use contract::{
    One,
    views::{RemoveView, SaveView, SavedView},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
use crate::caller::caller;
use crate::{fault::Fault, json::Json};

/// The caller's own views and those that colleagues share, by name.
#[server(prefix = "/api/v1", endpoint = "views", input = GetUrl, output = Json)]
pub async fn list_views() -> Result<One<Vec<SavedView>>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.views(&caller.who).await? })
}

/// Saves a view.
#[server(name = SaveViewCall, prefix = "/api/v1", endpoint = "views", input = Json, output = Json)]
pub async fn save_view(#[server(flatten)] ask: SaveView) -> Result<One<SavedView>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.save_view(&caller.who, ask).await? })
}

/// Removes a view.
#[server(name = RemoveViewCall, prefix = "/api/v1", endpoint = "views/remove", input = Json, output = Json)]
pub async fn remove_view(#[server(flatten)] ask: RemoveView) -> Result<One<SavedView>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.remove_view(&caller.who, ask).await? })
}
