//! What demo data needs beyond the ordinary: a past.

use contract::{LoadId, Timestamp, loads::Happening};

use super::{Tx, column, within};
use crate::{clock::new_id, error::Result};

/// A line of a past.
#[derive(Clone, Debug)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// By whom; nobody when it is empty.
    pub by: String,
    /// What.
    pub what: Happening,
}

/// Gives a load a past instead of the one of being entered just now. `steps` begins with its creation.
///
/// # Errors
/// When the database fails.
pub async fn settle(tx: &mut Tx<'_>, load: LoadId, steps: &[Step]) -> Result<()> {
    const LOAD: &str = "UPDATE loads SET version = $3, created_at = $4, updated_at = $5, updated_by = $6,
            completed_at = CASE WHEN completed_at IS NULL THEN NULL ELSE $5 END,
            cancelled_at = CASE WHEN cancelled_at IS NULL THEN NULL ELSE $5 END
        WHERE id = $1 AND tenant_id = $2";
    const FORGET: &str = "DELETE FROM timeline WHERE load_id = $1";
    const STEP: &str = "INSERT INTO timeline (id, load_id, at, by_name, body) VALUES ($1, $2, $3, $4, $5)";
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return Ok(()) };
    let tenant = tx.tenant().uuid();
    within!(tx, db => sqlx::query(LOAD).bind(load.uuid()).bind(tenant).bind(steps.len() as i64)
        .bind(column(first.at)).bind(column(last.at)).bind(&last.by).execute(db).await?.rows_affected());
    within!(tx, db => sqlx::query(FORGET).bind(load.uuid()).execute(db).await?.rows_affected());
    for Step { at, by, what } in steps {
        let body = serde_json::to_string(what).map_err(anyhow::Error::from)?;
        let by = (!by.is_empty()).then(|| by.clone());
        within!(tx, db => sqlx::query(STEP).bind(new_id()).bind(load.uuid()).bind(column(*at)).bind(by).bind(body)
            .execute(db).await?.rows_affected());
    }
    Ok(())
}
