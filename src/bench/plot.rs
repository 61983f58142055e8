//! Bars, as plain SVG that is readable on light and dark pages.

use std::fmt::Write as _;

use crate::{report::Line, server::Stack};

/// In pixels.
const WIDTH: f64 = 640.0;
const LABEL: f64 = 170.0;
const BAR: f64 = 28.0;
const GAP: f64 = 14.0;
const TOP: f64 = 44.0;

/// One bar for each stack.
pub fn bars(line: &Line) -> String {
    let stacks = [(Stack::Ours, "#2f6fde"), (Stack::Each, "#8a8f98"), (Stack::Batching, "#b9a24b")];
    let values = stacks.iter().filter_map(|(stack, colour)| Some((*stack, *colour, line.median(*stack)?)));
    let values: Vec<_> = values.collect();
    let most = values.iter().map(|(.., value)| *value).fold(f64::MIN_POSITIVE, f64::max);
    let height = TOP + values.len() as f64 * (BAR + GAP);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" font-family=\"sans-serif\" \
         font-size=\"14\">\n<style>text {{ fill: #1b1f24 }} @media (prefers-color-scheme: dark) {{ text {{ fill: #e6e8eb }} }}\
         </style>\n<text x=\"0\" y=\"20\" font-weight=\"bold\">{}, {} is better</text>\n",
        line.what,
        if line.unit.grows() { "more" } else { "less" }
    );
    for (n, (stack, colour, value)) in values.iter().enumerate() {
        let y = TOP + n as f64 * (BAR + GAP);
        // Room for the figure behind the longest bar.
        let width = (value / most * (WIDTH - LABEL - 110.0)).max(1.0);
        let baseline = y + BAR * 0.68;
        let _ = writeln!(
            svg,
            "<text x=\"0\" y=\"{baseline:.1}\">{}</text><rect x=\"{LABEL}\" y=\"{y:.1}\" width=\"{width:.1}\" \
             height=\"{BAR}\" rx=\"3\" fill=\"{colour}\"/><text x=\"{:.1}\" y=\"{baseline:.1}\">{}</text>",
            stack.name(),
            LABEL + width + 8.0,
            line.unit.of(*value)
        );
    }
    svg.push_str("</svg>\n");
    svg
}
