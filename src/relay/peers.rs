//! The other nodes, as far as they were heard: whether something that one of them said was lost.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use super::message::{Doubt, FRESH_MS, Node};

/// After so long a silent node is forgotten. What it said is too old to be told again by then.
const FORGET: Duration = Duration::from_millis(2 * FRESH_MS.unsigned_abs());

/// What a message's number says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// Nothing is missing before it.
    Next,
    /// Something was lost before it.
    Late,
}

/// After so long without a word a node is taken to have died: what it said last may not have come.
const SILENCE: Duration = Duration::from_millis(1_500);

struct Peer {
    last: u64,
    heard: Instant,
    is_silent: bool,
}

/// The last number of each node.
#[derive(Default)]
pub struct Peers(HashMap<Node, Peer>);

impl Peers {
    /// Hears a message of a node.
    pub fn hear(&mut self, node: Node, number: u64, now: Instant) -> Result<Number, Doubt> {
        let last = self.0.get(&node).map_or(0, |peer| peer.last);
        if number <= last {
            return Err(Doubt::Repeated);
        }
        self.0.insert(node, Peer { last: number, heard: now, is_silent: false });
        Ok(if number == last + 1 { Number::Next } else { Number::Late })
    }

    /// Whether somebody fell silent since this was asked last.
    pub fn lost_somebody(&mut self, now: Instant) -> bool {
        self.0.retain(|_, peer| now.duration_since(peer.heard) < FORGET);
        let mut lost = false;
        for peer in self.0.values_mut().filter(|peer| now.duration_since(peer.heard) >= SILENCE) {
            lost |= !std::mem::replace(&mut peer.is_silent, true);
        }
        lost
    }

    /// How many speak.
    pub fn count(&self) -> usize {
        self.0.values().filter(|peer| !peer.is_silent).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_message_shows_in_the_next_one_and_a_repeated_one_is_not_taken() {
        let mut peers = Peers::default();
        let (a, b) = (Node::from_u128(1), Node::from_u128(2));
        let now = Instant::now();

        assert_eq!(peers.hear(a, 1, now), Ok(Number::Next));
        assert_eq!(peers.hear(a, 2, now), Ok(Number::Next));
        assert_eq!(peers.hear(b, 7, now), Ok(Number::Late), "it spoke before anybody listened");
        assert_eq!(peers.hear(a, 4, now), Ok(Number::Late));
        for number in [1, 3, 4] {
            assert_eq!(peers.hear(a, number, now), Err(Doubt::Repeated));
        }
    }

    #[test]
    fn who_falls_silent_is_missed_once_and_forgotten_later() {
        let mut peers = Peers::default();
        let (a, b) = (Node::from_u128(1), Node::from_u128(2));
        let now = Instant::now();
        peers.hear(a, 1, now).expect("heard");
        peers.hear(b, 1, now).expect("heard");

        assert!(!peers.lost_somebody(now + SILENCE / 2));
        peers.hear(b, 2, now + SILENCE / 2).expect("heard");
        assert!(peers.lost_somebody(now + SILENCE));
        assert_eq!(peers.count(), 1);
        assert!(!peers.lost_somebody(now + SILENCE), "that is known");
        peers.hear(a, 2, now + SILENCE).expect("it lives after all");
        assert_eq!(peers.count(), 2);
        assert!(peers.lost_somebody(now + SILENCE * 2));
        assert!(!peers.lost_somebody(now + FORGET + SILENCE));
        assert_eq!(peers.hear(a, 3, now + FORGET + SILENCE), Ok(Number::Late), "what it said before is forgotten");
    }
}
