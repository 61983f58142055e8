//! What whoever holds a driver's link can do: report positions, say that they have come or left, and how their page does.
//!
//! All of it goes the way of a driver who has signed in, with that driver's rights on that one load.

use app::{
    links::drive::{Drive, Next},
    tracking::port::Tracking as _,
};
use contract::{
    Refusal, Timestamp,
    actor::{Actor, Permission},
    links::{AtStop, Deed, LinkFix, LinkFixes, MAX_NOTE, Said, SayLink, is_of_use},
    loads::{ChangeStatus, Stop},
    refusal::Rule,
    status::LoadStatus as S,
    text,
    tracking::{PositionsReceived, ReportPositions, Source, UpdateLocation},
};

use super::{hash, tell};
use crate::{
    desk::Desk,
    error::Result,
    loads::{change, flawed_text},
    store::{
        links::{self as rows, Link},
        loads,
    },
};

/// A link is noted as heard of again after so long, in milliseconds: not with every position.
const HEARD_MS: i64 = 20_000;

/// A link that works, and its driver.
#[derive(Debug)]
pub struct Held {
    link: Link,
    who: Actor,
}

impl Held {
    /// The driver, by whom calls are counted.
    pub const fn who(&self) -> &Actor {
        &self.who
    }
}

/// The link of this token, unless it works no longer or never did: nobody learns which of it.
///
/// # Errors
/// When the database fails.
pub async fn hold(desk: &Desk, token: &str) -> Result<Option<Held>> {
    let link = rows::by_hash(&desk.store, &hash(token)).await?;
    let link = link.filter(|link| link.ended(desk.clock.now()).is_none());
    Ok(link.map(|link| Held { who: link.actor(), link }))
}

/// The load as its driver sees it, delivered or not.
///
/// # Errors
/// When the driver no longer drives it, or the database fails.
pub async fn look(desk: &Desk, Held { link, who }: &Held) -> Result<Drive> {
    let load = loads::one(&desk.store, who, link.load()).await?.ok_or_else(Refusal::not_found)?;
    let stops = loads::stops(&desk.store, &load).await?;
    Ok(Drive {
        link: link.id(),
        company: link.company.clone(),
        carrier: link.carrier_name.clone(),
        agreed: link.consent_at.is_some(),
        expires_at: who.expires_at,
        is_over: !is_of_use(load.status()),
        next: next(load.status(), &stops).map(|(stop, deed, _)| Next { stop: stop.id, deed }),
        load_number: load.load_number.clone(),
        stops,
    })
}

/// What a driver can say next, at which stop, and which status that is.
fn next(status: S, stops: &[Stop]) -> Option<(&Stop, Deed, S)> {
    let reached = stops.iter().rposition(|stop| stop.arrived_at.is_some());
    let here = reached.and_then(|place| stops.get(place));
    let ahead = stops.get(reached.map_or(0, |place| place + 1));
    match status {
        S::Dispatched => Some((stops.first()?, Deed::Arrive, S::AtPickup)),
        S::AtPickup | S::PickedUp => Some((stops.first()?, Deed::Depart, S::InTransit)),
        S::InTransit => Some((ahead?, Deed::Arrive, S::AtDelivery)),
        S::AtDelivery => Some((here?, Deed::Depart, if ahead.is_some() { S::InTransit } else { S::Delivered })),
        _ => None,
    }
}

/// The truck came to its next stop, or left it. What was said already is not done twice: the answer may have been lost.
///
/// # Errors
/// When that is not what is next, or somebody else was faster.
pub async fn report(desk: &Desk, held: &Held, ask: AtStop, deed: Deed) -> Result<Drive> {
    let Held { link, who } = held;
    let load = loads::one(&desk.store, who, link.load()).await?.ok_or_else(Refusal::not_found)?;
    let stops = loads::stops(&desk.store, &load).await?;
    let stop = stops.iter().find(|stop| stop.id == ask.stop_id).ok_or_else(Refusal::not_found)?;
    let said = if deed == Deed::Arrive { stop.arrived_at } else { stop.departed_at };
    if said.is_none() {
        let step = next(load.status(), &stops).filter(|(next, due, _)| (next.id, *due) == (stop.id, deed));
        let (_, _, status) = step.ok_or_else(|| Refusal::rule(Rule::StopsRemain))?;
        // Whoever stands there and says that they are unloaded has confirmed it.
        let confirmed = status == S::Delivered;
        let ask = ChangeStatus { load_id: load.id(), status, version: load.version, reason: None, confirmed };
        change::status(desk, who, ask).await?;
    }
    look(desk, held).await
}

