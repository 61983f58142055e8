//! The last days as bars.

use contract::kpis::KpiDay;
use leptos::prelude::*;

use crate::{say, when};

/// How high the highest bar is, in the drawing's own units.
const HIGH: f64 = 100.0;

/// How wide a day is, likewise.
const WIDE: f64 = 40.0;

/// Deliveries of each day, the late ones of them marked, and beside them what was sent on its way. The same numbers stand
/// in a table for whoever can't see them.
#[component]
pub fn Chart(days: Vec<KpiDay>) -> impl IntoView {
    let most = days.iter().map(|day| day.delivered.max(day.dispatched)).max().unwrap_or(0).max(1);
    let scale = move |count: u64| count as f64 * HIGH / most as f64;
    let width = WIDE * days.len() as f64;
    let bars = days.iter().enumerate().map(move |(place, day)| {
        let left = WIDE * place as f64;
        let bar = |class: &'static str, from: f64, count: u64| {
            let high = scale(count);
            view! { <rect class=class x=left + from y=HIGH - high width=14.0 height=high rx=1.5 /> }
        };
        view! {
            <g>
                {bar("sent", 5.0, day.dispatched)} {bar("done", 21.0, day.delivered)} {bar("late", 21.0, day.late)}
            </g>
        }
    });
    let rows = days.iter().map(|day| {
        view! {
            <tr>
                <th scope="row">{when::date(day.day)}</th>
                <td>{day.dispatched}</td>
                <td>{day.delivered}</td>
                <td>{day.late}</td>
            </tr>
        }
    });
    let ends = days.first().zip(days.last()).map(|(first, last)| {
        view! { <span>{when::date(first.day)}</span> <span>{when::date(last.day)}</span> }
    });
    view! {
        <figure class="chart">
            <figcaption>
                <b>{say!(kpis.days)}</b>
                <span class="sent">{say!(kpis.column.dispatched)}</span>
                <span class="done">{say!(kpis.column.delivered)}</span>
                <span class="late">{say!(kpis.column.late)}</span>
                <span class="most">{say!(kpis.most, count = most)}</span>
            </figcaption>
            <svg viewBox=format!("0 0 {width} {HIGH}") preserveAspectRatio="none" aria-hidden="true">{bars.collect_view()}</svg>
            <p class="ends" aria-hidden="true">{ends}</p>
            <table class="sr-only">
                <caption>{say!(kpis.days)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{say!(kpis.column.day)}</th>
                        <th scope="col">{say!(kpis.column.dispatched)}</th>
                        <th scope="col">{say!(kpis.column.delivered)}</th>
                        <th scope="col">{say!(kpis.column.late)}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </figure>
    }
}
