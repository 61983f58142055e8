//! A thread: what was written about a load, and writing.

use contract::{
    Code, LoadId,
    messages::{Audience, Conversation, MessageQuery},
};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
    task::spawn_local,
};

use super::{
    api,
    composer::Composer,
    line::{Line, lines},
    outbox::outbox,
    scroll::Scroll,
    shown::{Older, Shown},
};
use crate::{
    fault::Fault,
    json::{Text, is_asked, resource},
    live::{again::when_back, live},
    pages::Visitor,
    say,
    ui::{icon::Icon, words::unread_words},
};

/// The thread of a load, kept as it is now.
#[component]
pub fn Thread(load: LoadId) -> impl IntoView {
    let live = live();
    let again = RwSignal::new(0_u32);
    let told = live.mail.of(load);
    let newest = resource(
        move || (again.get(), told.get(), live.afresh.get()),
        move |_| async move {
            api::conversation(MessageQuery { load_id: load, before: None, size: None }).await.map(|answer| answer.data)
        },
    );
    when_back(Callback::new(move |()| again.update(|again| *again += 1)));
    view! {
        <Transition fallback=Skeleton>
            <Read load newest again />
        </Transition>
    }
}

#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="skeleton" role="status" aria-label=say!(messages.loading)>
            <i></i>
            <i></i>
            <i></i>
        </div>
    }
}

/// What came of reading it.
#[derive(Clone, PartialEq)]
enum Came {
    Known,
    Missing,
    Failed(String),
}

#[component]
fn Read(load: LoadId, newest: Resource<Result<Conversation, Fault>, Text>, again: RwSignal<u32>) -> impl IntoView {
    let older = RwSignal::new(Older::default());
    let answer = Memo::new(move |_| newest.get());
    // The last good answer: a call that fails must not take away what was there.
    let shown = Memo::new(move |before: Option<&Option<Shown>>| {
        let before = before.and_then(Option::as_ref);
        let newest = answer.with(|answer| answer.clone().and_then(Result::ok));
        match newest {
            Some(newest) => older.with(|older| Some(Shown::after(before, newest, older))),
            None => before.cloned(),
        }
    });
    let came = Memo::new(move |_| {
        let fault = answer.with(|answer| answer.as_ref().map(|answer| answer.as_ref().err().cloned()))?;
        Some(match fault {
            None => Came::Known,
            Some(fault) if fault.code() == Some(Code::NotFound) => Came::Missing,
            Some(fault) if fault.says_nothing() && shown.with(Option::is_some) => Came::Known,
            Some(fault) => Came::Failed(unread_words(&fault)),
        })
    });
    move || {
        is_asked().then(|| came.get()).flatten().map(|came| match came {
            Came::Known => EitherOf3::A(view! { <Loaded load shown older /> }),
            Came::Missing => EitherOf3::B(view! { <p class="sub">{say!(messages.not_theirs)}</p> }),
            Came::Failed(words) => EitherOf3::C(view! {
                <div class="nothing" role="alert">
                    <p>{say!(messages.failed_title)}</p>
                    <p class="sub">{words}</p>
                    <button type="button" class="btn" on:click=move |_| again.update(|again| *again += 1)>
                        <Icon name="refresh-cw" />
                        {say!(common.detail.again)}
                    </button>
                </div>
            }),
        })
    }
}

#[component]
fn Loaded(load: LoadId, shown: Memo<Option<Shown>>, older: RwSignal<Older>) -> impl IntoView {
    let outbox = outbox();
    let me = expect_context::<Visitor>().me.map(|me| me.id);
    let lines = Memo::new(move |_| {
        let waiting = outbox.of(load);
        let held_up = outbox.held_up.get();
        outbox.fresh.with(|fresh| {
            shown
                .with(|shown| shown.as_ref().map(|shown| lines(shown, fresh, waiting, held_up, me)).unwrap_or_default())
        })
    });
    let scroll = Scroll::new();
    let busy = RwSignal::new(false);
    let has_older = Memo::new(move |_| shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.thread.has_older)));
    let read_older = move || {
        let first = shown.with_untracked(|shown| shown.as_ref()?.thread.messages.first().map(|message| message.id));
        let Some(before) = first.filter(|_| has_older.get_untracked() && !busy.get_untracked()) else { return };
        busy.set(true);
        spawn_local(async move {
            let answer = api::conversation(MessageQuery { load_id: load, before: Some(before), size: None }).await;
            if let Ok(answer) = answer {
                scroll.grows();
                let Conversation { messages, has_older, .. } = answer.data;
                older.try_set(Older { messages, has_more: has_older, before: Some(before) });
            }
            busy.try_set(false);
        });
    };
    follow(load, shown, lines, scroll);
    let moved = move |_| {
        if scroll.moved() {
            read_older();
        }
    };
    let unread = Memo::new(move |_| shown.with(|shown| shown.as_ref().map_or(0, |shown| shown.thread.unread)));
    view! {
        <div class="thread">
            <div
                class="thread-scroll"
                node_ref=scroll.node
                tabindex="0"
                role="log"
                aria-label=say!(messages.heading)
                aria-live="polite"
                on:scroll=moved
            >
                {move || {
                    has_older
                        .get()
                        .then(|| {
                            view! {
                                <p class="older">
                                    <button
                                        type="button"
                                        class="btn"
                                        aria-disabled=move || busy.get().then_some("true")
                                        on:click=move |_| read_older()
                                    >
                                        {move || if busy.get() { say!(messages.loading_older) } else { say!(messages.earlier) }}
                                    </button>
                                </p>
                            }
                        })
                }}
                {move || {
                    lines.with(Vec::is_empty).then(|| view! { <p class="sub empty">{say!(messages.empty)}</p> })
                }}
                <ol>
                    <For each=move || lines.get() key=Line::key children=Line::view />
                </ol>
            </div>
            {move || {
                (!scroll.at_end.get())
                    .then(|| {
                        let words = move || match unread.get() {
                            0 => say!(messages.jump).to_owned(),
                            count => say!(messages.jump_new, count = count),
                        };
                        view! {
                            <button type="button" class="btn jump" on:click=move |_| scroll.to_end()>
                                <Icon name="arrow-down" />
                                {words}
                            </button>
                        }
                    })
            }}
            <Writing load shown scroll />
        </div>
    }
}

