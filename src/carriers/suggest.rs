//! Which carriers suit a load: those that may be given it and have its trailer, by what they have done and where their
//! trucks will be empty.

use std::collections::HashMap;

use contract::{
    CarrierId, LoadId, Refusal, Timestamp,
    actor::{Actor, Permission},
    carriers::{EMPTY_MILES, EmptyTruck, LANE_MILES, MAX_SUGGESTED, RECORD_DAYS, Standing, SuggestQuery, Suggested},
    eta::USUAL_MPH,
    geo::{CIRCUITY, Point},
};

use super::today;
use crate::{
    desk::Desk,
    error::Result,
    store::{
        carriers::{
            self as rows,
            record::{self, Ending, Lane},
        },
        loads, moment,
    },
};

const DAY_MIN: i64 = 24 * 60;

/// A truck that has stood empty for longer has most likely found something else, in minutes.
const STANDS_MIN: i64 = 2 * DAY_MIN;

/// The carriers that suit a load, the best first.
pub(super) async fn suggest(desk: &Desk, who: &Actor, ask: SuggestQuery) -> Result<Vec<Suggested>> {
    who.may(Permission::CarrierView)?;
    who.may(Permission::LoadAssign)?;
    let load = loads::one(&desk.store, who, ask.load_id).await?.ok_or_else(Refusal::not_found)?;
    let (store, tenant, now) = (&desk.store, who.tenant, desk.clock.now());
    let origin = Point { lat: load.origin_lat, lng: load.origin_lng };
    let destination = Point { lat: load.destination_lat, lng: load.destination_lng };
    let since = now.plus_minutes(-RECORD_DAYS * DAY_MIN);
    let lane = Lane { origin, destination, miles: LANE_MILES };
    let carriers = rows::all(store, tenant, today(desk, who).await?).await?;
    let delivered = record::delivered(store, tenant, lane, since).await?;
    let taken = record::taken(store, tenant, since).await?;
    let mut trucks = empty_near(desk, who, load.id(), origin, moment(load.pickup_end)).await?;
    let equipment = load.row_for(who).equipment;
    let mut suggested: Vec<(f64, Suggested)> = carriers
        .into_iter()
        .filter(|carrier| carrier.active && carrier.compliance() != Standing::Barred)
        .filter(|carrier| carrier.equipment.contains(&equipment))
        .map(|carrier| {
            let record = delivered.get(&carrier.id).copied().unwrap_or_default();
            let suggested = Suggested {
                carrier_id: carrier.id,
                lane_loads: record.on_lane,
                on_time: record.on_time,
                taken: taken.get(&carrier.id).copied().unwrap_or_default(),
                truck: trucks.remove(&carrier.id),
            };
            (suggested.points(), suggested)
        })
        .collect();
    // They come by name, and those of whom the same speaks stay in that order.
    suggested.sort_by(|one, other| other.0.total_cmp(&one.0));
    suggested.truncate(MAX_SUGGESTED);
    Ok(suggested.into_iter().map(|(_, suggested)| suggested).collect())
}

/// Of each carrier the truck that will be empty nearest to a place and can be there by a moment.
async fn empty_near(
    desk: &Desk,
    who: &Actor,
    but: LoadId,
    place: Point,
    by: Timestamp,
) -> Result<HashMap<CarrierId, EmptyTruck>> {
    let now = desk.clock.now();
    let endings = record::endings(&desk.store, who.tenant, but, now.plus_minutes(-STANDS_MIN)).await?;
    // Where a driver ends who has taken on several loads, the last one says.
    let mut last: HashMap<_, Ending> = HashMap::new();
    for ending in endings {
        let known = last.entry(ending.driver).or_insert_with(|| ending.clone());
        if known.at < ending.at {
            *known = ending;
        }
    }
    let mut nearest: HashMap<CarrierId, EmptyTruck> = HashMap::new();
    for ending in last.into_values() {
        let miles = ending.point.miles_to(place) * CIRCUITY;
        let drive_min = (miles / USUAL_MPH * 60.0).ceil() as i64;
        if miles > EMPTY_MILES || ending.at.max(now).plus_minutes(drive_min) > by {
            continue;
        }
        let Ending { carrier, name, town, at, .. } = ending;
        let truck = EmptyTruck { driver: name, town, miles: miles.round() as u32, from: at };
        let is_nearer = |known: &EmptyTruck| (truck.miles, truck.from) < (known.miles, known.from);
        if nearest.get(&carrier).is_none_or(is_nearer) {
            nearest.insert(carrier, truck);
        }
    }
    Ok(nearest)
}
