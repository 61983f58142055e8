//! Following numbered streams: each event exactly once and in order, holes noticed at once.
//!
//! A reader that uses [`Follower`] needs to know three things only: what to apply now, when to ask for what it missed,
//! and when to load afresh. The browser and the simulator both use it.

use std::collections::BTreeMap;

use crate::event::{Cursor, Mark, Place};

/// What to do about an event that came in.
#[derive(Debug, PartialEq, Eq)]
pub enum Step<T> {
    /// Apply these, in this order.
    Apply(Vec<T>),
    /// It was applied before.
    Repeat,
    /// Something before it is missing: it is held; ask what was missed.
    Hole,
    /// The stream's history changed: load afresh.
    Lost,
}

/// A reader's place in its streams, with the events that came too early.
#[derive(Clone, Debug)]
pub struct Follower<T> {
    cursor: Cursor,
    held: BTreeMap<(String, u64), (String, T)>,
}

impl<T> Default for Follower<T> {
    fn default() -> Self {
        Self::new(Cursor::default())
    }
}

impl<T> Follower<T> {
    /// Starts where a list was read.
    pub const fn new(cursor: Cursor) -> Self {
        Self { cursor, held: BTreeMap::new() }
    }

    /// How far it has read.
    pub const fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    /// Whether it knows yet from where on it reads.
    pub fn has_begun(&self) -> bool {
        !self.cursor.0.is_empty()
    }

    /// Takes an event that came in.
    pub fn take(&mut self, place: &Place, item: T) -> Step<T> {
        let Some(mark) = self.cursor.0.get_mut(&place.stream) else {
            self.hold(place, item);
            return Step::Hole;
        };
        if mark.epoch != place.epoch {
            return Step::Lost;
        }
        if place.seq <= mark.seq {
            return Step::Repeat;
        }
        if place.seq > mark.seq + 1 {
            self.hold(place, item);
            return Step::Hole;
        }
        mark.seq = place.seq;
        let mut ready = vec![item];
        ready.append(&mut self.release());
        Step::Apply(ready)
    }

    /// Takes the answer to `sync:request`: gives what of it is new, then the held events that follow it, to be applied
    /// in this order. What was read since the question was asked is not given again.
    pub fn answered(&mut self, events: impl IntoIterator<Item = (Place, T)>, cursor: Cursor) -> Vec<T> {
        let mut ready = Vec::new();
        for (place, item) in events {
            let known = self.cursor.0.get(&place.stream);
            if known.is_some_and(|mark| mark.epoch == place.epoch && place.seq <= mark.seq) {
                continue;
            }
            self.held.remove(&(place.stream.clone(), place.seq));
            self.cursor.0.insert(place.stream, Mark { epoch: place.epoch, seq: place.seq });
            ready.push(item);
        }
        ready.append(&mut self.caught_up(cursor));
        ready
    }

    /// Moves on to where an answer to `sync:request` (or a fresh list) stands, after its events were applied; gives the
    /// held events that follow it.
    pub fn caught_up(&mut self, cursor: Cursor) -> Vec<T> {
        for (stream, mark) in cursor.0 {
            let known = self.cursor.0.entry(stream).or_insert_with(|| mark.clone());
            if known.epoch != mark.epoch || known.seq < mark.seq {
                *known = mark;
            }
        }
        self.release()
    }

    /// Whether a stream's told head lies beyond what was read.
    pub fn is_behind(&self, head: &Cursor) -> bool {
        head.0.iter().any(|(stream, told)| {
            self.cursor.0.get(stream).is_none_or(|mark| mark.epoch != told.epoch || mark.seq < told.seq)
        })
    }

    /// Whether events wait for others that are missing.
    pub fn has_hole(&self) -> bool {
        !self.held.is_empty()
    }

    /// What is missing of each stream with a hole: where it was read to, the number before the first event that waits,
    /// and that event.
    pub fn holes(&self) -> Vec<(&Mark, u64, &T)> {
        let mut holes = Vec::new();
        let mut last = None;
        for ((stream, seq), (_, item)) in &self.held {
            if last.replace(stream) != Some(stream)
                && let Some(mark) = self.cursor.0.get(stream)
            {
                holes.push((mark, seq - 1, item));
            }
        }
        holes
    }

    /// How many events wait for others that are missing.
    pub fn waiting(&self) -> usize {
        self.held.len()
    }

    /// Stops following the streams that nobody wants any more.
    pub fn keep(&mut self, wanted: impl Fn(&str) -> bool) {
        self.cursor.0.retain(|stream, _| wanted(stream));
        self.held.retain(|(stream, _), _| wanted(stream));
    }

    fn hold(&mut self, place: &Place, item: T) {
        self.held.insert((place.stream.clone(), place.seq), (place.epoch.clone(), item));
    }

