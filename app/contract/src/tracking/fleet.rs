//! Watching: a part of the globe, and trails.

use serde::{Deserialize, Serialize};

use crate::{LoadId, Refusal, Timestamp, geo::Point};

/// A part of the globe: south, west, north, east, in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// The southern edge.
    pub south: f64,
    /// The western edge.
    pub west: f64,
    /// The northern edge.
    pub north: f64,
    /// The eastern edge.
    pub east: f64,
}

impl Bounds {
    /// Whether a place lies in it. An eastern edge west of the western one crosses the date line.
    pub fn contain(&self, point: Point) -> bool {
        let lat = (self.south..=self.north).contains(&point.lat);
        let lng = if self.west <= self.east {
            (self.west..=self.east).contains(&point.lng)
        } else {
            point.lng >= self.west || point.lng <= self.east
        };
        lat && lng
    }

    /// Reads `south,west,north,east`.
    ///
    /// # Errors
    /// [`crate::Code::Invalid`] when that is not what it is.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let fault = || Refusal::invalid("bounds", "must be south,west,north,east in degrees");
        let mut edges = [0.0_f64; 4];
        let mut parts = text.split(',');
        for edge in &mut edges {
            *edge = parts
                .next()
                .and_then(|part| part.trim().parse().ok())
                .filter(|v: &f64| v.is_finite())
                .ok_or_else(fault)?;
        }
        let [south, west, north, east] = edges;
        if parts.next().is_some() || south > north {
            return Err(fault());
        }
        Ok(Self { south, west, north, east })
    }
}

/// Asks for the fleet stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WatchFleet {
    /// Which part of the globe; the whole fleet when absent.
    #[serde(default)]
    pub bounds: Option<Bounds>,
}

/// The answer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watching {
    /// How many trucks are in view at first.
    pub watching: usize,
}

/// A stored fix of a load's trail.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TrailFix {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lng: f64,
    /// By the device's clock.
    pub at: Timestamp,
    /// Miles an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed: Option<f64>,
    /// Degrees clockwise from north.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<f64>,
    /// Too fast to be true.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub suspect: bool,
}

/// Which trail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TrailQuery {
    /// Of which load.
    pub load_id: LoadId,
    /// From when on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
}
