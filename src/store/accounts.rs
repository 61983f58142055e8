//! Companies, users and their sign-ins.

mod standing;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use contract::{
    CarrierId, DriverId, SessionId, TenantId, Timestamp, UserId,
    accounts::{DemoAccount, Me},
    actor::{Actor, Role},
};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Store, Tx, column, moment, on, within};
use crate::error::Result;

pub use standing::{end_sessions, set_active, set_password, set_role, with_role};

/// A user as signing in needs them.
#[derive(Clone, Debug)]
pub struct Account {
    /// Who.
    pub id: UserId,
    /// The argon2id hash of their password.
    pub password_hash: String,
    /// Whether they may sign in at all.
    pub active: bool,
    /// Until when they may not, after too many failures.
    pub locked_until: Option<Timestamp>,
}

/// A living session with the user it belongs to, both as they are now.
#[derive(Clone, Debug)]
pub struct Session {
    /// The caller.
    pub actor: Actor,
    /// The same for pages.
    pub me: Me,
}

/// What a shown refresh token is to its session.
#[derive(Clone, Debug)]
pub struct Refresh {
    /// Whether the token is the one before the one now in force.
    pub is_previous: bool,
    /// When the one now in force was given out.
    pub rotated_at: Timestamp,
}

/// A user to be made.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Their id.
    pub id: UserId,
    /// Lower case.
    pub email: String,
    /// As others see it.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// argon2id.
    pub password_hash: String,
    /// For whom, when not for the company itself.
    pub carrier: Option<CarrierId>,
    /// The driver they are, when they drive.
    pub driver: Option<DriverId>,
}

/// The user with this address.
///
/// # Errors
/// When the database fails.
pub async fn account(store: &Store, email: &str) -> Result<Option<Account>> {
    const SQL: &str = "SELECT id, password_hash, active, locked_until FROM users WHERE email = $1";
    // PostgreSQL can't even be asked for such an address.
    if email.contains('\0') {
        return Ok(None);
    }
    let row: Option<(Uuid, String, bool, Option<DateTime<Utc>>)> =
        on!(store, db => sqlx::query_as(SQL).bind(email).fetch_optional(db).await?);
    Ok(row.map(|(id, password_hash, active, locked_until)| Account {
        id: UserId::new(id),
        password_hash,
        active,
        locked_until: locked_until.map(moment),
    }))
}

/// The company of a user.
///
/// # Errors
/// When the database fails.
pub async fn tenant_of(store: &Store, user: UserId) -> Result<Option<TenantId>> {
    const SQL: &str = "SELECT tenant_id FROM users WHERE id = $1";
    let row: Option<(Uuid,)> = on!(store, db => sqlx::query_as(SQL).bind(user.uuid()).fetch_optional(db).await?);
    Ok(row.map(|(id,)| TenantId::new(id)))
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    user_id: Uuid,
    name: String,
    email: String,
    role: String,
    tenant_id: Uuid,
    tenant_name: String,
    carrier_id: Option<Uuid>,
    driver_id: Option<Uuid>,
    expires_at: DateTime<Utc>,
}

/// A session that is neither ended nor over and whose user may sign in, with its user as they are now.
///
/// # Errors
/// When the database fails.
pub async fn session(store: &Store, id: SessionId, now: Timestamp) -> Result<Option<Session>> {
    const SQL: &str = "SELECT s.user_id, u.name, u.email, u.role, u.tenant_id, t.name AS tenant_name, u.carrier_id,
            u.driver_id, s.expires_at
        FROM sessions s JOIN users u ON u.id = s.user_id JOIN tenants t ON t.id = u.tenant_id
        WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND u.active";
    let row: Option<SessionRow> =
        on!(store, db => sqlx::query_as(SQL).bind(id.uuid()).bind(column(now)).fetch_optional(db).await?);
    Ok(row.and_then(|row| {
        let role = Role::named(&row.role)?;
        let (user, tenant) = (UserId::new(row.user_id), TenantId::new(row.tenant_id));
        let (carrier, driver) = (row.carrier_id.map(CarrierId::new), row.driver_id.map(DriverId::new));
        Some(Session {
            actor: Actor {
                user,
                name: row.name.clone(),
                tenant,
                role,
                carrier,
                driver,
                session: id,
                expires_at: moment(row.expires_at),
            },
            me: Me {
                id: user,
                name: row.name,
                email: row.email,
                tenant_id: tenant,
                tenant_name: row.tenant_name,
                roles: vec![role],
                carrier_id: carrier,
                driver_id: driver,
            },
        })
    }))
}

