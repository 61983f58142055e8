//! Demo data: two companies that must never meet, each with its people, carriers and loads in every status.
//!
//! What is in it comes from a seed and is the same every time; when it happened is counted back from now.

mod calls;
mod companies;
mod freight;
mod load;
mod notices;
mod people;
mod stage;
mod talk;

use anyhow::Context;
use contract::{Day, TenantId, accounts::DEMO_PASSWORD, status::LoadStatus as S};
use rand::{SeedableRng, rngs::StdRng};

use crate::{
    clock::{Clock, new_id},
    documents::Shelf,
    error::Result,
    places,
    store::{By, Outbox, Store, accounts, carriers},
};
use companies::{BLUE_RIDGE, COMPANIES, company};
pub(crate) use freight::{Freight, towns};
use load::Yard;
use people::People;
use stage::{Mood, Now};

/// How many loads one write of `crowd` enters.
const AT_ONCE: usize = 200;

/// The companies of the demo, by the last part of their people's addresses.
pub fn slugs() -> impl Iterator<Item = &'static str> {
    COMPANIES.into_iter().map(|company| company.slug)
}

/// The western and eastern end of a company's country, in degrees.
pub(crate) fn reach(slug: &str) -> (f64, f64) {
    company(slug).reach
}

/// Fills an empty database. `scale` is how many simulated minutes will pass in one: it decides when trucks that are on
/// their way arrive, and so which windows they can meet. Papers are put on the shelf.
///
/// # Errors
/// When somebody is there already, a password can't be hashed or the database fails.
pub async fn fill(
    store: &Store,
    clock: &Clock,
    outbox: &Outbox,
    hash: impl Fn(&str) -> anyhow::Result<String>,
    scale: f64,
    shelf: &Shelf,
) -> Result<()> {
    if !accounts::is_empty(store).await? {
        return Err(anyhow::anyhow!("demo data goes into an empty database only").into());
    }
    // Hashing is slow on purpose, so all of them share one.
    let password_hash = hash(DEMO_PASSWORD).context("the demo password can't be hashed")?;
    for (seed, company) in (42..).zip(COMPANIES) {
        let mut tx = store.begin(By::Itself(TenantId::new(new_id())), clock, outbox).await?;
        let people = People::found(&mut tx, company, &password_hash).await?;
        let now = Now { at: tx.now(), scale };
        let mut yard = Yard::new(company, &people, now, StdRng::seed_from_u64(seed));
        for (status, mood, count) in company.plan {
            for _ in 0..*count {
                yard.plan(*status, *mood)?;
            }
        }
        yard.enter(&mut tx, Some(shelf)).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Adds plain loads to the larger company, for measuring: in every few statuses, so that each driver gets several that
/// are under way.
///
/// # Errors
/// When the demo data isn't there or the database fails.
pub async fn crowd(store: &Store, clock: &Clock, outbox: &Outbox, scale: f64, loads: usize) -> Result<()> {
    const PLAN: [S; 8] =
        [S::Pending, S::Tendered, S::Accepted, S::Dispatched, S::InTransit, S::InTransit, S::AtPickup, S::Delivered];
    let tenant = accounts::tenant_named(store, BLUE_RIDGE.slug).await?.context("the demo data isn't there")?;
    let people =
        People::from(carriers::all(store, tenant, Day::new(places::date(clock.now(), BLUE_RIDGE.zone))).await?);
    let mut left = PLAN.into_iter().cycle().take(loads).peekable();
    for seed in 1_000.. {
        if left.peek().is_none() {
            break;
        }
        let mut tx = store.begin(By::Itself(tenant), clock, outbox).await?;
        let now = Now { at: tx.now(), scale };
        let mut yard = Yard::new(&BLUE_RIDGE, &people, now, StdRng::seed_from_u64(seed));
        for status in left.by_ref().take(AT_ONCE) {
            yard.plan(status, Mood::Easy)?;
        }
        yard.enter(&mut tx, None).await?;
        tx.commit().await?;
    }
    Ok(())
}
