//! The links of a load, on its page: what was made and how each does, and making another one.

use std::time::Duration;

use contract::{
    LinkId, LoadId, One, Timestamp,
    actor::Permission,
    event::Happened,
    links::{DriverLink, Ended, Health, MadeLink, MakeLink, RevokeLink, is_of_use},
    tracking::Source,
};
use leptos::{either::Either, html, prelude::*, task::spawn_local};

use super::{
    FIELD,
    api::{list_links, make_link, revoke_link},
};
use crate::{
    fault::Fault,
    live::{Entry, Link, live},
    pages::Visitor,
    say,
    ui::{icon::Icon, toast, words::fault_words},
    when,
};

/// One change is often told by several events; they are waited for, so that one reading answers them all.
const GATHER: Duration = Duration::from_millis(120);

/// How many links that work no longer are shown.
const ENDED_SHOWN: usize = 3;

/// Writes a moment on the clock of the load's pickup.
type Clock = StoredValue<(i32, String)>;

fn at(clock: Clock, moment: Timestamp) -> String {
    clock.with_value(|(offset_min, zone)| format!("{} {zone}", when::soon(moment, *offset_min, when::now_untracked())))
}

/// The links, for those who may send a load on its way, while it has use for one.
#[component]
pub fn DriverLinks(entry: RwSignal<Entry>) -> impl IntoView {
    let may = expect_context::<Visitor>().can(Permission::LoadDispatch);
    let is_shown = Memo::new(move |_| may && entry.with(|entry| is_of_use(entry.status())));
    move || is_shown.get().then(|| view! { <Section entry /> })
}

#[component]
fn Section(entry: RwSignal<Entry>) -> impl IntoView {
    let (load, clock) = entry.with_untracked(|entry| {
        let pickup = &entry.row.pickup;
        (entry.row.id, StoredValue::new((pickup.offset_min, pickup.zone_short.clone())))
    });
    let links = RwSignal::new(None::<Result<Vec<DriverLink>, Fault>>);
    let made = RwSignal::new(None::<MadeLink>);
    follow(load, links);
    let has_driver = Memo::new(move |_| entry.with(|entry| entry.row.driver.is_some()));
    let newest = Memo::new(move |_| {
        entry.with(|entry| entry.row.current_location.filter(|fix| fix.source == Source::Link).map(|fix| fix.at))
    });
    let lines = move || match links.get() {
        None => None,
        Some(Err(fault)) => Some(Either::Left(view! {
            <p class="sub" role="alert">{format!("{} {}", say!(links.unread), fault_words(&fault))}</p>
        })),
        Some(Ok(links_now)) => {
            let (alive, ended): (Vec<_>, Vec<_>) = links_now.into_iter().partition(|link| link.ended.is_none());
            let ended: Vec<_> = ended.into_iter().take(ENDED_SHOWN).collect();
            let none = (alive.is_empty() && ended.is_empty()).then(|| view! { <p class="sub">{say!(links.none)}</p> });
            let line = move |link: DriverLink| view! { <Line link clock newest links made /> };
            let before = (!ended.is_empty()).then(|| {
                view! {
                    <h3>{say!(links.ended_before)}</h3>
                    <ul class="driver-links">{ended.into_iter().map(line).collect_view()}</ul>
                }
            });
            Some(Either::Right(view! {
                {none}
                <ul class="driver-links">{alive.into_iter().map(line).collect_view()}</ul>
                {before}
            }))
        }
    };
    view! {
        <section class="box" id="driver-links">
            <h2>{say!(links.heading)}</h2>
            <p class="sub">{say!(links.about)}</p>
            {lines}
            {move || made.get().map(|made| view! { <Made made /> })}
            {move || {
                if has_driver.get() {
                    Either::Left(view! { <Make load links made /> })
                } else {
                    Either::Right(view! { <p class="sub">{say!(links.driver_needed)}</p> })
                }
            }}
        </section>
    }
}

/// Reads the links when the page has woken, and again when something happened to them.
fn follow(load: LoadId, links: RwSignal<Option<Result<Vec<DriverLink>, Fault>>>) {
    let live = live();
    let waiting = StoredValue::new(false);
    let read = move || {
        waiting.try_set_value(false);
        spawn_local(async move {
            let answer = list_links(load).await.map(|One { data }| data);
            // What is shown stays while nothing new is known.
            let says_nothing = answer.as_ref().is_err_and(Fault::says_nothing);
            if !says_nothing || links.try_with_untracked(Option::is_none) == Some(true) {
                links.try_set(Some(answer));
            }
        });
    };
    let read_soon = move || {
        if !waiting.get_value() {
            waiting.set_value(true);
            set_timeout(read, GATHER);
        }
    };
    Effect::new(move |_| {
        live.afresh.track();
        read_soon();
    });
    Effect::new(move |before: Option<()>| {
        let concerns = live.heard.with(|heard| heard.as_ref().is_some_and(|happened| is_of(happened, load)));
        if concerns && before.is_some() {
            read_soon();
        }
    });
    Effect::new(move |before: Option<bool>| {
        let is_live = live.link.get() == Link::Live;
        if is_live && before == Some(false) {
            read_soon();
        }
        is_live
    });
}

