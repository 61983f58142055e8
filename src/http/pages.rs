//! The pages' view of a request: who looks, and whom they can ask.

use std::sync::Arc;

use app::{caller::Caller, i18n::Locale, pages::Visitor};
use axum::{
    extract::{Request, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use contract::{Code, LoadId, Refusal, accounts::DemoAccount, actor::Actor};
use leptos::prelude::*;

use super::{Edge, answers::refuse, edge::NotForThem, language};
use crate::{
    auth::Known,
    store::{self, once::Once},
};

/// Puts the caller and the visitor into every request's context: the one place where that is done, for pages and server
/// functions alike.
pub fn context(edge: &Edge) -> impl Fn() + Clone + Send + Sync + 'static {
    let edge = edge.clone();
    let demo: Arc<[DemoAccount]> = edge.demo_accounts.clone();
    move || {
        let parts = use_context::<Parts>();
        let extensions = parts.as_ref().map(|parts| &parts.extensions);
        let known = extensions.and_then(|extensions| extensions.get::<Known>());
        provide_context(parts.as_ref().map_or_else(Locale::default, |parts| language::of(&parts.headers)));
        let refused = extensions.is_some_and(|extensions| extensions.get::<NotForThem>().is_some());
        let me = known.map(|known| known.me.clone());
        provide_context(Caller {
            who: known.map(|known| Arc::new(known.actor.clone())),
            me: me.clone(),
            desk: Arc::new(edge.desk.of_call(extensions.and_then(|extensions| extensions.get::<Once>()).cloned())),
        });
        provide_context(Visitor {
            demo: if me.is_none() { demo.to_vec() } else { Vec::new() },
            me,
            now: edge.desk.clock.now(),
            tile_url: edge.config.tile_url.clone(),
            tile_credit: edge.config.tile_credit.clone(),
            refused,
        });
    }
}

/// Whether a path is the page of a load that isn't there, or isn't for this reader. The page says so in words; its
/// status, which programs read, must be known before the page is rendered.
pub async fn is_missing(edge: &Edge, reader: &Actor, path: &str) -> bool {
    match path.strip_prefix("/loads/").map(str::parse::<LoadId>) {
        Some(Ok(id)) => matches!(store::loads::one(&edge.desk.store, reader, id).await, Ok(None)),
        Some(Err(_)) => true,
        None => false,
    }
}

/// An address that leads nowhere: a refusal for programs, a page for people.
pub fn fallback<IV>(
    edge: &Edge,
    context: impl Fn() + Clone + Send + Sync + 'static,
    document: impl Fn() -> IV + Clone + Send + Sync + 'static,
) -> impl Fn(State<LeptosOptions>, Request) -> std::pin::Pin<Box<dyn Future<Output = Response> + Send>>
+ Clone
+ Send
+ Sync
+ 'static
where
    IV: IntoView + 'static,
{
    let _ = edge;
    let render = leptos_axum::render_app_to_stream_with_context(context, document);
    move |_, request| {
        let render = render.clone();
        Box::pin(async move {
            if request.uri().path().starts_with("/api/") {
                return refuse(Refusal::new(Code::NotFound, "There is no such call."));
            }
            let mut response = render(request).await.into_response();
            *response.status_mut() = StatusCode::NOT_FOUND;
            response
        })
    }
}
