//! What clients call about figures.

use contract::{
    One,
    kpis::{KpiQuery, Kpis},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
use crate::caller::caller;
use crate::{fault::Fault, json::Json};

/// How the desk does, for the caller's eyes.
#[server(prefix = "/api/v1", endpoint = "kpis", input = GetUrl, output = Json)]
pub async fn read_kpis(#[server(flatten)] query: KpiQuery) -> Result<One<Kpis>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.kpis(&caller.who, query).await? })
}
