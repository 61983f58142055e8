//! What pages ask about drivers' links.

use async_trait::async_trait;
use contract::{
    LoadId, Refusal,
    actor::Actor,
    links::{DriverLink, MadeLink, MakeLink, RevokeLink},
};

/// Links by which drivers report without signing in.
#[async_trait]
pub trait Links: Send + Sync {
    /// Makes one; where it leads is told this once.
    async fn make_link(&self, who: &Actor, ask: MakeLink) -> Result<MadeLink, Refusal>;

    /// Those of a load with how they do, newest first.
    async fn links(&self, who: &Actor, load: LoadId) -> Result<Vec<DriverLink>, Refusal>;

    /// Ends one at once; gives those of its load.
    async fn revoke_link(&self, who: &Actor, ask: RevokeLink) -> Result<Vec<DriverLink>, Refusal>;
}
