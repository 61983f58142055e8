//! People and their invitations, as they are kept.

use chrono::{DateTime, Utc};
use contract::{
    CarrierId, DriverId, TenantId, Timestamp, UserId,
    actor::Role,
    people::{Person, Standing},
};
use uuid::Uuid;

use super::{Store, Tx, column, moment, on, within};
use crate::error::Result;

/// The statement that reads a company's people, as far as `$rest` says; `$2` is the moment it is.
macro_rules! people {
    ($rest:literal) => {
        concat!(
            "SELECT u.id, u.name, u.email, u.role, u.active, u.joined, c.name AS carrier_name, i.expires_at,
                (SELECT CAST(COUNT(*) AS BIGINT) FROM sessions s
                    WHERE s.user_id = u.id AND s.revoked_at IS NULL AND s.expires_at > $2) AS sessions,
                (SELECT MAX(s.rotated_at) FROM sessions s WHERE s.user_id = u.id) AS seen_at
             FROM users u
             LEFT JOIN carriers c ON c.id = u.carrier_id
             LEFT JOIN invitations i ON i.user_id = u.id AND i.expires_at > $2
             WHERE u.tenant_id = $1 ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    email: String,
    role: String,
    active: bool,
    joined: bool,
    carrier_name: Option<String>,
    expires_at: Option<DateTime<Utc>>,
    sessions: i64,
    seen_at: Option<DateTime<Utc>>,
}

impl Row {
    /// Nothing when they have a role that only a newer version knows.
    fn person(self) -> Option<Person> {
        let standing = match (self.active, self.joined) {
            (true, _) => Standing::Active,
            (false, false) => Standing::Invited,
            (false, true) => Standing::Disabled,
        };
        Some(Person {
            id: UserId::new(self.id),
            name: self.name,
            email: self.email,
            role: Role::named(&self.role)?,
            standing,
            carrier_name: self.carrier_name,
            sessions: u32::try_from(self.sessions).unwrap_or(u32::MAX),
            seen_at: self.seen_at.map(moment),
            invited_until: self.expires_at.map(moment),
        })
    }
}

/// A company's people and its carriers', by name.
///
/// # Errors
/// When the database fails.
pub async fn list(store: &Store, tenant: TenantId, now: Timestamp) -> Result<Vec<Person>> {
    const SQL: &str = people!("ORDER BY u.name, u.id");
    let rows: Vec<Row> =
        on!(store, db => sqlx::query_as(SQL).bind(tenant.uuid()).bind(column(now)).fetch_all(db).await?);
    Ok(rows.into_iter().filter_map(Row::person).collect())
}

/// One of a company's people.
///
/// # Errors
/// When the database fails.
pub async fn one(tx: &mut Tx<'_>, id: UserId) -> Result<Option<Person>> {
    const SQL: &str = people!("AND u.id = $3");
    let (tenant, now) = (tx.tenant().uuid(), column(tx.now()));
    let row: Option<Row> =
        within!(tx, db => sqlx::query_as(SQL).bind(tenant).bind(now).bind(id.uuid()).fetch_optional(db).await?);
    Ok(row.and_then(Row::person))
}

/// Whether anybody, of whichever company, signs in with an address.
///
/// # Errors
/// When the database fails.
pub async fn is_taken(tx: &mut Tx<'_>, email: &str) -> Result<bool> {
    const SQL: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM users WHERE email = $1";
    let count: i64 = within!(tx, db => sqlx::query_scalar(SQL).bind(email).fetch_one(db).await?);
    Ok(count > 0)
}

/// Whether an account of a driver exists that may sign in, or might.
///
/// # Errors
/// When the database fails.
pub async fn drives(tx: &mut Tx<'_>, carrier: CarrierId, driver: DriverId) -> Result<bool> {
    const SQL: &str =
        "SELECT CAST(COUNT(*) AS BIGINT) FROM drivers WHERE tenant_id = $1 AND carrier_id = $2 AND id = $3";
    let tenant = tx.tenant().uuid();
    let count: i64 = within!(tx, db => {
        sqlx::query_scalar(SQL).bind(tenant).bind(carrier.uuid()).bind(driver.uuid()).fetch_one(db).await?
    });
    Ok(count > 0)
}

/// Notes that somebody has yet to choose a password, and shuts them out until then.
///
/// # Errors
/// When the database fails.
pub async fn await_joining(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    const SQL: &str = "UPDATE users SET joined = FALSE, active = FALSE WHERE id = $1 AND tenant_id = $2";
    let tenant = tx.tenant().uuid();
    within!(tx, db => _ = sqlx::query(SQL).bind(user.uuid()).bind(tenant).execute(db).await?);
    Ok(())
}

/// Opens a way in for somebody; one from before leads nowhere any more.
///
/// # Errors
/// When the database fails.
pub async fn invite(tx: &mut Tx<'_>, user: UserId, hash: &str, expires_at: Timestamp) -> Result<()> {
    const SQL: &str = "INSERT INTO invitations (user_id, tenant_id, hash, expires_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at";
    let tenant = tx.tenant().uuid();
    within!(tx, db => {
        _ = sqlx::query(SQL).bind(user.uuid()).bind(tenant).bind(hash).bind(column(expires_at)).execute(db).await?;
    });
    Ok(())
}

/// Whose way in this is, with their company and address, if it leads anywhere still.
///
/// # Errors
/// When the database fails.
pub async fn invited(store: &Store, hash: &str, now: Timestamp) -> Result<Option<(TenantId, UserId, String)>> {
    const SQL: &str = "SELECT i.tenant_id, i.user_id, u.email FROM invitations i JOIN users u ON u.id = i.user_id
        WHERE i.hash = $1 AND i.expires_at > $2";
    let row: Option<(Uuid, Uuid, String)> =
        on!(store, db => sqlx::query_as(SQL).bind(hash).bind(column(now)).fetch_optional(db).await?);
    Ok(row.map(|(tenant, user, email)| (TenantId::new(tenant), UserId::new(user), email)))
}

/// Takes an invitation up, whoever is first: they may sign in from now on. Gives whether it was still there.
///
/// # Errors
/// When the database fails.
pub async fn join(tx: &mut Tx<'_>, user: UserId, hash: &str) -> Result<bool> {
    const GONE: &str = "DELETE FROM invitations WHERE user_id = $1 AND hash = $2 AND expires_at > $3";
    const JOINED: &str = "UPDATE users SET joined = TRUE, active = TRUE WHERE id = $1 AND tenant_id = $2";
    let (tenant, now) = (tx.tenant().uuid(), column(tx.now()));
    let gone = within!(tx, db => {
        sqlx::query(GONE).bind(user.uuid()).bind(hash).bind(now).execute(db).await?.rows_affected()
    });
    if gone == 1 {
        within!(tx, db => _ = sqlx::query(JOINED).bind(user.uuid()).bind(tenant).execute(db).await?);
    }
    Ok(gone == 1)
}

/// Closes somebody's way in.
///
/// # Errors
/// When the database fails.
pub async fn close(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    const SQL: &str = "DELETE FROM invitations WHERE user_id = $1 AND tenant_id = $2";
    let tenant = tx.tenant().uuid();
    within!(tx, db => _ = sqlx::query(SQL).bind(user.uuid()).bind(tenant).execute(db).await?);
    Ok(())
}