/// Whether what happened may change a load's links.
fn is_of(happened: &Happened, load: LoadId) -> bool {
    match happened {
        Happened::LoadUpdated(event) => {
            event.load_id == load && event.changed_fields.iter().any(|field| field == FIELD)
        }
        Happened::LoadStatusChanged(event) => event.load_id == load,
        Happened::LoadAssigned(event) => event.load_id == load,
        _ => false,
    }
}

/// How a link does, and which look that has.
fn health_words(link: &DriverLink, health: Health, clock: Clock, now: Timestamp) -> (String, &'static str) {
    match health {
        Health::Sending { at: last } => (say!(links.health.sending, ago = when::ago(last, now)), "ok"),
        Health::Starting => (say!(links.health.starting).to_owned(), "warn"),
        Health::Paused { since } => (say!(links.health.paused, at = at(clock, since)), "warn"),
        Health::Silent { since } => (say!(links.health.silent, at = at(clock, since)), "bad"),
        Health::Denied => (say!(links.health.denied).to_owned(), "bad"),
        Health::Stopped => (say!(links.health.stopped).to_owned(), "warn"),
        Health::NotNow => (say!(links.health.not_now).to_owned(), "warn"),
        Health::Unanswered => (say!(links.health.unanswered).to_owned(), "none"),
        Health::Unopened => (say!(links.health.unopened).to_owned(), "none"),
        Health::Ended(Ended::Revoked) => {
            (say!(links.health.revoked, by = link.revoked_by.clone().unwrap_or_default()), "none")
        }
        Health::Ended(Ended::Expired) => (say!(links.health.expired).to_owned(), "none"),
        Health::Ended(Ended::Reassigned) => (say!(links.health.reassigned).to_owned(), "none"),
        Health::Ended(Ended::Finished) => (say!(links.health.finished).to_owned(), "none"),
    }
}

/// One link.
#[component]
fn Line(
    link: DriverLink,
    clock: Clock,
    newest: Memo<Option<Timestamp>>,
    links: RwSignal<Option<Result<Vec<DriverLink>, Fault>>>,
    made: RwSignal<Option<MadeLink>>,
) -> impl IntoView {
    let id = link.id;
    let is_alive = link.ended.is_none();
    let driver = link.driver_name.clone();
    let about = {
        let by =
            say!(links.for_driver, driver = driver.clone(), by = link.made_by.clone(), at = at(clock, link.made_at));
        let opened = match link.opens {
            0 => None,
            1 => Some(say!(links.opens_one).to_owned()),
            count => Some(say!(links.opens, count = count)),
        };
        let until = is_alive.then(|| say!(links.until, at = at(clock, link.expires_at)));
        let waiting = (is_alive && link.waiting > 1).then(|| say!(links.waiting, count = link.waiting));
        [Some(by), opened, waiting, until].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    let note = link.note.clone().zip(link.noted_at).map(|(note, noted)| {
        view! { <p class="note-line">{say!(links.note, at = at(clock, noted), note = note)}</p> }
    });
    let kept = StoredValue::new(link);
    let state = move || {
        let now = when::now();
        let (words, look) = kept.with_value(|link| health_words(link, link.health(now, newest.get()), clock, now));
        view! { <b class="health" data-h=look><i></i>{words}</b> }
    };
    view! {
        <li>
            <span class="what" role="status">{state}</span>
            <span class="sub">{about}</span>
            {note}
            {is_alive.then(|| view! { <Revoke id driver links made /> })}
        </li>
    }
}

/// Ends a link, after one more question.
#[component]
fn Revoke(
    id: LinkId,
    driver: String,
    links: RwSignal<Option<Result<Vec<DriverLink>, Fault>>>,
    made: RwSignal<Option<MadeLink>>,
) -> impl IntoView {
    let asks = RwSignal::new(false);
    let busy = RwSignal::new(false);
    // Whoever goes by keyboard keeps their place when one button gives way to others.
    let (keep, end) = (NodeRef::<html::Button>::new(), NodeRef::<html::Button>::new());
    let turn = move |to: bool| {
        asks.set(to);
        let button = if to { keep } else { end };
        request_animation_frame(move || {
            if let Some(button) = button.get_untracked() {
                _ = button.focus();
            }
        });
    };
    let revoke = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let live = live();
        spawn_local(async move {
            let answer = revoke_link(RevokeLink { link_id: id }).await;
            live.within(|| match answer {
                Ok(One { data }) => {
                    toast::done(say!(links.revoked));
                    made.try_update(|made| _ = made.take_if(|made| made.link.id == id));
                    links.try_set(Some(Ok(data)));
                }
                Err(fault) => toast::wrong(fault_words(&fault)),
            });
            busy.try_set(false);
        });
    };
    let label = StoredValue::new(say!(links.revoke_it, driver = driver));
    move || {
        if asks.get() {
            Either::Left(view! {
                <span class="sure" role="group" aria-label=label.get_value()>
                    <span>{say!(links.sure)}</span>
                    <button type="button" class="btn danger" aria-disabled=move || busy.get().then_some("true") on:click=revoke>
                        {say!(links.yes)}
                    </button>
                    <button type="button" class="btn" node_ref=keep on:click=move |_| turn(false)>{say!(links.no)}</button>
                </span>
            })
        } else {
            Either::Right(view! {
                <button type="button" class="btn" node_ref=end aria-label=label.get_value() on:click=move |_| turn(true)>
                    <Icon name="ban" />
                    {say!(links.revoke)}
                </button>
            })
        }
    }
}

