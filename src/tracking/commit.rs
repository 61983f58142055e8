//! One commit of fixes: which of them count, what they move, and what is told of it.

use std::{
    collections::{HashMap, HashSet},
    time::Instant,
};

use contract::{
    CarrierId, DriverId, LoadId, TenantId, Timestamp, UserId,
    event::{LoadEtaUpdated, LoadLocationUpdated},
    geo::Point,
    loads::Happening,
    risk::{STEADY_MIN, steady},
    room::Stream,
    tracking::{Fix, LastFix, Verdict},
};

use super::{
    SLIP_MIN, admit, estimate,
    fences::{self, Crossing},
    intake::{Job, Outcome},
    is_news,
    moves::Moved,
    told_ms,
};
use crate::{
    clock::Clock,
    desk::Pace,
    error::Result,
    notices,
    store::{
        By, Outbox, Store, Tx, accounts, loads as rows,
        positions::{self, Expected, Kept, Key, Marker, Tracked},
    },
};

/// What commits are made with.
#[derive(Clone)]
pub(super) struct Work {
    pub store: Store,
    pub clock: Clock,
    pub outbox: Outbox,
    pub pace: Pace,
}

/// A fix that its sender may report, and where it stands in the batch: the number of its call, and its own in that.
struct Taken {
    fix: Fix,
    place: (usize, usize),
}

/// What came of fixes that are stored now.
pub(super) struct Committed {
    /// Of each, in the calls' order.
    pub outcomes: Vec<Vec<Outcome>>,
    /// The trucks that moved.
    pub moved: Vec<Moved>,
    /// Those that may have come to a stop or left one.
    pub crossing: Vec<Crossing>,
}

/// Stores the fixes of a company's calls.
pub(super) async fn commit(work: &Work, tenant: TenantId, jobs: &[Job]) -> Result<Committed> {
    let begun = Instant::now();
    let mut tx = work.store.begin(By::Itself(tenant), &work.clock, &work.outbox).await?;
    let mut ids: Vec<LoadId> = jobs.iter().flat_map(|job| job.fixes.iter().map(|fix| fix.load)).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut loads = positions::tracked(&mut tx, &ids).await?;
    loads.sort_unstable_by_key(|load| load.load);
    let (mut outcomes, mut taken) = admitted(jobs, &loads);
    // A load's fixes beside each other, in the order of their time.
    taken.sort_by_key(|taken| (taken.fix.load, taken.fix.marked_at(), taken.fix.at));
    let fresh = fresh(&mut tx, &loads, taken).await?;
    for Taken { place: (job, fix), .. } in &fresh {
        outcomes[*job][*fix] = Ok(true);
    }
    let judged = Judged::of(&fresh, &mut loads, work.pace);
    positions::add(&mut tx, &judged.kept).await?;
    positions::move_markers(&mut tx, &judged.markers).await?;
    positions::suspect(&mut tx, &judged.jumps).await?;
    let moved = expect(&mut tx, &judged.markers, &mut loads, work.pace).await?;
    tx.commit().await?;
    if !judged.kept.is_empty() {
        metrics::histogram!("headhaul_positions_commit_fixes").record(judged.kept.len() as f64);
        metrics::histogram!("headhaul_positions_commit_seconds").record(begun.elapsed());
    }
    Ok(Committed { outcomes, moved, crossing: judged.crossing })
}

fn of(loads: &[Tracked], id: LoadId) -> Option<usize> {
    loads.binary_search_by_key(&id, |load| load.load).ok()
}

/// What becomes of each fix as far as its sender decides, and those that they may report.
fn admitted(jobs: &[Job], loads: &[Tracked]) -> (Vec<Vec<Outcome>>, Vec<Taken>) {
    let mut taken = Vec::with_capacity(jobs.iter().map(|job| job.fixes.len()).sum());
    let outcomes = (0..).zip(jobs).map(|(number, job)| {
        let judge = |(own, fix): (usize, &Fix)| {
            admit(job.who, of(loads, fix.load).map(|load| &loads[load]))?;
            taken.push(Taken { fix: *fix, place: (number, own) });
            Ok(false)
        };
        job.fixes.iter().enumerate().map(judge).collect()
    });
    (outcomes.collect(), taken)
}

/// Those that are not kept already, each once. Only fixes no later than a load's latest can be known: whoever reports as
/// time goes by costs no look.
async fn fresh(tx: &mut Tx<'_>, loads: &[Tracked], taken: Vec<Taken>) -> Result<Vec<Taken>> {
    let key = |fix: &Fix| -> Key { (fix.load, fix.at, fix.source) };
    let latest = |fix: &Fix| of(loads, fix.load).and_then(|load| loads[load].latest);
    let doubtful: Vec<Key> =
        taken.iter().map(|taken| &taken.fix).filter(|fix| Some(fix.at) <= latest(fix)).map(key).collect();
    let known = positions::known(tx, &doubtful).await?;
    let mut seen: HashSet<Key> = known.into_iter().map(|place| doubtful[place]).collect();
    Ok(taken.into_iter().filter(|taken| seen.insert(key(&taken.fix))).collect())
}

