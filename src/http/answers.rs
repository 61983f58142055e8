//! The answers that several routes give.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use contract::{Refusal, refusal::Refused};

/// A refusal as the HTTP interface gives it.
pub fn refuse(error: Refusal) -> Response {
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let wait_ms = error.details.as_ref().and_then(|details| details.retry_after_ms);
    let mut response = (status, Json(Refused { error })).into_response();
    if let Some(wait_ms) = wait_ms {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_ms.div_ceil(1000)));
    }
    response
}

/// Sends a visitor to the sign-in page, which reads these pairs from its address.
pub fn to_sign_in(pairs: &[(&str, &str)]) -> Response {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Redirect::to(&format!("/login?{query}")).into_response()
}
