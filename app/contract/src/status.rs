//! The life of a load: its statuses, where each may go, and the lanes of the board.
//!
//! `domain.md` §2.1 is the source: the twelve statuses, the skips that dispatchers really use, and backward moves for
//! those who may revert.

use serde::{Deserialize, Serialize};

/// Where a load is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LoadStatus {
    /// Being put together; not all details are known.
    Planning,
    /// Complete and waiting for a carrier.
    Pending,
    /// Offered to a carrier.
    Tendered,
    /// Taken by a carrier.
    Accepted,
    /// On its way to the pickup.
    Dispatched,
    /// Waiting or loading at the pickup.
    AtPickup,
    /// Loaded.
    PickedUp,
    /// Driving to the delivery.
    InTransit,
    /// Waiting or unloading at the delivery.
    AtDelivery,
    /// Unloaded.
    Delivered,
    /// Papers done.
    Completed,
    /// Called off.
    Cancelled,
}

use LoadStatus as S;

/// Every status in the order of a load's life.
pub const STATUSES: [LoadStatus; 12] = [
    S::Planning,
    S::Pending,
    S::Tendered,
    S::Accepted,
    S::Dispatched,
    S::AtPickup,
    S::PickedUp,
    S::InTransit,
    S::AtDelivery,
    S::Delivered,
    S::Completed,
    S::Cancelled,
];

/// What a move from one status to another is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The ordinary way on.
    Forward,
    /// One step back: needs the permission to revert, and a reason.
    Backward,
    /// Calling it off: needs the permission to cancel, and a reason.
    Cancel,
}

impl LoadStatus {
    /// The name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            S::Planning => "PLANNING",
            S::Pending => "PENDING",
            S::Tendered => "TENDERED",
            S::Accepted => "ACCEPTED",
            S::Dispatched => "DISPATCHED",
            S::AtPickup => "AT_PICKUP",
            S::PickedUp => "PICKED_UP",
            S::InTransit => "IN_TRANSIT",
            S::AtDelivery => "AT_DELIVERY",
            S::Delivered => "DELIVERED",
            S::Completed => "COMPLETED",
            S::Cancelled => "CANCELLED",
        }
    }

    /// The status of this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        STATUSES.into_iter().find(|status| status.name() == name)
    }

    /// Where a load may go from here in the ordinary way, cancelling included.
    pub const fn next(self) -> &'static [Self] {
        match self {
            S::Planning => &[S::Pending, S::Cancelled],
            S::Pending => &[S::Tendered, S::Accepted, S::Cancelled],
            S::Tendered => &[S::Accepted, S::Pending, S::Cancelled],
            S::Accepted => &[S::Dispatched, S::Cancelled],
            S::Dispatched => &[S::AtPickup, S::InTransit, S::Cancelled],
            S::AtPickup => &[S::PickedUp, S::InTransit],
            S::PickedUp => &[S::InTransit],
            S::InTransit => &[S::AtDelivery, S::Delivered, S::Cancelled],
            S::AtDelivery => &[S::Delivered, S::InTransit],
            S::Delivered => &[S::Completed],
            S::Completed | S::Cancelled => &[],
        }
    }

    /// Where somebody who may revert can take a load back to: one step, and never out of the end states' graves.
    pub const fn previous(self) -> Option<Self> {
        match self {
            S::Pending => Some(S::Planning),
            S::Accepted => Some(S::Pending),
            S::Dispatched => Some(S::Accepted),
            S::AtPickup => Some(S::Dispatched),
            S::PickedUp => Some(S::AtPickup),
            S::InTransit => Some(S::PickedUp),
            S::Delivered => Some(S::AtDelivery),
            S::Completed => Some(S::Delivered),
            S::Planning | S::Tendered | S::AtDelivery | S::Cancelled => None,
        }
    }

    /// What going from here to `to` is, if it is possible at all.
    pub fn step(self, to: Self) -> Option<Move> {
        if self.next().contains(&to) {
            Some(if matches!(to, S::Cancelled) { Move::Cancel } else { Move::Forward })
        } else if self.previous() == Some(to) {
            Some(Move::Backward)
        } else {
            None
        }
    }

    /// Whether the load's life is over.
    pub const fn is_finished(self) -> bool {
        matches!(self, S::Completed | S::Cancelled)
    }

    /// Whether a truck is busy with it, so that positions belong to it (`domain.md` §4.2).
    pub const fn is_under_way(self) -> bool {
        matches!(self, S::Dispatched | S::AtPickup | S::PickedUp | S::InTransit | S::AtDelivery)
    }

    /// Whether the freight is on the truck or has been.
    pub const fn is_loaded(self) -> bool {
        matches!(self, S::PickedUp | S::InTransit | S::AtDelivery | S::Delivered | S::Completed)
    }

    /// The lane of the board that shows it; a cancelled load has none.
    pub const fn lane(self) -> Option<Lane> {
        Some(match self {
            S::Planning | S::Pending => Lane::Unassigned,
            S::Tendered => Lane::Tendered,
            S::Accepted | S::Dispatched => Lane::Dispatched,
            S::AtPickup | S::PickedUp | S::InTransit | S::AtDelivery => Lane::InTransit,
            S::Delivered => Lane::Delivered,
            S::Completed => Lane::Completed,
            S::Cancelled => return None,
        })
    }
}

