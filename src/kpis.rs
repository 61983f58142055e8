//! The desk's figures: counted from the very rows that the lists behind them show, and told when they change.

use std::collections::HashMap;

use contract::{
    Day, Refusal, TenantId, Timestamp,
    actor::{Actor, Permission},
    event::{Event as _, KpiUpdated, Mark},
    kpis::{CHART_DAYS, Compared, KpiDay, KpiQuery, KpiScope, Kpis, RATE_DAYS, Share},
    loads::LoadRow,
    risk::{Risk, outlook},
    room::Stream,
    tracking::{Freshness, freshness},
};

use crate::{
    desk::Desk,
    error::Result,
    loads::active_rows,
    places,
    store::{
        accounts, journal,
        kpis::{self as rows, Delivered, Whose},
    },
};

const DAY_MS: i64 = 24 * 3_600_000;

#[async_trait::async_trait]
impl app::kpis::port::Figures for Desk {
    async fn kpis(&self, who: &Actor, query: KpiQuery) -> Result<Kpis, Refusal> {
        Ok(kpis(self, who, query).await?)
    }
}

/// A moment with the clock by which a company counts its days.
struct Now<'z> {
    at: Timestamp,
    zone: &'z str,
}

impl Now<'_> {
    /// How many days before today that was, each by this clock.
    fn days_ago(&self, at: Timestamp, zone: &str) -> i64 {
        Day::new(places::date(self.at, zone)).days_after(Day::new(places::date(at, zone)))
    }

    /// Counts moments of today, yesterday and a week ago, each until this time of day; `zone` says by whose clock.
    fn compare<'t>(&self, moments: impl Iterator<Item = (Timestamp, &'t str)>) -> Compared {
        let mut counts = Compared::default();
        for (at, zone) in moments {
            let (count, days) = match self.days_ago(at, zone) {
                0 => (&mut counts.today, 0),
                1 => (&mut counts.yesterday, 1),
                7 => (&mut counts.last_week, 7),
                _ => continue,
            };
            *count += u64::from(at <= self.at.plus_ms(-days * DAY_MS));
        }
        counts
    }
}

/// The figures for the caller's eyes.
async fn kpis(desk: &Desk, who: &Actor, query: KpiQuery) -> Result<Kpis> {
    who.may(Permission::KpiView)?;
    let scope = query.scope.unwrap_or_default();
    let whose = Whose { tenant: who.tenant, dispatcher: (scope == KpiScope::Mine).then_some(who.user) };
    let zone = accounts::tenant_zone(&desk.store, who.tenant).await?.unwrap_or_default();
    let now = Now { at: desk.clock.now(), zone: &zone };
    let since = now.at.plus_ms(-RATE_DAYS * DAY_MS);

    let mut active = active_rows(desk, who).await?;
    active.retain(|row| {
        whose.dispatcher.is_none_or(|own| row.dispatcher.as_ref().is_some_and(|dispatcher| dispatcher.id == own))
    });
    let count = |keep: &dyn Fn(&LoadRow) -> bool| active.iter().filter(|row| keep(row)).count() as u64;
    let is_heard = |row: &LoadRow| {
        let fix = row.current_location.map(|fix| fix.at);
        matches!(freshness(fix, now.at), Freshness::Live | Freshness::Ageing)
    };
    let delivered = rows::delivered(&desk.store, whose, since).await?;
    let dispatched = rows::dispatched(&desk.store, whose, now.at.plus_ms(-(CHART_DAYS as i64 + 1) * DAY_MS)).await?;
    let earned = if who.can(Permission::FinanceView) {
        Some(rows::earned(&desk.store, whose, places::month_start(now.at, &zone)).await?)
    } else {
        None
    };
    Ok(Kpis {
        as_of: now.at,
        scope,
        active: active.len() as u64,
        unassigned: count(&|row| row.carrier.is_none()),
        at_risk: count(&|row| outlook(row, now.at).risk != Risk::None),
        tracked: Share {
            met: count(&|row| row.status.is_under_way() && is_heard(row)),
            of: count(&|row| row.status.is_under_way()),
        },
        dispatched: now.compare(dispatched.iter().map(|at| (*at, now.zone))),
        delivered: now.compare(delivered.iter().map(|load| (load.at, load.zone.as_str()))),
        on_time_pickup: rows::picked_up(&desk.store, whose, since).await?,
        on_time_delivery: on_time(&delivered),
        tenders_accepted: rows::accepted(&desk.store, whose, since).await?,
        earned,
        days: days(&now, &dispatched, &delivered),
    })
}

