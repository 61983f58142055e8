//! The notices of the drawer, by the days on which they came: what was read is marked here and in every other browser.

use contract::{
    NotificationId, Timestamp,
    notices::{Notice, NoticeQuery, ReadNotices, Severity},
};
use leptos::{prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys};

use super::{
    api::{list_notices, read_notices},
    words::{detail, severity_word, title},
};
use crate::{
    live::{again::when_back, live},
    say,
    ui::{
        icon::Icon,
        toast,
        words::{fault_words, unread_words},
    },
    when,
};

/// So many of what a notice is about are named at first.
const NAMED: usize = 5;

/// The notices of this page and what is being done with them.
#[derive(Clone, Copy)]
pub struct List {
    /// Nothing before the first answer.
    known: RwSignal<Option<Vec<Notice>>>,
    /// Where the next page begins, if there is one.
    next: RwSignal<Option<NotificationId>>,
    fault: RwSignal<Option<String>>,
    /// Whether those alone are shown that are not read.
    pub unread_only: RwSignal<bool>,
    again: RwSignal<u32>,
    /// Numbers what is asked, so that an answer that comes too late changes nothing.
    asked: StoredValue<u32>,
}

impl List {
    /// Reads it, and again whenever something changes.
    pub fn new() -> Self {
        let list = Self {
            known: RwSignal::new(None),
            next: RwSignal::new(None),
            fault: RwSignal::new(None),
            unread_only: RwSignal::new(false),
            again: RwSignal::new(0),
            asked: StoredValue::new(0),
        };
        let live = live();
        when_back(Callback::new(move |()| list.reload()));
        Effect::new(move |_| {
            list.again.track();
            live.afresh.track();
            live.noted().notices.track();
            list.ask(list.unread_only.get(), None);
        });
        list
    }

    fn reload(self) {
        self.again.update(|times| *times += 1);
    }

    fn ask(self, unread_only: bool, before: Option<NotificationId>) {
        let number = self.asked.get_value() + 1;
        self.asked.set_value(number);
        spawn_local(async move {
            let query =
                NoticeQuery { before, unread: unread_only.then(|| "true".to_owned()), ..NoticeQuery::default() };
            let answer = list_notices(query).await;
            if self.asked.try_get_value() != Some(number) {
                return;
            }
            match answer {
                Ok(page) => {
                    self.fault.set(None);
                    self.known.update(|known| {
                        let mut all = known.take().unwrap_or_default();
                        let end = page.data.last().map(|last| (last.first_at, last.id));
                        if before.is_some() {
                            all.extend(page.data);
                        } else {
                            // What was read further down stays, for whoever is there.
                            let below = |notice: &Notice| Some((notice.first_at, notice.id)) < end;
                            let is_kept = page.before.is_some() && !unread_only;
                            all.retain(|notice| is_kept && below(notice));
                            all.splice(0..0, page.data);
                        }
                        if before.is_some() || all.last().map(|last| (last.first_at, last.id)) == end {
                            self.next.set(page.before);
                        }
                        *known = Some(all);
                    });
                }
                Err(fault) => self.fault.set(Some(unread_words(&fault))),
            }
        });
    }

    /// Marks some as read; what can't be marked is not shown as marked.
    pub fn read(self, ask: ReadNotices) {
        let live = live();
        spawn_local(async move {
            let answer = read_notices(ask.clone()).await;
            live.within(|| match answer {
                Ok(answer) => {
                    live.noted().unread.set(answer.data.unread);
                    let at = when::now_untracked();
                    self.known.try_update(|known| {
                        for notice in known.iter_mut().flatten().filter(|one| ask.all || ask.ids.contains(&one.id)) {
                            notice.read_at.get_or_insert(at);
                        }
                    });
                }
                Err(fault) => toast::wrong(fault_words(&fault)),
            });
        });
    }

    /// Marks the notice as read that has the keyboard.
    pub fn read_here(self) {
        let item = document().active_element().and_then(|active| active.closest("[data-notice]").ok().flatten());
        let id = item.and_then(|item| item.get_attribute("data-notice")?.parse().ok());
        if let Some(id) = id {
            self.read_one(id);
        }
    }

    fn read_one(self, id: NotificationId) {
        let is_unread = |one: &Notice| one.id == id && one.read_at.is_none();
        if self.known.with_untracked(|known| known.iter().flatten().any(is_unread)) {
            self.read(ReadNotices { ids: vec![id], ..ReadNotices::default() });
        }
    }
}

/// The days by which they are put together.
const DAYS: [Days; 4] = [Days::Today, Days::Yesterday, Days::Week, Days::Older];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Days {
    Today,
    Yesterday,
    Week,
    Older,
}

impl Days {
    fn of(at: Timestamp, now: Timestamp) -> Self {
        match when::days_ago(at, when::own_offset_min(at), now) {
            ..=0 => Self::Today,
            1 => Self::Yesterday,
            2..=6 => Self::Week,
            _ => Self::Older,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Today => say!(notices.days.today),
            Self::Yesterday => say!(notices.days.yesterday),
            Self::Week => say!(notices.days.week),
            Self::Older => say!(notices.days.older),
        }
    }
}