/// A column of the dispatch board (`domain.md` §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Lane {
    /// Planning and pending.
    Unassigned,
    /// Tendered.
    Tendered,
    /// Accepted and dispatched.
    Dispatched,
    /// From the pickup to the delivery.
    InTransit,
    /// Delivered.
    Delivered,
    /// Completed.
    Completed,
}

/// The lanes from left to right.
pub const LANES: [Lane; 6] =
    [Lane::Unassigned, Lane::Tendered, Lane::Dispatched, Lane::InTransit, Lane::Delivered, Lane::Completed];

impl Lane {
    /// The status that a load takes when it is dropped here: the first one in the lane that it may go to, forward
    /// before backward. Finer moves are the menu's.
    pub fn entry(self, from: LoadStatus) -> Option<LoadStatus> {
        if from.lane() == Some(self) {
            return None;
        }
        let here = |to: &&LoadStatus| to.lane() == Some(self);
        from.next().iter().find(here).copied().or_else(|| from.previous().filter(|to| to.lane() == Some(self)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_move_is_the_one_in_the_table() {
        // The table of `domain.md` §2.1, written out a second time on purpose.
        let table = [
            (S::Planning, "PENDING CANCELLED"),
            (S::Pending, "TENDERED ACCEPTED CANCELLED"),
            (S::Tendered, "PENDING ACCEPTED CANCELLED"),
            (S::Accepted, "DISPATCHED CANCELLED"),
            (S::Dispatched, "AT_PICKUP IN_TRANSIT CANCELLED"),
            (S::AtPickup, "PICKED_UP IN_TRANSIT"),
            (S::PickedUp, "IN_TRANSIT"),
            (S::InTransit, "AT_DELIVERY DELIVERED CANCELLED"),
            (S::AtDelivery, "IN_TRANSIT DELIVERED"),
            (S::Delivered, "COMPLETED"),
            (S::Completed, ""),
            (S::Cancelled, ""),
        ];

        for (from, expected) in table {
            for to in STATUSES {
                let listed = expected.split(' ').any(|name| name == to.name());
                let forward = matches!(from.step(to), Some(Move::Forward | Move::Cancel));
                assert_eq!(forward, listed, "{} to {}", from.name(), to.name());
            }
        }
    }

    #[test]
    fn nothing_leaves_a_cancelled_load_and_nothing_stays_where_it_is() {
        for status in STATUSES {
            assert_eq!(S::Cancelled.step(status), None);
            assert_eq!(status.step(status), None);
        }
    }

    #[test]
    fn a_drop_on_a_lane_means_the_next_legal_status_there() {
        assert_eq!(Lane::InTransit.entry(S::Dispatched), Some(S::AtPickup));
        assert_eq!(Lane::Dispatched.entry(S::Pending), Some(S::Accepted));
        assert_eq!(Lane::Unassigned.entry(S::Tendered), Some(S::Pending));
        assert_eq!(Lane::Completed.entry(S::Pending), None);
        assert_eq!(Lane::InTransit.entry(S::AtPickup), None, "it is there already");
        assert_eq!(Lane::InTransit.entry(S::Delivered), Some(S::AtDelivery), "backward, for those who may");
    }

    #[test]
    fn every_status_is_found_by_its_name() {
        for status in STATUSES {
            assert_eq!(LoadStatus::named(status.name()), Some(status));
        }
    }
}
