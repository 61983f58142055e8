//! Loads: the rules of entering, finding and changing them.

mod change;
mod create;
mod list;
mod undo;

use contract::{
    Listed, LoadId, Refusal, TenantId,
    actor::Actor,
    event::{CarrierLoadAssigned, CarrierLoadWithdrawn, Event, Happened},
    loads::{
        ActiveQuery, AssignLoad, CancelLoad, ChangeStatus, DispatchLoad, LoadDetail, LoadQuery, LoadRow, NewLoad,
        UndoChange, ViewCounts,
    },
    room::Stream,
    status::LoadStatus,
};

use crate::{
    desk::Desk,
    store::{Tx, loads::Record},
};

pub use create::enter;

#[async_trait::async_trait]
impl app::loads::port::Loads for Desk {
    async fn loads(&self, who: &Actor, query: LoadQuery) -> Result<Listed<LoadRow>, Refusal> {
        Ok(list::find(self, who, query).await?)
    }

    async fn load_counts(&self, who: &Actor) -> Result<ViewCounts, Refusal> {
        Ok(list::counts(self, who).await?)
    }

    async fn load(&self, who: &Actor, id: LoadId) -> Result<LoadDetail, Refusal> {
        Ok(list::detail(self, who, id).await?)
    }

    async fn active_loads(&self, who: &Actor, query: ActiveQuery) -> Result<Listed<LoadRow>, Refusal> {
        Ok(list::active(self, who, query).await?)
    }

    async fn create_load(&self, who: &Actor, new: NewLoad) -> Result<LoadRow, Refusal> {
        Ok(create::create(self, who, new).await?)
    }

    async fn change_status(&self, who: &Actor, ask: ChangeStatus) -> Result<LoadRow, Refusal> {
        Ok(change::status(self, who, ask).await?)
    }

    async fn assign_load(&self, who: &Actor, ask: AssignLoad) -> Result<LoadRow, Refusal> {
        Ok(change::assign(self, who, ask).await?)
    }

    async fn dispatch_load(&self, who: &Actor, ask: DispatchLoad) -> Result<LoadRow, Refusal> {
        let DispatchLoad { load_id, version } = ask;
        let status = LoadStatus::Dispatched;
        Ok(change::status(self, who, ChangeStatus { load_id, status, version, reason: None, confirmed: false }).await?)
    }

    async fn cancel_load(&self, who: &Actor, ask: CancelLoad) -> Result<LoadRow, Refusal> {
        let CancelLoad { load_id, version, reason } = ask;
        let status = LoadStatus::Cancelled;
        Ok(change::status(self, who, ChangeStatus { load_id, status, version, reason: Some(reason), confirmed: false })
            .await?)
    }

    async fn undo_change(&self, who: &Actor, ask: UndoChange) -> Result<LoadRow, Refusal> {
        Ok(undo::undo(self, who, ask).await?)
    }
}

/// The carrier's stream to which a load belongs, once its carrier may know of it.
fn carrier_stream(tenant: TenantId, load: &Record) -> Option<Stream> {
    let known = !matches!(load.status(), LoadStatus::Planning | LoadStatus::Pending);
    load.carrier().filter(|_| known).map(|carrier| Stream::Carrier(tenant, carrier))
}

/// Tells staff and carriers of a change: the carrier that keeps the load hears what the staff hear, cut for it; one that
/// loses it or gets it hears that.
fn tell<E: Event + Into<Happened>>(tx: &mut Tx<'_>, before: &Record, after: &Record, event: impl Fn(LoadRow) -> E) {
    let tenant = tx.tenant();
    let (had, has) = (carrier_stream(tenant, before), carrier_stream(tenant, after));
    let staff = (Stream::Tenant(tenant), event(after.row_for_staff()));
    let kept = has.filter(|stream| had == Some(*stream)).map(|stream| (stream, event(after.row_for_carrier())));
    tx.tell_both(staff, kept);
    tell_handover(tx, before, after);
}

/// Tells the carriers between which a load changes hands.
fn tell_handover(tx: &mut Tx<'_>, before: &Record, after: &Record) {
    let tenant = tx.tenant();
    let (had, has) = (carrier_stream(tenant, before), carrier_stream(tenant, after));
    if had == has {
        return;
    }
    if let (Some(stream), Some(carrier_id)) = (had, before.carrier()) {
        let load_number = before.load_number.clone();
        tx.tell(stream, CarrierLoadWithdrawn { load_id: before.id(), load_number, carrier_id });
    }
    if let (Some(stream), Some(carrier_id)) = (has, after.carrier()) {
        let load_number = after.load_number.clone();
        let load = after.row_for_carrier();
        tx.tell(stream, CarrierLoadAssigned { load_id: after.id(), load_number, carrier_id, load });
    }
}
