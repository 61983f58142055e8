//! One writer for all fixes: it commits what has gathered and then answers everyone at once.
//!
//! A commit costs a disk flush of milliseconds however much is in it, so fixes that arrive meanwhile share the next one.
//! An answer means stored.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use contract::{
    Code, LoadId, Refusal, TenantId,
    actor::Actor,
    event::{LoadEtaUpdated, LoadLocationUpdated},
    room::Stream,
    tracking::{Fix, LastFix, Verdict},
};
use tokio::sync::{mpsc, oneshot};

use super::{
    admit, estimate, is_news,
    moves::{Moved, Moves},
};
use crate::{
    clock::Clock,
    desk::Pace,
    error::Result,
    store::{
        By, Outbox, Store, accounts,
        positions::{self, Kept, Tracked},
    },
};

/// How many calls may wait; further ones wait to be let in, which slows their senders down.
const WAITING: usize = 4_096;
/// How many fixes one commit takes at most.
const BATCH: usize = 1_000;

/// What became of a fix: new, known already, or refused.
pub type Outcome = Result<bool, Code>;

struct Job {
    who: Actor,
    fixes: Vec<Fix>,
    answer: oneshot::Sender<Result<Vec<Outcome>, Refusal>>,
}

/// The way to the writer. Cheap to clone.
#[derive(Clone)]
pub struct Intake(mpsc::Sender<Job>);

impl Intake {
    /// Starts the writer. It ends when the last clone of its intake is gone, after what was handed in is stored.
    pub fn start(store: Store, clock: Clock, outbox: Outbox, moves: Moves, pace: Pace) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(Writer { store, clock, outbox, moves, pace }.run(receiver));
        Self(sender)
    }

    /// Hands fixes in and waits until they are stored.
    ///
    /// # Errors
    /// When the database fails or the server is going down: then it isn't known whether they are stored, and sending
    /// them again does no harm.
    pub async fn store(&self, who: &Actor, fixes: Vec<Fix>) -> Result<Vec<Outcome>, Refusal> {
        if fixes.is_empty() {
            return Ok(Vec::new());
        }
        let (answer, answered) = oneshot::channel();
        let job = Job { who: who.clone(), fixes, answer };
        let failed = || Refusal::new(Code::Internal, "The positions could not be stored; send them again.");
        self.0.send(job).await.map_err(|_| failed())?;
        answered.await.map_err(|_| failed())?
    }
}

struct Writer {
    store: Store,
    clock: Clock,
    outbox: Outbox,
    moves: Moves,
    pace: Pace,
}

impl Writer {
    async fn run(self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = jobs.recv().await {
            let mut batch = vec![first];
            let mut fixes = batch[0].fixes.len();
            while fixes < BATCH {
                let Ok(job) = jobs.try_recv() else { break };
                fixes += job.fixes.len();
                batch.push(job);
            }
            match self.write(&batch).await {
                Ok(outcomes) => {
                    for (job, outcome) in batch.into_iter().zip(outcomes) {
                        // A caller who went away has no use for the answer.
                        let _ = job.answer.send(Ok(outcome));
                    }
                }
                Err(error) => {
                    let refusal = Refusal::from(error);
                    tracing::error!(fixes, "Positions could not be stored");
                    for job in batch {
                        let _ = job.answer.send(Err(refusal.clone()));
                    }
                }
            }
        }
    }

