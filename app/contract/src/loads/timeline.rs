//! How a line of a load's timeline is read.

use serde::Deserialize;

use super::{Check, Happening, TimelineEntry};
use crate::{
    Timestamp,
    documents::DocumentKind,
    status::LoadStatus,
    tenders::{DeclineReason, OfferState},
};

/// A line as it travels. Read with `flatten` and a tag, each of its fields would be kept in a tree first.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Flat {
    at: Timestamp,
    by: Option<String>,
    kind: Kind,
    from: Option<LoadStatus>,
    to: Option<LoadStatus>,
    reason: Option<String>,
    carrier_name: Option<String>,
    driver_name: Option<String>,
    city: Option<String>,
    late_min: Option<i64>,
    fix_at: Option<Timestamp>,
    before: Option<Timestamp>,
    eta: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    state: Option<OfferState>,
    decline: Option<DeclineReason>,
    document: Option<DocumentKind>,
    name: Option<String>,
    checks: Option<Vec<Check>>,
    fields: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum Kind {
    LoadCreated,
    StatusChanged,
    CarrierAssigned,
    StopArrived,
    StopDeparted,
    EtaSlipped,
    DetentionBegun,
    Tendered,
    TenderAnswered,
    DocumentAdded,
    DocumentRemoved,
    ChecksWaived,
    Edited,
    ChangeUndone,
}

impl TryFrom<Flat> for TimelineEntry {
    type Error = &'static str;

    fn try_from(flat: Flat) -> Result<Self, Self::Error> {
        let Flat {
            at,
            by,
            kind,
            from,
            to,
            reason,
            carrier_name,
            driver_name,
            city,
            late_min,
            fix_at,
            before,
            eta,
            expires_at,
            state,
            decline,
            document,
            name,
            checks,
            fields,
        } = flat;
        let what = (|| {
            Some(match kind {
                Kind::LoadCreated => Happening::LoadCreated,
                Kind::StatusChanged => Happening::StatusChanged { from: from?, to: to?, reason },
                Kind::CarrierAssigned => Happening::CarrierAssigned { carrier_name: carrier_name?, driver_name },
                Kind::StopArrived => Happening::StopArrived { city: city?, late_min, fix_at },
                Kind::StopDeparted => Happening::StopDeparted { city: city?, fix_at },
                Kind::EtaSlipped => Happening::EtaSlipped { before: before?, eta: eta? },
                Kind::DetentionBegun => Happening::DetentionBegun { city: city? },
                Kind::Tendered => Happening::Tendered { carrier_name: carrier_name?, expires_at: expires_at? },
                Kind::TenderAnswered => {
                    Happening::TenderAnswered { carrier_name: carrier_name?, state: state?, decline, reason }
                }
                Kind::DocumentAdded => Happening::DocumentAdded { document: document?, name: name? },
                Kind::DocumentRemoved => Happening::DocumentRemoved { document: document?, name: name? },
                Kind::ChecksWaived => Happening::ChecksWaived { checks: checks? },
                Kind::Edited => Happening::Edited { fields: fields? },
                Kind::ChangeUndone => Happening::ChangeUndone { from: from?, to: to? },
            })
        })();
        Ok(Self { at, by, what: what.ok_or("a field of this kind of line is missing")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_is_read_as_it_was_written() {
        let (from, to) = (LoadStatus::Accepted, LoadStatus::Dispatched);
        let city = || "Salem".to_owned();
        let kinds = [
            Happening::LoadCreated,
            Happening::StatusChanged { from, to, reason: None },
            Happening::StatusChanged { from, to, reason: Some("wrong truck".to_owned()) },
            Happening::CarrierAssigned { carrier_name: "Kestrel".to_owned(), driver_name: None },
            Happening::StopArrived { city: city(), late_min: None, fix_at: None },
            Happening::StopArrived { city: city(), late_min: Some(32), fix_at: Some(Timestamp::from_millis(2)) },
            Happening::StopDeparted { city: city(), fix_at: None },
            Happening::StopDeparted { city: city(), fix_at: Some(Timestamp::from_millis(3)) },
            Happening::EtaSlipped { before: Timestamp::from_millis(4), eta: Timestamp::from_millis(5) },
            Happening::DetentionBegun { city: city() },
            Happening::Tendered { carrier_name: "Kestrel".to_owned(), expires_at: Timestamp::from_millis(1) },
            Happening::TenderAnswered {
                carrier_name: "Kestrel".to_owned(),
                state: OfferState::Declined,
                decline: Some(DeclineReason::Rate),
                reason: Some("too little".to_owned()),
            },
            Happening::TenderAnswered {
                carrier_name: "Kestrel".to_owned(),
                state: OfferState::Expired,
                decline: None,
                reason: None,
            },
            Happening::DocumentAdded { document: DocumentKind::Pod, name: "pod.pdf".to_owned() },
            Happening::DocumentRemoved { document: DocumentKind::Bol, name: "bol.pdf".to_owned() },
            Happening::ChecksWaived { checks: vec![Check::Authority, Check::PickupWindow] },
            Happening::Edited { fields: vec!["notes".to_owned()] },
            Happening::ChangeUndone { from, to },
        ];

        for what in kinds {
            let line = TimelineEntry { at: Timestamp::from_millis(0), by: Some("Ada".to_owned()), what };
            let text = serde_json::to_string(&line).expect("json");
            assert_eq!(serde_json::from_str::<TimelineEntry>(&text).ok(), Some(line), "{text}");
        }
        let without_city = r#"{"at":"2026-11-23T08:00:00.000Z","kind":"stop_arrived"}"#;
        assert!(serde_json::from_str::<TimelineEntry>(without_city).is_err());
    }
}
