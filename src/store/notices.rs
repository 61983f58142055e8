//! What users are told of, what of it they have read, and how they want to be told.

mod giving;

use chrono::{DateTime, Utc};
use contract::{
    NotificationId, Timestamp, UserId,
    notices::{MAX_IDS, Notice, NoticeItem, NoticeSettings, QuietHours, Severity, Topic},
};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Store, Tx, column, moment, on, within};
use crate::{clock::new_id, error::Result};

pub use giving::{NewNotice, To, give};

/// The statement that reads notices, as far as `$rest` says.
macro_rules! notices {
    ($rest:literal) => {
        concat!("SELECT id, topic, count, items, first_at, at, read_at FROM notices WHERE ", $rest)
    };
}
use notices;

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    topic: String,
    count: i64,
    items: String,
    first_at: DateTime<Utc>,
    at: DateTime<Utc>,
    read_at: Option<DateTime<Utc>>,
}

impl Row {
    /// Nothing when it is of a topic that only a newer version knows.
    fn notice(self) -> Option<Notice> {
        let topic = Topic::named(&self.topic)?;
        let items: Vec<NoticeItem> = serde_json::from_str(&self.items).ok()?;
        let count = u32::try_from(self.count).unwrap_or(u32::MAX);
        Some(Notice {
            id: NotificationId::new(self.id),
            topic,
            severity: topic.severity(),
            title: topic.title(count, items.first()?),
            count,
            items,
            first_at: moment(self.first_at),
            at: moment(self.at),
            read_at: self.read_at.map(moment),
        })
    }
}

/// A user's notices, newest first: older ones than one of theirs, and those alone that are not read, if that is asked.
///
/// # Errors
/// When the database fails.
pub async fn list(
    store: &Store,
    user: UserId,
    before: Option<NotificationId>,
    unread: bool,
    most: i64,
) -> Result<Vec<Notice>> {
    let rows: Vec<Row> = on!(store, db => {
        let mut q = QueryBuilder::new(notices!("user_id = "));
        q.push_bind(user.uuid());
        if unread {
            q.push(" AND read_at IS NULL");
        }
        if let Some(before) = before {
            q.push(" AND (first_at, id) < (SELECT b.first_at, b.id FROM notices b WHERE b.id = ").push_bind(before.uuid());
            q.push(" AND b.user_id = ").push_bind(user.uuid()).push(")");
        }
        q.push(" ORDER BY first_at DESC, id DESC LIMIT ").push_bind(most);
        q.build_query_as().fetch_all(db).await?
    });
    Ok(rows.into_iter().filter_map(Row::notice).collect())
}

const UNREAD: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM notices WHERE user_id = $1 AND read_at IS NULL";

