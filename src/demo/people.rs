//! The people of a demo company.

use contract::{
    CarrierId, Day, DriverId, UserId,
    actor::Role,
    carriers::{CarrierForm, CarrierRow, CarrierStatus, Cover, CoverKind},
    loads::Equipment,
};

use super::{
    companies::{Carrier, Company},
    talk::Contact,
};
use crate::{
    clock::new_id,
    error::Result,
    places,
    store::{Tx, accounts, carriers},
};

/// The company's own accounts, in the order of `Company::staff`.
const STAFF: [(&str, Role); 5] = [
    ("admin", Role::Admin),
    ("ops", Role::OperationsManager),
    ("dispatch1", Role::Dispatch),
    ("dispatch2", Role::Dispatch),
    ("readonly", Role::ReadOnly),
];

/// A driver with their truck.
#[derive(Clone, Debug)]
pub struct Crew {
    pub carrier: CarrierId,
    pub carrier_name: String,
    pub equipment: Vec<Equipment>,
    pub driver: DriverId,
    pub driver_name: String,
    /// Whether they can sign in, and so be heard of.
    pub app: bool,
}

/// Who can be put on a load.
#[derive(Default)]
pub struct People {
    /// The dispatchers.
    pub desk: Vec<(UserId, String)>,
    pub crews: Vec<Crew>,
    /// Who writes for each carrier.
    pub contacts: Vec<Contact>,
}

impl People {
    /// Founds a company with its accounts, carriers and drivers.
    pub async fn found(tx: &mut Tx<'_>, company: &Company, password_hash: &str) -> Result<Self> {
        accounts::add_tenant(tx, company.slug, company.name, company.zone).await?;
        let user = |who: &str, name: &str, role| accounts::NewUser {
            id: UserId::new(new_id()),
            email: format!("{who}@{}.demo", company.slug),
            name: name.to_owned(),
            role,
            password_hash: password_hash.to_owned(),
            carrier: None,
            driver: None,
        };
        let mut people = Self::default();
        for ((who, role), name) in STAFF.into_iter().zip(company.staff) {
            let user = user(who, name, role);
            if role == Role::Dispatch {
                people.desk.push((user.id, name.to_owned()));
            }
            accounts::add_user(tx, user).await?;
        }
        let (mut phones, mut apps) = (10..100, 1..);
        for (index, carrier) in company.carriers.iter().enumerate() {
            let id = CarrierId::new(new_id());
            let form = form(carrier, company, Day::new(places::date(tx.now(), company.zone)));
            carriers::add_carrier(tx, id, &form).await?;
            let contact = user(&format!("carrier{}", index + 1), carrier.contact, Role::CarrierDispatcher);
            people.contacts.push((id, contact.id, contact.name.clone()));
            accounts::add_user(tx, accounts::NewUser { carrier: Some(id), ..contact }).await?;
            for driver in carrier.drivers {
                let driver_id = DriverId::new(new_id());
                let phone = format!("({}) 555-01{}", company.area, phones.next().unwrap_or(99));
                carriers::add_driver(tx, driver_id, id, driver.name, &phone).await?;
                if let Some(n) = driver.app.then(|| apps.next()).flatten() {
                    let user = user(&format!("driver{n}"), driver.name, Role::Driver);
                    let user = accounts::NewUser { carrier: Some(id), driver: Some(driver_id), ..user };
                    accounts::add_user(tx, user).await?;
                }
                if carrier.status != CarrierStatus::Active {
                    continue;
                }
                people.crews.push(Crew {
                    carrier: id,
                    carrier_name: carrier.name.to_owned(),
                    equipment: carrier.equipment.to_vec(),
                    driver: driver_id,
                    driver_name: driver.name.to_owned(),
                    app: driver.app,
                });
            }
        }
        Ok(people)
    }
}

/// What is known of a carrier: most have all that they must, for months.
fn form(carrier: &Carrier, company: &Company, today: Day) -> CarrierForm {
    let mc: u64 = carrier.mc.parse().unwrap_or_default();
    let until = |days: i64| Day::new(today.date() + chrono::Days::new(days.unsigned_abs()));
    let usual = 90 + (mc % 200) as i64;
    let cover = |kind: CoverKind, amount_cents: Option<i64>| {
        let left = carrier.ends.iter().find(|(ending, _)| *ending == kind).map(|(_, days)| *days);
        let expires_on = match left {
            Some(days) if days < 0 => Day::new(today.date() - chrono::Days::new(days.unsigned_abs())),
            days => until(days.unwrap_or(usual)),
        };
        let number = Some(format!("{}-{:06}", &kind.name()[..2], mc * 7 % 1_000_000));
        Cover { kind, number, amount_cents, expires_on }
    };
    CarrierForm {
        name: carrier.name.to_owned(),
        mc_number: carrier.mc.to_owned(),
        dot_number: Some(format!("{}", 1_000_000 + mc)),
        status: carrier.status,
        equipment: carrier.equipment.to_vec(),
        phone: Some(format!("({}) 555-02{:02}", company.area, mc % 100)),
        email: Some(format!("dispatch@{}.demo", carrier.name.to_lowercase().replace([' ', '-'], ""))),
        notes: None,
        covers: vec![
            cover(CoverKind::Authority, None),
            cover(CoverKind::AutoLiability, Some(100_000_000)),
            cover(CoverKind::Cargo, Some(10_000_000)),
            cover(CoverKind::GeneralLiability, Some(200_000_000)),
        ],
    }
}

impl From<Vec<CarrierRow>> for People {
    /// The crews of carriers that are there already.
    fn from(carriers: Vec<CarrierRow>) -> Self {
        let crews = carriers.into_iter().filter(|carrier| carrier.active).flat_map(|carrier| {
            let CarrierRow { id, name, equipment, drivers, .. } = carrier;
            drivers.into_iter().map(move |driver| Crew {
                carrier: id,
                carrier_name: name.clone(),
                equipment: equipment.clone(),
                driver: driver.id,
                driver_name: driver.name,
                app: true,
            })
        });
        Self { crews: crews.collect(), ..Self::default() }
    }
}
