//! The words for notices.

use contract::{
    carriers::COVERS,
    documents::DocumentKind,
    notices::{NoticeItem, Severity, Topic},
    tenders::DeclineReason,
};

use crate::{
    say,
    ui::words::{cover_word, decline_word, document_word},
};

macro_rules! titles {
    ($topic:expr, $count:expr, $what:expr, $by:expr; $($named:ident $key:ident)+; $($bare:ident $bare_key:ident)+) => {
        match ($topic, $count) {
            $(
                (Topic::$named, 1) => say!(notices.$key.one, what = $what, by = $by),
                (Topic::$named, count) => say!(notices.$key.many, count = count),
            )+
            $(
                (Topic::$bare, 1) => say!(notices.$bare_key.one, what = $what),
                (Topic::$bare, count) => say!(notices.$bare_key.many, count = count),
            )+
        }
    };
}

/// What a notice says: of one thing what and by whom, of many how many.
pub fn title(topic: Topic, count: u32, what: &str, by: Option<&str>) -> String {
    let (what, by) = (what.to_owned(), by.map_or_else(|| say!(common.fault.somebody).to_owned(), str::to_owned));
    titles! { topic, count, what, by;
        TenderAccepted tender_accepted
        TenderDeclined tender_declined
        TenderExpired tender_expired
        LoadGiven load_given
        LoadTaken load_taken
        LoadDispatched load_dispatched
        LoadCancelled load_cancelled
        PaperAdded paper_added;
        LoadDelivered load_delivered
        LoadLate load_late
        DetentionBegun detention_begun
        CallOverdue call_overdue
        CallSilent call_silent
        CallWanted call_wanted
        TenderOffered tender_offered
        LoadToDrive load_to_drive
        WindowMoved window_moved
        CoverEnding cover_ending
        CoverEnded cover_ended
    }
}

/// What more there is to it.
pub fn detail(topic: Topic, item: &NoticeItem) -> Option<&'static str> {
    let name = item.detail.as_deref()?;
    match topic {
        Topic::PaperAdded => DocumentKind::named(name).map(document_word),
        Topic::TenderDeclined => DeclineReason::named(name).map(decline_word),
        Topic::CallOverdue | Topic::CallSilent => match name {
            "2" => Some(say!(notices.overdue.two)),
            "4" => Some(say!(notices.overdue.four)),
            "8" => Some(say!(notices.overdue.eight)),
            _ => Some(say!(notices.overdue.day)),
        },
        Topic::CoverEnding | Topic::CoverEnded => COVERS.into_iter().find(|cover| cover.name() == name).map(cover_word),
        _ => None,
    }
}

/// What a kind of notice is called where it can be switched off.
pub fn topic_word(topic: Topic) -> &'static str {
    match topic {
        Topic::TenderAccepted => say!(notices.tender_accepted.kind),
        Topic::TenderDeclined => say!(notices.tender_declined.kind),
        Topic::TenderExpired => say!(notices.tender_expired.kind),
        Topic::LoadGiven => say!(notices.load_given.kind),
        Topic::LoadTaken => say!(notices.load_taken.kind),
        Topic::LoadDispatched => say!(notices.load_dispatched.kind),
        Topic::LoadDelivered => say!(notices.load_delivered.kind),
        Topic::LoadCancelled => say!(notices.load_cancelled.kind),
        Topic::LoadLate => say!(notices.load_late.kind),
        Topic::DetentionBegun => say!(notices.detention_begun.kind),
        Topic::CallOverdue => say!(notices.call_overdue.kind),
        Topic::CallSilent => say!(notices.call_silent.kind),
        Topic::CallWanted => say!(notices.call_wanted.kind),
        Topic::PaperAdded => say!(notices.paper_added.kind),
        Topic::TenderOffered => say!(notices.tender_offered.kind),
        Topic::LoadToDrive => say!(notices.load_to_drive.kind),
        Topic::WindowMoved => say!(notices.window_moved.kind),
        Topic::CoverEnding => say!(notices.cover_ending.kind),
        Topic::CoverEnded => say!(notices.cover_ended.kind),
    }
}

/// How urgent something is.
pub fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => say!(notices.severity.info),
        Severity::Warning => say!(notices.severity.warning),
        Severity::Critical => say!(notices.severity.critical),
    }
}
