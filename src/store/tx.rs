//! The one door for writes.

use contract::{
    EventId, TenantId, Timestamp,
    actor::{Actor, Grant},
    event::{Durable, Envelope, Namespace, catalogue},
    room::Stream,
    tracking::BY_POSITION,
};
use serde_json::Value;
use sqlx::{Postgres, Sqlite, SqlitePool, Transaction};

use super::{
    Outbox, Store, journal,
    notices::{self, NewNotice},
    once::{self, Once},
};
use crate::{
    clock::{Clock, new_id},
    error::Result,
};

/// On whose behalf something is written.
#[derive(Clone, Debug)]
pub enum By<'a> {
    /// Somebody who holds the permission for it.
    Caller(Grant<'a>),
    /// The server itself, for a company: demo data, expiries, estimates.
    Itself(TenantId),
    /// The server, because a truck's position told so, by a fix of this moment.
    Position(TenantId, Timestamp),
}

impl By<'_> {
    fn tenant(&self) -> TenantId {
        match self {
            Self::Caller(grant) => grant.actor().tenant,
            Self::Itself(tenant) | Self::Position(tenant, _) => *tenant,
        }
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::Caller(grant) => Some(&grant.actor().name),
            Self::Position(..) => Some(BY_POSITION),
            Self::Itself(_) => None,
        }
    }
}

/// An event that was written for one audience and may now be sent to it.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// To whom.
    pub stream: Stream,
    /// On which namespaces.
    pub namespaces: &'static [Namespace],
    /// What they get.
    pub envelope: Envelope<Value>,
}

impl Sealed {
    /// An event that is in the journal already. Every durable event is told on `/events`; one that this version doesn't
    /// know, because another node is newer, on nothing else.
    pub fn journaled(stream: Stream, envelope: Envelope<Value>) -> Self {
        let known = catalogue().find(|kind| kind.name == envelope.event);
        Self { stream, namespaces: known.map_or(&[Namespace::Events], |kind| kind.namespaces), envelope }
    }
}

/// An event that is noted for an audience.
struct Note {
    stream: Stream,
    id: EventId,
    name: &'static str,
    namespaces: &'static [Namespace],
    data: serde_json::Result<Value>,
}

/// How far a write had come.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    told: usize,
    noticed: usize,
}

pub(super) enum Engine {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A write in progress: undone when dropped, told to everyone concerned when committed.
///
/// Architecture invariant: nothing but [`Tx::commit`] puts an event into the outbox.
pub struct Tx<'a> {
    engine: Engine,
    by: By<'a>,
    now: Timestamp,
    told: Vec<Note>,
    notices: Vec<NewNotice>,
    once: Option<Once>,
    outbox: Outbox,
}

impl Store {
    /// Begins a write. On SQLite it waits for the writes before it; on PostgreSQL it locks what it reads for change.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub async fn begin<'a>(&self, by: By<'a>, clock: &Clock, outbox: &Outbox) -> Result<Tx<'a>> {
        let engine = match self {
            Self::Sqlite { write, .. } => Engine::Sqlite(begin_sqlite(write).await?),
            Self::Postgres(pool) => Engine::Postgres(pool.begin().await?),
        };
        Ok(Tx {
            engine,
            by,
            now: clock.now(),
            told: Vec::new(),
            notices: Vec::new(),
            once: None,
            outbox: outbox.clone(),
        })
    }
}

impl<'a> Tx<'a> {
    pub(super) fn engine(&mut self) -> &mut Engine {
        &mut self.engine
    }

    /// The company in which this writes. Every statement names it.
    pub fn tenant(&self) -> TenantId {
        self.by.tenant()
    }

    /// The moment of this write, the same for all that it does.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Who writes, as others are told; nobody when the server does it by itself.
    pub fn author(&self) -> Option<&str> {
        self.by.name()
    }

