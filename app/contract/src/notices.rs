//! Notices: what somebody is told of, for whom it is, and how loudly (`domain.md` §4.8, §5.4).
//!
//! A new kind of notice is one line in the table below, its words in the pages' locales, and the call that gives it.

use serde::{Deserialize, Serialize};

use crate::{
    CarrierId, LoadId, NotificationId, Timestamp,
    actor::{Permission, Role},
    event::{Cursor, NoticeKind},
    lenient,
};

/// Notices of a kind that come within so many minutes of the first are one, with a count, until they are read.
pub const GROUP_MIN: i64 = 10;

/// The same of the same is told once in so many minutes (`domain.md` §5.4).
pub const ONCE_MIN: i64 = 5;

/// A group keeps so many of what it is about, the newest; the count goes on.
pub const MAX_ITEMS: usize = 50;

/// So many notices are on a page (`domain.md` §4.8).
pub const PAGE: u32 = 100;

/// Notices are kept for so many days (`domain.md` §4.8).
pub const KEEP_DAYS: i64 = 90;

/// So many ids an event about reading names at most, and a call may name.
pub const MAX_IDS: usize = 200;

/// How urgent a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// To be known.
    Info,
    /// To be looked at.
    Warning,
    /// To be acted on.
    Critical,
}

/// All of them.
pub const SEVERITIES: [Severity; 3] = [Severity::Info, Severity::Warning, Severity::Critical];

impl Severity {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// The severity of this name.
    pub fn named(name: &str) -> Option<Self> {
        SEVERITIES.into_iter().find(|severity| severity.name() == name)
    }
}

impl From<Severity> for NoticeKind {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Info => Self::Info,
            Severity::Warning => Self::Warning,
            Severity::Critical => Self::Error,
        }
    }
}

/// Whom a kind of notice is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Whoever of the desk looks after the load.
    Owner,
    /// The people in a carrier's office.
    Office,
    /// Whoever drives the load.
    Driver,
    /// Those who look after carriers, and those who lead the desk.
    Compliance,
    /// Those who lead the desk.
    Leads,
}

/// The roles of a carrier's office.
pub const OFFICE: [Role; 3] = [Role::CarrierOwner, Role::CarrierAdmin, Role::CarrierDispatcher];

/// The roles that hear of what carriers lack.
pub const COMPLIANCE: [Role; 3] = [Role::CarrierRelations, Role::OperationsManager, Role::Admin];

/// The roles that hear of what the desk itself has left undone.
pub const LEADS: [Role; 2] = [Role::OperationsManager, Role::Admin];

impl Readers {
    /// Whether somebody of a role can be among them.
    pub fn has(self, role: Role) -> bool {
        match self {
            Self::Owner => role.is_staff() && role.permissions().contains(&Permission::LoadAssign),
            Self::Office => OFFICE.contains(&role),
            Self::Driver => role == Role::Driver,
            Self::Compliance => COMPLIANCE.contains(&role),
            Self::Leads => LEADS.contains(&role),
        }
    }
}

macro_rules! topics {
    ($($(#[$doc:meta])* $topic:ident $name:literal $severity:ident for $readers:ident: $one:literal, $many:literal;)+) => {
        /// What a notice is about. Each has its severity, its readers, and its words in plain English for programs: `{what}` is
        /// the load's number or the carrier's name, `{by}` who did it, `{count}` how many there are.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum Topic { $($(#[$doc])* #[serde(rename = $name)] $topic,)+ }

        /// All of them.
        pub const TOPICS: &[Topic] = &[$(Topic::$topic,)+];

        impl Topic {
            /// As it is written.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$topic => $name,)+ }
            }

            /// How urgent it is.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$topic => Severity::$severity,)+ }
            }

            /// Whom it is for.
            pub const fn readers(self) -> Readers {
                match self { $(Self::$topic => Readers::$readers,)+ }
            }

            const fn words(self) -> (&'static str, &'static str) {
                match self { $(Self::$topic => ($one, $many),)+ }
            }
        }
    };
}

