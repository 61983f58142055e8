//! How much one socket may say.

use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};

use contract::Refusal;

/// Whoever was told so often to wait, beyond how often they were heard, is cut.
const PATIENCE: u32 = 100;

/// A bucket that fills with time and is emptied by messages.
pub struct Bucket {
    per_second: f64,
    burst: f64,
    state: Mutex<State>,
}

struct State {
    left: f64,
    at: Instant,
    refused: u32,
}

/// What to do about a message.
pub enum Verdict {
    /// Take it.
    Take,
    /// Say no.
    Refuse(Refusal),
    /// Cut the socket.
    Cut,
}

impl Bucket {
    /// So many a second, and so many at once.
    pub fn new(per_second: f64, burst: f64) -> Self {
        let state = State { left: burst, at: Instant::now(), refused: 0 };
        Self { per_second, burst, state: Mutex::new(state) }
    }

    /// Judges one message.
    pub fn judge(&self) -> Verdict {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let filled = state.left + now.duration_since(state.at).as_secs_f64() * self.per_second;
        state.left = filled.min(self.burst);
        state.at = now;
        if state.left >= 1.0 {
            state.left -= 1.0;
            // Forgiven one by one: a flood is taken now and then as well.
            state.refused = state.refused.saturating_sub(1);
            return Verdict::Take;
        }
        state.refused += 1;
        if state.refused > PATIENCE {
            return Verdict::Cut;
        }
        let wait_ms = ((1.0 - state.left) / self.per_second * 1_000.0).ceil();
        Verdict::Refuse(Refusal::rate_limited(wait_ms as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_pace_rules() {
        let bucket = Bucket::new(0.001, 3.0);
        for _ in 0..3 {
            assert!(matches!(bucket.judge(), Verdict::Take));
        }
        let Verdict::Refuse(refusal) = bucket.judge() else { panic!("the fourth is refused") };
        assert!(refusal.details.and_then(|details| details.retry_after_ms).is_some());
    }

    #[test]
    fn a_flood_is_cut_although_some_of_it_is_taken() {
        let bucket = Bucket::new(2_000.0, 1.0);
        let start = Instant::now();
        // Far more than 2,000 a second, so that every so often one is taken.
        let cut = std::iter::repeat_with(|| bucket.judge()).any(|verdict| {
            assert!(start.elapsed().as_secs() < 20, "nothing happens to it");
            matches!(verdict, Verdict::Cut)
        });
        assert!(cut);
    }

    #[test]
    fn whoever_goes_on_regardless_is_cut() {
        let bucket = Bucket::new(0.001, 1.0);
        let cut = (0..200).any(|_| matches!(bucket.judge(), Verdict::Cut));
        assert!(cut);
    }
}
