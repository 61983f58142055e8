//! The list of threads, what was written last first.

use contract::{
    Listed, LoadId,
    messages::{Audience, ThreadQuery, ThreadRow},
};
use leptos::{either::Either, prelude::*};

use super::{api::list_threads, page::Asked};
use crate::{
    json::{brought, resource},
    live::{again::when_back, live},
    say,
    ui::{icon::Icon, status::Status, words::unread_words},
    when,
};

/// The threads that fit what is asked for.
#[component]
pub fn Threads(asked: Memo<Asked>) -> impl IntoView {
    let live = live();
    let again = RwSignal::new(0_u32);
    let what = Memo::new(move |_| asked.with(|asked| (asked.q.clone(), asked.page)));
    let list = resource(
        move || (what.get(), again.get(), live.mail.times().get(), live.afresh.get()),
        |((q, page), ..)| list_threads(ThreadQuery { q: Some(q), page: Some(page), size: None }),
    );
    when_back(Callback::new(move |()| again.update(|again| *again += 1)));
    // The last good list: a call that fails must not take away what was there.
    let kept = StoredValue::new(None::<Listed<ThreadRow>>);
    let shown = move || {
        brought(list).map(|answer| match answer {
            Ok(listed) => {
                kept.set_value(Some(listed.clone()));
                live.read_at(&listed.cursor);
                Either::Left(rows(listed, asked))
            }
            Err(fault) => match kept.get_value().filter(|_| fault.says_nothing()) {
                Some(listed) => Either::Left(rows(listed, asked)),
                None => Either::Right(view! {
                    <div class="nothing" role="alert">
                        <p>{unread_words(&fault)}</p>
                        <button type="button" class="btn" on:click=move |_| again.update(|again| *again += 1)>
                            <Icon name="refresh-cw" />
                            {say!(common.detail.again)}
                        </button>
                    </div>
                }),
            },
        })
    };
    view! { <Transition fallback=Skeleton>{shown}</Transition> }
}

#[component]
fn Skeleton() -> impl IntoView {
    let line = || view! { <div><i></i><i></i></div> };
    view! {
        <div class="coming" role="status" aria-label=say!(messages.loading)>
            <div>{std::iter::repeat_with(line).take(6).collect_view()}</div>
        </div>
    }
}

fn rows(listed: Listed<ThreadRow>, asked: Memo<Asked>) -> impl IntoView {
    let Listed { data, page, .. } = listed;
    if data.is_empty() {
        let is_sought = asked.with_untracked(|asked| !asked.q.is_empty());
        return Either::Left(view! {
            <div class="nothing">
                <p>{if is_sought { say!(messages.none_fit) } else { say!(messages.none) }}</p>
                {if is_sought {
                    Either::Left(view! { <a class="btn" href="/messages">{say!(messages.clear)}</a> })
                } else {
                    Either::Right(view! { <p class="sub">{say!(messages.none_text)}</p> })
                }}
            </div>
        });
    }
    let (number, has_more) = (page.number, u64::from(page.number) * u64::from(page.size) < page.total);
    let to = move |number| asked.with(|asked| Asked { page: number, ..asked.clone() }.href());
    Either::Right(view! {
        <ul class="threads">{data.into_iter().map(|thread| row(thread, asked)).collect_view()}</ul>
        {(number > 1 || has_more)
            .then(|| {
                view! {
                    <nav class="acts" aria-label=say!(messages.threads)>
                        {(number > 1).then(|| view! { <a class="btn" href=move || to(number - 1)>{say!(messages.newer)}</a> })}
                        {has_more.then(|| view! { <a class="btn" href=move || to(number + 1)>{say!(messages.older)}</a> })}
                    </nav>
                }
            })}
    })
}

fn row(thread: ThreadRow, asked: Memo<Asked>) -> impl IntoView {
    let ThreadRow { load, newest, unread, is_mentioned } = thread;
    let id: LoadId = load.id;
    let href = move || asked.with(|asked| Asked { load: Some(id), ..asked.clone() }.href());
    let here = move || asked.with(|asked| asked.load == Some(id)).then_some("true");
    let sent_at = newest.sent_at;
    let text = if newest.own {
        say!(messages.you_wrote, text = newest.text)
    } else {
        say!(messages.wrote, who = newest.sender_name, text = newest.text)
    };
    let words = match unread {
        0 => None,
        1 => Some(say!(messages.one_unread).to_owned()),
        count => Some(say!(messages.unread_in, count = count)),
    };
    view! {
        <li>
            <a href=href aria-current=here class:unread={unread > 0}>
                <span class="head">
                    <b class="num">{load.load_number}</b>
                    <Status status=load.status />
                    <span class="grow"></span>
                    <time datetime=sent_at.to_string()>{move || when::ago(sent_at, when::now())}</time>
                </span>
                <span class="sub lane">{format!("{} → {}", load.origin, load.destination)}</span>
                {load.carrier_name.map(|name| view! { <span class="sub lane">{name}</span> })}
                <span class="last">
                    {(newest.audience == Audience::Staff).then(|| view! { <span class="note-chip"><Icon name="lock" size=12 />{say!(messages.note)}</span> })}
                    <span class="text">{text}</span>
                    {words
                        .map(|words| {
                            view! {
                                <b class="count" class:named=is_mentioned>
                                    <span aria-hidden="true">{if is_mentioned { format!("@ {unread}") } else { unread.to_string() }}</span>
                                    <span class="sr-only">{words}</span>
                                </b>
                            }
                        })}
                </span>
            </a>
        </li>
    }
}
