//! The desk tested whole: the real server on a free port, on both engines, spoken to as its clients speak to it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on should stop")]

mod accounts;
mod advisories;
mod balancer;
mod crash;
mod ear;
mod edge;
mod fixture;
mod frames;
mod full;
mod fuzz;
mod handover;
mod hostile;
mod invariants;
mod journal;
mod limits;
mod live;
mod loads;
mod nodes;
mod official;
mod outage;
mod redis;
mod origins;
mod raw;
mod schema;
mod sessions;
mod slow;
mod stops;
mod tenancy;
mod tracking;
mod undo;
