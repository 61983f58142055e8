//! Who is at which load just now: what each browser says of itself every few seconds, on this node and on the others.
//!
//! Nothing of it is kept: who has not said anything for a while is gone, whatever became of their browser, their network
//! or their node. Somebody with several tabs is one person, at the load that they are changing or looked at last.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use contract::{
    LoadId, TenantId, UserId,
    actor::{Actor, Permission},
    event::{Event as _, Namespace, PresenceLeft, PresenceMode, PresenceUpdated},
    room::Room,
};
use tokio::{sync::Notify, time::Instant};

use super::wire::{Wire, envelope};
use crate::{
    clock::Clock,
    relay::{Node, Present, Relay},
};

/// Who was not heard of for so long is gone. A browser says where it is every five seconds.
const GONE: Duration = Duration::from_secs(12);

/// How often it is looked for those who are gone.
const LOOK: Duration = Duration::from_secs(1);

/// After how many looks the other nodes are told again who is here, so that they don't take them for gone.
const TELL_EVERY: u32 = 4;

/// What happens within so long is told together: opening a page and its dialog is one move.
const GATHER: Duration = Duration::from_millis(100);

/// From where somebody was heard of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum By {
    /// A socket here.
    Socket(String),
    /// Another node.
    Node(Node),
}

/// Where somebody is, and what they do there.
type Place = (Option<LoadId>, PresenceMode);

/// What was heard of somebody by one way.
#[derive(Clone, Copy, Debug)]
struct Word {
    place: Place,
    /// Since when they are there.
    since: Instant,
    heard: Instant,
}

#[derive(Debug, Default)]
struct Person {
    name: String,
    words: HashMap<By, Word>,
    /// What their colleagues were told last.
    told: Option<Place>,
}

impl Person {
    /// Where they are: what they change goes before what they look at, a load before none, and the latest before the rest.
    fn place(&self) -> Option<Place> {
        let rank = |word: &&Word| (word.place.1 == PresenceMode::Editing, word.place.0.is_some(), word.since);
        self.words.values().max_by_key(rank).map(|word| word.place)
    }
}

/// What colleagues are to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
enum News {
    At(PresenceUpdated),
    Left(PresenceLeft),
}

/// Who is where. Cheap to clone.
#[derive(Clone, Default)]
pub struct Presence {
    people: Arc<Mutex<HashMap<(TenantId, UserId), Person>>>,
    changed: Arc<Notify>,
}

/// Whether somebody is one of those who see each other: the company's own people who may see loads.
pub fn is_shown(who: &Actor) -> bool {
    who.role.is_staff() && who.can(Permission::LoadView)
}

impl Presence {
    /// Never held across an await, so a plain mutex is right.
    fn people(&self) -> MutexGuard<'_, HashMap<(TenantId, UserId), Person>> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A socket says where its user is, or that they still are there.
    pub fn set(&self, who: &Actor, socket: &str, load: Option<LoadId>, mode: PresenceMode) {
        self.hear((who.tenant, who.user), &who.name, By::Socket(socket.to_owned()), (load, mode), Instant::now());
        self.changed.notify_one();
    }

    fn hear(&self, who: (TenantId, UserId), name: &str, by: By, place: Place, now: Instant) {
        let mut people = self.people();
        let person = people.entry(who).or_default();
        name.clone_into(&mut person.name);
        let since = person.words.get(&by).filter(|word| word.place == place).map_or(now, |word| word.since);
        person.words.insert(by, Word { place, since, heard: now });
    }

    /// Where a socket said that its user is, if it said so.
    pub fn of_socket(&self, who: &Actor, socket: &str) -> Option<LoadId> {
        let people = self.people();
        people.get(&(who.tenant, who.user))?.words.get(&By::Socket(socket.to_owned()))?.place.0
    }

    /// A socket is gone.
    pub fn forget(&self, who: &Actor, socket: &str) {
        if let Some(person) = self.people().get_mut(&(who.tenant, who.user)) {
            person.words.remove(&By::Socket(socket.to_owned()));
        }
        self.changed.notify_one();
    }

    /// Another node tells of everybody who is there.
    fn hear_node(&self, node: Node, present: Vec<Present>, now: Instant) {
        let by = By::Node(node);
        let named: HashSet<(TenantId, UserId)> =
            present.iter().map(|Present(tenant, at)| (*tenant, at.user_id)).collect();
        for (who, person) in self.people().iter_mut() {
            if !named.contains(who) {
                person.words.remove(&by);
            }
        }
        for Present(tenant, at) in present {
            self.hear((tenant, at.user_id), &at.user_name, by.clone(), (at.load_id, at.mode), now);
        }
    }

    /// Tells somebody who comes later of everybody of a company who is there. Nobody turns to something else meanwhile, or
    /// the old word could be heard after the new one.
    pub fn each_of(&self, tenant: TenantId, mut tell: impl FnMut(PresenceUpdated)) {
        for ((_, user), person) in self.people().iter().filter(|((of, _), _)| *of == tenant) {
            if let Some(place) = person.place() {
                tell(at(*user, person, place));
            }
        }
    }

    /// Everybody who is here by a socket of this node's.
    fn own(&self) -> Vec<Present> {
        let people = self.people();
        let here = people.iter().filter_map(|((tenant, user), person)| {
            let mut own = Person { name: person.name.clone(), ..Person::default() };
            own.words.extend(
                person.words.iter().filter(|(by, _)| matches!(by, By::Socket(_))).map(|(by, word)| (by.clone(), *word)),
            );
            Some(Present(*tenant, at(*user, &own, own.place()?)))
        });
        here.collect()
    }

