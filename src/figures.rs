//! What the server counts of itself, for `GET /metrics`: every figure with what it means. `docs/metrics.md` says the same.

use std::{fmt, sync::Once};

use metrics::{describe_counter, describe_gauge, describe_histogram};

/// How a figure moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// How often it was how much; the unit closes the name.
    Histogram,
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
            Kind::Histogram => "histogram",
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

const fn histogram(name: &'static str, meaning: &'static str) -> Figure {
    Figure { name, kind: Kind::Histogram, labels: &[], meaning }
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
    histogram("headhaul_fleet_frame_bytes", "What a message of the fleet stream weighs"),
    histogram("headhaul_fleet_tick_seconds", "How long it takes to put a tick's messages together"),
    counter(
        "headhaul_forgotten",
        &["of"],
        "Rows of `journal`, `keys`, `notices`, `positions` and `sessions` that are no longer kept",
    ),
    counter("headhaul_handshakes_failed", &[], "Sockets that were not let in"),
    counter("headhaul_holes_closed", &[], "Readers who asked for what they missed, and got it"),
    counter("headhaul_journal_fetched", &[], "Events of other nodes that were read from the journal"),
    counter(PANICS, &[], "Faults of the program; 0, or it should be looked into"),
    histogram("headhaul_positions_commit_fixes", "How many positions share a commit"),
    histogram("headhaul_positions_commit_seconds", "How long a commit of positions takes"),
    counter("headhaul_positions_conflated", &[], "Positions that a newer one replaced before they were sent"),
    counter("headhaul_queues_full", &[], "Broadcasts that did not fit into every reader's queue"),
    counter("headhaul_readers_cut", &["why"], "Connections whose readers took nothing for too long"),
    counter("headhaul_reads_paced", &[], "How often a socket that sends too much was made to wait"),
    counter("headhaul_refusals", &["code"], "What sockets were refused, and sockets that were refused"),
    counter("headhaul_relay_connections", &[], "How often Redis was reached"),
    histogram("headhaul_relay_delay_seconds", "How long another node's message takes, by both clocks"),
    counter("headhaul_relay_dropped", &[], "What found no room on its way between nodes, and was left to the journal"),
    gauge("headhaul_relay_peers", &[], "Other nodes that were heard lately"),
    counter("headhaul_relay_published", &[], "Messages that this node sent to the others"),
    counter("headhaul_relay_received", &[], "Messages of other nodes"),
    counter(
        "headhaul_relay_refused",
        &["reason"],
        "Messages that were not believed: `forged`, `stale`, `unreadable`, `repeated`",
    ),
    histogram("headhaul_relay_round_trip_seconds", "How long this node's own message takes through Redis"),
    gauge("headhaul_relay_up", &[], "1 while Redis is there"),
    gauge("headhaul_relay_waiting", &[], "What waits to be told to the other nodes"),
    counter("headhaul_resumes", &[], "Sockets that came back and were told what they missed"),
    counter("headhaul_snapshots", &[], "Readers who had missed too much and were told to load afresh"),
    gauge("headhaul_sockets", &["namespace"], "Sockets that are open"),
    counter("headhaul_sockets_cut", &["why"], "Sockets that the server ended: `over`, `full`, `flood`, `failed`"),
    counter("headhaul_stops_crossed", &[], "Arrivals and departures that positions told of"),
];

/// Tells the recorder what each figure means.
pub fn describe() {
    for Figure { name, kind, meaning, .. } in FIGURES {
        match kind {
            Kind::Counter => describe_counter!(*name, *meaning),
            Kind::Gauge => describe_gauge!(*name, *meaning),
            Kind::Histogram => describe_histogram!(*name, *meaning),
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
