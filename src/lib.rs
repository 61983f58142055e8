//! The server: everything that is native.
//!
//! | room | what it does |
//! |---|---|
//! | [`config`] | what can be set, and its checks |
//! | [`http`] | every route, the edge of every call |
//! | [`auth`] | who is calling |
//! | [`desk`] | what the pages' ports are implemented on |
//! | [`loads`], [`tracking`], [`carriers`], [`notices`], [`journal`] | one feature each: its rules |
//! | [`store`] | all SQL, for both engines, and the only door for writes |
//! | [`realtime`] | the sockets |
//! | [`relay`] | the other nodes, through Redis |
//! | [`timed`] | what happens by the clock alone |
//! | [`upkeep`] | forgetting what is no longer kept |
//! | [`demo`], [`simulate`] | demo data, and the trucks that drive it over the public interfaces |
//!
//! Architecture invariants, each held by a test in `tests/invariants.rs`: `sqlx` appears only in [`store`];
//! `socketioxide` only in [`realtime`]; `redis` only in [`relay`]; times and new ids are made only in [`clock`]; an event leaves only through
//! [`store::Tx::commit`].

#![recursion_limit = "512"]

pub mod announce;
pub mod auth;
pub mod carriers;
pub mod check;
pub mod check_calls;
pub mod clock;
pub mod config;
pub mod demo;
pub mod desk;
pub mod documents;
pub mod error;
pub mod figures;
pub mod http;
pub mod journal;
pub mod kpis;
pub mod links;
pub mod loads;
pub mod messages;
pub mod notices;
pub mod pace;
pub mod people;
pub mod places;
pub mod realtime;
pub mod relay;
pub mod serve;
pub mod simulate;
pub mod store;
pub mod timed;
pub mod tracking;
pub mod upkeep;
pub mod views;
