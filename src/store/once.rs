//! What was done under a key that its caller chose, so that a call which is sent again is done once.

use contract::{Code, Refusal, Timestamp, UserId};

use super::{Store, Tx, column, on, within};
use crate::error::Result;

/// The key of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// Whose key it is. Everybody's keys are their own.
    pub user: UserId,
    /// What the caller sent.
    pub key: String,
    /// The call that it stands for, hashed.
    pub print: String,
}

/// A key that was used.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Used {
    /// The call it was used for, hashed.
    pub print: String,
    /// What was answered; nothing when the server stopped between the two.
    pub answer: Option<String>,
}

/// What a key was used for.
///
/// # Errors
/// When the database fails.
pub async fn used(store: &Store, once: &Once) -> Result<Option<Used>> {
    const SQL: &str = "SELECT print, answer FROM once WHERE user_id = $1 AND key = $2";
    let user = once.user.uuid();
    Ok(on!(store, db => sqlx::query_as(SQL).bind(user).bind(&once.key).fetch_optional(db).await?))
}

/// Uses a key, in the same write as what is done under it.
///
/// # Errors
/// `conflict` when it was used meanwhile; then nothing is done.
pub(super) async fn using(tx: &mut Tx<'_>, once: &Once) -> Result<()> {
    const SQL: &str = "INSERT INTO once (user_id, key, tenant_id, print, at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (user_id, key) DO NOTHING";
    let (user, tenant, at) = (once.user.uuid(), tx.tenant().uuid(), column(tx.now()));
    let rows = within!(tx, db => sqlx::query(SQL).bind(user).bind(&once.key).bind(tenant).bind(&once.print).bind(at)
        .execute(db).await?.rows_affected());
    if rows == 0 {
        return Err(Refusal::new(Code::Conflict, "The same call is being answered.").into());
    }
    Ok(())
}

/// Keeps what was answered; nothing, where it came out wrong.
///
/// # Errors
/// When the database fails.
pub async fn answered(tx: &mut Tx<'_>, once: &Once, answer: Option<&str>) -> Result<()> {
    const SQL: &str = "UPDATE once SET answer = $1 WHERE user_id = $2 AND key = $3 AND tenant_id = $4";
    let (user, tenant) = (once.user.uuid(), tx.tenant().uuid());
    within!(tx, db => sqlx::query(SQL).bind(answer).bind(user).bind(&once.key).bind(tenant).execute(db).await?
        .rows_affected());
    Ok(())
}

/// Forgets up to `most` of a company's keys of before a moment; gives how many there were.
///
/// # Errors
/// When the database fails.
pub async fn forget_before(tx: &mut Tx<'_>, before: Timestamp, most: u64) -> Result<u64> {
    const SQL: &str = "DELETE FROM once WHERE (user_id, key) IN
        (SELECT user_id, key FROM once WHERE tenant_id = $1 AND at < $2 ORDER BY at LIMIT $3)";
    let tenant = tx.tenant().uuid();
    Ok(within!(tx, db => sqlx::query(SQL).bind(tenant).bind(column(before)).bind(most.cast_signed()).execute(db).await?
        .rows_affected()))
}
