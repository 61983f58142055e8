//! Addresses that are refused again and again: after a while they are not looked at any more.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use contract::Refusal;

use super::Pace;

/// How long an address is shut out once it was refused too often.
const SHUT: Duration = Duration::from_secs(10);

/// How many addresses are shut out before those whose time is over are looked for.
const MANY: usize = 10_000;

/// Who was refused, and how often. Cheap to clone.
#[derive(Clone)]
pub struct Strangers(Arc<State>);

struct State {
    refused: Pace<IpAddr>,
    shut: Mutex<HashMap<IpAddr, Instant>>,
}

impl Strangers {
    /// An address may be refused so often a minute.
    pub fn new(per_minute: u32) -> Self {
        Self(Arc::new(State { refused: Pace::per_minute(per_minute), shut: Mutex::default() }))
    }

    /// Never held across an await, so a plain mutex is right.
    fn shut(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, Instant>> {
        self.0.shut.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at an address, unless it is shut out.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn admit(&self, from: IpAddr) -> Result<(), Refusal> {
        let mut shut = self.shut();
        let Some(until) = shut.get(&from) else { return Ok(()) };
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            shut.remove(&from);
            return Ok(());
        }
        Err(Refusal::rate_limited(u64::try_from(left.as_millis()).unwrap_or(u64::MAX).max(1)))
    }

    /// An address was refused.
    pub fn count(&self, from: IpAddr) {
        if self.0.refused.admit(&from).is_ok() {
            return;
        }
        let (now, mut shut) = (Instant::now(), self.shut());
        if shut.len() >= MANY {
            shut.retain(|_, until| *until > now);
        }
        shut.insert(from, now + SHUT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_refused_too_often_is_shut_out_and_nobody_else() {
        let strangers = Strangers::new(3);
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        for _ in 0..3 {
            strangers.count(one);
            assert_eq!(strangers.admit(one), Ok(()));
        }
        strangers.count(one);
        let wait = strangers.admit(one).expect_err("it is shut out").details.and_then(|told| told.retry_after_ms);
        assert!(wait.is_some_and(|wait| wait <= 10_000 && wait > 0), "{wait:?}");
        assert_eq!(strangers.admit(other), Ok(()));

        strangers.shut().insert(one, Instant::now());
        assert_eq!(strangers.admit(one), Ok(()), "until its time is over");
        assert!(strangers.shut().is_empty());
    }
}