    async fn write(&self, batch: &[Job]) -> Result<Vec<Vec<Outcome>>> {
        let mut ids: Vec<LoadId> = batch.iter().flat_map(|job| job.fixes.iter().map(|fix| fix.load)).collect();
        ids.sort_unstable();
        ids.dedup();
        let seen = by_id(positions::tracked(&self.store, &ids).await?);
        let mut outcomes: Vec<Vec<Outcome>> = Vec::with_capacity(batch.len());
        let mut by_tenant: BTreeMap<TenantId, BTreeSet<LoadId>> = BTreeMap::new();
        for job in batch {
            let admitted = job.fixes.iter().map(|fix| {
                let load = seen.get(&fix.load).ok_or(Code::NotFound)?;
                admit(&job.who, load)?;
                by_tenant.entry(load.tenant).or_default().insert(fix.load);
                Ok(false)
            });
            outcomes.push(admitted.collect());
        }
        let mut fresh = HashMap::new();
        let mut moved = Vec::new();
        for (tenant, ids) in by_tenant {
            let mut tx = self.store.begin(By::Itself(tenant), &self.clock, &self.outbox).await?;
            let ids: Vec<LoadId> = ids.into_iter().collect();
            let mut loads = by_id(positions::tracked_in_tx(&mut tx, &ids).await?);
            let mut taken = admit_again(batch, &loads, &mut outcomes);
            let mut kept = Vec::new();
            let mut markers = Vec::new();
            for id in ids {
                let (Some(load), Some(fixes)) = (loads.get_mut(&id), taken.get_mut(&id)) else { continue };
                markers.extend(self.judge(load, fixes, &mut kept));
            }
            for new in positions::add(&mut tx, &kept).await? {
                *fresh.entry(new).or_insert(0_usize) += 1;
            }
            for marker in markers {
                let Some(load) = loads.get_mut(&marker.load) else { continue };
                let Some(fix) = marker.newest else {
                    positions::suspect(&mut tx, marker.load, &load.track).await?;
                    continue;
                };
                positions::move_marker(&mut tx, &fix, &load.track).await?;
                let eta = estimate(load, fix.at, fix.point, self.pace);
                if is_news(load.eta, eta, self.pace) {
                    positions::set_eta(&mut tx, load.load, Some(eta)).await?;
                    let told = LoadEtaUpdated {
                        load_id: load.load,
                        load_number: load.load_number.clone(),
                        previous_eta: load.eta.replace(eta),
                        new_eta: Some(eta),
                    };
                    let mut streams = vec![Stream::Tenant(tenant)];
                    if let Some(carrier) = load.carrier {
                        streams.push(Stream::Carrier(tenant, carrier));
                        if let Some(driver) = load.driver {
                            let users = accounts::of_driver(&mut tx, carrier, driver).await?;
                            streams.extend(users.into_iter().map(Stream::User));
                        }
                    }
                    tx.tell_all(streams.into_iter().map(|stream| (stream, told.clone())));
                }
                moved.push(shown(load, &fix));
            }
            tx.commit().await?;
        }
        if !moved.is_empty() {
            self.moves.put(moved);
        }
        for (job, outcomes) in batch.iter().zip(&mut outcomes) {
            for (fix, outcome) in job.fixes.iter().zip(outcomes) {
                if let (Ok(new), Some(left)) = (outcome, fresh.get_mut(&(fix.load, fix.at)))
                    && *left > 0
                {
                    *left -= 1;
                    *new = true;
                }
            }
        }
        Ok(outcomes)
    }

    /// Judges a load's fixes in the order of their time; what changed at its marker, if anything.
    fn judge(&self, load: &mut Tracked, fixes: &mut [Fix], kept: &mut Vec<Kept>) -> Option<Marker> {
        fixes.sort_by_key(|fix| (fix.marked_at(), fix.at));
        let mut marker = None;
        for fix in fixes {
            let at = fix.marked_at();
            let verdict = load.track.judge(fix.point, at, self.pace.scale);
            kept.push(Kept { fix: *fix, suspect: verdict == Verdict::Suspect, carrier: load.carrier });
            match verdict {
                Verdict::Moves => marker = Some(Marker { load: load.load, newest: Some(Fix { at, ..*fix }) }),
                Verdict::Suspect => marker = marker.or(Some(Marker { load: load.load, newest: None })),
                Verdict::Trail => {}
            }
        }
        marker
    }
}

fn by_id(loads: Vec<Tracked>) -> HashMap<LoadId, Tracked> {
    loads.into_iter().map(|load| (load.load, load)).collect()
}

/// The fixes of these loads that their senders may still report: somebody may have moved a load or taken it away since
/// it was looked up, and from here on nobody can.
fn admit_again(
    batch: &[Job],
    loads: &HashMap<LoadId, Tracked>,
    outcomes: &mut [Vec<Outcome>],
) -> BTreeMap<LoadId, Vec<Fix>> {
    let mut taken: BTreeMap<LoadId, Vec<Fix>> = BTreeMap::new();
    for (job, outcomes) in batch.iter().zip(outcomes) {
        for (fix, outcome) in job.fixes.iter().zip(outcomes) {
            let Some(load) = loads.get(&fix.load).filter(|_| outcome.is_ok()) else { continue };
            *outcome = admit(&job.who, load).map(|()| false);
            if outcome.is_ok() {
                taken.entry(fix.load).or_default().push(*fix);
            }
        }
    }
    taken
}

/// What a batch changes at a load's marker: a new place, or only a jump to remember.
struct Marker {
    load: LoadId,
    newest: Option<Fix>,
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
