//! Whether the desk lives and can work, and its figures.

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use serde_json::json;

use super::Edge;

/// `GET /health/live`: the process answers.
pub async fn live() -> impl IntoResponse {
    Json(json!({ "status": "live" }))
}

/// `GET /health/ready`: the database reads and writes.
pub async fn ready(State(edge): State<Edge>) -> impl IntoResponse {
    let store = &edge.desk.store;
    let state = |outcome: crate::error::Result<()>| match outcome {
        Ok(()) => (true, "ok".to_owned()),
        Err(error) => (false, error.to_string()),
    };
    let (reads, read) = state(store.ping().await);
    let (writes, write) = state(store.ping_write().await);
    let status = if reads && writes { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": if reads && writes { "ready" } else { "unavailable" },
        "database": { "engine": store.engine(), "read": read, "write": write },
    });
    (status, Json(body))
}

/// `GET /metrics`: for Prometheus.
pub async fn metrics(State(edge): State<Edge>) -> impl IntoResponse {
    edge.metrics.render()
}
