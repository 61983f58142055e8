//! What a socket asked and waits for: done one after the other, in the order in which it was sent.
//!
//! The library starts a task for every message, in no order and without a bound. So its handlers only put the work in
//! here, which happens in order, on the task that reads the connection; one task for each busy socket does it. An idle
//! socket has neither a task nor a buffer.

use std::{
    collections::VecDeque,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::FutureExt;

/// How many asks of one socket may wait. What may be said at once (40 events, 20 positions) and a little more.
pub const ROOM: usize = 64;

/// How long it is asked to wait when there is no room, in milliseconds: about what a few asks take.
pub const FULL_MS: u64 = 100;

/// Something to be done.
pub type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A socket's asks. Cheap to clone.
#[derive(Clone, Default)]
pub struct Inbox(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    works: VecDeque<Work>,
    at_it: bool,
}

impl Inbox {
    /// Never held across an await, so a plain mutex is right.
    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether one more may wait.
    pub fn has_room(&self) -> bool {
        self.waiting().works.len() < ROOM
    }

    /// Has something done after what waits already. Who puts it asks for room before.
    pub fn put(&self, work: Work) {
        let mut waiting = self.waiting();
        waiting.works.push_back(work);
        metrics::gauge!("headhaul_asks_waiting").increment(1.0);
        if !std::mem::replace(&mut waiting.at_it, true) {
            tokio::spawn(self.clone().work());
        }
    }

    async fn work(self) {
        while let Some(work) = self.next() {
            // One that fails must not keep the others from being done; the panic itself has been told of by then.
            let _ = AssertUnwindSafe(work).catch_unwind().await;
            metrics::gauge!("headhaul_asks_waiting").decrement(1.0);
        }
    }

    fn next(&self) -> Option<Work> {
        let mut waiting = self.waiting();
        let next = waiting.works.pop_front();
        if next.is_none() {
            *waiting = Waiting::default();
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{sync::mpsc, time::timeout};

    use super::*;

    #[tokio::test]
    async fn what_is_put_is_done_in_order_however_long_each_takes() {
        let (inbox, (done, mut told)) = (Inbox::default(), mpsc::unbounded_channel());
        for n in 0..50 {
            let done = done.clone();
            let work = async move {
                for _ in 0..(50 - n) {
                    tokio::task::yield_now().await;
                }
                done.send(n).expect("the test listens");
            };
            inbox.put(Box::pin(work));
        }
        drop(done);

        let mut order = Vec::new();
        while let Some(n) = timeout(Duration::from_secs(20), told.recv()).await.expect("it is done") {
            order.push(n);
        }
        assert_eq!(order, (0..50).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn only_so_many_may_wait_and_afterwards_there_is_room_again() {
        let inbox = Inbox::default();
        let (go, gone) = tokio::sync::oneshot::channel::<()>();
        inbox.put(Box::pin(async { drop(gone.await) }));
        // Begun, and out of the way of those that wait.
        tokio::task::yield_now().await;
        for _ in 0..ROOM {
            assert!(inbox.has_room());
            inbox.put(Box::pin(async {}));
        }
        assert!(!inbox.has_room());

        drop(go);
        let (done, is_done) = tokio::sync::oneshot::channel();
        let last = async || {
            while inbox.waiting().at_it {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(20), last()).await.expect("all is done");
        inbox.put(Box::pin(async { done.send(()).expect("the test listens") }));
        timeout(Duration::from_secs(20), is_done).await.expect("it is done").expect("it was not dropped");
        timeout(Duration::from_secs(20), last()).await.expect("all is done");
        assert_eq!(inbox.waiting().works.capacity(), 0, "idle, it holds nothing");
    }

    #[tokio::test]
    async fn what_panics_keeps_nothing_else_from_being_done() {
        let inbox = Inbox::default();
        inbox.put(Box::pin(async { panic!("on purpose") }));
        let (done, is_done) = tokio::sync::oneshot::channel();
        inbox.put(Box::pin(async { done.send(()).expect("the test listens") }));

        timeout(Duration::from_secs(20), is_done).await.expect("it is done").expect("it was not dropped");
    }
}
