//! Finding loads.

use contract::{
    Listed, LoadId, PageOf, Refusal, Timestamp,
    actor::{Actor, Permission},
    documents::DocumentKind,
    kpis::RATE_DAYS,
    loads::{
        ActiveQuery, Equipment, Happening, LoadDetail, LoadQuery, LoadRow, MAX_ACTIVE, MAX_PAGE_SIZE, PAGE_SIZE, SORTS,
        View, ViewCounts, edit::INSIDE, seek,
    },
    refusal::Flaw,
    risk::{Risk, UNCOVERED_MIN, outlook},
    status::LoadStatus as S,
    text,
    tracking::{BY_POSITION, Bounds},
};

use super::flawed_text;
use crate::{
    desk::Desk,
    documents,
    error::Result,
    journal, places,
    store::{
        accounts::{names_outside, tenant_zone},
        loads::{self as store, Filter, Part},
        tenders,
    },
};

/// Neither completed nor cancelled.
const ACTIVE: [S; 10] = [
    S::Planning,
    S::Pending,
    S::Tendered,
    S::Accepted,
    S::Dispatched,
    S::AtPickup,
    S::PickedUp,
    S::InTransit,
    S::AtDelivery,
    S::Delivered,
];
const TRANSIT: [S; 4] = [S::AtPickup, S::PickedUp, S::InTransit, S::AtDelivery];
const UNDER_WAY: [S; 5] = [S::Dispatched, S::AtPickup, S::PickedUp, S::InTransit, S::AtDelivery];
const SENT: [S; 7] = [S::Dispatched, S::AtPickup, S::PickedUp, S::InTransit, S::AtDelivery, S::Delivered, S::Completed];
const DELIVERED: [S; 2] = [S::Delivered, S::Completed];
const UNCOVERED: [S; 3] = [S::Planning, S::Pending, S::Tendered];

/// Nobody seeks for longer texts than this.
const MAX_SOUGHT: usize = 100;

const DAY_MS: i64 = 24 * 3_600_000;

/// The loads that match, a page of them.
pub async fn find(desk: &Desk, who: &Actor, query: LoadQuery) -> Result<Listed<LoadRow>> {
    who.may(Permission::LoadView)?;
    let part = part(&query)?;
    let page = PageOf { number: query.page.unwrap_or(1).max(1), size: part.limit as u32, total: 0 };
    let cursor = journal::cursor(&desk.journal, who).await?;
    let now = desk.clock.now();
    let (data, total) = select(desk, who, &query, part, now).await?;
    Ok(Listed { data, page: PageOf { total, ..page }, cursor, as_of: now })
}

/// At most so many of the loads that match, in the order that is asked for, and how many there are in all.
pub(super) async fn select_first(
    desk: &Desk,
    who: &Actor,
    query: &LoadQuery,
    most: u32,
) -> Result<(Vec<LoadRow>, u64)> {
    let part = Part { offset: 0, limit: i64::from(most), ..part(query)? };
    select(desk, who, query, part, desk.clock.now()).await
}

/// A part of the loads that match, and how many there are in all.
async fn select(
    desk: &Desk,
    who: &Actor,
    query: &LoadQuery,
    part: Part,
    now: Timestamp,
) -> Result<(Vec<LoadRow>, u64)> {
    let filter = filter(desk, who, query).await?;
    let judge: Option<fn(&LoadRow, Timestamp) -> bool> = match query.view {
        Some(View::AtRisk) => Some(is_at_risk),
        Some(View::DeliveredToday) => Some(LoadRow::is_delivered_today),
        _ => None,
    };
    if let Some(judge) = judge {
        // What depends on the moment or on a stop's own clock is judged row by row; these loads are few enough for that.
        let all = Part { offset: 0, limit: i64::from(MAX_ACTIVE), ..part };
        let rows = store::rows(store::find(&desk.store, who, &filter, all).await?.0, who);
        let kept: Vec<_> = rows.into_iter().filter(|row| judge(row, now)).collect();
        let total = kept.len() as u64;
        return Ok((kept.into_iter().skip(part.offset as usize).take(part.limit as usize).collect(), total));
    }
    let (records, total) = store::find(&desk.store, who, &filter, part).await?;
    Ok((store::rows(records, who), total))
}

fn is_at_risk(row: &LoadRow, now: Timestamp) -> bool {
    outlook(row, now).risk != Risk::None
}

/// All loads in hand that the caller may see.
pub async fn active_rows(desk: &Desk, who: &Actor) -> Result<Vec<LoadRow>> {
    let base = Filter { statuses: ACTIVE.to_vec(), ..Filter::default() };
    let (records, _) = store::find(&desk.store, who, &base, Part::first(i64::from(MAX_ACTIVE))).await?;
    Ok(store::rows(records, who))
}

