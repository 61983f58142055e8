//! What carriers have in force and what ends: which of it is to be told, and that it was.

use chrono::{NaiveDate, TimeDelta};
use contract::{
    CarrierId, Day, TenantId,
    carriers::{CoverKind, TOLD_DAYS},
};
use sqlx::{Postgres, QueryBuilder, Sqlite};
use uuid::Uuid;

use super::super::{Store, Tx, within};
use crate::error::Result;

/// Something that a carrier has and that ends soon, or has ended.
#[derive(Clone, Debug)]
pub struct Ending {
    /// Of which company.
    pub tenant: TenantId,
    /// Where that counts its days.
    pub zone: String,
    /// Which carrier.
    pub carrier: CarrierId,
    /// As people call it.
    pub carrier_name: String,
    /// What ends.
    pub kind: CoverKind,
    /// The last day on which it is in force.
    pub expires_on: Day,
    /// When that was told last, in days before the end.
    pub told_days: Option<i64>,
}

/// What carriers that are in use have and that reaches a step before its end by a day, as far as that wasn't told yet. What
/// waits for its next step is left out, so that it never stands in the way of what is due.
///
/// # Errors
/// When the database fails.
pub async fn ending(store: &Store, by: Day, most: i64) -> Result<Vec<Ending>> {
    const DUE: &str = "SELECT c.tenant_id, t.zone, c.id, c.name, v.kind, v.expires_on, v.told_days
        FROM covers v JOIN carriers c ON c.id = v.carrier_id JOIN tenants t ON t.id = c.tenant_id
        WHERE c.status IN ('PENDING', 'ACTIVE', 'SUSPENDED') AND (1 = 0";
    type Found = (Uuid, String, Uuid, String, String, NaiveDate, Option<i64>);
    macro_rules! due {
        ($engine:ty, $db:expr) => {{
            let mut query = QueryBuilder::<$engine>::new(DUE);
            for days in TOLD_DAYS {
                // What ends on a day is in force through it.
                let ahead = TimeDelta::days(if days == 0 { -1 } else { days });
                let last = by.date().checked_add_signed(ahead).unwrap_or(by.date());
                query.push(" OR ((v.told_days IS NULL OR v.told_days > ").push_bind(days);
                query.push(") AND v.expires_on <= ").push_bind(last).push(")");
            }
            query.push(") ORDER BY v.expires_on, c.id, v.kind LIMIT ").push_bind(most);
            query.build_query_as().fetch_all($db).await?
        }};
    }
    let rows: Vec<Found> = match store {
        Store::Sqlite { read, .. } => due!(Sqlite, read),
        Store::Postgres(pool) => due!(Postgres, pool),
    };
    let ending = |(tenant, zone, carrier, carrier_name, kind, expires_on, told_days): Found| {
        Some(Ending {
            tenant: TenantId::new(tenant),
            zone,
            carrier: CarrierId::new(carrier),
            carrier_name,
            kind: CoverKind::named(&kind)?,
            expires_on: Day::new(expires_on),
            told_days,
        })
    };
    Ok(rows.into_iter().filter_map(ending).collect())
}

/// Notes that the end of a cover was told, unless it is another one meanwhile; whether it was noted.
///
/// # Errors
/// When the database fails.
pub async fn note_told(tx: &mut Tx<'_>, ending: &Ending, days: i64) -> Result<bool> {
    const SQL: &str = "UPDATE covers SET told_days = $4 WHERE carrier_id = $1 AND kind = $2 AND expires_on = $3
        AND (told_days IS NULL OR told_days > $4)";
    let rows = within!(tx, db => sqlx::query(SQL).bind(ending.carrier.uuid()).bind(ending.kind.name())
        .bind(ending.expires_on.date()).bind(days).execute(db).await?.rows_affected());
    Ok(rows > 0)
}
