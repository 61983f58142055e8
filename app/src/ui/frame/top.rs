//! The top bar: the company, the search, the live stamp and the visitor's own menu.

use contract::{accounts::Me, actor::Permission};
use leptos::prelude::*;

use super::{language::LanguageChoice, search::Search, stamp::Stamp, theme::ThemeChoice};
use crate::{
    notices::bell::Bell,
    pages::Visitor,
    say,
    ui::{acts::Act, avatar::Avatar, icon::Icon, words::role_word},
};

/// The top bar.
#[component]
pub fn Top(
    /// Who is signed in.
    me: Me,
) -> impl IntoView {
    let finds = expect_context::<Visitor>().can(Permission::LoadView);
    view! {
        <header class="top">
            <strong class="company">{me.tenant_name.clone()}</strong>
            {finds.then(|| view! { <Search /> })}
            <span class="grow"></span>
            <Stamp />
            <Bell />
            <SelfMenu me />
        </header>
    }
}

/// The visitor's own menu. The browser opens and closes it by itself, so it works before the page has woken.
#[component]
fn SelfMenu(me: Me) -> impl IntoView {
    let Me { name, tenant_name, roles, .. } = me;
    let role = roles.first().map(|role| role_word(*role));
    let label = format!("{}: {name}", say!(common.me.menu));
    // Before the page has woken nobody knows which keyboard it has.
    let keys = RwSignal::new(String::new());
    Effect::new(move |_| keys.set(Act::Palette.keys().join(" ")));
    view! {
        <button type="button" class="self" popovertarget="self" aria-label=label>
            <Avatar name=name.clone() named=true />
        </button>
        <div id="self" class="menu" popover="auto">
            <p>
                <b>{name}</b>
                <span>{role}</span>
                <span>{tenant_name}</span>
            </p>
            <button type="button" class="btn" popovertarget="self" popovertargetaction="hide" on:click=|_| _ = Act::Palette.run()>
                <Icon name="search" />
                <span class="grow">{Act::Palette.words()}</span>
                <kbd aria-hidden="true">{keys}</kbd>
            </button>
            <ThemeChoice />
            <LanguageChoice />
            <form method="post" action="/api/v1/auth/logout">
                <button type="submit" class="btn"><Icon name="log-out" />{say!(common.me.sign_out)}</button>
            </form>
        </div>
    }
}
