//! Reading the journal for many at once.
//!
//! After a fault of the network everybody comes back in the same second and asks the same streams. Who asks while a stream
//! is being read is answered together with all others who do, by the next read; every read begins after what it answers
//! was asked, so nobody is told less than was true when they asked.

use std::{
    collections::{HashMap, hash_map::Entry},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use contract::{
    event::{Envelope, Mark},
    room::Stream,
};
use serde_json::Value;
use tokio::sync::oneshot;

use crate::{
    error::{Error, Result},
    store::{
        Store,
        journal::{self, MAX_MISSED},
    },
};

/// The journal, as many read it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Reads {
    store: Store,
    /// Those who wait for the next read of each stream that is being read.
    waiting: Arc<Mutex<HashMap<Stream, Vec<Ask>>>>,
}

/// What somebody wants to know of a stream.
#[derive(Debug)]
struct Ask {
    since: Option<Mark>,
    tell: oneshot::Sender<Result<Told>>,
}

/// What somebody is told of a stream: the same events for all who are told at once.
#[derive(Debug)]
pub struct Told {
    /// Where it stands.
    pub head: Mark,
    /// The events since; nothing when they can't all be told.
    pub missed: Option<Vec<Arc<Envelope<Value>>>>,
}

impl Reads {
    /// The journal in a store.
    pub fn new(store: Store) -> Self {
        Self { store, waiting: Arc::default() }
    }

    /// Never held across an await, so a plain mutex is right.
    fn waiting(&self) -> MutexGuard<'_, HashMap<Stream, Vec<Ask>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a stream stands, and what was told in it since.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ask(&self, stream: Stream, since: Option<Mark>) -> Result<Told> {
        let (tell, told) = oneshot::channel();
        let ask = Ask { since, tell };
        let is_read = match self.waiting().entry(stream) {
            Entry::Occupied(mut waiting) => {
                waiting.get_mut().push(ask);
                true
            }
            Entry::Vacant(free) => {
                free.insert(vec![ask]);
                false
            }
        };
        if !is_read {
            tokio::spawn(Turn { reads: self.clone(), stream, is_over: false }.take());
        }
        told.await.map_err(|_| anyhow::anyhow!("the journal is no longer read"))?
    }

    /// Where a stream stands, and as many of its last events as the furthest back of these wants who can be told.
    async fn read(&self, stream: Stream, asks: &[Ask]) -> Result<(Mark, Vec<Arc<Envelope<Value>>>)> {
        let head = journal::head(&self.store, stream).await?;
        let since = asks.iter().filter_map(|ask| ask.since.as_ref()).filter_map(|since| wanted(since, &head));
        let events = match since.max() {
            None | Some(0) => Vec::new(),
            Some(most) => journal::up_to(&self.store, stream, head.seq - most, &head).await?,
        };
        Ok((head, events.into_iter().map(Arc::new).collect()))
    }
}

/// How many events lie between a reader and a head; nothing when they aren't told one by one.
fn wanted(since: &Mark, head: &Mark) -> Option<u64> {
    let wanted = head.seq.checked_sub(since.seq).filter(|_| since.epoch == head.epoch)?;
    (wanted <= MAX_MISSED.unsigned_abs()).then_some(wanted)
}

/// Those of a stream's last events that come after a mark, if all of them are there.
fn after(since: &Mark, head: &Mark, last: &[Arc<Envelope<Value>>]) -> Option<Vec<Arc<Envelope<Value>>>> {
    let first = last.len().checked_sub(usize::try_from(wanted(since, head)?).ok()?)?;
    let missed = &last[first..];
    let seq =
        |event: Option<&Arc<Envelope<Value>>>| event.and_then(|event| event.place.as_ref()).map(|place| place.seq);
    // In order and each once, so between the right first one and the right last one nothing is missing.
    let all = missed.is_empty() || (seq(missed.first()) == Some(since.seq + 1) && seq(missed.last()) == Some(head.seq));
    all.then(|| missed.to_vec())
}

/// Reading one stream for as long as somebody asks.
struct Turn {
    reads: Reads,
    stream: Stream,
    is_over: bool,
}

