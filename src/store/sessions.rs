//! Whether many sessions still live, for the sockets that came by them; and forgetting those that ended long ago.

use std::collections::HashMap;

use contract::{
    CarrierId, DriverId, SessionId, TenantId, Timestamp, UserId,
    actor::{Actor, Role},
};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Store, Tx, column, on, within};
use crate::error::Result;

/// Who a session's user is now, as far as a socket's rooms depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whose sessions these are.
    pub user: UserId,
    /// In which company.
    pub tenant: TenantId,
    /// What they are.
    pub role: Role,
    /// For whom, when not for the company itself.
    pub carrier: Option<CarrierId>,
    /// The driver they are, when they drive.
    pub driver: Option<DriverId>,
}

impl From<&Actor> for Standing {
    fn from(actor: &Actor) -> Self {
        let Actor { user, tenant, role, carrier, driver, .. } = actor;
        Self { user: *user, tenant: *tenant, role: *role, carrier: *carrier, driver: *driver }
    }
}

/// How many sessions one statement asks for, well under SQLite's bound of 32,766.
const ASKED: usize = 1_000;

/// Those of these sessions that live, with who their users are now.
///
/// # Errors
/// When the database fails.
pub async fn living(store: &Store, sessions: &[SessionId], now: Timestamp) -> Result<HashMap<SessionId, Standing>> {
    const SQL: &str = "SELECT s.id, u.id, u.tenant_id, u.role, u.carrier_id, u.driver_id
        FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.revoked_at IS NULL AND u.active AND s.expires_at > ";
    type Row = (Uuid, Uuid, Uuid, String, Option<Uuid>, Option<Uuid>);
    let mut living = HashMap::with_capacity(sessions.len());
    for part in sessions.chunks(ASKED) {
        let rows: Vec<Row> = on!(store, db => {
            let mut q = QueryBuilder::new(SQL);
            q.push_bind(column(now)).push(" AND s.id IN (");
            let mut list = q.separated(", ");
            for session in part {
                list.push_bind(session.uuid());
            }
            q.push(")");
            q.build_query_as().fetch_all(db).await?
        });
        living.extend(rows.into_iter().filter_map(|(session, user, tenant, role, carrier, driver)| {
            let standing = Standing {
                user: UserId::new(user),
                tenant: TenantId::new(tenant),
                role: Role::named(&role)?,
                carrier: carrier.map(CarrierId::new),
                driver: driver.map(DriverId::new),
            };
            Some((SessionId::new(session), standing))
        }));
    }
    Ok(living)
}

/// Forgets up to `most` of a company's sign-ins that ended before a moment; gives how many there were.
///
/// # Errors
/// When the database fails.
pub async fn forget_ended(tx: &mut Tx<'_>, before: Timestamp, most: u64) -> Result<u64> {
    const SQL: &str = "DELETE FROM sessions WHERE id IN (SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id
        WHERE u.tenant_id = $1 AND s.expires_at < $2 ORDER BY s.id LIMIT $3)";
    let tenant = tx.tenant().uuid();
    Ok(within!(tx, db => sqlx::query(SQL).bind(tenant).bind(column(before)).bind(most.cast_signed()).execute(db).await?
        .rows_affected()))
}
