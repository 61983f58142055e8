//! Keeping the journal short. Who comes back after what is kept here loads afresh, which they would do anyway after so
//! much has happened.

use std::time::Duration;

use contract::Timestamp;

use crate::{
    desk::Desk,
    error::Result,
    store::{
        journal::{self, Oldest},
        turn::Job,
    },
};

/// How much of each stream is kept: what is both younger and newer than these.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// So old at most, in milliseconds.
    pub age_ms: i64,
    /// So many events of each stream at most.
    pub events: u64,
}

/// A week, so that nobody loads afresh after a weekend, and ten times what anybody is ever sent one by one.
pub const KEEP: Keep = Keep { age_ms: 7 * 24 * 3_600_000, events: 10 * journal::MAX_MISSED.unsigned_abs() };

/// How often it is looked after.
const EVERY: Duration = Duration::from_mins(10);
/// How many events one write forgets. Small steps, because on SQLite everybody else's writes wait meanwhile.
const STEP: u64 = 500;
/// How long others get between two steps.
const PAUSE: Duration = Duration::from_millis(20);

/// Keeps the journal short for as long as the desk lives.
pub async fn keep_short(desk: Desk) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match trim(&desk, KEEP).await {
            Ok(0) => {}
            Ok(forgotten) => tracing::info!(
                forgotten,
                rule.days = KEEP.age_ms / (24 * 3_600_000),
                rule.events = KEEP.events,
                "The journal forgot events that are older than its rule keeps"
            ),
            Err(error) => tracing::warn!(%error, "The journal could not be kept short; trying again later"),
        }
    }
}

/// Forgets what the rule doesn't keep, from each stream's old end, so that what is left has no holes. Gives how many.
///
/// # Errors
/// When the database fails.
pub async fn trim(desk: &Desk, keep: Keep) -> Result<u64> {
    // Two nodes at once would only wait for each other's locks, step by step.
    let turn = desk.store.turn(Job::Trim).await?;
    let mut forgotten = 0;
    for (stream, head) in journal::heads(&desk.store).await? {
        loop {
            let oldest = journal::oldest(&desk.store, &stream, STEP).await?;
            let Some(last) = last_to_forget(&oldest, head, desk.clock.now(), keep) else { break };
            let mut tx = desk.begin_itself(last.tenant).await?;
            let step = journal::forget(&mut tx, &stream, last.seq).await?;
            tx.commit().await?;
            forgotten += step;
            metrics::counter!("headhaul_journal_forgotten").increment(step);
            if step < STEP {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
    turn.end().await;
    Ok(forgotten)
}

/// The newest of a stream's oldest events that is not kept, with all before it.
fn last_to_forget(oldest: &[Oldest], head: u64, now: Timestamp, keep: Keep) -> Option<&Oldest> {
    let is_kept = |event: &&Oldest| event.seq + keep.events > head && now.since_ms(event.at) < keep.age_ms;
    oldest.iter().take_while(|event| !is_kept(event)).last()
}

#[cfg(test)]
mod tests {
    use contract::TenantId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_is_too_old_or_too_many_is_forgotten_from_the_old_end() {
        let event = |seq, at| Oldest { seq, tenant: TenantId::new(Uuid::nil()), at: Timestamp::from_millis(at) };
        let oldest = [event(4, 10), event(5, 90), event(6, 20), event(7, 95)];
        let last = |age_ms, events| {
            last_to_forget(&oldest, 7, Timestamp::from_millis(100), Keep { age_ms, events }).map(|event| event.seq)
        };

        assert_eq!(last(1_000, 100), None);
        assert_eq!(last(1_000, 2), Some(5));
        assert_eq!(last(50, 100), Some(4), "an old one behind a young one waits, or there would be a hole");
        assert_eq!(last(1, 100), Some(7));
    }
}
