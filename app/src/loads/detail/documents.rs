//! The papers of a load: what is there, and adding to it.

use contract::{
    Code, LoadId, One,
    actor::Permission,
    documents::{ACCEPT, Document, DocumentKind, KINDS, RemoveDocument},
    loads::LoadDetail,
    status::LoadStatus,
};
use leptos::{either::Either, ev, html, prelude::*, task::spawn_local};

use super::super::{api::remove_document, upload};
use crate::{
    fault::Fault,
    live::{Entry, live},
    pages::Visitor,
    say,
    ui::{
        icon::Icon,
        toast,
        words::{document_word, fault_words},
    },
    when,
};

/// The papers, newest last.
#[component]
pub fn Documents(entry: RwSignal<Entry>, detail: RwSignal<LoadDetail>) -> impl IntoView {
    let visitor = expect_context::<Visitor>();
    let (adds, removes) = (visitor.can(Permission::DocumentAdd), visitor.can(Permission::DocumentRemove));
    let load = entry.with_untracked(|entry| entry.row.id);
    let clock = StoredValue::new(
        entry.with_untracked(|entry| (entry.row.pickup.offset_min, entry.row.pickup.zone_short.clone())),
    );
    let papers = Memo::new(move |_| detail.with(|detail| detail.documents.clone()));
    let lines = move || {
        let papers = papers.get();
        if papers.is_empty() {
            return Either::Left(view! { <p class="sub">{say!(common.paper.none)}</p> });
        }
        let line = |paper: Document| {
            let at = clock.with_value(|(offset_min, zone)| {
                format!("{} {zone}", when::day_and_clock(paper.uploaded_at, *offset_min))
            });
            view! { <Paper load paper at detail removes /> }
        };
        Either::Right(view! { <ul class="papers">{papers.into_iter().map(line).collect_view()}</ul> })
    };
    view! {
        <section class="box">
            <h2>{say!(common.paper.heading)}</h2>
            {lines}
            {adds.then(|| view! { <Add load entry detail /> })}
        </section>
    }
}

/// One paper.
#[component]
fn Paper(
    load: LoadId,
    paper: Document,
    /// When it came.
    at: String,
    detail: RwSignal<LoadDetail>,
    removes: bool,
) -> impl IntoView {
    let Document { id, kind, name, size_bytes, uploaded_by, .. } = paper;
    let asks = RwSignal::new(false);
    // Whoever goes by keyboard keeps their place when one button gives way to others.
    let (keep, cross) = (NodeRef::<html::Button>::new(), NodeRef::<html::Button>::new());
    let turn = move |to: bool| {
        asks.set(to);
        let button = if to { keep } else { cross };
        request_animation_frame(move || {
            if let Some(button) = button.get_untracked() {
                _ = button.focus();
            }
        });
    };
    let busy = RwSignal::new(false);
    let label = say!(common.paper.remove, name = name.clone());
    let removed = StoredValue::new(say!(common.paper.removed, name = name.clone()));
    let take_out = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let live = live();
        spawn_local(async move {
            let answer = remove_document(RemoveDocument { load_id: load, document_id: id }).await;
            live.within(|| match answer {
                Ok(One { data }) => {
                    detail.try_update(|detail| detail.documents = data);
                    if let Some(words) = removed.try_get_value() {
                        toast::done(words);
                    }
                }
                Err(fault) => toast::wrong(fault_words(&fault)),
            });
            busy.try_set(false);
        });
    };
    let ask = move || {
        if asks.get() {
            Either::Left(view! {
                <span class="sure" role="group" aria-label=label.clone()>
                    <span>{say!(common.paper.sure)}</span>
                    <button type="button" class="btn danger" aria-disabled=move || busy.get().then_some("true") on:click=take_out>
                        {say!(common.paper.yes)}
                    </button>
                    <button type="button" class="btn" node_ref=keep on:click=move |_| turn(false)>{say!(common.paper.no)}</button>
                </span>
            })
        } else {
            Either::Right(view! {
                <button type="button" class="btn ic" node_ref=cross aria-label=label.clone() title=label.clone() on:click=move |_| turn(true)>
                    <Icon name="x" />
                </button>
            })
        }
    };
    view! {
        <li>
            <Icon name="file-text" />
            <span class="what">
                <a class="link" href=format!("/api/v1/loads/document?id={id}") target="_blank" rel="noopener">
                    {name}
                </a>
                <b>{document_word(kind)}</b>
                <span class="sub">{format!("{} · {}", size_words(size_bytes), say!(common.paper.by, who = uploaded_by, at = at))}</span>
            </span>
            {removes.then_some(ask)}
        </li>
    }
}