fn number(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// How many notices a user has not read.
///
/// # Errors
/// When the database fails.
pub async fn unread(store: &Store, user: UserId) -> Result<u32> {
    let count: i64 = on!(store, db => sqlx::query_scalar(UNREAD).bind(user.uuid()).fetch_one(db).await?);
    Ok(number(count))
}

/// The same, as a write sees it whose user's row is locked.
///
/// # Errors
/// When the database fails.
pub async fn unread_in_tx(tx: &mut Tx<'_>, user: UserId) -> Result<u32> {
    let count: i64 = within!(tx, db => sqlx::query_scalar(UNREAD).bind(user.uuid()).fetch_one(db).await?);
    Ok(number(count))
}

/// Which notices are marked as read.
#[derive(Clone, Debug)]
pub enum Which {
    /// These.
    These(Vec<NotificationId>),
    /// This one and all older ones.
    UpTo(NotificationId),
    /// All.
    All,
}

/// Marks notices of a user as read whose row is locked; gives those that were not yet, the newest of them.
///
/// # Errors
/// When the database fails.
pub async fn read(tx: &mut Tx<'_>, user: UserId, which: &Which) -> Result<Vec<NotificationId>> {
    let now = column(tx.now());
    let mut ids: Vec<Uuid> = within!(tx, db => {
        let mut q = QueryBuilder::new("UPDATE notices SET read_at = ");
        q.push_bind(now).push(" WHERE read_at IS NULL AND user_id = ").push_bind(user.uuid());
        match which {
            Which::These(ids) => {
                q.push(" AND id IN (");
                let mut list = q.separated(", ");
                for id in ids {
                    list.push_bind(id.uuid());
                }
                q.push(")");
            }
            Which::UpTo(id) => {
                q.push(" AND (first_at, id) <= (SELECT b.first_at, b.id FROM notices b WHERE b.id = ");
                q.push_bind(id.uuid()).push(" AND b.user_id = ").push_bind(user.uuid()).push(")");
            }
            Which::All => {}
        }
        q.push(" RETURNING id");
        q.build_query_scalar().fetch_all(db).await?
    });
    ids.sort_unstable_by(|one, other| other.cmp(one));
    ids.truncate(MAX_IDS);
    Ok(ids.into_iter().map(NotificationId::new).collect())
}

#[derive(sqlx::FromRow)]
struct Inbox {
    topics_off: String,
    loud_from: String,
    quiet_from_min: Option<i64>,
    quiet_until_min: Option<i64>,
    quiet_zone: Option<String>,
}

impl From<Inbox> for NoticeSettings {
    fn from(row: Inbox) -> Self {
        // A topic that is no more is of no matter.
        let off = row.topics_off.split(',').filter_map(Topic::named).collect();
        let minute = |at: Option<i64>| at.and_then(|at| u32::try_from(at).ok());
        let quiet = || {
            let (from_min, until_min) = (minute(row.quiet_from_min)?, minute(row.quiet_until_min)?);
            Some(QuietHours { from_min, until_min, zone: row.quiet_zone.clone()? })
        };
        Self { off, loud_from: Severity::named(&row.loud_from).unwrap_or(Severity::Warning), quiet: quiet() }
    }
}

/// How a user wants to be told; as everybody is, until they say otherwise.
///
/// # Errors
/// When the database fails.
pub async fn settings(store: &Store, user: UserId) -> Result<NoticeSettings> {
    const SQL: &str = "SELECT topics_off, loud_from, quiet_from_min, quiet_until_min, quiet_zone FROM inboxes
        WHERE user_id = $1";
    let row: Option<Inbox> = on!(store, db => sqlx::query_as(SQL).bind(user.uuid()).fetch_optional(db).await?);
    Ok(row.map(NoticeSettings::from).unwrap_or_default())
}

/// How a user wants to be told, and the lock on their notices until this write ends.
///
/// # Errors
/// When the database fails.
pub async fn inbox(tx: &mut Tx<'_>, user: UserId) -> Result<NoticeSettings> {
    const SQL: &str = "INSERT INTO inboxes (user_id, tenant_id, topics_off, loud_from) VALUES ($1, $2, '', 'warning')
        ON CONFLICT (user_id) DO UPDATE SET loud_from = inboxes.loud_from
        RETURNING topics_off, loud_from, quiet_from_min, quiet_until_min, quiet_zone";
    let tenant = tx.tenant().uuid();
    let row: Inbox = within!(tx, db => sqlx::query_as(SQL).bind(user.uuid()).bind(tenant).fetch_one(db).await?);
    Ok(row.into())
}

/// Keeps how a user wants to be told, whose row is locked.
///
/// # Errors
/// When the database fails.
pub async fn set(tx: &mut Tx<'_>, user: UserId, settings: &NoticeSettings) -> Result<()> {
    const SQL: &str = "UPDATE inboxes SET topics_off = $2, loud_from = $3, quiet_from_min = $4, quiet_until_min = $5,
        quiet_zone = $6 WHERE user_id = $1 AND tenant_id = $7";
    let off = settings.off.iter().map(|topic| topic.name()).collect::<Vec<_>>().join(",");
    let tenant = tx.tenant().uuid();
    let quiet = settings.quiet.as_ref();
    let (from, until) = (quiet.map(|quiet| i64::from(quiet.from_min)), quiet.map(|quiet| i64::from(quiet.until_min)));
    within!(tx, db => sqlx::query(SQL).bind(user.uuid()).bind(off).bind(settings.loud_from.name()).bind(from)
        .bind(until).bind(quiet.map(|quiet| quiet.zone.as_str())).bind(tenant).execute(db).await?.rows_affected());
    Ok(())
}

/// Writes a notice that came a while ago, and perhaps was read: for demo data.
///
/// # Errors
/// When the database fails.
pub async fn enter(tx: &mut Tx<'_>, user: UserId, topic: Topic, items: &[NoticeItem], is_read: bool) -> Result<()> {
    const SQL: &str = "INSERT INTO notices (id, tenant_id, user_id, topic, count, items, first_at, at, read_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)";
    let Some(newest) = items.first() else { return Ok(()) };
    let (tenant, at) = (tx.tenant().uuid(), column(newest.at));
    let json = serde_json::to_string(items).map_err(anyhow::Error::from)?;
    within!(tx, db => sqlx::query(SQL).bind(new_id()).bind(tenant).bind(user.uuid()).bind(topic.name())
        .bind(items.len() as i64).bind(json).bind(at).bind(is_read.then_some(at)).execute(db).await?.rows_affected());
    Ok(())
}

/// Forgets up to `most` of a company's notices that came before a moment; gives how many there were.
///
/// # Errors
/// When the database fails.
pub async fn forget_before(tx: &mut Tx<'_>, before: Timestamp, most: u64) -> Result<u64> {
    const SQL: &str = "DELETE FROM notices WHERE id IN
        (SELECT id FROM notices WHERE tenant_id = $1 AND first_at < $2 ORDER BY first_at LIMIT $3)";
    let tenant = tx.tenant().uuid();
    Ok(within!(tx, db => sqlx::query(SQL).bind(tenant).bind(column(before)).bind(most.cast_signed()).execute(db).await?
        .rows_affected()))
}
