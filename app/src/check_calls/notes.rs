//! Changing the notes of a call of one's own, and taking a call out.

use contract::{
    CheckCallId,
    check_calls::{ChangeCheckCall, MAX_NOTES, RemoveCheckCall},
};
use leptos::{either::Either, html, prelude::*, task::spawn_local};

use super::api::{change_check_call, remove_check_call};
use crate::{
    live::live,
    say,
    ui::{icon::Icon, toast, words::fault_words},
};

/// What else was said, and a field for it while it may be changed.
#[component]
pub fn Notes(id: CheckCallId, notes: Option<String>, is_edited: bool, may_edit: Memo<bool>) -> impl IntoView {
    let notes = StoredValue::new(notes.unwrap_or_default());
    let writes = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let field = NodeRef::<html::Textarea>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            _ = field.focus();
        }
    });
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(text) = field.get_untracked().map(|field| field.value()).filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        let live = live();
        spawn_local(async move {
            let answer = change_check_call(ChangeCheckCall { id, notes: text }).await;
            live.within(|| match answer {
                // What is shown then comes with the event that tells of it.
                Ok(_) => {
                    writes.try_set(false);
                    toast::done(say!(check_calls.changed));
                }
                Err(fault) => toast::wrong(fault_words(&fault)),
            });
            busy.try_set(false);
        });
    };
    let press = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            writes.set(false);
        }
    };
    let field_id = format!("notes-{id}");
    move || {
        if writes.get() && may_edit.get() {
            return Either::Left(view! {
                <form class="call-edit field" on:submit=save on:keydown=press>
                    <label for=field_id.clone()>{say!(check_calls.notes)}</label>
                    <textarea id=field_id.clone() node_ref=field rows=2 maxlength=MAX_NOTES.to_string()>{notes.get_value()}</textarea>
                    <span class="acts">
                        <button type="submit" class="btn pri" aria-disabled=move || busy.get().then_some("true")>{say!(check_calls.save)}</button>
                        <button type="button" class="btn" on:click=move |_| writes.set(false)>{say!(common.dialogs.cancel)}</button>
                    </span>
                </form>
            });
        }
        let text = notes.get_value();
        Either::Right(view! {
            <span class="call-notes">
                {(!text.is_empty()).then_some(text)}
                {is_edited.then(|| view! { <small class="sub">{say!(check_calls.edited)}</small> })}
                {may_edit
                    .get()
                    .then(|| {
                        view! {
                            <button type="button" class="btn ic" aria-label=say!(check_calls.edit) title=say!(check_calls.edit) on:click=move |_| writes.set(true)>
                                <Icon name="pencil" size=13 />
                            </button>
                        }
                    })}
            </span>
        })
    }
}

/// Takes a call out, after it was asked whether that is meant.
#[component]
pub fn Remove(id: CheckCallId, place: String) -> impl IntoView {
    let asks = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let label = StoredValue::new(say!(check_calls.remove, place = place));
    let take_out = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let live = live();
        spawn_local(async move {
            let answer = remove_check_call(RemoveCheckCall { id }).await;
            live.within(|| match answer {
                Ok(_) => toast::done(say!(check_calls.removed)),
                Err(fault) => toast::wrong(fault_words(&fault)),
            });
            busy.try_set(false);
        });
    };
    move || {
        if asks.get() {
            Either::Left(view! {
                <span class="sure" role="group" aria-label=label.get_value()>
                    <button type="button" class="btn danger" aria-disabled=move || busy.get().then_some("true") on:click=take_out>
                        {say!(common.paper.yes)}
                    </button>
                    <button type="button" class="btn" autofocus=true on:click=move |_| asks.set(false)>{say!(common.paper.no)}</button>
                </span>
            })
        } else {
            Either::Right(view! {
                <button type="button" class="btn ic" aria-label=label.get_value() title=label.get_value() on:click=move |_| asks.set(true)>
                    <Icon name="x" size=13 />
                </button>
            })
        }
    }
}
