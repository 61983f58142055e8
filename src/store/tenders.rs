//! Tenders and the offers that they are made of. The load's own row is locked by whoever writes here.

use chrono::{DateTime, Utc};
use contract::{
    CarrierId, LoadId, TenantId, TenderId, Timestamp,
    loads::{Equipment, Named, Town},
    tenders::{DeclineReason, Offer, OfferLine, OfferState, Tender, TenderMode},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Store, Tx, column, moment, on, within};
use crate::{clock::new_id, error::Result, places::appointment};

/// A tender to be written.
#[derive(Clone, Debug)]
pub struct Insert {
    /// Of which load.
    pub load: LoadId,
    /// In turn or at once.
    pub mode: TenderMode,
    /// What it pays, in cents.
    pub rate_cents: i64,
    /// How long each offer is open, in minutes.
    pub window_min: u32,
    /// To whom, in their turn, and until when each offer that is open from the start is.
    pub offers: Vec<(CarrierId, Option<Timestamp>)>,
}

/// Writes a tender with its offers.
///
/// # Errors
/// When the database fails.
pub async fn add(tx: &mut Tx<'_>, tender: &Insert) -> Result<()> {
    const TENDER: &str = "INSERT INTO tenders (id, tenant_id, load_id, mode, rate_cents, window_min, sent_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    const OFFER: &str =
        "INSERT INTO offers (tender_id, carrier_id, turn, state, expires_at) VALUES ($1, $2, $3, $4, $5)";
    let (id, tenant, now) = (new_id(), tx.tenant().uuid(), column(tx.now()));
    within!(tx, db => sqlx::query(TENDER).bind(id).bind(tenant).bind(tender.load.uuid()).bind(tender.mode.name())
        .bind(tender.rate_cents).bind(i64::from(tender.window_min)).bind(now).execute(db).await?.rows_affected());
    for (turn, (carrier, expires_at)) in (1_i64..).zip(&tender.offers) {
        let state = if expires_at.is_some() { OfferState::Offered } else { OfferState::Pending };
        within!(tx, db => sqlx::query(OFFER).bind(id).bind(carrier.uuid()).bind(turn).bind(state.name())
            .bind(expires_at.map(column)).execute(db).await?.rows_affected());
    }
    Ok(())
}

/// A load's newest tender, as rules need it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Which.
    pub id: TenderId,
    /// In turn or at once.
    pub mode: TenderMode,
    /// What it pays, in cents.
    pub rate_cents: i64,
    /// How long each offer is open, in minutes.
    pub window_min: i64,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// In their turn.
    pub offers: Vec<SentOffer>,
}

/// An offer of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SentOffer {
    /// To whom.
    pub carrier: CarrierId,
    /// As people call them.
    pub name: String,
    /// Where it stands.
    pub state: OfferState,
    /// Until when it can or could be accepted.
    pub expires_at: Option<Timestamp>,
    /// When it was answered or ended.
    pub ended_at: Option<Timestamp>,
    /// Why they said no.
    pub reason: Option<DeclineReason>,
    /// In their own words.
    pub note: Option<String>,
}

const NEWEST: &str = "SELECT id, mode, rate_cents, window_min, sent_at FROM tenders
    WHERE load_id = $1 AND tenant_id = $2 ORDER BY sent_at DESC, id DESC LIMIT 1";
const OFFERS: &str = "SELECT o.carrier_id, c.name, o.state, o.expires_at, o.ended_at, o.reason, o.note
    FROM offers o JOIN carriers c ON c.id = o.carrier_id WHERE o.tender_id = $1 ORDER BY o.turn";

type TenderRow = (Uuid, String, i64, i64, DateTime<Utc>);

#[derive(sqlx::FromRow)]
struct OfferRow {
    carrier_id: Uuid,
    name: String,
    state: String,
    expires_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    reason: Option<String>,
    note: Option<String>,
}

fn sent((id, mode, rate_cents, window_min, sent_at): TenderRow, offers: Vec<OfferRow>) -> Sent {
    let offer = |row: OfferRow| SentOffer {
        carrier: CarrierId::new(row.carrier_id),
        name: row.name,
        state: OfferState::named(&row.state).unwrap_or(OfferState::Withdrawn),
        expires_at: row.expires_at.map(moment),
        ended_at: row.ended_at.map(moment),
        reason: row.reason.as_deref().and_then(DeclineReason::named),
        note: row.note,
    };
    Sent {
        id: TenderId::new(id),
        mode: TenderMode::named(&mode).unwrap_or_default(),
        rate_cents,
        window_min,
        sent_at: moment(sent_at),
        offers: offers.into_iter().map(offer).collect(),
    }
}

/// A load's newest tender, as a write sees it.
///
/// # Errors
/// When the database fails.
pub async fn newest_in_tx(tx: &mut Tx<'_>, load: LoadId) -> Result<Option<Sent>> {
    let tenant = tx.tenant().uuid();
    let tender: Option<TenderRow> =
        within!(tx, db => sqlx::query_as(NEWEST).bind(load.uuid()).bind(tenant).fetch_optional(db).await?);
    let Some(tender) = tender else { return Ok(None) };
    let offers = within!(tx, db => sqlx::query_as(OFFERS).bind(tender.0).fetch_all(db).await?);
    Ok(Some(sent(tender, offers)))
}

