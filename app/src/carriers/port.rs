//! What pages ask about carriers and places.

use async_trait::async_trait;
use contract::{
    CarrierId, Refusal,
    actor::Actor,
    carriers::{CarrierDetail, CarrierForm, CarrierRow, ChangeCarrier, SetDriver, SuggestQuery, Suggested},
    loads::Place,
};

/// Carriers, and places to choose from.
#[async_trait]
pub trait Carriers: Send + Sync {
    /// The company's carriers with their drivers, by name.
    async fn carriers(&self, who: &Actor) -> Result<Vec<CarrierRow>, Refusal>;

    /// Everything of one carrier.
    async fn carrier(&self, who: &Actor, id: CarrierId) -> Result<CarrierDetail, Refusal>;

    /// Enters a carrier.
    async fn enter_carrier(&self, who: &Actor, form: CarrierForm) -> Result<CarrierDetail, Refusal>;

    /// Changes a carrier that is still at the version that the caller saw.
    async fn change_carrier(&self, who: &Actor, ask: ChangeCarrier) -> Result<CarrierDetail, Refusal>;

    /// Enters a driver, or changes one.
    async fn set_driver(&self, who: &Actor, ask: SetDriver) -> Result<CarrierDetail, Refusal>;

    /// The carriers that suit a load, the best first, with what speaks for each.
    async fn suggest_carriers(&self, who: &Actor, ask: SuggestQuery) -> Result<Vec<Suggested>, Refusal>;

    /// Towns whose name begins like `text`, larger ones first, at most ten.
    async fn places(&self, who: &Actor, text: &str) -> Result<Vec<Place>, Refusal>;
}
