//! A call that carries an `Idempotency-Key` is done once, however often it is sent: whoever lost the answer sends the call
//! again and gets what was answered the first time.
//!
//! The key is used in the transaction of what is done, so there is no moment at which one of the two is there without the
//! other. A call that was refused did nothing, uses no key, and is judged afresh.

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use contract::{Code, Refusal};
use sha2::{Digest, Sha256};

use super::{Edge, answers::refuse, edge::body_of};
use crate::{
    auth::Known,
    desk::Desk,
    error::Result,
    store::{
        By,
        once::{self, Once, Used},
    },
};

/// Where callers give their key.
const KEY: &str = "idempotency-key";

/// Calls whose answers have secrets in them, which are kept nowhere: they are done as often as they are called.
const UNKEPT: [&str; 2] = ["/api/v1/auth/", "/api/v1/links"];

/// Marks an answer that was given before.
const REPEATED: &str = "idempotency-replayed";

/// A key is at most so long, in bytes; a UUID has 36.
const LONGEST: usize = 200;

/// Does what comes with a key once.
pub async fn do_once(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let concerned = *request.method() == Method::POST
        && path.starts_with("/api/")
        && !UNKEPT.iter().any(|unkept| path.starts_with(unkept));
    let Some(known) = request.extensions().get::<Known>().filter(|_| concerned).cloned() else {
        return next.run(request).await;
    };
    let key = match key(request.headers()) {
        Ok(Some(key)) => key,
        Ok(None) => return next.run(request).await,
        Err(refusal) => return refuse(refusal),
    };
    let (mut parts, body) = request.into_parts();
    let body = match body_of(body).await {
        Ok(body) => body,
        Err(refusal) => return refuse(refusal),
    };
    // What one role was answered isn't for the next one that its holder gets.
    let called = format!("{} {}", known.actor.role.name(), parts.uri);
    let print = Sha256::new().chain_update(&called).chain_update([0]).chain_update(&body).finalize();
    let once = Once { user: known.actor.user, key, print: format!("{print:x}") };
    match again(&edge.desk, &once).await {
        Ok(Some(answer)) => return answer,
        Ok(None) => {}
        Err(error) => return refuse(error.into()),
    }

    parts.extensions.insert(once.clone());
    let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
    if answer.status().is_success() {
        return keep(&edge.desk, &known, &once, answer).await;
    }
    // It may have been refused because the same call came twice at once, and the other one was done.
    match again(&edge.desk, &once).await {
        Ok(Some(first)) => first,
        _ => answer,
    }
}

/// The key of a call.
fn key(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(given) = headers.get(KEY) else { return Ok(None) };
    let readable = given.to_str().ok().filter(|key| (1..=LONGEST).contains(&key.len()));
    let key = readable.ok_or_else(|| Refusal::invalid("Idempotency-Key", "must be 1 to 200 plain characters"))?;
    Ok(Some(key.to_owned()))
}

/// What is answered to a call whose key was used before.
async fn again(desk: &Desk, once: &Once) -> Result<Option<Response>> {
    let Some(Used { print, answer }) = once::used(&desk.store, once).await? else { return Ok(None) };
    if print != once.print {
        let refusal = Refusal::new(Code::Refused, "This key was used for another call.");
        return Ok(Some(refuse(refusal)));
    }
    let Some(answer) = answer else {
        let refusal = Refusal::new(Code::Conflict, "It was done, but what was answered is not known: load afresh.");
        return Ok(Some(refuse(refusal)));
    };
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let repeated = (header::HeaderName::from_static(REPEATED), HeaderValue::from_static("true"));
    Ok(Some(([kind, repeated], answer).into_response()))
}

/// Keeps an answer for those who ask again. That it can't be kept doesn't undo what was done.
async fn keep(desk: &Desk, known: &Known, once: &Once, answer: Response) -> Response {
    let (parts, body) = answer.into_parts();
    // Ours, so that its length needs no limit.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let write = async {
        let mut tx = desk.store.begin(By::Itself(known.actor.tenant), &desk.clock, &desk.outbox).await?;
        once::answered(&mut tx, once, std::str::from_utf8(&body).ok()).await?;
        tx.commit().await
    };
    if let Err(error) = write.await {
        tracing::warn!(%error, "An answer could not be kept for those who ask again");
    }
    Response::from_parts(parts, Body::from(body))
}
