//! What is known of the papers of loads; the files are kept elsewhere.

use chrono::{DateTime, Utc};
use contract::{
    CarrierId, DocumentId, LoadId, TenantId, Timestamp,
    actor::Actor,
    documents::{Document, DocumentKind},
};
use uuid::Uuid;

use super::{Store, Tx, column, moment, on, within};
use crate::error::Result;

/// A paper to be written.
#[derive(Clone, Debug)]
pub struct Insert {
    /// Under which id, by which its file is found.
    pub id: DocumentId,
    /// Of which load.
    pub load: LoadId,
    /// Whose load it is just now.
    pub carrier: Option<CarrierId>,
    /// Whether the carrier's own people bring it.
    pub by_carrier: bool,
    /// What it is.
    pub kind: DocumentKind,
    /// The file's name.
    pub name: String,
    /// What the file holds.
    pub media_type: &'static str,
    /// Its length, in bytes.
    pub size_bytes: u64,
    /// The SHA-256 of its content.
    pub print: String,
    /// Who brings it.
    pub by: String,
}

/// A paper as it is kept.
#[derive(Clone, Debug)]
pub struct Paper {
    /// As the desk sees it.
    pub document: Document,
    /// Of which load.
    pub load: LoadId,
    /// Whose load it was then.
    carrier: Option<CarrierId>,
    /// Whether the carrier's own people brought it.
    by_carrier: bool,
    /// The SHA-256 of its content.
    pub print: String,
}

impl Paper {
    /// Whether somebody who may see the load may see this of it. A carrier's people see the papers of the carriage that
    /// came while the load was theirs or nobody's, and whatever else they brought themselves.
    pub fn is_for(&self, who: &Actor) -> bool {
        // What was agreed before anybody had the load was agreed with somebody else.
        let is_anybodys = self.carrier.is_none() && self.document.kind != DocumentKind::RateConfirmation;
        let is_own = is_anybodys || (self.carrier.is_some() && self.carrier == who.carrier);
        who.role.is_staff() || (is_own && self.is_for_carriers())
    }

    /// Whether it came while the load was this carrier's, or nobody's.
    pub fn is_of(&self, carrier: Option<CarrierId>) -> bool {
        self.carrier == carrier
    }

