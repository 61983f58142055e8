//! Telling a whole company, or all of it who have a role, something that no load is about.

use contract::{TenantId, actor::Role, event::Durable, room::Stream};

use crate::{desk::Desk, error::Result, store::accounts};

/// Whom it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// The company's own staff.
    Staff,
    /// Those who have a role. Each is told in a stream of their own, so that it isn't missed by who is away.
    Role(Role),
}

impl Desk {
    /// Tells them, once and for good: it is journaled like everything that happens.
    ///
    /// # Errors
    /// When the database fails; then nobody is told.
    pub async fn announce(&self, tenant: TenantId, to: To, event: impl Durable) -> Result<()> {
        let mut tx = self.begin_itself(tenant).await?;
        match to {
            To::Staff => tx.tell(Stream::Tenant(tenant), event),
            To::Role(role) => {
                let users = accounts::with_role(&mut tx, role).await?;
                tx.tell_all(users.into_iter().map(|user| (Stream::User(user), event.clone())));
            }
        }
        tx.commit().await
    }
}
