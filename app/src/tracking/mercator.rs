//! The map's projection: places on the globe, spots on the map, and what of it the window shows.

use contract::geo::Point;

/// Leaflet's world is this many pixels wide at zoom 0.
const TILE: f64 = 256.0;

/// A spot on the Web Mercator map: the whole world is 1 wide and 1 high, from the north-west.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Eastward.
    pub x: f64,
    /// Southward.
    pub y: f64,
}

impl From<Point> for Spot {
    fn from(point: Point) -> Self {
        let sin = point.lat.clamp(-85.0, 85.0).to_radians().sin();
        Self {
            x: (point.lng + 180.0) / 360.0,
            y: 0.5 - ((1.0 + sin) / (1.0 - sin)).ln() / (4.0 * core::f64::consts::PI),
        }
    }
}

impl Spot {
    /// The place on the globe.
    pub fn point(self) -> Point {
        let n = core::f64::consts::PI * (1.0 - 2.0 * self.y);
        Point { lat: n.sinh().atan().to_degrees(), lng: self.x * 360.0 - 180.0 }
    }

    /// How far another spot is, on the map's own measure.
    pub fn distance(self, other: Self) -> f64 {
        (other.x - self.x).hypot(other.y - self.y)
    }

    /// The spot at `share` (0 to 1) of the way to `other`.
    pub fn towards(self, other: Self, share: f64) -> Self {
        Self { x: self.x + (other.x - self.x) * share, y: self.y + (other.y - self.y) * share }
    }
}

/// What of the map the window shows, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// How wide the world would be.
    pub scale: f64,
    /// The window's left edge, from the world's.
    pub left: f64,
    /// The window's upper edge, from the world's.
    pub top: f64,
    /// The window's width.
    pub width: f64,
    /// The window's height.
    pub height: f64,
}

impl Camera {
    /// A window of this size around a place.
    pub fn over(center: Point, zoom: f64, width: f64, height: f64) -> Self {
        let scale = TILE * zoom.exp2();
        let spot = Spot::from(center);
        Self { scale, left: spot.x * scale - width / 2.0, top: spot.y * scale - height / 2.0, width, height }
    }

    /// Where a spot is in the window.
    pub fn place(&self, spot: Spot) -> (f64, f64) {
        (spot.x * self.scale - self.left, spot.y * self.scale - self.top)
    }

    /// Whether something this large at `(x, y)` can be seen.
    pub fn sees(&self, (x, y): (f64, f64), margin: f64) -> bool {
        x >= -margin && y >= -margin && x <= self.width + margin && y <= self.height + margin
    }
}

/// The great circle between two places, as so many points after the first.
pub fn great_circle(from: Point, to: Point, points: u32) -> impl Iterator<Item = Point> {
    let vector = |point: Point| {
        let (lat, lng) = (point.lat.to_radians(), point.lng.to_radians());
        [lat.cos() * lng.cos(), lat.cos() * lng.sin(), lat.sin()]
    };
    let (a, b) = (vector(from), vector(to));
    let angle = a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>().clamp(-1.0, 1.0).acos();
    (1..=points).map(move |step| {
        let share = f64::from(step) / f64::from(points);
        if angle < 1e-6 {
            return from.towards(to, share);
        }
        let (p, q) = (((1.0 - share) * angle).sin() / angle.sin(), (share * angle).sin() / angle.sin());
        let [x, y, z] = [a[0] * p + b[0] * q, a[1] * p + b[1] * q, a[2] * p + b[2] * q];
        Point { lat: z.atan2(x.hypot(y)).to_degrees(), lng: y.atan2(x).to_degrees() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENVER: Point = Point { lat: 39.739_2, lng: -104.990_3 };
    const KANSAS_CITY: Point = Point { lat: 39.099_7, lng: -94.578_6 };

    #[test]
    fn a_place_comes_back_from_the_map() {
        let back = Spot::from(DENVER).point();

        assert!((back.lat - DENVER.lat).abs() < 1e-9 && (back.lng - DENVER.lng).abs() < 1e-9);
    }

    #[test]
    fn the_middle_of_the_window_is_the_center() {
        let camera = Camera::over(DENVER, 6.0, 800.0, 600.0);

        let (x, y) = camera.place(DENVER.into());

        assert!((x - 400.0).abs() < 1e-6 && (y - 300.0).abs() < 1e-6);
    }

    #[test]
    fn the_great_circle_ends_where_it_should_and_bows_north() {
        let points: Vec<Point> = great_circle(KANSAS_CITY, DENVER, 8).collect();

        let straight = KANSAS_CITY.towards(DENVER, 0.5);
        assert!(points[3].lat > straight.lat);
        assert!(points[7].miles_to(DENVER) < 0.01);
    }
}
