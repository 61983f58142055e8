//! What a driver's link opens, and what its page and tracking apps call. The token in the address is all that they have:
//! nobody signs in here, and an address that tries many tokens is not looked at for a while.

use std::{
    net::IpAddr,
    sync::{Arc, LazyLock},
};

use app::{
    i18n::Locale,
    links::drive::{self as pages, Drive},
};
use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{FromRequest, FromRequestParts, Path, RawQuery, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use contract::{One, Refusal, UserId, links::Deed, tracking::PositionsReceived};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use super::{Caller, Edge, answers::refuse, edge::body_of, language};
use crate::{
    links::{
        drive::{self, Held},
        osmand,
    },
    pace::{Pace, strangers::Strangers},
};

/// How many tokens that open nothing an address may try in a minute. A page whose link has ended stops at its first.
const WRONG_PER_MINUTE: u32 = 30;

/// How often a link may be used in a second, and at once: a page that was offline comes back with several calls.
const CALLS: (u32, u32) = (5, 30);

/// Nothing but the page's own two files, and nobody around it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Who comes by links, and how often. Cheap to clone.
#[derive(Clone)]
pub struct Gate {
    strangers: Strangers,
    calls: Arc<Pace<UserId>>,
}

impl Default for Gate {
    fn default() -> Self {
        let (often, at_once) = CALLS;
        Self { strangers: Strangers::new(WRONG_PER_MINUTE), calls: Arc::new(Pace::per_second(often, at_once)) }
    }
}

/// The routes of the page.
pub fn routes(edge: Edge) -> Router {
    Router::new()
        .route("/d/{token}", get(page))
        .route("/d/{token}/positions", post(positions))
        .route("/d/{token}/arrive", post(arrive))
        .route("/d/{token}/depart", post(depart))
        .route("/d/{token}/say", post(say))
        .layer(middleware::from_fn(untold))
        .with_state(edge)
}

/// What has a token in its address is kept nowhere, found by no search, and told to no other site.
async fn untold(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
        (
            HeaderName::from_static("permissions-policy"),
            "geolocation=(self), screen-wake-lock=(self), camera=(), microphone=()",
        ),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The link of a token, for somebody who may go on trying.
async fn enter(edge: &Edge, from: IpAddr, token: &str) -> Result<Held, Refusal> {
    let Gate { strangers, calls } = &edge.gate;
    strangers.admit(from)?;
    let Some(held) = drive::hold(&edge.desk, &token.to_ascii_lowercase()).await? else {
        strangers.count(from);
        return Err(Refusal::not_found());
    };
    calls.admit(&held.who().user)?;
    Ok(held)
}

/// In which language the page is: as its address says, else as everywhere.
fn spoken(query: Option<&str>, headers: &HeaderMap) -> Locale {
    let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let asked = pairs.filter(|(name, _)| name == "lang").find_map(|(_, value)| language::named(&value));
    asked.unwrap_or_else(|| language::of(headers))
}

/// Changes whenever the page's script or styles do.
fn stamp() -> &'static str {
    static STAMP: LazyLock<String> = LazyLock::new(|| {
        let files = [
            include_bytes!("../../public/driver/driver.js").as_slice(),
            include_bytes!("../../public/driver/driver.css"),
        ];
        let print = files.iter().fold(Sha256::new(), Digest::chain_update).finalize();
        print.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    });
    &STAMP
}

/// `GET /d/{token}`: the page, or one calm page for whatever opens nothing.
async fn page(
    State(edge): State<Edge>,
    Extension(Caller(from)): Extension<Caller>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let language = spoken(query.as_deref(), &headers);
    let opened = async {
        let held = enter(&edge, from, &token).await?;
        Ok::<Drive, Refusal>(drive::look(&edge.desk, &held).await?)
    };
    match opened.await {
        Ok(drive) => Html(pages::page(&drive, language, stamp())).into_response(),
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.code.status()).unwrap_or(StatusCode::NOT_FOUND);
            (status, Html(pages::ended_page(language, stamp()))).into_response()
        }
    }
}

