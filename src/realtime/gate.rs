//! What happens to a call before the socket library sees it.
//!
//! The library keeps the head of the first call for as long as the socket lives, and with it the whole buffer that the
//! head was read into; it takes any number of packets in one body, and any number of openings.

use std::{net::IpAddr, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{
        Extensions, HeaderMap, HeaderName, HeaderValue, Method, Uri,
        header::{
            AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, ORIGIN, SEC_WEBSOCKET_KEY,
            SEC_WEBSOCKET_VERSION, UPGRADE,
        },
    },
    middleware::Next,
    response::Response,
};
use contract::{Code, Refusal};
use hyper::upgrade::OnUpgrade;

use super::{MAX_MESSAGE, Shared, reach::is_upgrade};
use crate::http::{
    Caller,
    cookies::{ACCESS, cookie},
    listen::Line,
    refuse,
};

/// The library's path.
const PATH: &str = "/socket.io";

/// How long a body may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What divides the packets of a body.
const BETWEEN: u8 = 0x1e;

/// What is kept of a head. Of the cookies our own alone.
const KEPT: [HeaderName; 8] = [
    AUTHORIZATION,
    CONNECTION,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    ORIGIN,
    SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_VERSION,
    UPGRADE,
];

/// Refuses openings from an address that was refused too often and bodies that hold too much, and makes the rest light.
pub async fn guard(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with(PATH) {
        return next.run(request).await;
    }
    match admitted(&shared, request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => {
            super::refused(&refusal);
            refuse(refusal)
        }
    }
}

async fn admitted(shared: &Shared, request: Request) -> Result<Request, Refusal> {
    let session = session(request.uri()).map(str::to_owned);
    let from = caller(request.extensions());
    if session.is_none() {
        shared.strangers.admit(from)?;
    }
    let (mut parts, body) = request.into_parts();
    let line = parts.extensions.get::<Line>().filter(|_| is_upgrade(&parts.headers)).cloned();
    if let (Some(session), Some(line)) = (&session, &line) {
        shared.lines.add(session, line.clone());
    }
    parts.headers = light(&parts.headers);
    parts.uri = own(&parts.uri)?;
    let mut extensions = Extensions::new();
    extensions.insert(Caller(from));
    extensions.extend(line.into_iter().fold(Extensions::new(), |mut all, line| {
        all.insert(line);
        all
    }));
    if let Some(upgrade) = parts.extensions.remove::<OnUpgrade>() {
        extensions.insert(upgrade);
    }
    parts.extensions = extensions;
    let body = if parts.method == Method::POST {
        let body = whole(body).await?;
        let packets = body.split(|byte| *byte == BETWEEN).count();
        shared.packets.admit_many(&session.unwrap_or_default(), u32::try_from(packets).unwrap_or(u32::MAX))?;
        Body::from(body)
    } else {
        Body::empty()
    };
    Ok(Request::from_parts(parts, body))
}

/// The address that a call comes from.
pub fn caller(extensions: &Extensions) -> IpAddr {
    extensions.get::<Caller>().map_or(IpAddr::from([0, 0, 0, 0]), |Caller(from)| *from)
}

/// The session that a call belongs to; nothing when it opens one.
fn session(uri: &Uri) -> Option<&str> {
    uri.query()?.split('&').find_map(|pair| pair.strip_prefix("sid="))
}

/// The same in a memory of its own.
fn own(uri: &Uri) -> Result<Uri, Refusal> {
    uri.to_string().parse().map_err(|_| Refusal::invalid("address", "can't be read"))
}

/// What is needed of a head, in a memory of its own.
fn light(headers: &HeaderMap) -> HeaderMap {
    let copy = |value: &[u8]| HeaderValue::from_bytes(value).ok();
    let mut light = HeaderMap::with_capacity(KEPT.len() + 1);
    for name in KEPT {
        if let Some(value) = headers.get(&name).and_then(|value| copy(value.as_bytes())) {
            light.insert(name, value);
        }
    }
    let token = headers.get(COOKIE).and_then(|value| value.to_str().ok()).and_then(|value| cookie(value, ACCESS));
    if let Some(value) = token.and_then(|token| copy(format!("{ACCESS}={token}").as_bytes())) {
        light.insert(COOKIE, value);
    }
    light
}

/// A body that comes in time and isn't too long.
async fn whole(body: Body) -> Result<Bytes, Refusal> {
    let read = tokio::time::timeout(PATIENCE, to_bytes(body, MAX_MESSAGE));
    match read.await {
        Ok(Ok(whole)) => Ok(whole),
        Ok(Err(_)) => Err(Refusal::new(Code::TooLarge, "The body is too long.")),
        Err(_) => Err(Refusal::invalid("input", "the body took too long")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_kept_as_far_as_it_is_needed_and_nowhere_else() {
        let buffer = Bytes::from_static(b"hh_access=token; theme=dark; hh_refresh=secret");
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_maybe_shared(buffer.clone()).expect("a value"));
        headers.insert(ORIGIN, HeaderValue::from_static("http://desk.test"));
        headers.insert("x-padding", HeaderValue::from_static("long"));

        let light = light(&headers);
        assert_eq!(light[COOKIE], "hh_access=token");
        assert_eq!(light[ORIGIN], "http://desk.test");
        assert_eq!(light.len(), 2);
    }

    #[test]
    fn a_call_belongs_to_the_session_that_it_names() {
        let of = |uri: &str| session(&uri.parse().expect("an address")).map(str::to_owned);
        assert_eq!(of("/socket.io/?EIO=4&transport=polling"), None);
        assert_eq!(of("/socket.io/?EIO=4&sid=abc&transport=polling"), Some("abc".to_owned()));
        assert_eq!(of("/socket.io/"), None);
    }
}
