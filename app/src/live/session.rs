//! Keeping the visitor signed in while the page is open.

use contract::{One, accounts::SignedIn};
use js_sys::Promise;
use leptos::prelude::window;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::bind;
use crate::json;

/// How often the session is renewed, in milliseconds: its token lives for 15 minutes.
pub const EVERY_MS: u64 = 12 * 60_000;

/// What came of renewing the session.
pub enum Renewal {
    /// It goes on, with this token.
    Done(String),
    /// It has ended: the visitor must sign in again.
    Ended,
    /// The server couldn't say.
    Unknown,
}

/// Renews the session.
///
/// A refresh token can be used once, and all tabs share it, so only one tab at a time may use it.
pub async fn renew() -> Renewal {
    let work = Closure::<dyn Fn() -> Promise>::new(|| future_to_promise(async { Ok(refresh().await) }));
    let told = match bind::with_lock("headhaul-session", &work).await {
        Ok(told) => told,
        // Without locks two tabs are told apart by the server's patience alone.
        Err(_) => refresh().await,
    };
    match told.as_string() {
        Some(token) => Renewal::Done(token),
        None if told.is_null() => Renewal::Ended,
        None => Renewal::Unknown,
    }
}

/// The new token; null when there is none any more, undefined when the server couldn't be asked.
async fn refresh() -> JsValue {
    let options = js_sys::JSON::parse(r#"{"method":"POST","credentials":"same-origin"}"#).unwrap_or_default();
    let Ok(answer) = bind::fetch("/api/v1/auth/refresh", &options).await else { return JsValue::UNDEFINED };
    match answer.status() {
        200 => {
            let text = answer.text().await.ok().and_then(|text| text.as_string()).unwrap_or_default();
            match json::read::<One<SignedIn>>(&text) {
                Ok(One { data }) => data.access_token.into(),
                Err(_) => JsValue::UNDEFINED,
            }
        }
        401 => JsValue::NULL,
        _ => JsValue::UNDEFINED,
    }
}

/// Leaves for the sign-in page, which leads back here.
pub fn sign_in_again() {
    let place = window().location();
    let here = place.pathname().unwrap_or_default() + &place.search().unwrap_or_default();
    let next = String::from(js_sys::encode_uri_component(&here));
    _ = place.assign(&format!("/login?next={next}"));
}
