//! What demo loads carry, from where to where, and for how much.

use contract::{
    geo::CIRCUITY,
    loads::{Equipment, Place},
};
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};

use super::companies::company;
use crate::places;

/// The road miles of a demo load, where the towns allow it.
const MILES: std::ops::Range<f64> = 120.0..950.0;

/// A load before anything is known of when.
pub struct Freight {
    /// From where to where.
    pub towns: Vec<&'static Place>,
    /// Road miles.
    pub miles: f64,
    pub customer: &'static str,
    pub equipment: Equipment,
    pub commodity: &'static str,
    pub weight_lbs: i64,
    pub reference: String,
    pub notes: Option<&'static str>,
    pub is_hot: bool,
    pub carrier_rate_cents: i64,
    pub customer_rate_cents: i64,
}

/// What most loads need.
const COMMON: [Equipment; 4] = [Equipment::DryVan, Equipment::DryVan, Equipment::Reefer, Equipment::Flatbed];

const NOTES: [&str; 4] = [
    "Driver must call 30 minutes before arrival.",
    "Check in at gate 3, no overnight parking.",
    "Straps and tarps needed.",
    "Customer wants a photo of the seal.",
];

impl Freight {
    /// Some freight of a company, on this equipment and from this town where they are given. `nth` spreads what is rare:
    /// hot loads, thin margins and stops between. Nothing when the list of towns is too short.
    pub fn new(
        nth: usize,
        slug: &str,
        equipment: Option<Equipment>,
        from: Option<&'static Place>,
        rng: &mut StdRng,
    ) -> Option<Self> {
        let company = company(slug);
        let (from, to) = lane(company.reach, from, rng)?;
        let mut towns = vec![from, to];
        if nth % 8 == 5
            && let Some(between) = on_the_way(from, to)
        {
            towns.insert(1, between);
        }
        let miles = road_miles(&towns);
        let equipment = equipment.or_else(|| COMMON.choose(rng).copied())?;
        let (commodity, weight) = goods(equipment).choose(rng).copied()?;
        let carrier_rate_cents = pay(miles, rng);
        let margin = if nth % 9 == 4 { rng.random_range(1.02..1.05) } else { rng.random_range(1.12..1.22) };
        Some(Self {
            towns,
            miles,
            customer: company.customers.choose(rng).copied()?,
            equipment,
            commodity,
            weight_lbs: weight + rng.random_range(-20..20) * 50,
            reference: format!("PO {}", rng.random_range(4_100_000..4_900_000)),
            notes: if nth % 6 == 2 { NOTES.choose(rng).copied() } else { None },
            is_hot: nth % 10 == 3,
            carrier_rate_cents,
            customer_rate_cents: (carrier_rate_cents as f64 * margin / 500.0).round() as i64 * 500,
        })
    }

    /// The name of the place at the stop with this index.
    pub fn facility(&self, index: usize) -> String {
        const KINDS: [&str; 6] =
            ["Distribution Center", "Cold Storage", "Crossdock", "North Yard", "Plant 2", "Warehouse B"];
        let city = self.towns.get(index).map_or("", |town| town.city.as_str());
        format!("{city} {}", KINDS[(city.len() + index + self.weight_lbs as usize / 50) % KINDS.len()])
    }
}

/// What a carrier gets for so many miles, in cents: 2.00 to 2.90 dollars a mile, to the nearest five dollars.
fn pay(miles: f64, rng: &mut StdRng) -> i64 {
    let dollars = (miles * rng.random_range(2.0..2.9)).max(350.0);
    (dollars / 5.0).round() as i64 * 500
}

/// Some goods with their weight in pounds, for a trailer of this kind.
fn goods(equipment: Equipment) -> &'static [(&'static str, i64)] {
    match equipment {
        Equipment::Reefer => &[
            ("Frozen vegetables", 40_000),
            ("Fresh produce", 38_500),
            ("Cheese and butter", 41_500),
            ("Chilled poultry", 42_000),
        ],
        Equipment::Flatbed | Equipment::StepDeck | Equipment::Conestoga => {
            &[("Structural steel", 46_000), ("Lumber", 45_000), ("Farm machinery", 37_000), ("Roof trusses", 24_000)]
        }
        Equipment::PowerOnly => &[("Preloaded trailer", 36_000)],
        _ => &[
            ("Paper rolls", 41_000),
            ("Canned goods", 43_500),
            ("Household appliances", 28_000),
            ("Bottled water", 44_000),
            ("Furniture", 19_500),
        ],
    }
}

/// The road miles through these towns.
fn road_miles(towns: &[&Place]) -> f64 {
    towns.windows(2).map(|pair| pair[0].point.miles_to(pair[1].point)).sum::<f64>() * CIRCUITY
}

/// The towns between two degrees of longitude that trucks can reach.
pub fn towns((west, east): (f64, f64)) -> Vec<&'static Place> {
    let within = |place: &&Place| (24.5..49.5).contains(&place.point.lat) && (west..east).contains(&place.point.lng);
    places::cities().iter().filter(within).collect()
}

/// Two towns a day or two apart, if the list has such, else any two.
fn lane(reach: (f64, f64), from: Option<&'static Place>, rng: &mut StdRng) -> Option<(&'static Place, &'static Place)> {
    let towns = towns(reach);
    let mut some = None;
    for _ in 0..60 {
        let (from, to) = (from.or_else(|| towns.choose(rng).copied())?, *towns.choose(rng)?);
        if from == to {
            continue;
        }
        some = Some((from, to));
        if MILES.contains(&road_miles(&[from, to])) {
            break;
        }
    }
    some
}

/// The town that lies best between two others, if there is one that is hardly a detour.
fn on_the_way(from: &Place, to: &Place) -> Option<&'static Place> {
    let straight = from.point.miles_to(to.point);
    let detour = |place: &&Place| from.point.miles_to(place.point) + place.point.miles_to(to.point);
    places::cities()
        .iter()
        .filter(|place| from.point.miles_to(place.point) > 40.0 && place.point.miles_to(to.point) > 40.0)
        .min_by(|a, b| detour(a).total_cmp(&detour(b)))
        .filter(|place| detour(place) < straight * 1.15)
}
