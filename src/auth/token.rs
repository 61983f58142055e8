//! Access tokens: signed by this desk, good for a quarter of an hour, and only as long as their session lives.

use contract::{Code, Refusal, SessionId, Timestamp, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use crate::error::Result;

/// Who makes and takes them; a token for something else is not taken.
const ISSUER: &str = "headhaul";
const AUDIENCE: &str = "desk";

#[derive(Serialize, Deserialize)]
struct Wire {
    iss: String,
    aud: String,
    sub: UserId,
    sid: SessionId,
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
    rules: Validation,
}

impl Keys {
    /// Takes the secret. One algorithm is taken and no other, whatever a token's header says.
    pub fn new(secret: &str) -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Our own clock judges, so that tests can move it.
        rules.validate_exp = false;
        Self {
            sign: EncodingKey::from_secret(secret.as_bytes()),
            read: DecodingKey::from_secret(secret.as_bytes()),
            rules,
        }
    }

    /// A token for a session.
    pub fn sign(&self, session: SessionId, user: UserId, now: Timestamp, expires_at: Timestamp) -> Result<String> {
        let wire = Wire {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: user,
            sid: session,
            iat: now.millis() / 1000,
            exp: expires_at.millis() / 1000,
        };
        Ok(encode(&Header::new(Algorithm::HS256), &wire, &self.sign).map_err(anyhow::Error::from)?)
    }

    /// What a token says, if it is ours and still good.
    pub fn read(&self, token: &str, now: Timestamp) -> Result<Claims, Refusal> {
        let wire = decode::<Wire>(token, &self.read, &self.rules).map_err(|_| Refusal::unauthorized())?.claims;
        let expires_at = Timestamp::from_millis(wire.exp.saturating_mul(1000));
        if expires_at <= now {
            return Err(Refusal::new(Code::TokenExpired, "The token has expired."));
        }
        Ok(Claims { user: wire.sub, session: wire.sid, expires_at })
    }
}
