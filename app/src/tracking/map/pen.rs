//! A canvas with its pen, and the few strokes that the map is drawn with.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// A canvas of so many CSS pixels that is sharp on every screen.
pub struct Pen {
    pub canvas: HtmlCanvasElement,
    pub ink: CanvasRenderingContext2d,
    width: f64,
    height: f64,
    ratio: f64,
}

impl Pen {
    /// A canvas that is nowhere on the page yet.
    pub fn new() -> Option<Self> {
        let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
        let ink = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        Some(Self { canvas, ink, width: 0.0, height: 0.0, ratio: 1.0 })
    }

    /// Makes it this large, in CSS pixels, and empties it.
    pub fn clear(&mut self, width: f64, height: f64, ratio: f64) {
        if (self.width, self.height, self.ratio) != (width, height, ratio) {
            self.canvas.set_width((width * ratio).round() as u32);
            self.canvas.set_height((height * ratio).round() as u32);
            (self.width, self.height, self.ratio) = (width, height, ratio);
        }
        self.transform(1.0, 0.0, 0.0);
        self.ink.clear_rect(0.0, 0.0, width, height);
    }

    /// From here on drawings are scaled and shifted, in CSS pixels.
    pub fn transform(&self, scale: f64, x: f64, y: f64) {
        let ratio = self.ratio;
        _ = self.ink.set_transform(scale * ratio, 0.0, 0.0, scale * ratio, x * ratio, y * ratio);
    }

    /// Draws another canvas with its upper left corner at `(x, y)`, at its own size.
    pub fn stamp(&self, other: &Self, x: f64, y: f64) {
        _ = self.ink.draw_image_with_html_canvas_element_and_dw_and_dh(&other.canvas, x, y, other.width, other.height);
    }

    /// Draws another canvas around `(x, y)`.
    pub fn stamp_around(&self, other: &Self, x: f64, y: f64) {
        self.stamp(other, x - other.width / 2.0, y - other.height / 2.0);
    }

    /// Begins a circle.
    pub fn circle(&self, x: f64, y: f64, radius: f64) {
        self.ink.begin_path();
        _ = self.ink.arc(x, y, radius, 0.0, core::f64::consts::TAU);
    }

    /// Begins a line through these points.
    pub fn line(&self, points: impl Iterator<Item = (f64, f64)>) {
        self.ink.begin_path();
        for (x, y) in points {
            self.ink.line_to(x, y);
        }
    }

    /// Draws what was begun, dashed where `dash` says how long dash and gap are.
    pub fn stroke(&self, colour: &str, width: f64, dash: Option<(f64, f64)>) {
        let pattern = js_sys::Array::new();
        if let Some((dash, gap)) = dash {
            pattern.push(&dash.into());
            pattern.push(&gap.into());
        }
        _ = self.ink.set_line_dash(&pattern);
        self.ink.set_stroke_style_str(colour);
        self.ink.set_line_width(width);
        self.ink.stroke();
    }

    /// Fills what was begun.
    pub fn fill(&self, colour: &str) {
        self.ink.set_fill_style_str(colour);
        self.ink.fill();
    }

    /// Writes, in the font that is set.
    pub fn text(&self, text: &str, x: f64, y: f64, colour: &str) {
        self.ink.set_fill_style_str(colour);
        _ = self.ink.fill_text(text, x, y);
    }
}
