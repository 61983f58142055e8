//! The frame of a dialog and the course of its form: what is typed stays until the server has said yes.

use std::{collections::BTreeMap, future::Future, pin::Pin};

use contract::{Code, One, event::PresenceMode, loads::LoadRow};
use leptos::{html, prelude::*, task::spawn_local_scoped, wasm_bindgen::JsCast, web_sys};

use super::{
    super::{api::one_load, undo},
    Asked,
};
use crate::{
    fault::Fault,
    live::{inbox::subject, live},
    say,
    ui::{
        icon::Icon,
        toast,
        words::{fault_words, field_of, field_words, rule_words, status_word},
    },
    when,
};

/// So long it takes to read that a button says something else now, in milliseconds.
const READING_MS: f64 = 700.0;

/// The state of a dialog's form.
#[derive(Clone, Copy)]
pub struct Form {
    node: NodeRef<html::Dialog>,
    busy: RwSignal<bool>,
    fault: RwSignal<Option<String>>,
    fields: RwSignal<BTreeMap<String, String>>,
    /// Whether anything was typed.
    is_written: StoredValue<bool>,
    /// Whether the reader is asked if it shall be thrown away.
    pub(super) is_leaving: RwSignal<bool>,
    /// The other carrier that somebody has given the load to meanwhile.
    pub(super) other_carrier: RwSignal<Option<String>>,
    /// When the reader was told of somebody else's change, in the browser's milliseconds.
    overtaken_at: StoredValue<f64>,
    /// The load as the reader last saw it.
    seen: StoredValue<Option<LoadRow>>,
    /// Hears of a conflict instead of the reader, when it is settled field by field.
    on_conflict: StoredValue<Option<Callback<Fault>>>,
}

/// A call that answers with the load as it is then.
pub type Call = Pin<Box<dyn Future<Output = Result<One<LoadRow>, Fault>>>>;

impl Form {
    /// Nothing was sent yet.
    pub fn new() -> Self {
        Self {
            node: NodeRef::new(),
            busy: RwSignal::new(false),
            fault: RwSignal::new(None),
            fields: RwSignal::new(BTreeMap::new()),
            is_written: StoredValue::new(false),
            is_leaving: RwSignal::new(false),
            other_carrier: RwSignal::new(None),
            overtaken_at: StoredValue::new(0.0),
            seen: StoredValue::new(None),
            on_conflict: StoredValue::new(None),
        }
    }

    /// The same, about a load whose fields are settled one by one, by whoever hears of a conflict.
    pub fn by_field(row: &LoadRow, on_conflict: Callback<Fault>) -> Self {
        let form = Self::new();
        form.seen.set_value(Some(row.clone()));
        form.on_conflict.set_value(Some(on_conflict));
        live().presence.be(row.id, PresenceMode::Editing);
        form
    }

    /// Whether the dialog is still there.
    pub fn is_open(self) -> bool {
        !self.busy.is_disposed()
    }

    /// Says what stands against sending it.
    pub fn say(self, words: String) {
        self.fault.set(Some(words));
    }

    /// The same, about a load. What others change from now on the reader is told first, at once when the page hears of
    /// it, and else when the server refuses; sending it again is then meant.
    pub fn about(row: &LoadRow) -> Self {
        let form = Self::new();
        let load = row.id;
        form.seen.set_value(Some(row.clone()));
        let (live, entry) = (live(), live().book.entry(load));
        live.presence.be(load, PresenceMode::Editing);
        Effect::new(move |_| {
            let Some(entry) = &entry else { return };
            let now = entry.with(|entry| entry.row.clone());
            if now.version > form.version() && !form.busy.get_untracked() {
                let by = live.heard.with_untracked(|heard| {
                    heard
                        .as_ref()
                        .map(subject)
                        .filter(|(about, _)| *about == load)
                        .and_then(|(_, by)| by)
                        .map(str::to_owned)
                });
                form.overtake(by, &now);
            }
        });
        form
    }

    /// Tells the reader that somebody else changed the load while they were at it.
    fn overtake(self, by: Option<String>, now: &LoadRow) {
        let Some(seen) = self.seen.try_get_value().flatten() else { return };
        self.overtaken_at.set_value(moment_ms());
        let who = by.unwrap_or_else(|| say!(common.fault.somebody).to_owned());
        let age = when::ago(now.updated_at, when::now_untracked());
        let status = status_word(now.status);
        let words = if let Some(carrier) = now.carrier.as_ref().filter(|_| !now.has_same_truck(&seen)) {
            let driver = now.driver.as_ref().map(|driver| format!(", {}", driver.name)).unwrap_or_default();
            let carrier = format!("{}{driver}", carrier.name);
            say!(common.fault.overtaken_by, who = who, carrier = carrier, status = status, age = age)
        } else {
            say!(common.fault.overtaken, who = who, status = status, age = age)
        };
        self.fault.set(Some(words));
        if now.carrier != seen.carrier {
            self.other_carrier.set(now.carrier.as_ref().map(|carrier| carrier.name.clone()));
        }
        self.seen.set_value(Some(now.clone()));
    }

