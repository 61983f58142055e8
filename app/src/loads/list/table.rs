//! The table: its header, the rows as they were loaded, the totals and the pages.

use std::sync::Arc;

use contract::{
    LoadId, PageOf,
    loads::{LoadQuery, LoadRow},
};
use leptos::prelude::*;

use super::{
    asked::{ROW_CHOICES, ROWS, href, sorted, view_word},
    row::{Listing, dollars, grouped, row},
};
use crate::{
    live::live,
    say,
    ui::{click, icon::Icon},
};

/// A column: its class, its words, and the name by which it can be sorted.
type Column = (&'static str, &'static str, Option<&'static str>);

/// A list that has come: the book keeps its rows, this only their order.
pub struct Came {
    /// The rows, in their order.
    pub ids: Vec<LoadId>,
    /// Which part of how many.
    pub page: PageOf,
    /// What the carriers of these rows are paid, for those who may see it.
    pub rates_cents: Option<i64>,
}

impl Came {
    /// What to remember of a list.
    pub fn of(rows: &[LoadRow], page: PageOf) -> Self {
        let rates = rows.iter().filter_map(|row| row.carrier_rate_cents);
        let shows_rates = rows.iter().any(|row| row.carrier_rate_cents.is_some());
        Self { ids: rows.iter().map(|row| row.id).collect(), page, rates_cents: shows_rates.then(|| rates.sum()) }
    }

    /// What the page knew of before, when no list can be had.
    pub fn known(ids: Vec<LoadId>) -> Self {
        let page = PageOf { number: 1, size: ids.len() as u32, total: ids.len() as u64 };
        Self { ids, page, rates_cents: None }
    }
}

/// The table of a list that has come.
pub fn table(came: &Came, listing: Arc<Listing>) -> impl IntoView + use<> {
    let live = live();
    let head = header(&listing);
    let caption = say!(loads.list.caption, view = view_word(listing.asked.view));
    let foot = footer(came, &listing.asked);
    let rows: Vec<_> =
        came.ids.iter().filter_map(|id| live.book.entry(*id)).map(|entry| row(Arc::clone(&listing), entry)).collect();
    view! {
        <div class="scroll">
            <table class="list">
                <caption class="sr-only">{caption}</caption>
                <thead><tr>{head}</tr></thead>
                <tbody on:click=|event| click::open(&event)>{rows}</tbody>
            </table>
        </div>
        {foot}
    }
}

fn header(listing: &Listing) -> Vec<AnyView> {
    let columns: [Option<Column>; 10] = [
        Some(("c-load", say!(loads.column.load), Some("loadNumber"))),
        Some(("c-status", say!(loads.column.status), Some("status"))),
        Some(("c-lane", say!(loads.column.lane), None)),
        Some(("c-carrier", say!(loads.column.carrier), Some("carrier"))),
        Some(("c-equipment", say!(loads.column.equipment), None)),
        Some(("c-pickup", say!(loads.column.pickup), Some("pickup"))),
        Some(("c-delivery", say!(loads.column.delivery), Some("delivery"))),
        Some(("c-eta", say!(loads.column.eta), None)),
        listing.shows_rates.then(|| ("c-rate", say!(loads.column.rate), None)),
        Some(("c-seen", say!(loads.column.seen), None)),
    ];
    columns.into_iter().flatten().map(|column| heading(column, &listing.asked)).collect()
}

fn heading((class, word, sort): Column, asked: &LoadQuery) -> AnyView {
    let Some(sort) = sort else {
        return view! { <th scope="col" class=class>{word}</th> }.into_any();
    };
    let by = asked.sort.as_deref().unwrap_or("pickup");
    let (order, arrow) = match by.strip_prefix('-') {
        Some(by) if by == sort => (Some("descending"), Some("arrow-down")),
        None if by == sort => (Some("ascending"), Some("arrow-up")),
        _ => (None, None),
    };
    view! {
        <th scope="col" class=class aria-sort=order>
            <a id=format!("by-{sort}") href=href(&sorted(asked, sort))>{word}{arrow.map(|name| view! { <Icon name size=12 /> })}</a>
        </th>
    }
    .into_any()
}

fn footer(came: &Came, asked: &LoadQuery) -> impl IntoView + use<> {
    let PageOf { number, size, total } = came.page;
    let shown = came.ids.len() as u64;
    let all_here = shown == total;
    let count = match (total, all_here) {
        (1, true) => say!(loads.list.one).to_owned(),
        (_, true) => say!(loads.list.many, count = grouped(total)),
        _ => say!(loads.list.part, shown = grouped(shown), total = grouped(total)),
    };
    let rates = came.rates_cents.map(|cents| {
        let sum = dollars(cents);
        let words = if all_here { say!(loads.list.rates, sum = sum) } else { say!(loads.list.rates_here, sum = sum) };
        format!(" · {words}")
    });
    let before = u64::from(number - 1) * u64::from(size);
    let part =
        say!(loads.list.range, first = grouped(before + 1), last = grouped(before + shown), total = grouped(total));
    let to_page = |page: u32| href(&LoadQuery { page: (page > 1).then_some(page), ..asked.clone() });
    let previous = (number > 1).then(|| to_page(number - 1));
    let next = (before + shown < total).then(|| to_page(number + 1));
    let smallest = u64::from(ROW_CHOICES[0]);
    let sizes = (total > smallest).then(|| sizes(asked, size));
    view! {
        <footer class="totals">
            <span>{count}{rates}</span>
            <span class="grow"></span>
            {sizes}
            {(!all_here).then(|| view! {
                <nav class="pages" aria-label=say!(loads.list.pages)>
                    <span>{part}</span>
                    {turn("page-before", previous, say!(loads.list.previous), "chevron-left")}
                    {turn("page-after", next, say!(loads.list.next), "chevron-right")}
                </nav>
            })}
        </footer>
    }
}

/// The way to another page; where there is none it stays visible, so that nothing jumps under the pointer.
fn turn(id: &'static str, to: Option<String>, label: &'static str, icon: &'static str) -> AnyView {
    match to {
        Some(to) => view! { <a id=id class="btn" href=to aria-label=label><Icon name=icon size=14 /></a> }.into_any(),
        None => view! { <span class="btn off" aria-hidden="true"><Icon name=icon size=14 /></span> }.into_any(),
    }
}

fn sizes(asked: &LoadQuery, size: u32) -> impl IntoView + use<> {
    let links = ROW_CHOICES
        .into_iter()
        .map(|rows| {
            let to = href(&LoadQuery { size: (rows != ROWS).then_some(rows), page: None, ..asked.clone() });
            view! { <a href=to aria-current=(rows == size).then_some("true")>{rows}</a> }
        })
        .collect_view();
    view! { <nav class="sizes" aria-label=say!(loads.list.size)><span aria-hidden="true">{say!(loads.list.size)}</span>{links}</nav> }
}
