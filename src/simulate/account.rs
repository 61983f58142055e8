//! An account of the desk, used over HTTP: signs in, stays signed in, asks.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::DateTime;
use contract::{
    Code, LoadId, One, Refusal, Timestamp,
    accounts::{Me, SignIn, SignedIn},
    documents::{AddDocument, Document, DocumentKind},
    refusal::Refused,
};
use rand::{Rng, rngs::StdRng};
use reqwest::{
    RequestBuilder, Response,
    header::{AUTHORIZATION, COOKIE, DATE, SET_COOKIE},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::{Instant, sleep};

/// How much of a token's life is used before it is renewed.
const USED: f64 = 0.8;
/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Where the pauses between attempts begin and end.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Why a call gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The server isn't there, or what answers isn't the server.
    #[error("the server can't be reached: {0}")]
    Unreachable(String),
    /// It said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl Failure {
    /// The code of the refusal, if there was any answer at all.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Refused(refusal) => Some(refusal.code),
            Self::Unreachable(_) => None,
        }
    }

    /// How long the server asks to wait.
    fn wait(&self) -> Option<Duration> {
        let Self::Refused(refusal) = self else { return None };
        refusal.details.as_ref()?.retry_after_ms.map(Duration::from_millis)
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        Self::Unreachable(error.to_string())
    }
}

/// The way to a server, shared by all accounts. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    http: reqwest::Client,
    /// Without a slash at the end.
    pub base: Arc<str>,
    /// Whether it is out of reach and that was told already.
    lost: Arc<AtomicBool>,
}

impl Site {
    /// The server at this address.
    ///
    /// # Errors
    /// When the system has no TLS to offer.
    pub fn new(base: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().timeout(PATIENCE).build()?;
        Ok(Self { http, base: base.trim_end_matches('/').into(), lost: Arc::default() })
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v1/{path}", self.base)
    }

    /// Sends a call. However many accounts find the server gone, one line of the log says so.
    async fn send(&self, call: RequestBuilder) -> Result<Response, Failure> {
        let outcome = call.send().await;
        match &outcome {
            Ok(_) if self.lost.swap(false, Ordering::Relaxed) => {
                tracing::info!(url = &*self.base, "The server is back");
            }
            Err(error) if !self.lost.swap(true, Ordering::Relaxed) => {
                tracing::warn!(url = &*self.base, %error, "The server can't be reached; trying again until it can");
            }
            _ => {}
        }
        Ok(outcome?)
    }
}

/// A signed-in account.
pub struct Account {
    site: Site,
    sign_in: SignIn,
    held: Option<Held>,
}

/// What a sign-in gave.
struct Held {
    token: String,
    /// The refresh token and whatever else the server wants to see again.
    cookies: String,
    /// When to renew it; unknown when the server doesn't tell its time.
    renew_at: Option<Instant>,
    me: Me,
}

impl Account {
    /// An account that signs in when it is first used.
    pub fn new(site: Site, email: String, password: String) -> Self {
        Self { site, sign_in: SignIn { email, password }, held: None }
    }

    /// Its address.
    pub fn email(&self) -> &str {
        &self.sign_in.email
    }

    /// The server.
    pub const fn site(&self) -> &Site {
        &self.site
    }

    /// Who it is.
    ///
    /// # Errors
    /// When it can't sign in.
    pub async fn me(&mut self) -> Result<Me, Failure> {
        Ok(self.held().await?.me.clone())
    }

    /// A token that is good for a while.
    ///
    /// # Errors
    /// When it can't sign in.
    pub async fn token(&mut self) -> Result<String, Failure> {
        Ok(self.held().await?.token.clone())
    }

    /// Has the token renewed before it is used again, because the server doesn't take it any more.
    pub fn doubt_token(&mut self) {
        if let Some(held) = &mut self.held {
            held.renew_at = Some(Instant::now());
        }
    }

    /// Asks for something.
    ///
    /// # Errors
    /// When the server can't be reached or says no.
    pub async fn get<T: DeserializeOwned>(&mut self, path: &str, query: &impl Serialize) -> Result<T, Failure> {
        let call = self.site.http.get(self.site.url(path)).query(query);
        self.call(call).await
    }

    /// Changes something; what comes back is taken out of its wrapping.
    ///
    /// # Errors
    /// When the server can't be reached or says no.
    pub async fn post<T: DeserializeOwned>(&mut self, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        let call = self.site.http.post(self.site.url(path)).json(body);
        Ok(self.call::<One<T>>(call).await?.data)
    }

    /// Adds a paper to a load.
    ///
    /// # Errors
    /// When the server can't be reached or says no.
    pub async fn upload(&mut self, load: LoadId, kind: DocumentKind, name: &str, file: Vec<u8>) -> Result<(), Failure> {
        let query = AddDocument { load_id: load, kind, name: Some(name.to_owned()) };
        let call = self.site.http.post(self.site.url("loads/documents")).query(&query).body(file);
        self.call::<One<Document>>(call).await.map(|_| ())
    }

