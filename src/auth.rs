//! Who is calling: sign-in, tokens, sessions and their end.

mod limits;
mod password;
mod token;
pub mod user;

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use contract::{
    Code, Refusal, SessionId, Timestamp, UserId,
    accounts::{SignIn, SignedIn},
    actor::Role,
    people::{Join, MAX_PASSWORD, MIN_PASSWORD},
    refusal::Flaw,
};
use sha2::{Digest, Sha256};

pub use password::hash;

use crate::{
    clock::{Clock, new_id},
    error::Result,
    pace::Pace,
    store::{
        By, Outbox, Store, Tx,
        accounts::{self, Session},
        people,
    },
};

/// How long an access token lasts, in milliseconds (`domain.md` §7.7: 15 min).
pub const ACCESS_MS: i64 = 15 * 60_000;
/// How long a sign-in lasts without being used, in milliseconds (`domain.md` §7.7: 30 days).
pub const REFRESH_MS: i64 = 30 * 24 * 3_600_000;
/// How many failures lock an account, and for how long in milliseconds (`domain.md` §7.7: 5, 15 min).
const FAILURES: i64 = 5;
const LOCK_MS: i64 = 15 * 60_000;
/// How long the token before the one in force is still taken, in milliseconds: two tabs may renew at the same moment.
const OVERLAP_MS: i64 = 30_000;
/// How long a looked-up session is believed: a change of role or an ended session acts within this time.
const BELIEVED: Duration = Duration::from_millis(500);

/// How many questions for what was missed a user may ask in a second over HTTP, and at once: a dozen tabs that poll.
const CATCHING_UP: (u32, u32) = (5, 20);

/// A caller's verified session.
pub type Known = Arc<Session>;

/// A sign-in that was begun or renewed.
pub struct Opened {
    /// For the caller.
    pub signed_in: SignedIn,
    /// For the cookie alone; nothing when the one that the caller has stays in force.
    pub refresh: Option<String>,
    /// Who it is.
    pub session: Known,
}

/// Signs people in and knows who they are. Cheap to clone.
#[derive(Clone)]
pub struct Auth(Arc<Parts>);

struct Parts {
    store: Store,
    clock: Clock,
    outbox: Outbox,
    keys: token::Keys,
    /// Sign-ins, by address.
    attempts: Pace<IpAddr>,
    strangers: limits::Strangers,
    /// Questions for what was missed: their answers are a thousand times as long.
    catching_up: Pace<UserId>,
    believed: Mutex<HashMap<SessionId, (Instant, Option<Known>)>>,
}

impl Auth {
    /// Takes the secret that signs tokens.
    pub fn new(store: Store, clock: Clock, outbox: Outbox, secret: &str, sign_ins_per_minute: u32) -> Self {
        let keys = token::Keys::new(secret);
        let attempts = Pace::per_minute(sign_ins_per_minute);
        let strangers = limits::Strangers::new(FAILURES, LOCK_MS);
        let catching_up = Pace::per_second(CATCHING_UP.0, CATCHING_UP.1);
        Self(Arc::new(Parts {
            store,
            clock,
            outbox,
            keys,
            attempts,
            strangers,
            catching_up,
            believed: Mutex::default(),
        }))
    }

    /// Signs somebody in.
    ///
    /// # Errors
    /// `unauthorized`, `locked` or `rate_limited`; never whether the address is known.
    pub async fn sign_in(&self, from: IpAddr, ask: SignIn) -> Result<Opened> {
        self.0.attempts.admit(&from)?;
        let parts = &self.0;
        let wrong = || Refusal::new(Code::Unauthorized, "That e-mail and password do not match.");
        if ask.email.len() > 320 || ask.password.len() > 1_000 {
            return Err(wrong().into());
        }
        let now = parts.clock.now();
        let email = ask.email.trim().to_lowercase();
        let Some(account) = accounts::account(&parts.store, &email).await? else {
            // Locked like a known address and as slow as one, so that neither the answer nor its time tells anything.
            if parts.strangers.is_locked(&email, now) {
                return Err(locked().into());
            }
            password::verify_nobody(ask.password).await?;
            parts.strangers.count_failure(email, now);
            return Err(wrong().into());
        };
        if account.locked_until.is_some_and(|until| until > now) {
            return Err(locked().into());
        }
        let matches = password::verify(ask.password, account.password_hash).await?;
        let Some(tenant) = accounts::tenant_of(&parts.store, account.id).await? else { return Err(wrong().into()) };
        let mut tx = parts.store.begin(By::Itself(tenant), &parts.clock, &parts.outbox).await?;
        if !matches || !account.active {
            accounts::count_failure(&mut tx, account.id, FAILURES, now.plus_ms(LOCK_MS)).await?;
            tx.commit().await?;
            return Err(wrong().into());
        }
        // Others may have failed at this account while this password was being checked.
        if accounts::is_locked(&mut tx, account.id).await? {
            return Err(locked().into());
        }
        let session = SessionId::new(new_id());
        let refresh = parts.keys.refresh(session, account.id, now, now.plus_ms(REFRESH_MS))?;
        accounts::forget_failures(&mut tx, account.id).await?;
        accounts::add_session(&mut tx, session, account.id, &digest(&refresh), now.plus_ms(REFRESH_MS)).await?;
        tx.commit().await?;
        self.open(session, Some(refresh)).await
    }