/// What the page shows of the load from now on.
#[derive(Serialize)]
struct Part {
    /// Whether there is nothing left to do.
    over: bool,
    /// The load's part of the page.
    html: String,
}

/// A call of the page's: by whom, and what.
struct Call {
    edge: Edge,
    from: IpAddr,
    token: String,
    language: Locale,
    body: Body,
}

impl Call {
    /// Reads what it asks, once it is known that it comes by a link.
    async fn asked<T: DeserializeOwned>(self) -> Result<(Edge, Held, T, Locale), Refusal> {
        let Self { edge, from, token, language, body } = self;
        let held = enter(&edge, from, &token).await?;
        let body = body_of(body).await?;
        let ask = serde_json::from_slice(&body).map_err(|fault| Refusal::invalid("input", fault.to_string()))?;
        Ok((edge, held, ask, language))
    }
}

impl FromRequest<Edge> for Call {
    type Rejection = Response;

    async fn from_request(request: Request, edge: &Edge) -> Result<Self, Response> {
        let missing = || refuse(Refusal::not_found());
        let (mut parts, body) = request.into_parts();
        let Path(token) = Path::<String>::from_request_parts(&mut parts, edge).await.map_err(|_| missing())?;
        let Caller(from) = parts.extensions.get().copied().ok_or_else(missing)?;
        let language = spoken(parts.uri.query(), &parts.headers);
        Ok(Self { edge: edge.clone(), from, token, language, body })
    }
}

fn part(drive: &Drive, language: Locale) -> Json<One<Part>> {
    Json(One { data: Part { over: drive.is_over, html: pages::load_part(drive, language) } })
}

/// `POST /d/{token}/positions`.
async fn positions(call: Call) -> Result<Json<One<PositionsReceived>>, Response> {
    let received = async {
        let (edge, held, ask, _) = call.asked().await?;
        Ok::<_, Refusal>(drive::positions(&edge.desk, &held, ask).await?)
    };
    Ok(Json(One { data: received.await.map_err(refuse)? }))
}

/// `POST /d/{token}/arrive`.
async fn arrive(call: Call) -> Result<Json<One<Part>>, Response> {
    reported(call, Deed::Arrive).await.map_err(refuse)
}

/// `POST /d/{token}/depart`.
async fn depart(call: Call) -> Result<Json<One<Part>>, Response> {
    reported(call, Deed::Depart).await.map_err(refuse)
}

async fn reported(call: Call, deed: Deed) -> Result<Json<One<Part>>, Refusal> {
    let (edge, held, ask, language) = call.asked().await?;
    Ok(part(&drive::report(&edge.desk, &held, ask, deed).await?, language))
}

/// `POST /d/{token}/say`.
async fn say(call: Call) -> Result<Json<One<Part>>, Response> {
    let said = async {
        let (edge, held, ask, language) = call.asked().await?;
        Ok::<_, Refusal>(part(&drive::say(&edge.desk, &held, ask).await?, language))
    };
    said.await.map_err(refuse)
}

/// `GET` and `POST /api/v1/osmand`: a position from a tracking app that was pointed at a link. What can't be read, or is
/// no position, is answered 400; what no link that works is named by, 404; and what is stored, 200.
pub async fn osmand(
    State(edge): State<Edge>,
    Extension(Caller(from)): Extension<Caller>,
    RawQuery(query): RawQuery,
    body: Body,
) -> Result<Json<One<PositionsReceived>>, Response> {
    let received = async {
        let body = body_of(body).await?;
        let sent = osmand::read(query.as_deref().unwrap_or_default(), &body, edge.desk.clock.now())?;
        let held = enter(&edge, from, &sent.id).await?;
        let received = drive::store(&edge.desk, &held, sent.fixes).await?;
        // An app knows its positions by the status alone.
        match received.rejected.first().filter(|_| received.accepted + received.duplicates == 0) {
            Some(rejected) => Err(Refusal::new(rejected.code, "The position was not taken.")),
            None => Ok(received),
        }
    };
    Ok(Json(One { data: received.await.map_err(refuse)? }))
}