/// Takes positions from the link's page, which sends none before its driver has agreed.
///
/// # Errors
/// As for `POST /api/v1/positions`, and when the driver hasn't agreed.
pub async fn positions(desk: &Desk, held: &Held, ask: LinkFixes) -> Result<PositionsReceived> {
    if held.link.consent_at.is_none() {
        return Err(Refusal::rule(Rule::ConsentNeeded).into());
    }
    store(desk, held, ask.positions).await
}

/// Stores positions by the same way as everybody's. A tracking app that is pointed at a link was so by its driver, who
/// agrees by that.
///
/// # Errors
/// As for `POST /api/v1/positions`.
pub async fn store(desk: &Desk, Held { link, who }: &Held, fixes: Vec<LinkFix>) -> Result<PositionsReceived> {
    let load_id = link.load();
    let of_load = |fix: LinkFix| {
        let LinkFix { lat, lng, recorded_at, speed, heading, accuracy } = fix;
        let (recorded_at, source) = (Some(recorded_at), Source::Link);
        UpdateLocation { load_id, lat, lng, recorded_at, speed, heading, accuracy, source }
    };
    let ask = ReportPositions { positions: fixes.into_iter().map(of_load).collect() };
    let received = desk.report_positions(who, ask).await?;
    let is_old = |at: Timestamp| desk.clock.now().since_ms(at) >= HEARD_MS;
    if received.accepted > 0 && link.last_fix_at().is_none_or(is_old) {
        let mut tx = desk.begin(who.may(Permission::PositionReport)?).await?;
        rows::heard(&mut tx, link.id()).await?;
        if link.last_fix_at.is_none() {
            let load = loads::in_tx(&mut tx, load_id).await?.ok_or_else(Refusal::not_found)?;
            tell(&mut tx, &load).await?;
        }
        tx.commit().await?;
    }
    Ok(received)
}

/// Keeps what the page says of itself. The desk is told when it is not the same as before.
///
/// # Errors
/// When the note can't be kept, or the database fails.
pub async fn say(desk: &Desk, held: &Held, ask: SayLink) -> Result<Drive> {
    let Held { link, who } = held;
    let note = text::lines(ask.note.as_deref().unwrap_or_default(), MAX_NOTE)
        .map_err(|flaw| Refusal::flawed("note", flaw, flawed_text(flaw, MAX_NOTE)))?;
    let mut tx = desk.begin(who.may(Permission::LoadView)?).await?;
    if ask.opened {
        rows::opened(&mut tx, link.id()).await?;
    }
    if let Some(agrees) = ask.consent {
        rows::agreed(&mut tx, link.id(), agrees).await?;
    }
    if let Some(said) = ask.state {
        rows::said(&mut tx, link.id(), said, ask.waiting).await?;
    }
    if let Some(note) = &note {
        rows::noted(&mut tx, link.id(), note).await?;
    }
    let is_other = |said: Said| link.said() != Some(said);
    let agrees_otherwise = ask.consent.is_some_and(|agrees| agrees != link.consent_at.is_some());
    let is_first = ask.opened && link.opened_at.is_none();
    if is_first || agrees_otherwise || note.is_some() || ask.state.is_some_and(is_other) {
        let load = loads::in_tx(&mut tx, link.load()).await?.ok_or_else(Refusal::not_found)?;
        tell(&mut tx, &load).await?;
    }
    tx.commit().await?;
    look(desk, held).await
}
