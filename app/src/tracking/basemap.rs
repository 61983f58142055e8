//! The base map that needs no internet, as `scripts/basemap.mjs` makes it: outlines and towns.

use contract::geo::Point;
#[cfg(feature = "hydrate")]
use serde::Deserialize;

/// Further from every town than this, in miles, a town says nothing about a truck.
const FAR_MILES: f64 = 250.0;

/// A town with its label, the larger first.
#[derive(Clone, Debug)]
pub struct Town {
    /// Its name.
    pub city: String,
    /// Two letters.
    pub state: String,
    /// Where.
    pub point: Point,
}

/// The town that a place is nearest to, and how many miles away it is.
pub fn nearest(towns: &[Town], point: Point) -> Option<(f64, &Town)> {
    towns
        .iter()
        .map(|town| (town.point.miles_to(point), town))
        .min_by(|(one, _), (other, _)| one.total_cmp(other))
        .filter(|(miles, _)| *miles <= FAR_MILES)
}

/// The file: lines on a grid of `world` × `world` cells, each as its first point and then steps.
#[cfg(feature = "hydrate")]
#[derive(Deserialize)]
pub struct Basemap {
    /// Cells around the globe.
    pub world: f64,
    /// The neighbours.
    pub abroad: Vec<Vec<f64>>,
    /// What hides the gaps between them and the states.
    pub seams: Vec<Vec<f64>>,
    /// The lakes that the neighbours' outlines don't know.
    pub lakes: Vec<Vec<f64>>,
    /// The United States.
    pub land: Vec<Vec<f64>>,
    /// Between states.
    pub borders: Vec<Vec<f64>>,
    towns: Vec<(String, String, f64, f64)>,
}

#[cfg(feature = "hydrate")]
impl Basemap {
    /// The towns, the larger first.
    pub fn towns(&self) -> Vec<Town> {
        self.towns
            .iter()
            .map(|(city, state, x, y)| Town {
                city: city.clone(),
                state: state.clone(),
                point: super::mercator::Spot { x: x / self.world, y: y / self.world }.point(),
            })
            .collect()
    }
}
