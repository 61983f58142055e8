//! Which loads are under way, when each was heard of last, and what was told of that.

use chrono::{DateTime, Utc};
use contract::{LoadId, TenantId, Timestamp, check_calls::Clock, loads::StopKind, status::LoadStatus};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{
    super::{Store, Tx, column, moment, on, within},
    hours,
};
use crate::error::Result;

/// A load that is under way.
#[derive(Clone, Copy, Debug)]
pub struct Running {
    /// Of which company.
    pub tenant: TenantId,
    /// Which.
    pub load: LoadId,
    /// What decides when a call is due.
    pub clock: Clock,
    /// What was told last: since when a call is due, and after how many hours it was told.
    pub told: Option<(Timestamp, u32)>,
}

#[derive(sqlx::FromRow)]
struct Row {
    tenant_id: Uuid,
    id: Uuid,
    status: String,
    status_changed_at: DateTime<Utc>,
    dispatched_at: Option<DateTime<Utc>>,
    next_kind: Option<String>,
    next_start: Option<DateTime<Utc>>,
    called_at: Option<DateTime<Utc>>,
    remind_hours: Option<i64>,
    due_at: Option<DateTime<Utc>>,
    step_hours: Option<i64>,
}

impl From<Row> for Running {
    fn from(row: Row) -> Self {
        let kind = |name: String| if name == StopKind::Pickup.name() { StopKind::Pickup } else { StopKind::Delivery };
        let clock = Clock {
            status: LoadStatus::named(&row.status).unwrap_or(LoadStatus::Planning),
            since: moment(row.dispatched_at.unwrap_or(row.status_changed_at)),
            next: row.next_kind.map(kind).zip(row.next_start.map(moment)),
            last: row.called_at.map(|at| (moment(at), row.remind_hours.and_then(hours))),
        };
        Self {
            tenant: TenantId::new(row.tenant_id),
            load: LoadId::new(row.id),
            clock,
            told: row.due_at.map(moment).zip(row.step_hours.and_then(hours)),
        }
    }
}

/// The words of the status stand here as they stand in the index, or SQLite doesn't take that.
const RUNNING: &str = "SELECT l.tenant_id, l.id, l.status, l.status_changed_at, l.dispatched_at, n.kind AS next_kind,
    n.window_start AS next_start, c.called_at, c.remind_hours, t.due_at, t.step_hours
    FROM loads l
    LEFT JOIN stops n ON n.load_id = l.id AND n.sequence = 1 + (SELECT COALESCE(MAX(s.sequence), 0) FROM stops s
        WHERE s.load_id = l.id AND s.arrived_at IS NOT NULL)
    LEFT JOIN check_calls c ON c.id = (SELECT x.id FROM check_calls x WHERE x.load_id = l.id
        ORDER BY x.called_at DESC, x.id DESC LIMIT 1)
    LEFT JOIN check_calls_told t ON t.load_id = l.id
    WHERE l.status IN ('DISPATCHED', 'AT_PICKUP', 'PICKED_UP', 'IN_TRANSIT', 'AT_DELIVERY')";

/// The loads that are under way, of one company or of all.
///
/// # Errors
/// When the database fails.
pub async fn running(store: &Store, tenant: Option<TenantId>) -> Result<Vec<Running>> {
    let rows: Vec<Row> = on!(store, db => {
        let mut q = QueryBuilder::new(RUNNING);
        if let Some(tenant) = tenant {
            q.push(" AND l.tenant_id = ").push_bind(tenant.uuid());
        }
        q.build_query_as().fetch_all(db).await?
    });
    Ok(rows.into_iter().map(Running::from).collect())
}

/// A load of this write's company, as the write sees it, if it is under way.
///
/// # Errors
/// When the database fails.
pub async fn clock_of(tx: &mut Tx<'_>, load: LoadId) -> Result<Option<Running>> {
    let tenant = tx.tenant().uuid();
    let row: Option<Row> = within!(tx, db => {
        let mut q = QueryBuilder::new(RUNNING);
        q.push(" AND l.tenant_id = ").push_bind(tenant).push(" AND l.id = ").push_bind(load.uuid());
        q.build_query_as().fetch_optional(db).await?
    });
    Ok(row.map(Running::from))
}

/// Notes what was told of a load, which is locked.
///
/// # Errors
/// When the database fails.
pub async fn note_told(tx: &mut Tx<'_>, load: LoadId, due_at: Timestamp, step_hours: u32) -> Result<()> {
    const SQL: &str = "INSERT INTO check_calls_told (load_id, due_at, step_hours) VALUES ($1, $2, $3)
        ON CONFLICT (load_id) DO UPDATE SET due_at = excluded.due_at, step_hours = excluded.step_hours";
    within!(tx, db => sqlx::query(SQL).bind(load.uuid()).bind(column(due_at)).bind(i64::from(step_hours)).execute(db)
        .await?.rows_affected());
    Ok(())
}
