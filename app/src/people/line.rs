//! One of the people, with what can be done about them.

use std::future::Future;

use contract::{
    One,
    actor::{ROLES, Role},
    people::{ChangePerson, Invited, Person, Standing, Whom, are_alike},
};
use leptos::{either::Either, prelude::*, task::spawn_local};

use super::{
    api::{change_person, end_sessions, invite_again},
    invite::Way,
};
use crate::{
    fault::Fault,
    live::live,
    pages::Visitor,
    say,
    ui::{
        toast,
        words::{fault_words, role_word},
    },
    when,
};

/// A row of the table.
#[component]
pub fn Line(person: Person, again: Callback<()>) -> impl IntoView {
    let live = live();
    let Person { id, name, email, role, standing, carrier_name, sessions, seen_at, .. } = person;
    let is_me = expect_context::<Visitor>().me.is_some_and(|me| me.id == id);
    let busy = RwSignal::new(false);
    let way = RwSignal::new(None::<String>);
    // Says what was done, or what stands against it, and reads the list again either way.
    let ask = move |call: Ask, done: String| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            match call.await {
                Ok(_) => live.within(|| toast::done(done)),
                Err(fault) => live.within(|| toast::wrong(fault_words(&fault))),
            }
            busy.try_set(false);
            again.run(());
        });
    };
    let change = move |role: Option<Role>, active: Option<bool>| {
        let call: Ask =
            Box::pin(async move { change_person(ChangePerson { id, role, active }).await.map(|One { data }| data) });
        call
    };
    let chosen = {
        let name = name.clone();
        move |event| {
            if let Some(role) = Role::named(&event_target_value(&event)) {
                ask(change(Some(role), None), say!(people.is_now, name = name.clone(), role = role_word(role)));
            }
        }
    };
    let what = if is_me {
        Either::Left(role_word(role))
    } else {
        let options = ROLES.into_iter().filter(|other| are_alike(role, *other)).map(|other| {
            view! { <option value=other.name() selected=other == role>{role_word(other)}</option> }
        });
        let label = say!(people.role_of, name = name.clone());
        Either::Right(
            view! { <select aria-label=label disabled=move || busy.get() on:change=chosen>{options.collect_view()}</select> },
        )
    };
    let turn = (!is_me && standing != Standing::Invited).then(|| {
        let is_in = standing == Standing::Active;
        let words = if is_in { say!(people.disable) } else { say!(people.enable) };
        let done = if is_in { say!(people.disabled, name = name.clone()) } else { say!(people.enabled, name = name.clone()) };
        let label = format!("{words}: {name}");
        view! {
            <button type="button" class="btn" class:danger=is_in aria-label=label disabled=move || busy.get() on:click=move |_| ask(change(None, Some(!is_in)), done.clone())>
                {words}
            </button>
        }
    });
    let end = (sessions > 0 && !is_me).then(|| {
        let done = say!(people.signed_out, name = name.clone());
        let label = format!("{}: {name}", say!(people.sign_out));
        let send = move |_| {
            let call: Ask = Box::pin(async move { end_sessions(Whom { id }).await.map(|One { data }| data) });
            ask(call, done.clone());
        };
        view! { <button type="button" class="btn" aria-label=label disabled=move || busy.get() on:click=send>{say!(people.sign_out)}</button> }
    });
    let link = (!is_me && standing != Standing::Disabled).then(|| {
        let label = format!("{}: {name}", say!(people.new_link));
        let send = move |_| {
            busy.set(true);
            spawn_local(async move {
                match invite_again(Whom { id }).await {
                    Ok(One { data: Invited { path, .. } }) => _ = way.try_set(Some(path)),
                    Err(fault) => live.within(|| toast::wrong(fault_words(&fault))),
                }
                busy.try_set(false);
            });
        };
        view! { <button type="button" class="btn" aria-label=label disabled=move || busy.get() on:click=send>{say!(people.new_link)}</button> }
    });
    let seen = move || match (sessions, seen_at) {
        (0, None) => say!(people.never).to_owned(),
        (_, Some(at)) => when::ago(at, when::now()),
        (_, None) => "–".to_owned(),
    };
    let (word, tone) = match standing {
        Standing::Active => (say!(people.active), ""),
        Standing::Invited => (say!(people.invited), "warnt"),
        Standing::Disabled => (say!(people.shut_out), "bad"),
    };
    view! {
        <tr>
            <td class="c-name"><b>{name}</b>{is_me.then(|| view! { <small class="sub">{say!(people.you)}</small> })}</td>
            <td class="c-email">{email}</td>
            <td class="c-role">{what}</td>
            <td class="c-for">{carrier_name.unwrap_or_else(|| say!(people.company).to_owned())}</td>
            <td class=format!("c-standing {tone}")>{word}</td>
            <td class="c-seen">{seen}</td>
            <td class="c-acts">
                {link}
                {end}
                {turn}
                {move || way.get().map(|path| view! { <Way path /> })}
            </td>
        </tr>
    }
}

/// A call that answers with the person as they are then.
type Ask = std::pin::Pin<Box<dyn Future<Output = Result<Person, Fault>>>>;
