//! Writing: for whom, what, and whom it names.

use contract::{
    CarrierId, LoadId, One, UserId,
    messages::{Audience, Colleague, MAX_TEXT},
};
use leptos::{either::Either, ev, html, prelude::*, task::spawn_local};

use super::{api::message_people, scroll::Scroll};
use crate::{say, ui::icon::Icon};

/// From how many characters on it is said how many are left.
const NEARLY: usize = MAX_TEXT - 200;

/// How many colleagues are offered at once.
const OFFERED: usize = 5;

/// The field in which a message is written.
#[component]
pub fn Composer(
    load: LoadId,
    audiences: Memo<Vec<Audience>>,
    /// The carrier that the load has, for the desk.
    carrier: Memo<Option<CarrierId>>,
    is_staff: bool,
    scroll: Scroll,
) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let wished = RwSignal::new(Audience::default());
    // What was chosen stands for as long as it can be written.
    let audience = Memo::new(move |_| {
        let wished = wished.get();
        audiences.with(|audiences| {
            let first = audiences.first().copied().unwrap_or_default();
            if audiences.contains(&wished) { wished } else { first }
        })
    });
    let is_note = Memo::new(move |_| audience.get() == Audience::Staff);
    let node = NodeRef::<html::Textarea>::new();
    let people = RwSignal::new(None::<Vec<Colleague>>);
    // Who began to write to one carrier doesn't go on to write to another, nor who began a note to write to one.
    let meant = StoredValue::new(None::<CarrierId>);
    let begin = move || {
        if text.with_untracked(|text| text.trim().is_empty()) {
            wished.set(audience.get_untracked());
            meant.set_value(carrier.get_untracked());
        }
    };
    let length = Memo::new(move |_| text.with(|text| text.trim().chars().count()));
    let send = move || {
        if length.get_untracked() == 0 || length.get_untracked() > MAX_TEXT {
            return;
        }
        let written = text.get_untracked();
        let named = people.with_untracked(|people| named(&written, people.as_deref().unwrap_or_default()));
        put(load, written, audience.get_untracked(), named, meant.get_value());
        text.set(String::new());
        scroll.at_end.set(true);
        scroll.settle();
        if let Some(node) = node.get_untracked() {
            _ = node.focus();
        }
    };
    let typed = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            send();
        }
    };
    let submitted = move |event: ev::SubmitEvent| {
        event.prevent_default();
        send();
    };
    let changed = move |event| {
        let value = event_target_value(&event);
        if value.contains('@') && people.with_untracked(Option::is_none) {
            people.set(Some(Vec::new()));
            spawn_local(async move {
                let answer = message_people(load).await;
                people.try_set(answer.ok().map(|One { data }| data));
            });
        }
        begin();
        text.set(value);
    };
    let write = move |words: String| {
        begin();
        text.set(words);
        if let Some(node) = node.get_untracked() {
            _ = node.focus();
        }
    };
    let offered = move || {
        let offered = people.with(|people| text.with(|text| offered(text, people.as_deref().unwrap_or_default())));
        (!offered.is_empty()).then(|| {
            let choices = offered
                .into_iter()
                .map(|colleague| {
                    let name = colleague.name.clone();
                    let choose = move |_| write(text.with_untracked(|text| completed(text, &name)));
                    view! { <button type="button" class="btn" on:click=choose>{format!("@{}", colleague.name)}</button> }
                })
                .collect_view();
            view! { <div class="mention" role="group" aria-label=say!(messages.mention)>{choices}</div> }
        })
    };
    let left = move || {
        let length = length.get();
        if length > MAX_TEXT {
            Some(
                view! { <span class="field-fault">{say!(messages.too_long, count = length - MAX_TEXT)}</span> }
                    .into_any(),
            )
        } else {
            (length >= NEARLY)
                .then(|| view! { <span>{say!(messages.left, count = MAX_TEXT - length)}</span> }.into_any())
        }
    };
    let label = move || if is_note.get() { say!(messages.text_note) } else { say!(messages.text) };
    view! {
        <form class="composer" class:staff=is_note on:submit=submitted>
            <Choice audiences audience wished />
            {offered}
            <div class="write">
                <textarea
                    node_ref=node
                    rows="2"
                    aria-label=label
                    placeholder=label
                    prop:value=move || text.get()
                    on:input=changed
                    on:keydown=typed
                ></textarea>
                <button
                    type="submit"
                    class="btn pri"
                    aria-disabled=move || (length.get() == 0 || length.get() > MAX_TEXT).then_some("true")
                >
                    {say!(messages.send)}
                </button>
            </div>
            <p class="sub under" role="status">
                <span class="hint">{say!(messages.send_key)}</span>
                {left}
            </p>
            <QuickReplies is_staff write=Callback::new(write) />
        </form>
    }
}