/// What a refresh token, given by its hash, is to a living session; nothing when it is neither the one in force nor the
/// one before it.
///
/// # Errors
/// When the database fails.
pub async fn refresh(store: &Store, session: SessionId, hash: &str, now: Timestamp) -> Result<Option<Refresh>> {
    const SQL: &str = "SELECT refresh_hash, rotated_at FROM sessions
        WHERE id = $1 AND (refresh_hash = $2 OR previous_hash = $2) AND revoked_at IS NULL AND expires_at > $3";
    let row: Option<(String, DateTime<Utc>)> = on!(store, db => sqlx::query_as(SQL).bind(session.uuid()).bind(hash)
        .bind(column(now)).fetch_optional(db).await?);
    Ok(row.map(|(current, rotated_at)| Refresh { is_previous: current != hash, rotated_at: moment(rotated_at) }))
}

/// The accounts of a demo, one of each role and company first.
///
/// # Errors
/// When the database fails.
pub async fn demo_accounts(store: &Store) -> Result<Vec<DemoAccount>> {
    const SQL: &str = "SELECT u.email, u.name, u.role, t.name FROM users u JOIN tenants t ON t.id = u.tenant_id
        WHERE u.email LIKE '%.demo' ORDER BY t.slug, u.created_at, u.email";
    let rows: Vec<(String, String, String, String)> = on!(store, db => sqlx::query_as(SQL).fetch_all(db).await?);
    Ok(rows
        .into_iter()
        .filter_map(|(email, name, role, tenant)| Some(DemoAccount { email, name, role: Role::named(&role)?, tenant }))
        .collect())
}

/// Whether nobody can sign in yet.
///
/// # Errors
/// When the database fails.
pub async fn is_empty(store: &Store) -> Result<bool> {
    let users: i64 =
        on!(store, db => sqlx::query_scalar("SELECT CAST(COUNT(*) AS BIGINT) FROM users").fetch_one(db).await?);
    Ok(users == 0)
}

/// Makes a company.
///
/// # Errors
/// When the database fails or the slug is taken.
pub async fn add_tenant(tx: &mut Tx<'_>, slug: &str, name: &str, zone: &str) -> Result<()> {
    const SQL: &str = "INSERT INTO tenants (id, slug, name, zone) VALUES ($1, $2, $3, $4)";
    let id = tx.tenant().uuid();
    within!(tx, db => sqlx::query(SQL).bind(id).bind(slug).bind(name).bind(zone).execute(db).await?.rows_affected());
    Ok(())
}

/// The time zone by which a company counts its days.
///
/// # Errors
/// When the database fails.
pub async fn tenant_zone(store: &Store, tenant: TenantId) -> Result<Option<String>> {
    const SQL: &str = "SELECT zone FROM tenants WHERE id = $1";
    Ok(on!(store, db => sqlx::query_scalar(SQL).bind(tenant.uuid()).fetch_optional(db).await?))
}

/// What the company of this write is called.
///
/// # Errors
/// When the database fails.
pub async fn company_name(tx: &mut Tx<'_>) -> Result<String> {
    const SQL: &str = "SELECT name FROM tenants WHERE id = $1";
    let tenant = tx.tenant().uuid();
    let name: Option<String> = within!(tx, db => sqlx::query_scalar(SQL).bind(tenant).fetch_optional(db).await?);
    Ok(name.unwrap_or_default())
}

