//! What the dispatchers of a demo were told of before it began.

use std::collections::BTreeMap;

use contract::{
    Timestamp, UserId,
    notices::{NoticeItem, Topic},
    status::LoadStatus as S,
};

use super::{people::Crew, stage::Stage};
use crate::{
    error::Result,
    store::{Tx, loads::Record, notices as rows},
};

/// What came longer ago than this was read, in milliseconds: four hours.
const READ_MS: i64 = 4 * 3_600_000;

/// What came longer ago than this is nothing to be told any more, in milliseconds: eight days.
const OLD_MS: i64 = 8 * 24 * 3_600_000;

/// When the late loads were told of, in minutes before the demo begins.
const LATE_MIN: i64 = 12;

/// What was told, put together as it is planned.
#[derive(Default)]
pub struct Past {
    each: Vec<(UserId, Topic, NoticeItem)>,
    /// The loads that will be late, by whose they are.
    late: BTreeMap<UserId, Vec<NoticeItem>>,
}

impl Past {
    /// Adds what a load gave rise to.
    pub fn add(&mut self, load: &Record, stage: &Stage, crew: Option<&Crew>, now: Timestamp) {
        let Some(owner) = load.dispatcher() else { return };
        let item = |at: Timestamp, by: Option<&str>| NoticeItem {
            load_id: Some(load.id()),
            carrier_id: None,
            name: load.load_number.clone(),
            by: by.map(str::to_owned),
            detail: None,
            at,
        };
        let (carrier, driver) = crew.map(|crew| (crew.carrier_name.as_str(), crew.driver_name.as_str())).unzip();
        for (status, topic, by) in
            [(S::Accepted, Topic::TenderAccepted, carrier), (S::Delivered, Topic::LoadDelivered, driver)]
        {
            if let Some(at) = stage.reached(status).filter(|at| now.since_ms(*at) < OLD_MS) {
                self.each.push((owner, topic, item(at, by)));
            }
        }
        let is_late = stage.between.is_none() && stage.eta.is_some_and(|eta| eta > stage.delivery.end);
        if load.status() == S::InTransit && is_late {
            self.late.entry(owner).or_default().push(item(now.plus_minutes(-LATE_MIN), None));
        }
    }

    /// Writes it.
    pub async fn enter(self, tx: &mut Tx<'_>) -> Result<()> {
        let now = tx.now();
        for (user, topic, item) in self.each {
            let is_read = now.since_ms(item.at) > READ_MS;
            rows::enter(tx, user, topic, &[item], is_read).await?;
        }
        for (user, items) in self.late {
            rows::enter(tx, user, Topic::LoadLate, &items, false).await?;
        }
        Ok(())
    }
}
