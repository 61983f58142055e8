//! Everything around a page: the skip link, the rail, the top bar, dialogs and notices.

pub mod came;
mod keys;
pub mod language;
pub mod rail;
mod refused;
mod search;
mod stamp;
pub mod theme;
mod top;

use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_location;

use self::{came::CameFrom, rail::Rail, refused::NotYours, stamp::Away, top::Top};
use super::toast::Notices;
use crate::{
    loads::{dialogs::Dialogs, undo},
    notices::bell::{Announced, Told},
    pages::Visitor,
    say,
};

/// Everything around a page. Whoever is not signed in, and the sign-in page itself, gets the page alone.
#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let visitor = expect_context::<Visitor>();
    let refused = visitor.refused;
    // Signing in and out load a new document, so this needs to be looked at only once.
    let bare = use_location().pathname.with_untracked(|path| matches!(path.as_str(), "/login" | "/join"));
    let Some(me) = visitor.me.clone().filter(|_| !bare) else {
        return Either::Left(view! { <main id="main" class="bare">{children()}</main> });
    };
    CameFrom::provide();
    keys::listen();
    undo::tell_when_replaced();
    Effect::new(move |_| {
        #[cfg(feature = "hydrate")]
        super::focus::watch();
    });
    // A refused page is not even made, so that it asks the server for nothing.
    let page = if refused { Either::Left(view! { <NotYours /> }) } else { Either::Right(children()) };
    Either::Right(view! {
        <a class="skip" href="#main" rel="external">{say!(common.skip)}</a>
        <div class="app">
            <Rail />
            <div class="col">
                <Top me />
                <Away />
                <Announced />
                <main id="main" tabindex="-1">{page}</main>
            </div>
        </div>
        <Dialogs />
        <Notices />
        <Told />
    })
}
