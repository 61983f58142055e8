//! Notices: who is told of what, and what each does with it.
//!
//! Which kinds there are, for whom and how loudly, stands in [`contract::notices`]. A change notes with [`Tx::notify`] what
//! it gives rise to; at its commit that is written for each reader, and told on their own streams. Nobody is told of what
//! they did themselves.

use contract::{
    Refusal, Timestamp,
    actor::{Actor, Permission},
    event::NotificationRead,
    notices::{
        COMPLIANCE, DAY_MIN, LEADS, MAX_IDS, NoticeQuery, NoticeSettings, Notices, PAGE, ReadNotices, Topic, Unread,
    },
    refusal::Flaw,
    room::Stream,
    status::LoadStatus,
    tenders::{DeclineReason, OfferState},
};

use crate::{
    desk::Desk,
    error::Result,
    journal, places,
    store::{
        Tx,
        carriers::Ending,
        loads::{Record, stays::Detained},
        notices::{self as rows, NewNotice, To, Which},
        positions::Tracked,
        tenders::SentOffer,
    },
};

#[async_trait::async_trait]
impl app::notices::port::Notices for Desk {
    async fn notices(&self, who: &Actor, query: NoticeQuery) -> Result<Notices, Refusal> {
        Ok(list(self, who, &query).await?)
    }

    async fn unread_notices(&self, who: &Actor) -> Result<Unread, Refusal> {
        who.may(Permission::NoticeRead)?;
        Ok(Unread { unread: rows::unread(&self.store, who.user).await? })
    }

    async fn read_notices(&self, who: &Actor, ask: ReadNotices) -> Result<Unread, Refusal> {
        Ok(read(self, who, ask).await?)
    }

    async fn notice_settings(&self, who: &Actor) -> Result<NoticeSettings, Refusal> {
        who.may(Permission::NoticeRead)?;
        Ok(rows::settings(&self.store, who.user).await?)
    }

    async fn set_notice_settings(&self, who: &Actor, settings: NoticeSettings) -> Result<NoticeSettings, Refusal> {
        Ok(set(self, who, settings).await?)
    }
}

async fn list(desk: &Desk, who: &Actor, query: &NoticeQuery) -> Result<Notices> {
    who.may(Permission::NoticeRead)?;
    let unread = match query.unread.as_deref() {
        None | Some("" | "false") => false,
        Some("true") => true,
        Some(_) => return Err(Refusal::flawed("unread", Flaw::Unknown, "must be true or false").into()),
    };
    let size = query.size.unwrap_or(PAGE);
    if !(1..=PAGE).contains(&size) {
        return Err(Refusal::flawed("size", Flaw::OutOfRange, format!("must be 1 to {PAGE}")).into());
    }
    let cursor = journal::cursor(&desk.journal, who).await?;
    // One more than is asked tells whether there is another page.
    let mut data = rows::list(&desk.store, who.user, query.before, unread, i64::from(size) + 1).await?;
    let goes_on = data.len() > size as usize;
    data.truncate(size as usize);
    let before = data.last().filter(|_| goes_on).map(|last| last.id);
    let unread = rows::unread(&desk.store, who.user).await?;
    Ok(Notices { data, unread, before, cursor, as_of: desk.clock.now() })
}

/// Marks notices as read, in all browsers of their reader. What was read before stays read since then.
async fn read(desk: &Desk, who: &Actor, ask: ReadNotices) -> Result<Unread> {
    let grant = who.may(Permission::NoticeRead)?;
    let which = match ask {
        ReadNotices { ids, up_to: None, all: false } if (1..=MAX_IDS).contains(&ids.len()) => Which::These(ids),
        ReadNotices { ids, up_to: Some(id), all: false } if ids.is_empty() => Which::UpTo(id),
        ReadNotices { ids, up_to: None, all: true } if ids.is_empty() => Which::All,
        _ => {
            let fault = format!("1 to {MAX_IDS} of them, or else upTo, or else all");
            return Err(Refusal::flawed("ids", Flaw::NotAllowed, fault).into());
        }
    };
    let mut tx = desk.begin(grant).await?;
    rows::inbox(&mut tx, who.user).await?;
    let ids = rows::read(&mut tx, who.user, &which).await?;
    let unread = rows::unread_in_tx(&mut tx, who.user).await?;
    if !ids.is_empty() {
        let read_at = tx.now();
        tx.tell(Stream::User(who.user), NotificationRead { ids, read_at, unread });
        tx.commit().await?;
    }
    Ok(Unread { unread })
}

async fn set(desk: &Desk, who: &Actor, mut settings: NoticeSettings) -> Result<NoticeSettings> {
    let grant = who.may(Permission::NoticeRead)?;
    settings.off.sort_unstable();
    settings.off.dedup();
    if let Some(quiet) = &settings.quiet {
        if quiet.from_min >= DAY_MIN || quiet.until_min >= DAY_MIN || quiet.from_min == quiet.until_min {
            let fault = format!("two different minutes of the day, each below {DAY_MIN}");
            return Err(Refusal::flawed("quiet.fromMin", Flaw::OutOfRange, fault).into());
        }
        if places::zone(&quiet.zone).is_none() {
            return Err(Refusal::flawed("quiet.zone", Flaw::Unknown, "is no time zone").into());
        }
    }
    let mut tx = desk.begin(grant).await?;
    rows::inbox(&mut tx, who.user).await?;
    rows::set(&mut tx, who.user, &settings).await?;
    tx.commit().await?;
    Ok(settings)
}

