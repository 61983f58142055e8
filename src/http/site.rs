//! The site's files: inside the binary in a release, read from the folder while developing.

use std::{collections::BTreeMap, sync::Arc};

use app::shell::Assets;
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "target/site"]
#[allow_missing = true]
struct Files;

/// A file that never changes under its address is kept for a year.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Any other is asked for again after an hour, and not sent again when it is the same.
const FOR_AN_HOUR: &str = "public, max-age=3600";

/// How the files of the compiled page's parts begin.
const PARTS: [&str; 2] = ["chunk_", "split_"];

/// The site's files, with the stamp of the compiled page. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Site {
    stamp: Arc<str>,
}

impl Default for Site {
    fn default() -> Self {
        Self::new()
    }
}

impl Site {
    /// Looks at the compiled page, so that its addresses change when it changes.
    pub fn new() -> Self {
        let mut names: Vec<_> = Files::iter()
            .filter(|name| name.starts_with("pkg/") && !name.ends_with(".br") && !name.ends_with(".gz"))
            .collect();
        names.sort_unstable();
        let hash = names
            .iter()
            .filter_map(|name| Files::get(name))
            .flat_map(|file| file.metadata.sha256_hash())
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self { stamp: format!("{hash:016x}").into() }
    }

    /// Where the compiled page is.
    pub fn assets(&self) -> Assets {
        let file = |name: &str| format!("/pkg/{}/{name}", self.stamp);
        let parts = Files::get("pkg/__wasm_split_manifest.json")
            .and_then(|manifest| serde_json::from_slice::<BTreeMap<String, Vec<String>>>(&manifest.data).ok())
            .unwrap_or_default()
            .into_iter()
            .map(|(part, names)| (part, names.iter().map(|name| file(&format!("{name}.wasm"))).collect()))
            .collect();
        Assets {
            css: file("headhaul.css"),
            js: file("headhaul.js"),
            wasm: file("headhaul.wasm"),
            parts: Arc::new(parts),
        }
    }

    /// The answer to a request for a file; nothing when there is no such file.
    pub fn answer(&self, request: &Request) -> Option<Response> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return None;
        }
        let asked = request.uri().path().strip_prefix('/').filter(|path| !path.is_empty() && !path.contains(".."))?;
        let stamped = asked.strip_prefix("pkg/").and_then(|rest| rest.split_once('/'));
        let (path, keep) = match stamped {
            Some((stamp, name)) if stamp == &*self.stamp => (format!("pkg/{name}"), FOR_EVER),
            // A part fits the release that it was compiled with, and no other: the page is then loaded anew.
            Some((_, name)) if PARTS.iter().any(|part| name.starts_with(part)) => return None,
            // A page of an older release that has yet to wake gets the newer code, and doesn't keep it.
            Some((_, name)) => (format!("pkg/{name}"), "no-store"),
            None if asked.starts_with("vendor/") => (asked.to_owned(), FOR_EVER),
            None => (asked.to_owned(), FOR_AN_HOUR),
        };
        let accepts =
            request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let packed = [("br", "br"), ("gzip", "gz")].iter().find_map(|(coding, ending)| {
            accepts
                .contains(coding)
                .then(|| Files::get(&format!("{path}.{ending}")))
                .flatten()
                .map(|file| (*coding, file))
        });
        let (coding, file) = match packed {
            Some((coding, file)) => (Some(coding), file),
            None => (None, Files::get(&path)?),
        };
        Some(respond(request, &path, coding, file, keep))
    }
}

fn respond(
    request: &Request,
    path: &str,
    coding: Option<&'static str>,
    file: EmbeddedFile,
    keep: &'static str,
) -> Response {
    let tag = file.metadata.sha256_hash().iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>();
    let tag = format!("\"{tag}\"");
    let same = request.headers().get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let body = if same { Body::empty() } else { Body::from(file.data.into_owned()) };
    let mut response = body.into_response();
    if same {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(path)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
