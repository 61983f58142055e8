//! The two cookies of a sign-in. Scripts can read neither.

use contract::accounts::SignedIn;

use crate::auth::{ACCESS_MS, REFRESH_MS};

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

/// `Set-Cookie` headers for a sign-in that was begun or renewed.
pub fn set(signed_in: &SignedIn, refresh: Option<&str>, secure: bool) -> Vec<String> {
    let mut cookies = vec![one(ACCESS, &signed_in.access_token, ACCESS_MS, secure)];
    cookies.extend(refresh.map(|refresh| one(REFRESH, refresh, REFRESH_MS, secure)));
    cookies
}

/// `Set-Cookie` headers that take both away.
pub fn clear(secure: bool) -> Vec<String> {
    [ACCESS, REFRESH].map(|name| one(name, "", 0, secure)).to_vec()
}

/// Lax, so that a link from a mail opens the page signed in; writes from other sites are refused by their origin.
fn one(name: &str, value: &str, lasts_ms: i64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}", lasts_ms / 1000)
}
