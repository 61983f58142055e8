//! What clients ask about what they missed.

use async_trait::async_trait;
use contract::{
    Refusal,
    actor::Actor,
    event::{Cursor, Missed},
};
use serde_json::Value;

/// The journal of durable events.
#[async_trait]
pub trait Journal: Send + Sync {
    /// What `who` missed since a cursor.
    async fn missed(&self, who: &Actor, since: Cursor) -> Result<Missed<Value>, Refusal>;
}
