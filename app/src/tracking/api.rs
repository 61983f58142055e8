//! What clients call about positions.

use contract::{
    One,
    tracking::{PositionsReceived, ReportPositions, TrailFix, TrailQuery},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
use crate::caller::caller;
use crate::{fault::Fault, json::Json};

/// Reports where trucks are, up to 500 at once.
#[server(name = PositionsCall, prefix = "/api/v1", endpoint = "positions", input = Json, output = Json)]
pub async fn report_positions(#[server(flatten)] ask: ReportPositions) -> Result<One<PositionsReceived>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.report_positions(&caller.who, ask).await? })
}

/// Where a load's truck went.
#[server(prefix = "/api/v1", endpoint = "loads/positions", input = GetUrl, output = Json)]
pub async fn load_trail(#[server(flatten)] query: TrailQuery) -> Result<One<Vec<TrailFix>>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.trail(&caller.who, query).await? })
}
