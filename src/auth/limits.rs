//! How often one address may try to sign in, how often anybody may try one that isn't known, and how often a user may ask
//! what they missed.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
};

use contract::{Refusal, Timestamp, UserId};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

/// Counts attempts by address.
pub struct Attempts(DefaultKeyedRateLimiter<IpAddr>);

impl Attempts {
    /// So many a minute, and so many at once.
    pub fn new(per_minute: u32) -> Self {
        Self(RateLimiter::keyed(Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN))))
    }

    /// Lets an attempt pass or says when to come again.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn admit(&self, from: IpAddr) -> Result<(), Refusal> {
        admit(&self.0, &from)
    }
}

/// How many questions for what was missed a user may ask in a second over HTTP, and at once: a dozen tabs that poll.
const CATCHING_UP: (NonZeroU32, NonZeroU32) = (NonZeroU32::new(5).unwrap(), NonZeroU32::new(20).unwrap());

/// Counts a user's questions for what they missed: their answers are a thousand times as long.
pub struct CatchingUp(DefaultKeyedRateLimiter<UserId>);

impl Default for CatchingUp {
    fn default() -> Self {
        let (per_second, at_once) = CATCHING_UP;
        Self(RateLimiter::keyed(Quota::per_second(per_second).allow_burst(at_once)))
    }
}

impl CatchingUp {
    /// Lets a question pass or says when to come again.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn admit(&self, user: UserId) -> Result<(), Refusal> {
        admit(&self.0, &user)
    }
}

/// Lets somebody pass or says when to come again; forgets from time to time who has been quiet.
fn admit<K: Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), Refusal> {
    if limiter.len() > 100_000 {
        limiter.retain_recent();
    }
    limiter.check_key(key).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        Refusal::rate_limited(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
    })
}

/// How many unknown addresses are remembered at most: beyond it those whose time is over are forgotten, and then all.
const MOST_STRANGERS: usize = 10_000;

/// Failed sign-ins at addresses that nobody has. They are locked as accounts are, because an address that is never
/// locked would tell that it isn't known.
pub struct Strangers {
    allowed: i64,
    lock_ms: i64,
    failures: Mutex<HashMap<String, (i64, Timestamp)>>,
}

impl Strangers {
    /// Locks at the failure of this number, for so many milliseconds.
    pub fn new(allowed: i64, lock_ms: i64) -> Self {
        Self { allowed, lock_ms, failures: Mutex::default() }
    }

    /// Whether an address is locked.
    pub fn is_locked(&self, email: &str, now: Timestamp) -> bool {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.get(email).is_some_and(|(count, at)| *count >= self.allowed && now.since_ms(*at) < self.lock_ms)
    }

    /// Counts a failure.
    pub fn count_failure(&self, email: String, now: Timestamp) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST_STRANGERS {
            failures.retain(|_, (_, at)| now.since_ms(*at) < self.lock_ms);
            if failures.len() >= MOST_STRANGERS {
                failures.clear();
            }
        }
        let (count, at) = failures.entry(email).or_insert((0, now));
        // What was locked begins anew when its time is over, as accounts do.
        *count = if *count >= self.allowed { 1 } else { *count + 1 };
        *at = now;
    }
}
