//! The sign-in page: plain forms, so that it works before the page has woken and without it.

use contract::accounts::{DEMO_PASSWORD, DemoAccount};
use contract::actor::Role;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::{
    pages::Visitor,
    say,
    ui::{frame::language::LanguageChoice, icon::Icon, words::role_word},
};

/// Where the forms go.
const ACTION: &str = "/api/v1/auth/login";

/// Where visitors come in.
#[component]
pub fn SignInPage() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let fault = query.get("error").map(|code| fault_words(&code));
    let email = query.get("email").unwrap_or_default();
    let next = query.get("next").filter(|next| is_ours(next)).unwrap_or_else(|| "/".to_owned());
    let demo = expect_context::<Visitor>().demo;
    let failed = fault.is_some();
    view! {
        <Title text=say!(accounts.title) />
        <section class="sign-in">
            <h1><Icon name="waypoints" size=26 />"Headhaul"</h1>
            <p class="sub">{say!(accounts.intro)}</p>
            {fault.map(|words| view! { <p class="fault" role="alert" id="sign-in-fault"><Icon name="triangle-alert" />{words}</p> })}
            <form class="form" method="post" action=ACTION>
                <label class="field">
                    <span>{say!(accounts.email)}</span>
                    <input
                        type="email"
                        name="email"
                        value=email.clone()
                        required
                        autocomplete="username"
                        autofocus=!failed
                        aria-describedby=failed.then_some("sign-in-fault")
                    />
                </label>
                <label class="field">
                    <span>{say!(accounts.password)}</span>
                    <input
                        type="password"
                        name="password"
                        required
                        autocomplete="current-password"
                        autofocus=failed
                        aria-describedby=failed.then_some("sign-in-fault")
                    />
                </label>
                <input type="hidden" name="next" value=next.clone() />
                <button type="submit" class="btn pri">{say!(accounts.submit)}</button>
            </form>
            {(!demo.is_empty()).then(|| view! { <Demo accounts=demo next /> })}
            <LanguageChoice />
        </section>
    }
}

/// The accounts of a demo, by company; one click signs in.
#[component]
fn Demo(accounts: Vec<DemoAccount>, next: String) -> impl IntoView {
    let mut companies: Vec<(String, Vec<DemoAccount>)> = Vec::new();
    for account in accounts {
        match companies.iter_mut().find(|(name, _)| *name == account.tenant) {
            Some((_, known)) => known.push(account),
            None => companies.push((account.tenant.clone(), vec![account])),
        }
    }
    let companies = companies
        .into_iter()
        .map(|(company, mut accounts)| {
            accounts.sort_by_key(|account| rank(account.role));
            let (desk, road): (Vec<_>, Vec<_>) = accounts.into_iter().partition(|account| account.role.is_staff());
            let buttons = |accounts: Vec<DemoAccount>| {
                let button = |account| view! { <DemoButton account next=next.clone() /> };
                accounts.into_iter().map(button).collect_view()
            };
            let more = (!road.is_empty())
                .then(|| view! { <details><summary>{say!(accounts.demo_more)}</summary>{buttons(road)}</details> });
            view! {
                <section>
                    <h3>{company}</h3>
                    {buttons(desk)}
                    {more}
                </section>
            }
        })
        .collect_view();
    view! {
        <div class="demo">
            <h2>{say!(accounts.demo)}</h2>
            <div class="companies">{companies}</div>
        </div>
    }
}

/// One account of a demo.
#[component]
fn DemoButton(account: DemoAccount, next: String) -> impl IntoView {
    let DemoAccount { email, name, role, .. } = account;
    let title = email.clone();
    view! {
        <form method="post" action=ACTION>
            <input type="hidden" name="email" value=email />
            <input type="hidden" name="password" value=DEMO_PASSWORD />
            <input type="hidden" name="next" value=next />
            <button type="submit" class="btn" title=title>
                <b>{name}</b>
                <span>{role_word(role)}</span>
            </button>
        </form>
    }
}

/// The order in which accounts are offered: those first that show most of the desk.
const fn rank(role: Role) -> u8 {
    match role {
        Role::Dispatch => 0,
        Role::OperationsManager => 1,
        Role::Admin => 2,
        Role::ReadOnly => 3,
        Role::CarrierOwner | Role::CarrierAdmin | Role::CarrierDispatcher => 5,
        Role::Driver => 6,
        _ => 4,
    }
}

/// Whether an address stays on this site. A second slash or a backslash would lead to another one.
fn is_ours(next: &str) -> bool {
    next.strip_prefix('/').is_some_and(|rest| !rest.starts_with(['/', '\\']) && !rest.contains(char::is_control))
}

fn fault_words(code: &str) -> &'static str {
    match code {
        "unauthorized" | "invalid" => say!(accounts.wrong),
        "token_expired" | "revoked" => say!(accounts.ended),
        "locked" => say!(accounts.locked),
        "rate_limited" => say!(accounts.rate_limited),
        _ => say!(accounts.failed),
    }
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn only_addresses_of_this_site_are_followed() {
        assert!(is_ours("/dispatch?view=mine"));

        for elsewhere in
            ["//evil.example", "/\\evil.example", "https://evil.example", "", "dispatch", "/\t/evil.example"]
        {
            assert!(!is_ours(elsewhere), "{elsewhere} must not be followed");
        }
    }
}
