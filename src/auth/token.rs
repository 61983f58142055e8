//! Tokens, signed by this desk: access tokens are good for a quarter of an hour and only as long as their session lives;
//! refresh tokens say which session they were made for, so that an old one is known as ours when it comes back.

use contract::{Code, Refusal, SessionId, Timestamp, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use crate::{clock::new_secret, error::Result};

/// Who makes them; a token of anybody else is not taken.
const ISSUER: &str = "headhaul";
/// What they are for; a token for something else is not taken.
const ACCESS: &str = "desk";
const REFRESH: &str = "refresh";

#[derive(Serialize, Deserialize)]
struct Wire {
    iss: String,
    aud: String,
    sub: UserId,
    sid: SessionId,
    /// What makes a refresh token unlike every other one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    iat: i64,
    exp: i64,
}

/// What a token says.
pub struct Claims {
    /// Whose.
    pub user: UserId,
    /// Of which sign-in.
    pub session: SessionId,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Signs and reads tokens.
pub struct Keys {
    sign: EncodingKey,
    read: DecodingKey,
    access: Validation,
    refresh: Validation,
}

/// One algorithm is taken and no other, whatever a token's header says.
fn rules(audience: &str) -> Validation {
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_issuer(&[ISSUER]);
    rules.set_audience(&[audience]);
    rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    // Our own clock judges, so that tests can move it.
    rules.validate_exp = false;
    rules
}

impl Keys {
    /// Takes the secret.
    pub fn new(secret: &str) -> Self {
        Self {
            sign: EncodingKey::from_secret(secret.as_bytes()),
            read: DecodingKey::from_secret(secret.as_bytes()),
            access: rules(ACCESS),
            refresh: rules(REFRESH),
        }
    }

    /// An access token for a session.
    pub fn access(&self, session: SessionId, user: UserId, now: Timestamp, expires_at: Timestamp) -> Result<String> {
        self.signed(ACCESS, session, user, None, (now, expires_at))
    }

    /// A refresh token for a session, unlike every one before it.
    pub fn refresh(&self, session: SessionId, user: UserId, now: Timestamp, expires_at: Timestamp) -> Result<String> {
        self.signed(REFRESH, session, user, Some(new_secret()), (now, expires_at))
    }

    fn signed(
        &self,
        audience: &str,
        session: SessionId,
        user: UserId,
        jti: Option<String>,
        (now, expires_at): (Timestamp, Timestamp),
    ) -> Result<String> {
        let wire = Wire {
            iss: ISSUER.to_owned(),
            aud: audience.to_owned(),
            sub: user,
            sid: session,
            jti,
            iat: now.millis() / 1000,
            exp: expires_at.millis() / 1000,
        };
        Ok(encode(&Header::new(Algorithm::HS256), &wire, &self.sign).map_err(anyhow::Error::from)?)
    }

    /// What an access token says, if it is ours and still good.
    pub fn read(&self, token: &str, now: Timestamp) -> Result<Claims, Refusal> {
        let wire = decode::<Wire>(token, &self.read, &self.access).map_err(|_| Refusal::unauthorized())?.claims;
        let expires_at = Timestamp::from_millis(wire.exp.saturating_mul(1000));
        if expires_at <= now {
            return Err(Refusal::new(Code::TokenExpired, "The token has expired."));
        }
        Ok(Claims { user: wire.sub, session: wire.sid, expires_at })
    }

    /// The session for which a refresh token was made, if it is one of ours: whether it is still the one in force is
    /// for the sessions to say.
    pub fn session_of(&self, refresh: &str) -> Option<SessionId> {
        decode::<Wire>(refresh, &self.read, &self.refresh).ok().map(|token| token.claims.sid)
    }
}