/// By which names a carrier's people know those who work on its loads: what the company is called, which speaks for all
/// of its desk, and what their own are called.
///
/// # Errors
/// When the database fails.
pub async fn names_outside(store: &Store, who: &Actor) -> Result<(String, Vec<String>)> {
    const COMPANY: &str = "SELECT name FROM tenants WHERE id = $1";
    const OWN: &str = "SELECT name FROM users WHERE tenant_id = $1 AND carrier_id = $2
        UNION SELECT name FROM drivers WHERE tenant_id = $1 AND carrier_id = $2";
    let (tenant, carrier) = (who.tenant.uuid(), who.carrier.map_or_else(Uuid::nil, CarrierId::uuid));
    Ok(on!(store, db => (
        sqlx::query_scalar(COMPANY).bind(tenant).fetch_one(db).await?,
        sqlx::query_scalar(OWN).bind(tenant).bind(carrier).fetch_all(db).await?,
    )))
}

/// The company with this slug.
///
/// # Errors
/// When the database fails.
pub async fn tenant_named(store: &Store, slug: &str) -> Result<Option<TenantId>> {
    const SQL: &str = "SELECT id FROM tenants WHERE slug = $1";
    let id: Option<Uuid> = on!(store, db => sqlx::query_scalar(SQL).bind(slug).fetch_optional(db).await?);
    Ok(id.map(TenantId::new))
}

/// Every company.
///
/// # Errors
/// When the database fails.
pub async fn tenants(store: &Store) -> Result<Vec<TenantId>> {
    const SQL: &str = "SELECT id FROM tenants ORDER BY id";
    let ids: Vec<Uuid> = on!(store, db => sqlx::query_scalar(SQL).fetch_all(db).await?);
    Ok(ids.into_iter().map(TenantId::new).collect())
}

/// The accounts by which drivers of carriers sign in: none for some of them, several for others.
///
/// # Errors
/// When the database fails.
pub async fn of_drivers(tx: &mut Tx<'_>, drivers: &[(CarrierId, DriverId)]) -> Result<Vec<(DriverId, UserId)>> {
    /// Well under SQLite's bound of 32,766.
    const ASKED: usize = 1_000;
    let (tenant, mut users) = (tx.tenant().uuid(), Vec::new());
    for part in drivers.chunks(ASKED) {
        let wanted: HashSet<_> = part.iter().copied().collect();
        let rows: Vec<(Uuid, Uuid, Uuid)> = within!(tx, db => {
            let mut q = QueryBuilder::new("SELECT carrier_id, driver_id, id FROM users WHERE tenant_id = ");
            q.push_bind(tenant).push(" AND role = ").push_bind(Role::Driver.name()).push(" AND driver_id IN (");
            let mut list = q.separated(", ");
            for (_, driver) in part {
                list.push_bind(driver.uuid());
            }
            q.push(") AND carrier_id IS NOT NULL ORDER BY id");
            q.build_query_as().fetch_all(db).await?
        });
        let of = |(carrier, driver, user)| (CarrierId::new(carrier), DriverId::new(driver), UserId::new(user));
        let known = |(carrier, driver, user)| wanted.contains(&(carrier, driver)).then_some((driver, user));
        users.extend(rows.into_iter().map(of).filter_map(known));
    }
    Ok(users)
}

/// Makes a user.
///
/// # Errors
/// When the database fails or the address is taken.
pub async fn add_user(tx: &mut Tx<'_>, user: NewUser) -> Result<()> {
    const SQL: &str = "INSERT INTO users
        (id, tenant_id, email, name, role, password_hash, carrier_id, driver_id, active, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, TRUE, $9)";
    let (tenant, now) = (tx.tenant().uuid(), column(tx.now()));
    within!(tx, db => sqlx::query(SQL).bind(user.id.uuid()).bind(tenant).bind(&user.email).bind(&user.name)
        .bind(user.role.name()).bind(&user.password_hash).bind(user.carrier.map(CarrierId::uuid))
        .bind(user.driver.map(DriverId::uuid)).bind(now).execute(db).await?.rows_affected());
    Ok(())
}

