//! Drivers' links as they are kept: by a hash of their token, never by the token.

use chrono::{DateTime, Utc};
use contract::{
    CarrierId, DriverId, LinkId, LoadId, SessionId, TenantId, Timestamp, UserId,
    actor::{Actor, Role},
    links::{DriverLink, Ended, Said, is_of_use},
    status::LoadStatus,
};
use uuid::Uuid;

use super::{Store, Tx, column, moment, on, within};
use crate::error::Result;

/// How many links of a load are shown, ended ones among them.
const SHOWN: usize = 20;

/// The statement that reads links with what decides whether they still work, as far as `$rest` says.
macro_rules! links {
    ($rest:literal) => {
        concat!(
            "SELECT k.id, k.tenant_id, k.load_id, k.carrier_id, k.driver_id, k.made_by, k.made_at, k.expires_at,
                k.revoked_at, k.revoked_by, k.opened_at, k.opens, k.consent_at, k.said, k.said_at, k.waiting,
                k.last_fix_at, k.note, k.noted_at, c.name AS carrier_name, d.name AS driver_name, t.name AS company,
                l.status, l.carrier_id AS load_carrier_id, l.driver_id AS load_driver_id
            FROM links k
            JOIN loads l ON l.id = k.load_id AND l.tenant_id = k.tenant_id
            JOIN carriers c ON c.id = k.carrier_id
            JOIN drivers d ON d.id = k.driver_id
            JOIN tenants t ON t.id = k.tenant_id
            WHERE ",
            $rest
        )
    };
}

/// A link with what decides whether it still works.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns are explained in the contract's link")]
pub struct Link {
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub load_id: Uuid,
    pub carrier_id: Uuid,
    pub driver_id: Uuid,
    pub made_by: String,
    pub made_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub revoked_by: Option<String>,
    pub opened_at: Option<DateTime<Utc>>,
    pub opens: i64,
    pub consent_at: Option<DateTime<Utc>>,
    pub said: Option<String>,
    pub said_at: Option<DateTime<Utc>>,
    pub waiting: i64,
    pub last_fix_at: Option<DateTime<Utc>>,
    pub note: Option<String>,
    pub noted_at: Option<DateTime<Utc>>,
    pub carrier_name: String,
    pub driver_name: String,
    pub company: String,
    pub status: String,
    pub load_carrier_id: Option<Uuid>,
    pub load_driver_id: Option<Uuid>,
}

impl Link {
    /// Which.
    pub fn id(&self) -> LinkId {
        LinkId::new(self.id)
    }

    /// Of which load.
    pub fn load(&self) -> LoadId {
        LoadId::new(self.load_id)
    }

    /// What the page last said of itself.
    pub fn said(&self) -> Option<Said> {
        self.said.as_deref().and_then(Said::named)
    }

    /// When a position came by it last.
    pub fn last_fix_at(&self) -> Option<Timestamp> {
        self.last_fix_at.map(moment)
    }

    /// Why it works no longer at `now`, if that is so.
    pub fn ended(&self, now: Timestamp) -> Option<Ended> {
        let status = LoadStatus::named(&self.status);
        let is_own = (self.load_carrier_id, self.load_driver_id) == (Some(self.carrier_id), Some(self.driver_id));
        if self.revoked_at.is_some() {
            Some(Ended::Revoked)
        } else if !status.is_some_and(is_of_use) {
            Some(Ended::Finished)
        } else if !is_own {
            Some(Ended::Reassigned)
        } else if moment(self.expires_at) <= now {
            Some(Ended::Expired)
        } else {
            None
        }
    }

    /// The driver for whom it was made, as whoever holds it acts: with a driver's rights, on the loads that are the
    /// driver's. Nobody has signed in, so user and session are the link's own.
    pub fn actor(&self) -> Actor {
        Actor {
            user: UserId::new(self.id),
            name: self.driver_name.clone(),
            tenant: TenantId::new(self.tenant_id),
            role: Role::Driver,
            carrier: Some(CarrierId::new(self.carrier_id)),
            driver: Some(DriverId::new(self.driver_id)),
            session: SessionId::new(self.id),
            expires_at: moment(self.expires_at),
        }
    }

    /// The link as the desk sees it at `now`.
    pub fn shown(self, now: Timestamp) -> DriverLink {
        DriverLink {
            id: self.id(),
            load_id: self.load(),
            ended: self.ended(now),
            said: self.said(),
            made_at: moment(self.made_at),
            expires_at: moment(self.expires_at),
            opened_at: self.opened_at.map(moment),
            opens: self.opens as u32,
            consent_at: self.consent_at.map(moment),
            said_at: self.said_at.map(moment),
            waiting: self.waiting as u32,
            last_fix_at: self.last_fix_at(),
            noted_at: self.noted_at.map(moment),
            carrier_name: self.carrier_name,
            driver_name: self.driver_name,
            made_by: self.made_by,
            revoked_by: self.revoked_by,
            note: self.note,
        }
    }
}

/// The link whose token has this hash.
///
/// # Errors
/// When the database fails.
pub async fn by_hash(store: &Store, hash: &str) -> Result<Option<Link>> {
    const SQL: &str = links!("k.token_hash = $1");
    Ok(on!(store, db => sqlx::query_as(SQL).bind(hash).fetch_optional(db).await?))
}

