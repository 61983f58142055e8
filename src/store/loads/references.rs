//! What customers call their loads.

use contract::TenantId;
use sqlx::QueryBuilder;

use super::super::{Store, on};
use crate::error::Result;

/// A load that its customer has a name for.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Referred {
    /// Whose name it is.
    #[sqlx(rename = "customer_name")]
    pub customer: String,
    /// The name.
    pub reference: String,
    /// Ours.
    pub load_number: String,
}

/// A company's loads of these references that were not called off.
///
/// # Errors
/// When the database fails.
pub async fn references(store: &Store, tenant: TenantId, wanted: &[&str]) -> Result<Vec<Referred>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    Ok(on!(store, db => {
        let mut q = QueryBuilder::new("SELECT customer_name, reference, load_number FROM loads WHERE tenant_id = ");
        q.push_bind(tenant.uuid()).push(" AND status <> 'CANCELLED' AND reference IN (");
        let mut list = q.separated(", ");
        for reference in wanted {
            list.push_bind(*reference);
        }
        q.push(")");
        q.build_query_as().fetch_all(db).await?
    }))
}
