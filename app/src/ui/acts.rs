//! What can be done from every page. The keys, the map of keys and the palette all read this one list, so that none of
//! them can know something that the others don't.

use contract::{LoadId, actor::Permission};
use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::{
    loads::{
        dialogs::{Dialog, ask},
        undo,
    },
    notices::bell::IsOpen,
    pages::{Page, Visitor},
    say,
    ui::{
        frame::rail::{face, pages_of},
        toast,
    },
};

/// Something that can be done from every page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Find whatever can be done by its name.
    Palette,
    /// Search loads.
    Search,
    /// Enter a load.
    NewLoad,
    /// Enter loads from a spreadsheet.
    Import,
    /// Go to a page.
    Go(Page),
    /// Read the notices.
    Notices,
    /// Take the newest change back.
    Undo,
    /// Show which keys there are.
    Keys,
}

/// What this visitor can do from every page, in the order of the map of keys.
pub fn acts_of(visitor: &Visitor) -> Vec<Act> {
    let own = [
        (Act::Palette, None),
        (Act::Search, Some(Permission::LoadView)),
        (Act::NewLoad, Some(Permission::LoadCreate)),
        (Act::Import, Some(Permission::LoadCreate)),
        (Act::Undo, Some(Permission::LoadStatusUpdate)),
        (Act::Notices, None),
        (Act::Keys, None),
    ];
    let own = own.into_iter().filter(|(_, needs)| needs.is_none_or(|needs| visitor.can(needs))).map(|(act, _)| act);
    own.chain(pages_of(visitor).map(Act::Go)).collect()
}

impl Act {
    /// What it is called.
    pub fn words(self) -> String {
        match self {
            Self::Palette => say!(common.keys.palette).to_owned(),
            Self::Search => say!(common.keys.search).to_owned(),
            Self::NewLoad => say!(common.keys.new_load).to_owned(),
            Self::Import => say!(common.import.title).to_owned(),
            Self::Go(page) => say!(common.keys.go, page = face(page).0),
            Self::Notices => say!(common.keys.notices).to_owned(),
            Self::Undo => say!(common.keys.undo).to_owned(),
            Self::Keys => say!(common.keys.show).to_owned(),
        }
    }

    /// Its icon.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Palette => "command",
            Self::Search => "search",
            Self::NewLoad => "plus",
            Self::Import => "upload",
            Self::Go(page) => face(page).1,
            Self::Notices => "bell",
            Self::Undo => "undo-2",
            Self::Keys => "keyboard",
        }
    }

    /// Its keys, as they are written on them; none when it has none.
    pub fn keys(self) -> Vec<&'static str> {
        let command = if toast::is_mac() { "⌘" } else { "Ctrl" };
        match self {
            Self::Palette => vec![command, "K"],
            Self::Search => vec!["/"],
            Self::NewLoad => vec!["N"],
            Self::Go(page) => page.keys.to_vec(),
            Self::Import | Self::Notices => Vec::new(),
            Self::Undo => vec![command, "Z"],
            Self::Keys => vec!["?"],
        }
    }

    /// Does it; whether there was anything to do.
    pub fn run(self) -> bool {
        match self {
            Self::Palette => ask(Dialog::Palette { load: in_hand() }),
            Self::Search => return to_search(),
            Self::NewLoad => ask(Dialog::NewLoad),
            Self::Import => ask(Dialog::Import),
            Self::Go(page) => use_navigate()(page.path, NavigateOptions::default()),
            Self::Notices => expect_context::<IsOpen>().0.set(true),
            Self::Undo => return undo::take_back_last(),
            Self::Keys => ask(Dialog::Keys),
        }
        true
    }
}

/// Leads to the search: a page with one of its own is searched itself.
fn to_search() -> bool {
    let find = |selector| document().query_selector(selector).ok().flatten();
    let field = find(".seek input").or_else(|| find(".top .search input"));
    let field = field.and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok());
    field.is_some_and(|field| {
        field.select();
        field.focus().is_ok()
    })
}

/// The load that the keyboard is at, else the one that the page is about.
fn in_hand() -> Option<LoadId> {
    let of = |href: &str| href.strip_prefix("/loads/")?.split(['?', '#', '/']).next()?.parse().ok();
    let row = document().active_element().and_then(|at| at.closest("tr,li.card").ok().flatten());
    let link = row.and_then(|row| row.query_selector("a[href^='/loads/']").ok().flatten());
    let here = link.and_then(|link| link.get_attribute("href")).or_else(|| window().location().pathname().ok());
    here.and_then(|href| of(&href))
}
