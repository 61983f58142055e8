//! The desk tested whole: the real server on a free port, on both engines, spoken to as its clients speak to it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on should stop")]

/// As in the server: those who read in a storm share the machine with the server that they measure.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod accounts;
mod advisories;
mod balancer;
mod bulk;
mod bustle;
mod cable;
mod canary;
mod carriers;
mod check_calls;
mod crash;
mod documents;
mod ear;
mod edge;
mod edits;
mod export;
mod fences;
mod fixture;
mod forged;
mod frames;
mod full;
mod fuzz;
mod handover;
mod hostile;
mod import;
mod invariants;
mod journal;
mod kpis;
mod limits;
mod links;
mod live;
mod loads;
mod loss;
mod messages;
mod model;
mod nodes;
mod notices;
mod official;
mod once;
mod origins;
mod outage;
mod people;
mod presence;
mod process;
mod raw;
mod reader;
mod redis;
mod schema;
mod sessions;
mod slow;
mod stalled;
mod stops;
mod storm;
mod suggest;
mod tenancy;
mod tenders;
mod tracking;
mod undo;
mod views;
