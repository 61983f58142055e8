//! Tenders: offering a load to carriers in turn or at once, and what becomes of each offer.
//!
//! A load is TENDERED for as long as an offer of it is open. In turn, it belongs to the carrier whose turn it is; offered
//! to several at once, it belongs to nobody until one of them takes it. Every change of an offer is made under the lock
//! of its load, so that of two answers in the same moment one is first.

use contract::{
    CarrierId, LoadId, Refusal, TenantId,
    actor::{Actor, Permission},
    event::{LoadUpdated, TenderUpdated},
    loads::{Happening, LoadRow},
    refusal::{Flaw, Rule},
    room::Stream,
    status::LoadStatus,
    tenders::{
        AcceptTender, Answered, DeclineTender, MAX_CARRIERS, Offer, OfferState, TenderLoad, TenderMode, WINDOW_MIN,
        WINDOWS_MIN,
    },
    text,
};

use super::{
    Told,
    change::{self, current, fresh, move_on, seen, write},
    checks, flawed_text, outside_name, tell as tell_load,
};
use crate::{
    desk::Desk,
    error::Result,
    notices,
    store::{
        self, Tx, carriers,
        loads::{self as rows, Record, undo},
        tenders::{self, Sent, SentOffer},
    },
};
use LoadStatus as S;

/// How long a carrier's own words may be.
const MAX_NOTE: usize = 300;

/// To whom a load is to be offered, and how.
pub(super) struct Plan {
    mode: TenderMode,
    carriers: Vec<CarrierId>,
    window_min: u32,
}

impl Plan {
    /// To one carrier, for the usual time.
    pub const fn to(carriers: Vec<CarrierId>) -> Self {
        Self { mode: TenderMode::Waterfall, carriers, window_min: WINDOW_MIN }
    }
}

/// Offers a load to carriers.
pub async fn tender(desk: &Desk, who: &Actor, ask: TenderLoad) -> Result<LoadRow> {
    let load = seen(desk, who, ask.load_id).await?;
    let grant = who.may(Permission::LoadAssign)?;
    change::onward(who, &load, ask.version, S::Tendered)?;
    let plan = plan(&ask)?;
    let mut tx = desk.begin(grant).await?;
    let before = current(&mut tx, ask.load_id, ask.version).await?;
    for carrier in &plan.carriers {
        let known = carriers::in_tx(&mut tx, *carrier, false)
            .await?
            .ok_or_else(|| Refusal::flawed("carrierIds", Flaw::Unknown, "is not known"))?;
        checks::offerable(&known, &before, &tx)?;
    }
    undo::remember(&mut tx, &before).await?;
    let mut load = before.clone();
    load.carrier_rate_cents = ask.carrier_rate_cents.or(before.carrier_rate_cents);
    load.dispatcher_id = load.dispatcher_id.or(Some(who.user.uuid()));
    let after = move_on(&mut tx, &before, load, S::Tendered, None, Some(plan)).await?;
    tx.commit().await?;
    Ok(after.row_for(who))
}

fn plan(ask: &TenderLoad) -> Result<Plan, Refusal> {
    let mut carriers = ask.carrier_ids.clone();
    carriers.sort_unstable();
    carriers.dedup();
    if carriers.is_empty() {
        return Err(Refusal::rule(Rule::CarrierNeeded));
    }
    if carriers.len() != ask.carrier_ids.len() {
        return Err(Refusal::flawed("carrierIds", Flaw::NotAllowed, "each carrier once"));
    }
    if carriers.len() > MAX_CARRIERS {
        let fault = format!("at most {MAX_CARRIERS} carriers");
        return Err(Refusal::flawed("carrierIds", Flaw::OutOfRange, fault));
    }
    if ask.carrier_rate_cents.is_some_and(|cents| !change::RATES_CENTS.contains(&cents)) {
        return Err(Refusal::flawed("carrierRateCents", Flaw::OutOfRange, "must be more than 0"));
    }
    let window_min = ask.window_min.unwrap_or(WINDOW_MIN);
    if !WINDOWS_MIN.contains(&window_min) {
        let fault = format!("must be {} to {} minutes", WINDOWS_MIN.start(), WINDOWS_MIN.end());
        return Err(Refusal::flawed("windowMin", Flaw::OutOfRange, fault));
    }
    Ok(Plan { mode: ask.mode, carriers: ask.carrier_ids.clone(), window_min })
}