    /// What changed since this was asked last, those who are gone included.
    fn news(&self, now: Instant) -> Vec<(TenantId, News)> {
        let mut news = Vec::new();
        self.people().retain(|(tenant, user), person| {
            person.words.retain(|_, word| now.duration_since(word.heard) < GONE);
            let place = person.place();
            if place != person.told {
                person.told = place;
                let told = match place {
                    Some(place) => News::At(at(*user, person, place)),
                    None => News::Left(PresenceLeft { user_id: *user }),
                };
                news.push((*tenant, told));
            }
            place.is_some()
        });
        news
    }
}

fn at(user_id: UserId, person: &Person, (load_id, mode): Place) -> PresenceUpdated {
    PresenceUpdated { user_id, user_name: person.name.clone(), load_id, mode }
}

/// Tells colleagues who comes, goes and turns to something else, and the other nodes who is here.
pub async fn run(wire: Wire, presence: Presence, relay: Option<Relay>) {
    let clock = Clock::default();
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut round, mut told_others) = (0_u32, Vec::new());
    loop {
        let is_look = tokio::select! {
            _ = looks.tick() => true,
            () = presence.changed.notified() => {
                tokio::time::sleep(GATHER).await;
                false
            }
            Some((node, present)) = others(relay.as_ref()) => {
                presence.hear_node(node, present, Instant::now());
                false
            }
        };
        for (tenant, news) in presence.news(Instant::now()) {
            let room = Room::Presence(tenant);
            match news {
                News::At(at) => {
                    let told = envelope(tenant, clock.now(), at);
                    wire.send(Namespace::Dispatch, room, PresenceUpdated::NAME, &told).await;
                }
                News::Left(left) => {
                    let told = envelope(tenant, clock.now(), left);
                    wire.send(Namespace::Dispatch, room, PresenceLeft::NAME, &told).await;
                }
            }
        }
        round = round.wrapping_add(u32::from(is_look));
        let Some(relay) = &relay else { continue };
        let own = presence.own();
        let is_due = is_look && round.is_multiple_of(TELL_EVERY) && !own.is_empty();
        if is_due || own != told_others {
            relay.present(own.clone());
            told_others = own;
        }
    }
}

/// What another node tells next; never, where there are none.
async fn others(relay: Option<&Relay>) -> Option<(Node, Vec<Present>)> {
    match relay {
        Some(relay) => relay.hear_present().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const TENANT: TenantId = TenantId::new(Uuid::from_u128(1));
    const DANA: UserId = UserId::new(Uuid::from_u128(2));

    const fn load(number: u128) -> LoadId {
        LoadId::new(Uuid::from_u128(number))
    }

    fn hear(presence: &Presence, socket: &str, place: Place, now: Instant) {
        presence.hear((TENANT, DANA), "Dana", By::Socket(socket.to_owned()), place, now);
    }

    fn told(presence: &Presence, now: Instant) -> Vec<Option<Place>> {
        let place = |news| match news {
            News::At(at) => Some((at.load_id, at.mode)),
            News::Left(_) => None,
        };
        presence.news(now).into_iter().map(|(_, news)| place(news)).collect()
    }

    #[test]
    fn somebody_with_several_tabs_is_one_person_at_what_they_change_or_looked_at_last() {
        use PresenceMode::{Editing, Viewing};
        let (presence, now) = (Presence::default(), Instant::now());
        let later = |s| now + Duration::from_secs(s);

        hear(&presence, "a", (Some(load(7)), Viewing), now);
        assert_eq!(told(&presence, now), [Some((Some(load(7)), Viewing))]);
        hear(&presence, "b", (Some(load(8)), Viewing), later(1));
        assert_eq!(told(&presence, later(1)), [Some((Some(load(8)), Viewing))]);
        hear(&presence, "a", (Some(load(7)), Viewing), later(2));
        assert!(told(&presence, later(2)).is_empty(), "that one was there before");
        hear(&presence, "a", (Some(load(7)), Editing), later(3));
        hear(&presence, "b", (None, Viewing), later(3));
        assert_eq!(told(&presence, later(3)), [Some((Some(load(7)), Editing))]);
        let mut known = Vec::new();
        presence.each_of(TENANT, |at| known.push(at.load_id));
        presence.each_of(TenantId::new(Uuid::nil()), |_| known.push(None));
        assert_eq!(known, [Some(load(7))]);
    }

    #[test]
    fn who_says_nothing_any_more_is_gone_and_who_goes_on_is_not() {
        let (presence, now) = (Presence::default(), Instant::now());
        let place = (Some(load(7)), PresenceMode::Viewing);
        hear(&presence, "a", place, now);
        told(&presence, now);

        let last = now + Duration::from_secs(5);
        hear(&presence, "a", place, last);
        assert!(told(&presence, now + GONE).is_empty());
        assert_eq!(told(&presence, last + GONE), [None]);
        assert!(presence.people().is_empty(), "nothing is left behind");
    }

    #[test]
    fn another_nodes_people_come_and_go_as_it_tells_and_with_it() {
        let (presence, now) = (Presence::default(), Instant::now());
        let place = (Some(load(7)), PresenceMode::Viewing);
        let node = Node::from_u128(9);
        let word = || {
            let at = PresenceUpdated { user_id: DANA, user_name: "Dana".to_owned(), load_id: place.0, mode: place.1 };
            Present(TENANT, at)
        };

        presence.hear_node(node, vec![word()], now);
        assert_eq!(told(&presence, now), [Some(place)]);
        assert!(presence.own().is_empty(), "they are not told of as this node's own");
        presence.hear_node(node, Vec::new(), now);
        assert_eq!(told(&presence, now), [None]);

        presence.hear_node(node, vec![word()], now);
        assert_eq!(told(&presence, now), [Some(place)]);
        assert_eq!(told(&presence, now + GONE), [None], "the node fell silent");
    }
}
