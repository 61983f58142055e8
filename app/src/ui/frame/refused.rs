//! What is shown instead of a page that the visitor's role doesn't include.

use leptos::{either::Either, prelude::*};
use leptos_meta::Title;

use super::rail::{face, pages_of};
use crate::{pages::Visitor, say, ui::icon::Icon};

/// Says so calmly, and what there is instead.
#[component]
pub fn NotYours() -> impl IntoView {
    let visitor = expect_context::<Visitor>();
    let links = pages_of(&visitor)
        .map(|page| {
            let (name, icon) = face(page);
            view! { <a class="btn" href=page.path rel="external"><Icon name=icon />{name}</a> }
        })
        .collect::<Vec<_>>();
    let rest = if links.is_empty() {
        Either::Left(view! { <p>{say!(common.no_page.nothing)}</p> })
    } else {
        Either::Right(view! { <p>{say!(common.no_page.go)}</p> <div class="acts">{links}</div> })
    };
    view! {
        <Title text=say!(common.no_page.title) />
        <section class="note">
            <h1>{say!(common.no_page.heading)}</h1>
            <p>{say!(common.no_page.text)}</p>
            {rest}
        </section>
    }
}