    async fn call<T: DeserializeOwned>(&mut self, call: RequestBuilder) -> Result<T, Failure> {
        let again = call.try_clone();
        let token = self.token().await?;
        let outcome = read(self.site.send(call.bearer_auth(token)).await?).await;
        match (outcome, again) {
            (Err(failure), Some(call)) if is_over(&failure) => {
                self.doubt_token();
                let token = self.token().await?;
                read(self.site.send(call.bearer_auth(token)).await?).await
            }
            (outcome, _) => outcome,
        }
    }

    /// What a sign-in gave, renewed in time.
    async fn held(&mut self) -> Result<&Held, Failure> {
        let held = match self.held.take() {
            Some(held) if held.renew_at.is_none_or(|at| at > Instant::now()) => held,
            Some(held) => match self.renew(&held).await {
                Ok(renewed) => renewed,
                // The sign-in itself is over, or the server never gave anything to renew it with.
                Err(Failure::Refused(_)) => self.begin().await?,
                Err(failure) => {
                    // Kept, so that the next attempt renews it instead of signing in anew.
                    self.held = Some(held);
                    return Err(failure);
                }
            },
            None => self.begin().await?,
        };
        Ok(self.held.insert(held))
    }

    async fn begin(&self) -> Result<Held, Failure> {
        let call = self.site.http.post(self.site.url("auth/login")).json(&self.sign_in);
        keep(self.site.send(call).await?, "").await
    }

    async fn renew(&self, held: &Held) -> Result<Held, Failure> {
        let call = self.site.http.post(self.site.url("auth/refresh")).header(COOKIE, &held.cookies);
        let call = call.header(AUTHORIZATION, format!("Bearer {}", held.token));
        keep(self.site.send(call).await?, &held.cookies).await
    }
}

/// Whether a token was refused that would have to be renewed.
fn is_over(failure: &Failure) -> bool {
    matches!(failure.code(), Some(Code::Unauthorized | Code::TokenExpired | Code::Revoked))
}

/// Takes what is needed out of the answer to a sign-in or a renewal.
async fn keep(response: Response, old_cookies: &str) -> Result<Held, Failure> {
    let headers = response.headers();
    let server_now = headers.get(DATE).and_then(|date| DateTime::parse_from_rfc2822(date.to_str().ok()?).ok());
    let given = headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
    let cookies = merge(old_cookies, given);
    let SignedIn { access_token, expires_at, user } = read::<One<SignedIn>>(response).await?.data;
    let renew_at = server_now.map(|now| {
        let left_ms = expires_at.since_ms(Timestamp::from_millis(now.timestamp_millis())).max(0);
        Instant::now() + Duration::from_millis(left_ms.unsigned_abs()).mul_f64(USED)
    });
    Ok(Held { token: access_token, cookies, renew_at, me: user })
}

/// The cookies to show from now on: a renewal needn't give each of them again.
fn merge<'a>(old: &'a str, given: impl Iterator<Item = &'a str>) -> String {
    let mut cookies: Vec<&str> = given.collect();
    let kept: Vec<&str> = old
        .split("; ")
        .filter(|old| !old.is_empty() && cookies.iter().all(|new| cookie_name(new) != cookie_name(old)))
        .collect();
    cookies.extend(kept);
    cookies.join("; ")
}

fn cookie_name(cookie: &str) -> &str {
    cookie.split('=').next().unwrap_or_default()
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, Failure> {
    let status = response.status();
    let body = response.bytes().await?;
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(|error| odd(&format!("its answer can't be read: {error}")));
    }
    match serde_json::from_slice::<Refused>(&body) {
        Ok(Refused { error }) => Err(error.into()),
        Err(_) => Err(odd(&format!("it answered {status}"))),
    }
}

/// Something answered, but not as the desk does: a proxy, or a server that is going down.
fn odd(what: &str) -> Failure {
    Failure::Unreachable(what.to_owned())
}

/// Pauses between attempts: longer each time, and never for all at the same moment.
#[derive(Default)]
pub struct Backoff {
    failed: u32,
}

impl Backoff {
    /// Something worked: the next pause is short again.
    pub const fn reset(&mut self) {
        self.failed = 0;
    }

    /// Waits after a failure, as long as the server asks for, or longer each time.
    pub async fn after(&mut self, failure: &Failure, rng: &mut StdRng) {
        let longer = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(self.failed)).min(LONGEST_PAUSE);
        self.failed = self.failed.saturating_add(1);
        let pause = failure.wait().unwrap_or_default().max(longer.mul_f64(rng.random_range(0.6..1.3)));
        sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renewal_keeps_the_cookies_that_it_does_not_give_again() {
        assert_eq!(merge("", ["a=1", "r=2"].into_iter()), "a=1; r=2");
        assert_eq!(merge("a=1; r=2", ["a=3"].into_iter()), "a=3; r=2");
        assert_eq!(merge("a=1; r=2", ["a=3", "r=4"].into_iter()), "a=3; r=4");
    }
}