    /// Whether it is anything for its carrier's eyes.
    pub fn is_for_carriers(&self) -> bool {
        self.by_carrier || self.document.kind != DocumentKind::Other
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    load_id: Uuid,
    carrier_id: Option<Uuid>,
    by_carrier: bool,
    kind: String,
    name: String,
    media_type: String,
    size_bytes: i64,
    print: String,
    uploaded_by: String,
    uploaded_at: DateTime<Utc>,
}

impl From<Row> for Paper {
    fn from(row: Row) -> Self {
        let document = Document {
            id: DocumentId::new(row.id),
            kind: DocumentKind::named(&row.kind).unwrap_or(DocumentKind::Other),
            name: row.name,
            media_type: row.media_type,
            size_bytes: row.size_bytes,
            uploaded_by: row.uploaded_by,
            uploaded_at: moment(row.uploaded_at),
        };
        Self {
            document,
            load: LoadId::new(row.load_id),
            carrier: row.carrier_id.map(CarrierId::new),
            by_carrier: row.by_carrier,
            print: row.print,
        }
    }
}

/// Writes a paper.
///
/// # Errors
/// When the database fails.
pub async fn add(tx: &mut Tx<'_>, new: &Insert) -> Result<()> {
    const SQL: &str = "INSERT INTO documents (id, tenant_id, load_id, carrier_id, by_carrier, kind, name, media_type,
        size_bytes, print, uploaded_by, uploaded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let (tenant, now) = (tx.tenant().uuid(), column(tx.now()));
    within!(tx, db => sqlx::query(SQL).bind(new.id.uuid()).bind(tenant).bind(new.load.uuid())
        .bind(new.carrier.map(CarrierId::uuid)).bind(new.by_carrier).bind(new.kind.name()).bind(&new.name)
        .bind(new.media_type).bind(new.size_bytes as i64).bind(&new.print).bind(&new.by).bind(now)
        .execute(db).await?.rows_affected());
    Ok(())
}

/// The statement that reads papers of the company `$1`, as far as `$rest` says.
macro_rules! papers {
    ($rest:literal) => {
        concat!(
            "SELECT id, load_id, carrier_id, by_carrier, kind, name, media_type, size_bytes, print, uploaded_by,
            uploaded_at FROM documents WHERE removed_at IS NULL AND tenant_id = $1 AND ",
            $rest
        )
    };
}

const OF_LOAD: &str = papers!("load_id = $2 ORDER BY uploaded_at, id");

/// The papers of a load that was looked up for its reader before, newest last.
///
/// # Errors
/// When the database fails.
pub async fn of_load(store: &Store, tenant: TenantId, load: LoadId) -> Result<Vec<Paper>> {
    let rows: Vec<Row> =
        on!(store, db => sqlx::query_as(OF_LOAD).bind(tenant.uuid()).bind(load.uuid()).fetch_all(db).await?);
    Ok(rows.into_iter().map(Paper::from).collect())
}

/// One paper of a company; whether its load may be seen is asked elsewhere.
///
/// # Errors
/// When the database fails.
pub async fn one(store: &Store, tenant: TenantId, id: DocumentId) -> Result<Option<Paper>> {
    const SQL: &str = papers!("id = $2");
    let row: Option<Row> =
        on!(store, db => sqlx::query_as(SQL).bind(tenant.uuid()).bind(id.uuid()).fetch_optional(db).await?);
    Ok(row.map(Paper::from))
}

/// The papers of a load, as a write sees them.
///
/// # Errors
/// When the database fails.
pub async fn in_tx(tx: &mut Tx<'_>, load: LoadId) -> Result<Vec<Paper>> {
    let tenant = tx.tenant().uuid();
    let rows: Vec<Row> = within!(tx, db => sqlx::query_as(OF_LOAD).bind(tenant).bind(load.uuid()).fetch_all(db).await?);
    Ok(rows.into_iter().map(Paper::from).collect())
}

/// Whether a load has a paper of a kind.
///
/// # Errors
/// When the database fails.
pub async fn has(tx: &mut Tx<'_>, load: LoadId, kind: DocumentKind) -> Result<bool> {
    const SQL: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM documents
        WHERE load_id = $1 AND kind = $2 AND removed_at IS NULL";
    let count: i64 =
        within!(tx, db => sqlx::query_scalar(SQL).bind(load.uuid()).bind(kind.name()).fetch_one(db).await?);
    Ok(count > 0)
}

/// Takes a paper out; whether it still was there. Its file is kept.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut Tx<'_>, id: DocumentId) -> Result<bool> {
    const SQL: &str = "UPDATE documents SET removed_at = $3 WHERE id = $1 AND tenant_id = $2 AND removed_at IS NULL";
    let (tenant, now) = (tx.tenant().uuid(), column(tx.now()));
    let rows = within!(tx, db => sqlx::query(SQL).bind(id.uuid()).bind(tenant).bind(now).execute(db).await?
        .rows_affected());
    Ok(rows > 0)
}

/// The loads that were delivered by a moment, have their proof of delivery and aren't complete, longest ago first.
///
/// # Errors
/// When the database fails.
pub async fn proven(store: &Store, by: Timestamp, most: i64) -> Result<Vec<(TenantId, LoadId)>> {
    const SQL: &str = "SELECT l.tenant_id, l.id FROM loads l WHERE l.status = 'DELIVERED' AND l.delivered_at <= $1
        AND EXISTS (SELECT 1 FROM documents d WHERE d.load_id = l.id AND d.kind = 'POD' AND d.removed_at IS NULL)
        ORDER BY l.delivered_at LIMIT $2";
    let rows: Vec<(Uuid, Uuid)> =
        on!(store, db => sqlx::query_as(SQL).bind(column(by)).bind(most).fetch_all(db).await?);
    Ok(rows.into_iter().map(|(tenant, load)| (TenantId::new(tenant), LoadId::new(load))).collect())
}
