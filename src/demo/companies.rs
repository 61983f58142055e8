//! The two companies of the demo. All of it is invented, and no name stands in both, so that a leak would show.

use contract::{
    carriers::{CarrierStatus, CoverKind},
    loads::Equipment::{self, Conestoga, DryVan, Flatbed, PowerOnly, Reefer, StepDeck},
    status::LoadStatus as S,
};

use super::stage::Mood::{self, Easy, Late, Silent, Tight, Urgent};

/// A company with its people.
pub struct Company {
    /// The last part of its people's addresses.
    pub slug: &'static str,
    /// As people call it.
    pub name: &'static str,
    /// Where its days begin.
    pub zone: &'static str,
    /// Admin, operations manager, two dispatchers, and one who only reads.
    pub staff: [&'static str; 5],
    /// Who moves its loads.
    pub carriers: &'static [Carrier],
    /// Who pays for them.
    pub customers: &'static [&'static str],
    /// The western and eastern end of its country, in degrees.
    pub reach: (f64, f64),
    /// The area code of its drivers' telephones.
    pub area: &'static str,
    /// How many loads stand where, and how they fare.
    pub plan: &'static [(S, Mood, usize)],
}

/// A carrier with its people.
pub struct Carrier {
    /// As it is registered.
    pub name: &'static str,
    /// Six digits.
    pub mc: &'static str,
    /// Who has its portal account.
    pub contact: &'static str,
    /// What it has.
    pub equipment: &'static [Equipment],
    /// Whether it may be given loads.
    pub status: CarrierStatus,
    /// What it has that ends in so many days, or ended so many days ago when negative.
    pub ends: &'static [(CoverKind, i64)],
    /// Who drives for it.
    pub drivers: &'static [Driver],
}

/// A driver. Those without the app have no account, so nothing is heard of their trucks.
pub struct Driver {
    /// Their name.
    pub name: &'static str,
    /// Whether they can sign in.
    pub app: bool,
}

const fn app(name: &'static str) -> Driver {
    Driver { name, app: true }
}

const fn phone_only(name: &'static str) -> Driver {
    Driver { name, app: false }
}

/// Both companies.
pub static COMPANIES: [&Company; 2] = [&BLUE_RIDGE, &PRAIRIE];

/// The company with this slug, the first one when there is none.
pub fn company(slug: &str) -> &'static Company {
    COMPANIES.into_iter().find(|company| company.slug == slug).unwrap_or(&BLUE_RIDGE)
}

/// The larger one, with work all over the country.
pub static BLUE_RIDGE: Company = Company {
    slug: "blueridge",
    name: "Blue Ridge Logistics",
    zone: "America/New_York",
    staff: ["Avery Monroe", "Renee Calloway", "Dana Kessler", "Marcus Tolliver", "Priscilla Vance"],
    carriers: &[
        Carrier {
            name: "Summit Freightways",
            mc: "318204",
            contact: "Joanne Pruitt",
            equipment: &[DryVan, Reefer],
            status: CarrierStatus::Active,
            ends: &[],
            drivers: &[app("Earl Whitcomb"), app("Tanya Broyles"), app("Luis Serrano"), app("Desmond Pike")],
        },
        Carrier {
            name: "Tri-County Haulage",
            mc: "402715",
            contact: "Boyd Landreth",
            equipment: &[Flatbed, StepDeck, DryVan],
            status: CarrierStatus::Active,
            ends: &[],
            drivers: &[app("Wade Culpepper"), app("Rosa Quintero"), app("Clint Farrow"), app("Nadia Brandt")],
        },
        Carrier {
            name: "Lone Mesa Trucking",
            mc: "561938",
            contact: "Estela Rios",
            equipment: &[DryVan, Flatbed],
            status: CarrierStatus::Active,
            ends: &[],
            drivers: &[app("Hector Zamora"), app("Bill Tackett"), app("Yolanda Reyes"), phone_only("Gus Pettigrew")],
        },
        Carrier {
            name: "Cardinal Line",
            mc: "274460",
            contact: "Martin Osgood",
            equipment: &[Reefer],
            status: CarrierStatus::Active,
            ends: &[(CoverKind::AutoLiability, 6)],
            drivers: &[app("Keisha Barlow"), app("Owen Maddox"), app("Samir Haddad"), app("Patrice Lyle")],
        },
        Carrier {
            name: "Great Basin Express",
            mc: "639127",
            contact: "Sheryl Udall",
            equipment: &[DryVan, Reefer, PowerOnly],
            status: CarrierStatus::Active,
            ends: &[(CoverKind::Cargo, 21)],
            drivers: &[app("Curtis Nebeker"), app("Mai Truong"), app("Dale Whitehorse"), phone_only("Roy Stucki")],
        },
        Carrier {
            name: "Red Oak Carriers",
            mc: "482910",
            contact: "Felicia Dunn",
            equipment: &[DryVan, Conestoga, Flatbed],
            status: CarrierStatus::Active,
            ends: &[],
            drivers: &[app("Tomas Alvarez"), app("Glenda Foy"), app("Andre Watkins"), app("Becky Sizemore")],
        },
        Carrier {
            name: "Old Fort Transport",
            mc: "750312",
            contact: "Leroy Gantt",
            equipment: &[DryVan],
            status: CarrierStatus::Suspended,
            ends: &[(CoverKind::AutoLiability, -4)],
            drivers: &[phone_only("Ardis Poole")],
        },
        Carrier {
            name: "Haw River Freight",
            mc: "868455",
            contact: "Simone Pettis",
            equipment: &[DryVan, Reefer],
            status: CarrierStatus::Pending,
            ends: &[],
            drivers: &[phone_only("Wendell Ashe")],
        },
    ],
    customers: &[
        "Piedmont Paper Goods",
        "Laurel Fork Foods",
        "Tidewater Home Goods",
        "Shenandoah Spring Water",
        "Cedar Gap Appliances",
        "Foothill Farms Dairy",
        "Blue Hollow Beverage",
        "Catawba Building Products",
        "Stony Creek Tools",
        "Front Range Grocers",
    ],
    reach: (-125.0, -66.0),
    area: "540",
    plan: &[
        (S::Planning, Easy, 2),
        (S::Pending, Urgent, 2),
        (S::Pending, Easy, 8),
        (S::Tendered, Easy, 5),
        (S::Accepted, Easy, 7),
        (S::Dispatched, Easy, 3),
        (S::Dispatched, Tight, 1),
        (S::AtPickup, Easy, 2),
        (S::AtPickup, Late, 1),
        (S::PickedUp, Easy, 1),
        (S::InTransit, Easy, 2),
        (S::InTransit, Tight, 3),
        (S::InTransit, Late, 2),
        (S::InTransit, Silent, 2),
        (S::AtDelivery, Easy, 2),
        (S::Delivered, Easy, 7),
        (S::Completed, Easy, 7),
        (S::Cancelled, Easy, 3),
    ],
};

