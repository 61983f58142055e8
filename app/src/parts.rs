//! The parts of the compiled page that are loaded only where they are needed: one for each page behind the sign-in, one
//! for the dialogs, and one for notices.
//!
//! A page's own part is on its way with the page's HTML, so that waking needn't wait for it; the others follow when the
//! page has long been awake. A part belongs to one release: a tab that was left open over a deployment can't have it any
//! more, and loads the whole page anew.

#![expect(clippy::unnecessary_wraps, reason = "a part may fail to come, though nothing inside of it fails")]

use leptos::prelude::*;
use leptos_router::LazyRoute;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::{
    board::page::BoardPage,
    carriers::{detail::CarrierPage, page::CarriersPage},
    check_calls::page::CheckCallsPage,
    fault::Fault,
    kpis::page::KpisPage,
    loads::{
        detail::LoadPage,
        dialogs::{self, Asked, Dialog},
        page::LoadsPage,
    },
    messages::page::MessagesPage,
    notices::{self, Shown, bell::IsOpen},
    people::page::PeoplePage,
    tracking::page::TrackingPage,
    ui::{toast, words::fault_words},
};
#[cfg(feature = "hydrate")]
use crate::{
    live::{again::when_back, live},
    say,
    ui::icon::Icon,
};

macro_rules! parts {
    ($($(#[$doc:meta])* $part:ident $name:ident $page:ident $fetch:ident)+) => {
        /// A page whose code is a part of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Part { $($(#[$doc])* $part,)+ }

        impl Part {
            /// What the build calls it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$part => stringify!($name),)+ }
            }

            /// Brings its code into the page, unless that is there.
            #[cfg(feature = "hydrate")]
            pub async fn fetch(self) -> Result<(), SplitLoaderError> {
                match self { $(Self::$part => $fetch().await,)+ }
            }
        }

        $(
            #[wasm_split($name, fallible, preload($fetch))]
            fn $name() -> Result<AnyView, SplitLoaderError> {
                Ok($page().into_any())
            }

            $(#[$doc])*
            pub struct $part;

            impl LazyRoute for $part {
                fn data() -> Self {
                    Self
                }

                async fn view(_: Self) -> AnyView {
                    match $name().await {
                        Ok(view) => view,
                        Err(_) => leave().await,
                    }
                }
            }
        )+
    };
}

parts! {
    /// The list of loads.
    Loads loads LoadsPage fetch_loads
    /// One load.
    Load load LoadPage fetch_load
    /// The board.
    Board board BoardPage fetch_board
    /// The map.
    Tracking tracking TrackingPage fetch_tracking
    /// The list of carriers.
    Carriers carriers CarriersPage fetch_carriers
    /// One carrier.
    Carrier carrier CarrierPage fetch_carrier
    /// How the desk does.
    Figures figures KpisPage fetch_figures
    /// The messages.
    Messages messages MessagesPage fetch_messages
    /// Who may sign in.
    People people PeoplePage fetch_people
    /// The check calls.
    CheckCalls check_calls CheckCallsPage fetch_check_calls
}

impl Part {
    /// The part that a path needs, if it needs one.
    pub fn of(path: &str) -> Option<Self> {
        match path.trim_end_matches('/') {
            "" | "/loads" => Some(Self::Loads),
            "/dispatch" => Some(Self::Board),
            "/tracking" => Some(Self::Tracking),
            "/carriers" => Some(Self::Carriers),
            "/figures" => Some(Self::Figures),
            "/messages" => Some(Self::Messages),
            "/people" => Some(Self::People),
            "/check-calls" => Some(Self::CheckCalls),
            path => {
                let below = |start: &str| path.strip_prefix(start).is_some_and(|id| !id.contains('/'));
                if below("/loads/") { Some(Self::Load) } else { below("/carriers/").then_some(Self::Carrier) }
            }
        }
    }
}

#[wasm_split(dialogs, fallible, preload(fetch_dialogs))]
fn ask(dialog: Dialog) -> Result<Option<AnyView>, SplitLoaderError> {
    Ok(dialogs::open(dialog))
}

/// A dialog; nothing when it has become pointless, or can't be loaded.
pub async fn dialog(dialog: Dialog) -> Option<AnyView> {
    ask(dialog).await.unwrap_or_else(|fault| {
        toast::wrong(fault_words(&Fault::Unreachable { unreachable: fault.to_string() }));
        expect_context::<Asked>().0.set(None);
        None
    })
}

#[wasm_split(notices, fallible, preload(fetch_notices))]
fn show_notices(shown: Shown) -> Result<AnyView, SplitLoaderError> {
    Ok(notices::show(shown))
}

/// The list of notices, or what is shown of them by itself; nothing when it can't be loaded.
pub async fn notices(shown: Shown) -> Option<AnyView> {
    let view = show_notices(shown).await.map_err(|fault| {
        // What would have been shown by itself is in the list.
        if shown == Shown::Drawer {
            toast::wrong(fault_words(&Fault::Unreachable { unreachable: fault.to_string() }));
            expect_context::<IsOpen>().0.set(false);
        }
    });
    view.ok()
}

/// Leaves for the page that was to be shown, as a document of its own. What is shown stays until that has come. While the
/// server is away there is no document to be had either: then that is said, and it is left for as soon as it is back.
async fn leave() -> AnyView {
    #[cfg(feature = "hydrate")]
    {
        let place = leptos_router::hooks::use_location();
        let (path, query) = (place.pathname.get_untracked(), place.search.get_untracked());
        let query = query.trim_start_matches('?');
        let href = if query.is_empty() { path } else { format!("{path}?{query}") };
        if !window().navigator().on_line() || !live().link.get_untracked().is_heard() {
            return view! { <Away href /> }.into_any();
        }
        _ = window().location().assign(&href);
    }
    std::future::pending().await
}

/// A page whose part can't be had now.
#[cfg(feature = "hydrate")]
#[component]
fn Away(href: String) -> impl IntoView {
    let go = Callback::new(move |()| _ = window().location().assign(&href));
    when_back(go);
    view! {
        <section class="note" role="alert">
            <h1>{say!(common.fault.page)}</h1>
            <p>{say!(common.fault.unread)}</p>
            <div class="acts">
                <button type="button" class="btn" on:click=move |_| go.run(())>
                    <Icon name="refresh-cw" />
                    {say!(common.detail.again)}
                </button>
            </div>
        </section>
    }
}

#[cfg(feature = "hydrate")]
pub use waking::{fetch_rest, ready};

#[cfg(feature = "hydrate")]
mod waking {
    //! Before a page wakes, and when it has.

    use std::time::Duration;

    use leptos::{prelude::*, task::spawn_local};

    use super::{Part, fetch_dialogs, fetch_notices};
    use crate::pages::{Page, Visitor};

    /// How long after waking a page fetches what it doesn't need yet: its first seconds belong to what is shown.
    const LATER: Duration = Duration::from_secs(5);

    /// How long a page that can't wake is left alone after it was loaded anew for that, in milliseconds.
    const PATIENCE_MS: u64 = 60_000;

    /// Where the browser notes when that was.
    const NOTE: &str = "headhaul-anew";

    /// Brings what the page needs to wake; whether it came. If not, the page is loaded anew, once.
    pub async fn ready() -> bool {
        let path = window().location().pathname().unwrap_or_default();
        let Some(part) = Part::of(&path) else { return true };
        if part.fetch().await.is_ok() {
            return true;
        }
        let now = js_sys::Date::now() as u64;
        if let Ok(Some(notes)) = window().session_storage() {
            let before = notes.get_item(NOTE).ok().flatten().and_then(|at| at.parse::<u64>().ok());
            if before.is_none_or(|before| now.saturating_sub(before) > PATIENCE_MS)
                && notes.set_item(NOTE, &now.to_string()).is_ok()
            {
                _ = window().location().reload();
            }
        }
        false
    }

    /// Fetches, after a while, what the visitor may want next, so that it is there even if the line isn't.
    pub fn fetch_rest(visitor: Visitor) {
        let parts = [
            ("/loads", Part::Loads),
            ("/loads/", Part::Load),
            ("/dispatch", Part::Board),
            ("/tracking", Part::Tracking),
            ("/carriers", Part::Carriers),
            ("/carriers/", Part::Carrier),
            ("/figures", Part::Figures),
            ("/messages", Part::Messages),
            ("/people", Part::People),
            ("/check-calls", Part::CheckCalls),
        ];
        let fetch = move || {
            spawn_local(async move {
                // One that doesn't come now is asked for again when it is needed.
                for (path, part) in parts {
                    if Page::of(path).is_some_and(|page| visitor.can(page.needs)) {
                        _ = part.fetch().await;
                    }
                }
                _ = fetch_dialogs().await;
                _ = fetch_notices().await;
            });
        };
        set_timeout(fetch, LATER);
    }
}

#[cfg(test)]
mod tests {
    use super::Part;

    #[test]
    fn every_page_behind_the_sign_in_is_a_part() {
        for page in crate::pages::PAGES {
            assert!(Part::of(page.path).is_some(), "{}", page.path);
        }
        assert_eq!(Part::of("/loads/x"), Some(Part::Load));
        assert_eq!(Part::of("/carriers/new"), Some(Part::Carrier));
        for elsewhere in ["/login", "/loads/x/y", "/loadsmore"] {
            assert_eq!(Part::of(elsewhere), None, "{elsewhere}");
        }
    }
}
