//! Taking back one's own newest change of a load.

use contract::{
    Code, Refusal,
    actor::{Actor, Permission},
    event::{LoadStatusChanged, LoadUpdated},
    loads::{Happening, LoadRow, UndoChange, edit::INSIDE},
    refusal::Rule,
    status::LoadStatus,
};

use super::{
    Told, also,
    change::{current, fresh, seen, write},
    tell, tender,
};
use crate::{
    desk::Desk,
    error::Result,
    store::{
        loads::{self as rows, Record, undo},
        positions,
    },
};

/// How long a change can be taken back, in milliseconds. A page offers it for some ten seconds, and its key a while
/// longer; after a minute others have begun to act on what they were told.
const UNDO_MS: i64 = 60_000;

/// What a position told can be taken back for longer, in milliseconds: nobody need have looked when it happened. As long as
/// times may be dated back (`domain.md` §2.4: 4 h).
const UNDO_POSITION_MS: i64 = 4 * 3_600_000;

/// Puts a load back to what it was before the caller's own newest change, or before what its truck's position told last,
/// unless anybody has changed it since.
pub async fn undo(desk: &Desk, who: &Actor, ask: UndoChange) -> Result<LoadRow> {
    let seen = seen(desk, who, ask.load_id).await?;
    let grant = who.may(Permission::LoadStatusUpdate)?;
    fresh(who, &seen, ask.version)?;
    let mut tx = desk.begin(grant).await?;
    let before = current(&mut tx, ask.load_id, ask.version).await?;
    let change = undo::newest(&mut tx, &before).await?.ok_or_else(|| Refusal::rule(Rule::NothingToUndo))?;
    if change.by.is_some_and(|by| by != who.user) {
        return Err(Refusal { code: Code::Forbidden, ..Refusal::rule(Rule::NotYourChange) }.into());
    }
    let within_ms = if change.by.is_some() { UNDO_MS } else { UNDO_POSITION_MS };
    if tx.now().since_ms(change.at) > within_ms {
        return Err(Refusal::rule(Rule::UndoTooLate).into());
    }
    let (from, mut load) = (before.status(), change.was.put_back(before.clone()));
    let to = load.status();
    // What has left the house can't be unsent, only withdrawn; what was ended is open again, for as long as it was to be.
    let mut offers = Vec::new();
    if to == LoadStatus::Tendered {
        offers = tender::reopen(&mut tx, before.id(), change.was.offers().to_vec()).await?;
    } else if from == LoadStatus::Tendered {
        offers = tender::close(&mut tx, &mut load, false).await?;
    }
    undo::take_back(&mut tx, &before, &change).await?;
    rows::note(&mut tx, before.id(), &Happening::ChangeUndone { from, to }).await?;
    let mut after = write(&mut tx, &before, load).await?;
    if let Some(marker) = change.was.marker().filter(|_| !after.has_same_truck(&before)) {
        positions::put_back(&mut tx, after.id(), marker).await?;
        after = rows::in_tx(&mut tx, after.id()).await?.ok_or_else(Refusal::not_found)?;
    }
    let (load_id, load_number) = (after.id(), after.load_number.clone());
    let mut changed_fields = changed_fields(&before, &after);
    if change.was.has_details() {
        changed_fields.push("stops".to_owned());
    }
    let updated = |Told { row, by, is_inside }: Told| LoadUpdated {
        load_id,
        load_number: load_number.clone(),
        changed_fields: changed_fields
            .iter()
            .filter(|field| is_inside || !INSIDE.contains(&field.as_str()))
            .cloned()
            .collect(),
        updated_by: by,
        load: row,
    };
    if from == to {
        tell(&mut tx, &before, &after, updated).await?;
    } else {
        tell(&mut tx, &before, &after, |Told { row, by, .. }| LoadStatusChanged {
            load_id,
            load_number: load_number.clone(),
            previous_status: from,
            new_status: to,
            updated_by: by,
            load: row,
        })
        .await?;
        if !changed_fields.is_empty() {
            also(&mut tx, &after, updated).await?;
        }
    }
    tender::tell(&mut tx, &after, &offers).await?;
    tx.commit().await?;
    Ok(after.row_for(who))
}

/// What else than the status differs, by the names in the row.
fn changed_fields(before: &Record, after: &Record) -> Vec<String> {
    [
        ("customerName", before.customer_name != after.customer_name),
        ("equipment", before.equipment != after.equipment),
        ("commodity", before.commodity != after.commodity),
        ("weightLbs", before.weight_lbs != after.weight_lbs),
        ("reference", before.reference != after.reference),
        ("notes", before.notes != after.notes),
        ("customerRateCents", before.customer_rate_cents != after.customer_rate_cents),
        ("carrier", before.carrier_id != after.carrier_id),
        ("driver", before.driver_id != after.driver_id),
        ("dispatcher", before.dispatcher_id != after.dispatcher_id),
        ("isHot", before.is_hot != after.is_hot),
        ("carrierRateCents", before.carrier_rate_cents != after.carrier_rate_cents),
    ]
    .into_iter()
    .filter(|(_, differs)| *differs)
    .map(|(name, _)| name.to_owned())
    .collect()
}