/// Where something can be written, or why it can't.
#[component]
fn Writing(load: LoadId, shown: Memo<Option<Shown>>, scroll: Scroll) -> impl IntoView {
    let audiences = Memo::new(move |_| {
        shown.with(|shown| shown.as_ref().map(|shown| shown.thread.audiences.clone()).unwrap_or_default())
    });
    let is_empty = Memo::new(move |_| audiences.with(Vec::is_empty));
    let carrier = Memo::new(move |_| shown.with(|shown| shown.as_ref().and_then(|shown| shown.thread.load.carrier_id)));
    let is_staff = expect_context::<Visitor>().me.is_some_and(|me| me.carrier_id.is_none());
    move || {
        if is_empty.get() {
            return Either::Left(view! { <p class="sub looks-on">{say!(messages.looks_on)}</p> });
        }
        let without_carrier = move || {
            let alone = audiences.with(|audiences| audiences.as_slice() == [Audience::Staff]);
            (is_staff && alone).then(|| view! { <p class="sub">{say!(messages.no_carrier)}</p> })
        };
        Either::Right(view! {
            {without_carrier}
            <Composer load audiences carrier is_staff scroll />
        })
    }
}

/// Keeps the thread where it is looked at, and tells the server how far it was read.
fn follow(load: LoadId, shown: Memo<Option<Shown>>, lines: Memo<Vec<Line>>, scroll: Scroll) {
    Effect::new(move |_| {
        lines.track();
        scroll.settle();
    });
    Effect::new(move |_| {
        #[cfg(feature = "hydrate")]
        reading::follow(load, shown, lines, scroll);
        #[cfg(not(feature = "hydrate"))]
        let _ = (load, shown);
    });
}

#[cfg(feature = "hydrate")]
mod reading {
    //! Telling the server how far a thread was read.

    use std::time::Duration;

    use contract::{One, messages::ReadMessages};
    use leptos::{prelude::*, task::spawn_local};

    use super::{Line, LoadId, Scroll, Shown, api, live};

    /// How long the end of a thread is in view before it counts as read.
    const GLANCE: Duration = Duration::from_millis(400);

    /// How often it is looked whether the end has come into view.
    const LOOK: Duration = Duration::from_secs(2);

    pub fn follow(load: LoadId, shown: Memo<Option<Shown>>, lines: Memo<Vec<Line>>, scroll: Scroll) {
        let live = live();
        let told = StoredValue::new(None);
        let waiting = StoredValue::new(false);
        let tell = move || {
            waiting.try_set_value(false);
            let newest = shown.try_with_untracked(|shown| shown.as_ref().and_then(Shown::to_read)).flatten();
            let Some(message_id) =
                newest.filter(|newest| scroll.is_read() && told.try_get_value() != Some(Some(*newest)))
            else {
                return;
            };
            told.set_value(Some(message_id));
            spawn_local(async move {
                match api::read_messages(ReadMessages { load_id: load, message_id }).await {
                    Ok(One { data }) => {
                        live.mail.unread().set(data);
                        live.mail.told(load);
                    }
                    // It is told again with the next move.
                    Err(_) => _ = told.try_set_value(None),
                }
            });
        };
        let soon = move || {
            if waiting.try_get_value() == Some(false) {
                waiting.set_value(true);
                set_timeout(tell, GLANCE);
            }
        };
        Effect::new(move |_| {
            lines.track();
            shown.track();
            scroll.at_end.track();
            soon();
        });
        for event in ["focus", "visibilitychange", "resize"] {
            let listening = window_event_listener_untyped(event, move |_| soon());
            on_cleanup(move || listening.remove());
        }
        // It may come into view by anything that moves on the page.
        if let Ok(looks) = set_interval_with_handle(soon, LOOK) {
            on_cleanup(move || looks.clear());
        }
    }
}
