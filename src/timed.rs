//! What happens by the clock alone, whether or not anybody has a page open: offers whose window closes, loads that are
//! complete, trucks that stand for longer than is free, what carriers must have and what ends, and the figures that follow.
//!
//! Of several nodes one looks to it. That another one looked too would harm nothing: each offer ends under its load's lock,
//! and once.

use std::time::Duration;

use contract::loads::Happening;

use crate::{
    carriers,
    check_calls::due,
    desk::Desk,
    error::Result,
    kpis,
    loads::{change, tender},
    notices,
    store::{
        documents,
        loads::{self, stays},
        tenders,
        turn::Job,
    },
};

/// How often it is looked to.
const EVERY: Duration = Duration::from_secs(1);

/// After how many times what takes days is looked to: once a minute.
const MINUTELY: u32 = 60;

/// How long after its delivery a load with its papers is complete, in milliseconds (`domain.md` §7.5: two days).
const COMPLETE_MS: i64 = 48 * 3_600_000;

/// How long a node waits after it could not even ask for its turn.
const BREATH: Duration = Duration::from_secs(5);

/// How many loads are looked up at once.
const LOADS: i64 = 100;

/// Looks to it for as long as the desk lives.
pub async fn run(desk: Desk) {
    // Held until this node goes.
    let _turn = loop {
        match desk.store.turn(Job::Timed).await {
            Ok(turn) => break turn,
            Err(error) => {
                tracing::warn!(%error, "Nothing can happen by the clock; trying again soon");
                tokio::time::sleep(BREATH).await;
            }
        }
    };
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut figures = kpis::LastTold::default();
    for round in 0_u32.. {
        ticks.tick().await;
        if let Err(error) = figures.tell_changes(&desk, round.is_multiple_of(MINUTELY)).await {
            tracing::warn!(%error, "The figures could not be told; trying again soon");
        }
        if let Err(error) = expire_offers(&desk).await {
            tracing::warn!(%error, "Offers could not be ended; trying again soon");
        }
        if round.is_multiple_of(MINUTELY)
            && let Err(error) = complete_proven(&desk).await
        {
            tracing::warn!(%error, "Delivered loads could not be completed; trying again soon");
        }
        if round.is_multiple_of(MINUTELY)
            && let Err(error) = tell_detentions(&desk).await
        {
            tracing::warn!(%error, "Detention could not be told; trying again soon");
        }
        if round.is_multiple_of(MINUTELY)
            && let Err(error) = due::tell_due(&desk, desk.clock.now()).await
        {
            tracing::warn!(%error, "What must be heard of could not be told; trying again soon");
        }
        if round.is_multiple_of(MINUTELY)
            && let Err(error) = carriers::tell_endings(&desk).await
        {
            tracing::warn!(%error, "The ends of covers could not be told; trying again soon");
        }
    }
}

/// Ends the offers whose window has closed; gives of how many loads.
///
/// # Errors
/// When the database fails.
pub async fn expire_offers(desk: &Desk) -> Result<usize> {
    let ended = tenders::ended(&desk.store, desk.clock.now(), LOADS).await?;
    for (tenant, load) in &ended {
        tender::expire(desk, *tenant, *load).await?;
    }
    Ok(ended.len())
}

/// Tells those who look after loads whose trucks stand at a stop for longer than is free, once for each stop; gives how many.
///
/// # Errors
/// When the database fails.
pub async fn tell_detentions(desk: &Desk) -> Result<usize> {
    let mut told = 0;
    for detained in stays::detained(&desk.store, desk.clock.now(), LOADS).await? {
        let mut tx = desk.begin_itself(detained.tenant).await?;
        loads::lock(&mut tx, &[detained.load]).await?;
        if stays::note_detained(&mut tx, &detained).await? {
            let city = detained.city.clone();
            loads::note(&mut tx, detained.load, &Happening::DetentionBegun { city }).await?;
            notices::of_detention(&mut tx, &detained);
            tx.commit().await?;
            told += 1;
        }
    }
    Ok(told)
}

/// Completes the loads that were delivered two days ago and have their proof of delivery; gives how many.
///
/// # Errors
/// When the database fails.
pub async fn complete_proven(desk: &Desk) -> Result<usize> {
    let proven = documents::proven(&desk.store, desk.clock.now().plus_ms(-COMPLETE_MS), LOADS).await?;
    for (tenant, load) in &proven {
        change::complete_by_itself(desk, *tenant, *load).await?;
    }
    Ok(proven.len())
}