impl Turn {
    async fn take(mut self) {
        while let Some(asks) = self.next() {
            match self.reads.read(self.stream, &asks).await {
                Ok((head, last)) => {
                    for Ask { since, tell } in asks {
                        let missed = since.and_then(|since| after(&since, &head, &last));
                        // Who no longer waits needn't be told.
                        let _ = tell.send(Ok(Told { head: head.clone(), missed }));
                    }
                }
                Err(error) => {
                    for ask in asks {
                        let _ = ask.tell.send(Err(for_each(&error)));
                    }
                }
            }
        }
    }

    /// Those who ask now; when there are none, this turn is over.
    fn next(&mut self) -> Option<Vec<Ask>> {
        let mut waiting = self.reads.waiting();
        let asks = waiting.get_mut(&self.stream).map(mem::take).unwrap_or_default();
        if asks.is_empty() {
            waiting.remove(&self.stream);
            self.is_over = true;
        }
        Some(asks).filter(|asks| !asks.is_empty())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Broken off: those who wait hear of it, and the next one who asks reads by themselves.
        if !self.is_over {
            self.reads.waiting().remove(&self.stream);
        }
    }
}

/// The same error once more: each of many is told.
fn for_each(error: &Error) -> Error {
    match error {
        Error::Refused(refusal) => Error::Refused(refusal.clone()),
        Error::Internal(source) => Error::Internal(anyhow::anyhow!("{source:#}")),
    }
}

#[cfg(test)]
mod tests {
    use contract::{EventId, TenantId, Timestamp, event::Place};
    use uuid::Uuid;

    use super::*;

    fn mark(epoch: &str, seq: u64) -> Mark {
        Mark { epoch: epoch.to_owned(), seq }
    }

    fn events(seqs: impl IntoIterator<Item = u64>) -> Vec<Arc<Envelope<Value>>> {
        let event = |seq| Envelope {
            event: String::new(),
            data: Value::Null,
            timestamp: Timestamp::from_millis(0),
            tenant_id: TenantId::new(Uuid::nil()),
            id: EventId::new(Uuid::nil()),
            place: Some(Place { stream: String::new(), seq, epoch: "e".to_owned() }),
        };
        seqs.into_iter().map(event).map(Arc::new).collect()
    }

    #[test]
    fn each_is_told_what_they_missed_or_that_it_cannot_be_told() {
        let head = mark("e", 9);
        let told = |since: Mark, last: &[_]| after(&since, &head, last).map(|missed| missed.len());

        let last = events(5..=9);
        assert_eq!(told(mark("e", 9), &last), Some(0));
        assert_eq!(told(mark("e", 7), &last), Some(2));
        assert_eq!(told(mark("e", 4), &last), Some(5));
        assert_eq!(told(mark("e", 3), &last), None, "one is missing at the start");
        assert_eq!(told(mark("e", 10), &last), None, "ahead of the journal");
        assert_eq!(told(mark("f", 7), &last), None, "of another history");
        assert_eq!(told(mark("e", 6), &events([5, 6, 7, 8])), None, "one is missing at the end");
        assert_eq!(told(mark("e", 5), &events([5, 6, 8, 9])), None, "one is missing between");
    }

    #[tokio::test]
    async fn who_asks_at_once_is_answered_together_and_nobody_is_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let store =
            Store::open(&format!("sqlite://{}", folder.path().join("test.db").display())).await.expect("a store");
        let reads = Reads::new(store.clone());
        let stream = Stream::User(contract::UserId::new(Uuid::nil()));

        let first = reads.ask(stream, None).await.expect("it stands somewhere").head;
        let asks = (0..200).map(|n| reads.ask(stream, (n % 2 == 0).then(|| first.clone())));
        for (n, told) in futures_util::future::join_all(asks).await.into_iter().enumerate() {
            let Told { head, missed } = told.expect("it is told");
            assert_eq!((head, missed.map(|missed| missed.len())), (first.clone(), (n % 2 == 0).then_some(0)));
        }
        assert!(reads.waiting().is_empty(), "nothing is left behind");

        store.close().await;
        assert!(reads.ask(stream, None).await.is_err());
        assert!(reads.waiting().is_empty());
    }
}
