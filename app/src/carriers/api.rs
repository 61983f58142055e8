//! What clients call about carriers and places.

use contract::{
    CarrierId, One,
    carriers::{CarrierDetail, CarrierForm, CarrierRow, ChangeCarrier, SetDriver, SuggestQuery, Suggested},
    loads::Place,
};
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

/// Everything of one carrier.
#[server(prefix = "/api/v1", endpoint = "carriers/one", input = GetUrl, output = Json)]
pub async fn one_carrier(id: CarrierId) -> Result<One<CarrierDetail>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.carrier(&caller.who, id).await? })
}

/// Enters a carrier.
#[server(prefix = "/api/v1", endpoint = "carriers", input = Json, output = Json)]
pub async fn enter_carrier(#[server(flatten)] form: CarrierForm) -> Result<One<CarrierDetail>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.enter_carrier(&caller.who, form).await? })
}

/// Changes a carrier.
#[server(name = CarrierChangeCall, prefix = "/api/v1", endpoint = "carriers/change", input = Json, output = Json)]
pub async fn change_carrier(#[server(flatten)] ask: ChangeCarrier) -> Result<One<CarrierDetail>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.change_carrier(&caller.who, ask).await? })
}

/// Enters a driver, or changes one.
#[server(name = DriverCall, prefix = "/api/v1", endpoint = "carriers/drivers", input = Json, output = Json)]
pub async fn set_driver(#[server(flatten)] ask: SetDriver) -> Result<One<CarrierDetail>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.set_driver(&caller.who, ask).await? })
}

/// The carriers that suit a load, the best first.
#[server(prefix = "/api/v1", endpoint = "carriers/suggested", input = GetUrl, output = Json)]
pub async fn suggest_carriers(#[server(flatten)] ask: SuggestQuery) -> Result<One<Vec<Suggested>>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.suggest_carriers(&caller.who, ask).await? })
}

/// Towns whose name begins like `q`.
#[server(prefix = "/api/v1", endpoint = "places", input = GetUrl, output = Json)]
pub async fn find_places(q: String) -> Result<One<Vec<Place>>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.places(&caller.who, &q).await? })
}
