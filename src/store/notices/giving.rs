//! Giving notices: to whom, whether it is the same again, and whether it joins what has come just before.
//!
//! It is done at the end of a write, by the order of the readers, so that two writes never wait for each other's readers.

use std::collections::BTreeMap;

use contract::{
    CarrierId, DriverId, LoadId, NotificationId, Timestamp, UserId,
    actor::Role,
    event::NotificationNew,
    notices::{GROUP_MIN, MAX_ITEMS, NoticeItem, NoticeSettings, OFFICE, ONCE_MIN, Topic, is_told_at},
    room::Stream,
};
use uuid::Uuid;

use super::{Row, inbox, unread_in_tx};
use crate::{
    clock::new_id,
    error::Result,
    places,
    store::{Tx, accounts, column, within},
};

/// Whom a notice is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// Somebody.
    User(UserId),
    /// All of the company who have a role.
    Role(Role),
    /// A carrier's office.
    Office(CarrierId),
    /// A carrier's driver, by however many accounts.
    Driver(CarrierId, DriverId),
}

/// A notice to be given when a write is committed. Whoever does something is never told of it.
#[derive(Clone, Debug)]
pub struct NewNotice {
    topic: Topic,
    load: Option<LoadId>,
    carrier: Option<CarrierId>,
    name: String,
    by: Option<String>,
    detail: Option<String>,
    to: Vec<To>,
}

impl NewNotice {
    const fn new(topic: Topic, name: String) -> Self {
        Self { topic, load: None, carrier: None, name, by: None, detail: None, to: Vec::new() }
    }

    /// About a load.
    pub fn of_load(topic: Topic, load: LoadId, number: &str) -> Self {
        Self { load: Some(load), ..Self::new(topic, number.to_owned()) }
    }

    /// About a carrier.
    pub fn of_carrier(topic: Topic, carrier: CarrierId, name: &str) -> Self {
        Self { carrier: Some(carrier), ..Self::new(topic, name.to_owned()) }
    }

    /// Who did it, by a name that every reader of this notice may know.
    #[must_use]
    pub fn by(self, name: impl Into<String>) -> Self {
        Self { by: Some(name.into()).filter(|name| !name.is_empty()), ..self }
    }

    /// What more there is to it, by its name on the wire.
    #[must_use]
    pub fn detail(self, detail: &str) -> Self {
        Self { detail: Some(detail.to_owned()), ..self }
    }

    /// Whom it is for; each gets it once.
    #[must_use]
    pub fn to(mut self, readers: impl IntoIterator<Item = To>) -> Self {
        self.to.extend(readers);
        self
    }

    fn item(&self, at: Timestamp) -> NoticeItem {
        let Self { load, carrier, name, by, detail, .. } = self.clone();
        NoticeItem { load_id: load, carrier_id: carrier, name, by, detail, at }
    }
}

/// Writes what was noted, and tells each reader of it.
///
/// # Errors
/// When the database fails.
pub async fn give(tx: &mut Tx<'_>, notices: Vec<NewNotice>) -> Result<()> {
    let mut readers: BTreeMap<UserId, Vec<usize>> = BTreeMap::new();
    let doer = tx.actor().map(|actor| actor.user);
    for (place, notice) in notices.iter().enumerate() {
        for to in &notice.to {
            for user in users(tx, *to).await?.into_iter().filter(|user| Some(*user) != doer) {
                let own = readers.entry(user).or_default();
                if own.last() != Some(&place) {
                    own.push(place);
                }
            }
        }
    }
    for (user, own) in readers {
        let settings = inbox(tx, user).await?;
        for notice in own.into_iter().map(|place| &notices[place]) {
            if !settings.off.contains(&notice.topic) {
                add(tx, user, &settings, notice).await?;
            }
        }
    }
    Ok(())
}

