//! How often somebody may do something, whoever they are counted as: an address, a user, a connection.

pub mod strangers;

use std::{hash::Hash, num::NonZeroU32};

use contract::Refusal;
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

/// How many are remembered before those who have been quiet are forgotten.
const MANY: usize = 100_000;

/// Counts what each of many does.
pub struct Pace<K: Hash + Eq + Clone>(DefaultKeyedRateLimiter<K>);

impl<K: Hash + Eq + Clone> Pace<K> {
    /// So often a minute, and so often at once.
    pub fn per_minute(often: u32) -> Self {
        Self(RateLimiter::keyed(Quota::per_minute(at_least_one(often))))
    }

    /// So often a second, and so often at once.
    pub fn per_second(often: u32, at_once: u32) -> Self {
        Self(RateLimiter::keyed(Quota::per_second(at_least_one(often)).allow_burst(at_least_one(at_once))))
    }

    /// Lets somebody pass or says when to come again.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn admit(&self, key: &K) -> Result<(), Refusal> {
        if self.0.len() > MANY {
            self.0.retain_recent();
        }
        self.0.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            Refusal::rate_limited(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
        })
    }

    /// The same for several at once; more than may ever come at once never pass.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn admit_many(&self, key: &K, count: u32) -> Result<(), Refusal> {
        for _ in 0..count {
            self.admit(key)?;
        }
        Ok(())
    }
}

fn at_least_one(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_pace_of_their_own() {
        let pace = Pace::per_minute(3);
        assert_eq!(pace.admit_many(&"one", 3), Ok(()));
        let refusal = pace.admit(&"one").expect_err("the fourth");
        assert!(refusal.details.and_then(|details| details.retry_after_ms).is_some_and(|wait| wait > 0));
        assert_eq!(pace.admit(&"other"), Ok(()));
    }
}
