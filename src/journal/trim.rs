//! Keeping the journal short. Who comes back after what is kept here loads afresh, which they would do anyway after so
//! much has happened.

use contract::Timestamp;

use crate::{
    desk::Desk,
    error::Result,
    store::journal::{self, Oldest},
    upkeep::{STEP, goes_on},
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

/// Forgets what the rule doesn't keep, from each stream's old end, so that what is left has no holes. Gives how many.
///
/// # Errors
/// When the database fails.
pub async fn trim(desk: &Desk, keep: Keep) -> Result<u64> {
    let mut forgotten = 0;
    for (stream, head) in journal::heads(&desk.store).await? {
        loop {
            let oldest = journal::oldest(&desk.store, &stream, STEP).await?;
            let Some(last) = last_to_forget(&oldest, head, desk.clock.now(), keep) else { break };
            let mut tx = desk.begin_itself(last.tenant).await?;
            let events = journal::forget(&mut tx, &stream, last.seq).await?;
            tx.commit().await?;
            forgotten += events;
            if !goes_on("journal", events).await {
                break;
            }
        }
    }
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