/// All of it.
#[component]
pub fn Items(
    /// The notices.
    list: List,
    /// Closes the drawer.
    close: Callback<()>,
) -> impl IntoView {
    let count = move || list.known.with(|known| known.as_ref().map(Vec::len));
    let groups = DAYS.map(|days| {
        let own = Memo::new(move |_| {
            let now = when::now();
            list.known.with(|known| {
                known.iter().flatten().filter(|one| Days::of(one.first_at, now) == days).cloned().collect::<Vec<_>>()
            })
        });
        let id = format!("notices-{}", days as u8);
        view! {
            <section aria-labelledby=id.clone() hidden=move || own.with(Vec::is_empty)>
                <h3 id=id.clone()>{days.word()}</h3>
                <ul>
                    <For each=move || own.get() key=|one| (one.id, one.at, one.count) let:one>
                        <Item notice=one list close />
                    </For>
                </ul>
            </section>
        }
    });
    view! {
        {move || list.fault.get().map(|words| view! {
            <div class="fault" role="alert">
                <Icon name="triangle-alert" />
                <span>{words}</span>
                <button type="button" class="btn" on:click=move |_| list.reload()>{say!(common.detail.again)}</button>
            </div>
        })}
        {move || (count().is_none() && list.fault.with(Option::is_none)).then(|| view! {
            <div class="coming" role="status" aria-label=say!(notices.loading)>
                <div><div><i></i><i></i></div><div><i></i><i></i></div><div><i></i><i></i></div></div>
            </div>
        })}
        {groups}
        {move || (count() == Some(0)).then(|| view! {
            <div class="nothing">
                <p>{if list.unread_only.get() { say!(notices.nothing_unread) } else { say!(notices.nothing) }}</p>
            </div>
        })}
        {move || list.next.get().map(|next| view! {
            <button type="button" class="btn more" on:click=move |_| list.ask(list.unread_only.get_untracked(), Some(next))>
                {say!(notices.more)}
            </button>
        })}
    }
}

/// A notice.
#[component]
fn Item(notice: Notice, list: List, close: Callback<()>) -> impl IntoView {
    let Notice { id, topic, severity, count, items, at, .. } = notice;
    // It stays where it is when it is read, with the keyboard on it.
    let is_read = Memo::new(move |_| {
        list.known.with(|known| known.iter().flatten().any(|one| one.id == id && one.read_at.is_some()))
    });
    let Some(newest) = items.first().cloned() else { return ().into_any() };
    let words = title(topic, count, &newest.name, newest.by.as_deref());
    let open = move |_: web_sys::MouseEvent| {
        list.read_one(id);
        close.run(());
    };
    let more = detail(topic, &newest).filter(|_| count == 1).map(|more| format!("{more} · ")).unwrap_or_default();
    let age = move || format!("{more}{}", when::ago(at, when::now()));
    let what = match newest.link() {
        Some(link) => view! { <a class="what" href=link on:click=open>{words.clone()}</a> }.into_any(),
        None => view! { <span class="what" tabindex="0">{words.clone()}</span> }.into_any(),
    };
    let rest = (count as usize).saturating_sub(items.len().min(NAMED));
    let each = (count > 1).then(|| {
        let links = items.into_iter().take(NAMED).map(move |item| {
            let link = item.link().unwrap_or_default();
            view! { <li><a class="num" href=link on:click=open>{item.name}</a></li> }
        });
        view! {
            <ul class="each">
                {links.collect_view()}
                {(rest > 0).then(|| view! { <li class="sub">{say!(notices.and_more, count = rest)}</li> })}
            </ul>
        }
    });
    let mark = move |event: web_sys::MouseEvent| {
        // The button goes away with what it is for; the keyboard must not be lost with it.
        let button = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let own = button.and_then(|button| button.closest("[data-notice]").ok().flatten());
        if let Some(what) = own.and_then(|own| own.query_selector(".what").ok().flatten()?.dyn_into().ok()) {
            let what: web_sys::HtmlElement = what;
            _ = what.focus();
        }
        list.read_one(id);
    };
    let icon = if severity == Severity::Info { "bell" } else { "triangle-alert" };
    let label = format!("{}: {words}", say!(notices.read));
    view! {
        <li class="notice" class:unread=move || !is_read.get() data-notice=id.to_string() data-severity=severity.name()>
            <Icon name=icon />
            <div>
                <span class="sr-only">{severity_word(severity)}</span>
                {move || (!is_read.get()).then(|| view! { <span class="sr-only">{say!(notices.is_unread)}</span> })}
                {what}
                <span class="sub">{age}</span>
                {each}
            </div>
            {move || (!is_read.get()).then(|| view! {
                <button type="button" class="iconb" aria-label=label.clone() title=say!(notices.read) on:click=mark><Icon name="check" /></button>
            })}
        </li>
    }
    .into_any()
}
