//! Trucks that moved on their way to those who look at them, whichever node heard of it.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use contract::{
    CarrierId, LoadId, Timestamp,
    event::{Event as _, LoadLocationUpdated, Namespace},
    room::{Room, Stream},
};

use super::{
    sight,
    turns::{self, Position, Turns},
    wire::{Wire, envelope},
};
use crate::{
    clock::Clock,
    relay::Relay,
    store::Store,
    tracking::{
        fleet::Fleet,
        moves::{Moved, Moves},
    },
};

/// Sends each truck that moved to those who look at its load, at once; to those who take every load's position, every
/// few seconds; and to the fleet's table.
pub struct Shower {
    pub wire: Wire,
    pub store: Store,
    pub fleet: Fleet,
    pub turns: Turns,
    pub relay: Option<Relay>,
}

impl Shower {
    /// Shows this node's trucks and those of the others.
    pub async fn run(self, own: Moves, others: Moves) {
        let clock = Clock::default();
        let mut shown = Shown::default();
        loop {
            let (moved, is_own) = tokio::select! {
                moved = own.take() => (moved, true),
                moved = others.take() => (moved, false),
            };
            let mut news = Vec::with_capacity(moved.len());
            for moved in &moved {
                match shown.judge(moved, is_own, Instant::now()) {
                    News::Old => continue,
                    News::OfAnother => sight::recheck(&self.wire, &self.store, moved.event.load_id).await,
                    News::New => {}
                }
                news.push(moved);
            }
            self.show(&news, clock.now()).await;
            if let Some(relay) = self.relay.as_ref().filter(|_| is_own) {
                relay.show(moved);
            }
        }
    }

    async fn show(&self, moved: &[&Moved], now: Timestamp) {
        self.fleet.moved(moved.iter().map(|truck| (truck.tenant, truck.event.load_id, truck.fix)));
        for Moved { tenant, carrier, event, .. } in moved {
            let watching = Room::Load(event.load_id);
            let message = envelope(*tenant, now, event.clone());
            self.wire.send(Namespace::Tracking, watching, LoadLocationUpdated::NAME, &message).await;
            self.wire.send(Namespace::Tracking, watching, LoadLocationUpdated::ALIAS, &message).await;
            let position = Position { tenant: *tenant, carrier: *carrier, message };
            if let Some(position) = self.turns.moved(position, Instant::now()) {
                send(&self.wire, &position).await;
            }
        }
    }
}

/// Sends the positions that waited for their turn: the last one of a truck that stopped too.
pub async fn send_waiting(wire: Wire, turns: Turns) {
    let mut looks = tokio::time::interval(turns::LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        for position in turns.due(Instant::now()) {
            send(&wire, &position).await;
        }
    }
}

async fn send(wire: &Wire, Position { tenant, carrier, message }: &Position) {
    let staff = Room::Positions(Stream::Tenant(*tenant));
    wire.send(Namespace::Events, staff, LoadLocationUpdated::NAME, message).await;
    if let Some(carrier) = carrier {
        let theirs = Room::Positions(Stream::Carrier(*tenant, *carrier));
        wire.send(Namespace::Events, theirs, LoadLocationUpdated::NAME, message).await;
    }
}

/// How long it is remembered which fix was shown.
const REMEMBER: Duration = Duration::from_mins(1);
/// Within this time another node's fix may have overtaken a newer one on its way.
const OVERTAKEN: Duration = Duration::from_secs(10);

/// What a fix is to those who were shown others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    /// It is shown.
    New,
    /// It is shown once those who no longer see the load are put out: it moves under another carrier than before, and the
    /// word of it may still be on its way.
    OfAnother,
    /// It was shown, or a newer one was.
    Old,
}

/// What was shown last of each load that moved lately.
#[derive(Default)]
struct Shown {
    last: HashMap<LoadId, (Option<CarrierId>, Timestamp, Instant)>,
    swept: Option<Instant>,
}

impl Shown {
    /// Judges a fix and remembers it. The order of this node's own fixes was settled by their writer.
    fn judge(&mut self, moved: &Moved, is_own: bool, now: Instant) -> News {
        if self.swept.is_none_or(|swept| now.duration_since(swept) >= REMEMBER) {
            self.swept = Some(now);
            self.last.retain(|_, (_, _, shown)| now.duration_since(*shown) < REMEMBER);
        }
        let (load, at) = (moved.event.load_id, moved.fix.at);
        let news = match self.last.get(&load) {
            Some((carrier, _, _)) if *carrier != moved.carrier => News::OfAnother,
            Some((_, last, _)) if !is_own && *last == at => News::Old,
            Some((_, last, shown)) if !is_own && *last > at && now.duration_since(*shown) < OVERTAKEN => News::Old,
            Some(_) => News::New,
            None => News::OfAnother,
        };
        if news != News::Old {
            self.last.insert(load, (moved.carrier, at, now));
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use contract::{TenantId, geo::Point, tracking::Source};
    use uuid::Uuid;

    use super::*;

    fn at(ms: i64, carrier: u128) -> Moved {
        let event = LoadLocationUpdated {
            load_id: LoadId::new(Uuid::from_u128(1)),
            load_number: String::new(),
            location: Point { lat: 40.0, lng: -90.0 },
            eta: None,
            speed: None,
            heading: None,
            recorded_at: Timestamp::from_millis(ms),
            source: Source::Driver,
        };
        Moved::new(TenantId::new(Uuid::nil()), Some(CarrierId::new(Uuid::from_u128(carrier))), event)
    }

    #[test]
    fn of_other_nodes_only_what_is_newer_is_shown() {
        let mut shown = Shown::default();
        let start = Instant::now();

        assert_eq!(shown.judge(&at(10, 1), true, start), News::OfAnother, "nobody knows what was before");
        assert_eq!(shown.judge(&at(10, 1), false, start), News::Old, "the journal gave it again");
        assert_eq!(shown.judge(&at(5, 1), false, start), News::Old, "it was overtaken");
        assert_eq!(shown.judge(&at(11, 1), false, start), News::New);
        assert_eq!(shown.judge(&at(9, 1), true, start), News::New, "this node's writer says so");
        assert_eq!(shown.judge(&at(8, 1), false, start + OVERTAKEN), News::New, "the marker was put back");
        assert_eq!(shown.judge(&at(7, 2), false, start), News::OfAnother, "another carrier moves it");
    }

    #[test]
    fn what_is_long_shown_is_forgotten() {
        let mut shown = Shown::default();
        let start = Instant::now();
        shown.judge(&at(10, 1), true, start);

        assert_eq!(shown.judge(&at(20, 1), true, start + REMEMBER), News::OfAnother);
        assert_eq!(shown.last.len(), 1);
    }
}
