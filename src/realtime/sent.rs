//! How far each stream was sent on this node, whichever node its events come from: each event once, in order, and holes
//! noticed.
//!
//! Commits of one node may overtake each other on their way here, and those of other nodes come by another way or by none.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use contract::{
    event::{Cursor, Mark},
    follow::{Follower, Step},
    room::Stream,
};

use crate::store::Sealed;

/// How many events wait for missing ones at most; their readers close the hole themselves then.
const MOST_WAITING: usize = 2_048;

/// A part of a stream that is to be read from the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Of which stream.
    pub stream: Stream,
    /// The last number that was sent.
    pub after: u64,
    /// The last number that is missing, and the stream's epoch.
    pub up_to: Mark,
}

/// How far everything was sent. It knows the streams that somebody on this node reads. Cheap to clone.
#[derive(Clone, Default)]
pub struct Sent(Arc<Mutex<Follower<Sealed>>>);

impl Sent {
    /// Never held across an await, so a plain mutex is right.
    fn streams(&self) -> std::sync::MutexGuard<'_, Follower<Sealed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody reads these streams from here on, unless others already do.
    pub fn begin(&self, cursor: &Cursor) {
        let mut streams = self.streams();
        let fresh = cursor.0.iter().filter(|(stream, _)| !streams.cursor().0.contains_key(*stream));
        let fresh = Cursor(fresh.map(|(stream, mark)| (stream.clone(), mark.clone())).collect());
        streams.caught_up(fresh);
    }

    /// Takes a committed event; gives those that are to be sent now, in order. One that was sent already gives nothing,
    /// and one before which others are missing waits for them.
    pub fn take(&self, event: Sealed) -> Vec<Sealed> {
        let Some(place) = event.envelope.place.clone() else { return vec![event] };
        let mut streams = self.streams();
        let mut due = Vec::new();
        if streams.waiting() >= MOST_WAITING {
            let skipped = |(mark, seq, waits): (&Mark, u64, &Sealed)| {
                (waits.stream.to_string(), Mark { epoch: mark.epoch.clone(), seq })
            };
            let skipped = Cursor(streams.holes().into_iter().map(skipped).collect());
            due = streams.caught_up(skipped);
        }
        let known = streams.cursor().0.get(&place.stream);
        // Nobody reads it yet, or its history was changed: this is where it begins.
        if known.is_none_or(|mark| mark.epoch != place.epoch) {
            let before = Mark { epoch: place.epoch.clone(), seq: place.seq.saturating_sub(1) };
            due.extend(streams.caught_up(Cursor([(place.stream.clone(), before)].into())));
        }
        if let Step::Apply(events) = streams.take(&place, event) {
            due.extend(events);
        }
        due
    }

    /// Goes on at a stream's head without what is missing before it; gives what waited for that.
    pub fn skip_to(&self, stream: Stream, head: Mark) -> Vec<Sealed> {
        self.streams().caught_up(Cursor([(stream.to_string(), head)].into()))
    }

    /// What is missing before the events that wait.
    pub fn holes(&self) -> Vec<Gap> {
        let streams = self.streams();
        let gap = |(mark, seq, event): (&Mark, u64, &Sealed)| Gap {
            stream: event.stream,
            after: mark.seq,
            up_to: Mark { epoch: mark.epoch.clone(), seq },
        };
        streams.holes().into_iter().map(gap).collect()
    }

    /// What was not sent yet of streams that stand here now. Those that are not known yet begin here.
    pub fn behind(&self, heads: Vec<(Stream, Mark)>) -> Vec<Gap> {
        self.begin(&Cursor(heads.iter().map(|(stream, head)| (stream.to_string(), head.clone())).collect()));
        let streams = self.streams();
        let gap = |(stream, head): (Stream, Mark)| {
            let mark = streams.cursor().0.get(&stream.to_string())?;
            let is_behind = mark.epoch != head.epoch || mark.seq < head.seq;
            is_behind.then_some(Gap { stream, after: mark.seq, up_to: head })
        };
        heads.into_iter().filter_map(gap).collect()
    }

    /// Whether it was sent with this epoch: another one can't be continued.
    pub fn continues(&self, gap: &Gap) -> bool {
        self.streams().cursor().0.get(&gap.stream.to_string()).is_some_and(|mark| mark.epoch == gap.up_to.epoch)
    }