/// Notes something for whoever of the desk looks after a load. This is the way for every kind that is theirs.
pub fn to_owner(tx: &mut Tx<'_>, topic: Topic, load: &Record, by: &str, detail: Option<&str>) {
    let Some(owner) = load.dispatcher() else { return };
    let mut notice = NewNotice::of_load(topic, load.id(), &load.load_number).by(by).to([To::User(owner)]);
    if let Some(detail) = detail {
        notice = notice.detail(detail);
    }
    tx.notify(notice);
}

/// What a change of a load gives rise to.
pub fn of_change(tx: &mut Tx<'_>, before: &Record, after: &Record) {
    let by = tx.author().unwrap_or_default().to_owned();
    if before.dispatcher() != after.dispatcher() {
        to_owner(tx, Topic::LoadTaken, before, &by, None);
        to_owner(tx, Topic::LoadGiven, after, &by, None);
    }
    let (from, to) = (before.status(), after.status());
    if from >= to {
        return;
    }
    match to {
        LoadStatus::Dispatched => {
            to_owner(tx, Topic::LoadDispatched, after, &by, None);
            if let Some((carrier, driver)) = after.carrier().zip(after.driver()) {
                let notice = NewNotice::of_load(Topic::LoadToDrive, after.id(), &after.load_number);
                tx.notify(notice.to([To::Driver(carrier, driver)]));
            }
        }
        LoadStatus::Delivered => to_owner(tx, Topic::LoadDelivered, after, &by, None),
        LoadStatus::Cancelled => to_owner(tx, Topic::LoadCancelled, after, &by, None),
        _ => {}
    }
}

/// After so many hours without a word the driver is reminded (`domain.md` §7.4).
const REMIND_DRIVER_H: u32 = 2;

/// After so many hours without a word those hear of it who lead the desk (`domain.md` §7.4).
const TELL_LEADS_H: u32 = 8;

/// What a load gives rise to of which nobody has heard for so many hours after it was due.
pub fn of_due_call(tx: &mut Tx<'_>, load: &Record, overdue_hours: u32) {
    if overdue_hours < REMIND_DRIVER_H {
        return;
    }
    let detail = overdue_hours.to_string();
    to_owner(tx, Topic::CallOverdue, load, "", Some(&detail));
    if overdue_hours == REMIND_DRIVER_H
        && let Some((carrier, driver)) = load.carrier().zip(load.driver())
    {
        let notice = NewNotice::of_load(Topic::CallWanted, load.id(), &load.load_number);
        tx.notify(notice.to([To::Driver(carrier, driver)]));
    }
    if overdue_hours >= TELL_LEADS_H {
        let notice = NewNotice::of_load(Topic::CallSilent, load.id(), &load.load_number).detail(&detail);
        tx.notify(notice.to(LEADS.map(To::Role)));
    }
}

/// What a moved appointment gives rise to: whoever was sent by the old one must hear of it.
pub fn of_moved_window(tx: &mut Tx<'_>, load: &Record) {
    let is_known = !matches!(load.status(), LoadStatus::Planning | LoadStatus::Pending);
    if let Some(carrier) = load.carrier().filter(|_| is_known) {
        let notice = NewNotice::of_load(Topic::WindowMoved, load.id(), &load.load_number);
        tx.notify(notice.to([To::Office(carrier)]));
    }
}

/// What offers that stand elsewhere than before give rise to.
pub fn of_offers(tx: &mut Tx<'_>, load: &Record, offers: &[SentOffer]) {
    for offer in offers {
        let topic = match offer.state {
            OfferState::Accepted => Topic::TenderAccepted,
            OfferState::Declined => Topic::TenderDeclined,
            OfferState::Expired => Topic::TenderExpired,
            OfferState::Offered => {
                let notice = NewNotice::of_load(Topic::TenderOffered, load.id(), &load.load_number);
                tx.notify(notice.to([To::Office(offer.carrier)]));
                continue;
            }
            _ => continue,
        };
        let reason = offer.reason.map(DeclineReason::name);
        to_owner(tx, topic, load, &offer.name, reason);
    }
}

/// What the end of something that a carrier must have gives rise to.
pub fn of_ending(tx: &mut Tx<'_>, ending: &Ending, has_ended: bool) {
    let topic = if has_ended { Topic::CoverEnded } else { Topic::CoverEnding };
    let notice = NewNotice::of_carrier(topic, ending.carrier, &ending.carrier_name).detail(ending.kind.name());
    tx.notify(notice.to(COMPLIANCE.map(To::Role)));
}

/// What it gives rise to that a truck stands at a stop for longer than is free.
pub fn of_detention(tx: &mut Tx<'_>, detained: &Detained) {
    if let Some(owner) = detained.dispatcher {
        let notice = NewNotice::of_load(Topic::DetentionBegun, detained.load, &detained.load_number);
        tx.notify(notice.to([To::User(owner)]));
    }
}

/// What a new estimate gives rise to: that the truck comes too late is told when it becomes so, and not again.
pub fn of_estimate(tx: &mut Tx<'_>, load: &Tracked, before: Option<Timestamp>, now: Timestamp) {
    let (Some(due), Some(owner)) = (load.due, load.dispatcher) else { return };
    if now > due && before.is_none_or(|before| before <= due) {
        let notice = NewNotice::of_load(Topic::LoadLate, load.load, &load.load_number);
        tx.notify(notice.to([To::User(owner)]));
    }
}
