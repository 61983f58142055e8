//! A load as the database gives it, and the row that a reader gets of it.

use chrono::{DateTime, Utc};
use contract::{
    CarrierId, DriverId, LoadId, Timestamp, UserId,
    actor::{Actor, Permission},
    geo::Point,
    loads::{AtStop, Equipment, LoadRow, Named, NextStop, StopKind, Town, free_until},
    status::LoadStatus,
    tracking::{LastFix, Source},
};
use uuid::Uuid;

use crate::{
    places::appointment,
    store::{column, moment},
};

/// A load with everything in it. It never leaves the server: readers get [`Record::row_for`].
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns are explained in the contract's row")]
pub struct Record {
    pub id: Uuid,
    pub tenant_id: Uuid,
    pub load_number: String,
    pub version: i64,
    pub status: String,
    pub status_changed_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: String,
    pub customer_name: String,
    pub equipment: String,
    pub is_hot: bool,
    pub carrier_id: Option<Uuid>,
    pub carrier_name: Option<String>,
    pub carrier_mc: Option<String>,
    pub driver_id: Option<Uuid>,
    pub driver_name: Option<String>,
    pub driver_phone: Option<String>,
    pub dispatcher_id: Option<Uuid>,
    pub dispatcher_name: Option<String>,
    pub carrier_rate_cents: Option<i64>,
    pub customer_rate_cents: Option<i64>,
    pub commodity: Option<String>,
    pub weight_lbs: Option<i64>,
    pub reference: Option<String>,
    pub notes: Option<String>,
    pub miles: f64,
    pub stop_count: i64,
    pub origin_city: String,
    pub origin_state: String,
    pub origin_lat: f64,
    pub origin_lng: f64,
    pub pickup_start: DateTime<Utc>,
    pub pickup_end: DateTime<Utc>,
    pub pickup_zone: String,
    pub destination_city: String,
    pub destination_state: String,
    pub destination_lat: f64,
    pub destination_lng: f64,
    pub delivery_start: DateTime<Utc>,
    pub delivery_end: DateTime<Utc>,
    pub delivery_zone: String,
    pub assigned_at: Option<DateTime<Utc>>,
    pub truck_since: Option<DateTime<Utc>>,
    pub eta: Option<DateTime<Utc>>,
    pub dispatched_at: Option<DateTime<Utc>>,
    pub picked_up_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub tender_expires_at: Option<DateTime<Utc>>,
    pub next_sequence: Option<i64>,
    pub next_kind: Option<String>,
    pub next_city: Option<String>,
    pub next_state: Option<String>,
    pub next_lat: Option<f64>,
    pub next_lng: Option<f64>,
    pub next_zone: Option<String>,
    pub next_start: Option<DateTime<Utc>>,
    pub next_end: Option<DateTime<Utc>>,
    pub here_sequence: Option<i64>,
    pub here_arrived: Option<DateTime<Utc>>,
    pub here_departed: Option<DateTime<Utc>>,
    pub here_start: Option<DateTime<Utc>>,
    pub here_by_position: Option<bool>,
    pub fix_lat: Option<f64>,
    pub fix_lng: Option<f64>,
    pub fix_at: Option<DateTime<Utc>>,
    pub fix_source: Option<String>,
    pub fix_speed: Option<f64>,
    pub fix_heading: Option<f64>,
}

impl Record {
    /// Which.
    pub fn id(&self) -> LoadId {
        LoadId::new(self.id)
    }

    /// Where it is in its life.
    pub fn status(&self) -> LoadStatus {
        LoadStatus::named(&self.status).unwrap_or(LoadStatus::Planning)
    }

    /// Who moves it.
    pub fn carrier(&self) -> Option<CarrierId> {
        self.carrier_id.map(CarrierId::new)
    }

    /// Who drives it.
    pub fn driver(&self) -> Option<DriverId> {
        self.driver_id.map(DriverId::new)
    }

    /// Who of the desk looks after it.
    pub fn dispatcher(&self) -> Option<UserId> {
        self.dispatcher_id.map(UserId::new)
    }

    /// Gives it to a carrier and a driver, or takes it from them. When another truck was expected says nothing of this
    /// one.
    pub fn hand_to(&mut self, carrier: Option<CarrierId>, driver: Option<DriverId>, now: Timestamp) {
        if self.carrier() != carrier {
            self.assigned_at = carrier.map(|_| column(now));
        }
        if (self.carrier(), self.driver()) != (carrier, driver) {
            self.eta = None;
            self.truck_since = Some(column(now));
        }
        self.carrier_id = carrier.map(CarrierId::uuid);
        self.driver_id = driver.map(DriverId::uuid);
    }

