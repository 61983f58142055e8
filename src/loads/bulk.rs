//! The same done to several loads at once: one transaction, in which each load is done or says why not.

use std::collections::HashSet;

use contract::{
    Code, LoadId, Refusal,
    actor::{Actor, Permission},
    event::LoadUpdated,
    loads::{BulkAction, BulkLoads, BulkOutcome, ChangeStatus, MAX_BULK},
    refusal::Flaw,
};

use super::{
    Told,
    change::{current, move_one, reason, write},
    tell,
};
use crate::{
    desk::Desk,
    error::{Error, Result},
    store::{
        Tx,
        loads::{self as rows, Record, undo},
    },
};

/// Does it to each, in their order.
///
/// # Errors
/// When nobody may do it at all, or the database fails; then nothing was done to any.
pub async fn bulk(desk: &Desk, who: &Actor, ask: BulkLoads) -> Result<Vec<BulkOutcome>> {
    // Carriers see no more than a few loads, and each by itself.
    if !who.role.is_staff() {
        return Err(Refusal::forbidden().into());
    }
    let grant = who.may(match ask.action {
        BulkAction::Status { .. } => Permission::LoadStatusUpdate,
        BulkAction::Take | BulkAction::Hot { .. } => Permission::LoadAssign,
    })?;
    let ids: Vec<LoadId> = ask.loads.iter().map(|load| load.load_id).collect();
    let each_once: HashSet<&LoadId> = ids.iter().collect();
    if ids.is_empty() || ids.len() > MAX_BULK || each_once.len() != ids.len() {
        let fault = format!("must be 1 to {MAX_BULK} different loads");
        return Err(Refusal::flawed("loads", Flaw::OutOfRange, fault).into());
    }
    let mut tx = desk.begin(grant).await?;
    rows::lock(&mut tx, &ids).await?;
    let mut outcomes = Vec::with_capacity(ids.len());
    for load in &ask.loads {
        let mark = tx.mark().await?;
        let outcome = match one(&mut tx, who, load.load_id, load.version, &ask.action).await {
            Ok(after) => BulkOutcome { load: Some(after.row_for(who)), error: None },
            Err(Error::Refused(error)) if error.code != Code::Unavailable => {
                tx.back_to(mark).await?;
                BulkOutcome { load: None, error: Some(error) }
            }
            Err(error) => return Err(error),
        };
        outcomes.push(outcome);
    }
    tx.commit().await?;
    Ok(outcomes)
}

async fn one(tx: &mut Tx<'_>, who: &Actor, load_id: LoadId, version: i64, action: &BulkAction) -> Result<Record> {
    let (field, load, before) = match action {
        BulkAction::Status { status, reason: why, confirmed } => {
            let why = reason(why.as_deref())?;
            let ask = ChangeStatus { load_id, status: *status, version, reason: None, confirmed: *confirmed };
            return move_one(tx, who, &ask, why).await;
        }
        BulkAction::Take => {
            let before = current(tx, load_id, version).await?;
            ("dispatcher", Record { dispatcher_id: Some(who.user.uuid()), ..before.clone() }, before)
        }
        BulkAction::Hot { is_hot } => {
            let before = current(tx, load_id, version).await?;
            ("isHot", Record { is_hot: *is_hot, ..before.clone() }, before)
        }
    };
    if (load.dispatcher_id, load.is_hot) == (before.dispatcher_id, before.is_hot) {
        return Ok(before);
    }
    undo::remember(tx, &before).await?;
    let after = write(tx, &before, load).await?;
    tell(tx, &before, &after, |Told { row, by, is_inside }| LoadUpdated {
        load_id,
        load_number: after.load_number.clone(),
        // Who looks after it and what is hot is the desk's own.
        changed_fields: if is_inside { vec![field.to_owned()] } else { Vec::new() },
        updated_by: by,
        load: row,
    })
    .await?;
    Ok(after)
}
