//! What loads were before their newest change.

use chrono::{DateTime, Utc};
use contract::{StopId, Timestamp, UserId, tracking::LastFix};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Record, StopTimes, mark_stop, set_details, set_stop, stops_in_tx};
use crate::{
    error::Result,
    store::{
        Tx, column, moment,
        tenders::{self, SentOffer},
        within,
    },
};

/// A load's newest change, as far as it can be taken back.
#[derive(Clone, Debug)]
pub struct Change {
    /// The version that it produced.
    pub version: i64,
    /// Who made it; nobody when the truck's position did.
    pub by: Option<UserId>,
    /// When.
    pub at: Timestamp,
    /// What was there before.
    pub was: Was,
}

/// Everything of a load that a change of status or carrier can touch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Was {
    status: String,
    status_changed_at: DateTime<Utc>,
    carrier: Option<Uuid>,
    driver: Option<Uuid>,
    dispatcher: Option<Uuid>,
    carrier_rate_cents: Option<i64>,
    #[serde(default)]
    assigned_at: Option<DateTime<Utc>>,
    #[serde(default)]
    truck_since: Option<DateTime<Utc>>,
    #[serde(default)]
    marker: Option<LastFix>,
    eta: Option<DateTime<Utc>>,
    dispatched_at: Option<DateTime<Utc>>,
    picked_up_at: Option<DateTime<Utc>>,
    delivered_at: Option<DateTime<Utc>>,
    #[serde(default)]
    is_hot: Option<bool>,
    #[serde(default)]
    tender_expires_at: Option<DateTime<Utc>>,
    /// Where its offers stood, while it was tendered.
    #[serde(default)]
    offers: Vec<SentOffer>,
    stops: Vec<StopTimes>,
    /// What was known of it, when the change was one of that.
    #[serde(default)]
    details: Option<Details>,
}

/// What is known of a load beside its course.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Details {
    customer_name: String,
    equipment: String,
    commodity: Option<String>,
    weight_lbs: Option<i64>,
    reference: Option<String>,
    notes: Option<String>,
    customer_rate_cents: Option<i64>,
    pickup: (DateTime<Utc>, DateTime<Utc>),
    delivery: (DateTime<Utc>, DateTime<Utc>),
    /// Each stop's place and window.
    stops: Vec<(StopId, String, Timestamp, Timestamp)>,
}

impl Was {
    /// Where the truck was that the change took the load from.
    pub const fn marker(&self) -> Option<LastFix> {
        self.marker
    }

    /// Whether the change was one of what is known of it.
    pub const fn has_details(&self) -> bool {
        self.details.is_some()
    }

    /// Where its offers stood, while it was tendered.
    pub fn offers(&self) -> &[SentOffer] {
        &self.offers
    }

    /// The load as it is now, with all of this put back.
    #[must_use]
    pub fn put_back(&self, now: Record) -> Record {
        // While status and truck stay, estimates go on; the newest of them is the truest.
        let goes_on = self.status == now.status && (self.carrier, self.driver) == (now.carrier_id, now.driver_id);
        let eta = if goes_on { now.eta } else { self.eta };
        let now = match self.details.clone() {
            None => now,
            Some(details) => Record {
                customer_name: details.customer_name,
                equipment: details.equipment,
                commodity: details.commodity,
                weight_lbs: details.weight_lbs,
                reference: details.reference,
                notes: details.notes,
                customer_rate_cents: details.customer_rate_cents,
                pickup_start: details.pickup.0,
                pickup_end: details.pickup.1,
                delivery_start: details.delivery.0,
                delivery_end: details.delivery.1,
                ..now
            },
        };
        Record {
            status: self.status.clone(),
            status_changed_at: self.status_changed_at,
            carrier_id: self.carrier,
            driver_id: self.driver,
            dispatcher_id: self.dispatcher,
            carrier_rate_cents: self.carrier_rate_cents,
            assigned_at: self.assigned_at,
            truck_since: self.truck_since,
            eta,
            dispatched_at: self.dispatched_at,
            picked_up_at: self.picked_up_at,
            delivered_at: self.delivered_at,
            tender_expires_at: self.tender_expires_at,
            is_hot: self.is_hot.unwrap_or(now.is_hot),
            ..now
        }
    }
}

/// Remembers what a load is before a change of it by a caller or by its truck's position, which makes the next version. What
/// else the server does by itself is nobody's to take back.
///
/// # Errors
/// When the database fails.
pub async fn remember(tx: &mut Tx<'_>, before: &Record) -> Result<()> {
    keep(tx, before, false).await
}