topics! {
    /// A carrier takes a load.
    TenderAccepted "tender_accepted" Info for Owner: "{by} accepted {what}", "{count} tenders were accepted";
    /// A carrier says no to a load.
    TenderDeclined "tender_declined" Warning for Owner: "{by} declined {what}", "{count} tenders were declined";
    /// A carrier did not answer in time.
    TenderExpired "tender_expired" Warning for Owner: "{by} did not answer for {what}", "{count} tenders were not answered";
    /// A colleague gave somebody a load to look after.
    LoadGiven "load_given" Info for Owner: "{by} gave you {what}", "You were given {count} loads";
    /// A colleague took a load over.
    LoadTaken "load_taken" Warning for Owner: "{by} took over {what}", "{count} of your loads were taken over";
    /// Somebody else sent a truck on its way.
    LoadDispatched "load_dispatched" Info for Owner: "{by} dispatched {what}", "{count} of your loads were dispatched";
    /// Somebody else brought a load to its end.
    LoadDelivered "load_delivered" Info for Owner: "{what} is delivered", "{count} of your loads are delivered";
    /// Somebody else called a load off.
    LoadCancelled "load_cancelled" Warning for Owner: "{by} cancelled {what}", "{count} of your loads were cancelled";
    /// A truck is expected after its window.
    LoadLate "load_late" Warning for Owner: "{what} will be late", "{count} loads will be late";
    /// A truck stands at a stop for longer than is free.
    DetentionBegun "detention_begun" Warning for Owner: "{what} is in detention", "{count} loads are in detention";
    /// A load was not heard of for hours.
    CallOverdue "call_overdue" Warning for Owner: "{what} was not heard of", "{count} loads were not heard of";
    /// A load was not heard of for so long that somebody who leads must know.
    CallSilent "call_silent" Critical for Leads: "Nobody has heard of {what}", "Nobody has heard of {count} loads";
    /// The desk wants to hear from a driver.
    CallWanted "call_wanted" Warning for Driver: "Report where you are with {what}", "Report where you are with {count} loads";
    /// A carrier or driver added a paper.
    PaperAdded "paper_added" Info for Owner: "{by} added a paper to {what}", "{count} papers came";
    /// A load is offered to the carrier.
    TenderOffered "tender_offered" Warning for Office: "You are offered {what}", "You are offered {count} loads";
    /// The desk moved an appointment of a load that the carrier has.
    WindowMoved "window_moved" Warning for Office: "An appointment of {what} was moved", "Appointments of {count} loads were moved";
    /// A load is to be driven.
    LoadToDrive "load_to_drive" Warning for Driver: "You drive {what}", "You drive {count} loads";
    /// Something that a carrier must have ends soon.
    CoverEnding "cover_ending" Warning for Compliance: "A cover of {what} ends soon", "{count} covers of carriers end soon";
    /// Something that a carrier must have has ended.
    CoverEnded "cover_ended" Critical for Compliance: "A cover of {what} has ended", "{count} covers of carriers have ended";
}

impl Topic {
    /// The topic of this name.
    pub fn named(name: &str) -> Option<Self> {
        TOPICS.iter().copied().find(|topic| topic.name() == name)
    }

    /// What programs show of it.
    pub fn title(self, count: u32, newest: &NoticeItem) -> String {
        let (one, many) = self.words();
        let words = if count == 1 { one } else { many };
        // What people have typed is put in last, so that braces in it stand for nothing.
        let parts = words.split_inclusive('}').map(|part| {
            let (before, name) = part.split_once('{').unwrap_or((part, ""));
            let value = match name {
                "count}" => count.to_string(),
                "what}" => newest.name.clone(),
                "by}" => newest.by.clone().unwrap_or_else(|| "Somebody".to_owned()),
                _ => String::new(),
            };
            format!("{before}{value}")
        });
        parts.collect()
    }
}

/// One of the things that a notice is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct NoticeItem {
    /// Which load, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_id: Option<LoadId>,
    /// Which carrier, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_id: Option<CarrierId>,
    /// The load's number, or the carrier's name.
    pub name: String,
    /// Who did it, as the reader may know them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What more there is to it, such as the kind of a paper or of a cover, by its name on the wire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl NoticeItem {
    /// Whether it is the same again.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.load_id, self.carrier_id, &self.name, &self.detail)
            == (other.load_id, other.carrier_id, &other.name, &other.detail)
    }

    /// The page that it is about.
    pub fn link(&self) -> Option<String> {
        let load = self.load_id.map(|load| format!("/loads/{load}"));
        load.or_else(|| self.carrier_id.map(|carrier| format!("/carriers/{carrier}")))
    }
}

/// A notice, as its reader sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Which.
    pub id: NotificationId,
    /// What it is about.
    pub topic: Topic,
    /// How urgent it is.
    pub severity: Severity,
    /// In few words, in English.
    pub title: String,
    /// How many there are of its kind.
    pub count: u32,
    /// What it is about, newest first: the newest of them, when there are many.
    pub items: Vec<NoticeItem>,
    /// When the first one came; notices are in this order.
    pub first_at: Timestamp,
    /// When the newest one came.
    pub at: Timestamp,
    /// When it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
}

/// Which notices, and how many of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct NoticeQuery {
    /// Older ones than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<NotificationId>,
    /// At most so many, up to 100.
    #[serde(deserialize_with = "lenient::number", skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
    /// Those alone that are not read: `true` or `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
}

/// Notices, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Notices {
    /// Them.
    pub data: Vec<Notice>,
    /// How many there are that are not read, on all pages.
    pub unread: u32,
    /// Give this as `before` for the next page; nothing on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<NotificationId>,
    /// Where the reader's streams stood before the notices were read.
    pub cursor: Cursor,
    /// The server's clock when it answered.
    pub as_of: Timestamp,
}

