//! The carriers to choose from for a load: those that suit it first, each with what speaks for it.

use contract::{
    CarrierId, LoadId, One, Timestamp,
    carriers::{CarrierRow, SuggestQuery, Suggested},
    loads::LoadRow,
};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    carriers::api::{list_carriers, suggest_carriers},
    fault::Fault,
    say, when,
};

/// What there is to choose from.
#[derive(Clone)]
pub struct Suitable {
    /// The company's carriers, by name.
    pub carriers: Vec<CarrierRow>,
    suggested: Vec<Suggested>,
}

/// Asks for the carriers; nothing until the answer is there.
pub fn fetch(load: LoadId) -> RwSignal<Option<Result<Suitable, Fault>>> {
    let answer = RwSignal::new(None);
    Effect::new(move |_| {
        spawn_local(async move {
            let suitable = match list_carriers().await {
                Err(fault) => Err(fault),
                Ok(One { data: carriers }) => {
                    // Without it carriers can be chosen all the same.
                    let suggested = suggest_carriers(SuggestQuery { load_id: load }).await;
                    Ok(Suitable { carriers, suggested: suggested.map(|One { data }| data).unwrap_or_default() })
                }
            };
            answer.try_set(Some(suitable));
        });
    });
    answer
}

impl Suitable {
    /// In which place a carrier is suggested; after all others when it isn't.
    pub fn place(&self, carrier: CarrierId) -> usize {
        self.suggested.iter().position(|known| known.carrier_id == carrier).unwrap_or(usize::MAX)
    }

    /// The first so many of those for which something speaks.
    pub fn best(&self, most: usize) -> impl Iterator<Item = &CarrierRow> {
        let for_something = |known: &&Suggested| known.lane_loads > 0 || known.truck.is_some();
        let best = self.suggested.iter().filter(for_something).take(most);
        best.filter_map(|known| self.carriers.iter().find(|carrier| carrier.id == known.carrier_id))
    }

    /// What speaks for a carrier, or doesn't, in words.
    pub fn reasons(&self, carrier: CarrierId, row: &LoadRow, now: Timestamp) -> Vec<String> {
        let Some(known) = self.suggested.iter().find(|known| known.carrier_id == carrier) else { return Vec::new() };
        let truck = known.truck.as_ref().map(|truck| {
            let town = format!("{}, {}", truck.town.city, truck.town.state);
            if truck.from <= now {
                say!(common.suggest.empty_now, miles = truck.miles, town = town)
            } else {
                let at = when::soon(truck.from, row.pickup.offset_min, now);
                let at = format!("{at} {}", row.pickup.zone_short);
                say!(common.suggest.empty_from, miles = truck.miles, town = town, at = at)
            }
        });
        let lane = (known.lane_loads > 0).then(|| say!(common.suggest.lane, count = known.lane_loads));
        let on_time = known.on_time;
        let on_time = (on_time.of > 0).then(|| say!(common.suggest.on_time, met = on_time.met, of = on_time.of));
        let taken = known.taken;
        let taken = (taken.of > 0).then(|| say!(common.suggest.taken, met = taken.met, of = taken.of));
        [lane, truck, on_time, taken].into_iter().flatten().collect()
    }
}
