//! The people page: who may sign in for the company and for its carriers.

use contract::{
    One,
    people::{Person, Standing},
};
use leptos::{either::Either, prelude::*};
use leptos_meta::Title;

use super::{api::list_people, invite::InviteSomebody, line::Line};
use crate::{
    json::{brought, resource},
    live::{again::when_back, live},
    say,
    ui::{icon::Icon, words::unread_words},
};

/// A dense table of people.
#[component]
pub fn PeoplePage() -> impl IntoView {
    let live = live();
    let again = RwSignal::new(0_u32);
    let read_again = Callback::new(move |()| _ = again.try_update(|times| *times += 1));
    let list = resource(move || (again.get(), live.afresh.get()), |_| list_people());
    when_back(read_again);
    // The last good list: a call that fails must not take away what was there.
    let kept = StoredValue::new(None::<Vec<Person>>);
    let shown = move || {
        brought(list).map(|answer| match answer {
            Ok(One { data }) => {
                kept.set_value(Some(data.clone()));
                Either::Left(table(data, read_again))
            }
            Err(fault) => match kept.get_value().filter(|_| fault.says_nothing()) {
                Some(people) => Either::Left(table(people, read_again)),
                None => Either::Right(view! {
                    <div class="nothing" role="alert">
                        <p>{unread_words(&fault)}</p>
                        <button type="button" class="btn" on:click=move |_| read_again.run(())>
                            <Icon name="refresh-cw" />
                            {say!(common.detail.again)}
                        </button>
                    </div>
                }),
            },
        })
    };
    let invites = RwSignal::new(false);
    view! {
        <Title text=say!(people.title) />
        <div class="loads people">
            <header class="bar">
                <h1>{say!(people.title)}</h1>
                <span class="grow"></span>
                <button
                    type="button"
                    class="btn pri"
                    aria-expanded=move || invites.get().to_string()
                    on:click=move |_| invites.update(|invites| *invites = !*invites)
                >
                    <Icon name="plus" size=14 />
                    {say!(people.invite)}
                </button>
            </header>
            {move || invites.get().then(|| view! { <InviteSomebody done=read_again leave=Callback::new(move |()| invites.set(false)) /> })}
            <section class="tablewrap" aria-label=say!(people.title)>
                <Transition fallback=Skeleton>{shown}</Transition>
            </section>
        </div>
    }
}

fn table(people: Vec<Person>, again: Callback<()>) -> impl IntoView {
    let active = people.iter().filter(|person| person.standing == Standing::Active).count();
    let total = say!(people.total, count = people.len(), active = active);
    let rows = people.into_iter().map(|person| view! { <Line person again /> }).collect_view();
    view! {
        <div class="scroll">
        <table class="list">
            <caption class="sr-only">{say!(people.title)}</caption>
            <thead>
                <tr>
                    <th scope="col">{say!(people.name)}</th>
                    <th scope="col">{say!(people.email)}</th>
                    <th scope="col">{say!(people.role)}</th>
                    <th scope="col">{say!(people.works_for)}</th>
                    <th scope="col">{say!(people.standing)}</th>
                    <th scope="col">{say!(people.seen)}</th>
                    <th scope="col"><span class="sr-only">{say!(people.actions)}</span></th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        </div>
        <footer class="totals"><span>{total}</span></footer>
    }
}

#[component]
fn Skeleton() -> impl IntoView {
    let line = || view! { <div><i></i><i></i><i></i><i></i></div> };
    view! {
        <div class="coming" role="status" aria-label=say!(people.coming)>
            <div>{std::iter::repeat_with(line).take(8).collect_view()}</div>
        </div>
    }
}
