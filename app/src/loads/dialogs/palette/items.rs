//! What the palette has to offer.

use contract::{
    LoadId,
    actor::Permission,
    loads::{LoadQuery, LoadRow},
    status::LoadStatus,
    views::{SavedView, ViewPage},
};

use leptos::prelude::WithUntracked as _;

use super::super::super::{
    deeds::{Deed, deeds},
    list::{
        asked::{VIEWS, href, view_word},
        fits::fits,
    },
};
use crate::{
    live::live,
    pages::Visitor,
    say,
    ui::{
        acts::{Act, acts_of},
        words::status_word,
    },
    when,
};

/// How many loads are offered: as many as can be told apart at a glance.
pub const MOST: usize = 7;

/// What an entry does.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    Deed(LoadId, Deed),
    Act(Act),
    /// Open a load.
    Load(LoadId),
    /// Go to an address of this site.
    Address(String),
}

/// An entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub what: What,
    pub group: String,
    pub icon: &'static str,
    pub words: String,
    pub more: String,
    pub keys: Vec<&'static str>,
}

/// What the server has said to the letters typed last.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// It was not asked.
    Unasked,
    Asking,
    These(Vec<LoadRow>),
    Failed,
}

impl Item {
    /// Whether every word that was typed is in it.
    pub fn answers(&self, text: &str) -> bool {
        let own = format!("{} {} {}", self.words, self.more, self.group).to_lowercase();
        text.split_whitespace().all(|word| own.contains(word))
    }
}

/// What there is before anything is typed: what can be done to the load in hand, and from every page.
pub fn fixed(visitor: &Visitor, load: Option<LoadId>) -> Vec<Item> {
    let mut items = Vec::new();
    let number = load
        .and_then(|load| live().book.entry(load))
        .map(|entry| entry.with_untracked(|entry| entry.row.load_number.clone()));
    if let (Some(load), Some(number)) = (load, number) {
        items.extend(deeds(load).into_iter().map(|(deed, words, key)| Item {
            what: What::Deed(load, deed),
            group: number.clone(),
            icon: match deed {
                Deed::Move(LoadStatus::Cancelled) => "ban",
                Deed::Move(_) => "arrow-right",
                Deed::Assign => "user",
                Deed::Edit => "pencil",
                Deed::Call => "phone-call",
                Deed::Open => "panel-right",
            },
            words,
            more: String::new(),
            keys: if key.is_empty() { Vec::new() } else { vec![key] },
        }));
    }
    let acts = acts_of(visitor).into_iter().filter(|act| *act != Act::Palette);
    let (pages, others): (Vec<_>, Vec<_>) = acts.partition(|act| matches!(act, Act::Go(_)));
    let act = |group: &str, act: Act| Item {
        what: What::Act(act),
        group: group.to_owned(),
        icon: act.icon(),
        words: act.words(),
        more: String::new(),
        keys: act.keys(),
    };
    items.extend(pages.into_iter().map(|page| act(say!(common.palette.go), page)));
    items.extend(others.into_iter().map(|other| act(say!(common.palette.acts), other)));
    if visitor.can(Permission::LoadView) {
        items.extend(VIEWS.into_iter().map(|view| Item {
            what: What::Address(href(&LoadQuery { view, ..LoadQuery::default() })),
            group: say!(common.views.every).to_owned(),
            icon: "rows-3",
            words: format!("{}: {}", say!(common.page.loads), view_word(view)),
            more: String::new(),
            keys: Vec::new(),
        }));
    }
    items
}

/// A saved view.
pub fn view_item(view: &SavedView) -> Item {
    Item {
        what: What::Address(view.address()),
        group: say!(common.views.title).to_owned(),
        icon: "layers",
        words: view.name.clone(),
        more: match view.page {
            ViewPage::Loads => say!(common.page.loads).to_owned(),
            ViewPage::Board => say!(common.page.dispatch).to_owned(),
        },
        keys: Vec::new(),
    }
}

/// The loads that answer to what was typed: the server's, and until it has answered those that the page knows.
pub fn loads(found: &Found, text: &str) -> Vec<Item> {
    let item = |row: &LoadRow| Item {
        what: What::Load(row.id),
        group: say!(common.palette.loads).to_owned(),
        icon: "package",
        words: format!("{} · {} → {}", row.load_number, row.origin.city, row.destination.city),
        more: match &row.carrier {
            Some(carrier) => format!("{} · {}", status_word(row.status), carrier.name),
            None => status_word(row.status).to_owned(),
        },
        keys: Vec::new(),
    };
    let rows = match found {
        Found::Unasked => return Vec::new(),
        Found::These(rows) => rows.clone(),
        Found::Asking | Found::Failed => {
            let query = LoadQuery { q: Some(text.to_owned()), ..LoadQuery::default() };
            let book = live().book;
            let now = when::now_untracked();
            let ids = book.select(|entry| fits(&query, &entry.row, None, now), |entry| entry.row.pickup.start);
            let entries = ids.into_iter().rev().take(MOST).filter_map(|id| book.entry(id));
            entries.map(|entry| entry.with_untracked(|entry| entry.row.clone())).collect()
        }
    };
    let mut items: Vec<_> = rows.iter().map(item).collect();
    if rows.len() == MOST {
        let all = LoadQuery { q: Some(text.to_owned()), ..LoadQuery::default() };
        items.push(Item {
            what: What::Address(href(&all)),
            group: say!(common.palette.loads).to_owned(),
            icon: "list-filter",
            words: say!(common.palette.all, text = text),
            more: String::new(),
            keys: Vec::new(),
        });
    }
    items
}