/// What new fixes do.
#[derive(Default)]
struct Judged {
    kept: Vec<Kept>,
    /// New places, one for each load that moved.
    markers: Vec<Marker>,
    /// Jumps to remember, of loads that did not move.
    jumps: Vec<(LoadId, (Point, Timestamp))>,
    /// Those that may have crossed a fence.
    crossing: Vec<Crossing>,
}

impl Judged {
    fn of(fresh: &[Taken], loads: &mut [Tracked], pace: Pace) -> Self {
        let mut all = Self { kept: Vec::with_capacity(fresh.len()), ..Self::default() };
        for own in fresh.chunk_by(|one, other| one.fix.load == other.fix.load) {
            let Some(load) = of(loads, own[0].fix.load).and_then(|load| loads.get_mut(load)) else { continue };
            let (mut newest, mut jumped, mut crossed) = (None, false, None);
            for Taken { fix, .. } in own {
                let at = fix.marked_at();
                let before = load.track.newest;
                let verdict = load.track.judge(fix.point, at, pace.scale);
                let suspect = verdict == Verdict::Suspect;
                all.kept.push(Kept { fix: *fix, suspect, carrier: load.carrier });
                jumped |= suspect;
                if verdict == Verdict::Moves {
                    newest = Some(Fix { at, ..*fix });
                    if let Some(before) = before {
                        load.drive.see(before, (fix.point, at), fix.speed, pace.scale);
                    }
                }
                if !suspect && crossed.is_none() && fences::may_cross(load, fix) {
                    crossed = Some(Crossing { tenant: load.tenant, load: load.load, from: at });
                }
            }
            all.crossing.extend(crossed);
            if let Some(fix) = newest {
                all.markers.push(Marker { fix, suspect: load.track.suspect, drive: load.drive });
            } else if let Some(jump) = load.track.suspect.filter(|_| jumped) {
                all.jumps.push((load.load, jump));
            }
        }
        all
    }
}

/// Keeps when moved trucks are expected and tells of it where that is news; gives the trucks as they are shown.
async fn expect(tx: &mut Tx<'_>, markers: &[Marker], loads: &mut [Tracked], pace: Pace) -> Result<Vec<Moved>> {
    let (mut moved, mut news) = (Vec::with_capacity(markers.len()), Vec::new());
    for Marker { fix, .. } in markers {
        let Some(place) = of(loads, fix.load) else { continue };
        let load = &mut loads[place];
        if let Some(eta) = estimate(load, fix.at, fix.point, pace) {
            let eta = steady(load.eta, eta, load.due, told_ms(STEADY_MIN as f64, pace));
            if is_news(load.eta, eta, pace) {
                news.push((place, load.eta.replace(eta), eta));
            }
        }
        moved.push(shown(load, fix));
    }
    let mut etas = Vec::with_capacity(news.len());
    for (place, previous, eta) in &news {
        let Tracked { load, eta_noted, .. } = loads[*place];
        // Of another stop's estimate nothing has slipped.
        let before = eta_noted.filter(|_| previous.is_some()).unwrap_or(*eta);
        let has_slipped = eta.since_ms(before) > told_ms(SLIP_MIN, pace);
        if has_slipped {
            // Rare, so it may cost a statement of its own.
            rows::note(tx, load, &Happening::EtaSlipped { before, eta: *eta }).await?;
        }
        etas.push(Expected { load, eta: *eta, noted: if has_slipped { *eta } else { before.min(*eta) } });
    }
    positions::set_etas(tx, &etas).await?;
    let crews: Vec<(CarrierId, DriverId)> =
        news.iter().filter_map(|(place, ..)| loads[*place].carrier.zip(loads[*place].driver)).collect();
    let mut accounts: HashMap<DriverId, Vec<UserId>> = HashMap::new();
    for (driver, user) in accounts::of_drivers(tx, &crews).await? {
        accounts.entry(driver).or_default().push(user);
    }
    for (place, previous_eta, eta) in news {
        let load = &loads[place];
        let told = LoadEtaUpdated {
            load_id: load.load,
            load_number: load.load_number.clone(),
            previous_eta,
            new_eta: Some(eta),
        };
        let mut streams = vec![Stream::Tenant(tx.tenant())];
        streams.extend(load.carrier.map(|carrier| Stream::Carrier(tx.tenant(), carrier)));
        let users = load.carrier.and(load.driver).and_then(|driver| accounts.get(&driver));
        streams.extend(users.into_iter().flatten().copied().map(Stream::User));
        tx.tell_all(streams.into_iter().map(|stream| (stream, told.clone())));
        notices::of_estimate(tx, load, previous_eta, eta);
    }
    Ok(moved)
}

fn shown(load: &Tracked, fix: &Fix) -> Moved {
    Moved {
        tenant: load.tenant,
        carrier: load.carrier,
        fix: LastFix::from(fix),
        event: LoadLocationUpdated {
            load_id: load.load,
            load_number: load.load_number.clone(),
            location: fix.point,
            eta: load.eta,
            speed: fix.speed,
            heading: fix.heading,
            recorded_at: fix.at,
            source: fix.source,
        },
    }
}