/// A load's newest tender, for a reader at the desk; the load was looked up for them before.
///
/// # Errors
/// When the database fails.
pub async fn newest(store: &Store, tenant: TenantId, load: LoadId) -> Result<Option<Tender>> {
    let tender: Option<TenderRow> =
        on!(store, db => sqlx::query_as(NEWEST).bind(load.uuid()).bind(tenant.uuid()).fetch_optional(db).await?);
    let Some(tender) = tender else { return Ok(None) };
    let offers = on!(store, db => sqlx::query_as(OFFERS).bind(tender.0).fetch_all(db).await?);
    let Sent { id, mode, rate_cents, sent_at, offers, .. } = sent(tender, offers);
    let line = |offer: SentOffer| OfferLine {
        carrier: Named { id: offer.carrier, name: offer.name },
        state: offer.state,
        expires_at: offer.expires_at,
        ended_at: offer.ended_at,
        reason: offer.reason,
        note: offer.note,
    };
    let offers = offers.into_iter().map(line).collect();
    Ok(Some(Tender { id, mode, rate_cents: Some(rate_cents), sent_at, offers }))
}

/// Writes where an offer stands.
///
/// # Errors
/// When the database fails.
pub async fn set(tx: &mut Tx<'_>, tender: TenderId, offer: &SentOffer) -> Result<()> {
    const SQL: &str = "UPDATE offers SET state = $3, expires_at = $4, ended_at = $5, reason = $6, note = $7
        WHERE tender_id = $1 AND carrier_id = $2";
    let SentOffer { carrier, state, expires_at, ended_at, reason, note, .. } = offer;
    within!(tx, db => sqlx::query(SQL).bind(tender.uuid()).bind(carrier.uuid()).bind(state.name())
        .bind(expires_at.map(column)).bind(ended_at.map(column)).bind(reason.map(DeclineReason::name)).bind(note)
        .execute(db).await?.rows_affected());
    Ok(())
}

/// Whether a carrier was ever offered a load: only then it may know of it.
///
/// # Errors
/// When the database fails.
pub async fn was_offered(store: &Store, tenant: TenantId, carrier: CarrierId, load: LoadId) -> Result<bool> {
    const SQL: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM offers o JOIN tenders t ON t.id = o.tender_id
        WHERE t.load_id = $1 AND t.tenant_id = $2 AND o.carrier_id = $3 AND o.expires_at IS NOT NULL";
    let count: i64 = on!(store, db => sqlx::query_scalar(SQL).bind(load.uuid()).bind(tenant.uuid()).bind(carrier.uuid())
        .fetch_one(db).await?);
    Ok(count > 0)
}

/// The loads whose open offers have ended by a moment, longest ago first.
///
/// # Errors
/// When the database fails.
pub async fn ended(store: &Store, by: Timestamp, most: i64) -> Result<Vec<(TenantId, LoadId)>> {
    const SQL: &str =
        "SELECT tenant_id, id FROM loads WHERE tender_expires_at <= $1 ORDER BY tender_expires_at LIMIT $2";
    let rows: Vec<(Uuid, Uuid)> =
        on!(store, db => sqlx::query_as(SQL).bind(column(by)).bind(most).fetch_all(db).await?);
    Ok(rows.into_iter().map(|(tenant, load)| (TenantId::new(tenant), LoadId::new(load))).collect())
}

#[derive(sqlx::FromRow)]
struct OpenRow {
    id: Uuid,
    load_number: String,
    origin_city: String,
    origin_state: String,
    destination_city: String,
    destination_state: String,
    pickup_start: DateTime<Utc>,
    pickup_end: DateTime<Utc>,
    pickup_zone: String,
    delivery_start: DateTime<Utc>,
    delivery_end: DateTime<Utc>,
    delivery_zone: String,
    stop_count: i64,
    miles: f64,
    equipment: String,
    commodity: Option<String>,
    weight_lbs: Option<i64>,
    rate_cents: i64,
    expires_at: DateTime<Utc>,
}

/// What a carrier is offered at a moment, what ends first first.
///
/// # Errors
/// When the database fails.
pub async fn open(store: &Store, tenant: TenantId, carrier: CarrierId, now: Timestamp) -> Result<Vec<Offer>> {
    const SQL: &str = "SELECT l.id, l.load_number, l.origin_city, l.origin_state, l.destination_city,
        l.destination_state, l.pickup_start, l.pickup_end, l.pickup_zone, l.delivery_start, l.delivery_end,
        l.delivery_zone, l.stop_count, l.miles, l.equipment, l.commodity, l.weight_lbs, t.rate_cents, o.expires_at
        FROM offers o JOIN tenders t ON t.id = o.tender_id JOIN loads l ON l.id = t.load_id
        WHERE o.carrier_id = $1 AND o.state = 'OFFERED' AND o.expires_at > $2 AND t.tenant_id = $3
        ORDER BY o.expires_at, l.load_number LIMIT 500";
    let rows: Vec<OpenRow> = on!(store, db => sqlx::query_as(SQL).bind(carrier.uuid()).bind(column(now))
        .bind(tenant.uuid()).fetch_all(db).await?);
    let offer = |row: OpenRow| Offer {
        load_id: LoadId::new(row.id),
        load_number: row.load_number,
        origin: Town { city: row.origin_city, state: row.origin_state },
        destination: Town { city: row.destination_city, state: row.destination_state },
        pickup: appointment(moment(row.pickup_start), moment(row.pickup_end), &row.pickup_zone),
        delivery: appointment(moment(row.delivery_start), moment(row.delivery_end), &row.delivery_zone),
        stop_count: row.stop_count as u32,
        miles: row.miles,
        equipment: Equipment::named(&row.equipment).unwrap_or(Equipment::DryVan),
        commodity: row.commodity,
        weight_lbs: row.weight_lbs,
        rate_cents: row.rate_cents,
        expires_at: moment(row.expires_at),
    };
    Ok(rows.into_iter().map(offer).collect())
}
