//! Arrivals and departures that positions tell of: found after the fixes are stored, and not in their way.
//!
//! Storing fixes only looks whether one of them lies where its load might have come to a stop or left one; that costs a
//! distance. Such loads are looked at here, one after the other: the fixes around that moment are read from the store and
//! judged by [`contract::fence`], and what they tell goes through the door of any other change of a load. Nothing is
//! remembered in between, so a node that starts anew, or another one, judges the same; and of two that judge at once one finds
//! the load's version gone up.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use contract::{
    LoadId, TenantId, Timestamp,
    fence::{Fence, Seen, Side, arrival, departure},
    status::LoadStatus as S,
    tracking::{Fix, Source},
};
use tokio::sync::Notify;

use crate::{
    desk::Desk,
    error::Result,
    loads::cross::{Crossed, cross},
    store::positions::{self, Fenced, Place, Tracked},
};

/// Between two looks at the same load, so that a truck that reports ten times a second is not looked at as often.
const BREATH: Duration = Duration::from_millis(500);

/// A load whose truck may have come to a stop or left one, from the fix of a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub load: LoadId,
    /// The earliest fix that may tell so.
    pub from: Timestamp,
}

/// Where such loads wait to be looked at: each once, with the earliest of its fixes. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Fences {
    waiting: Arc<Mutex<HashMap<LoadId, Crossing>>>,
    some: Arc<Notify>,
}

impl Fences {
    /// Never held across an await, so a plain mutex is right.
    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<LoadId, Crossing>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Loads are to be looked at.
    pub fn put(&self, crossing: Vec<Crossing>) {
        if crossing.is_empty() {
            return;
        }
        let mut waiting = self.waiting();
        for one in crossing {
            let known = waiting.entry(one.load).or_insert(one);
            known.from = known.from.min(one.from);
        }
        drop(waiting);
        self.some.notify_one();
    }

    async fn take(&self) -> Vec<Crossing> {
        loop {
            let taken: Vec<Crossing> = self.waiting().drain().map(|(_, crossing)| crossing).collect();
            if !taken.is_empty() {
                return taken;
            }
            self.some.notified().await;
        }
    }
}

/// Whether a fix may tell that its load's truck came to its next stop, or left the one at which it stands.
pub(super) fn may_cross(load: &Tracked, fix: &Fix) -> bool {
    let fence = |place: Place| Fence::of(place.kind, place.point);
    let seen = Seen { point: fix.point, at: fix.marked_at(), accuracy: fix.accuracy };
    match load.status {
        S::Dispatched | S::InTransit => load.next.is_some_and(|next| fence(next).side(&seen) == Side::Inside),
        S::AtPickup | S::PickedUp | S::AtDelivery => {
            load.here.is_some_and(|here| !here.is_left && fence(here.place).side(&seen) == Side::Outside)
        }
        _ => false,
    }
}

/// Looks at loads for as long as the desk lives; first at all of them, because a node may have gone before it had looked.
pub async fn run(desk: Desk) {
    match positions::near_fences(&desk.store).await {
        Ok(all) => desk.fences.put(all.iter().filter_map(resumed).collect()),
        Err(error) => tracing::warn!(%error, "What trucks did while no node ran is seen with their next fixes"),
    }
    loop {
        for one in desk.fences.take().await {
            if let Err(error) = look(&desk, one).await {
                tracing::warn!(load.id = %one.load, %error, "An arrival could not be judged; trying again soon");
                desk.fences.put(vec![one]);
            }
        }
        tokio::time::sleep(BREATH).await;
    }
}

/// A load whose newest fix may tell of a crossing.
fn resumed(load: &Tracked) -> Option<Crossing> {
    let (point, at) = load.track.newest?;
    let (speed, heading, accuracy, source) = (None, None, None, Source::default());
    let fix = Fix { load: load.load, point, at, received_at: at, speed, heading, accuracy, source };
    may_cross(load, &fix).then_some(Crossing { tenant: load.tenant, load: load.load, from: at })
}

/// Moves a load on after its truck, as far as its fixes tell; gives how many steps that was.
///
/// # Errors
/// When the database fails.
pub async fn look(desk: &Desk, Crossing { tenant, load, from }: Crossing) -> Result<usize> {
    let mut steps = 0;
    loop {
        let Some(fenced) = positions::fenced(&desk.store, tenant, load).await? else { return Ok(steps) };
        let fixes = positions::seen(&desk.store, load, &fenced, from).await?;
        let Some(crossed) = judge(&fenced, &fixes, desk.pace.scale) else { return Ok(steps) };
        // Judged anew when somebody was quicker; and after each step, for what comes next.
        steps += usize::from(cross(desk, tenant, load, fenced.version, crossed).await?);
    }
}

