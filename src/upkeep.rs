//! What a desk does by itself now and then so that nothing grows for ever: it forgets what its rules no longer keep.
//!
//! Of several nodes one does it at a time: two would only wait for each other's locks, step by step.

use std::time::Duration;

use contract::{TenantId, Timestamp};
use futures_util::{FutureExt, future::BoxFuture};

use crate::{
    desk::Desk,
    error::Result,
    journal,
    store::{Tx, accounts, notices, once, positions, sessions, turn::Job},
};

/// How often it is looked after.
const EVERY: Duration = Duration::from_mins(10);
/// After how many times what is asked of every load there ever was is looked after too: once an hour.
const HOURLY: u32 = 6;
/// How much one write forgets. Small steps, because on SQLite everybody else's writes wait meanwhile.
pub const STEP: u64 = 500;
/// How long others get between two steps.
const PAUSE: Duration = Duration::from_millis(20);
/// How long a sign-in that ended is remembered, in milliseconds: a week, for whoever asks what became of it.
pub const KEEP_SESSIONS_MS: i64 = 7 * DAY_MS;
/// How many loads are looked up at once whose trails are to be shortened.
const LOADS: i64 = 200;

/// How long a call's key is remembered, in milliseconds: a day, in which a client that lost the answer asks again.
pub const KEEP_KEYS_MS: i64 = DAY_MS;

/// How long notices are kept, in milliseconds.
pub const KEEP_NOTICES_MS: i64 = contract::notices::KEEP_DAYS * DAY_MS;

const DAY_MS: i64 = 24 * 3_600_000;

/// How long positions are kept, in days.
#[derive(Clone, Copy, Debug)]
pub struct KeepDays(pub u32);

/// Keeps everything short for as long as the desk lives.
pub async fn keep_short(desk: Desk, positions: KeepDays) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for round in 0_u32.. {
        ticks.tick().await;
        let turn = match desk.store.turn(Job::Upkeep).await {
            Ok(turn) => turn,
            Err(error) => {
                tracing::warn!(%error, "Nothing could be kept short; trying again later");
                continue;
            }
        };
        let now = desk.clock.now();
        tell("journal", journal::trim(&desk, journal::KEEP).await);
        if !round.is_multiple_of(HOURLY) {
            continue;
        }
        tell("positions", forget_positions(&desk, now.plus_ms(-i64::from(positions.0) * DAY_MS)).await);
        tell("notices", forget_notices(&desk, now.plus_ms(-KEEP_NOTICES_MS)).await);
        tell("keys", forget_keys(&desk, now.plus_ms(-KEEP_KEYS_MS)).await);
        tell("sessions", forget_sessions(&desk, now.plus_ms(-KEEP_SESSIONS_MS)).await);
        turn.end().await;
    }
}

fn tell(what: &'static str, outcome: Result<u64>) {
    match outcome {
        Ok(0) => {}
        Ok(rows) => tracing::info!(what, rows, "Forgot what is older than its rule keeps"),
        Err(error) => tracing::warn!(what, %error, "Could not be kept short; trying again later"),
    }
}

/// After a step that forgot so many rows: counts them, and lets others write before the next one. Whether there may be
/// more to forget.
pub async fn goes_on(of: &'static str, rows: u64) -> bool {
    metrics::counter!("headhaul_forgotten", "of" => of).increment(rows);
    let is_full = rows >= STEP;
    if is_full {
        tokio::time::sleep(PAUSE).await;
    }
    is_full
}

/// Forgets a company's rows in small steps until one isn't full; gives how many there were.
async fn in_steps(
    desk: &Desk,
    tenant: TenantId,
    of: &'static str,
    forget: impl for<'t> Fn(&'t mut Tx<'static>) -> BoxFuture<'t, Result<u64>>,
) -> Result<u64> {
    let mut forgotten = 0;
    loop {
        let mut tx = desk.begin_itself(tenant).await?;
        let rows = forget(&mut tx).await?;
        tx.commit().await?;
        forgotten += rows;
        if !goes_on(of, rows).await {
            return Ok(forgotten);
        }
    }
}

/// Forgets the fixes of before a moment; gives how many. Where a truck was last stays known.
///
/// # Errors
/// When the database fails.
pub async fn forget_positions(desk: &Desk, before: Timestamp) -> Result<u64> {
    let mut forgotten = 0;
    loop {
        let loads = positions::with_fixes_before(&desk.store, before, LOADS).await?;
        if loads.is_empty() {
            return Ok(forgotten);
        }
        for (tenant, load) in loads {
            let step =
                in_steps(desk, tenant, "positions", |tx| positions::forget_before(tx, load, before, STEP).boxed());
            forgotten += step.await?;
        }
    }
}

/// Forgets the sign-ins that ended before a moment; gives how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_sessions(desk: &Desk, before: Timestamp) -> Result<u64> {
    everywhere(desk, "sessions", move |tx| sessions::forget_ended(tx, before, STEP).boxed()).await
}

/// Forgets the calls' keys of before a moment; gives how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_keys(desk: &Desk, before: Timestamp) -> Result<u64> {
    everywhere(desk, "keys", move |tx| once::forget_before(tx, before, STEP).boxed()).await
}

/// Forgets the notices that came before a moment; gives how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_notices(desk: &Desk, before: Timestamp) -> Result<u64> {
    everywhere(desk, "notices", move |tx| notices::forget_before(tx, before, STEP).boxed()).await
}

/// The same in every company.
async fn everywhere(
    desk: &Desk,
    of: &'static str,
    forget: impl for<'t> Fn(&'t mut Tx<'static>) -> BoxFuture<'t, Result<u64>>,
) -> Result<u64> {
    let mut forgotten = 0;
    for tenant in accounts::tenants(&desk.store).await? {
        forgotten += in_steps(desk, tenant, of, &forget).await?;
    }
    Ok(forgotten)
}
