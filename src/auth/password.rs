//! Passwords, by argon2id.

use std::sync::LazyLock;

use anyhow::{Context, anyhow};
use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::{SaltString, rand_core::OsRng},
};
use tokio::{sync::Semaphore, task::spawn_blocking};

/// OWASP ASVS 5.0, appendix C: 47,104 KiB, one pass, one lane.
const MEMORY_KIB: u32 = 47_104;

/// Each hash takes 46 MiB: two at once are enough to let people in and too few to be drowned by.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Stands in for the hash of somebody who isn't there.
static NOBODY: LazyLock<anyhow::Result<String>> = LazyLock::new(|| hash("nobody"));

fn hasher() -> anyhow::Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, 1, 1, None).map_err(|error| anyhow!("argon2: {error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash of a password, with a salt of its own.
///
/// # Errors
/// When the system has no randomness or no memory left.
pub fn hash(password: &str) -> anyhow::Result<String> {
    let salt = SaltString::generate(&mut OsRng);
    let hash = hasher()?.hash_password(password.as_bytes(), &salt).map_err(|error| anyhow!("argon2: {error}"))?;
    Ok(hash.to_string())
}

/// The same while others go on.
pub async fn hashed(password: String) -> anyhow::Result<String> {
    let _permit = AT_ONCE.acquire().await.context("password checks are closed")?;
    spawn_blocking(move || hash(&password)).await.context("a password's hash was broken off")?
}

/// Whether a password is the one of this hash.
pub async fn verify(password: String, hash: String) -> anyhow::Result<bool> {
    let _permit = AT_ONCE.acquire().await.context("password checks are closed")?;
    spawn_blocking(move || {
        let hash =
            PasswordHash::new(&hash).map_err(|error| anyhow!("a stored password hash can't be read: {error}"))?;
        Ok(hasher()?.verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await
    .context("a password check was broken off")?
}

/// Takes as long as checking a password does.
pub async fn verify_nobody(password: String) -> anyhow::Result<()> {
    let hash = NOBODY.as_ref().map_err(|error| anyhow!("{error}"))?.clone();
    verify(password, hash).await.map(|_| ())
}
