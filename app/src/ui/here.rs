//! The colleagues at a load, as small discs.

use contract::LoadId;
use leptos::prelude::*;

use super::avatar::Avatar;
use crate::{
    live::{live, presence::Colleague},
    say,
};

/// How many discs stand side by side; the others are a number.
const MOST: usize = 3;

/// The discs of those who are at a load; nothing when nobody is.
#[component]
pub fn Here(
    /// Which load.
    load: LoadId,
    /// Whether it is said in words what they do.
    #[prop(optional)]
    worded: bool,
) -> impl IntoView {
    let people = live().presence.at(load);
    move || {
        people.with(|people| {
            (!people.is_empty()).then(|| {
                let words = words(people);
                let more = people.len().checked_sub(MOST).filter(|more| *more > 0);
                let discs = people.iter().take(MOST).map(|person| {
                    view! { <span class:edits=person.edits><Avatar name=person.name.clone() named=true /></span> }
                });
                view! {
                    <span class="here" role="img" aria-label=words.clone() title=words.clone()>
                        {discs.collect_view()}
                        {more.map(|more| format!("+{more}"))}
                    </span>
                    {worded.then(|| view! { <span class="sub" aria-hidden="true">{words}</span> })}
                }
            })
        })
    }
}

/// `Dana Kessler is editing, Marcus Tolliver is looking`.
fn words(people: &[Colleague]) -> String {
    let each = people.iter().map(|person| {
        let name = person.name.clone();
        if person.edits { say!(common.here.edits, name = name) } else { say!(common.here.looks, name = name) }
    });
    each.collect::<Vec<_>>().join(", ")
}