async fn users(tx: &mut Tx<'_>, to: To) -> Result<Vec<UserId>> {
    match to {
        To::User(user) => Ok(vec![user]),
        To::Role(role) => accounts::with_role(tx, role).await,
        To::Office(carrier) => of_office(tx, carrier).await,
        To::Driver(carrier, driver) => {
            let known = accounts::of_drivers(tx, &[(carrier, driver)]).await?;
            Ok(known.into_iter().map(|(_, user)| user).collect())
        }
    }
}

/// Those in a carrier's office who may sign in.
async fn of_office(tx: &mut Tx<'_>, carrier: CarrierId) -> Result<Vec<UserId>> {
    const SQL: &str = "SELECT id FROM users WHERE tenant_id = $1 AND carrier_id = $2 AND active
        AND role IN ($3, $4, $5) ORDER BY id";
    let (tenant, [owner, admin, dispatcher]) = (tx.tenant().uuid(), OFFICE.map(Role::name));
    let users: Vec<Uuid> = within!(tx, db => sqlx::query_scalar(SQL).bind(tenant).bind(carrier.uuid()).bind(owner)
        .bind(admin).bind(dispatcher).fetch_all(db).await?);
    Ok(users.into_iter().map(UserId::new).collect())
}

async fn add(tx: &mut Tx<'_>, user: UserId, settings: &NoticeSettings, notice: &NewNotice) -> Result<()> {
    const NEWEST: &str = super::notices!("user_id = $1 AND topic = $2 ORDER BY first_at DESC, id DESC LIMIT 3");
    const ADD: &str = "INSERT INTO notices (id, tenant_id, user_id, topic, count, items, first_at, at)
        VALUES ($1, $2, $3, $4, 1, $5, $6, $6)";
    const JOIN: &str = "UPDATE notices SET count = $2, items = $3, at = $4 WHERE id = $1";
    let (topic, now) = (notice.topic, tx.now());
    let item = notice.item(now);
    let known: Vec<Row> = within!(tx, db => sqlx::query_as(NEWEST).bind(user.uuid()).bind(topic.name()).fetch_all(db)
        .await?);
    let just = now.plus_minutes(-ONCE_MIN);
    let mut known = known.into_iter().filter_map(Row::notice).collect::<Vec<_>>();
    if known.iter().flat_map(|notice| &notice.items).any(|told| told.at > just && told.is_same(&item)) {
        return Ok(());
    }
    let group =
        known.first_mut().filter(|group| group.read_at.is_none() && group.first_at > now.plus_minutes(-GROUP_MIN));
    let json = |items: &[NoticeItem]| serde_json::to_string(items).map_err(anyhow::Error::from);
    let (id, count) = if let Some(group) = group {
        group.items.insert(0, item.clone());
        group.items.truncate(MAX_ITEMS);
        let (id, count, items) = (group.id, group.count.saturating_add(1), json(&group.items)?);
        within!(tx, db => sqlx::query(JOIN).bind(id.uuid()).bind(i64::from(count)).bind(items).bind(column(now))
            .execute(db).await?.rows_affected());
        (id, count)
    } else {
        let (id, items) = (NotificationId::new(new_id()), json(std::slice::from_ref(&item))?);
        let tenant = tx.tenant().uuid();
        within!(tx, db => sqlx::query(ADD).bind(id.uuid()).bind(tenant).bind(user.uuid()).bind(topic.name())
            .bind(items).bind(column(now)).execute(db).await?.rows_affected());
        (id, 1)
    };
    if !is_told_at(count) {
        return Ok(());
    }
    let severity = topic.severity();
    let is_quiet = settings.quiet.as_ref().is_some_and(|quiet| quiet.has(places::minute(now, &quiet.zone)));
    let event = NotificationNew {
        id,
        kind: severity.into(),
        title: topic.title(count, &item),
        message: item.name.clone(),
        link: item.link(),
        user_id: Some(user),
        topic,
        severity,
        name: item.name,
        by: item.by,
        count,
        unread: unread_in_tx(tx, user).await?,
        loud: severity >= settings.loud_from && !is_quiet,
    };
    tx.tell(Stream::User(user), event);
    Ok(())
}
