//! What a desk does by itself now and then so that nothing grows for ever: it forgets what its rules no longer keep.
//!
//! Of several nodes one does it at a time: two would only wait for each other's locks, step by step.

use std::time::Duration;

use contract::Timestamp;

use crate::{
    desk::Desk,
    error::Result,
    journal,
    store::{accounts, positions, sessions, turn::Job},
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
            loop {
                let mut tx = desk.begin_itself(tenant).await?;
                let rows = positions::forget_before(&mut tx, load, before, STEP).await?;
                tx.commit().await?;
                forgotten += rows;
                if !goes_on("positions", rows).await {
                    break;
                }
            }
        }
    }
}

/// Forgets the sign-ins that ended before a moment; gives how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_sessions(desk: &Desk, before: Timestamp) -> Result<u64> {
    let mut forgotten = 0;
    for tenant in accounts::tenants(&desk.store).await? {
        loop {
            let mut tx = desk.begin_itself(tenant).await?;
            let rows = sessions::forget_ended(&mut tx, before, STEP).await?;
            tx.commit().await?;
            forgotten += rows;
            if !goes_on("sessions", rows).await {
                break;
            }
        }
    }
    Ok(forgotten)
}