    /// Renews a sign-in by its refresh token, which is exchanged. One that was exchanged before ends the session:
    /// somebody else has it too.
    ///
    /// # Errors
    /// `unauthorized` or `revoked`.
    pub async fn renew(&self, refresh: &str) -> Result<Opened> {
        let parts = &self.0;
        let now = parts.clock.now();
        let session = parts.keys.session_of(refresh).ok_or_else(Refusal::unauthorized)?;
        let known = self.session(session).await?.ok_or_else(Refusal::unauthorized)?;
        let tenant = known.actor.tenant;
        let hash = digest(refresh);
        let found = accounts::refresh(&parts.store, session, &hash, now).await?;
        match found {
            Some(found) if !found.is_previous => {}
            Some(found) if now.since_ms(found.rotated_at) <= OVERLAP_MS => return self.open(session, None).await,
            _ => {
                tracing::warn!(session.id = %session, "A refresh token was used twice; its session is ended");
                self.sign_out(&known).await?;
                return Err(Refusal::new(Code::Revoked, "This sign-in was used elsewhere and has been ended.").into());
            }
        }
        let next = parts.keys.refresh(session, known.actor.user, now, now.plus_ms(REFRESH_MS))?;
        let mut tx = parts.store.begin(By::Itself(tenant), &parts.clock, &parts.outbox).await?;
        let ours = accounts::rotate(&mut tx, session, &hash, &digest(&next), now.plus_ms(REFRESH_MS)).await?;
        tx.commit().await?;
        // Lost to another tab in the same moment: its token is in the cookie by now.
        self.open(session, ours.then_some(next)).await
    }

