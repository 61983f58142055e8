//! What of the map is in the page's address, so that going back and sharing a link work: which loads are shown, which one
//! is looked at, and the view.

use core::fmt;

use contract::{LoadId, geo::Point};

/// Which of the loads under way are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// All of them.
    All,
    /// Late or tight.
    AtRisk,
    /// Not heard of for long, or never.
    Stale,
    /// Looked after by the reader.
    Mine,
}

/// In the order of the switch.
pub const PICKS: [Pick; 4] = [Pick::All, Pick::AtRisk, Pick::Stale, Pick::Mine];

impl Pick {
    const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::AtRisk => "risk",
            Self::Stale => "stale",
            Self::Mine => "mine",
        }
    }

    /// The pick of a name in an address; all for any other name.
    pub fn named(name: &str) -> Self {
        PICKS.into_iter().find(|pick| pick.name() == name).unwrap_or(Self::All)
    }
}

/// What of the map is in view, once somebody chose it: written as `39.1,-94.6,6.25`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// The middle.
    pub center: Point,
    /// Leaflet's zoom: twice as near with each whole step.
    pub zoom: f64,
}

impl View {
    /// Reads it; nothing when that is not what it is.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(',').map(|part| part.parse::<f64>().ok());
        let (lat, lng, zoom) = (parts.next()??, parts.next()??, parts.next()??);
        let on_the_map = lat.abs() <= 85.0 && lng.abs() <= 180.0 && (0.0..=20.0).contains(&zoom);
        (on_the_map && parts.next().is_none()).then_some(Self { center: Point { lat, lng }, zoom })
    }
}

impl fmt::Display for View {
    /// A ten-thousandth of a degree is less than a pixel wherever the map goes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { center: Point { lat, lng }, zoom } = self;
        write!(f, "{lat:.4},{lng:.4},{zoom:.2}")
    }
}

/// The page's address with all of that.
pub fn address(pick: Pick, load: Option<LoadId>, view: Option<View>) -> String {
    let parts = [
        (pick != Pick::All).then(|| format!("view={}", pick.name())),
        load.map(|load| format!("load={load}")),
        view.map(|view| format!("at={view}")),
    ];
    let query: Vec<String> = parts.into_iter().flatten().collect();
    if query.is_empty() { "/tracking".to_owned() } else { format!("/tracking?{}", query.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_comes_back_from_the_address() {
        let view = View { center: Point { lat: 39.1, lng: -94.578_61 }, zoom: 6.25 };

        assert_eq!(address(Pick::AtRisk, None, Some(view)), "/tracking?view=risk&at=39.1000,-94.5786,6.25");
        assert_eq!(View::parse("39.1000,-94.5786,6.25").map(|view| view.to_string()), Some(view.to_string()));
        assert_eq!(address(Pick::All, None, None), "/tracking");
    }

    #[test]
    fn what_is_no_view_is_not_taken_for_one() {
        for text in ["", "39,-94", "39,-94,6,1", "91,-94,6", "39,-194,6", "39,-94,60", "NaN,-94,6", "39,-94,x"] {
            assert_eq!(View::parse(text), None, "{text}");
        }
    }
}
