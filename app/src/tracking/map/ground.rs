//! The ground: outlines of land, borders and towns, drawn once for each view and then stamped.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Path2d, Response};

use super::{pen::Pen, theme::Theme};
use crate::tracking::{
    basemap::{Basemap, Town},
    mercator::{Camera, Spot},
};

/// How broad the seam along the neighbours' border is, in miles.
const SEAM_MILES: f64 = 30.0;
/// Miles around the globe at the middle of the United States.
const MILES_AROUND: f64 = 24_900.0 * 0.77;
/// Half a label's height, and how far it stands from its dot.
const LABEL: (f64, f64) = (7.0, 6.0);

/// The outlines, ready to be drawn.
pub struct Ground {
    world: f64,
    abroad: Path2d,
    seams: Path2d,
    lakes: Path2d,
    land: Path2d,
    borders: Path2d,
    towns: Vec<(String, Spot)>,
    drawn: Option<(Pen, Camera, f64)>,
}

/// Fetches the base map.
pub async fn fetch() -> Option<Basemap> {
    let answer = JsFuture::from(leptos::prelude::window().fetch_with_str("/basemap.json")).await.ok()?;
    let answer: Response = answer.dyn_into().ok()?;
    let text = JsFuture::from(answer.text().ok()?).await.ok()?.as_string()?;
    serde_json::from_str(&text).ok()
}

impl Ground {
    /// Prepares the outlines.
    pub fn new(map: &Basemap, towns: &[Town]) -> Option<Self> {
        Some(Self {
            world: map.world,
            abroad: path(&map.abroad, true)?,
            seams: path(&map.seams, false)?,
            lakes: path(&map.lakes, true)?,
            land: path(&map.land, true)?,
            borders: path(&map.borders, false)?,
            towns: towns.iter().map(|town| (town.city.clone(), town.point.into())).collect(),
            drawn: None,
        })
    }

    /// Forgets what was drawn, because the colours changed.
    pub fn forget(&mut self) {
        self.drawn = None;
    }

    /// Stamps the ground; it is drawn anew only when the view is another one.
    pub fn stamp(&mut self, onto: &Pen, theme: &Theme, camera: &Camera, ratio: f64) {
        let same = self.drawn.as_ref().is_some_and(|(_, of, at)| of == camera && at.total_cmp(&ratio).is_eq());
        if !same {
            let reused = self.drawn.take().map(|(pen, ..)| pen);
            let Some(mut pen) = reused.or_else(Pen::new) else { return };
            pen.clear(camera.width, camera.height, ratio);
            self.draw(&pen, theme, camera);
            self.drawn = Some((pen, *camera, ratio));
        }
        if let Some((pen, ..)) = &self.drawn {
            onto.stamp(pen, 0.0, 0.0);
        }
    }

    fn draw(&self, pen: &Pen, theme: &Theme, camera: &Camera) {
        let scale = camera.scale / self.world;
        let ink = &pen.ink;
        pen.transform(scale, -camera.left, -camera.top);
        ink.set_line_join("round");
        ink.set_fill_style_str(&theme.land);
        ink.fill_with_path_2d(&self.abroad);
        ink.set_stroke_style_str(&theme.land);
        ink.set_line_width(SEAM_MILES / MILES_AROUND * self.world);
        ink.stroke_with_path(&self.seams);
        ink.set_fill_style_str(&theme.sea);
        ink.fill_with_path_2d(&self.lakes);
        // A veil of sea over the neighbours: they are there, and no more than that.
        ink.set_global_alpha(0.45);
        ink.fill_rect(camera.left / scale, camera.top / scale, camera.width / scale, camera.height / scale);
        ink.set_global_alpha(1.0);
        ink.set_fill_style_str(&theme.land);
        ink.fill_with_path_2d(&self.land);
        ink.set_line_width(0.8 / scale);
        ink.set_stroke_style_str(&theme.border);
        ink.stroke_with_path(&self.borders);
        ink.set_line_width(1.0 / scale);
        ink.set_stroke_style_str(&theme.shore);
        ink.stroke_with_path(&self.land);
        pen.transform(1.0, 0.0, 0.0);
        self.label(pen, theme, camera);
    }

    /// Labels the larger towns first and leaves out those that would touch; zooming in makes room for more.
    fn label(&self, pen: &Pen, theme: &Theme, camera: &Camera) {
        let (half, gap) = LABEL;
        let mut taken: Vec<[f64; 4]> = Vec::new();
        // The first steps out show a few names only, so that the trucks stay what is seen.
        let most = ((camera.scale / 512.0).powf(1.3) as usize).max(6);
        pen.ink.set_font("10.5px \"Inter Variable\", system-ui, sans-serif");
        for (name, spot) in self.towns.iter().take(most) {
            let (x, y) = camera.place(*spot);
            let width = 6.0 * name.len() as f64;
            let (left, top, right, bottom) = (x - gap, y - half, x + gap + width, y + half);
            // Overlaps are judged for all towns, seen or not, so that panning changes no label.
            if taken.iter().any(|[l, t, r, b]| left < *r && *l < right && top < *b && *t < bottom) {
                continue;
            }
            taken.push([left, top, right, bottom]);
            if camera.sees((x, y), width) {
                pen.circle(x, y, 1.8);
                pen.fill(&theme.label);
                pen.text(name, x + gap, y + 3.5, &theme.label);
            }
        }
    }
}

fn path(lines: &[Vec<f64>], closed: bool) -> Option<Path2d> {
    let path = Path2d::new().ok()?;
    for line in lines {
        let (mut x, mut y) = (0.0, 0.0);
        for (index, step) in line.chunks_exact(2).enumerate() {
            x += step[0];
            y += step[1];
            if index == 0 {
                path.move_to(x, y);
            } else {
                path.line_to(x, y);
            }
        }
        if closed {
            path.close_path();
        }
    }
    Some(path)
}
