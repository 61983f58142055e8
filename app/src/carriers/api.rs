//! What clients call about carriers and places.

use contract::{One, carriers::CarrierRow, loads::Place};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
use crate::caller::caller;
use crate::{fault::Fault, json::Json};

/// The company's carriers with their drivers.
#[server(prefix = "/api/v1", endpoint = "carriers", input = GetUrl, output = Json)]
pub async fn list_carriers() -> Result<One<Vec<CarrierRow>>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.carriers(&caller.who).await? })
}

/// Towns whose name begins like `q`.
#[server(prefix = "/api/v1", endpoint = "places", input = GetUrl, output = Json)]
pub async fn find_places(q: String) -> Result<One<Vec<Place>>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.places(&caller.who, &q).await? })
}
