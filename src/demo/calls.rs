//! What was reported from the road before the demo began; some drivers have not been reached for a while.

use contract::{
    CheckCallId, UserId,
    check_calls::{CheckCallKind, ContactMethod, GoodCall},
    loads::Town,
    tracking::Source,
};

use super::stage::Stage;
use crate::{
    clock::new_id,
    error::Result,
    places,
    store::{
        Tx,
        check_calls::{self as rows, Insert},
        loads::Record,
    },
};

/// How long after its dispatch a truck was called first, and how long after that again, in minutes.
const FIRST_MIN: i64 = 70;
const STEP_MIN: i64 = 170;

/// Every so many loads somebody forgot to call.
const FORGOTTEN: usize = 3;

/// In so many minutes from now nothing that the demo left undone is told of anew: they belong to who looks around.
const QUIET_MIN: i64 = 30;

/// What was said, in turn.
const SAID: [(CheckCallKind, Option<&str>); 5] = [
    (CheckCallKind::CheckCall, None),
    (CheckCallKind::CheckCall, Some("Rolling, no problems.")),
    (CheckCallKind::Delay, Some("Construction on the interstate, about 40 minutes lost.")),
    (CheckCallKind::CheckCall, Some("Fuel stop, back on the road in 20 minutes.")),
    (CheckCallKind::Issue, Some("Trailer light out, stopping at the next shop.")),
];

/// Writes what was said of a load that is under way; `nth` decides what.
pub async fn about(
    tx: &mut Tx<'_>,
    load: &Record,
    stage: &Stage,
    desk: Option<&(UserId, String)>,
    nth: usize,
) -> Result<()> {
    let now = tx.now();
    let (Some(sent), Some((user, name))) = (load.dispatched_at, desk) else { return Ok(()) };
    if !load.status().is_under_way() {
        return Ok(());
    }
    let sent = crate::store::moment(sent);
    let reached = if nth.is_multiple_of(FORGOTTEN) { 1 } else { usize::MAX };
    let times = (0..).map(|step| sent.plus_minutes(FIRST_MIN + step * STEP_MIN));
    for (step, at) in times.take_while(|at| *at < now.plus_minutes(-5)).take(reached).enumerate() {
        let mark = stage.trail.iter().rev().find(|mark| mark.at <= at).or_else(|| stage.trail.first());
        let place = mark.and_then(|mark| places::nearest(mark.point, f64::INFINITY));
        let (city, state) = place.map_or((&load.origin_city, &load.origin_state), |place| (&place.city, &place.state));
        let (kind, notes) = SAID[(nth + step) % SAID.len()];
        let call = GoodCall {
            kind,
            town: Some(Town { city: city.clone(), state: state.clone() }),
            position: None,
            eta: stage.eta.filter(|eta| *eta > at),
            notes: notes.map(str::to_owned),
            method: if (nth + step).is_multiple_of(4) { ContactMethod::Text } else { ContactMethod::Phone },
            called_at: at,
            is_backdated: false,
            remind_hours: None,
        };
        let insert = Insert {
            id: CheckCallId::new(new_id()),
            load: load.id(),
            carrier: load.carrier(),
            call,
            source: Source::Manual,
            received_at: at,
            user: Some(*user),
            by: name.clone(),
            by_carrier: false,
            client_key: None,
        };
        rows::add(tx, &insert).await?;
    }
    let Some(due) = rows::clock_of(tx, load.id()).await?.and_then(|running| running.clock.due()) else {
        return Ok(());
    };
    match due.step(now.plus_minutes(QUIET_MIN)) {
        Some(step) => rows::note_told(tx, load.id(), due.at, step).await,
        None => Ok(()),
    }
}