/// What a carrier is offered just now.
pub async fn offers(desk: &Desk, who: &Actor) -> Result<Vec<Offer>> {
    who.may(Permission::TenderAccept)?;
    let Some(carrier) = who.carrier.filter(|_| !who.role.is_staff()) else { return Ok(Vec::new()) };
    tenders::open(&desk.store, who.tenant, carrier, desk.clock.now()).await
}

/// A carrier takes a load; of several who do, the first.
pub async fn accept(desk: &Desk, who: &Actor, ask: AcceptTender) -> Result<LoadRow> {
    let carrier = speaking_for(desk, who, ask.load_id, ask.carrier_id).await?;
    let grant = who.may(Permission::TenderAccept)?;
    let mut tx = desk.begin(grant).await?;
    let before = locked(&mut tx, ask.load_id).await?.ok_or_else(Refusal::not_found)?;
    if let Some(version) = ask.version.filter(|_| who.role.is_staff()) {
        fresh(who, &before, version)?;
    }
    let (sent, place) = open_offer(&mut tx, &before, carrier).await?;
    if let Some(driver) = ask.driver_id {
        let known = carriers::driver(&mut tx, driver).await?;
        let (drives_for, _) = known.ok_or_else(|| Refusal::flawed("driverId", Flaw::Unknown, "is not known"))?;
        if drives_for != carrier {
            return Err(Refusal::rule(Rule::DriverOfOtherCarrier).into());
        }
    }
    undo::remember(&mut tx, &before).await?;
    let mut load = before.clone();
    load.hand_to(Some(sent.offers[place].carrier), ask.driver_id, tx.now());
    load.carrier_rate_cents = Some(sent.rate_cents);
    let after = move_on(&mut tx, &before, load, S::Accepted, None, None).await?;
    tx.commit().await?;
    Ok(after.row_for(who))
}

/// A carrier says no; the next one in turn is asked, or the load waits for a carrier again.
pub async fn decline(desk: &Desk, who: &Actor, ask: DeclineTender) -> Result<Answered> {
    let carrier = speaking_for(desk, who, ask.load_id, ask.carrier_id).await?;
    let grant = who.may(Permission::TenderAccept)?;
    let note = text::lines(ask.note.as_deref().unwrap_or_default(), MAX_NOTE)
        .map_err(|flaw| Refusal::flawed("note", flaw, flawed_text(flaw, MAX_NOTE)))?;
    let mut tx = desk.begin(grant).await?;
    let before = locked(&mut tx, ask.load_id).await?.ok_or_else(Refusal::not_found)?;
    let (mut sent, place) = open_offer(&mut tx, &before, carrier).await?;
    let now = tx.now();
    let offer = &mut sent.offers[place];
    (offer.state, offer.ended_at, offer.reason, offer.note) = (OfferState::Declined, Some(now), Some(ask.reason), note);
    let changed = vec![offer.clone()];
    go_on(&mut tx, &before, sent, changed).await?;
    tx.commit().await?;
    Ok(Answered { load_id: ask.load_id, state: OfferState::Declined })
}

/// Ends the offers of a load whose window has closed, unless they were answered in the meantime.
///
/// # Errors
/// When the database fails.
pub async fn expire(desk: &Desk, tenant: TenantId, load: LoadId) -> Result<()> {
    let mut tx = desk.begin_itself(tenant).await?;
    let now = tx.now();
    let Some(before) = locked(&mut tx, load).await? else { return Ok(()) };
    let is_over = before.tender_expires_at.is_some_and(|at| store::moment(at) <= now);
    let sent = if is_over { tenders::newest_in_tx(&mut tx, load).await? } else { None };
    let Some(mut sent) = sent else { return Ok(()) };
    let mut changed = Vec::new();
    for offer in &mut sent.offers {
        if offer.state == OfferState::Offered && offer.expires_at.is_some_and(|at| at <= now) {
            (offer.state, offer.ended_at) = (OfferState::Expired, offer.expires_at);
            changed.push(offer.clone());
        }
    }
    go_on(&mut tx, &before, sent, changed).await?;
    tx.commit().await
}

