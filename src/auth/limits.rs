//! How often anybody may try to sign in at an address that isn't known.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use contract::Timestamp;

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
