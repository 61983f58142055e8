//! Saved views as they are kept.

use contract::{
    TenantId, UserId, ViewId,
    views::{SaveView, SavedView, ViewPage},
};
use uuid::Uuid;

use super::{Store, Tx, column, on, within};
use crate::{clock::new_id, error::Result};

/// The statement that reads views with their owners, as far as `$rest` says.
macro_rules! views {
    ($rest:literal) => {
        concat!(
            "SELECT v.id, v.user_id, v.page, v.name, v.query, v.shared, u.name AS owner \
             FROM saved_views v JOIN users u ON u.id = v.user_id WHERE v.tenant_id = $1 AND ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    user_id: Uuid,
    page: String,
    name: String,
    query: String,
    shared: bool,
    owner: String,
}

impl Row {
    /// Nothing when it is of a page that only a newer version knows.
    fn view(self, reader: UserId) -> Option<SavedView> {
        Some(SavedView {
            id: ViewId::new(self.id),
            page: ViewPage::named(&self.page)?,
            name: self.name,
            query: self.query,
            shared: self.shared,
            mine: self.user_id == reader.uuid(),
            owner: self.owner,
        })
    }
}

/// Somebody's own views and those that are shared in their company, by name.
///
/// # Errors
/// When the database fails.
pub async fn list(store: &Store, tenant: TenantId, reader: UserId) -> Result<Vec<SavedView>> {
    const SQL: &str = views!("(v.user_id = $2 OR v.shared) ORDER BY v.name, v.id");
    let rows: Vec<Row> =
        on!(store, db => sqlx::query_as(SQL).bind(tenant.uuid()).bind(reader.uuid()).fetch_all(db).await?);
    Ok(rows.into_iter().filter_map(|row| row.view(reader)).collect())
}

/// A view of the company that somebody may see.
///
/// # Errors
/// When the database fails.
pub async fn one(tx: &mut Tx<'_>, reader: UserId, id: ViewId) -> Result<Option<SavedView>> {
    const SQL: &str = views!("(v.user_id = $2 OR v.shared) AND v.id = $3");
    let tenant = tx.tenant().uuid();
    let row: Option<Row> = within!(tx, db => {
        sqlx::query_as(SQL).bind(tenant).bind(reader.uuid()).bind(id.uuid()).fetch_optional(db).await?
    });
    Ok(row.and_then(|row| row.view(reader)))
}

/// How many views somebody keeps of a page, leaving out the one of a name.
///
/// # Errors
/// When the database fails.
pub async fn others(tx: &mut Tx<'_>, owner: UserId, page: ViewPage, name: &str) -> Result<i64> {
    const SQL: &str =
        "SELECT CAST(COUNT(*) AS BIGINT) FROM saved_views WHERE user_id = $1 AND page = $2 AND name <> $3";
    Ok(within!(tx, db => {
        sqlx::query_scalar(SQL).bind(owner.uuid()).bind(page.name()).bind(name).fetch_one(db).await?
    }))
}

/// Saves a view of somebody's, in the place of the one of the same page and name.
///
/// # Errors
/// When the database fails.
pub async fn save(tx: &mut Tx<'_>, owner: UserId, view: &SaveView) -> Result<ViewId> {
    const SQL: &str = "INSERT INTO saved_views (id, tenant_id, user_id, page, name, query, shared, saved_at) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (user_id, page, name) \
                       DO UPDATE SET query = excluded.query, shared = excluded.shared, saved_at = excluded.saved_at \
                       RETURNING id";
    let (id, tenant, now) = (new_id(), tx.tenant().uuid(), column(tx.now()));
    let id: Uuid = within!(tx, db => {
        let insert = sqlx::query_scalar(SQL).bind(id).bind(tenant).bind(owner.uuid()).bind(view.page.name());
        insert.bind(&view.name).bind(&view.query).bind(view.shared).bind(now).fetch_one(db).await?
    });
    Ok(ViewId::new(id))
}

/// Removes a view of the company.
///
/// # Errors
/// When the database fails.
pub async fn remove(tx: &mut Tx<'_>, id: ViewId) -> Result<()> {
    const SQL: &str = "DELETE FROM saved_views WHERE tenant_id = $1 AND id = $2";
    let tenant = tx.tenant().uuid();
    within!(tx, db => _ = sqlx::query(SQL).bind(tenant).bind(id.uuid()).execute(db).await?);
    Ok(())
}
