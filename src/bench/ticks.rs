//! What one tick of the fleet stream costs when every truck has moved, and how many bytes a position takes in it. Run by
//! `make bench-ticks`; it prints figures and judges none of them.

use std::time::Instant;

use contract::{
    LoadId, TenantId, Timestamp,
    tracking::{Bounds, LastFix, Source},
};
use headhaul::tracking::fleet::Fleet;
use rand::{Rng, SeedableRng, rngs::StdRng};
use uuid::Uuid;

/// Trucks, and views that are watched: the whole fleet, or parts of it of so many degrees each.
const SHAPES: [(u32, usize, Option<f64>); 6] = [
    (10, 1, None),
    (2_000, 1, None),
    (10_000, 1, None),
    (10_000, 64, Some(2.0)),
    (10_000, 64, Some(10.0)),
    (10_000, 64, Some(60.0)),
];
/// How many ticks are measured.
const TICKS: i64 = 40;
/// Between two ticks, in milliseconds.
const TICK_MS: i64 = 250;

fn main() {
    println!("| trucks | views | degrees | positions a tick | tick p50 ms | tick longest ms | bytes a position |");
    println!("|---|---|---|---|---|---|---|");
    for (trucks, views, degrees) in SHAPES {
        let (positions, p50, longest, bytes) = run(trucks, views, degrees);
        let degrees = degrees.map_or_else(|| "all".to_owned(), |degrees| degrees.to_string());
        println!("| {trucks} | {views} | {degrees} | {positions} | {p50:.2} | {longest:.2} | {bytes:.1} |");
    }
}

/// Positions in a tick, its median and longest time in milliseconds, and bytes a position.
fn run(trucks: u32, views: usize, degrees: Option<f64>) -> (usize, f64, f64, f64) {
    let (fleet, tenant) = (Fleet::default(), TenantId::new(Uuid::nil()));
    let mut rng = StdRng::seed_from_u64(7);
    let mut place =
        |span: f64| (rng.random_range(25.0..49.0 - span.min(23.0)), rng.random_range(-124.0..-67.0 - span.min(56.0)));
    for _ in 0..views {
        let bounds = degrees.map(|degrees| {
            let (south, west) = place(degrees);
            Bounds { south, west, north: south + degrees, east: west + degrees }
        });
        let (view, _) = fleet.watch(tenant, bounds);
        fleet.open(view, []);
    }
    let mut at = Timestamp::from_millis(1_795_000_000_000);
    let mut fixes: Vec<(TenantId, LoadId, LastFix)> = (0..trucks)
        .map(|n| {
            let (lat, lng) = place(0.0);
            let fix = LastFix { lat, lng, heading: Some(90.0), speed: Some(55.0), at, source: Source::Driver };
            (tenant, LoadId::new(Uuid::from_u128(u128::from(n) << 64)), fix)
        })
        .collect();
    let (mut times, mut positions, mut bytes) = (Vec::new(), 0, 0);
    for tick in 0..=TICKS {
        at = at.plus_ms(TICK_MS);
        for (n, (_, _, fix)) in (0..).zip(&mut fixes) {
            fix.lng += 0.000_05;
            fix.at = at.plus_ms(-(n % 5_000));
        }
        fleet.moved(fixes.iter().copied());
        let begun = Instant::now();
        let frames = fleet.tick();
        // In the first one every truck is named.
        if tick > 0 {
            times.push(begun.elapsed().as_secs_f64() * 1e3);
            bytes += frames.iter().map(|frame| frame.bytes.0.len()).sum::<usize>();
            let read = frames.iter().map(|frame| contract::tracking::Frame::decode(&frame.bytes.0));
            positions += read.map(|frame| frame.map_or(0, |frame| frame.positions.len())).sum::<usize>();
        }
    }
    times.sort_unstable_by(f64::total_cmp);
    let longest = times.last().copied().unwrap_or_default();
    (positions / times.len(), times[times.len() / 2], longest, bytes as f64 / positions as f64)
}
