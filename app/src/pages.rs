//! Which pages there are, who may see them, and who is looking.

use contract::{
    Timestamp,
    accounts::{DemoAccount, Me},
    actor::Permission,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::json::Text;

/// A page that needs a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its path, and that of everything below it.
    pub path: &'static str,
    /// What a visitor must be allowed.
    pub needs: Permission,
    /// The keys that lead to it, one after the other.
    pub keys: [&'static str; 2],
}

/// Every page behind the sign-in, in the order of the rail.
pub const PAGES: [Page; 8] = [
    Page { path: "/loads", needs: Permission::LoadView, keys: ["G", "L"] },
    Page { path: "/dispatch", needs: Permission::BoardView, keys: ["G", "B"] },
    Page { path: "/tracking", needs: Permission::TrackingView, keys: ["G", "T"] },
    Page { path: "/check-calls", needs: Permission::CheckCallView, keys: ["G", "K"] },
    Page { path: "/carriers", needs: Permission::CarrierView, keys: ["G", "C"] },
    Page { path: "/figures", needs: Permission::KpiView, keys: ["G", "F"] },
    Page { path: "/messages", needs: Permission::MessageView, keys: ["G", "M"] },
    Page { path: "/people", needs: Permission::PeopleEdit, keys: ["G", "P"] },
];

impl Page {
    /// The page that a path belongs to, if it is one behind the sign-in.
    pub fn of(path: &str) -> Option<Self> {
        PAGES.into_iter().find(|page| {
            path.strip_prefix(page.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                || (path == "/" && page.path == "/loads")
        })
    }
}

/// Who is looking, and what the server tells every page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Visitor {
    /// Who, when signed in.
    pub me: Option<Me>,
    /// The server's clock when it rendered the page; ages are counted from here until the page's own clock runs.
    pub now: Timestamp,
    /// Accounts to offer at sign-in, in a demo.
    pub demo: Vec<DemoAccount>,
    /// Where map tiles come from, if from anywhere.
    pub tile_url: Option<String>,
    /// Whose tiles they are.
    pub tile_credit: Option<String>,
    /// The path that the visitor may not see with their role, if that is why this page is shown.
    pub refused: bool,
}

impl Visitor {
    /// Whether the visitor has a permission.
    pub fn can(&self, permission: Permission) -> bool {
        self.me.as_ref().is_some_and(|me| me.roles.iter().any(|role| role.permissions().contains(&permission)))
    }
}

/// Who is looking: on the server from the request, in the browser from what the server wrote into the page.
pub fn visitor() -> Visitor {
    #[cfg(feature = "ssr")]
    let here = || use_context::<Visitor>();
    #[cfg(not(feature = "ssr"))]
    let here = || None::<Visitor>;
    SharedValue::<_, Text>::new_with_encoding(move || {
        here().unwrap_or(Visitor {
            me: None,
            now: Timestamp::default(),
            demo: Vec::new(),
            tile_url: None,
            tile_credit: None,
            refused: false,
        })
    })
    .into_inner()
}