/// How many loads each named selection has; counted on the very rows that the selections show, so that the numbers
/// agree.
pub async fn counts(desk: &Desk, who: &Actor) -> Result<ViewCounts> {
    who.may(Permission::LoadView)?;
    let now = desk.clock.now();
    let rows = active_rows(desk, who).await?;
    let today = places::day(now, &tenant_zone(&desk.store, who.tenant).await?.unwrap_or_default());
    let count = |keep: &dyn Fn(&LoadRow) -> bool| rows.iter().filter(|row| keep(row)).count() as u64;
    Ok(ViewCounts {
        active: rows.len() as u64,
        urgent: count(&|row| row.is_urgent(now)),
        unassigned: count(&|row| row.carrier.is_none()),
        today: count(&|row| today.contains(&row.pickup.start)),
        in_transit: count(&|row| TRANSIT.contains(&row.status)),
        at_risk: count(&|row| is_at_risk(row, now)),
        mine: count(&|row| row.dispatcher.as_ref().is_some_and(|dispatcher| dispatcher.id == who.user)),
    })
}

/// The loads under way, for the map.
pub async fn active(desk: &Desk, who: &Actor, query: ActiveQuery) -> Result<Listed<LoadRow>> {
    who.may(Permission::LoadView)?;
    let bounds = query.bounds.as_deref().map(Bounds::parse).transpose()?;
    let filter = Filter { statuses: UNDER_WAY.to_vec(), updated_since: query.updated_since, ..Filter::default() };
    let cursor = journal::cursor(&desk.journal, who).await?;
    let as_of = desk.clock.now();
    let part = Part::first(i64::from(MAX_ACTIVE));
    let (records, total) = store::find(&desk.store, who, &filter, part).await?;
    let mut data = store::rows(records, who);
    if let Some(bounds) = bounds {
        data.retain(|row| row.current_location.is_some_and(|fix| bounds.contain(fix.point())));
    }
    // No money on the map at all, for anyone (`domain.md` §3.3).
    let data = data.into_iter().map(LoadRow::without_money).collect();
    Ok(Listed { data, page: PageOf { number: 1, size: MAX_ACTIVE, total }, cursor, as_of })
}

/// One load with its stops and timeline.
pub async fn detail(desk: &Desk, who: &Actor, id: LoadId) -> Result<LoadDetail> {
    who.may(Permission::LoadView)?;
    let load = store::one(&desk.store, who, id).await?.ok_or_else(Refusal::not_found)?;
    let stops = store::stops(&desk.store, &load).await?;
    let mut timeline = store::timeline(&desk.store, &load).await?;
    if !who.role.is_staff() {
        // Carriers learn what happened since the load is theirs, not who at the desk did it nor why.
        let since = load.assigned_at.map(Timestamp::from);
        timeline.retain(|entry| {
            let names_others = matches!(
                entry.what,
                Happening::CarrierAssigned { .. }
                    | Happening::Tendered { .. }
                    | Happening::TenderAnswered { .. }
                    | Happening::ChecksWaived { .. }
            );
            Some(entry.at) >= since && !names_others
        });
        let (company, own) = names_outside(&desk.store, who).await?;
        // Nor which other papers the desk has.
        timeline.retain(|entry| match &entry.what {
            Happening::DocumentAdded { document, .. } | Happening::DocumentRemoved { document, .. } => {
                *document != DocumentKind::Other || entry.by.as_ref().is_some_and(|by| own.contains(by))
            }
            _ => true,
        });
        // Nor what of it is the desk's own.
        for entry in &mut timeline {
            if let Happening::Edited { fields } = &mut entry.what {
                fields.retain(|field| !INSIDE.contains(&field.as_str()));
            }
        }
        timeline.retain(|entry| !matches!(&entry.what, Happening::Edited { fields } if fields.is_empty()));
        for entry in &mut timeline {
            if entry.by.as_ref().is_some_and(|by| by != BY_POSITION && !own.contains(by)) {
                entry.by = Some(company.clone());
            }
            if let Happening::StatusChanged { reason, .. } = &mut entry.what {
                *reason = None;
            }
        }
    }
    let sees = |permission| who.can(permission);
    let mut tender = if who.role.is_staff() { tenders::newest(&desk.store, who.tenant, id).await? } else { None };
    if let Some(tender) = tender.as_mut().filter(|_| !sees(Permission::CarrierRateView)) {
        tender.rate_cents = None;
    }
    Ok(LoadDetail {
        load: load.row_for(who),
        tender,
        stops,
        timeline,
        documents: documents::of_load(desk, who, id).await?,
        commodity: load.commodity,
        weight_lbs: load.weight_lbs,
        reference: load.reference,
        notes: load.notes.filter(|_| sees(Permission::InternalNotesView)),
        driver_phone: load.driver_phone.filter(|_| sees(Permission::DriverPhoneView) || !who.role.is_staff()),
        carrier_mc: load.carrier_mc,
    })
}

