//! What the pages ask of check calls.

use async_trait::async_trait;
use contract::{
    Refusal,
    actor::Actor,
    check_calls::{ChangeCheckCall, CheckCall, CheckCallQuery, DueCalls, LogCheckCall, RemoveCheckCall},
};

/// Check calls.
#[async_trait]
pub trait CheckCalls: Send + Sync {
    /// What was reported of a load, as far as the caller may see it.
    async fn check_calls(
        &self,
        who: &Actor,
        query: CheckCallQuery,
    ) -> Result<contract::check_calls::CheckCalls, Refusal>;

    /// The loads that must be heard of, what costs most first.
    async fn due_calls(&self, who: &Actor) -> Result<DueCalls, Refusal>;

    /// Logs a call.
    async fn log_check_call(&self, who: &Actor, ask: LogCheckCall) -> Result<CheckCall, Refusal>;

    /// Changes the notes of the caller's own call.
    async fn change_check_call(&self, who: &Actor, ask: ChangeCheckCall) -> Result<CheckCall, Refusal>;

    /// Takes a call out.
    async fn remove_check_call(&self, who: &Actor, ask: RemoveCheckCall) -> Result<(), Refusal>;
}
