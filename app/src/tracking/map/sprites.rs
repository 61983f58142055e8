//! The trucks' pictures, each drawn once and then stamped.

use std::collections::BTreeMap;

use contract::{risk::Risk, tracking::Freshness};

use super::{pen::Pen, theme::Theme};
use crate::tracking::trucks::Look;

/// Tells pictures apart: risk, freshness, heading and whether the truck is the selected one.
type Key = (u8, u8, u8, bool);

/// The heading of a truck that doesn't tell.
const NO_HEADING: u8 = u8::MAX;

/// The pictures drawn so far.
#[derive(Default)]
pub struct Sprites(BTreeMap<Key, Pen>);

/// A truck's radius on the map.
pub const fn radius(selected: bool) -> f64 {
    if selected { 11.0 } else { 7.0 }
}

impl Sprites {
    /// Forgets them, because colours or the screen changed.
    pub fn forget(&mut self) {
        self.0.clear();
    }

    /// Stamps a truck at `(x, y)`.
    pub fn stamp(&mut self, pen: &Pen, theme: &Theme, ratio: f64, (x, y): (f64, f64), look: Look, selected: bool) {
        let key = (look.risk as u8, look.freshness as u8, look.heading.unwrap_or(NO_HEADING), selected);
        if !self.0.contains_key(&key)
            && let Some(drawn) = draw(theme, ratio, look, selected)
        {
            self.0.insert(key, drawn);
        }
        if let Some(sprite) = self.0.get(&key) {
            pen.stamp_around(sprite, x, y);
        }
    }
}

fn draw(theme: &Theme, ratio: f64, look: Look, selected: bool) -> Option<Pen> {
    let radius = radius(selected);
    let size = 2.0 * (radius + 3.0);
    let mut pen = Pen::new()?;
    pen.clear(size, size, ratio);
    pen.transform(1.0, size / 2.0, size / 2.0);
    let stale = matches!(look.freshness, Freshness::Stale | Freshness::Silent);
    pen.ink.set_global_alpha(match look.freshness {
        Freshness::Live => 1.0,
        Freshness::Ageing => 0.8,
        Freshness::Stale | Freshness::Silent => 0.6,
    });
    let ring = if stale && look.risk == Risk::None { &theme.stale } else { theme.ring(look.risk) };
    let width = match (selected, look.risk) {
        (true, _) => 3.0,
        (false, Risk::None) => 1.8,
        (false, _) => 2.4,
    };
    pen.circle(0.0, 0.0, radius);
    pen.fill(if selected { &theme.accent_tint } else { &theme.surface });
    pen.stroke(ring, width, stale.then_some((2.5, 2.0)));

    let scale = if selected { 1.5 } else { 1.0 };
    match look.heading {
        Some(heading) => {
            _ = pen.ink.rotate(f64::from(heading) * core::f64::consts::TAU / 32.0);
            let arrow = [(0.0, -4.2), (3.1, 3.6), (0.0, 1.9), (-3.1, 3.6)];
            pen.line(arrow.into_iter().map(|(x, y)| (x * scale, y * scale)));
        }
        None => pen.circle(0.0, 0.0, 2.2 * scale),
    }
    pen.fill(&theme.ink);
    Some(pen)
}
