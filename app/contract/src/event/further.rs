//! The durable events that no page of ours decodes when it wakes: check calls, carriers, notices, figures, the system.
//!
//! They stand apart from [`super::Happened`], so that the pages carry code for what they read and for nothing else. Those
//! about notices are decoded by the part of the pages that shows them, which comes when it is needed.

use serde::{Deserialize, Serialize};

use super::{Durable, Event, Namespace};
use crate::{
    CarrierId, CheckCallId, LoadId, NotificationId, Timestamp, UserId,
    carriers::{ComplianceStatus, CoverKind},
    check_calls::{CheckCallKind, ContactMethod, DueReason},
    notices::{Severity, Topic},
    tracking::Source,
};

/// How urgent a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// To be known.
    Info,
    /// To be looked at.
    Warning,
    /// To be acted on.
    Error,
    /// Something went well.
    Success,
}

macro_rules! further {
    ($($(#[$doc:meta])* $name:literal in $($namespace:ident)+ => $type:ident { $($(#[$fdoc:meta])* $field:ident: $ftype:ty,)* })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
            #[serde(rename_all = "camelCase")]
            pub struct $type { $($(#[$fdoc])* pub $field: $ftype,)* }

            impl Event for $type {
                const NAME: &'static str = $name;
                const NAMESPACES: &'static [Namespace] = &[$(Namespace::$namespace),+];
            }

            impl Durable for $type {}
        )+

        /// The names of these events, and where they are told.
        pub const FURTHER: &[(&str, &[Namespace])] = &[$(($name, $type::NAMESPACES),)+];
    };
}

further! {
    /// Somebody reported from the road.
    "checkcall:received" in Events Tracking => CheckCallReceived {
        /// About which load.
        load_id: LoadId,
        /// As people call it.
        load_number: String,
        /// Which report.
        check_call_id: CheckCallId,
        /// What it reports.
        #[serde(rename = "type")]
        kind: CheckCallKind,
        /// Where the truck is, in words.
        location: String,
        /// What else was said.
        notes: String,
        /// When the truck is expected at its next stop.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        eta: Option<Timestamp>,
        /// Where the report comes from.
        source: Source,
        /// By which way it came.
        method: ContactMethod,
        /// Who logged it, as the listener may know them.
        received_by: String,
        /// When it was said.
        called_at: Timestamp,
        /// Whether it was dated farther back than calls are logged as a rule.
        is_backdated: bool,
        /// When it came.
        received_at: Timestamp,
    }
    /// The notes of a report were changed.
    "checkcall:updated" in Events => CheckCallUpdated {
        /// About which load.
        load_id: LoadId,
        /// As people call it.
        load_number: String,
        /// Which report.
        check_call_id: CheckCallId,
        /// The notes as they are now.
        notes: String,
        /// Who did it.
        updated_by: String,
    }
    /// A report was taken out.
    "checkcall:removed" in Events => CheckCallRemoved {
        /// About which load.
        load_id: LoadId,
        /// As people call it.
        load_number: String,
        /// Which report.
        check_call_id: CheckCallId,
    }
    /// A load should have been heard of; told once when it is due, and again after 2, 4, 8 and 24 hours.
    "checkcall:due" in Events => CheckCallDue {
        /// Which.
        load_id: LoadId,
        /// As people call it.
        load_number: String,
        /// Since when.
        due_at: Timestamp,
        /// When it was heard of last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_received_at: Option<Timestamp>,
        /// Why then.
        reason: DueReason,
        /// For how many hours by now: 0, 2, 4, 8 or 24.
        overdue_hours: u32,
    }
    /// A carrier was entered.
    "carrier:created" in Events => CarrierCreated {
        /// Which.
        carrier_id: CarrierId,
        /// As people call it.
        carrier_name: String,
        /// Its number with the authority.
        mc_number: String,
    }
    /// Something of a carrier was changed.
    "carrier:updated" in Events => CarrierUpdated {
        /// Which.
        carrier_id: CarrierId,
        /// As people call it.
        carrier_name: String,
        /// The fields that differ, by their names in the row.
        changed_fields: Vec<String>,
        /// Who did it.
        updated_by: String,
    }
    /// A carrier no longer meets a requirement, or soon won't.
    "carrier:compliance:alert" in Events Notifications => CarrierComplianceAlert {
        /// Which.
        carrier_id: CarrierId,
        /// As people call it.
        carrier_name: String,
        /// Which requirement, such as `AUTO_LIABILITY`.
        requirement: CoverKind,
        /// How far it is met.
        status: ComplianceStatus,
        /// When it ends or ended.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<Timestamp>,
    }
    /// Somebody is to be told of something.
    "notification:new" in Events Notifications => NotificationNew {
        /// Which notice.
        id: NotificationId,
        /// How urgent it is.
        #[serde(rename = "type")]
        kind: NoticeKind,
        /// In few words.
        title: String,
        /// In more.
        message: String,
        /// The page that it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<String>,
        /// Whom it is for, if for one alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user_id: Option<UserId>,
        /// What it is about.
        topic: Topic,
        /// How urgent that is.
        severity: Severity,
        /// The newest load's number, or carrier's name.
        name: String,
        /// Who did it, as its reader may know them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// How many of its kind there are in it by now.
        count: u32,
        /// How many notices its reader has not read, with this one.
        unread: u32,
        /// Whether it is to be shown by itself.
        loud: bool,
    }
    /// Somebody has read notices, on whichever of their screens.
    "notification:read" in Events Notifications => NotificationRead {
        /// Which; the newest of them, when there are very many.
        ids: Vec<NotificationId>,
        /// When.
        read_at: Timestamp,
        /// How many their reader has not read.
        unread: u32,
    }
    /// The desk's figures of the day have changed. What they are worth is not told here.
    "kpi:updated" in Events => KpiUpdated {
        /// Loads under way.
        active_loads: u32,
        /// Sent on their way today.
        dispatched_today: u32,
        /// Delivered today.
        delivered_today: u32,
        /// How many of a hundred deliveries of the last 30 days were on time; nothing while there were none.
        on_time_percent: Option<f64>,
    }
    /// The desk will be away for a while.
    "system:maintenance" in Events Notifications => SystemMaintenance {
        /// What is to be known.
        message: String,
        /// From when.
        starts_at: Timestamp,
        /// Until when, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ends_at: Option<Timestamp>,
    }
    /// Something that everybody should know.
    "system:announcement" in Events Notifications => SystemAnnouncement {
        /// How urgent it is.
        #[serde(rename = "type")]
        kind: NoticeKind,
        /// In few words.
        title: String,
        /// In more.
        message: String,
    }
}