    /// Forgets the streams that nobody on this node reads any more.
    pub fn keep(&self, read: &HashSet<Stream>) {
        let read: HashSet<String> = read.iter().map(Stream::to_string).collect();
        self.streams().keep(|stream| read.contains(stream));
    }
}

#[cfg(test)]
mod tests {
    use contract::{
        EventId, TenantId, Timestamp, UserId,
        event::{Envelope, Place},
    };
    use serde_json::Value;
    use uuid::Uuid;

    use super::*;

    const STREAM: Stream = Stream::User(UserId::new(Uuid::from_u128(1)));

    fn event(epoch: &str, seq: u64) -> Sealed {
        let place = Place { stream: STREAM.to_string(), seq, epoch: epoch.to_owned() };
        let envelope = Envelope {
            event: "load:created".to_owned(),
            data: Value::Null,
            timestamp: Timestamp::default(),
            tenant_id: TenantId::new(Uuid::nil()),
            id: EventId::new(Uuid::nil()),
            place: Some(place),
        };
        Sealed::journaled(STREAM, envelope)
    }

    const NONE: [u64; 0] = [];

    fn mark(epoch: &str, seq: u64) -> Mark {
        Mark { epoch: epoch.to_owned(), seq }
    }

    fn seqs(events: Vec<Sealed>) -> Vec<u64> {
        events.into_iter().filter_map(|event| event.envelope.place).map(|place| place.seq).collect()
    }

    fn begun_at(seq: u64) -> Sent {
        let sent = Sent::default();
        sent.begin(&Cursor([(STREAM.to_string(), mark("a", seq))].into()));
        sent
    }

    #[test]
    fn events_of_several_nodes_are_sent_once_and_in_order() {
        let sent = begun_at(3);

        assert_eq!(seqs(sent.take(event("a", 4))), [4]);
        assert_eq!(seqs(sent.take(event("a", 6))), NONE, "waits for 5");
        assert_eq!(sent.holes(), [Gap { stream: STREAM, after: 4, up_to: mark("a", 5) }]);
        assert_eq!(seqs(sent.take(event("a", 4))), NONE);
        assert_eq!(seqs(sent.take(event("a", 5))), [5, 6]);
        assert_eq!(seqs(sent.take(event("a", 5))), NONE, "the journal gave it too");
        assert_eq!(sent.holes(), []);
    }

    #[test]
    fn a_second_reader_changes_nothing_for_the_first() {
        let sent = begun_at(3);
        sent.begin(&Cursor([(STREAM.to_string(), mark("a", 5))].into()));

        assert_eq!(seqs(sent.take(event("a", 4))), [4]);
        assert_eq!(seqs(sent.take(event("a", 5))), [5]);
    }

    #[test]
    fn what_lies_behind_the_head_is_asked_for_and_a_head_may_be_skipped_to() {
        let sent = begun_at(3);

        assert_eq!(sent.behind(vec![(STREAM, mark("a", 3))]), []);
        let gaps = sent.behind(vec![(STREAM, mark("a", 9))]);
        assert_eq!(gaps, [Gap { stream: STREAM, after: 3, up_to: mark("a", 9) }]);
        assert!(sent.continues(&gaps[0]));

        sent.take(event("a", 10));
        assert_eq!(seqs(sent.skip_to(STREAM, mark("a", 9))), [10]);
    }

    #[test]
    fn a_changed_history_begins_where_it_is_heard_of() {
        let sent = begun_at(30);
        let gaps = sent.behind(vec![(STREAM, mark("b", 2))]);
        assert!(!sent.continues(&gaps[0]));

        assert_eq!(seqs(sent.take(event("b", 2))), [2]);
        assert_eq!(seqs(sent.take(event("b", 3))), [3]);
    }

    #[test]
    fn what_nobody_reads_is_forgotten_and_what_waits_is_bounded() {
        let sent = begun_at(1);
        let last = MOST_WAITING as u64 + 3;
        let given: Vec<u64> = (3..=last).flat_map(|seq| seqs(sent.take(event("a", seq)))).collect();
        assert_eq!(given, (3..=last).collect::<Vec<_>>(), "all but the second one");

        sent.keep(&HashSet::new());
        assert_eq!(seqs(sent.take(event("a", 99_999))), [99_999]);
    }
}
