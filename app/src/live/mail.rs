//! What was told of messages: whose thread is not as it was, and how much the visitor has not read.

use std::collections::BTreeMap;

use contract::{LoadId, event::Happened, messages::UnreadMessages};
use leptos::prelude::*;

/// Threads, as far as the page is told of them. Whoever shows one reads it again when it has changed.
#[derive(Clone, Copy)]
pub struct Mail(StoredValue<Signals>);

#[derive(Clone, Copy)]
struct Signals {
    times: RwSignal<u32>,
    unread: RwSignal<UnreadMessages>,
    threads: RwSignal<BTreeMap<LoadId, u32>>,
}

impl Default for Mail {
    fn default() -> Self {
        Self::new()
    }
}

impl Mail {
    /// Nothing was told yet.
    pub fn new() -> Self {
        Self(StoredValue::new(Signals {
            times: RwSignal::new(0),
            unread: RwSignal::default(),
            threads: RwSignal::default(),
        }))
    }

    /// Goes up with everything that was told.
    pub fn times(&self) -> RwSignal<u32> {
        self.0.get_value().times
    }

    /// How much the visitor has not read.
    pub fn unread(&self) -> RwSignal<UnreadMessages> {
        self.0.get_value().unread
    }

    /// How often something was told of a load's thread.
    pub fn of(&self, load: LoadId) -> Memo<u32> {
        let threads = self.0.get_value().threads;
        Memo::new(move |_| threads.with(|threads| threads.get(&load).copied().unwrap_or_default()))
    }

    /// A thread is not as it was.
    pub fn told(&self, load: LoadId) {
        self.turned(load);
        self.times().update(|times| *times += 1);
    }

    /// Whom a thread reaches may have changed.
    fn turned(&self, load: LoadId) {
        self.0.get_value().threads.update(|threads| *threads.entry(load).or_default() += 1);
    }

    /// Hears an event; whether it was of messages and of nothing else.
    pub(super) fn hears(&self, happened: &Happened) -> bool {
        match happened {
            Happened::MessageNew(event) => self.told(event.load_id),
            Happened::MessageRead(event) => self.told(event.load_id),
            Happened::CarrierLoadAssigned(event) => {
                self.told(event.load_id);
                return false;
            }
            Happened::CarrierLoadWithdrawn(event) => {
                self.told(event.load_id);
                return false;
            }
            Happened::LoadAssigned(event) => {
                self.turned(event.load_id);
                return false;
            }
            Happened::LoadStatusChanged(event) => {
                self.turned(event.load_id);
                return false;
            }
            _ => return false,
        }
        true
    }
}
