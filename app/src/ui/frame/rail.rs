//! The pages to go to: a rail at the left, at the bottom of a phone.

use contract::actor::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::{
    messages::badge::Badge,
    pages::{PAGES, Page, Visitor},
    say,
    ui::icon::Icon,
};

/// The pages that a visitor may see.
pub fn pages_of(visitor: &Visitor) -> impl Iterator<Item = Page> {
    PAGES.into_iter().filter(|page| visitor.can(page.needs))
}

/// A page's name and icon.
pub fn face(page: Page) -> (&'static str, &'static str) {
    match page.needs {
        Permission::BoardView => (say!(common.page.dispatch), "square-kanban"),
        Permission::CarrierView => (say!(common.page.carriers), "truck"),
        Permission::CheckCallView => (say!(common.page.check_calls), "phone-call"),
        Permission::KpiView => (say!(common.page.figures), "chart-column"),
        Permission::MessageView => (say!(common.page.messages), "messages-square"),
        Permission::PeopleEdit => (say!(common.page.people), "users"),
        Permission::TrackingView => (say!(common.page.tracking), "map"),
        _ => (say!(common.page.loads), "rows-3"),
    }
}

/// The rail.
#[component]
pub fn Rail() -> impl IntoView {
    let visitor = expect_context::<Visitor>();
    // From a refused page the way leads through the server, which then renders the page that was refused here.
    let rel = visitor.refused.then_some("external");
    let path = use_location().pathname;
    let links = pages_of(&visitor)
        .map(|page| {
            let (name, icon) = face(page);
            let current = move || (path.with(|path| Page::of(path)) == Some(page)).then_some("page");
            view! {
                <a href=page.path rel=rel aria-current=current>
                    <Icon name=icon size=18 />
                    <span>{name}</span>
                    {(page.needs == Permission::MessageView).then(|| view! { <Badge /> })}
                </a>
            }
        })
        .collect_view();
    view! {
        <nav class="rail" aria-label=say!(common.pages)>
            <span class="logo"><Icon name="waypoints" size=22 /></span>
            {links}
        </nav>
    }
}