/// How many notices are not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unread {
    /// So many.
    pub unread: u32,
}

/// Marks notices as read: some, or one and all older ones, or all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct ReadNotices {
    /// These, at most 200.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<NotificationId>,
    /// This one and all older ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up_to: Option<NotificationId>,
    /// Everything.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub all: bool,
}

/// The hours in which nothing is shown by itself, on the clock of a zone; over midnight when they end before they begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct QuietHours {
    /// From this minute of the day on, counted from midnight.
    pub from_min: u32,
    /// Until this minute of the day.
    pub until_min: u32,
    /// By the clock of this zone, such as `America/Chicago`.
    pub zone: String,
}

/// So many minutes has a day on which no clock is changed.
pub const DAY_MIN: u32 = 24 * 60;

impl QuietHours {
    /// Whether a minute of the day is among them.
    pub const fn has(&self, minute: u32) -> bool {
        if self.from_min <= self.until_min {
            self.from_min <= minute && minute < self.until_min
        } else {
            self.from_min <= minute || minute < self.until_min
        }
    }
}

/// How somebody wants to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, rename_all = "camelCase")]
pub struct NoticeSettings {
    /// Of these they are not told.
    pub off: Vec<Topic>,
    /// What is at least so urgent is also shown by itself, for a moment; what is critical, until it is put away.
    pub loud_from: Severity,
    /// When nothing is shown by itself.
    pub quiet: Option<QuietHours>,
}

impl Default for NoticeSettings {
    fn default() -> Self {
        Self { off: Vec::new(), loud_from: Severity::Warning, quiet: None }
    }
}

/// Whether a group that has come to so many tells of it: the first ten each, then fewer and fewer, so that ten thousand are
/// told of some forty times.
pub const fn is_told_at(count: u32) -> bool {
    count == 0 || count.is_multiple_of(10_u32.pow(count.ilog10()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::actor::ROLES;

    fn item(name: &str, by: Option<&str>) -> NoticeItem {
        NoticeItem {
            load_id: None,
            carrier_id: None,
            name: name.to_owned(),
            by: by.map(str::to_owned),
            detail: None,
            at: Timestamp::default(),
        }
    }

    #[test]
    fn every_topic_has_a_name_of_its_own_and_readers() {
        let names: BTreeSet<_> = TOPICS.iter().map(|topic| topic.name()).collect();
        assert_eq!(names.len(), TOPICS.len());
        for topic in TOPICS {
            assert_eq!(Topic::named(topic.name()), Some(*topic));
            assert_eq!(serde_json::to_string(topic).expect("json"), format!("\"{}\"", topic.name()));
            assert!(ROLES.into_iter().any(|role| topic.readers().has(role)), "{topic:?}");
        }
    }

    #[test]
    fn what_is_for_the_desk_is_for_nobody_outside() {
        for role in ROLES.into_iter().filter(|role| !role.is_staff()) {
            for readers in [Readers::Owner, Readers::Compliance, Readers::Leads] {
                assert!(!readers.has(role), "{role:?} {readers:?}");
            }
        }
        assert!(!Readers::Office.has(Role::Driver) && Readers::Driver.has(Role::Driver));
    }

    #[test]
    fn words_that_people_typed_stand_for_nothing_else() {
        let topic = Topic::TenderDeclined;
        assert_eq!(topic.title(1, &item("LD-1", Some("{what} {count}"))), "{what} {count} declined LD-1");
        assert_eq!(topic.title(5, &item("LD-1", None)), "5 tenders were declined");
        assert_eq!(Topic::LoadLate.title(1, &item("LD-1", None)), "LD-1 will be late");
        assert_eq!(Topic::LoadGiven.title(1, &item("LD-1", None)), "Somebody gave you LD-1");
    }

    #[test]
    fn quiet_hours_may_go_over_midnight() {
        let hours = |from_min, until_min| QuietHours { from_min, until_min, zone: String::new() };
        let night = hours(22 * 60, 6 * 60);
        for (minute, quiet) in [(21 * 60 + 59, false), (22 * 60, true), (0, true), (359, true), (360, false)] {
            assert_eq!(night.has(minute), quiet, "{minute}");
        }
        let noon = hours(12 * 60, 13 * 60);
        assert!(noon.has(12 * 60) && !noon.has(13 * 60) && !noon.has(0));
    }

    #[test]
    fn ten_thousand_are_told_of_some_forty_times() {
        let told: Vec<u32> = (1..=10_000).filter(|count| is_told_at(*count)).collect();
        assert_eq!(told[..11], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20]);
        assert_eq!((told.len(), told.last()), (37, Some(&10_000)));
    }
}
