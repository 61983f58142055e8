//! A person's initials in a disc, always in the same colour for the same name.

use leptos::prelude::*;

/// How many colours there are.
const HUES: u32 = 6;

/// The disc. A screen reader hears the name, unless the name is written beside it anyway.
#[component]
pub fn Avatar(
    /// Whose.
    name: String,
    /// Whether the name stands beside it.
    #[prop(optional)]
    named: bool,
) -> impl IntoView {
    let hue = name.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % HUES;
    let initials = initials(&name);
    let label = (!named).then_some(name);
    view! {
        <span class="ava" data-h=hue role=label.is_some().then_some("img") aria-label=label aria-hidden=named.then_some("true")>
            {initials}
        </span>
    }
}

fn initials(name: &str) -> String {
    let mut firsts = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = firsts.next();
    first.into_iter().chain(firsts.next_back()).flat_map(char::to_uppercase).collect()
}
