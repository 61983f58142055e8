//! Signing in and out, as plain forms and as JSON.

use std::net::{IpAddr, Ipv4Addr};

use axum::{
    Extension, Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Redirect, Response},
};
use contract::{
    Code, One, Refusal,
    accounts::{Me, SignIn},
    people::Join,
};

use super::{
    Caller, Edge,
    answers::{refuse, to_sign_in},
    cookies::{REFRESH, cookie, with_cookies},
};
use crate::{
    auth::{Known, Opened},
    error::Result,
};

/// `POST /api/v1/auth/login`: JSON from programs, a form from the sign-in page.
pub async fn login(
    State(edge): State<Edge>,
    caller: Option<Extension<Caller>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let from = address(caller);
    if is_form(&headers) {
        return login_form(&edge, from, &body).await;
    }
    let ask: SignIn = match serde_json::from_slice(&body) {
        Ok(ask) => ask,
        Err(fault) => return refuse(Refusal::invalid("input", fault.to_string())),
    };
    match edge.auth.sign_in(from, ask).await {
        Ok(opened) => opened_json(&edge, &opened),
        Err(error) => refuse(error.into()),
    }
}

/// Where a caller is.
fn address(caller: Option<Extension<Caller>>) -> IpAddr {
    caller.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |Extension(Caller(from))| from)
}

/// Whether a form was sent, by a page that has not woken or never will.
fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"))
}

/// A refusal's code, as pages know it.
fn code_of(refusal: &Refusal) -> String {
    let code = serde_json::to_value(refusal.code).ok();
    code.and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default()
}

async fn login_form(edge: &Edge, from: IpAddr, body: &[u8]) -> Response {
    let field = |name: &str| form_field(body, name).unwrap_or_default();
    let (email, next) = (field("email"), own_path(&field("next")));
    let ask = SignIn { email: email.clone(), password: field("password") };
    match edge.auth.sign_in(from, ask).await {
        Ok(opened) => with_cookies(edge, Some(&opened), Redirect::to(&next).into_response()),
        Err(error) => {
            let code = code_of(&error.into());
            to_sign_in(&[("error", &code), ("email", &email), ("next", &next)])
        }
    }
}

/// `POST /api/v1/auth/join`: whoever was invited chooses a password, by a form or as JSON.
pub async fn join(
    State(edge): State<Edge>,
    caller: Option<Extension<Caller>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let from = address(caller);
    if !is_form(&headers) {
        return match serde_json::from_slice::<Join>(&body) {
            Ok(ask) => match edge.auth.join(from, ask).await {
                Ok(opened) => opened_json(&edge, &opened),
                Err(error) => refuse(error.into()),
            },
            Err(fault) => refuse(Refusal::invalid("input", fault.to_string())),
        };
    }
    let field = |name: &str| form_field(&body, name).unwrap_or_default();
    let token = field("token");
    match edge.auth.join(from, Join { token: token.clone(), password: field("password") }).await {
        Ok(opened) => with_cookies(&edge, Some(&opened), Redirect::to("/").into_response()),
        Err(error) => {
            let code = code_of(&error.into());
            let query = url::form_urlencoded::Serializer::new(String::new());
            let query = { query }.extend_pairs([("token", token.as_str()), ("error", &code)]).finish();
            Redirect::to(&format!("/join?{query}")).into_response()
        }
    }
}

/// `POST /api/v1/auth/refresh`: exchanges the refresh cookie.
pub async fn refresh(State(edge): State<Edge>, headers: HeaderMap) -> Response {
    let token =
        headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).and_then(|header| cookie(header, REFRESH));
    let Some(token) = token else { return refuse(Refusal::unauthorized()) };
    match edge.auth.renew(&token).await {
        Ok(opened) => opened_json(&edge, &opened),
        Err(error) => {
            let refusal = Refusal::from(error);
            let ended = matches!(refusal.code, Code::Unauthorized | Code::Revoked);
            let response = refuse(refusal);
            if ended { with_cookies(&edge, None, response) } else { response }
        }
    }
}

/// `POST /api/v1/auth/logout`: ends the session; a form is sent back to the sign-in page.
pub async fn logout(State(edge): State<Edge>, known: Option<Extension<Known>>, headers: HeaderMap) -> Response {
    if let Err(error) = sign_out(&edge, known.map(|Extension(known)| known), &headers).await {
        return refuse(error.into());
    }
    let wants_page = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let response =
        if wants_page { Redirect::to("/login").into_response() } else { Json(One { data: () }).into_response() };
    with_cookies(&edge, None, response)
}

/// Ends the caller's session, also when their access token has run out: then the refresh cookie says which it is.
async fn sign_out(edge: &Edge, known: Option<Known>, headers: &HeaderMap) -> Result<()> {
    let refresh = headers.get(header::COOKIE).and_then(|value| cookie(value.to_str().ok()?, REFRESH));
    let known = match (known, refresh) {
        (None, Some(refresh)) => edge.auth.holder(&refresh).await?,
        (known, _) => known,
    };
    match known {
        Some(known) => edge.auth.sign_out(&known).await,
        None => Ok(()),
    }
}

/// `GET /api/v1/auth/me`: who the caller is.
pub async fn me(known: Option<Extension<Known>>, refused: Option<Extension<Refusal>>) -> Response {
    match (known, refused) {
        (Some(Extension(known)), _) => Json(One::<Me> { data: known.me.clone() }).into_response(),
        (None, Some(Extension(refusal))) => refuse(refusal),
        (None, None) => refuse(Refusal::unauthorized()),
    }
}

fn opened_json(edge: &Edge, opened: &Opened) -> Response {
    with_cookies(edge, Some(opened), Json(One { data: &opened.signed_in }).into_response())
}

/// A path on this site; anything else becomes the start page, so that a sign-in can't be used to send people away.
pub fn own_path(next: &str) -> String {
    // Browsers leave out tabs and line ends, and then see another address.
    let own = next.starts_with('/') && !next.starts_with("//") && !next.contains(|c: char| c == '\\' || c.is_control());
    if own && !next.starts_with("/login") { next.to_owned() } else { "/".to_owned() }
}

fn form_field(body: &[u8], name: &str) -> Option<String> {
    url::form_urlencoded::parse(body).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
