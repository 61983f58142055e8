//! The two cookies of a sign-in. Scripts can read neither.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use contract::accounts::SignedIn;

use super::Edge;
use crate::auth::{ACCESS_MS, Opened, REFRESH_MS};

/// Carries the access token.
pub const ACCESS: &str = "hh_access";
/// Carries the refresh token.
pub const REFRESH: &str = "hh_refresh";

/// The value of a cookie in a `Cookie` header.
pub fn cookie(header: &str, name: &str) -> Option<String> {
    header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}

/// Adds the cookies of a sign-in, or takes them away.
pub fn with_cookies(edge: &Edge, opened: Option<&Opened>, mut response: Response) -> Response {
    let secure = edge.config.secure_cookies();
    let set = match opened {
        Some(opened) => set(&opened.signed_in, opened.refresh.as_deref(), secure),
        None => clear(secure),
    };
    for cookie in set {
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if response.status() == StatusCode::SEE_OTHER {
        response.headers_mut().remove(header::CONTENT_LENGTH);
    }
    response
}

/// `Set-Cookie` headers for a sign-in that was begun or renewed.
fn set(signed_in: &SignedIn, refresh: Option<&str>, secure: bool) -> Vec<String> {
    let mut cookies = vec![one(ACCESS, &signed_in.access_token, ACCESS_MS, secure)];
    cookies.extend(refresh.map(|refresh| one(REFRESH, refresh, REFRESH_MS, secure)));
    cookies
}

/// `Set-Cookie` headers that take both away.
fn clear(secure: bool) -> Vec<String> {
    [ACCESS, REFRESH].map(|name| one(name, "", 0, secure)).to_vec()
}

/// Lax, so that a link from a mail opens the page signed in; writes from other sites are refused by their origin.
fn one(name: &str, value: &str, lasts_ms: i64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}", lasts_ms / 1000)
}
