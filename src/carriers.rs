//! Carriers and places to choose from.

use contract::{
    Refusal,
    actor::{Actor, Permission},
    carriers::CarrierRow,
    loads::Place,
};

use crate::{desk::Desk, places, store};

#[async_trait::async_trait]
impl app::carriers::port::Carriers for Desk {
    async fn carriers(&self, who: &Actor) -> Result<Vec<CarrierRow>, Refusal> {
        who.may(Permission::CarrierView)?;
        let mut carriers = store::carriers::all(&self.store, who.tenant).await.map_err(Refusal::from)?;
        if !who.can(Permission::DriverPhoneView) {
            carriers.iter_mut().flat_map(|carrier| &mut carrier.drivers).for_each(|driver| driver.phone = None);
        }
        Ok(carriers)
    }

    async fn places(&self, who: &Actor, text: &str) -> Result<Vec<Place>, Refusal> {
        who.may(Permission::LoadCreate)?;
        if text.chars().count() > 100 {
            return Err(Refusal::invalid("q", "at most 100 characters"));
        }
        Ok(places::starting_with(text, 10))
    }
}