    /// The caller, unless the server does it by itself.
    pub fn actor(&self) -> Option<&'a Actor> {
        match &self.by {
            By::Caller(grant) => Some(grant.actor()),
            By::Itself(_) | By::Position(..) => None,
        }
    }

    /// The moment of the fix that told of what is written, when one did.
    pub const fn by_position(&self) -> Option<Timestamp> {
        match self.by {
            By::Position(_, at) => Some(at),
            By::Caller(_) | By::Itself(_) => None,
        }
    }

    /// When what is written happened: by the fix that told of it, and else now.
    pub fn happened(&self) -> Timestamp {
        self.by_position().unwrap_or(self.now)
    }

    /// Does this once: the key is used with its commit.
    #[must_use]
    pub fn under(mut self, key: Option<Once>) -> Self {
        self.once = key;
        self
    }

    /// Notes an event for an audience; it is journaled and sent if and only if this write is committed.
    pub fn tell(&mut self, stream: Stream, event: impl Durable) {
        self.tell_as(EventId::new(new_id()), stream, &event);
    }

    /// Notes one event for several audiences, each with its own redaction, under one id. The company's own stream comes
    /// first wherever it is told: two writes lock streams in the same order then, and never wait for each other.
    pub fn tell_all<E: Durable>(&mut self, audiences: impl IntoIterator<Item = (Stream, E)>) {
        let id = EventId::new(new_id());
        for (stream, event) in audiences {
            self.tell_as(id, stream, &event);
        }
    }

    /// Notes what somebody is to be told of; each reader gets it if and only if this write is committed.
    pub fn notify(&mut self, notice: NewNotice) {
        self.notices.push(notice);
    }

    fn tell_as<E: Durable>(&mut self, id: EventId, stream: Stream, event: &E) {
        let data = serde_json::to_value(event);
        self.told.push(Note { stream, id, name: E::NAME, namespaces: E::NAMESPACES, data });
    }

    /// Remembers how far this write has come; what is done from here on can be taken back without the rest.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark(&mut self) -> Result<Mark> {
        self.execute("SAVEPOINT part").await?;
        Ok(Mark { told: self.told.len(), noticed: self.notices.len() })
    }

    /// Takes back what was done, and what was to be told or noticed, since a mark.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn back_to(&mut self, mark: Mark) -> Result<()> {
        self.told.truncate(mark.told);
        self.notices.truncate(mark.noticed);
        self.execute("ROLLBACK TO SAVEPOINT part").await
    }

    async fn execute(&mut self, sql: &'static str) -> Result<()> {
        match &mut self.engine {
            Engine::Sqlite(tx) => _ = sqlx::query(sql).execute(&mut **tx).await?,
            Engine::Postgres(tx) => _ = sqlx::query(sql).execute(&mut **tx).await?,
        }
        Ok(())
    }

    /// Gives notices, journals what was noted, commits, and then hands the events over to be sent.
    ///
    /// # Errors
    /// When the database fails, and `conflict` when its key was used meanwhile; then nothing was written and nothing is
    /// sent.
    pub async fn commit(mut self) -> Result<()> {
        if let Some(key) = self.once.take() {
            once::using(&mut self, &key).await?;
        }
        let given = std::mem::take(&mut self.notices);
        notices::give(&mut self, given).await?;
        let told = std::mem::take(&mut self.told);
        let streams: Vec<Stream> = told.iter().map(|note| note.stream).collect();
        let places = journal::number(&mut self, &streams).await?;
        let mut sealed = Vec::with_capacity(told.len());
        for (Note { stream, id, name, namespaces, data }, place) in told.into_iter().zip(places) {
            let data = data.map_err(anyhow::Error::from)?;
            let (timestamp, tenant_id, place) = (self.now, self.tenant(), Some(place));
            let envelope = Envelope { event: name.to_owned(), data, timestamp, tenant_id, id, place };
            sealed.push(Sealed { stream, namespaces, envelope });
        }
        journal::append(&mut self, &sealed).await?;
        match self.engine {
            Engine::Sqlite(tx) => tx.commit().await?,
            Engine::Postgres(tx) => tx.commit().await?,
        }
        if !sealed.is_empty() {
            self.outbox.send(sealed);
        }
        Ok(())
    }
}

/// Begins a transaction that nobody else can get between.
///
/// When the disk is full, SQLite takes a transaction back by itself; the one that is asked to be taken back afterwards is
/// no longer there, and the connection believes from then on that it is in it. Such a connection is exchanged.
async fn begin_sqlite(write: &SqlitePool) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    const BEGIN: &str = "BEGIN IMMEDIATE";
    match write.begin_with(BEGIN).await {
        Err(sqlx::Error::InvalidSavePointStatement) => {
            write.acquire().await?.close().await?;
            write.begin_with(BEGIN).await
        }
        begun => begun,
    }
}
