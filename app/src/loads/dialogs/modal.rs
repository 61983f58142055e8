//! The frame of a dialog and the course of its form: what is typed stays until the server has said yes.

use std::{collections::BTreeMap, future::Future, pin::Pin};

use contract::{Code, LoadId, One, loads::LoadRow, status::LoadStatus};
use leptos::{html, prelude::*, task::spawn_local_scoped, wasm_bindgen::JsCast, web_sys};

use super::{
    super::{api::one_load, undo},
    Asked,
};
use crate::{
    fault::Fault,
    live::live,
    say,
    ui::{
        icon::Icon,
        toast,
        words::{fault_words, field_of, field_words, rule_words},
    },
};

/// The state of a dialog's form.
#[derive(Clone, Copy)]
pub struct Form {
    node: NodeRef<html::Dialog>,
    busy: RwSignal<bool>,
    fault: RwSignal<Option<String>>,
    fields: RwSignal<BTreeMap<String, String>>,
    /// The load as the reader last saw it: its version and its status.
    seen: StoredValue<Option<(LoadId, i64, LoadStatus)>>,
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
            seen: StoredValue::new(None),
        }
    }

    /// The same, about a load. What others change from now on is a conflict, of which the reader is told first.
    pub fn about(row: &LoadRow) -> Self {
        let form = Self::new();
        form.seen.set_value(Some((row.id, row.version, row.status)));
        form
    }

    /// The version that the reader saw.
    pub fn version(self) -> i64 {
        self.seen.get_value().map_or(0, |(_, version, _)| version)
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
                        Some((_, _, was)) => undo::offer(text, was, &data),
                        None => toast::done(text),
                    }
                    book.merge([data]);
                    self.close();
                }
                Err(fault) => {
                    if let (Some((load, ..)), Some(Code::Conflict)) = (seen, fault.code())
                        && let Ok(One { data }) = one_load(load).await
                    {
                        self.seen.try_set_value(Some((load, data.load.version, data.load.status)));
                        book.merge([data.load]);
                    }
                    self.refuse(&fault);
                }
            }
            self.busy.try_set(false);
        });
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
    /// Room for many fields.
    #[prop(optional)]
    wide: bool,
    /// Whether sending it takes something away.
    #[prop(optional)]
    danger: bool,
    /// Sends what is filled in.
    on_submit: Callback<web_sys::FormData>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let asked = expect_context::<Asked>().0;
    let Form { node, busy, fault, .. } = form;
    Effect::new(move |_| {
        if let Some(node) = node.get().filter(|node| !node.open()) {
            _ = node.show_modal();
        }
    });
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let sent = event.target().and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok());
        let data = sent.and_then(|form| web_sys::FormData::new_with_form(&form).ok());
        if let Some(data) = data.filter(|_| !busy.get_untracked()) {
            on_submit.run(data);
        }
    };
    view! {
        <dialog class="dialog" class:wide=wide node_ref=node aria-labelledby="dialog-title" on:close=move |_| asked.set(None)>
            <header>
                <h2 id="dialog-title">{title}</h2>
                <button type="button" class="iconb" aria-label=say!(common.dialogs.close) on:click=move |_| form.close()>
                    <Icon name="x" />
                </button>
            </header>
            <form on:submit=send>
                <div class="body">{children()}</div>
                <footer>
                    <div role="alert">
                        {move || {
                            fault.get().map(|words| view! { <p class="fault"><Icon name="triangle-alert" /><span>{words}</span></p> })
                        }}
                    </div>
                    <div>
                        <button type="button" class="btn" on:click=move |_| form.close()>{cancel}</button>
                        <button type="submit" class="btn pri" class:danger=danger aria-disabled=move || busy.get().then_some("true")>
                            {move || if busy.get() { say!(common.dialogs.working).to_owned() } else { submit.clone() }}
                        </button>
                    </div>
                </footer>
            </form>
        </dialog>
    }
}