/// The links of a load of a company, newest first.
///
/// # Errors
/// When the database fails.
pub async fn of_load(store: &Store, tenant: TenantId, load: LoadId) -> Result<Vec<Link>> {
    const SQL: &str = links!("k.tenant_id = $1 AND k.load_id = $2 ORDER BY k.made_at DESC, k.id DESC LIMIT $3");
    let (tenant, load) = (tenant.uuid(), load.uuid());
    Ok(on!(store, db => sqlx::query_as(SQL).bind(tenant).bind(load).bind(SHOWN as i64).fetch_all(db).await?))
}

/// The same within a write, whose load is locked.
///
/// # Errors
/// When the database fails.
pub async fn of_load_in_tx(tx: &mut Tx<'_>, load: LoadId) -> Result<Vec<Link>> {
    const SQL: &str = links!("k.tenant_id = $1 AND k.load_id = $2 AND k.revoked_at IS NULL");
    let tenant = tx.tenant().uuid();
    Ok(within!(tx, db => sqlx::query_as(SQL).bind(tenant).bind(load.uuid()).fetch_all(db).await?))
}

/// A link of the company.
///
/// # Errors
/// When the database fails.
pub async fn one(tx: &mut Tx<'_>, id: LinkId) -> Result<Option<Link>> {
    const SQL: &str = links!("k.tenant_id = $1 AND k.id = $2");
    let tenant = tx.tenant().uuid();
    Ok(within!(tx, db => sqlx::query_as(SQL).bind(tenant).bind(id.uuid()).fetch_optional(db).await?))
}

/// A link to be kept.
#[derive(Debug)]
pub struct NewLink {
    /// Which.
    pub id: LinkId,
    /// For which load.
    pub load: LoadId,
    /// SHA-256 of its token.
    pub hash: String,
    /// For which carrier.
    pub carrier: CarrierId,
    /// For which driver.
    pub driver: DriverId,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// Keeps a new link.
///
/// # Errors
/// When the database fails.
pub async fn add(tx: &mut Tx<'_>, new: &NewLink) -> Result<()> {
    const SQL: &str = "INSERT INTO links (id, tenant_id, load_id, token_hash, carrier_id, driver_id, made_by, made_at,
            expires_at, opens, waiting)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0)";
    let (tenant, by, now) = (tx.tenant().uuid(), tx.author().unwrap_or_default().to_owned(), column(tx.now()));
    within!(tx, db => {
        let insert = sqlx::query(SQL).bind(new.id.uuid()).bind(tenant).bind(new.load.uuid()).bind(&new.hash);
        let insert = insert.bind(new.carrier.uuid()).bind(new.driver.uuid()).bind(by).bind(now);
        _ = insert.bind(column(new.expires_at)).execute(db).await?;
    });
    Ok(())
}

/// Writes one change of a link of the company at the moment of the write: `$1` is the moment, `$2` the company, `$3` the
/// link; further values follow. How many links that changed is given.
macro_rules! change {
    ($tx:expr, $id:expr, $set:literal $(, $value:expr)*) => {{
        const SQL: &str = concat!("UPDATE links SET ", $set, " WHERE tenant_id = $2 AND id = $3");
        let (tenant, now) = ($tx.tenant().uuid(), column($tx.now()));
        within!($tx, db => {
            let change = sqlx::query(SQL).bind(now).bind(tenant).bind($id.uuid());
            change$(.bind($value))*.execute(db).await?.rows_affected()
        })
    }};
}

/// Ends a link.
///
/// # Errors
/// When the database fails.
pub async fn revoke(tx: &mut Tx<'_>, id: LinkId) -> Result<()> {
    let by = tx.author().unwrap_or_default().to_owned();
    change!(tx, id, "revoked_at = COALESCE(revoked_at, $1), revoked_by = COALESCE(revoked_by, $4)", &by);
    Ok(())
}

/// Notes that a link was opened.
///
/// # Errors
/// When the database fails.
pub async fn opened(tx: &mut Tx<'_>, id: LinkId) -> Result<()> {
    change!(tx, id, "opened_at = COALESCE(opened_at, $1), opens = opens + 1");
    Ok(())
}

/// Notes whether the driver agrees.
///
/// # Errors
/// When the database fails.
pub async fn agreed(tx: &mut Tx<'_>, id: LinkId, agrees: bool) -> Result<()> {
    change!(tx, id, "consent_at = CASE WHEN $4 THEN COALESCE(consent_at, $1) END", agrees);
    Ok(())
}

/// Notes what a link's page says of itself, and how many positions wait there.
///
/// # Errors
/// When the database fails.
pub async fn said(tx: &mut Tx<'_>, id: LinkId, said: Said, waiting: u32) -> Result<()> {
    change!(tx, id, "said = $4, said_at = $1, waiting = $5", said.name(), i64::from(waiting));
    Ok(())
}

/// Keeps what the driver writes.
///
/// # Errors
/// When the database fails.
pub async fn noted(tx: &mut Tx<'_>, id: LinkId, note: &str) -> Result<()> {
    change!(tx, id, "note = $4, noted_at = $1", note);
    Ok(())
}

/// Notes that positions came by a link.
///
/// # Errors
/// When the database fails.
pub async fn heard(tx: &mut Tx<'_>, id: LinkId) -> Result<()> {
    change!(tx, id, "last_fix_at = $1, consent_at = COALESCE(consent_at, $1)");
    Ok(())
}
