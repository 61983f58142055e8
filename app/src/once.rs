//! The names that the browser gives to what must be done once, however often it is sent.

use contract::ClientKey;

/// A key that nobody else makes.
#[cfg(feature = "hydrate")]
pub fn new_key() -> Option<ClientKey> {
    let mut bytes = [0; 16];
    crate::live::bind::fill_random(&mut bytes);
    Some(ClientKey::new(uuid::Builder::from_random_bytes(bytes).into_uuid()))
}

/// A server sends nothing.
#[cfg(not(feature = "hydrate"))]
pub const fn new_key() -> Option<ClientKey> {
    None
}
