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

/// The last number of each node.
#[derive(Default)]
pub struct Peers(HashMap<Node, (u64, Instant)>);

impl Peers {
    /// Hears a message of a node.
    pub fn hear(&mut self, node: Node, number: u64, now: Instant) -> Result<Number, Doubt> {
        self.0.retain(|_, (_, heard)| now.duration_since(*heard) < FORGET);
        let last = self.0.get(&node).map_or(0, |(last, _)| *last);
        if number <= last {
            return Err(Doubt::Repeated);
        }
        self.0.insert(node, (number, now));
        Ok(if number == last + 1 { Number::Next } else { Number::Late })
    }

    /// How many were heard lately.
    pub fn count(&self) -> usize {
        self.0.len()
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
        assert_eq!(peers.hear(a, 5, now + FORGET), Ok(Number::Late), "b and what a said before are forgotten");
        assert_eq!(peers.count(), 1);
    }
}
