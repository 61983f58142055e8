//! What happens around every call: who it is, whether their page may write, and how a refusal looks.

use std::{sync::Arc, time::Duration};

use app::pages::Page;
use axum::{
    Json,
    body::{Body, HttpBody as _, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use contract::{Code, Refusal, refusal::Refused};
use futures_util::StreamExt;

use super::{
    Edge, MAX_BODY,
    answers::{refuse, to_sign_in},
    cookies::{ACCESS, REFRESH, cookie, with_cookies},
    pages,
};
use crate::{
    auth::{self, Known, Opened},
    config::Config,
};

/// How long a call's body may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where visitors sign in. Whoever is signed in has nothing to do there, also when they come by the browser's own way
/// back; so it is kept nowhere.
const SIGN_IN: &str = "/login";

/// Marks a request whose visitor may not see the page they asked for.
#[derive(Clone, Copy, Debug)]
pub struct NotForThem;

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    text(headers, header::AUTHORIZATION).and_then(auth::bearer)
}

/// Settles who is calling and puts it into the request. A visitor whose access token ran out but who is still signed in
/// gets a new one on the way to a page; one who isn't is sent to sign in, and afterwards back.
pub async fn who(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if path == "/" {
        // One address for one page.
        return Redirect::to("/loads").into_response();
    }
    let cookies = text(request.headers(), header::COOKIE).unwrap_or_default().to_owned();
    let token = bearer(request.headers()).map(str::to_owned).or_else(|| cookie(&cookies, ACCESS));
    let mut known: Option<Known> = None;
    let mut refused = Refusal::unauthorized();
    if let Some(token) = token {
        match edge.auth.verify(&token).await {
            Ok(session) => known = Some(session),
            Err(error) => refused = error.into(),
        }
    } else if !path.starts_with("/api/") && cookie(&cookies, REFRESH).is_some() {
        refused = Refusal::new(Code::TokenExpired, "The token has expired.");
    }
    if path == SIGN_IN && request.method() == Method::GET && known.is_some() {
        return Redirect::to("/loads").into_response();
    }
    let page = Page::of(&path).filter(|_| request.method() == Method::GET || request.method() == Method::HEAD);
    let mut renewed: Option<Opened> = None;
    if known.is_none() && page.is_some() && refused.code != Code::Internal {
        if let Some(refresh) = cookie(&cookies, REFRESH)
            && let Ok(opened) = edge.auth.renew(&refresh).await
        {
            known = Some(opened.session.clone());
            renewed = Some(opened);
        } else {
            let next = request.uri().path_and_query().map_or("/", |path| path.as_str());
            return to_sign_in(&[("next", next)]);
        }
    }
    let mut status = None;
    if let (Some(_), Some(known)) = (page, &known)
        && pages::is_missing(&edge, &known.actor, &path).await
    {
        status = Some(StatusCode::NOT_FOUND);
    }
    if let (Some(page), Some(known)) = (page, &known)
        && !known.actor.can(page.needs)
    {
        request.extensions_mut().insert(NotForThem);
        status = Some(StatusCode::FORBIDDEN);
    }
    match known {
        Some(known) => _ = request.extensions_mut().insert(known),
        None => _ = request.extensions_mut().insert(refused),
    }
    let mut response = next.run(request).await;
    if let Some(status) = status {
        *response.status_mut() = status;
    }
    match renewed {
        Some(opened) => with_cookies(&edge, Some(&opened), response),
        None => response,
    }
}

/// Keeps one user from asking again and again for everything that they missed.
pub async fn unhurried(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    if request.uri().path() == "/api/v1/events"
        && let Some(known) = request.extensions().get::<Known>()
        && let Err(refusal) = edge.auth.may_catch_up(known.actor.user)
    {
        return refuse(refusal);
    }
    next.run(request).await
}

/// Refuses writes that a page of another site makes with our cookie, and sockets opened from there.
///
/// A program that sends its own bearer token is no page, and needs no origin.
pub async fn own_pages_only(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let is_socket = request.uri().path().starts_with("/socket.io");
    let is_write = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let origin = text(headers, header::ORIGIN);
    let foreign_origin = origin.is_some_and(|origin| !edge.origins.iter().any(|own| own.eq_ignore_ascii_case(origin)));
    if is_socket && foreign_origin {
        return refuse(Refusal::new(Code::Forbidden, "This origin is not allowed."));
    }
    if is_write && !is_socket && bearer(headers).is_none() {
        let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
        let foreign_site = site.is_some_and(|site| !matches!(site, "same-origin" | "none"));
        let by_cookie = text(headers, header::COOKIE)
            .is_some_and(|cookies| cookie(cookies, ACCESS).is_some() || cookie(cookies, REFRESH).is_some());
        let unexplained = by_cookie && origin.is_none() && site.is_none();
        if foreign_origin || foreign_site || unexplained {
            return refuse(Refusal::new(Code::Forbidden, "Only this site's own pages may do that."));
        }
    }
    next.run(request).await
}

/// Reads a call's body before anything else does, so that one that is too long is refused as such, whether it said its
/// length beforehand or comes in pieces.
pub async fn whole_body(request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match body_of(body).await {
        Ok(whole) => next.run(Request::from_parts(parts, Body::from(whole))).await,
        Err(refusal) => refuse(refusal),
    }
}

/// A call's whole body.
///
/// # Errors
/// `too_large`, or `invalid` when it breaks off or takes too long.
pub async fn body_of(body: Body) -> Result<Vec<u8>, Refusal> {
    read_within(PATIENCE, body).await
}

async fn read_within(patience: Duration, body: Body) -> Result<Vec<u8>, Refusal> {
    let late = |_| Refusal::invalid("input", "the body took too long");
    tokio::time::timeout(patience, read(body)).await.map_err(late)?
}

/// The whole body, unless it is too long.
async fn read(body: Body) -> Result<Vec<u8>, Refusal> {
    let too_large = || Refusal::new(Code::TooLarge, "The body is too long.");
    if body.size_hint().lower() > MAX_BODY as u64 {
        return Err(too_large());
    }
    let mut whole = Vec::with_capacity(body.size_hint().lower() as usize);
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        // Whoever stopped in the middle hears of it, if they still listen.
        let piece = piece.map_err(|_| Refusal::invalid("input", "the body broke off"))?;
        if whole.len() + piece.len() > MAX_BODY {
            return Err(too_large());
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole)
}

/// Gives refusals of the HTTP interface their status, whoever made them: a server function answers 500 with the refusal
/// as its body, and what axum refuses by itself has no body at all.
pub async fn plain_refusals(request: Request, next: Next) -> Response {
    let is_call = request.uri().path().starts_with("/api/");
    let expired = request.extensions().get::<Refusal>().cloned();
    let response = next.run(request).await;
    if !is_call || response.status().is_success() || response.status().is_redirection() {
        return response;
    }
    let status = response.status();
    let is_json =
        text(response.headers(), header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/json"));
    let from_function = response.headers().contains_key("serverfnerror");
    if is_json && !from_function {
        return response;
    }
    let (_, body) = response.into_parts();
    // Ours, so that its length needs no limit.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    match serde_json::from_slice::<Refused>(&body) {
        // A token that ran out or was taken back is told as such.
        Ok(Refused { error }) if error.code == Code::Unauthorized => refuse(expired.unwrap_or(error)),
        Ok(Refused { error }) => refuse(error),
        Err(_) => match status {
            StatusCode::NOT_FOUND => refuse(Refusal::not_found()),
            StatusCode::PAYLOAD_TOO_LARGE => refuse(Refusal::new(Code::TooLarge, "The body is too long.")),
            StatusCode::METHOD_NOT_ALLOWED => {
                let error = Refusal::new(Code::Invalid, "That method is not answered here.");
                (status, Json(Refused { error })).into_response()
            }
            status if status.is_client_error() => {
                refuse(Refusal::invalid("input", String::from_utf8_lossy(&body).chars().take(200).collect::<String>()))
            }
            _ => {
                let id = crate::clock::new_id().to_string();
                let said = String::from_utf8_lossy(&body).chars().take(500).collect::<String>();
                tracing::error!(request.id = %id, %status, said, "A call failed");
                refuse(Refusal::internal(id))
            }
        },
    }
}

/// Headers that keep browsers from guessing, framing, telling and remembering.
pub async fn safe_headers(State(config): State<Arc<Config>>, request: Request, next: Next) -> Response {
    let is_sign_in = request.uri().path() == SIGN_IN;
    let mut response: Response<Body> = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            header::CONTENT_SECURITY_POLICY,
            "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'",
        ),
    ] {
        // What a route says of itself is stricter.
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if config.secure_cookies() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    // Nobody but the one who asked may keep an answer, and even they ask again: what is seen depends on who is signed in.
    let keeping = if is_sign_in { "no-store" } else { "private, no-cache" };
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(keeping));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let pieces =
            futures_util::stream::iter([Ok::<_, std::io::Error>("begun")]).chain(futures_util::stream::pending());

        let refusal =
            read_within(Duration::from_millis(20), Body::from_stream(pieces)).await.expect_err("it never comes");
        assert_eq!(refusal.code, Code::Invalid);
        assert_eq!(read_within(PATIENCE, Body::from("whole")).await, Ok(b"whole".to_vec()));
    }
}
