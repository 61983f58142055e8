//! What a truck's position tells of its load: it moves on as if somebody had said so, through the same door.

use contract::{LoadId, TenantId, Timestamp, event::LoadUpdated, status::LoadStatus};

use super::{
    Told,
    change::{move_on, write},
    stops, tell,
};
use crate::{
    desk::Desk,
    error::Result,
    store::loads::{self as rows, undo},
};
use LoadStatus as S;

/// That a truck came to the next stop of its load, or left the one at which it stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crossed {
    /// It came, by a fix of this moment.
    Arrived(Timestamp),
    /// It left, by a fix of this moment.
    Departed(Timestamp),
}

impl Crossed {
    /// The moment of the fix that told of it.
    pub const fn at(self) -> Timestamp {
        match self {
            Self::Arrived(at) | Self::Departed(at) => at,
        }
    }
}

/// Moves a load on after its truck, as it was judged at a version; gives whether it still was at that. If it wasn't, somebody
/// has spoken meanwhile, or another node has told already, and it must be judged anew.
///
/// # Errors
/// When the database fails.
pub async fn cross(desk: &Desk, tenant: TenantId, load: LoadId, version: i64, crossed: Crossed) -> Result<bool> {
    let mut tx = desk.begin_by_position(tenant, crossed.at()).await?;
    rows::lock(&mut tx, &[load]).await?;
    let Some(before) = rows::in_tx(&mut tx, load).await?.filter(|load| load.version == version) else {
        return Ok(false);
    };
    let to = match (crossed, before.status()) {
        (Crossed::Arrived(_), S::Dispatched) => Some(S::AtPickup),
        (Crossed::Arrived(_), S::InTransit) => Some(S::AtDelivery),
        (Crossed::Departed(_), S::AtPickup | S::PickedUp) => Some(S::InTransit),
        (Crossed::Departed(_), S::AtDelivery) => before.next_sequence.map(|_| S::InTransit),
        _ => return Ok(false),
    };
    undo::remember(&mut tx, &before).await?;
    if let Some(to) = to {
        move_on(&mut tx, &before, before.clone(), to, None, None).await?;
    } else {
        let marked = stops::leave_last(&mut tx, &before).await?;
        let after = write(&mut tx, &before, before.clone()).await?;
        tell(&mut tx, &before, &after, |Told { row, by, .. }| LoadUpdated {
            load_id: load,
            load_number: after.load_number.clone(),
            changed_fields: vec!["stops".to_owned()],
            updated_by: by,
            load: row,
        })
        .await?;
        stops::tell(&mut tx, &after, &marked).await?;
    }
    tx.commit().await?;
    metrics::counter!("headhaul_stops_crossed").increment(1);
    Ok(true)
}