    /// The session of a refresh token that is in force, for signing out when the access token has run out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn holder(&self, refresh: &str) -> Result<Option<Known>> {
        let Some(session) = self.0.keys.session_of(refresh) else { return Ok(None) };
        if accounts::refresh(&self.0.store, session, &digest(refresh), self.now()).await?.is_none() {
            return Ok(None);
        }
        self.session(session).await
    }

    async fn open(&self, id: SessionId, refresh: Option<String>) -> Result<Opened> {
        let session = self.session(id).await?.ok_or_else(Refusal::unauthorized)?;
        let expires_at = self.0.clock.now().plus_ms(ACCESS_MS);
        let access_token = self.0.keys.access(id, session.actor.user, self.0.clock.now(), expires_at)?;
        let signed_in = SignedIn { access_token, expires_at, user: session.me.clone() };
        Ok(Opened { signed_in, refresh, session })
    }

    /// Ends a session, here at once and elsewhere within a second.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out(&self, session: &Session) -> Result<()> {
        let parts = &self.0;
        let mut tx = parts.store.begin(By::Itself(session.actor.tenant), &parts.clock, &parts.outbox).await?;
        accounts::revoke(&mut tx, session.actor.session).await?;
        tx.commit().await?;
        self.believed().remove(&session.actor.session);
        Ok(())
    }

    /// Takes an invitation up: its holder chooses a password, and is signed in.
    ///
    /// # Errors
    /// `not_found` when it leads nowhere, `invalid` when the password won't do, `rate_limited`.
    pub async fn join(&self, from: IpAddr, ask: Join) -> Result<Opened> {
        self.0.attempts.admit(&from)?;
        let parts = &self.0;
        if ask.password.chars().count() < MIN_PASSWORD {
            let fault = format!("at least {MIN_PASSWORD} characters");
            return Err(Refusal::flawed("password", Flaw::OutOfRange, fault).into());
        }
        if ask.password.len() > MAX_PASSWORD {
            return Err(Refusal::flawed("password", Flaw::TooLong, format!("at most {MAX_PASSWORD} bytes")).into());
        }
        let hash = digest(&ask.token);
        let found = people::invited(&parts.store, &hash, self.now()).await?;
        let (tenant, user, email) = found.ok_or_else(Refusal::not_found)?;
        let password = password::hashed(ask.password.clone()).await?;
        let mut tx = parts.store.begin(By::Itself(tenant), &parts.clock, &parts.outbox).await?;
        if !people::join(&mut tx, user, &hash).await? {
            return Err(Refusal::not_found().into());
        }
        accounts::set_password(&mut tx, user, &password).await?;
        accounts::forget_failures(&mut tx, user).await?;
        tx.commit().await?;
        self.believed().clear();
        self.sign_in(from, SignIn { email, password: ask.password }).await
    }

    /// Lets a user in or shuts them out.
    ///
    /// # Errors
    /// When the database fails, or `not_found`.
    pub async fn set_active(&self, user: UserId, active: bool) -> Result<()> {
        self.change(user, async |tx| accounts::set_active(tx, user, active).await).await
    }

    /// Gives a user another role.
    ///
    /// # Errors
    /// When the database fails, or `not_found`.
    pub async fn set_role(&self, user: UserId, role: Role) -> Result<()> {
        self.change(user, async |tx| accounts::set_role(tx, user, role).await).await
    }

    /// Gives a user another password, whose hash this is, and ends their sessions.
    ///
    /// # Errors
    /// When the database fails, or `not_found`.
    pub async fn set_password(&self, user: UserId, hash: &str) -> Result<()> {
        self.change(user, async |tx| accounts::set_password(tx, user, hash).await).await
    }

    async fn change(&self, user: UserId, does: impl AsyncFnOnce(&mut Tx<'_>) -> Result<bool>) -> Result<()> {
        let parts = &self.0;
        let tenant = accounts::tenant_of(&parts.store, user).await?.ok_or_else(Refusal::not_found)?;
        let mut tx = parts.store.begin(By::Itself(tenant), &parts.clock, &parts.outbox).await?;
        if !does(&mut tx).await? {
            return Err(Refusal::not_found().into());
        }
        tx.commit().await?;
        self.believed().clear();
        Ok(())
    }

    /// Who shows this access token, as they are now.
    ///
    /// # Errors
    /// `unauthorized`, `token_expired` or `revoked`.
    pub async fn verify(&self, token: &str) -> Result<Known> {
        let claims = self.0.keys.read(token, self.0.clock.now())?;
        let ended = || Refusal::new(Code::Revoked, "This sign-in has been ended.");
        let session =
            self.session(claims.session).await?.filter(|known| known.actor.user == claims.user).ok_or_else(ended)?;
        let mut session = Session::clone(&session);
        session.actor.expires_at = claims.expires_at;
        Ok(Arc::new(session))
    }

    /// A living session, as it was at most half a second ago.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session(&self, id: SessionId) -> Result<Option<Known>> {
        if let Some((at, known)) = self.believed().get(&id)
            && at.elapsed() < BELIEVED
        {
            return Ok(known.clone());
        }
        let known = accounts::session(&self.0.store, id, self.now()).await?.map(Arc::new);
        let mut believed = self.believed();
        if believed.len() > 10_000 {
            believed.retain(|_, (at, _)| at.elapsed() < BELIEVED);
        }
        believed.insert(id, (Instant::now(), known.clone()));
        Ok(known)
    }

    /// Lets a user ask over HTTP what they missed, or says when to come again.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn may_catch_up(&self, user: UserId) -> Result<(), Refusal> {
        self.0.catching_up.admit(&user)
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Never held across an await, so a plain mutex is right; a panic while it is held leaves nothing half done.
    fn believed(&self) -> std::sync::MutexGuard<'_, HashMap<SessionId, (Instant, Option<Known>)>> {
        self.0.believed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The token in an `Authorization` header.
pub fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    Some(token.trim_start()).filter(|token| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
}

fn locked() -> Refusal {
    Refusal::new(Code::Locked, "Too many failed sign-ins; wait 15 minutes.")
}

/// Secrets are kept as their digests: 256 random bits need no slow hash.
pub fn digest(secret: &str) -> String {
    Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect()
}
