//! Where somebody who was invited chooses a password: a plain form, so that it works before the page has woken.

use contract::people::MIN_PASSWORD;
use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::use_query_map;

use crate::{
    say,
    ui::{frame::language::LanguageChoice, icon::Icon},
};

/// Where invitations lead.
#[component]
pub fn JoinPage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let token = query.get("token").unwrap_or_default();
    let fault = query.get("error").map(|code| fault_words(&code));
    let failed = fault.is_some();
    view! {
        <Title text=say!(accounts.join.title) />
        // The address holds the invitation's secret. This site itself must know where the form comes from.
        <Meta name="referrer" content="same-origin" />
        <section class="sign-in">
            <h1><Icon name="waypoints" size=26 />"Headhaul"</h1>
            <p class="sub">{say!(accounts.join.intro)}</p>
            {fault.map(|words| view! { <p class="fault" role="alert" id="join-fault"><Icon name="triangle-alert" />{words}</p> })}
            <form class="form" method="post" action="/api/v1/auth/join">
                <input type="hidden" name="token" value=token />
                <label class="field">
                    <span>{say!(accounts.join.password)}</span>
                    <input
                        type="password"
                        name="password"
                        required
                        minlength=MIN_PASSWORD
                        autocomplete="new-password"
                        autofocus=true
                        aria-describedby=if failed { "join-fault join-hint" } else { "join-hint" }
                    />
                </label>
                <small class="sub" id="join-hint">{say!(accounts.join.hint, least = MIN_PASSWORD)}</small>
                <button type="submit" class="btn pri">{say!(accounts.join.submit)}</button>
            </form>
            <LanguageChoice />
        </section>
    }
}

fn fault_words(code: &str) -> String {
    match code {
        "not_found" => say!(accounts.join.gone).to_owned(),
        "invalid" => say!(accounts.join.hint, least = MIN_PASSWORD),
        "rate_limited" => say!(accounts.rate_limited).to_owned(),
        _ => say!(accounts.failed).to_owned(),
    }
}
