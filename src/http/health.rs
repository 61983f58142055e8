//! Whether the desk lives and can work, and its figures.

use std::{future::Future, time::Duration};

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use serde_json::json;
use tokio::time::timeout;

use super::Edge;
use crate::error::Result;

/// How long the database may take: whoever asks wants to know it now.
const PATIENCE: Duration = Duration::from_secs(1);

/// `GET /health/live`: the process answers.
pub async fn live() -> impl IntoResponse {
    Json(json!({ "status": "live" }))
}

/// `GET /health/ready`: the database reads and writes.
pub async fn ready(State(edge): State<Edge>) -> impl IntoResponse {
    let store = &edge.desk.store;
    let (reads, writes) = tokio::join!(works("read", store.ping()), works("write", store.ping_write()));
    let word = |works: bool| if works { "ok" } else { "unavailable" };
    let status = if reads && writes { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": if reads && writes { "ready" } else { "unavailable" },
        "database": { "engine": store.engine(), "read": word(reads), "write": word(writes) },
    });
    (status, Json(body))
}

/// Whether the database does something in time. Why it doesn't is for the log: anybody may ask.
async fn works(what: &str, does: impl Future<Output = Result<()>>) -> bool {
    match timeout(PATIENCE, does).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::warn!(what, %error, "The database does not work");
            false
        }
        Err(_) => {
            tracing::warn!(what, "The database does not answer in time");
            false
        }
    }
}

/// `GET /metrics`: for Prometheus.
pub async fn metrics(State(edge): State<Edge>) -> impl IntoResponse {
    edge.metrics.render()
}
