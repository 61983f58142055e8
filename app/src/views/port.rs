//! What pages ask about saved views.

use async_trait::async_trait;
use contract::{
    Refusal,
    actor::Actor,
    views::{RemoveView, SaveView, SavedView},
};

/// What somebody looks for again and again.
#[async_trait]
pub trait Views: Send + Sync {
    /// The caller's own and those that colleagues share, by name.
    async fn views(&self, who: &Actor) -> Result<Vec<SavedView>, Refusal>;

    /// Saves one.
    async fn save_view(&self, who: &Actor, ask: SaveView) -> Result<SavedView, Refusal>;

    /// Removes one, and tells what it was, so that it can be saved again.
    async fn remove_view(&self, who: &Actor, ask: RemoveView) -> Result<SavedView, Refusal>;
}
