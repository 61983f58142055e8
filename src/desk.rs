//! What the pages' ports are implemented on: the store, the clock, and the ways out.

use std::{
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};

use contract::{
    Refusal, TenantId, Timestamp,
    actor::{Actor, Grant},
    eta::Course,
    event::{Cursor, Missed},
};
use serde_json::Value;

use crate::{
    clock::Clock,
    documents::Shelf,
    error::Result,
    journal,
    store::{By, Outbox, Store, Tx, once::Once},
    tracking::{fences::Fences, intake::Intake},
};

/// How time runs: as usual, or faster for a simulation.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How many simulated minutes pass in one: 1 outside of demos.
    pub scale: f64,
}

impl Pace {
    /// The same for a truck. Simulated drivers never rest, so nobody waits for their rests.
    pub fn course(self) -> Course {
        Course { scale: self.scale, rests: self.scale <= 1.0 }
    }
}

/// The desk. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    parts: Arc<Parts>,
    /// The key of the call that this is the desk of, until a write has taken it.
    once: Arc<Mutex<Option<Once>>>,
}

/// What a desk is made of.
pub struct Parts {
    /// Where everything is kept.
    pub store: Store,
    /// The journal, as many read it at once.
    pub journal: journal::Reads,
    /// The time.
    pub clock: Clock,
    /// Where committed events go.
    pub outbox: Outbox,
    /// Where fixes go to be stored together.
    pub intake: Intake,
    /// Loads whose trucks may have come to a stop or left one.
    pub fences: Fences,
    /// Where files are kept.
    pub shelf: Shelf,
    /// How time runs.
    pub pace: Pace,
    /// Where browsers find the desk, without a slash at the end.
    pub address: String,
}

impl Deref for Desk {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl Desk {
    /// Puts a desk together.
    pub fn new(parts: Parts) -> Self {
        Self { parts: Arc::new(parts), once: Arc::default() }
    }

    /// The desk of one call, whose first write uses the call's key.
    #[must_use]
    pub fn of_call(&self, key: Option<Once>) -> Self {
        Self { parts: self.parts.clone(), once: Arc::new(Mutex::new(key)) }
    }

    /// Begins a write for a caller who holds the permission for it.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub async fn begin<'a>(&self, grant: Grant<'a>) -> Result<Tx<'a>> {
        let tx = self.store.begin(By::Caller(grant), &self.clock, &self.outbox).await?;
        Ok(tx.under(self.once.lock().unwrap_or_else(PoisonError::into_inner).take()))
    }

    /// Begins a write of the server's own for a company.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub async fn begin_itself(&self, tenant: TenantId) -> Result<Tx<'static>> {
        self.store.begin(By::Itself(tenant), &self.clock, &self.outbox).await
    }

    /// Begins a write of what a truck's fix of a moment told.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub async fn begin_by_position(&self, tenant: TenantId, at: Timestamp) -> Result<Tx<'static>> {
        self.store.begin(By::Position(tenant, at), &self.clock, &self.outbox).await
    }
}

impl app::caller::Desk for Desk {}

#[async_trait::async_trait]
impl app::live::port::Journal for Desk {
    async fn missed(&self, who: &Actor, since: Cursor) -> Result<Missed<Value>, Refusal> {
        Ok(journal::missed(&self.journal, who, &since).await?)
    }
}