/// Makes a link.
#[component]
fn Make(
    load: LoadId,
    links: RwSignal<Option<Result<Vec<DriverLink>, Fault>>>,
    made: RwSignal<Option<MadeLink>>,
) -> impl IntoView {
    let busy = RwSignal::new(false);
    let make = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let live = live();
        spawn_local(async move {
            let answer = make_link(MakeLink { load_id: load }).await;
            live.within(|| match answer {
                Ok(One { data }) => {
                    links.try_update(|links| {
                        if let Some(Ok(links)) = links
                            && links.iter().all(|known| known.id != data.link.id)
                        {
                            links.insert(0, data.link.clone());
                        }
                    });
                    made.try_set(Some(data));
                }
                Err(fault) => toast::wrong(fault_words(&fault)),
            });
            busy.try_set(false);
        });
    };
    let is_another =
        move || links.with(|links| matches!(links, Some(Ok(links)) if links.iter().any(|link| link.ended.is_none())));
    view! {
        <div class="acts">
            <button type="button" class="btn" aria-disabled=move || busy.get().then_some("true") on:click=make>
                <Icon name="plus" />
                {move || if is_another() { say!(links.make_another) } else { say!(links.make) }}
            </button>
        </div>
    }
}

/// A link that was just made: where it leads is known here and now alone.
#[component]
fn Made(made: MadeLink) -> impl IntoView {
    let MadeLink { url, sms, qr_svg, app_url, app_id, .. } = made;
    let field = NodeRef::<html::Input>::new();
    let address = url.clone();
    let copy = move |_| {
        let (live, text) = (live(), address.clone());
        spawn_local(async move {
            let is_done = copied(&text).await;
            live.within(|| {
                if is_done {
                    return toast::done(say!(links.copied));
                }
                if let Some(field) = field.try_get_untracked().flatten() {
                    _ = field.focus();
                    field.select();
                }
                toast::wrong(say!(links.copy_by_hand));
            });
        });
    };
    view! {
        <div class="made-link" role="group" aria-label=say!(links.address)>
            <p role="status">{say!(links.made)}</p>
            <div class="row">
                <div class="qr" role="img" aria-label=say!(links.qr) inner_html=qr_svg></div>
                <div class="ways">
                    <label class="field">
                        <span>{say!(links.address)}</span>
                        <input node_ref=field type="text" readonly=true class="num" value=url />
                    </label>
                    <div class="acts">
                        <button type="button" class="btn pri" on:click=copy><Icon name="file-text" />{say!(links.copy)}</button>
                        <a class="btn" href=sms><Icon name="phone" />{say!(links.text_it)}</a>
                    </div>
                    <details>
                        <summary>{say!(links.app)}</summary>
                        <dl class="facts">
                            <dt>{say!(links.app_address)}</dt>
                            <dd class="num">{app_url}</dd>
                            <dt>{say!(links.app_id)}</dt>
                            <dd class="num">{app_id}</dd>
                        </dl>
                    </details>
                </div>
            </div>
        </div>
    }
}

/// Puts a text where the reader can paste it from; whether the browser did. Browsers do so on secure pages alone.
#[cfg(feature = "hydrate")]
async fn copied(text: &str) -> bool {
    use js_sys::{Function, Promise, Reflect};
    use leptos::wasm_bindgen::{JsCast as _, JsValue};
    let clipboard = Reflect::get(&window().navigator(), &JsValue::from_str("clipboard"));
    let Ok(clipboard) = clipboard else { return false };
    let write = Reflect::get(&clipboard, &JsValue::from_str("writeText")).ok().and_then(|found| found.dyn_into().ok());
    let Some(write): Option<Function> = write else { return false };
    let Ok(writing) = write.call1(&clipboard, &JsValue::from_str(text)) else { return false };
    match writing.dyn_into::<Promise>() {
        Ok(writing) => wasm_bindgen_futures::JsFuture::from(writing).await.is_ok(),
        Err(_) => false,
    }
}

/// Nothing is copied before a page has woken.
#[cfg(not(feature = "hydrate"))]
#[expect(clippy::unused_async, reason = "the browser's takes time")]
async fn copied(_text: &str) -> bool {
    false
}
