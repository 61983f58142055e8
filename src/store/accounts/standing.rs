//! What becomes of a user: let in, shut out, given another role or another password.

use contract::{UserId, actor::Role};
use uuid::Uuid;

use crate::{
    error::Result,
    store::{Tx, column, within},
};

/// Lets a user in or shuts them out; shutting out ends their sessions.
///
/// # Errors
/// When the database fails.
pub async fn set_active(tx: &mut Tx<'_>, user: UserId, active: bool) -> Result<bool> {
    const SQL: &str = "UPDATE users SET active = $3 WHERE id = $1 AND tenant_id = $2";
    let tenant = tx.tenant().uuid();
    let changed = within!(tx, db => sqlx::query(SQL).bind(user.uuid()).bind(tenant).bind(active).execute(db).await?
        .rows_affected());
    if changed == 1 && !active {
        end_sessions(tx, user).await?;
    }
    Ok(changed == 1)
}

/// Gives a user another role. Their sessions go on with it; their sockets are put out and come back by it.
///
/// # Errors
/// When the database fails.
pub async fn set_role(tx: &mut Tx<'_>, user: UserId, role: Role) -> Result<bool> {
    const SQL: &str = "UPDATE users SET role = $3 WHERE id = $1 AND tenant_id = $2";
    let tenant = tx.tenant().uuid();
    let changed = within!(tx, db => sqlx::query(SQL).bind(user.uuid()).bind(tenant).bind(role.name()).execute(db).await?
        .rows_affected());
    Ok(changed == 1)
}

/// Gives a user another password, which ends their sessions: whoever knew the old one is out.
///
/// # Errors
/// When the database fails.
pub async fn set_password(tx: &mut Tx<'_>, user: UserId, hash: &str) -> Result<bool> {
    const SQL: &str = "UPDATE users SET password_hash = $3 WHERE id = $1 AND tenant_id = $2";
    let tenant = tx.tenant().uuid();
    let changed = within!(tx, db => sqlx::query(SQL).bind(user.uuid()).bind(tenant).bind(hash).execute(db).await?
        .rows_affected());
    if changed == 1 {
        end_sessions(tx, user).await?;
    }
    Ok(changed == 1)
}

/// Ends all sessions of a user.
///
/// # Errors
/// When the database fails.
pub async fn end_sessions(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    const SQL: &str = "UPDATE sessions SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL";
    let now = column(tx.now());
    within!(tx, db => sqlx::query(SQL).bind(user.uuid()).bind(now).execute(db).await?.rows_affected());
    Ok(())
}

/// Those of the company who have a role and may sign in.
///
/// # Errors
/// When the database fails.
pub async fn with_role(tx: &mut Tx<'_>, role: Role) -> Result<Vec<UserId>> {
    const SQL: &str = "SELECT id FROM users WHERE tenant_id = $1 AND role = $2 AND active ORDER BY id";
    let tenant = tx.tenant().uuid();
    let users: Vec<Uuid> =
        within!(tx, db => sqlx::query_scalar(SQL).bind(tenant).bind(role.name()).fetch_all(db).await?);
    Ok(users.into_iter().map(UserId::new).collect())
}
