//! The only now, and the only source of new ids and secrets.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use contract::Timestamp;
use rand::RngCore;
use uuid::Uuid;

/// Tells the time. Tests may move it; nothing else does.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    ahead_ms: Arc<AtomicI64>,
}

impl Clock {
    /// This moment, to the millisecond.
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn now(&self) -> Timestamp {
        Timestamp::from(chrono::Utc::now()).plus_ms(self.ahead_ms.load(Ordering::Relaxed))
    }

    /// Moves this clock ahead, for tests of what happens by time alone.
    pub fn advance_ms(&self, ms: i64) {
        self.ahead_ms.fetch_add(ms, Ordering::Relaxed);
    }
}

/// A new id, sorting after those made before it.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// A new secret of 256 random bits, as 64 hexadecimal digits.
pub fn new_secret() -> String {
    random::<32>()
}

/// A new token of 128 random bits, as 32 hexadecimal digits: short enough for a text message, and nothing that is typed
/// wrongly by its case.
pub fn new_token() -> String {
    random::<16>()
}

fn random<const BYTES: usize>() -> String {
    let mut bytes = [0_u8; BYTES];
    rand::rng().fill_bytes(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