/// A load of this write's company, kept as it is until the write ends.
async fn locked(tx: &mut Tx<'_>, load: LoadId) -> Result<Option<Record>> {
    rows::lock(tx, &[load]).await?;
    rows::in_tx(tx, load).await
}

/// For which carrier somebody answers. A load that their carrier was never offered isn't there for them.
async fn speaking_for(desk: &Desk, who: &Actor, load: LoadId, named: Option<CarrierId>) -> Result<CarrierId> {
    if who.role.is_staff() {
        let load = seen(desk, who, load).await?;
        return Ok(named.or(load.carrier()).ok_or_else(|| Refusal::rule(Rule::CarrierNeeded))?);
    }
    let carrier = who.carrier.ok_or_else(Refusal::not_found)?;
    if !tenders::was_offered(&desk.store, who.tenant, carrier, load).await? {
        return Err(Refusal::not_found().into());
    }
    Ok(carrier)
}

/// The load's tender and the place of a carrier's offer in it, if that can still be answered.
async fn open_offer(tx: &mut Tx<'_>, load: &Record, carrier: CarrierId) -> Result<(Sent, usize)> {
    let gone = || Refusal::rule(Rule::TenderWithdrawn);
    let sent = tenders::newest_in_tx(tx, load.id()).await?.ok_or_else(gone)?;
    let place = sent.offers.iter().position(|offer| offer.carrier == carrier).ok_or_else(gone)?;
    let SentOffer { state, expires_at, .. } = sent.offers[place];
    match state {
        // Whether or not its end was noticed yet.
        OfferState::Offered if expires_at.is_none_or(|at| at <= tx.now()) => Err(Rule::TenderExpired),
        OfferState::Offered if load.status() == S::Tendered => Ok(()),
        OfferState::Expired => Err(Rule::TenderExpired),
        OfferState::Taken => Err(Rule::TenderTaken),
        OfferState::Accepted | OfferState::Declined => Err(Rule::TenderAnswered),
        OfferState::Offered | OfferState::Pending | OfferState::Withdrawn => Err(Rule::TenderWithdrawn),
    }
    .map_err(Refusal::rule)?;
    Ok((sent, place))
}

/// Puts out the offers of a load that becomes TENDERED; gives those that are open.
pub(super) async fn send(tx: &mut Tx<'_>, load: &mut Record, plan: Option<Plan>) -> Result<Vec<SentOffer>> {
    let Plan { mode, carriers, window_min } = plan.unwrap_or_else(|| Plan::to(load.carrier().into_iter().collect()));
    let rate_cents = load.carrier_rate_cents.ok_or_else(|| Refusal::rule(Rule::CarrierRateNeeded))?;
    let ends = tx.now().plus_minutes(window_min.into());
    let is_open = |turn: usize| turn == 0 || mode == TenderMode::Broadcast;
    let offers = carriers.iter().enumerate().map(|(turn, carrier)| (*carrier, is_open(turn).then_some(ends))).collect();
    tenders::add(tx, &tenders::Insert { load: load.id(), mode, rate_cents, window_min, offers }).await?;
    // Offered to several at once it is nobody's yet.
    let first = carriers.first().copied().filter(|_| mode == TenderMode::Waterfall || carriers.len() == 1);
    if load.carrier() != first {
        load.hand_to(first, None, tx.now());
    }
    load.tender_expires_at = Some(store::column(ends));
    let sent = tenders::newest_in_tx(tx, load.id()).await?;
    let mut open = sent.map(|sent| sent.offers).unwrap_or_default();
    open.retain(|offer| offer.state == OfferState::Offered);
    note_sent(tx, load.id(), &open).await?;
    Ok(open)
}

/// Ends the offers of a load that is no longer TENDERED; gives those that were open. Of a load that was accepted, all but
/// its carrier's are taken by another.
pub(super) async fn close(tx: &mut Tx<'_>, load: &mut Record, is_taken: bool) -> Result<Vec<SentOffer>> {
    load.tender_expires_at = None;
    let Some(sent) = tenders::newest_in_tx(tx, load.id()).await? else { return Ok(Vec::new()) };
    let mut ended = Vec::new();
    for mut offer in sent.offers {
        offer.state = match offer.state {
            OfferState::Offered if is_taken && load.carrier() == Some(offer.carrier) => OfferState::Accepted,
            OfferState::Offered if is_taken => OfferState::Taken,
            OfferState::Offered | OfferState::Pending => OfferState::Withdrawn,
            _ => continue,
        };
        offer.ended_at = Some(tx.now());
        tenders::set(tx, sent.id, &offer).await?;
        ended.push(offer);
    }
    ended.retain(|offer| offer.expires_at.is_some());
    Ok(ended)
}

