//! Saying no, and failing.

use contract::Refusal;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller is told why.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The caller is told an id, the log the rest.
    #[error("{0:#}")]
    Internal(anyhow::Error),
}

/// What the databases answer when their disk is full: SQLite's SQLITE_FULL, and PostgreSQL's `disk_full`.
const FULL: [&str; 2] = ["13", "53100"];

/// What most of the server returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<sqlx::Error> for Error {
    /// A full disk is told as such: it is nobody's mistake, nothing was changed, and somebody must make room.
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        if code.is_some_and(|code| FULL.contains(&&*code)) {
            tracing::error!(%error, "Nothing can be stored: the disk is full");
            return Self::Refused(Refusal::unavailable());
        }
        Self::Internal(error.into())
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

impl From<Error> for Refusal {
    /// The edge's view of an error: an internal one is logged here, once, under the id that the caller gets.
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal,
            Error::Internal(source) => {
                let request_id = crate::clock::new_id().to_string();
                tracing::error!(request.id = %request_id, error = format!("{source:#}"), "A request failed");
                Self::internal(request_id)
            }
        }
    }
}
