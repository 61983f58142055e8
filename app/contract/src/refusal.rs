//! What a caller is told when the answer is no.

mod details;
mod flaw;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Timestamp, loads::Check, status::LoadStatus};
pub use details::{Details, Overtaken};
pub use flaw::Flaw;

/// Why, in one word that programs can rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The input can't be read or lies outside its range; the details name each field.
    Invalid,
    /// Nobody is signed in.
    Unauthorized,
    /// The token was good once.
    TokenExpired,
    /// The session was ended.
    Revoked,
    /// Signed in, but not allowed.
    Forbidden,
    /// Not there, or not the caller's to know of.
    NotFound,
    /// Somebody else was faster; the details carry the current version and who changed it.
    Conflict,
    /// The load can't go from where it is to there; the details list where it can go.
    IllegalTransition,
    /// More than may be sent at once.
    TooLarge,
    /// A business rule stands against it; the details name the rule.
    Refused,
    /// Too many failed sign-ins.
    Locked,
    /// Too much in too short a time; the details say when to come again.
    RateLimited,
    /// More sockets than one user may have.
    TooManyConnections,
    /// Coordinates that aren't finite, out of range or exactly 0,0.
    BadCoordinates,
    /// Dated more than 2 minutes ahead or more than 7 days back.
    BadTime,
    /// The load isn't under way, or not the sender's.
    NotUnderWay,
    /// The server can't store anything now, as when its disk is full; nothing was changed.
    Unavailable,
    /// Something failed on the server's side.
    Internal,
}

impl Code {
    /// The HTTP status that carries it.
    pub const fn status(self) -> u16 {
        match self {
            Self::Invalid | Self::BadCoordinates | Self::BadTime => 400,
            Self::Unauthorized | Self::TokenExpired | Self::Revoked => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict | Self::IllegalTransition => 409,
            Self::TooLarge => 413,
            Self::Refused | Self::NotUnderWay => 422,
            Self::Locked => 423,
            Self::RateLimited | Self::TooManyConnections => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }
}

/// When to come again while nothing can be stored, in milliseconds.
const UNAVAILABLE_MS: u64 = 15_000;

/// How much of a fault is told, in characters: it may repeat what was sent.
const LONGEST_FAULT: usize = 200;

fn short(mut fault: String) -> String {
    if let Some((end, _)) = fault.char_indices().nth(LONGEST_FAULT) {
        fault.truncate(end);
        fault.push('…');
    }
    fault
}

/// A business rule that can stand against a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A carrier must be chosen first.
    CarrierNeeded,
    /// A driver must be chosen first.
    DriverNeeded,
    /// The carrier's rate must be agreed first.
    CarrierRateNeeded,
    /// Origin, destination, dates and equipment must be there first.
    DetailsNeeded,
    /// The proof of delivery or an explicit confirmation must be there.
    ConfirmationNeeded,
    /// The proof of delivery must be uploaded.
    PodNeeded,
    /// A file without content.
    FileEmpty,
    /// A file of a kind that is not taken.
    FileKind,
    /// The load has as many papers as it may have.
    TooManyDocuments,
    /// The load has as many links that still work as it may have.
    TooManyLinks,
    /// The driver has not agreed to share where they are.
    ConsentNeeded,
    /// A reason must be given.
    ReasonNeeded,
    /// The carrier is fixed from pickup on.
    CarrierLocked,
    /// The load is finished.
    LoadFinished,
    /// The driver doesn't drive for that carrier.
    DriverOfOtherCarrier,
    /// The carrier isn't active.
    CarrierInactive,
    /// The carrier lacks what it must have in force.
    CarrierNotCompliant,
    /// Somebody signs in with that address already.
    EmailTaken,
    /// One doesn't do that to oneself.
    NotYourself,
    /// Another carrier has that number.
    CarrierNumberTaken,
    /// No carrier knows of the load yet, so nobody but the desk can be written to.
    NobodyToWriteTo,
    /// The load has another carrier than the one that a message was meant for.
    MeantForAnother,
    /// Something that is looked at before a truck starts is not as it must be; the details list what.
    ChecksFailed,
    /// The load has stops that it hasn't come to.
    StopsRemain,
    /// The load is at its last stop.
    NoFurtherStop,
    /// The load's newest change is none that can be taken back.
    NothingToUndo,
    /// Somebody else made the load's newest change.
    NotYourChange,
    /// The change was made too long ago to be taken back.
    UndoTooLate,
    /// The window in which the offer could be accepted has closed.
    TenderExpired,
    /// Another carrier was faster.
    TenderTaken,
    /// The offer was taken back.
    TenderWithdrawn,
    /// The offer was answered already.
    TenderAnswered,
    /// No truck moves the load yet, or any more, of which something could be reported.
    NoTruckToReport,
    /// Somebody else logged the check call.
    NotYourCall,
    /// The check call was logged too long ago to be changed.
    CallTooOld,
}

