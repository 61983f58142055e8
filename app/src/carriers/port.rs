//! What pages ask about carriers and places.

use async_trait::async_trait;
use contract::{Refusal, actor::Actor, carriers::CarrierRow, loads::Place};

/// Carriers and places to choose from.
#[async_trait]
pub trait Carriers: Send + Sync {
    /// The company's carriers with their drivers, by name.
    async fn carriers(&self, who: &Actor) -> Result<Vec<CarrierRow>, Refusal>;

    /// Towns whose name begins like `text`, larger ones first, at most ten.
    async fn places(&self, who: &Actor, text: &str) -> Result<Vec<Place>, Refusal>;
}
