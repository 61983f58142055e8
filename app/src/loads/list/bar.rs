//! The bar above the table: the title, the selections with their counts, the filter, and entering a load.

use contract::{
    One,
    loads::{LoadQuery, ViewCounts},
    views::ViewPage,
};
use leptos::prelude::*;

use super::{
    asked::{FIGURES, VIEWS, count_of, export, href, view_word, whole},
    filter::{Chips, Filter},
};
use crate::{
    fault::Fault,
    json::{Text, brought},
    loads::dialogs::{Dialog, ask},
    say,
    ui::icon::Icon,
    views::menu::SavedViews,
};

/// The answer to the question for the counts.
pub type Counts = Resource<Result<One<ViewCounts>, Fault>, Text>;

/// The bar and, below it, the filters that are on.
#[component]
pub fn Bar(
    /// What the address asks for.
    asked: Memo<LoadQuery>,
    /// How many loads each selection has.
    counts: Counts,
    /// Whether the visitor may enter loads.
    may_create: bool,
    /// Whether they may take them out as a file.
    may_export: bool,
) -> impl IntoView {
    let query = Signal::derive(move || {
        // Which of its pages is shown is no part of a view.
        asked.with(|asked| {
            href(&LoadQuery { page: None, ..asked.clone() })
                .split_once('?')
                .map(|(_, query)| query.to_owned())
                .unwrap_or_default()
        })
    });
    view! {
        <header class="bar">
            <h1>{say!(loads.title)}</h1>
            <nav class="views" aria-label=say!(loads.view.label)>
                <Transition fallback=move || links(&asked.get_untracked(), None)>
                    {move || {
                        let counts = brought(counts).and_then(Result::ok).map(|counts| counts.data);
                        asked.with(|asked| links(asked, counts))
                    }}
                </Transition>
            </nav>
            <span class="grow"></span>
            <Filter asked />
            <SavedViews page=ViewPage::Loads query />
            {may_export.then(|| view! {
                <a class="btn" href=move || asked.with(export) rel="external" download="" title=say!(loads.export_hint)>
                    <Icon name="download" size=14 />
                    {say!(loads.export)}
                </a>
            })}
            {may_create.then(|| view! {
                <button class="btn import" on:click=|_| ask(Dialog::Import) title=say!(loads.import_hint)>
                    <Icon name="upload" size=14 />
                    {say!(loads.import)}
                </button>
            })}
            {may_create.then(|| view! {
                <button class="btn pri" on:click=|_| ask(Dialog::NewLoad) aria-keyshortcuts="n">
                    <Icon name="plus" size=14 />
                    {say!(loads.new_load)}
                    <kbd aria-hidden="true">"N"</kbd>
                </button>
            })}
        </header>
        <Chips asked />
    }
}

fn links(asked: &LoadQuery, counts: Option<ViewCounts>) -> Vec<impl IntoView + use<>> {
    let figure = asked.view.filter(|view| FIGURES.contains(view)).map(Some);
    VIEWS
        .into_iter()
        .chain(figure)
        .map(|view| {
            let here = asked.view == view;
            let count = counts.and_then(|counts| count_of(&counts, view));
            view! {
                <a href=href(&whole(asked, view)) class=here.then_some("on") aria-current=here.then_some("page")>
                    {view_word(view)}
                    {count.map(|count| view! { <span>{count}</span> })}
                </a>
            }
        })
        .collect()
}
