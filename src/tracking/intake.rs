//! The writers of all fixes: each commits what has gathered and then answers everyone at once.
//!
//! A commit costs a disk flush of milliseconds however much is in it, so fixes that arrive meanwhile share the next one.
//! An answer means stored. A load's fixes always go to the same writer, in the order in which they came.

use std::hash::{DefaultHasher, Hash, Hasher};

use contract::{Code, LoadId, Refusal, actor::Actor, tracking::Fix};
use futures_util::future::try_join_all;
use tokio::sync::{mpsc, oneshot};

use super::{
    Reporter,
    commit::{self, Committed, Work},
    fences::Fences,
    moves::Moves,
};
use crate::{
    clock::Clock,
    desk::Pace,
    error::Result,
    store::{Outbox, Store},
};

/// How many calls may wait for a writer; further ones wait to be let in, which slows their senders down.
const WAITING: usize = 4_096;
/// How many fixes one commit takes at most. SQLite writes a page for each load in it, so the more there are of a load the
/// less each of them costs; and everybody else's writes wait meanwhile, for some tens of milliseconds at most.
const BATCH: usize = 4_000;
/// How many writers PostgreSQL gets: while one waits for the disk, another one works. SQLite has one by its nature.
const POSTGRES_WRITERS: usize = 2;

/// What became of a fix: new, known already, or refused.
pub type Outcome = Result<bool, Code>;

/// What a caller handed in.
pub(super) struct Job {
    pub who: Reporter,
    pub fixes: Vec<Fix>,
    answer: oneshot::Sender<Result<Vec<Outcome>, Refusal>>,
}

/// The way to the writers. Cheap to clone.
#[derive(Clone)]
pub struct Intake(std::sync::Arc<[mpsc::Sender<Job>]>);

impl Intake {
    /// Starts the writers. What they have stored goes on by these ways. They end when the last clone of their intake is gone, after what was handed in is stored.
    pub fn start(store: Store, clock: Clock, outbox: Outbox, ways: (Moves, Fences), pace: Pace) -> Self {
        let writers = if matches!(store, Store::Sqlite { .. }) { 1 } else { POSTGRES_WRITERS };
        let work = Work { store, clock, outbox, pace };
        let start = |_| {
            let (sender, receiver) = mpsc::channel(WAITING);
            tokio::spawn(write(work.clone(), ways.clone(), receiver));
            sender
        };
        Self((0..writers).map(start).collect())
    }

    /// Hands fixes in and waits until they are stored.
    ///
    /// # Errors
    /// When the database fails or the server is going down: then it isn't known whether they are stored, and sending
    /// them again does no harm.
    pub async fn store(&self, who: &Actor, fixes: Vec<Fix>) -> Result<Vec<Outcome>, Refusal> {
        let who = Reporter::from(who);
        let Some(first) = fixes.first() else { return Ok(Vec::new()) };
        let writer = self.writer_of(first.load);
        if fixes.iter().all(|fix| self.writer_of(fix.load) == writer) {
            return self.hand(writer, who, fixes).await;
        }
        let mut shares = vec![(Vec::new(), Vec::new()); self.0.len()];
        for (place, fix) in fixes.iter().enumerate() {
            let (places, share) = &mut shares[self.writer_of(fix.load)];
            places.push(place);
            share.push(*fix);
        }
        let mut outcomes = vec![Err(Code::Internal); fixes.len()];
        let (places, shares): (Vec<Vec<usize>>, Vec<Vec<Fix>>) = shares.into_iter().unzip();
        let answers = shares.into_iter().enumerate().map(|(writer, share)| self.hand(writer, who, share));
        for (places, answered) in places.into_iter().zip(try_join_all(answers).await?) {
            for (place, outcome) in places.into_iter().zip(answered) {
                outcomes[place] = outcome;
            }
        }
        Ok(outcomes)
    }

    /// The writer to which a load's fixes go.
    fn writer_of(&self, load: LoadId) -> usize {
        if self.0.len() == 1 {
            return 0;
        }
        let mut hasher = DefaultHasher::new();
        load.hash(&mut hasher);
        (hasher.finish() % self.0.len() as u64) as usize
    }

    async fn hand(&self, writer: usize, who: Reporter, fixes: Vec<Fix>) -> Result<Vec<Outcome>, Refusal> {
        if fixes.is_empty() {
            return Ok(Vec::new());
        }
        let (answer, answered) = oneshot::channel();
        let failed = || Refusal::new(Code::Internal, "The positions could not be stored; send them again.");
        self.0[writer].send(Job { who, fixes, answer }).await.map_err(|_| failed())?;
        answered.await.map_err(|_| failed())?
    }
}

/// Commits what has gathered, again and again.
async fn write(work: Work, (moves, fences): (Moves, Fences), mut jobs: mpsc::Receiver<Job>) {
    while let Some(first) = jobs.recv().await {
        let mut fixes = first.fixes.len();
        let mut batch = vec![first];
        while fixes < BATCH {
            let Ok(job) = jobs.try_recv() else { break };
            fixes += job.fixes.len();
            batch.push(job);
        }
        // One commit for each company, whose events it carries; the calls of each stay in their order.
        batch.sort_by_key(|job| job.who.tenant);
        while let Some(tenant) = batch.first().map(|job| job.who.tenant) {
            let rest = batch.split_off(batch.partition_point(|job| job.who.tenant <= tenant));
            match commit::commit(&work, tenant, &batch).await {
                Ok(Committed { outcomes, moved, crossing }) => {
                    moves.put(moved);
                    fences.put(crossing);
                    for (job, outcomes) in batch.into_iter().zip(outcomes) {
                        // A caller who went away has no use for the answer.
                        let _ = job.answer.send(Ok(outcomes));
                    }
                }
                Err(error) => {
                    let refusal = Refusal::from(error);
                    tracing::error!(calls = batch.len(), "Positions could not be stored");
                    for job in batch {
                        let _ = job.answer.send(Err(refusal.clone()));
                    }
                }
            }
            batch = rest;
        }
    }
}