/// The same before a change of what is known of it.
///
/// # Errors
/// When the database fails.
pub async fn remember_details(tx: &mut Tx<'_>, before: &Record) -> Result<()> {
    keep(tx, before, true).await
}

/// The statement that keeps what `$rows` gives in the place of the change before it.
macro_rules! keeping {
    ($rows:literal) => {
        concat!(
            "INSERT INTO undo (load_id, version, user_id, at, was) ",
            $rows,
            " ON CONFLICT (load_id) DO UPDATE SET version = excluded.version, user_id = excluded.user_id,
                at = excluded.at, was = excluded.was"
        )
    };
}

async fn keep(tx: &mut Tx<'_>, before: &Record, with_details: bool) -> Result<()> {
    // Who acts by a link is no user and takes nothing back.
    const OF_USER: &str = keeping!("SELECT $1, $2, u.id, $4, $5 FROM users u WHERE u.id = $3");
    const OF_POSITION: &str = keeping!("VALUES ($1, $2, $3, $4, $5)");
    let user = tx.actor().map(|actor| actor.user);
    let sql = if user.is_some() { OF_USER } else { OF_POSITION };
    if user.is_none() && tx.by_position().is_none() {
        return Ok(());
    }
    let stops = stops_in_tx(tx, before).await?;
    let details = with_details.then(|| Details {
        customer_name: before.customer_name.clone(),
        equipment: before.equipment.clone(),
        commodity: before.commodity.clone(),
        weight_lbs: before.weight_lbs,
        reference: before.reference.clone(),
        notes: before.notes.clone(),
        customer_rate_cents: before.customer_rate_cents,
        pickup: (before.pickup_start, before.pickup_end),
        delivery: (before.delivery_start, before.delivery_end),
        stops: stops
            .iter()
            .map(|stop| (stop.id, stop.facility.clone(), stop.appointment.start, stop.appointment.end))
            .collect(),
    });
    let sent = if before.tender_expires_at.is_some() { tenders::newest_in_tx(tx, before.id()).await? } else { None };
    let was = Was {
        status: before.status.clone(),
        status_changed_at: before.status_changed_at,
        carrier: before.carrier_id,
        driver: before.driver_id,
        dispatcher: before.dispatcher_id,
        carrier_rate_cents: before.carrier_rate_cents,
        assigned_at: before.assigned_at,
        truck_since: before.truck_since,
        marker: before.last_fix(),
        eta: before.eta,
        dispatched_at: before.dispatched_at,
        picked_up_at: before.picked_up_at,
        delivered_at: before.delivered_at,
        is_hot: Some(before.is_hot),
        tender_expires_at: before.tender_expires_at,
        offers: sent.map(|sent| sent.offers).unwrap_or_default(),
        stops: stops.iter().map(StopTimes::from).collect(),
        details,
    };
    let was = serde_json::to_string(&was).map_err(anyhow::Error::from)?;
    let now = column(tx.now());
    within!(tx, db => sqlx::query(sql).bind(before.id).bind(before.version + 1).bind(user.map(UserId::uuid)).bind(now).bind(was)
        .execute(db).await?.rows_affected());
    Ok(())
}

/// The newest change of a load, if it can be taken back.
///
/// # Errors
/// When the database fails.
pub async fn newest(tx: &mut Tx<'_>, load: &Record) -> Result<Option<Change>> {
    const SQL: &str = "SELECT version, user_id, at, was FROM undo WHERE load_id = $1 AND version = $2";
    let row: Option<(i64, Option<Uuid>, DateTime<Utc>, String)> = within!(tx, db => sqlx::query_as(SQL).bind(load.id)
        .bind(load.version).fetch_optional(db).await?);
    row.map(|(version, by, at, was)| {
        let was = serde_json::from_str(&was).map_err(anyhow::Error::from)?;
        Ok(Change { version, by: by.map(UserId::new), at: moment(at), was })
    })
    .transpose()
}

/// Puts the stops' times back, and what is known of the load, and forgets the change: it was taken back, and can't be again.
///
/// # Errors
/// When the database fails.
pub async fn take_back(tx: &mut Tx<'_>, load: &Record, change: &Change) -> Result<()> {
    const SQL: &str = "DELETE FROM undo WHERE load_id = $1";
    // First what a change writes first, so that the two never wait for each other.
    within!(tx, db => sqlx::query(SQL).bind(load.id).execute(db).await?.rows_affected());
    for stop in &change.was.stops {
        mark_stop(tx, stop).await?;
    }
    if let Some(details) = &change.was.details {
        set_details(tx, &change.was.put_back(load.clone())).await?;
        for (stop, facility, start, end) in &details.stops {
            set_stop(tx, *stop, facility, *start, *end).await?;
        }
    }
    Ok(())
}