fn on_time(delivered: &[Delivered]) -> Share {
    let met = delivered.iter().filter(|load| !load.late).count() as u64;
    Share { met, of: delivered.len() as u64 }
}

/// The chart's days, oldest first.
fn days(now: &Now<'_>, dispatched: &[Timestamp], delivered: &[Delivered]) -> Vec<KpiDay> {
    let today = places::date(now.at, now.zone);
    let before = |ago: usize| today.checked_sub_days(chrono::Days::new(ago as u64)).unwrap_or(today);
    let empty = |ago: usize| KpiDay { day: Day::new(before(ago)), dispatched: 0, delivered: 0, late: 0 };
    let mut days: Vec<KpiDay> = (0..CHART_DAYS).rev().map(empty).collect();
    let place = |ago: i64| CHART_DAYS.checked_sub(1 + usize::try_from(ago).ok()?);
    for at in dispatched {
        if let Some(day) = place(now.days_ago(*at, now.zone)) {
            days[day].dispatched += 1;
        }
    }
    for load in delivered {
        if let Some(day) = place(now.days_ago(load.at, &load.zone)) {
            days[day].delivered += 1;
            days[day].late += u64::from(load.late);
        }
    }
    days
}

/// What everybody at a company's desk is told of its figures.
async fn told_of(desk: &Desk, tenant: TenantId) -> Result<KpiUpdated> {
    let zone = accounts::tenant_zone(&desk.store, tenant).await?.unwrap_or_default();
    let now = Now { at: desk.clock.now(), zone: &zone };
    let whose = Whose { tenant, dispatcher: None };
    let delivered = rows::delivered(&desk.store, whose, now.at.plus_ms(-RATE_DAYS * DAY_MS)).await?;
    let dispatched = rows::dispatched(&desk.store, whose, places::day(now.at, &zone).start).await?;
    let today = now.compare(delivered.iter().map(|load| (load.at, load.zone.as_str()))).today;
    Ok(KpiUpdated {
        active_loads: rows::active(&desk.store, tenant).await? as u32,
        dispatched_today: dispatched.len() as u32,
        delivered_today: today as u32,
        on_time_percent: on_time(&delivered).percent(),
    })
}

/// What a company was told last; of one that was told nothing yet, that there is nothing.
async fn last_told(desk: &Desk, tenant: TenantId) -> Result<KpiUpdated> {
    let told = rows::last_told(&desk.store, tenant, KpiUpdated::NAME).await?;
    let nothing = KpiUpdated { active_loads: 0, dispatched_today: 0, delivered_today: 0, on_time_percent: None };
    // What another version told in another form is told anew.
    Ok(told.and_then(|body| serde_json::from_str(&body).ok()).unwrap_or(nothing))
}

/// What was told of each company's figures, and how far its loads had come then.
#[derive(Debug, Default)]
pub struct LastTold(HashMap<TenantId, (Mark, KpiUpdated)>);

impl LastTold {
    /// Counts the figures of the companies whose loads have moved, or of all when a day may have ended, and tells those
    /// that are not as they were told last, by whichever node.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tell_changes(&mut self, desk: &Desk, all: bool) -> Result<()> {
        let tenants = accounts::tenants(&desk.store).await?;
        let streams: Vec<Stream> = tenants.into_iter().map(Stream::Tenant).collect();
        for (stream, head) in journal::heads_of(&desk.store, &streams).await? {
            let Stream::Tenant(tenant) = stream else { continue };
            let (mark, before) = match self.0.remove(&tenant) {
                Some(last) => last,
                None => (Mark { epoch: String::new(), seq: 0 }, last_told(desk, tenant).await?),
            };
            let is_same = !all && (mark == head || !rows::has_moved(&desk.store, tenant, &mark).await?);
            let figures = if is_same { before.clone() } else { told_of(desk, tenant).await? };
            if figures != before {
                let mut tx = desk.begin_itself(tenant).await?;
                tx.tell(stream, figures.clone());
                tx.commit().await?;
            }
            self.0.insert(tenant, (head, figures));
        }
        Ok(())
    }
}