/// A refusal, as it travels inside `{"error": …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[error("{message}")]
pub struct Refusal {
    /// For programs.
    pub code: Code,
    /// For people who read logs; pages have their own words for each code.
    pub message: String,
    /// What belongs to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Box<Details>>,
}

impl Refusal {
    /// A refusal without details.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: None }
    }

    fn with(code: Code, message: impl Into<String>, details: Details) -> Self {
        Self { code, message: message.into(), details: Some(Box::new(details)) }
    }

    /// One field is wrong.
    pub fn invalid(field: &str, fault: impl Into<String>) -> Self {
        Self::invalid_fields(BTreeMap::from([(field.to_owned(), fault.into())]))
    }

    /// One field of a form is wrong.
    pub fn flawed(field: &str, flaw: Flaw, fault: impl Into<String>) -> Self {
        Self::flawed_fields(BTreeMap::from([(field.to_owned(), (flaw, fault.into()))]))
    }

    /// Several fields of a form are wrong.
    pub fn flawed_fields(faults: BTreeMap<String, (Flaw, String)>) -> Self {
        let flaws = faults.iter().map(|(field, (flaw, _))| (field.clone(), *flaw)).collect();
        let mut refusal = Self::invalid_fields(faults.into_iter().map(|(field, (_, fault))| (field, fault)).collect());
        if let Some(details) = &mut refusal.details {
            details.flaws = flaws;
        }
        refusal
    }

    /// Several fields are wrong.
    pub fn invalid_fields(fields: BTreeMap<String, String>) -> Self {
        let fields: BTreeMap<_, _> = fields.into_iter().map(|(field, fault)| (field, short(fault))).collect();
        let message = fields.iter().map(|(field, fault)| format!("{field}: {fault}")).collect::<Vec<_>>().join("; ");
        Self::with(Code::Invalid, message, Details { fields, ..Details::default() })
    }

    /// Nobody is signed in.
    pub fn unauthorized() -> Self {
        Self::new(Code::Unauthorized, "Sign in first.")
    }

    /// Signed in, but not allowed.
    pub fn forbidden() -> Self {
        Self::new(Code::Forbidden, "Your role does not allow this.")
    }

    /// Not there, or not the caller's to know of.
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "There is no such thing here.")
    }

    /// Somebody else was faster.
    pub fn conflict(version: i64, status: LoadStatus, changed_by: Option<String>, changed_at: Timestamp) -> Self {
        let who = changed_by.as_deref().unwrap_or("Somebody");
        Self::with(
            Code::Conflict,
            format!("{who} changed it at {changed_at}; it is now at version {version}."),
            Details {
                version: Some(version),
                status: Some(status),
                changed_by,
                changed_at: Some(changed_at),
                ..Details::default()
            },
        )
    }

    /// The load can't go from `from` to `to`.
    pub fn illegal_transition(from: LoadStatus, to: LoadStatus, allowed: Vec<LoadStatus>) -> Self {
        Self::with(
            Code::IllegalTransition,
            format!("A load can't go from {} to {}.", from.name(), to.name()),
            Details { status: Some(from), allowed: Some(allowed), ..Details::default() },
        )
    }

    /// A business rule stands against it.
    pub fn rule(rule: Rule) -> Self {
        let message = match rule {
            Rule::CarrierNeeded => "Choose a carrier first.",
            Rule::DriverNeeded => "Choose a driver first.",
            Rule::CarrierRateNeeded => "Agree the carrier's rate first.",
            Rule::DetailsNeeded => "Origin, destination, dates and equipment are needed first.",
            Rule::ConfirmationNeeded => "Confirm it, or upload the proof of delivery.",
            Rule::PodNeeded => "Upload the proof of delivery first.",
            Rule::FileEmpty => "The file is empty.",
            Rule::FileKind => "Only PDF files and photographs are taken.",
            Rule::TooManyDocuments => "The load has as many documents as it may have.",
            Rule::TooManyLinks => "The load has as many driver links as it may have; end one first.",
            Rule::ConsentNeeded => "The driver has to agree first.",
            Rule::ReasonNeeded => "Give a reason.",
            Rule::CarrierLocked => "The carrier is fixed from pickup on.",
            Rule::LoadFinished => "The load is finished.",
            Rule::DriverOfOtherCarrier => "That driver does not drive for this carrier.",
            Rule::CarrierInactive => "That carrier is not active.",
            Rule::CarrierNotCompliant => "That carrier lacks insurance or authority that it must have.",
            Rule::CarrierNumberTaken => "Another carrier has that MC number.",
            Rule::EmailTaken => "Somebody signs in with that address already.",
            Rule::NotYourself => "Ask another administrator to do that to you.",
            Rule::NobodyToWriteTo => "No carrier knows of the load yet: only a staff note can be written.",
            Rule::MeantForAnother => "The load has another carrier by now; look at the message again.",
            Rule::ChecksFailed => "Something is missing before the truck may start.",
            Rule::StopsRemain => "There are stops before the last one.",
            Rule::NoFurtherStop => "There is no stop after this one.",
            Rule::NothingToUndo => "There is no change that could be taken back.",
            Rule::NotYourChange => "Only who made a change can take it back.",
            Rule::UndoTooLate => "The change was made too long ago to be taken back.",
            Rule::TenderExpired => "The window in which this offer could be accepted has closed.",
            Rule::TenderTaken => "Another carrier was faster.",
            Rule::TenderWithdrawn => "This offer is no longer open.",
            Rule::TenderAnswered => "This offer was answered already.",
            Rule::NoTruckToReport => "No truck moves this load, so there is nothing to report.",
            Rule::NotYourCall => "Only who logged a check call can change its notes.",
            Rule::CallTooOld => "The check call was logged too long ago to be changed.",
        };
        Self::with(Code::Refused, message, Details { rule: Some(rule), ..Details::default() })
    }

    /// What is looked at before a truck starts is not as it must be.
    pub fn checks_failed(checks: Vec<Check>) -> Self {
        let mut refusal = Self::rule(Rule::ChecksFailed);
        let names: Vec<_> = checks.iter().map(|check| check.name()).collect();
        refusal.message = format!("Before the truck may start: {}.", names.join(", "));
        if let Some(details) = &mut refusal.details {
            details.checks = checks;
        }
        refusal
    }

    /// Somebody else changed it meanwhile, which is no load.
    pub fn changed_meanwhile(version: i64, changed_by: Option<String>, changed_at: Timestamp) -> Self {
        let who = changed_by.as_deref().unwrap_or("Somebody");
        let message = format!("{who} changed it at {changed_at}; it is now at version {version}.");
        let details =
            Details { version: Some(version), changed_by, changed_at: Some(changed_at), ..Details::default() };
        Self::with(Code::Conflict, message, details)
    }

    /// Somebody else changed some of its fields meanwhile.
    pub fn overtaken(version: i64, fields: BTreeMap<String, Overtaken>) -> Self {
        let names = fields.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let message = format!("Somebody else has changed these fields meanwhile: {names}.");
        Self::with(Code::Conflict, message, Details { overtaken: fields, version: Some(version), ..Details::default() })
    }

    /// Too much in too short a time.
    pub fn rate_limited(retry_after_ms: u64) -> Self {
        Self::with(
            Code::RateLimited,
            "Too many requests.",
            Details { retry_after_ms: Some(retry_after_ms), ..Details::default() },
        )
    }

    /// The server can't store anything now; nothing was changed.
    pub fn unavailable() -> Self {
        Self::with(
            Code::Unavailable,
            "Nothing can be stored at the moment, so nothing was changed; try again later.",
            Details { retry_after_ms: Some(UNAVAILABLE_MS), ..Details::default() },
        )
    }

    /// Something failed on the server's side, told under an id and nothing else.
    pub fn internal(request_id: impl Into<String>) -> Self {
        Self::with(
            Code::Internal,
            "Something failed on our side.",
            Details { request_id: Some(request_id.into()), ..Details::default() },
        )
    }
}

/// A refusal as the HTTP interface and acks wrap it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Refused {
    /// The refusal.
    pub error: Refusal,
}