    /// Whether the same truck moves it as another state of it says.
    pub fn has_same_truck(&self, other: &Self) -> bool {
        (self.carrier_id, self.driver_id) == (other.carrier_id, other.driver_id)
    }

    /// When anything of it changed last.
    pub fn updated_at(&self) -> Timestamp {
        moment(self.updated_at)
    }

    /// Where its truck was last.
    pub fn last_fix(&self) -> Option<LastFix> {
        Some(LastFix {
            lat: self.fix_lat?,
            lng: self.fix_lng?,
            heading: self.fix_heading,
            speed: self.fix_speed,
            at: moment(self.fix_at?),
            source: self.fix_source.as_deref().and_then(Source::named).unwrap_or_default(),
        })
    }

    /// The stop that its truck comes to next, while it is under way.
    fn next_stop(&self) -> Option<NextStop> {
        let is_pickup = self.next_kind.as_deref() == Some(StopKind::Pickup.name());
        let (start, end) = (moment(self.next_start?), moment(self.next_end?));
        self.status().is_under_way().then_some(NextStop {
            sequence: self.next_sequence? as u32,
            kind: if is_pickup { StopKind::Pickup } else { StopKind::Delivery },
            town: Town { city: self.next_city.clone()?, state: self.next_state.clone()? },
            point: Point { lat: self.next_lat?, lng: self.next_lng? },
            appointment: appointment(start, end, self.next_zone.as_deref()?),
        })
    }

    /// The stop at which its truck stands, while it does.
    fn at_stop(&self) -> Option<AtStop> {
        let stands = matches!(self.status(), LoadStatus::AtPickup | LoadStatus::PickedUp | LoadStatus::AtDelivery);
        let arrived_at = self.here_arrived.filter(|_| stands && self.here_departed.is_none()).map(moment)?;
        Some(AtStop {
            sequence: self.here_sequence? as u32,
            arrived_at,
            free_until: free_until(arrived_at, moment(self.here_start?)),
            by_position: self.here_by_position.unwrap_or_default(),
        })
    }

    /// The row with everything in it, to be cut for an audience.
    fn whole_row(&self) -> LoadRow {
        fn named<I>(id: Option<Uuid>, name: Option<&String>, new: fn(Uuid) -> I) -> Option<Named<I>> {
            Some(Named { id: new(id?), name: name.cloned().unwrap_or_default() })
        }
        LoadRow {
            id: self.id(),
            load_number: self.load_number.clone(),
            version: self.version,
            status: self.status(),
            status_changed_at: moment(self.status_changed_at),
            updated_at: moment(self.updated_at),
            customer_name: self.customer_name.clone(),
            equipment: Equipment::named(&self.equipment).unwrap_or(Equipment::DryVan),
            is_hot: self.is_hot,
            carrier: named(self.carrier_id, self.carrier_name.as_ref(), CarrierId::new),
            driver: named(self.driver_id, self.driver_name.as_ref(), DriverId::new),
            dispatcher: named(self.dispatcher_id, self.dispatcher_name.as_ref(), UserId::new),
            stop_count: self.stop_count as u32,
            origin: Town { city: self.origin_city.clone(), state: self.origin_state.clone() },
            destination: Town { city: self.destination_city.clone(), state: self.destination_state.clone() },
            origin_point: Point { lat: self.origin_lat, lng: self.origin_lng },
            destination_point: Point { lat: self.destination_lat, lng: self.destination_lng },
            pickup: appointment(moment(self.pickup_start), moment(self.pickup_end), &self.pickup_zone),
            delivery: appointment(moment(self.delivery_start), moment(self.delivery_end), &self.delivery_zone),
            miles: self.miles,
            next_stop: self.next_stop(),
            at_stop: self.at_stop(),
            current_location: self.last_fix(),
            eta: self.eta.map(moment),
            carrier_rate_cents: self.carrier_rate_cents,
            customer_rate_cents: self.customer_rate_cents,
            delivered_at: self.delivered_at.map(moment),
            tender_expires_at: self.tender_expires_at.map(moment),
        }
    }

    /// The row for one reader's eyes.
    pub fn row_for(&self, who: &Actor) -> LoadRow {
        let mut row = self.whole_row();
        if !who.role.is_staff() {
            row = row.for_carrier();
        }
        if !who.can(Permission::CarrierRateView) {
            row.carrier_rate_cents = None;
        }
        if !who.can(Permission::FinanceView) {
            row.customer_rate_cents = None;
        }
        row
    }

    /// The row as the company's staff hear of it in an event.
    pub fn row_for_staff(&self) -> LoadRow {
        self.whole_row().without_money()
    }

    /// The row as the carrier's people hear of it in an event.
    pub fn row_for_carrier(&self) -> LoadRow {
        self.whole_row().without_money().for_carrier()
    }
}
