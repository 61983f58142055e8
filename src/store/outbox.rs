//! The way of committed events to those who send them. It has room for so many and no more: a sender that stalls must
//! not eat the memory of a desk that works on.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::mpsc;

use super::Sealed;

/// How many commits may wait to be sent. A desk at its busiest makes some hundreds a second, of a few kilobytes each, so
/// this is many seconds of patience and some tens of megabytes at most.
const ROOM: usize = 4_096;

/// Where committed events go to be sent. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Outbox {
    waiting: mpsc::Sender<Vec<Sealed>>,
    dropped: Arc<AtomicBool>,
}

/// Where they come out, in the order in which they were committed.
#[derive(Debug)]
pub struct Unsent {
    waiting: mpsc::Receiver<Vec<Sealed>>,
    dropped: Arc<AtomicBool>,
}

/// The events of some commit.
#[derive(Debug)]
pub struct Due {
    /// To be sent, in this order.
    pub events: Vec<Sealed>,
    /// Whether others were dropped before them. Their readers find them in the journal by the hole; whatever else
    /// follows from an event must be made good now.
    pub after_loss: bool,
}

/// An outbox and its other end.
pub fn outbox() -> (Outbox, Unsent) {
    outbox_of(ROOM)
}

fn outbox_of(room: usize) -> (Outbox, Unsent) {
    let (sender, receiver) = mpsc::channel(room);
    let dropped = Arc::new(AtomicBool::new(false));
    (Outbox { waiting: sender, dropped: dropped.clone() }, Unsent { waiting: receiver, dropped })
}

impl Outbox {
    /// Hands committed events over, or drops them when there is no more room: that is counted, told once, and heals,
    /// because they are in the journal.
    pub(super) fn send(&self, events: Vec<Sealed>) {
        // When nobody is left to send them, the server is going down.
        let Err(mpsc::error::TrySendError::Full(events)) = self.waiting.try_send(events) else { return };
        metrics::counter!("headhaul_events_dropped").increment(events.len() as u64);
        if !self.dropped.swap(true, Ordering::AcqRel) {
            tracing::error!(
                waiting = ROOM,
                "Events are dropped because they are sent too slowly; readers will ask for them"
            );
        }
    }
}

impl Unsent {
    /// The events of the next commit; nothing when no more can come.
    pub async fn next(&mut self) -> Option<Due> {
        let events = self.waiting.recv().await?;
        metrics::gauge!("headhaul_commits_waiting").set(self.waiting.len() as f64);
        Some(Due { events, after_loss: self.dropped.swap(false, Ordering::AcqRel) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stalled_sender_costs_the_newest_events_and_is_told_so() {
        let (outbox, mut unsent) = outbox_of(2);
        for _ in 0..5 {
            outbox.send(Vec::new());
        }

        assert!(unsent.next().await.is_some_and(|due| due.after_loss), "told with the first that is left");
        assert!(unsent.next().await.is_some_and(|due| !due.after_loss), "and once");
        outbox.send(Vec::new());
        assert!(unsent.next().await.is_some_and(|due| !due.after_loss), "there is room again");
    }
}
