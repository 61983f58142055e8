//! The desk tested whole: the real server on a free port, on both engines, spoken to as its clients speak to it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on should stop")]

mod accounts;
mod bustle;
mod cable;
mod canary;
mod crash;
mod ear;
mod edge;
mod fixture;
mod forged;
mod full;
mod handover;
mod hostile;
mod invariants;
mod journal;
mod live;
mod loads;
mod loss;
mod model;
mod official;
mod process;
mod reader;
mod schema;
mod slow;
mod stops;
mod storm;
mod tenancy;
mod tracking;
mod undo;
