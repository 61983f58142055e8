//! What stands in a thread: messages with what became of them, and what waits to be sent.

use contract::{
    MessageId, UserId,
    messages::{Audience, Message},
};
use leptos::prelude::*;

use super::{
    outbox::{Waiting, outbox},
    pieces,
    shown::Shown,
};
use crate::{
    say,
    ui::{avatar::Avatar, icon::Icon},
    when,
};

/// How many readers are named before the rest is counted.
const NAMED: usize = 3;

/// Something that stands in a thread.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// What follows was new when the thread was opened.
    Divider,
    /// A message, and who has read it if it is the visitor's own.
    Message(Message, Vec<String>, bool),
    /// One that waits, and whether the network is to blame.
    Waiting(Waiting, bool),
}

impl Line {
    /// What tells it from the others, and from itself once it has changed.
    pub fn key(&self) -> String {
        match self {
            Self::Divider => "divider".to_owned(),
            Self::Message(message, readers, _) => format!("{}{}", message.id, readers.join(",")),
            Self::Waiting(waiting, held_up) => {
                format!("{}{held_up}{}", waiting.client_key, waiting.refused.as_deref().unwrap_or_default())
            }
        }
    }

    /// It as it is shown.
    pub fn view(self) -> AnyView {
        match self {
            Self::Divider => view! {
                <li class="new-line" data-divider=""><span>{say!(messages.new_line)}</span></li>
            }
            .into_any(),
            Self::Message(message, readers, names_me) => view! { <Said message readers names_me /> }.into_any(),
            Self::Waiting(waiting, held_up) => view! { <Waits waiting held_up /> }.into_any(),
        }
    }
}

/// What stands in a thread: what was stored, what was stored just now, and what waits.
pub fn lines(shown: &Shown, fresh: &[Message], waiting: Vec<Waiting>, held_up: bool, me: Option<UserId>) -> Vec<Line> {
    let messages = &shown.thread.messages;
    let is_known = |id: MessageId| messages.iter().any(|message| message.id == id);
    let mut lines = Vec::with_capacity(messages.len() + waiting.len() + 1);
    for message in messages {
        if shown.divider == Some(message.id) {
            lines.push(Line::Divider);
        }
        let readers = if message.own { shown.readers(message.id) } else { Vec::new() };
        let readers = readers.into_iter().map(|mark| mark.name.clone()).collect();
        lines.push(Line::Message(message.clone(), readers, Shown::names(message, me)));
    }
    // One that an answer told of comes with the next reading of the thread; an older one is further up.
    let last = messages.last().map(|message| message.sent_at);
    let fresh = fresh.iter().filter(|message| {
        message.load_id == shown.thread.load.id
            && !is_known(message.id)
            && last.is_none_or(|last| message.sent_at >= last)
    });
    lines.extend(fresh.map(|message| Line::Message(message.clone(), Vec::new(), false)));
    let is_stored = |one: &Waiting| messages.iter().any(|message| message.client_key == Some(one.client_key));
    lines.extend(waiting.into_iter().filter(|one| !is_stored(one)).map(|one| Line::Waiting(one, held_up)));
    lines
}

/// Says unmistakably that something stays among the desk.
#[component]
fn NoteMark() -> impl IntoView {
    view! {
        <span class="note-mark">
            <Icon name="lock" size=12 />
            <b>{say!(messages.note)}</b>
            <span>{say!(messages.note_hint)}</span>
        </span>
    }
}

#[component]
fn Said(message: Message, readers: Vec<String>, names_me: bool) -> impl IntoView {
    let Message { text, audience, sender_name, own, carrier_name, from_carrier, sent_at, .. } = message;
    let name = if own { say!(messages.you).to_owned() } else { sender_name.clone() };
    let carrier = carrier_name
        .filter(|_| audience == Audience::Everyone)
        .map(|carrier| if from_carrier { carrier } else { say!(messages.to_carrier, carrier = carrier) });
    let mark = own.then(|| read_words(readers));
    view! {
        <li class="said" class:own=own class:staff=audience == Audience::Staff class:names-me=names_me>
            {(!own).then(|| view! { <Avatar name=sender_name named=true /> })}
            <div class="bubble">
                <p class="who">
                    <b>{name}</b>
                    {carrier.map(|carrier| view! { <span class="sub">{carrier}</span> })}
                    <time datetime=sent_at.to_string()>{move || when::ago(sent_at, when::now())}</time>
                    {names_me.then(|| view! { <span class="names-me-mark">{say!(messages.mentioned)}</span> })}
                </p>
                {(audience == Audience::Staff).then(|| view! { <NoteMark /> })}
                <p class="text">{pieces::shown(&text)}</p>
                {mark.map(|mark| view! { <p class="mark">{mark}</p> })}
            </div>
        </li>
    }
}

fn read_words(mut readers: Vec<String>) -> impl IntoView {
    let is_read = !readers.is_empty();
    let all = readers.join(", ");
    let more = readers.len().saturating_sub(NAMED);
    readers.truncate(NAMED);
    let names = readers.join(", ");
    let words = match (is_read, more) {
        (false, _) => say!(messages.sent).to_owned(),
        (true, 0) => say!(messages.read_by, who = names),
        (true, more) => say!(messages.read_by, who = say!(messages.and_more, who = names, count = more)),
    };
    view! {
        <span title=all>
            <span class="tick" class:read=is_read aria-hidden="true">
                <Icon name="check" size=12 />
                {is_read.then(|| view! { <Icon name="check" size=12 /> })}
            </span>
            {words}
        </span>
    }
}

#[component]
fn Waits(waiting: Waiting, held_up: bool) -> impl IntoView {
    let Waiting { client_key, text, audience, refused, .. } = waiting;
    let outbox = outbox();
    let is_refused = refused.is_some();
    let words = match refused {
        Some(why) => say!(messages.failed, why = why),
        None if held_up => say!(messages.waiting).to_owned(),
        None => say!(messages.sending).to_owned(),
    };
    view! {
        <li class="said own waits" class:staff=audience == Audience::Staff class:refused=is_refused>
            <div class="bubble">
                <p class="who"><b>{say!(messages.you)}</b></p>
                {(audience == Audience::Staff).then(|| view! { <NoteMark /> })}
                <p class="text">{pieces::shown(&text)}</p>
                <p class="mark">
                    <Icon name=if is_refused { "triangle-alert" } else { "clock" } size=12 />
                    <span>{words}</span>
                    {is_refused
                        .then(|| {
                            view! {
                                <button type="button" class="btn" on:click=move |_| outbox.retry(client_key)>
                                    {say!(messages.retry)}
                                </button>
                                <button type="button" class="btn" on:click=move |_| outbox.discard(client_key)>
                                    {say!(messages.discard)}
                                </button>
                            }
                        })}
                </p>
            </div>
        </li>
    }
}