/// The switch between what is written to everyone and what stays among the desk. Who has no choice sees none, but a note
/// always says that it is one.
#[component]
fn Choice(audiences: Memo<Vec<Audience>>, audience: Memo<Audience>, wished: RwSignal<Audience>) -> impl IntoView {
    let name = StoredValue::new("audience");
    let note_words = move || {
        (audience.get() == Audience::Staff).then(|| {
            view! { <span class="note-mark"><Icon name="lock" size=12 /><b>{say!(messages.note)}</b><span>{say!(messages.note_hint)}</span></span> }
        })
    };
    let choice = move || {
        let audiences = audiences.get();
        if audiences.len() < 2 {
            return Either::Left(());
        }
        let choices = audiences
            .into_iter()
            .map(|each| {
                let word = match each {
                    Audience::Everyone => say!(messages.to_everyone),
                    Audience::Staff => say!(messages.note),
                };
                view! {
                    <label>
                        <input
                            type="radio"
                            name=name.get_value()
                            checked=move || audience.get_untracked() == each
                            prop:checked=move || audience.get() == each
                            on:change=move |_| wished.set(each)
                        />
                        <span>{word}</span>
                    </label>
                }
            })
            .collect_view();
        Either::Right(view! {
            <fieldset class="seg">
                <legend class="sr-only">{say!(messages.audience)}</legend>
                {choices}
            </fieldset>
        })
    };
    view! { <div class="audience">{choice} {note_words}</div> }
}

/// What is often written: it goes into the field, where it can still be changed.
#[component]
fn QuickReplies(is_staff: bool, write: Callback<String>) -> impl IntoView {
    let replies = if is_staff {
        vec![say!(messages.quick_staff.eta), say!(messages.quick_staff.call), say!(messages.quick_staff.thanks)]
    } else {
        vec![
            say!(messages.quick_carrier.way),
            say!(messages.quick_carrier.gate),
            say!(messages.quick_carrier.loaded),
            say!(messages.quick_carrier.late),
        ]
    };
    let replies = replies
        .into_iter()
        .map(|reply| {
            view! { <button type="button" class="chip" on:click=move |_| write.run(reply.to_owned())>{reply}</button> }
        })
        .collect_view();
    view! { <div class="quick" role="group" aria-label=say!(messages.quick)>{replies}</div> }
}

#[cfg(feature = "hydrate")]
fn put(load_id: LoadId, text: String, audience: Audience, mentions: Vec<UserId>, carrier_id: Option<CarrierId>) {
    use super::outbox::{Waiting, outbox};

    if let Some(client_key) = crate::once::new_key() {
        outbox().put(Waiting { client_key, load_id, text, audience, mentions, carrier_id, refused: None });
    }
}

#[cfg(not(feature = "hydrate"))]
fn put(_: LoadId, _: String, _: Audience, _: Vec<UserId>, _: Option<CarrierId>) {}

/// The colleagues whose whole names follow an `@` in a text.
fn named(text: &str, people: &[Colleague]) -> Vec<UserId> {
    let text = text.to_lowercase();
    let is_named = |colleague: &&Colleague| text.contains(&format!("@{}", colleague.name.to_lowercase()));
    people.iter().filter(is_named).map(|colleague| colleague.id).collect()
}

/// What has been written of a name after the last `@`; nothing when that is none.
fn begun(text: &str) -> Option<&str> {
    let (before, name) = text.rsplit_once('@')?;
    let begins = before.is_empty() || before.ends_with(|letter: char| letter.is_whitespace() || letter == '(');
    (begins && !name.contains('\n')).then_some(name)
}

/// The colleagues whose names begin as what is being written; none once a name is whole.
fn offered(text: &str, people: &[Colleague]) -> Vec<Colleague> {
    let Some(name) = begun(text).map(str::to_lowercase) else { return Vec::new() };
    let fits = |colleague: &&Colleague| {
        let whole = colleague.name.to_lowercase();
        let begins = whole.starts_with(&name) || whole.split_whitespace().any(|part| part.starts_with(&name));
        begins && whole != name
    };
    people.iter().filter(fits).take(OFFERED).cloned().collect()
}

/// A text with a name instead of what was begun of it.
fn completed(text: &str, name: &str) -> String {
    let kept = begun(text).map_or(text, |begun| &text[..text.len() - begun.len()]);
    format!("{kept}{name} ")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn people() -> Vec<Colleague> {
        let names = ["Dana Ruiz", "Marcus Hill"].into_iter().zip(1..);
        names.map(|(name, id)| Colleague { id: UserId::new(Uuid::from_u128(id)), name: name.to_owned() }).collect()
    }

    #[test]
    fn whose_whole_name_is_written_is_named() {
        let named = |text| named(text, &people()).len();
        assert_eq!(named("@Dana Ruiz and @marcus hill, look"), 2);
        assert_eq!(named("@Dana look"), 0);
        assert_eq!(named("Dana Ruiz"), 0);
    }

    #[test]
    fn names_are_offered_while_they_are_written() {
        let offered = |text| offered(text, &people()).into_iter().map(|one| one.name).collect::<Vec<_>>();
        assert_eq!(offered("Hello @"), ["Dana Ruiz", "Marcus Hill"]);
        assert_eq!(offered("Hello @hi"), ["Marcus Hill"]);
        assert!(offered("Hello @Marcus Hill").is_empty());
        assert!(offered("mail me@ma").is_empty(), "an address");
        assert_eq!(completed("Hello @ma", "Marcus Hill"), "Hello @Marcus Hill ");
    }
}
