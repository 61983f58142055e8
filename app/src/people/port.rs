//! What pages ask about people.

use async_trait::async_trait;
use contract::{
    Refusal,
    actor::Actor,
    people::{ChangePerson, Invite, Invited, Person, Whom},
};

/// Who may sign in, and as what.
#[async_trait]
pub trait People: Send + Sync {
    /// The company's people and its carriers', by name.
    async fn people(&self, who: &Actor) -> Result<Vec<Person>, Refusal>;

    /// Invites somebody.
    async fn invite(&self, who: &Actor, ask: Invite) -> Result<Invited, Refusal>;

    /// Gives somebody another way in to choose a password; the one before it leads nowhere any more.
    async fn invite_again(&self, who: &Actor, ask: Whom) -> Result<Invited, Refusal>;

    /// Changes what somebody is, and whether they may sign in.
    async fn change_person(&self, who: &Actor, ask: ChangePerson) -> Result<Person, Refusal>;

    /// Ends all sign-ins of somebody.
    async fn end_sessions(&self, who: &Actor, ask: Whom) -> Result<Person, Refusal>;
}
