//! The list of everything that the server tells, whether a page of ours reads it or not.

use super::{DURABLE, Event, FURTHER, FleetPositions, LoadLocationUpdated, Namespace, PresenceLeft, PresenceUpdated};

/// An event that is journaled with the change it tells of, so that nobody misses it.
pub trait Durable: Event {}

/// One kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// What it is called.
    pub name: &'static str,
    /// Where it is told.
    pub namespaces: &'static [Namespace],
    /// Whether it is journaled; else the next one of its kind replaces it.
    pub durable: bool,
}

const fn fleeting<E: Event>() -> Kind {
    Kind { name: E::NAME, namespaces: E::NAMESPACES, durable: false }
}

/// What is told at the moment alone.
const FLEETING: [Kind; 4] = [
    fleeting::<LoadLocationUpdated>(),
    fleeting::<FleetPositions>(),
    fleeting::<PresenceUpdated>(),
    fleeting::<PresenceLeft>(),
];

/// Every event there is.
pub fn catalogue() -> impl Iterator<Item = Kind> {
    let durable = DURABLE.iter().chain(FURTHER).map(|(name, namespaces)| Kind { name, namespaces, durable: true });
    durable.chain(FLEETING)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_event_has_a_name_of_its_own() {
        let names: BTreeSet<_> = catalogue().map(|kind| kind.name).collect();
        assert_eq!(names.len(), catalogue().count());
    }

    #[test]
    fn every_durable_event_is_told_on_events() {
        assert!(catalogue().filter(|kind| kind.durable).all(|kind| kind.namespaces.contains(&Namespace::Events)));
    }

    #[test]
    fn a_name_says_on_which_further_namespaces_it_is_told() {
        for kind in catalogue() {
            let told_on = |namespace| kind.namespaces.contains(&namespace);
            let starts = |start| kind.name.starts_with(start);
            assert!(!told_on(Namespace::Dispatch) || starts("load:") || starts("presence:"), "{}", kind.name);
            let notice = ["notification:", "carrier:compliance:alert", "system:"].into_iter().any(starts);
            assert_eq!(told_on(Namespace::Notifications), notice, "{}", kind.name);
        }
    }
}