    /// Whether a press may still have been meant for the button as it was before somebody else's change.
    fn is_just_overtaken(self) -> bool {
        moment_ms() - self.overtaken_at.get_value() < READING_MS
    }

    /// The version that the reader saw.
    pub fn version(self) -> i64 {
        self.seen.with_value(|seen| seen.as_ref().map_or(0, |seen| seen.version))
    }

    /// What is wrong at the first of these fields that has a fault.
    pub fn at(self, keys: impl Fn() -> Vec<String> + Send + Sync + 'static) -> Signal<Option<String>> {
        Signal::derive(move || self.fields.with(|fields| keys().iter().find_map(|key| fields.get(key).cloned())))
    }

    /// Marks fields as wrong, and leads to the first of them.
    pub fn mark(self, fields: BTreeMap<String, String>) {
        let any = !fields.is_empty();
        self.fields.set(fields);
        if any {
            request_animation_frame(move || {
                let wrong =
                    self.node.get_untracked().and_then(|node| node.query_selector("[aria-invalid]").ok().flatten());
                if let Some(field) = wrong.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
                    _ = field.focus();
                }
            });
        }
    }

    /// Sends what was asked; when it is done, says so, offers to take back what was done to a load, and closes. When
    /// somebody else was faster, theirs is read first.
    pub fn send(self, call: Call, done: impl FnOnce(&LoadRow) -> String + 'static) {
        let (book, seen) = (live().book, self.seen.get_value());
        self.busy.set(true);
        self.fault.set(None);
        self.fields.set(BTreeMap::new());
        spawn_local_scoped(async move {
            match call.await {
                Ok(One { data }) => {
                    let text = done(&data);
                    match seen {
                        Some(seen) => undo::offer(text, seen.status, &data),
                        None => toast::entered(text, data.id),
                    }
                    book.merge([data]);
                    self.close();
                }
                Err(fault) if fault.code() == Some(Code::Conflict) && self.settles() => {
                    self.on_conflict
                        .with_value(|on_conflict| on_conflict.iter().for_each(|settle| settle.run(fault.clone())));
                }
                Err(fault) => {
                    if let (Some(seen), Some(Code::Conflict)) = (seen, fault.code())
                        && let Ok(One { data }) = one_load(seen.id).await
                        && !self.busy.is_disposed()
                    {
                        let by = fault.refusal().and_then(|refusal| refusal.details.as_ref()?.changed_by.clone());
                        self.overtake(by, &data.load);
                        book.merge([data.load]);
                    } else {
                        self.refuse(&fault);
                    }
                }
            }
            self.busy.try_set(false);
        });
    }

    /// Sends something that changes nothing of a load itself; when it is done, says so and closes.
    pub fn send_apart<T: 'static>(self, call: impl Future<Output = Result<T, Fault>> + 'static, done: String) {
        self.busy.set(true);
        self.fault.set(None);
        self.fields.set(BTreeMap::new());
        spawn_local_scoped(async move {
            match call.await {
                Ok(_) => {
                    toast::done(done);
                    self.close();
                }
                Err(fault) => self.refuse(&fault),
            }
            self.busy.try_set(false);
        });
    }

    /// Whether a conflict is settled field by field, by a dialog that is still there.
    fn settles(self) -> bool {
        self.is_open() && self.on_conflict.with_value(Option::is_some)
    }

    fn refuse(self, fault: &Fault) {
        // Whoever has closed the dialog meanwhile is told outside of it.
        if self.fault.try_set(Some(fault_words(fault))).is_some() {
            return toast::wrong(fault_words(fault));
        }
        if let Some(details) = fault.refusal().and_then(|refusal| refusal.details.as_ref()) {
            let of_field = |(field, text): (&String, &String)| {
                (field.clone(), field_words(field, details.flaws.get(field).copied(), text))
            };
            let of_rule = |rule| Some((field_of(rule)?.to_owned(), rule_words(rule).to_owned()));
            self.mark(details.fields.iter().map(of_field).chain(details.rule.and_then(of_rule)).collect());
        }
    }

    /// Closes the dialog, unless something was typed that would be lost: then the reader is asked.
    fn leave(self) {
        if self.is_written.get_value() {
            self.is_leaving.set(true);
        } else {
            self.close();
        }
    }

    /// Closes the dialog; the browser then leads back to where the reader was.
    pub fn close(self) {
        if let Some(node) = self.node.try_get_untracked().flatten() {
            node.close();
        }
    }
}

