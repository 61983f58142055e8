//! What the server counts of itself, for `GET /metrics`: every figure with what it means. `docs/metrics.md` says the same.

use std::{fmt, sync::Once};

use metrics::{describe_counter, describe_gauge};

/// How a figure moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
}

/// Something that is counted.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// What it is called.
    pub name: &'static str,
    /// How it moves.
    pub kind: Kind,
    /// What it is told apart by.
    pub labels: &'static [&'static str],
    /// What it means.
    pub meaning: &'static str,
}

/// A line of the table in `docs/metrics.md`.
impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
        };
        let labels: Vec<String> = self.labels.iter().map(|label| format!("`{label}`")).collect();
        write!(f, "| `{}` | {kind} | {} | {} |", self.name, labels.join(", "), self.meaning)
    }
}

const fn counter(name: &'static str, labels: &'static [&'static str], meaning: &'static str) -> Figure {
    Figure { name, kind: Kind::Counter, labels, meaning }
}

const fn gauge(name: &'static str, labels: &'static [&'static str], meaning: &'static str) -> Figure {
    Figure { name, kind: Kind::Gauge, labels, meaning }
}

/// Counts panics.
const PANICS: &str = "headhaul_panics";

/// All of them, by name.
pub const FIGURES: &[Figure] = &[
    gauge("headhaul_asks_waiting", &[], "What sockets asked that waits to be done"),
    gauge("headhaul_commits_waiting", &[], "Commits whose events wait to be sent"),
    counter("headhaul_connections", &["namespace", "transport"], "Sockets that were let in"),
    counter("headhaul_connections_refused", &[], "Connections that were refused because their address has too many"),
    counter("headhaul_events", &[], "Durable events that were sent, each audience counted"),
    counter(
        "headhaul_events_dropped",
        &[],
        "Durable events that found no room to be sent, and were left to the journal",
    ),
    counter("headhaul_handshakes_failed", &[], "Sockets that were not let in"),
    counter("headhaul_holes_closed", &[], "Readers who asked for what they missed, and got it"),
    counter("headhaul_journal_forgotten", &[], "Events that the journal no longer keeps"),
    counter(PANICS, &[], "Faults of the program; 0, or it should be looked into"),
    counter("headhaul_positions_conflated", &[], "Positions that a newer one replaced before they were sent"),
    counter("headhaul_queues_full", &[], "Broadcasts that did not fit into every reader's queue"),
    counter("headhaul_readers_cut", &["why"], "Connections whose readers took nothing for too long"),
    counter("headhaul_reads_paced", &[], "How often a socket that sends too much was made to wait"),
    counter("headhaul_refusals", &["code"], "What sockets were refused, and sockets that were refused"),
    counter("headhaul_resumes", &[], "Sockets that came back and were told what they missed"),
    counter("headhaul_snapshots", &[], "Readers who had missed too much and were told to load afresh"),
    gauge("headhaul_sockets", &["namespace"], "Sockets that are open"),
    counter("headhaul_sockets_cut", &["why"], "Sockets that the server ended: `over`, `full`, `flood`, `failed`"),
];

/// Tells the recorder what each figure means.
pub fn describe() {
    for Figure { name, kind, meaning, .. } in FIGURES {
        match kind {
            Kind::Counter => describe_counter!(*name, *meaning),
            Kind::Gauge => describe_gauge!(*name, *meaning),
        }
    }
    // Watched for before it ever happens.
    metrics::counter!(PANICS).absolute(0);
}

/// Counts panics, wherever they happen. A panic ends one task or call; without this only the log would know.
pub fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // A test that fails is no fault of the server that runs in the same process.
            if panic.location().is_none_or(|place| !place.file().contains("src/tests/")) {
                metrics::counter!(PANICS).increment(1);
            }
            before(panic);
        }));
    });
}
