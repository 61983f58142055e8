//! Everything of one load.

mod actions;
mod documents;
mod facts;
mod follow;
mod head;
#[cfg(feature = "hydrate")]
mod keys;
mod stops;
mod tender;
mod timeline;
mod visit;

use contract::{Code, LoadId, One, Refusal, actor::Permission, loads::LoadDetail};
use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use self::{
    documents::Documents, facts::Facts, follow::follow, head::Head, stops::Stops, tender::Offered, timeline::Timeline,
};
use super::api::one_load;
use crate::{
    check_calls::of_load::Calls,
    fault::Fault,
    json::{is_asked, resource},
    links::section::DriverLinks,
    live::{again::when_back, live},
    messages::conversation::Thread,
    pages::Visitor,
    say,
    ui::{frame::came::CameFrom, icon::Icon, words::unread_words},
};

/// The page of one load.
#[component]
pub fn LoadPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<LoadId>().ok())));
    let again = RwSignal::new(0_u32);
    let came = expect_context::<CameFrom>();
    let detail = resource(move || (id.get(), again.get()), |(id, _)| read(id));
    view! {
        <div class="load">
            <a class="crumb" href=move || came.address()><Icon name="chevron-left" />{move || came.words()}</a>
            <Suspense fallback=Skeleton>
                {move || is_asked().then(|| Suspend::new(async move {
                    match detail.await {
                        Ok(detail) => Either::Left(view! { <Loaded detail /> }),
                        Err(fault) => Either::Right(view! { <Failed fault again /> }),
                    }
                }))}
            </Suspense>
        </div>
    }
}

async fn read(id: Option<LoadId>) -> Result<LoadDetail, Fault> {
    // What is no id can't be the id of anything.
    let id = id.ok_or_else(Refusal::not_found)?;
    one_load(id).await.map(|One { data }| data)
}

/// The load, kept as it is now.
#[component]
fn Loaded(detail: LoadDetail) -> impl IntoView {
    let live = live();
    let id = detail.load.id;
    live.book.merge([detail.load.clone()]);
    let entry = live.book.entry(id).expect("it was just put into the book");
    let entry = RwSignal::from(entry);
    let number = detail.load.load_number.clone();
    let detail = RwSignal::new(detail);
    let gone = follow(id, entry, detail);
    let visitor = expect_context::<Visitor>();
    let writes = visitor.can(Permission::MessageView);
    let calls = visitor.can(Permission::CheckCallView) || visitor.can(Permission::CheckCallLog);
    Effect::new(move |_| {
        #[cfg(feature = "hydrate")]
        keys::listen(id);
        #[cfg(not(feature = "hydrate"))]
        let _ = id;
    });
    view! {
        <Title text=number />
        {move || {
            if gone.get() {
                return Either::Right(view! { <Gone /> });
            }
            Either::Left(
                view! {
                    <Head entry detail />
                    <div class="load-cols">
                        <div>
                            <Stops entry detail />
                            <Offered entry detail />
                            <DriverLinks entry />
                            {calls.then(|| view! { <Calls entry /> })}
                            <Documents entry detail />
                            <Facts entry detail />
                        </div>
                        <div>
                            {writes.then(|| view! { <Messages id /> })}
                            <Timeline entry detail />
                        </div>
                    </div>
                },
            )
        }}
    }
}

/// What is written about it.
#[component]
fn Messages(id: LoadId) -> impl IntoView {
    view! {
        <section class="box load-messages" id="messages">
            <h2>{say!(messages.heading)}</h2>
            <Thread load=id />
        </section>
    }
}

/// What is coming.
#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="box skeleton" role="status" aria-label=say!(common.detail.loading)>
            <i></i>
            <i></i>
            <i></i>
            <i></i>
            <i></i>
            <i></i>
        </div>
    }
}

/// The load isn't there, or no longer the reader's.
#[component]
fn Gone() -> impl IntoView {
    view! {
        <section class="note">
            <h1>{say!(common.detail.missing_title)}</h1>
            <p>{say!(common.detail.missing_text)}</p>
        </section>
    }
}

/// What went wrong, with another try when one may help.
#[component]
fn Failed(fault: Fault, again: RwSignal<u32>) -> impl IntoView {
    if fault.code() == Some(Code::NotFound) {
        return Either::Left(view! { <Gone /> });
    }
    when_back(Callback::new(move |()| again.update(|again| *again += 1)));
    Either::Right(view! {
        <section class="note" role="alert">
            <h1>{say!(common.detail.failed_title)}</h1>
            <p>{unread_words(&fault)}</p>
            <div class="acts">
                <button type="button" class="btn" on:click=move |_| again.update(|again| *again += 1)>
                    <Icon name="refresh-cw" />
                    {say!(common.detail.again)}
                </button>
            </div>
        </section>
    })
}