/// Counts a failed sign-in and locks the account at the fifth, until `lock_until`.
///
/// # Errors
/// When the database fails.
pub async fn count_failure(tx: &mut Tx<'_>, user: UserId, allowed: i64, lock_until: Timestamp) -> Result<()> {
    const SQL: &str = "UPDATE users SET
            locked_until = CASE WHEN failed_sign_ins + 1 >= $2 THEN $3 ELSE locked_until END,
            failed_sign_ins = CASE WHEN failed_sign_ins + 1 >= $2 THEN 0 ELSE failed_sign_ins + 1 END
        WHERE id = $1";
    within!(tx, db => sqlx::query(SQL).bind(user.uuid()).bind(allowed).bind(column(lock_until)).execute(db).await?.rows_affected());
    Ok(())
}

/// Whether an account is locked at the moment of this write.
///
/// # Errors
/// When the database fails.
pub async fn is_locked(tx: &mut Tx<'_>, user: UserId) -> Result<bool> {
    const SQL: &str = "SELECT locked_until FROM users WHERE id = $1";
    let now = tx.now();
    let until: Option<Option<DateTime<Utc>>> =
        within!(tx, db => sqlx::query_scalar(SQL).bind(user.uuid()).fetch_optional(db).await?);
    Ok(until.flatten().is_some_and(|until| moment(until) > now))
}

/// Forgets failed sign-ins after a good one.
///
/// # Errors
/// When the database fails.
pub async fn forget_failures(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    const SQL: &str = "UPDATE users SET failed_sign_ins = 0, locked_until = NULL WHERE id = $1";
    within!(tx, db => sqlx::query(SQL).bind(user.uuid()).execute(db).await?.rows_affected());
    Ok(())
}

/// Begins a session.
///
/// # Errors
/// When the database fails.
pub async fn add_session(
    tx: &mut Tx<'_>,
    id: SessionId,
    user: UserId,
    refresh_hash: &str,
    expires_at: Timestamp,
) -> Result<()> {
    const SQL: &str = "INSERT INTO sessions (id, user_id, refresh_hash, rotated_at, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $4, $5)";
    let now = column(tx.now());
    within!(tx, db => sqlx::query(SQL).bind(id.uuid()).bind(user.uuid()).bind(refresh_hash).bind(now)
        .bind(column(expires_at)).execute(db).await?.rows_affected());
    Ok(())
}

/// Exchanges a session's refresh token, if `old_hash` is still the one in force.
///
/// # Errors
/// When the database fails.
pub async fn rotate(
    tx: &mut Tx<'_>,
    session: SessionId,
    old_hash: &str,
    new_hash: &str,
    expires_at: Timestamp,
) -> Result<bool> {
    const SQL: &str =
        "UPDATE sessions SET previous_hash = refresh_hash, refresh_hash = $3, rotated_at = $4, expires_at = $5
        WHERE id = $1 AND refresh_hash = $2 AND revoked_at IS NULL";
    let now = column(tx.now());
    let changed = within!(tx, db => sqlx::query(SQL).bind(session.uuid()).bind(old_hash).bind(new_hash).bind(now)
        .bind(column(expires_at)).execute(db).await?.rows_affected());
    Ok(changed == 1)
}

/// Ends a session.
///
/// # Errors
/// When the database fails.
pub async fn revoke(tx: &mut Tx<'_>, session: SessionId) -> Result<()> {
    const SQL: &str = "UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    let now = column(tx.now());
    within!(tx, db => sqlx::query(SQL).bind(session.uuid()).bind(now).execute(db).await?.rows_affected());
    Ok(())
}
