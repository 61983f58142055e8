//! Saved views: what somebody looks for again and again, under a name (`users.md` §5.4).

use serde::{Deserialize, Serialize};

use crate::ViewId;

/// The longest name, in characters: it has to fit into a menu.
pub const MAX_NAME: usize = 60;

/// The longest question, in characters: that of an address with every filter on.
pub const MAX_QUERY: usize = 1_000;

/// How many views somebody may keep of a page; more could not be told apart in a menu.
pub const MOST: i64 = 50;

/// A page that has views.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ViewPage {
    /// The list of loads.
    Loads,
    /// The dispatch board.
    Board,
}

/// All of them.
pub const VIEW_PAGES: [ViewPage; 2] = [ViewPage::Loads, ViewPage::Board];

impl ViewPage {
    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Loads => "loads",
            Self::Board => "board",
        }
    }

    /// The page of this name.
    pub fn named(name: &str) -> Option<Self> {
        VIEW_PAGES.into_iter().find(|page| page.name() == name)
    }

    /// Its address without any question.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Loads => "/loads",
            Self::Board => "/dispatch",
        }
    }
}

/// A saved view, as its reader sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SavedView {
    /// Which.
    pub id: ViewId,
    /// Of which page.
    pub page: ViewPage,
    /// What it is called.
    pub name: String,
    /// What the page's address asks for, after the question mark.
    pub query: String,
    /// Whether all of the company's staff see it.
    pub shared: bool,
    /// Whether it is the reader's own.
    pub mine: bool,
    /// Whose it is.
    pub owner: String,
}

impl SavedView {
    /// The address that shows it.
    pub fn address(&self) -> String {
        match self.query.as_str() {
            "" => self.page.path().to_owned(),
            query => format!("{}?{query}", self.page.path()),
        }
    }
}

/// Saves a view; one of the caller's own of the same page and name is replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SaveView {
    /// Of which page.
    pub page: ViewPage,
    /// What it is called.
    pub name: String,
    /// What the page's address asks for, after the question mark.
    #[serde(default)]
    pub query: String,
    /// Whether all of the company's staff see it.
    #[serde(default)]
    pub shared: bool,
}

/// Removes a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RemoveView {
    /// Which.
    pub id: ViewId,
}