/// What a load's fixes tell of its next step. Stops are come to in their turn, and only what a truck did since it left the one
/// before counts for the next.
fn judge(load: &Fenced, fixes: &[Seen], scale: f64) -> Option<Crossed> {
    let reached = load.stops.iter().rposition(|stop| stop.arrived_at.is_some()).map_or(0, |last| last + 1);
    match load.status {
        S::Dispatched | S::InTransit => {
            let next = load.stops.get(reached)?;
            let left = reached.checked_sub(1).and_then(|before| load.stops[before].departed_at);
            let after = left.map_or(load.since, |left| left.max(load.since));
            arrival(next.fence, fixes, after, next.held_at, scale).map(Crossed::Arrived)
        }
        S::AtPickup | S::PickedUp | S::AtDelivery => {
            let here = load.stops.get(reached.checked_sub(1)?)?;
            let arrived = here.arrived_at.filter(|_| here.departed_at.is_none())?;
            let others = here.held_at.map_or(load.since, |held| held.max(load.since));
            let was_inside = here.arrived_by_position && others <= arrived;
            departure(here.fence, fixes, arrived.max(others), was_inside, scale).map(Crossed::Departed)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use contract::{geo::Point, loads::StopKind};
    use uuid::Uuid;

    use super::*;
    use crate::store::positions::FencedStop;

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);
    const KANSAS_CITY: Point = Point { lat: 39.099_7, lng: -94.578_6 };
    const DENVER: Point = Point { lat: 39.739_2, lng: -104.990_3 };

    fn stop(kind: StopKind, point: Point) -> FencedStop {
        let fence = Fence::of(kind, point);
        FencedStop { fence, arrived_at: None, arrived_by_position: false, departed_at: None, held_at: None }
    }

    fn load(status: S) -> Fenced {
        let stops = vec![stop(StopKind::Pickup, KANSAS_CITY), stop(StopKind::Delivery, DENVER)];
        Fenced { status, version: 1, carrier: None, since: NOW, stops }
    }

    fn stay(point: Point, from_min: i64, to_min: i64) -> Vec<Seen> {
        (from_min..=to_min).map(|min| Seen { point, at: NOW.plus_minutes(min), accuracy: None }).collect()
    }

    #[test]
    fn a_truck_at_a_stop_that_is_not_its_next_has_not_arrived() {
        assert_eq!(judge(&load(S::Dispatched), &stay(DENVER, 1, 30), 1.0), None);
        let came = judge(&load(S::Dispatched), &stay(KANSAS_CITY, 1, 30), 1.0);
        assert_eq!(came, Some(Crossed::Arrived(NOW.plus_minutes(1))));
    }

    #[test]
    fn what_was_before_the_truck_was_sent_does_not_count() {
        assert_eq!(judge(&load(S::Dispatched), &stay(KANSAS_CITY, -60, 0), 1.0), None);
    }

    #[test]
    fn two_stops_at_one_place_are_two_stays() {
        let mut load = load(S::InTransit);
        load.stops[1] = stop(StopKind::Delivery, KANSAS_CITY);
        (load.stops[0].arrived_at, load.stops[0].departed_at) = (Some(NOW), Some(NOW.plus_minutes(30)));
        assert_eq!(judge(&load, &stay(KANSAS_CITY, 0, 30), 1.0), None, "that was the first");
        let came = judge(&load, &stay(KANSAS_CITY, 0, 60), 1.0);
        assert_eq!(came, Some(Crossed::Arrived(NOW.plus_minutes(31))));
    }

    #[test]
    fn a_driver_who_took_over_must_have_been_there_to_leave() {
        let mut load = load(S::AtPickup);
        (load.stops[0].arrived_at, load.stops[0].arrived_by_position) = (Some(NOW), true);
        let gone = stay(DENVER, 60, 70);
        assert_eq!(judge(&load, &gone, 1.0), Some(Crossed::Departed(NOW.plus_minutes(60))));
        load.since = NOW.plus_minutes(30);
        assert_eq!(judge(&load, &gone, 1.0), None, "the new truck is still on its way to the trailer");
    }

    #[test]
    fn what_waits_is_each_load_once_with_its_earliest_fix() {
        let fences = Fences::default();
        let one = |from_min| Crossing {
            tenant: TenantId::new(Uuid::nil()),
            load: LoadId::new(Uuid::nil()),
            from: NOW.plus_minutes(from_min),
        };
        fences.put(vec![one(5), one(3)]);
        fences.put(vec![one(9)]);
        let waiting: Vec<Crossing> = fences.waiting().values().copied().collect();
        assert_eq!(waiting, [one(3)]);
    }
}
