//! The pages: what a browser shows, how it stays live, and the server functions it calls.
//!
//! Each feature has a room of its own with its pages, its server functions (`api`) and its port: the trait that the
//! server implements for it. This crate never knows how the server does it.
//!
//! Architecture invariant: no server crate (sqlx, tokio, axum, redis, …) is in this crate's tree for the browser.

#![recursion_limit = "512"]

pub mod accounts;
pub mod board;
#[cfg(feature = "ssr")]
pub mod caller;
pub mod carriers;
pub mod check_calls;
pub mod fault;
pub mod i18n;
pub mod json;
pub mod kpis;
pub mod links;
pub mod live;
pub mod loads;
pub mod messages;
pub mod notices;
pub mod once;
pub mod pages;
pub mod parts;
pub mod people;
pub mod shell;
pub mod tracking;
pub mod ui;
pub mod views;
pub mod when;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    Lazy, SsrMode,
    components::{Route, Router, Routes},
    path,
};

use crate::{pages::visitor, ui::frame::Frame};

/// The whole application.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let visitor = visitor();
    provide_context(visitor.clone());
    when::provide_now(visitor.now);
    live::provide(visitor.me.is_some());
    ui::toast::provide();
    loads::dialogs::provide();
    loads::undo::provide();
    notices::bell::provide();
    messages::outbox::provide();
    #[cfg(feature = "hydrate")]
    if visitor.me.is_some() {
        parts::fetch_rest(visitor);
    }

    view! {
        <Title formatter=|title: String| if title.is_empty() { "Headhaul".to_owned() } else { format!("{title} · Headhaul") } />
        <Router>
            <Frame>
                <Routes fallback=ui::missing::Missing>
                    <Route path=path!("/login") view=accounts::sign_in::SignInPage ssr=SsrMode::Async />
                    <Route path=path!("/") view={Lazy::<parts::Loads>::new()} ssr=SsrMode::InOrder />
                    <Route path=path!("/loads") view={Lazy::<parts::Loads>::new()} ssr=SsrMode::InOrder />
                    <Route path=path!("/loads/:id") view={Lazy::<parts::Load>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/dispatch") view={Lazy::<parts::Board>::new()} ssr=SsrMode::InOrder />
                    <Route path=path!("/carriers") view={Lazy::<parts::Carriers>::new()} ssr=SsrMode::InOrder />
                    <Route path=path!("/carriers/:id") view={Lazy::<parts::Carrier>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/figures") view={Lazy::<parts::Figures>::new()} ssr=SsrMode::InOrder />
                    <Route path=path!("/messages") view={Lazy::<parts::Messages>::new()} ssr=SsrMode::Async />
                    <Route path=path!("/people") view={Lazy::<parts::People>::new()} ssr=SsrMode::InOrder />
                    <Route path=path!("/join") view=accounts::join::JoinPage ssr=SsrMode::Async />
                    <Route path=path!("/check-calls") view={Lazy::<parts::CheckCalls>::new()} ssr=SsrMode::InOrder />
                    <Route path=path!("/tracking") view={Lazy::<parts::Tracking>::new()} ssr=SsrMode::Async />
                </Routes>
            </Frame>
        </Router>
    }
}

/// Wakes the page that the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    if parts::ready().await {
        hydrate_body(App);
    }
}
