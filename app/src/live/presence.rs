//! Who else is at which load just now, and where this page's visitor is. Only while the socket is there: polling doesn't
//! tell, so then nobody is shown.

use std::collections::BTreeMap;

use contract::{
    LoadId, UserId,
    event::{PresenceMode, PresenceUpdated},
};
use leptos::prelude::*;

/// A colleague at a load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// As people call them.
    pub name: String,
    /// Whether they are changing it.
    pub edits: bool,
}

/// Who is where.
#[derive(Clone, Copy)]
pub struct Presence {
    people: RwSignal<BTreeMap<UserId, PresenceUpdated>>,
    /// Where the visitor is: the dialog over the page, the page under it.
    here: RwSignal<Vec<(u32, LoadId, PresenceMode)>>,
    /// Who the visitor is, and by which name others know them.
    me: StoredValue<Option<(UserId, String)>>,
}

impl Presence {
    /// Nobody is known yet to somebody.
    pub fn new(me: Option<(UserId, String)>) -> Self {
        Self { people: RwSignal::default(), here: RwSignal::default(), me: StoredValue::new(me) }
    }

    /// The colleagues at a load; the visitor is none.
    pub fn at(&self, load: LoadId) -> Memo<Vec<Colleague>> {
        let people = self.people;
        let me = self.me.with_value(|me| me.as_ref().map(|(id, _)| *id));
        Memo::new(move |_| {
            people.with(|people| {
                let here = people.values().filter(|person| person.load_id == Some(load) && Some(person.user_id) != me);
                let colleague = |person: &PresenceUpdated| Colleague {
                    name: person.user_name.clone(),
                    edits: person.mode == PresenceMode::Editing,
                };
                here.map(colleague).collect()
            })
        })
    }

    /// Whether this is what others call the visitor.
    pub fn is_me(&self, name: &str) -> bool {
        self.me.with_value(|me| me.as_ref().is_some_and(|(_, own)| own == name))
    }

    /// The visitor is at a load for as long as the caller lives.
    pub fn be(&self, load: LoadId, mode: PresenceMode) {
        let here = self.here;
        Effect::new(move |_| {
            // The latest has the highest number.
            let id = here.with_untracked(|here| here.last().map_or(0, |(last, ..)| last + 1));
            here.update(|here| here.push((id, load, mode)));
            on_cleanup(move || _ = here.try_update(|here| here.retain(|(own, ..)| *own != id)));
        });
    }

    /// Where the visitor is: what they change goes before what they look at.
    #[cfg(feature = "hydrate")]
    pub(super) fn place(&self) -> (Option<LoadId>, PresenceMode) {
        self.here.with(|here| {
            let place = here.iter().max_by_key(|(id, _, mode)| (*mode == PresenceMode::Editing, *id));
            place.map_or((None, PresenceMode::Viewing), |(_, load, mode)| (Some(*load), *mode))
        })
    }

    /// Somebody came or turned to something else.
    #[cfg(feature = "hydrate")]
    pub(super) fn came(&self, person: PresenceUpdated) {
        self.people.update(|people| _ = people.insert(person.user_id, person));
    }

    /// Somebody went.
    #[cfg(feature = "hydrate")]
    pub(super) fn went(&self, user: UserId) {
        self.people.update(|people| _ = people.remove(&user));
    }

    /// Nothing is told any more.
    #[cfg(feature = "hydrate")]
    pub(super) fn forget(&self) {
        if !self.people.with_untracked(BTreeMap::is_empty) {
            self.people.set(BTreeMap::new());
        }
    }
}
