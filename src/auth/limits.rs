//! How often one address may try to sign in.

use std::{net::IpAddr, num::NonZeroU32};

use contract::Refusal;
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
        if self.0.len() > 100_000 {
            self.0.retain_recent();
        }
        self.0.check_key(&from).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            Refusal::rate_limited(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX))
        })
    }
}
