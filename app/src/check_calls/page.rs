//! The page of check calls: who must be heard of, what costs most first.

use contract::check_calls::DueCalls;
use contract::event::Happened;
use leptos::{either::Either, html, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{api::list_due_calls, table::Table};
use crate::{
    json::{brought, resource},
    live::{again::when_back, live},
    loads::{
        deeds::{Menu, Opened},
        list::hand,
    },
    pages::Visitor,
    say,
    ui::{icon::Icon, words::unread_words},
    when,
};

/// How often to ask for changes while there is no socket, in seconds (`domain.md` §4.5: 30).
const POLL_S: u32 = 30;

/// How often the list is asked for because time goes on, in milliseconds: what will be due within an hour moves with it.
const SPELL_MS: i64 = 5 * 60_000;

/// The loads that must be heard of.
#[component]
pub fn CheckCallsPage() -> impl IntoView {
    let live = live();
    live.poll_s.set(POLL_S);
    let url = use_query_map();
    let mine =
        Memo::new(move |_| url.try_with(|url| url.get("show").is_some_and(|show| show == "mine")).unwrap_or_default());
    let me = use_context::<Visitor>().and_then(|visitor| visitor.me).map(|me| me.id);
    let again = RwSignal::new(0_u32);
    when_back(Callback::new(move |()| again.update(|times| *times += 1)));
    // Loads that start, arrive or end come to the list or leave it.
    Effect::new(move |_| {
        let moves = live.heard.with(|heard| {
            matches!(
                heard,
                Some(
                    Happened::LoadStatusChanged(_)
                        | Happened::LoadDispatched(_)
                        | Happened::LoadUpdated(_)
                        | Happened::StopArrived(_)
                )
            )
        });
        if moves {
            again.update(|times| *times += 1);
        }
    });
    let spell = Memo::new(move |_| when::now().millis() / SPELL_MS);
    let told = Memo::new(move |_| live.noted().calls.with(|calls| calls.values().sum::<u32>()));
    let list = resource(move || (again.get(), live.afresh.get(), told.get(), spell.get()), |_| list_due_calls());
    let menu = RwSignal::new(None::<Opened>);
    let node = NodeRef::<html::Section>::new();
    Effect::new(move |_| {
        #[cfg(feature = "hydrate")]
        crate::loads::list::keys::listen(node, menu);
    });
    // The last good list: a call that fails must not take away what was there.
    let kept = StoredValue::new(None::<DueCalls>);
    let shown = move || {
        brought(list).map(|answer| {
            let due = match answer {
                Ok(due) => due,
                Err(fault) => match kept.get_value().filter(|_| fault.says_nothing()) {
                    Some(due) => due,
                    None => {
                        return Either::Right(view! {
                            <div class="nothing" role="alert">
                                <p>{unread_words(&fault)}</p>
                                <button type="button" class="btn" on:click=move |_| again.update(|times| *times += 1)>
                                    <Icon name="refresh-cw" />
                                    {say!(common.detail.again)}
                                </button>
                            </div>
                        });
                    }
                },
            };
            kept.set_value(Some(due.clone()));
            live.book.merge(due.data.iter().map(|call| call.load.clone()));
            live.read_at(&due.cursor);
            Either::Left(view! { <Table due whose=me.filter(|_| mine.get()) menu /> })
        })
    };
    let choice = move |this: bool, href: &'static str, word: &'static str| {
        let here = move || mine.get() == this;
        view! { <a href=href class:on=here aria-current=move || here().then_some("page")>{word}</a> }
    };
    view! {
        <Title text=say!(check_calls.title) />
        <div class="loads calls-page">
            <header class="bar">
                <h1>{say!(check_calls.title)}</h1>
                <nav class="views" aria-label=say!(check_calls.whose)>
                    {choice(false, "/check-calls", say!(check_calls.all))}
                    {choice(true, "/check-calls?show=mine", say!(check_calls.mine))}
                </nav>
            </header>
            <section class="tablewrap" node_ref=node aria-label=say!(check_calls.list)>
                <Transition fallback=Skeleton>{shown}</Transition>
            </section>
            <Menu menu on_deed=Callback::new(hand::carry_out) on_leave=Callback::new(hand::focus) />
        </div>
    }
}

#[component]
fn Skeleton() -> impl IntoView {
    let line = || view! { <div><i></i><i></i><i></i><i></i></div> };
    view! {
        <div class="coming" role="status" aria-label=say!(check_calls.loading)>
            <div>{std::iter::repeat_with(line).take(8).collect_view()}</div>
        </div>
    }
}
