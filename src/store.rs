//! Everything that is kept, in one SQLite file or in PostgreSQL: one SQL text, compiled once for each engine.
//!
//! Reads take the [`Store`]; every write goes through a [`Tx`], which can be begun only with the proof of a permission
//! and which alone can make events leave, after its commit.

pub mod accounts;
pub mod carriers;
pub mod check_calls;
pub mod demo;
pub mod documents;
pub mod journal;
pub mod kpis;
pub mod links;
pub mod loads;
pub mod messages;
pub mod notices;
pub mod once;
mod outbox;
pub mod people;
pub mod positions;
pub mod sessions;
pub mod tenders;
pub mod turn;
mod tx;
pub mod views;

use std::{str::FromStr, time::Duration};

use anyhow::Context;
use chrono::{DateTime, Utc};
use contract::Timestamp;
use sqlx::{
    PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub use outbox::{Due, Outbox, Unsent, outbox};
pub use tx::{By, Sealed, Tx};

use crate::error::Result;

/// Where everything is kept.
#[derive(Clone, Debug)]
pub enum Store {
    /// One file. SQLite has one writer at a time, so writes have a pool of one connection and wait in line there
    /// instead of failing as busy.
    Sqlite {
        /// For reading.
        read: SqlitePool,
        /// For writing.
        write: SqlitePool,
    },
    /// A server, perhaps shared by several nodes.
    Postgres(PgPool),
}

/// Runs one body against whichever engine is open, for reading.
macro_rules! on {
    ($store:expr, $db:ident => $body:expr) => {
        match $store {
            $crate::store::Store::Sqlite { read: $db, .. } => $body,
            $crate::store::Store::Postgres($db) => $body,
        }
    };
}

/// Runs one body inside a transaction of whichever engine is open.
macro_rules! within {
    ($tx:expr, $db:ident => $body:expr) => {
        match $tx.engine() {
            $crate::store::tx::Engine::Sqlite($db) => {
                let $db = &mut **$db;
                $body
            }
            $crate::store::tx::Engine::Postgres($db) => {
                let $db = &mut **$db;
                $body
            }
        }
    };
}

pub(crate) use {on, within};

/// How many connections read from SQLite at once, and how many PostgreSQL gets: two for each of the machine's cores
/// serve SSR bursts, and PostgreSQL's default of 100 leaves room for several nodes.
const CONNECTIONS: u32 = 8;

/// How much of the file SQLite's writer keeps in memory, in KiB with a minus, as SQLite has it: the ends of some thousand
/// trails, and what else is written all the time. It is taken as it is needed.
const CACHE: &str = "-65536";

/// After how many pages SQLite's log is put into the file, 64 MiB: until then a page that changes with every commit is
/// written to the log alone.
const LOG_PAGES: &str = "16000";

/// How much is written to see whether the database takes writes, in bytes: four of SQLite's pages.
const READINESS_BYTES: usize = 16 * 1024;

impl Store {
    /// Opens the store and brings its tables up to date.
    ///
    /// # Errors
    /// When the URL can't be read, the database can't be reached or a migration fails.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let store = if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url).context("the database URL can't be read")?;
            let pool = PgPoolOptions::new()
                .max_connections(CONNECTIONS)
                .acquire_timeout(Duration::from_secs(5))
                .connect_with(options)
                .await
                .context("PostgreSQL can't be reached")?;
            Self::Postgres(pool)
        } else {
            let options = SqliteConnectOptions::from_str(url)
                .context("the database URL can't be read")?
                .create_if_missing(true)
                .foreign_keys(true)
                .journal_mode(SqliteJournalMode::Wal)
                // FULL: what was acknowledged survives a power cut, not only a killed process.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5));
            let write = SqlitePoolOptions::new()
                .max_connections(1)
                .acquire_timeout(Duration::from_secs(10))
                .connect_with(options.clone().pragma("cache_size", CACHE).pragma("wal_autocheckpoint", LOG_PAGES))
                .await
                .with_context(|| format!("the database file {} can't be opened", options.get_filename().display()))?;
            let read = SqlitePoolOptions::new()
                .max_connections(CONNECTIONS)
                .connect_lazy_with(options.create_if_missing(false).pragma("query_only", "ON"));
            Self::Sqlite { read, write }
        };
        match &store {
            Self::Sqlite { write, .. } => sqlx::migrate!("migrations/sqlite").run(write).await,
            Self::Postgres(pool) => sqlx::migrate!("migrations/postgres").run(pool).await,
        }
        .context("the tables can't be brought up to date")?;
        Ok(store)
    }

    /// Makes an empty database beside the one that a PostgreSQL URL names, and gives its URL.
    ///
    /// # Errors
    /// When the server can't be reached or doesn't allow it.
    pub async fn create_postgres_database(url: &str, name: &str) -> anyhow::Result<String> {
        let options = PgConnectOptions::from_str(url)?;
        let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await?;
        // A name can't be bound; it is ours, and quoted by the server itself.
        let sql: String =
            sqlx::query_scalar("SELECT format('CREATE DATABASE %I', $1::text)").bind(name).fetch_one(&pool).await?;
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&pool).await?;
        pool.close().await;
        let (server, query) = url.split_once('?').map_or((url, None), |(server, query)| (server, Some(query)));
        let base = server.rsplit_once('/').map_or(server, |(base, _)| base);
        Ok(query.map_or_else(|| format!("{base}/{name}"), |query| format!("{base}/{name}?{query}")))
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it doesn't.
    pub async fn ping(&self) -> Result<()> {
        let one: i64 = on!(self, db => sqlx::query_scalar("SELECT CAST(1 AS BIGINT)").fetch_one(db).await?);
        debug_assert_eq!(one, 1);
        Ok(())
    }

    /// Whether the database takes writes: a full disk shows here and not in [`Self::ping`]. Something is really written,
    /// as long as a load with its stops and events, and taken away again.
    ///
    /// # Errors
    /// When it doesn't.
    pub async fn ping_write(&self) -> Result<()> {
        const WRITE: &str = "INSERT INTO streams (stream, epoch, seq) VALUES ('readiness', $1, 0)
            ON CONFLICT (stream) DO UPDATE SET epoch = excluded.epoch";
        const CLEAR: &str = "DELETE FROM streams WHERE stream = 'readiness'";
        let filling = "-".repeat(READINESS_BYTES);
        match self {
            Self::Sqlite { write, .. } => {
                sqlx::query(WRITE).bind(filling).execute(write).await?;
                sqlx::query(CLEAR).execute(write).await?;
            }
            Self::Postgres(pool) => {
                sqlx::query(WRITE).bind(filling).execute(pool).await?;
                sqlx::query(CLEAR).execute(pool).await?;
            }
        }
        Ok(())
    }

    /// Which engine it is, for people.
    pub const fn engine(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// Whether several nodes can work on it.
    pub const fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Ends all connections; what was committed is on disk.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// A moment as a column takes it.
pub(crate) fn column(at: Timestamp) -> DateTime<Utc> {
    at.utc()
}

/// A moment as a column gave it.
pub(crate) fn moment(at: DateTime<Utc>) -> Timestamp {
    at.into()
}