/// Puts offers back to where they stood before; gives those that stand elsewhere now.
pub(super) async fn reopen(tx: &mut Tx<'_>, load: LoadId, were: Vec<SentOffer>) -> Result<Vec<SentOffer>> {
    let Some(sent) = tenders::newest_in_tx(tx, load).await? else { return Ok(Vec::new()) };
    let mut changed = Vec::new();
    for was in were {
        if sent.offers.iter().any(|now| now.carrier == was.carrier && now.state != was.state) {
            tenders::set(tx, sent.id, &was).await?;
            changed.push(was);
        }
    }
    changed.retain(|offer| offer.expires_at.is_some());
    Ok(changed)
}

/// After offers ended without being accepted: the next carrier's turn, or a wait for the others, or the load waits for a
/// carrier again.
async fn go_on(tx: &mut Tx<'_>, before: &Record, mut sent: Sent, mut changed: Vec<SentOffer>) -> Result<()> {
    for offer in &changed {
        tenders::set(tx, sent.id, offer).await?;
        let SentOffer { name, state, reason: decline, note, .. } = offer.clone();
        let what = Happening::TenderAnswered { carrier_name: name, state, decline, reason: note };
        rows::note(tx, before.id(), &what).await?;
    }
    let is_open = sent.offers.iter().any(|offer| offer.state == OfferState::Offered);
    let next = sent.offers.iter_mut().find(|offer| !is_open && offer.state == OfferState::Pending);
    if let Some(next) = next {
        let ends = tx.now().plus_ms(sent.window_min * 60_000);
        (next.state, next.expires_at) = (OfferState::Offered, Some(ends));
        let next = next.clone();
        tenders::set(tx, sent.id, &next).await?;
        note_sent(tx, before.id(), std::slice::from_ref(&next)).await?;
        let mut load = before.clone();
        load.hand_to(Some(next.carrier), None, tx.now());
        load.tender_expires_at = Some(store::column(ends));
        let after = write(tx, before, load).await?;
        let (load_id, load_number) = (after.id(), after.load_number.clone());
        tell_load(tx, before, &after, |Told { row, by, .. }| LoadUpdated {
            load_id,
            load_number: load_number.clone(),
            changed_fields: vec!["carrier".to_owned(), "tenderExpiresAt".to_owned()],
            updated_by: by,
            load: row,
        })
        .await?;
        changed.push(next);
    } else if !is_open && before.status() == S::Tendered {
        move_on(tx, before, before.clone(), S::Pending, None, None).await?;
    }
    tell(tx, before, &changed).await
}

async fn note_sent(tx: &mut Tx<'_>, load: LoadId, open: &[SentOffer]) -> Result<()> {
    let carrier_name = open.iter().map(|offer| offer.name.as_str()).collect::<Vec<_>>().join(", ");
    let Some(expires_at) = open.first().and_then(|offer| offer.expires_at) else { return Ok(()) };
    rows::note(tx, load, &Happening::Tendered { carrier_name, expires_at }).await
}

/// Tells the desk and each carrier where its own offer stands.
pub(super) async fn tell(tx: &mut Tx<'_>, load: &Record, offers: &[SentOffer]) -> Result<()> {
    if offers.is_empty() {
        return Ok(());
    }
    let inside = tx.author().unwrap_or_default().to_owned();
    let outside = outside_name(tx).await?;
    for offer in offers {
        let event = |by: &str| TenderUpdated {
            load_id: load.id(),
            load_number: load.load_number.clone(),
            carrier_id: offer.carrier,
            carrier_name: offer.name.clone(),
            state: offer.state,
            expires_at: offer.expires_at,
            updated_by: by.to_owned(),
        };
        let staff = (Stream::Tenant(tx.tenant()), event(&inside));
        let carrier = (Stream::Carrier(tx.tenant(), offer.carrier), event(&outside));
        tx.tell_all([staff, carrier]);
    }
    notices::of_offers(tx, load, offers);
    Ok(())
}