/// Adds a file: by choosing it or by letting it fall here. What could not be sent is kept and sent again on demand.
#[component]
fn Add(load: LoadId, entry: RwSignal<Entry>, detail: RwSignal<LoadDetail>) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let kind = RwSignal::new(expected(entry.with_untracked(Entry::status)));
    let coming = RwSignal::new(None::<String>);
    let fault = RwSignal::new(None::<String>);
    let failed = upload::kept();
    let over = RwSignal::new(false);
    let send = move |file: upload::File| {
        if coming.get_untracked().is_some() {
            return;
        }
        let name = file.name();
        coming.set(Some(name.clone()));
        fault.set(None);
        let (live, kind) = (live(), kind.get_untracked());
        spawn_local(async move {
            let answer = upload::send(load, kind, &file).await;
            coming.try_set(None);
            live.within(|| match answer {
                Ok(One { data }) => {
                    detail.try_update(|detail| {
                        if detail.documents.iter().all(|known| known.id != data.id) {
                            detail.documents.push(data);
                        }
                    });
                    toast::done(say!(common.paper.added, name = name));
                }
                Err(refused) => {
                    // A file that is not taken isn't taken the second time either.
                    if refused.says_nothing() {
                        failed.try_set_value(Some(file));
                    }
                    fault.try_set(Some(words(&refused)));
                }
            });
        });
    };
    let again = move |_| {
        if let Some(file) = failed.try_update_value(Option::take).flatten() {
            send(file);
        }
    };
    let chosen = move |_| {
        if let Some(file) = node.get_untracked().and_then(|input| upload::chosen(&input)) {
            failed.set_value(None);
            send(file);
        }
    };
    let fallen = move |event: ev::DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(file) = upload::fallen(&event) {
            failed.set_value(None);
            send(file);
        }
    };
    let hover = move |event: ev::DragEvent| {
        event.prevent_default();
        over.set(true);
    };
    view! {
        <div class="add-paper" class:over=move || over.get() on:dragover=hover on:dragleave=move |_| over.set(false) on:drop=fallen>
            <select
                aria-label=say!(common.paper.kind)
                on:change=move |event| kind.set(DocumentKind::named(&event_target_value(&event)).unwrap_or(DocumentKind::Other))
            >
                {KINDS
                    .map(|each| {
                        view! { <option value=each.name() selected=move || kind.get() == each>{document_word(each)}</option> }
                    })
                    .collect_view()}
            </select>
            <label class="btn" aria-disabled=move || coming.with(Option::is_some).then_some("true")>
                <Icon name="upload" />
                {say!(common.paper.add)}
                <input
                    node_ref=node
                    class="unseen"
                    type="file"
                    accept=ACCEPT
                    disabled=move || coming.with(Option::is_some)
                    on:change=chosen
                />
            </label>
            <span class="sub" role="status">
                {move || match coming.get() {
                    Some(name) => say!(common.paper.adding, name = name),
                    None => say!(common.paper.hint).to_owned(),
                }}
            </span>
            {move || {
                fault
                    .get()
                    .map(|words| {
                        let can_again = failed.with_value(Option::is_some);
                        view! {
                            <p class="field-fault" role="alert">
                                {words}
                                {can_again
                                    .then(|| {
                                        view! { <button type="button" class="btn" on:click=again>{say!(common.paper.again)}</button> }
                                    })}
                            </p>
                        }
                    })
            }}
        </div>
    }
}

/// What is probably uploaded next.
const fn expected(status: LoadStatus) -> DocumentKind {
    match status {
        LoadStatus::AtPickup | LoadStatus::PickedUp | LoadStatus::InTransit => DocumentKind::Bol,
        LoadStatus::AtDelivery | LoadStatus::Delivered | LoadStatus::Completed => DocumentKind::Pod,
        _ => DocumentKind::RateConfirmation,
    }
}

fn words(fault: &Fault) -> String {
    if fault.code() == Some(Code::TooLarge) { say!(common.fault.file_large).to_owned() } else { fault_words(fault) }
}

/// `340 KB`, `2.1 MB`.
fn size_words(bytes: i64) -> String {
    const MEGABYTE: i64 = 1_000_000;
    if bytes < MEGABYTE {
        say!(common.paper.kilobytes, size = (bytes + 999) / 1_000)
    } else {
        let tenths = (bytes * 10 + MEGABYTE / 2) / MEGABYTE;
        say!(common.paper.megabytes, size = format!("{}.{}", tenths / 10, tenths % 10))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_uploaded_next_is_what_the_loads_life_brings_next() {
        assert_eq!(expected(LoadStatus::Accepted), DocumentKind::RateConfirmation);
        assert_eq!(expected(LoadStatus::PickedUp), DocumentKind::Bol);
        assert_eq!(expected(LoadStatus::Delivered), DocumentKind::Pod);
    }
}
