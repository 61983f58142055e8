//! What the list and the page of a carrier show alike.

use contract::carriers::{CarrierRow, CarrierStatus, Finding, Standing};
use leptos::prelude::*;

use crate::{
    say,
    ui::{
        icon::Icon,
        words::{carrier_status_word, finding_words, standing_word},
    },
};

/// Whether a carrier may be given loads; only what is not as usual is loud.
pub fn status(status: CarrierStatus) -> impl IntoView {
    let class = match status {
        CarrierStatus::Active => "sub",
        CarrierStatus::Pending | CarrierStatus::Inactive => "warnt",
        CarrierStatus::Suspended | CarrierStatus::Blacklisted => "bad",
    };
    view! { <span class=class>{carrier_status_word(status)}</span> }
}

/// How far a carrier has what it must: in one line the worst of it, and how much more there is.
pub fn standing(carrier: &CarrierRow) -> impl IntoView + use<> {
    let standing = carrier.compliance();
    let (class, icon) = face(standing);
    let words = match carrier.findings.as_slice() {
        [] => standing_word(standing).to_owned(),
        [only] => finding_words(only),
        [worst, rest @ ..] => say!(carriers.and_more, what = finding_words(worst), count = rest.len()),
    };
    view! { <span class=class><Icon name=icon size=13 />{words}</span> }
}

/// One thing that is wrong with what a carrier has.
pub fn finding(finding: Finding) -> impl IntoView {
    let (class, icon) = face(if finding.stands_against() { Standing::Barred } else { Standing::Watch });
    view! { <li class=class><Icon name=icon size=13 />{finding_words(&finding)}</li> }
}

const fn face(standing: Standing) -> (&'static str, &'static str) {
    match standing {
        Standing::Compliant => ("standing sub", "check"),
        Standing::Watch => ("standing warnt", "clock"),
        Standing::Barred => ("standing bad", "triangle-alert"),
    }
}
