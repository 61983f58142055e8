//! Files, which come and go: papers piece by piece, for they are longer than any other call, and lists for spreadsheets.

use std::time::Duration;

use axum::{
    Extension, Json, Router,
    body::{Body, HttpBody as _},
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderValue, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use contract::{
    DocumentId, One, Refusal,
    documents::{AddDocument, Document, MAX_BYTES},
    loads::LoadQuery,
};
use futures_util::StreamExt;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use tokio_util::io::ReaderStream;

use super::{Edge, answers::refuse, edge};
use crate::{
    auth::Known,
    documents,
    loads::export::{self, Export},
};

/// How many pieces of a file that is not taken are read all the same, each of some 16 KB to 64 KB.
const MOST_UNREAD: usize = 1_024;

/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(5);

const ADD: &str = "/api/v1/loads/documents";
const OPEN: &str = "/api/v1/loads/document";
const EXPORT: &str = "/api/v1/loads/export";

/// The calls that are answered here.
pub const CALLS: [(&str, &str); 3] = [("POST", ADD), ("GET", OPEN), ("GET", EXPORT)];

/// Their routes.
pub fn routes(edge: Edge) -> Router {
    Router::new()
        .route(ADD, post(add))
        .route(OPEN, get(open))
        .route(EXPORT, get(export))
        .layer(middleware::from_fn(edge::plain_refusals))
        .with_state(edge)
}

/// Who is calling.
fn known(known: Option<Extension<Known>>, refused: Option<Extension<Refusal>>) -> Result<Known, Refusal> {
    match (known, refused) {
        (Some(Extension(known)), _) => Ok(known),
        (None, Some(Extension(refusal))) => Err(refusal),
        (None, None) => Err(Refusal::unauthorized()),
    }
}

fn asked<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Refusal> {
    query.map(|Query(asked)| asked).map_err(|fault| Refusal::invalid("input", fault.body_text()))
}

/// Takes a file in: the body is the file, and the address says what it is.
async fn add(
    State(edge): State<Edge>,
    who: Option<Extension<Known>>,
    refused: Option<Extension<Refusal>>,
    query: Result<Query<AddDocument>, QueryRejection>,
    body: Body,
) -> Result<Json<One<Document>>, Response> {
    let who = known(who, refused).map_err(refuse)?;
    let ask = asked(query).map_err(refuse)?;
    let too_large = body.size_hint().lower() > MAX_BYTES;
    let mut pieces = body.into_data_stream();
    let added = if too_large {
        Err(documents::too_large().into())
    } else {
        documents::add(&edge.desk, &who.actor, ask, &mut pieces).await
    };
    match added {
        Ok(data) => Ok(Json(One { data })),
        Err(error) => {
            let refusal = Refusal::from(error);
            // Whoever still sends hears no answer. Those that are let go on are never many.
            let heard = async { pieces.take(MOST_UNREAD).for_each(|_| std::future::ready(())).await };
            let _ = tokio::time::timeout(PATIENCE, heard).await;
            Err(refuse(refusal))
        }
    }
}

#[derive(Deserialize)]
struct Ask {
    id: DocumentId,
}

/// Gives a file out, under its name.
async fn open(
    State(edge): State<Edge>,
    who: Option<Extension<Known>>,
    refused: Option<Extension<Refusal>>,
    query: Result<Query<Ask>, QueryRejection>,
) -> Result<Response, Response> {
    let who = known(who, refused).map_err(refuse)?;
    let Ask { id } = asked(query).map_err(refuse)?;
    let (document, file) = documents::open(&edge.desk, &who.actor, id).await.map_err(|error| refuse(error.into()))?;
    let mut response =
        named(Body::from_stream(ReaderStream::new(file)), &document.media_type, "inline", &document.name);
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(document.size_bytes));
    Ok(response)
}

/// Gives a list of loads out, for spreadsheets.
async fn export(
    State(edge): State<Edge>,
    who: Option<Extension<Known>>,
    refused: Option<Extension<Refusal>>,
    query: Result<Query<LoadQuery>, QueryRejection>,
) -> Result<Response, Response> {
    let who = known(who, refused).map_err(refuse)?;
    let query = asked(query).map_err(refuse)?;
    let Export { name, text } =
        export::csv(&edge.desk, &who.actor, &query).await.map_err(|error| refuse(error.into()))?;
    Ok(named(Body::from(text), "text/csv; charset=utf-8", "attachment", &name))
}

/// A file under its name, to be shown or to be kept.
fn named(body: Body, media_type: &str, how: &str, name: &str) -> Response {
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    let value = |text: &str| HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, value(media_type));
    headers.insert(header::CONTENT_DISPOSITION, value(&format!("{how}; filename*=UTF-8''{name}")));
    response
}
