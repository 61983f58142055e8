//! The loads page: a dense table that stays true by itself and never moves under the pointer. What it shows is in its
//! address; what it knows of loads is in the book.

use std::sync::Arc;

use contract::{
    Listed,
    actor::Permission,
    loads::{LoadQuery, LoadRow, ViewCounts},
};
use leptos::{html, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

#[cfg(feature = "hydrate")]
use super::list::keys;
use super::{
    api::{count_loads, list_loads},
    deeds::Menu,
    list::{
        asked,
        bar::{Bar, Counts},
        fits::fits,
        hand,
        news::News,
        nothing,
        row::Listing,
        table::{Came, table},
    },
    offers::Offers,
};
use crate::{
    fault::Fault,
    json::{brought, resource},
    live::{again::when_back, live},
    pages::Visitor,
    say, when,
};

/// How often to ask for changes while there is no socket, in seconds.
const POLL_S: u32 = 10;

/// A dense table of loads.
#[component]
pub fn LoadsPage() -> impl IntoView {
    let live = live();
    live.poll_s.set(POLL_S);
    let visitor = use_context::<Visitor>();
    let may = |permission| visitor.as_ref().is_some_and(|visitor| visitor.can(permission));
    let (may_create, may_export) = (may(Permission::LoadCreate), may(Permission::DataExport));
    let me = visitor.and_then(|visitor| visitor.me).map(|me| me.id);

    let url = use_query_map();
    // On the server the list's own effect may look once more when the request, and the address with it, is gone.
    let asked = Memo::new(move |_| {
        url.try_with(|url| asked::read(&|key| url.get_all(key).unwrap_or_default())).unwrap_or_default()
    });
    let again = RwSignal::new(0_u32);
    let news = News::new();
    let list = resource(
        move || (asked.get(), again.get(), news.own.get(), live.afresh.get()),
        |(asked, ..)| list_loads(asked::sent(&asked)),
    );
    let counts: Counts = resource(move || (news.recount.get(), live.afresh.get()), |_| count_loads());

    // The last good list: a call that fails must not take away what was there.
    let kept = StoredValue::new(None::<(LoadQuery, Arc<Came>)>);
    let take = move |asked: &LoadQuery, list: Listed<LoadRow>| {
        let came = Arc::new(Came::of(&list.data, list.page));
        news.start(came.ids.iter().copied());
        live.book.merge(list.data);
        live.read_at(&list.cursor);
        kept.set_value(Some((asked.clone(), Arc::clone(&came))));
        came
    };
    // Before any list has come, what other pages have learnt of these loads is better than nothing.
    let known = move |asked: &LoadQuery| {
        let now = when::now_untracked();
        let ids = live.book.select(|entry| fits(asked, &entry.row, me, now), |entry| entry.row.pickup.start);
        (!ids.is_empty()).then(|| Arc::new(Came::known(ids)))
    };
    // Whether what is shown is not what the server would show now.
    let is_old = StoredValue::new(false);
    when_back(Callback::new(move |()| {
        if is_old.get_value() {
            again.update(|times| *times += 1);
            news.recount.update(|times| *times += 1);
        }
    }));
    let shown = move |answer: Result<Listed<LoadRow>, Fault>, counted: Option<ViewCounts>| {
        let asked = asked.get_untracked();
        let (came, is_stale) = match answer {
            Ok(list) => (take(&asked, list), false),
            Err(fault) => {
                is_old.set_value(true);
                let kept = kept.get_value().filter(|(of, _)| *of == asked).map(|(_, came)| came);
                match kept.or_else(|| known(&asked)).filter(|_| fault.says_nothing()) {
                    Some(came) => (came, true),
                    None => return nothing::failed(&fault, again),
                }
            }
        };
        is_old.set_value(is_stale);
        if came.ids.is_empty() {
            let in_view = counted.and_then(|counts| asked::count_of(&counts, asked.view));
            return nothing::empty(&asked, in_view, may_create);
        }
        let listing = Arc::new(Listing { asked, me, shows_rates: came.rates_cents.is_some() });
        view! {
            {is_stale.then(|| nothing::stale(again))}
            {table(&came, listing)}
        }
        .into_any()
    };

    let (pending, set_pending) = signal(false);
    let section = NodeRef::<html::Section>::new();
    let menu = RwSignal::new(None);
    #[cfg(feature = "hydrate")]
    {
        news.follow(asked, me);
        keys::listen(section, menu);
        Effect::new(move |_| {
            list.track();
            if let Some(section) = section.get() {
                // After the rows are there.
                request_animation_frame(move || keys::rove(&section));
            }
        });
    }

    view! {
        <Title text=say!(loads.title) />
        <div class="loads">
            <Bar asked counts may_create may_export />
            <Offers taken=again />
            <section
                class="tablewrap"
                node_ref=section
                aria-label=say!(loads.title)
                aria-busy=move || pending.get().then_some("true")
            >
                <Pill news again />
                <Transition fallback=nothing::skeleton set_pending>
                    {move || {
                        brought(list).map(|answer| {
                            // Only read: later counts don't write the table anew.
                            let counted = counts.get_untracked().and_then(Result::ok).map(|counts| counts.data);
                            untrack(|| shown(answer, counted))
                        })
                    }}
                </Transition>
            </section>
            <Menu menu on_deed=Callback::new(hand::carry_out) on_leave=Callback::new(hand::focus) />
        </div>
    }
}

/// How many loads have come since; a click brings them in.
#[component]
fn Pill(
    /// What the list doesn't show yet.
    news: News,
    /// Goes up to load the list anew.
    again: RwSignal<u32>,
) -> impl IntoView {
    let words = move || match news.fresh.with(std::collections::BTreeSet::len) {
        0 => None,
        1 => Some(say!(loads.list.one_new).to_owned()),
        count => Some(say!(loads.list.many_new, count = count)),
    };
    view! {
        <div class="news" role="status">
            {move || words().map(|words| view! { <button class="newpill" on:click=move |_| again.update(|count| *count += 1)>{words}</button> })}
        </div>
    }
}
