//! What an address may look like. The gate of the pages and the pages' own router must see the same one, so an address
//! that could be read in two ways is none.

use axum::{
    extract::Request,
    http::{Method, Uri},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use contract::Refusal;

use super::answers::refuse;

/// Refuses crooked addresses, leads from `/loads/` to `/loads`, and answers HEAD where GET is answered.
pub async fn plain(mut request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    match unslashed(request.uri()) {
        // The sockets' own address ends like that.
        _ if request.uri().path() == "/socket.io/" => {}
        _ if is_crooked(request.uri().path()) => return refuse(Refusal::not_found()),
        Some(address) if reads => return Redirect::permanent(&address).into_response(),
        _ => {}
    }
    // Calls are known by their method; what is not wanted of the answer is left out on its way.
    if request.method() == Method::HEAD && request.uri().path().starts_with("/api/") {
        *request.method_mut() = Method::GET;
    }
    next.run(request).await
}

/// The address without the slash at its end, if it has one.
fn unslashed(uri: &Uri) -> Option<String> {
    let path = uri.path().strip_suffix('/').filter(|path| !path.is_empty())?;
    Some(uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}")))
}

/// Whether a path has a part that is empty or means another one. A backslash parts like a slash in browsers' eyes.
fn is_crooked(path: &str) -> bool {
    let parts = path.strip_prefix('/').unwrap_or(path);
    let parts = parts.strip_suffix('/').unwrap_or(parts);
    let is_odd = |part: &str| part.is_empty() || matches!(&*part.to_ascii_lowercase().replace("%2e", "."), "." | "..");
    path.contains('\\') || (!matches!(path, "/" | "") && parts.split('/').any(is_odd))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_path_is_no_crooked_one() {
        for path in ["/", "/loads", "/loads/", "/loads/1.2", "/loads/...", "/.well-known/x", "/pkg/a/b.js", "*"] {
            assert!(!is_crooked(path), "{path}");
        }
        for path in ["//", "//loads", "/loads//", "/loads//1", "/./loads", "/loads/..", "/x/%2E./loads", "/x/..\\loads"]
        {
            assert!(is_crooked(path), "{path}");
        }
    }

    #[test]
    fn a_slash_at_the_end_is_left_out_and_the_query_stays() {
        assert_eq!(unslashed(&Uri::from_static("/loads/?q=a/")).as_deref(), Some("/loads?q=a/"));
        assert_eq!(unslashed(&Uri::from_static("/")), None);
        assert_eq!(unslashed(&Uri::from_static("/loads?q=/")), None);
    }
}