/// What a query asks for, in the store's terms.
async fn filter(desk: &Desk, who: &Actor, query: &LoadQuery) -> Result<Filter> {
    let now = desk.clock.now();
    if query.dispatcher_id.is_some() && !who.role.is_staff() {
        return Err(Refusal::flawed("dispatcherId", Flaw::NotAllowed, "is not yours to ask for").into());
    }
    let mut filter = Filter {
        statuses: names(query.status.as_deref(), "status", S::named)?,
        carrier: query.carrier_id,
        dispatcher: query.dispatcher_id,
        equipment: names(query.equipment.as_deref(), "equipment", Equipment::named)?
            .into_iter()
            .map(Equipment::name)
            .collect(),
        pickup_from: query.pickup_from,
        pickup_to: query.pickup_to,
        updated_since: query.updated_since,
        ..Filter::default()
    };
    let sought = text::line(query.q.as_deref().unwrap_or_default(), MAX_SOUGHT);
    let sought = sought.map_err(|flaw| Refusal::flawed("q", flaw, flawed_text(flaw, MAX_SOUGHT)))?;
    filter.words = seek::words(&sought.unwrap_or_default());
    let Some(view) = query.view else { return Ok(filter) };
    let narrow = |filter: &mut Filter, statuses: &[S]| {
        if filter.statuses.is_empty() {
            filter.statuses = statuses.to_vec();
        } else {
            filter.statuses.retain(|status| statuses.contains(status));
            if filter.statuses.is_empty() {
                // Nothing is in both: a selection that no load can be in.
                filter.updated_since = Some(now.plus_ms(365 * DAY_MS));
            }
        }
    };
    match view {
        View::Active | View::AtRisk => narrow(&mut filter, &ACTIVE),
        View::Board => {
            let open = filter.statuses.is_empty();
            narrow(&mut filter, &ACTIVE);
            filter.or_completed_since = open.then(|| now.plus_ms(-DAY_MS));
        }
        View::Urgent => {
            narrow(&mut filter, &UNCOVERED);
            // A carrier doesn't learn what is hot; what has no carrier is none of its loads.
            if who.role.is_staff() {
                filter.urgent_before = Some(now.plus_minutes(UNCOVERED_MIN));
            } else {
                filter.unassigned = true;
            }
            filter.pickup_to = Some(filter.pickup_to.map_or(now.plus_ms(DAY_MS), |to| to.min(now.plus_ms(DAY_MS))));
        }
        View::Unassigned => {
            narrow(&mut filter, &ACTIVE);
            filter.unassigned = true;
        }
        View::Today => {
            let today = places::day(now, &tenant_zone(&desk.store, who.tenant).await?.unwrap_or_default());
            narrow(&mut filter, &ACTIVE);
            filter.pickup_from = Some(filter.pickup_from.map_or(today.start, |from| from.max(today.start)));
            filter.pickup_to = Some(filter.pickup_to.map_or(today.end, |to| to.min(today.end)));
        }
        View::InTransit => narrow(&mut filter, &TRANSIT),
        View::Mine => {
            narrow(&mut filter, &ACTIVE);
            filter.dispatcher = Some(who.user);
        }
        View::DeliveredToday => {
            narrow(&mut filter, &DELIVERED);
            // No day is longer than this.
            filter.status_since = Some(now.plus_ms(-2 * DAY_MS));
        }
        View::DispatchedToday => {
            let today = places::day(now, &tenant_zone(&desk.store, who.tenant).await?.unwrap_or_default());
            narrow(&mut filter, &SENT);
            filter.dispatched_since = Some(today.start);
        }
        View::DeliveredLate => {
            narrow(&mut filter, &DELIVERED);
            filter.delivered_late_since = Some(now.plus_ms(-RATE_DAYS * DAY_MS));
        }
        View::CompletedLately => {
            narrow(&mut filter, &[S::Completed]);
            filter.status_since = Some(now.plus_ms(-DAY_MS));
        }
    }
    Ok(filter)
}

/// Reads names separated by commas.
fn names<T>(text: Option<&str>, field: &str, named: fn(&str) -> Option<T>) -> Result<Vec<T>, Refusal> {
    text.unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| named(name).ok_or_else(|| Refusal::invalid(field, format!("{name} is not known"))))
        .collect()
}

/// Which part of the list, in which order.
fn part(query: &LoadQuery) -> Result<Part, Refusal> {
    let asked = query.sort.as_deref().filter(|sort| !sort.is_empty()).unwrap_or(SORTS[0]);
    let (name, descending) = asked.strip_prefix('-').map_or((asked, false), |name| (name, true));
    let Some(sort) = SORTS.into_iter().find(|sort| *sort == name) else {
        return Err(Refusal::invalid("sort", format!("must be one of {}", SORTS.join(", "))));
    };
    let size = query.size.unwrap_or(PAGE_SIZE);
    if !(1..=MAX_PAGE_SIZE).contains(&size) {
        return Err(Refusal::invalid("size", format!("must be 1 to {MAX_PAGE_SIZE}")));
    }
    let page = query.page.unwrap_or(1);
    if page == 0 {
        return Err(Refusal::invalid("page", "pages count from 1"));
    }
    Ok(Part { sort, descending, offset: i64::from(page - 1) * i64::from(size), limit: i64::from(size) })
}
