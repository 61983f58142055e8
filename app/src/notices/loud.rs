//! What is shown by itself, at the edge of the page: for a moment, or until it is put away when it is critical.

use std::time::Duration;

use contract::{event::NotificationNew, notices::Severity};
use leptos::prelude::*;
use serde::Deserialize as _;

use super::words::title;
use crate::{json, live::live, say, ui::icon::Icon};

/// So many are shown at once; the newest push the oldest out.
const MOST: usize = 3;

/// How long something stays (`domain.md` §4.8: 3 s for what is to be known, 5 s for a warning, and critical until it is put
/// away).
const fn stays(severity: Severity) -> Option<Duration> {
    match severity {
        Severity::Info => Some(Duration::from_secs(3)),
        Severity::Warning => Some(Duration::from_secs(5)),
        Severity::Critical => None,
    }
}

/// How long it stays on when somebody is about to press it.
const HELD: Duration = Duration::from_secs(2);

#[derive(Clone, Debug, PartialEq)]
struct Shown {
    number: u32,
    event: NotificationNew,
}

/// What is shown.
#[component]
pub fn Loud() -> impl IntoView {
    let loud = live().noted().loud;
    let shown = RwSignal::new(Vec::<Shown>::new());
    Effect::new(move |number: Option<u32>| {
        let number = number.unwrap_or_default().wrapping_add(1);
        let Some(event) = loud.get().and_then(|data| NotificationNew::deserialize(json::tree(data)).ok()) else {
            return number;
        };
        let severity = event.severity;
        shown.update(|shown| {
            // A group that grows takes its own place.
            shown.retain(|other| other.event.id != event.id);
            shown.push(Shown { number, event });
            if shown.len() > MOST {
                let place = shown.iter().position(|one| stays(one.event.severity).is_some()).unwrap_or_default();
                shown.remove(place);
            }
        });
        if let Some(stays) = stays(severity) {
            go_after(stays, shown, number);
        }
        number
    });
    let of = move |is_critical: bool| {
        shown
            .get()
            .into_iter()
            .filter(move |one| (one.event.severity == Severity::Critical) == is_critical)
            .map(move |one| toast(one, shown))
            .collect_view()
    };
    view! {
        <div class="told">
            <div role="status">{move || of(false)}</div>
            <div role="alert">{move || of(true)}</div>
        </div>
    }
}

fn toast(Shown { number, event }: Shown, shown: RwSignal<Vec<Shown>>) -> impl IntoView {
    let put_away = move |_| shown.update(|shown| shown.retain(|one| one.number != number));
    let words = title(event.topic, event.count, &event.name, event.by.as_deref());
    let name = event.severity.name();
    let what = match event.link {
        Some(link) => view! { <a href=link on:click=put_away>{words}</a> }.into_any(),
        None => view! { <span>{words}</span> }.into_any(),
    };
    view! {
        <div class="toast" data-severity=name>
            <Icon name=if event.severity == Severity::Info { "bell" } else { "triangle-alert" } />
            {what}
            <button type="button" class="iconb" aria-label=say!(common.toast.dismiss) on:click=put_away>
                <Icon name="x" />
            </button>
        </div>
    }
}

/// Takes it away after a while, unless it is pointed at or has the keyboard then.
fn go_after(stays: Duration, shown: RwSignal<Vec<Shown>>, number: u32) {
    let go = move || {
        if shown.try_with_untracked(|shown| shown.iter().any(|one| one.number == number)) != Some(true) {
            return;
        }
        let held = document().query_selector(".told .toast:is(:hover,:focus-within)");
        if matches!(held, Ok(Some(_))) {
            go_after(HELD, shown, number);
        } else {
            shown.update(|shown| shown.retain(|one| one.number != number));
        }
    };
    set_timeout(go, stays);
}
