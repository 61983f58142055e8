//! Every route on one page, and the edge of every call.

mod accounts;
mod answers;
mod caller;
pub mod cookies;
mod edge;
pub mod files;
mod health;
mod language;
pub mod links;
pub mod listen;
mod once;
pub mod openapi;
mod pages;
mod paths;
mod site;

use std::{net::IpAddr, sync::Arc};

use app::shell::shell;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use contract::accounts::DemoAccount;
use leptos::prelude::*;
use leptos_axum::{LeptosRoutes, generate_route_list};
use metrics_exporter_prometheus::PrometheusHandle;

use crate::{auth::Auth, config::Config, desk::Desk};

pub use answers::refuse;
pub use caller::Caller;
pub use site::Site;

/// A call's body is at most so long, in bytes: 500 positions take about 75 KB.
const MAX_BODY: usize = 512 * 1024;

/// What the routes can reach.
#[derive(Clone)]
pub struct Edge {
    /// Who is calling.
    pub auth: Auth,
    /// What can be asked.
    pub desk: Desk,
    /// The settings.
    pub config: Arc<Config>,
    /// The origins whose pages may write.
    pub origins: Arc<[String]>,
    /// The site's files.
    pub site: Site,
    /// The accounts that the sign-in page offers, in a demo.
    pub demo_accounts: Arc<[DemoAccount]>,
    /// The figures.
    pub metrics: PrometheusHandle,
    /// Who comes by drivers' links.
    pub gate: links::Gate,
}

/// Every route. `around` puts the sockets in, inside of what guards them.
pub fn router(edge: Edge, around: impl FnOnce(Router) -> Router) -> Router {
    let options = LeptosOptions::builder().output_name("headhaul").build();
    let assets = edge.site.assets();
    let context = pages::context(&edge);
    let document = {
        let options = options.clone();
        move || shell(options.clone(), &assets)
    };
    let fallback = pages::fallback(&edge, context.clone(), document.clone());

    let router = Router::<LeptosOptions>::new()
        .leptos_routes_with_context(&options, generate_route_list(app::App), context, document)
        .fallback(fallback)
        .with_state(options);
    let router = Router::new()
        .route("/api/v1/auth/login", post(accounts::login))
        .route("/api/v1/auth/join", post(accounts::join))
        .route("/api/v1/auth/refresh", post(accounts::refresh))
        .route("/api/v1/auth/logout", post(accounts::logout))
        .route("/api/v1/auth/me", get(accounts::me))
        .route("/api/v1/osmand", get(links::osmand))
        .route("/api/v1/osmand", post(links::osmand))
        .route("/api/v1/openapi.json", get(openapi::document))
        .route("/language", get(language::choose))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(health::metrics))
        .with_state(edge.clone())
        .merge(links::routes(edge.clone()))
        .merge(router);

    let config = edge.config.clone();
    let proxies: Arc<[IpAddr]> = config.trusted_proxies.clone().into();
    around(router)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(tower_http::limit::RequestBodyLimitLayer::new(MAX_BODY))
        .layer(middleware::from_fn(edge::whole_body))
        .layer(middleware::from_fn(edge::plain_refusals))
        .layer(middleware::from_fn_with_state(edge.clone(), once::do_once))
        // Not within the limits of other calls: it has its own.
        .merge(files::routes(edge.clone()))
        .layer(middleware::from_fn_with_state(edge.clone(), edge::unhurried))
        .layer(middleware::from_fn_with_state(edge.clone(), edge::who))
        .layer(middleware::from_fn_with_state(edge.clone(), edge::own_pages_only))
        .layer(middleware::from_fn_with_state(proxies, caller::settle))
        .layer(middleware::from_fn_with_state(edge, files))
        .layer(middleware::from_fn(paths::plain))
        .layer(tower_http::compression::CompressionLayer::new().quality(tower_http::CompressionLevel::Fastest))
        .layer(middleware::from_fn_with_state(config, edge::safe_headers))
        .layer(tower_http::catch_panic::CatchPanicLayer::new())
}

/// The site's files come before everything that costs something.
async fn files(State(edge): State<Edge>, request: Request, next: middleware::Next) -> Response {
    match edge.site.answer(&request) {
        Some(response) => response.into_response(),
        None => next.run(request).await,
    }
}
