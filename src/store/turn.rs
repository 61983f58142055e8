//! What only one node of a cluster does at a time.

use sqlx::{Connection, PgConnection};

use super::Store;
use crate::error::Result;

/// Something that must not be done by two nodes at once. The number is the lock's in PostgreSQL.
#[derive(Clone, Copy, Debug)]
#[repr(i64)]
pub enum Job {
    /// Filling an empty database with the demo.
    Fill = 0x4865_6164_0001,
    /// Driving the demo's trucks.
    Drive = 0x4865_6164_0002,
    /// Forgetting what is no longer kept.
    Upkeep = 0x4865_6164_0003,
    /// What happens by the clock alone.
    Timed = 0x4865_6164_0004,
}

/// The right to do it, for as long as this is kept. It ends with the connection that holds it, so a node that dies leaves
/// it to the next one.
#[derive(Debug)]
pub struct Turn(Option<PgConnection>);

impl Turn {
    /// Leaves it to the next one.
    pub async fn end(self) {
        if let Some(connection) = self.0 {
            // Without a farewell it ends all the same, a moment later.
            let _ = connection.close().await;
        }
    }
}

impl Store {
    /// Waits until no other node does this. On SQLite there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turn(&self, job: Job) -> Result<Turn> {
        let Self::Postgres(pool) = self else { return Ok(Turn(None)) };
        // A connection of its own: the lock is the connection's, and the pool's would carry it elsewhere.
        let mut connection = pool.acquire().await?.detach();
        sqlx::query("SELECT pg_advisory_lock($1)").bind(job as i64).execute(&mut connection).await?;
        Ok(Turn(Some(connection)))
    }
}
