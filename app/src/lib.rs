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
pub mod fault;
pub mod i18n;
pub mod live;
pub mod loads;
pub mod pages;
pub mod shell;
pub mod tracking;
pub mod ui;
pub mod when;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
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

    view! {
        <Title formatter=|title: String| if title.is_empty() { "Headhaul".to_owned() } else { format!("{title} · Headhaul") } />
        <Router>
            <Frame>
                <Routes fallback=ui::missing::Missing>
                    <Route path=path!("/login") view=accounts::sign_in::SignInPage ssr=SsrMode::Async />
                    <Route path=path!("/") view=loads::page::LoadsPage ssr=SsrMode::InOrder />
                    <Route path=path!("/loads") view=loads::page::LoadsPage ssr=SsrMode::InOrder />
                    <Route path=path!("/loads/:id") view=loads::detail::LoadPage ssr=SsrMode::Async />
                    <Route path=path!("/dispatch") view=board::page::BoardPage ssr=SsrMode::InOrder />
                    <Route path=path!("/tracking") view=tracking::page::TrackingPage ssr=SsrMode::Async />
                </Routes>
            </Frame>
        </Router>
    }
}

/// Wakes the page that the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    hydrate_body(App);
}
