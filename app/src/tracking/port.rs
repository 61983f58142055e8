//! What clients ask about positions.

use async_trait::async_trait;
use contract::{
    Refusal,
    actor::Actor,
    tracking::{PositionsReceived, ReportPositions, TrailFix, TrailQuery},
};

/// Positions of trucks.
#[async_trait]
pub trait Tracking: Send + Sync {
    /// Stores reports; answered when they are stored.
    async fn report_positions(&self, who: &Actor, ask: ReportPositions) -> Result<PositionsReceived, Refusal>;

    /// Where a load's truck went, oldest first.
    async fn trail(&self, who: &Actor, query: TrailQuery) -> Result<Vec<TrailFix>, Refusal>;
}
