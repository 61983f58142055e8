//! What pages ask about figures.

use async_trait::async_trait;
use contract::{
    Refusal,
    actor::Actor,
    kpis::{KpiQuery, Kpis},
};

/// How the desk does.
#[async_trait]
pub trait Figures: Send + Sync {
    /// The figures, for the caller's eyes.
    async fn kpis(&self, who: &Actor, query: KpiQuery) -> Result<Kpis, Refusal>;
}
