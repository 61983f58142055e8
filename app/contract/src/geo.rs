//! Distances on the globe.

use serde::{Deserialize, Serialize};

/// Mean radius of the earth in statute miles (IUGG 6371.0088 km).
const EARTH_MILES: f64 = 3_958.761_3;

/// How much longer the road is than the great circle, on average over the United States: published circuity factors for
/// long-haul truck routes lie between 1.15 and 1.22.
pub const CIRCUITY: f64 = 1.18;

/// A truck that goes so many miles or more out of its way has left it (`domain.md` §7.4: 20 miles).
pub const DETOUR_MILES: f64 = 20.0;

/// How much longer the way from one place to another is over a third one, in miles as the crow flies. No road is straight: it
/// may bend to the side by a tenth of its length and is hardly longer for it, so this tells a detour from a bend.
pub fn detour_miles(from: Point, over: Point, to: Point) -> f64 {
    (from.miles_to(over) + over.miles_to(to) - from.miles_to(to)).max(0.0)
}

/// A place on the globe, in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Point {
    /// North is positive.
    pub lat: f64,
    /// East is positive.
    pub lng: f64,
}

impl Point {
    /// The great-circle distance in miles.
    pub fn miles_to(self, other: Self) -> f64 {
        let (lat1, lat2) = (self.lat.to_radians(), other.lat.to_radians());
        let (dlat, dlng) = (lat2 - lat1, (other.lng - self.lng).to_radians());
        let a = (dlat / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * (dlng / 2.0).sin().powi(2);
        2.0 * EARTH_MILES * a.sqrt().min(1.0).asin()
    }

    /// The direction to set out in towards `other`, in degrees clockwise from north, 0 to 360.
    pub fn heading_to(self, other: Self) -> f64 {
        let (lat1, lat2) = (self.lat.to_radians(), other.lat.to_radians());
        let dlng = (other.lng - self.lng).to_radians();
        let y = dlng.sin() * lat2.cos();
        let x = lat1.cos() * lat2.sin() - lat1.sin() * lat2.cos() * dlng.cos();
        y.atan2(x).to_degrees().rem_euclid(360.0)
    }

    /// The place at `share` (0 to 1) of the way to `other`. Straight in degrees: near enough for a truck's hop, and
    /// what the map draws anyway.
    #[must_use]
    pub fn towards(self, other: Self, share: f64) -> Self {
        Self { lat: self.lat + (other.lat - self.lat) * share, lng: self.lng + (other.lng - self.lng) * share }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENVER: Point = Point { lat: 39.739_2, lng: -104.990_3 };
    const KANSAS_CITY: Point = Point { lat: 39.099_7, lng: -94.578_6 };

    #[test]
    fn a_bend_is_no_detour_and_another_town_is_one() {
        // Interstate 70 runs by Hays; Oklahoma City lies in another direction.
        let [hays, oklahoma_city] = [(38.879, -99.327), (35.468, -97.516)].map(|(lat, lng)| Point { lat, lng });
        let bend = detour_miles(KANSAS_CITY, hays, DENVER);
        assert!(bend < DETOUR_MILES, "{bend}");
        let off = detour_miles(KANSAS_CITY, oklahoma_city, DENVER);
        assert!(off > 200.0, "{off}");
        assert!(detour_miles(DENVER, DENVER, KANSAS_CITY).abs() < 1e-9);
    }

    #[test]
    fn kansas_city_lies_557_miles_east_of_denver() {
        let miles = KANSAS_CITY.miles_to(DENVER);
        assert!((555.0..560.0).contains(&miles), "{miles}");

        let heading = KANSAS_CITY.heading_to(DENVER);
        assert!((270.0..280.0).contains(&heading), "{heading}");
    }
}
