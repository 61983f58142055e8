//! The messages page: the threads, and the one that is read. Which one is in its address.

use contract::LoadId;
use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{conversation::Thread, threads::Threads};
use crate::{
    live::live,
    say,
    ui::{address::address, icon::Icon},
};

/// How often to ask for changes while there is no socket, in seconds.
const POLL_S: u32 = 5;

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The load whose thread is read.
    pub load: Option<LoadId>,
    /// Words to look for.
    pub q: String,
    /// Which page of the list, from 1.
    pub page: u32,
}

impl Asked {
    /// The address that asks for this.
    pub fn href(&self) -> String {
        let load = self.load.map(|load| ("load", load.to_string()));
        let q = (!self.q.is_empty()).then(|| ("q", self.q.clone()));
        let page = (self.page > 1).then(|| ("page", self.page.to_string()));
        address("/messages", load.into_iter().chain(q).chain(page))
    }
}

/// Threads at the left, the one that is read at the right; on a phone one below the other.
#[component]
pub fn MessagesPage() -> impl IntoView {
    live().poll_s.set(POLL_S);
    let url = use_query_map();
    let asked = Memo::new(move |_| {
        let param = |key: &str| url.try_with(|url| url.get(key)).flatten().unwrap_or_default();
        let page = param("page").parse().unwrap_or(1).max(1);
        Asked { load: param("load").parse().ok(), q: param("q"), page }
    });
    let load = Memo::new(move |_| asked.with(|asked| asked.load));
    let reading = move || match load.get() {
        Some(load) => Either::Left(view! {
            <header class="thread-head">
                <a class="link" href=format!("/loads/{load}")>
                    {say!(messages.open_load)}
                    <Icon name="chevron-right" size=14 />
                </a>
            </header>
            <Thread load />
        }),
        None => Either::Right(view! { <p class="sub choose">{say!(messages.choose)}</p> }),
    };
    view! {
        <Title text=say!(messages.title) />
        <div class="messages">
            <header class="bar">
                <h1>{say!(messages.title)}</h1>
                <span class="grow"></span>
                <form class="find seek" method="get" action="/messages" role="search">
                    <input
                        type="search"
                        name="q"
                        maxlength="100"
                        aria-label=say!(messages.find)
                        placeholder=say!(messages.find)
                        prop:value=move || asked.with(|asked| asked.q.clone())
                        value=move || asked.with(|asked| asked.q.clone())
                    />
                </form>
            </header>
            <div class="messages-cols">
                <section class="thread-list" aria-label=say!(messages.threads)>
                    <Threads asked />
                </section>
                <section class="reading" aria-label=say!(messages.heading)>{reading}</section>
            </div>
        </div>
    }
}