    fn release(&mut self) -> Vec<T> {
        let mut ready = Vec::new();
        let held = core::mem::take(&mut self.held);
        for ((stream, seq), (epoch, item)) in held {
            match self.cursor.0.get_mut(&stream) {
                // What was held of a history that is no longer true would take a number that now means something else.
                Some(mark) if mark.epoch != epoch || seq <= mark.seq => {}
                Some(Mark { seq: known, .. }) if seq == *known + 1 => {
                    *known = seq;
                    ready.push(item);
                }
                _ => {
                    self.held.insert((stream, seq), (epoch, item));
                }
            }
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seq: u64) -> Place {
        Place { stream: "tenant:1".into(), seq, epoch: "a".into() }
    }

    fn following_from(seq: u64) -> Follower<u64> {
        Follower::new(Cursor([("tenant:1".to_owned(), Mark { epoch: "a".into(), seq })].into()))
    }

    #[test]
    fn events_in_order_are_applied_once() {
        let mut reader = following_from(3);

        assert_eq!(reader.take(&at(4), 4), Step::Apply(vec![4]));
        assert_eq!(reader.take(&at(4), 4), Step::Repeat);
        assert_eq!(reader.take(&at(2), 2), Step::Repeat);
        assert_eq!(reader.take(&at(5), 5), Step::Apply(vec![5]));
    }

    #[test]
    fn a_hole_holds_what_follows_until_it_is_closed() {
        let mut reader = following_from(3);

        assert_eq!(reader.take(&at(6), 6), Step::Hole);
        assert_eq!(reader.take(&at(5), 5), Step::Hole);
        assert_eq!(reader.take(&at(4), 4), Step::Apply(vec![4, 5, 6]));
    }

    #[test]
    fn each_hole_is_told_once_and_a_stream_that_nobody_wants_is_forgotten() {
        let mut reader = following_from(3);
        for seq in [9, 6, 7] {
            reader.take(&at(seq), seq);
        }

        assert_eq!(reader.holes(), [(&Mark { epoch: "a".into(), seq: 3 }, 5, &6)]);
        assert_eq!(reader.waiting(), 3);
        reader.keep(|stream| stream != "tenant:1");
        assert!(!reader.has_begun() && !reader.has_hole());
    }

    #[test]
    fn an_answer_closes_the_hole_and_releases_what_was_held() {
        let mut reader = following_from(3);
        reader.take(&at(7), 7);

        let held = reader.caught_up(Cursor([("tenant:1".to_owned(), Mark { epoch: "a".into(), seq: 6 })].into()));

        assert_eq!(held, vec![7]);
        assert_eq!(reader.cursor().0["tenant:1"].seq, 7);
    }

    #[test]
    fn an_older_answer_never_takes_the_reader_back() {
        let mut reader = following_from(9);
        reader.caught_up(Cursor([("tenant:1".to_owned(), Mark { epoch: "a".into(), seq: 6 })].into()));

        assert_eq!(reader.take(&at(9), 9), Step::Repeat);
    }

    #[test]
    fn another_epoch_means_loading_afresh() {
        let mut reader = following_from(3);
        assert_eq!(reader.take(&Place { epoch: "b".into(), ..at(4) }, 4), Step::Lost);
    }

    #[test]
    fn a_head_beyond_what_was_read_shows_the_loss_of_the_last_event() {
        let reader = following_from(3);
        let head = |seq| Cursor([("tenant:1".to_owned(), Mark { epoch: "a".into(), seq })].into());

        assert!(!reader.is_behind(&head(3)));
        assert!(reader.is_behind(&head(4)));
    }

    fn stands(epoch: &str, seq: u64) -> Cursor {
        Cursor([("tenant:1".to_owned(), Mark { epoch: epoch.into(), seq })].into())
    }

    #[test]
    fn an_answer_gives_only_what_is_new_and_then_what_was_held() {
        let mut reader = following_from(3);
        reader.take(&at(7), 7);
        reader.take(&at(4), 4);

        let ready = reader.answered([(at(4), 4), (at(5), 5), (at(6), 6)], stands("a", 6));

        assert_eq!(ready, vec![5, 6, 7]);
        assert!(!reader.has_hole());
        assert_eq!(reader.take(&at(8), 8), Step::Apply(vec![8]));
    }

    #[test]
    fn an_answer_that_holds_the_held_event_gives_it_once() {
        let mut reader = following_from(3);
        reader.take(&at(5), 5);

        assert_eq!(reader.answered([(at(4), 4), (at(5), 5)], stands("a", 5)), vec![4, 5]);
        assert!(!reader.has_hole());
    }

    #[test]
    fn an_answer_brings_a_stream_that_was_not_known() {
        let mut reader = following_from(3);
        let other = |seq| Place { stream: "user:1".into(), seq, epoch: "u".into() };
        assert_eq!(reader.take(&other(2), 20), Step::Hole);

        let cursor = Cursor([("user:1".to_owned(), Mark { epoch: "u".into(), seq: 2 })].into());

        assert_eq!(reader.answered([(other(1), 10), (other(2), 20)], cursor), vec![10, 20]);
    }

    #[test]
    fn what_was_held_of_an_old_history_is_dropped_with_it() {
        let mut reader = following_from(3);
        reader.take(&at(9), 9);

        assert_eq!(reader.caught_up(stands("b", 8)), Vec::<u64>::new());
        assert!(!reader.has_hole());
    }

    #[test]
    fn a_reader_that_has_not_begun_holds_everything_until_it_knows_where_it_stands() {
        let mut reader = Follower::default();
        assert!(!reader.has_begun());
        assert_eq!(reader.take(&at(5), 5), Step::Hole);

        assert_eq!(reader.caught_up(stands("a", 4)), vec![5]);
        assert!(reader.has_begun());
    }
}
