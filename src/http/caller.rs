//! From which address a call comes: the connection's own, or what a proxy that is trusted says of it.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::HeaderMap,
    middleware::Next,
    response::Response,
};

/// The header in which proxies name whom they speak for.
const FORWARDED: &str = "x-forwarded-for";

/// The address that a call comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller(pub IpAddr);

/// Settles it.
pub async fn settle(State(proxies): State<Arc<[IpAddr]>>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let caller = Caller(behind(peer.ip(), request.headers(), &proxies));
        request.extensions_mut().insert(caller);
    }
    next.run(request).await
}

/// The nearest address that isn't one of our own proxies': everything further away could be made up by the caller.
fn behind(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let said = headers.get_all(FORWARDED).iter().filter_map(|value| value.to_str().ok());
    let named: Vec<&str> = said.flat_map(|value| value.split(',')).collect();
    let mut nearest = peer;
    for name in named.into_iter().rev() {
        if !proxies.contains(&nearest) {
            break;
        }
        // What can't be read ends the chain at who said it.
        let Ok(before) = name.trim().parse() else { break };
        nearest = before;
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_about_who_spoke_to_it() {
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        let proxies = [ip("10.0.0.1"), ip("10.0.0.2")];
        let mut headers = HeaderMap::new();
        headers.append(FORWARDED, "6.6.6.6, 203.0.113.9".parse().expect("a value"));
        headers.append(FORWARDED, "10.0.0.2".parse().expect("a value"));

        assert_eq!(behind(ip("10.0.0.1"), &headers, &proxies), ip("203.0.113.9"), "6.6.6.6 may be made up");
        assert_eq!(behind(ip("198.51.100.7"), &headers, &proxies), ip("198.51.100.7"), "a stranger is not believed");
        assert_eq!(behind(ip("10.0.0.1"), &headers, &[]), ip("10.0.0.1"), "nobody is trusted by default");
        assert_eq!(behind(ip("10.0.0.1"), &HeaderMap::new(), &proxies), ip("10.0.0.1"));
        headers.append(FORWARDED, "unknown".parse().expect("a value"));
        assert_eq!(behind(ip("10.0.0.1"), &headers, &proxies), ip("10.0.0.1"));
    }
}