/// The frame: a heading, the form, and below it what went wrong and the buttons.
#[component]
pub fn Modal(
    /// The state of its form.
    form: Form,
    /// The heading.
    title: String,
    /// What the button says that sends it.
    submit: String,
    /// What the other button says.
    #[prop(default = say!(common.dialogs.cancel))]
    cancel: &'static str,
    /// Room for many fields; what is typed into so many isn't thrown away without a question.
    #[prop(optional)]
    wide: bool,
    /// Whether sending it takes the load from the carrier that it has.
    #[prop(optional)]
    replaces: bool,
    /// Whether sending it takes something away.
    #[prop(optional)]
    danger: bool,
    /// Sends what is filled in.
    on_submit: Callback<web_sys::FormData>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let asked = expect_context::<Asked>().0;
    let Form { node, busy, fault, is_leaving, .. } = form;
    let taken = move || form.other_carrier.get().filter(|_| replaces);
    let submit = move || match taken() {
        _ if busy.get() => say!(common.dialogs.working).to_owned(),
        Some(carrier) => say!(common.dialogs.replace, carrier = carrier),
        None => submit.clone(),
    };
    let cancel = move || match taken() {
        Some(carrier) => say!(common.dialogs.keep_carrier, carrier = carrier),
        None => cancel.to_owned(),
    };
    let write = move |_| form.is_written.set_value(wide);
    // Escape is no way to lose what was typed; pressed again, it goes back to it.
    let press = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" && form.is_written.get_value() {
            event.prevent_default();
            is_leaving.update(|is_leaving| *is_leaving = !*is_leaving);
        }
    };
    let stay = NodeRef::<html::Button>::new();
    Effect::new(move |before: Option<bool>| {
        let is_leaving = is_leaving.get();
        let field = node.get_untracked().filter(|_| before == Some(true));
        let field = field.and_then(|node| node.query_selector("input").ok().flatten()?.dyn_into().ok());
        let next = if is_leaving { stay.get_untracked().map(JsCast::unchecked_into) } else { field };
        if let Some(next) = next {
            let next: web_sys::HtmlElement = next;
            _ = next.focus();
        }
        is_leaving
    });
    Effect::new(move |_| {
        let listening = window_event_listener(leptos::ev::beforeunload, move |event| {
            if form.is_written.get_value() {
                event.prevent_default();
            }
        });
        on_cleanup(move || listening.remove());
    });
    Effect::new(move |_| {
        if let Some(node) = node.get().filter(|node| !node.open()) {
            _ = node.show_modal();
        }
    });
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let sent = event.target().and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok());
        let data = sent.and_then(|form| web_sys::FormData::new_with_form(&form).ok());
        if let Some(data) = data.filter(|_| !busy.get_untracked() && !form.is_just_overtaken()) {
            on_submit.run(data);
        }
    };
    view! {
        <dialog
            class="dialog"
            class:wide=wide
            node_ref=node
            aria-labelledby="dialog-title"
            on:keydown=press
            on:close=move |_| asked.set(None)
        >
            <header>
                <h2 id="dialog-title">{title}</h2>
                <button type="button" class="iconb" aria-label=say!(common.dialogs.close) on:click=move |_| form.leave()>
                    <Icon name="x" />
                </button>
            </header>
            <form on:submit=send on:input=write>
                <div class="body">{children()}</div>
                <footer>
                    <div role="alert">
                        {move || {
                            fault.get().map(|words| view! { <p class="fault"><Icon name="triangle-alert" /><span>{words}</span></p> })
                        }}
                    </div>
                    <div hidden=move || is_leaving.get()>
                        <button type="button" class="btn" on:click=move |_| form.leave()>{cancel}</button>
                        <button type="submit" class="btn pri" class:danger=danger aria-disabled=move || busy.get().then_some("true")>
                            {submit}
                        </button>
                    </div>
                    <div role="alert" hidden=move || !is_leaving.get()>
                        <b class="grow">{move || is_leaving.get().then(|| say!(common.dialogs.throw_away))}</b>
                        <button type="button" class="btn danger" on:click=move |_| form.close()>{say!(common.dialogs.do_throw_away)}</button>
                        <button type="button" class="btn pri" node_ref=stay on:click=move |_| is_leaving.set(false)>
                            {say!(common.dialogs.write_on)}
                        </button>
                    </div>
                </footer>
            </form>
        </dialog>
    }
}

#[cfg(feature = "hydrate")]
fn moment_ms() -> f64 {
    js_sys::Date::now()
}

/// Nothing is asked on the server.
#[cfg(not(feature = "hydrate"))]
const fn moment_ms() -> f64 {
    0.0
}