/// The smaller one, at home between the Mississippi and the Rockies.
pub static PRAIRIE: Company = Company {
    slug: "prairie",
    name: "Prairie Freight",
    zone: "America/Chicago",
    staff: ["Ingrid Halvorsen", "Walt Novak", "Lena Sorensen", "Cody Strand", "Mabel Krause"],
    carriers: &[
        Carrier {
            name: "Buffalo Grass Transport",
            mc: "715302",
            contact: "Verna Lindqvist",
            equipment: &[DryVan, Reefer],
            status: CarrierStatus::Active,
            ends: &[],
            drivers: &[app("Arne Dahl"), app("Colleen Vogel"), app("Jesse Blackhawk")],
        },
        Carrier {
            name: "Four Rivers Trucking",
            mc: "820946",
            contact: "Nolan Tripp",
            equipment: &[DryVan, Flatbed],
            status: CarrierStatus::Active,
            ends: &[],
            drivers: &[app("Stan Kowalczyk"), app("Darlene Otto"), phone_only("Virgil Nance")],
        },
        Carrier {
            name: "Silo Road Haulers",
            mc: "693581",
            contact: "Greta Amundsen",
            equipment: &[Flatbed, StepDeck],
            status: CarrierStatus::Active,
            ends: &[(CoverKind::Cargo, 13)],
            drivers: &[app("Lyle Hostetler"), app("Marisol Cantu"), app("Duane Brekke")],
        },
        Carrier {
            name: "Meadowlark Motor Lines",
            mc: "957214",
            contact: "Irene Pospisil",
            equipment: &[Reefer, DryVan],
            status: CarrierStatus::Active,
            ends: &[],
            drivers: &[app("Kent Schroeder"), app("Opal Weatherby"), app("Tyrell Gaines")],
        },
    ],
    customers: &[
        "Sunflower Milling",
        "Platte Bend Grain",
        "Harrow & Disc Tractor Parts",
        "Tallgrass Pet Foods",
        "Coteau Window and Door",
        "Flint Hills Packing",
    ],
    reach: (-106.0, -87.0),
    area: "785",
    plan: &[
        (S::Planning, Easy, 1),
        (S::Pending, Urgent, 1),
        (S::Pending, Easy, 3),
        (S::Tendered, Easy, 2),
        (S::Accepted, Easy, 3),
        (S::Dispatched, Easy, 2),
        (S::AtPickup, Easy, 1),
        (S::PickedUp, Easy, 1),
        (S::InTransit, Easy, 1),
        (S::InTransit, Tight, 1),
        (S::InTransit, Late, 1),
        (S::InTransit, Silent, 1),
        (S::AtDelivery, Easy, 1),
        (S::Delivered, Easy, 2),
        (S::Completed, Easy, 2),
        (S::Cancelled, Easy, 1),
    ],
};
