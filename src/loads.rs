//! Loads: the rules of entering, finding and changing them.

mod bulk;
pub mod change;
mod checks;
mod create;
pub mod cross;
mod edit;
pub mod export;
mod import;
mod list;
mod stops;
pub mod tender;
mod undo;

use contract::{
    Listed, LoadId, Refusal,
    actor::Actor,
    documents::{Document, RemoveDocument},
    event::{CarrierLoadAssigned, CarrierLoadWithdrawn, Durable},
    loads::{
        ActiveQuery, AssignLoad, BulkLoads, BulkOutcome, CancelLoad, ChangeStatus, DispatchLoad, LoadDetail, LoadQuery,
        LoadRow, NewLoad, UndoChange, ViewCounts,
        edit::EditLoad,
        import::{ImportLoads, Imported},
    },
    refusal::Flaw,
    room::Stream,
    status::LoadStatus,
    tenders::{AcceptTender, Answered, DeclineTender, Offer, TenderLoad},
    tracking::BY_POSITION,
};

use crate::{
    desk::Desk,
    documents,
    error::Result,
    notices,
    store::{Tx, accounts, loads::Record},
};

pub use create::enter;
pub use list::active_rows;

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

    async fn import_loads(&self, who: &Actor, ask: ImportLoads) -> Result<Imported, Refusal> {
        Ok(import::import(self, who, ask).await?)
    }

    async fn edit_load(&self, who: &Actor, ask: EditLoad) -> Result<LoadRow, Refusal> {
        Ok(edit::edit(self, who, ask).await?)
    }

    async fn change_status(&self, who: &Actor, ask: ChangeStatus) -> Result<LoadRow, Refusal> {
        Ok(change::status(self, who, ask).await?)
    }

    async fn assign_load(&self, who: &Actor, ask: AssignLoad) -> Result<LoadRow, Refusal> {
        Ok(change::assign(self, who, ask).await?)
    }

    async fn dispatch_load(&self, who: &Actor, ask: DispatchLoad) -> Result<LoadRow, Refusal> {
        let DispatchLoad { load_id, version, reason, confirmed } = ask;
        let status = LoadStatus::Dispatched;
        Ok(change::status(self, who, ChangeStatus { load_id, status, version, reason, confirmed }).await?)
    }

    async fn cancel_load(&self, who: &Actor, ask: CancelLoad) -> Result<LoadRow, Refusal> {
        let CancelLoad { load_id, version, reason } = ask;
        let status = LoadStatus::Cancelled;
        Ok(change::status(self, who, ChangeStatus { load_id, status, version, reason: Some(reason), confirmed: false })
            .await?)
    }

    async fn change_loads(&self, who: &Actor, ask: BulkLoads) -> Result<Vec<BulkOutcome>, Refusal> {
        Ok(bulk::bulk(self, who, ask).await?)
    }

    async fn tender_load(&self, who: &Actor, ask: TenderLoad) -> Result<LoadRow, Refusal> {
        Ok(tender::tender(self, who, ask).await?)
    }

    async fn accept_tender(&self, who: &Actor, ask: AcceptTender) -> Result<LoadRow, Refusal> {
        Ok(tender::accept(self, who, ask).await?)
    }

    async fn decline_tender(&self, who: &Actor, ask: DeclineTender) -> Result<Answered, Refusal> {
        Ok(tender::decline(self, who, ask).await?)
    }

    async fn offers(&self, who: &Actor) -> Result<Vec<Offer>, Refusal> {
        Ok(tender::offers(self, who).await?)
    }

    async fn remove_document(&self, who: &Actor, ask: RemoveDocument) -> Result<Vec<Document>, Refusal> {
        Ok(documents::remove(self, who, ask).await?)
    }

    async fn undo_change(&self, who: &Actor, ask: UndoChange) -> Result<LoadRow, Refusal> {
        Ok(undo::undo(self, who, ask).await?)
    }
}

/// Those outside of the desk who may know of a load, by their streams: the people of its carrier, once that may know of
/// it, and its driver. A driver may have no account, or several.
pub(crate) async fn audience(tx: &mut Tx<'_>, load: &Record) -> Result<Vec<Stream>> {
    let known = !matches!(load.status(), LoadStatus::Planning | LoadStatus::Pending);
    let Some(carrier) = load.carrier().filter(|_| known) else { return Ok(Vec::new()) };
    let mut streams = vec![Stream::Carrier(tx.tenant(), carrier)];
    if let Some(driver) = load.driver() {
        let users = accounts::of_drivers(tx, &[(carrier, driver)]).await?;
        streams.extend(users.into_iter().map(|(_, user)| Stream::User(user)));
    }
    Ok(streams)
}

/// What is wrong with a text of at most `most` characters, in words.
pub(crate) fn flawed_text(flaw: Flaw, most: usize) -> String {
    match flaw {
        Flaw::TooLong => format!("at most {most} characters"),
        _ => "has characters that can't be seen".to_owned(),
    }
}

/// What an event says of a load to one audience.
pub(crate) struct Told {
    /// As that audience sees it.
    pub row: LoadRow,
    /// Who changed it, as that audience may know them: to carriers the desk speaks as the company.
    pub by: String,
    /// Whether it is the company's own staff.
    pub is_inside: bool,
}

impl Told {
    fn to_staff(tx: &Tx<'_>, load: &Record) -> Self {
        Self { row: load.row_for_staff(), by: tx.author().unwrap_or_default().to_owned(), is_inside: true }
    }

    fn to_carrier(load: &Record, by: &str) -> Self {
        Self { row: load.row_for_carrier(), by: by.to_owned(), is_inside: false }
    }
}

/// Who changes a load in this write, as carriers are told.
pub(crate) async fn outside_name(tx: &mut Tx<'_>) -> Result<String> {
    match tx.actor() {
        Some(actor) if !actor.role.is_staff() => Ok(actor.name.clone()),
        None if tx.by_position().is_some() => Ok(BY_POSITION.to_owned()),
        _ => accounts::company_name(tx).await,
    }
}

/// Tells of a change: the staff; those of the carrier who keep the load, cut for them; and those who lose it or get it
/// hear that.
async fn tell<E: Durable>(tx: &mut Tx<'_>, before: &Record, after: &Record, event: impl Fn(Told) -> E) -> Result<()> {
    let (had, has) = (audience(tx, before).await?, audience(tx, after).await?);
    let by = outside_name(tx).await?;
    let staff = (Stream::Tenant(tx.tenant()), event(Told::to_staff(tx, after)));
    let kept = has.iter().filter(|stream| had.contains(stream));
    let kept = kept.map(|stream| (*stream, event(Told::to_carrier(after, &by))));
    tx.tell_all(std::iter::once(staff).chain(kept));
    tell_handover(tx, before, after, &had, &has);
    notices::of_change(tx, before, after);
    Ok(())
}

/// Tells those between whom a load changes hands.
fn tell_handover(tx: &mut Tx<'_>, before: &Record, after: &Record, had: &[Stream], has: &[Stream]) {
    if let Some(carrier_id) = before.carrier() {
        let load_number = before.load_number.clone();
        let event = CarrierLoadWithdrawn { load_id: before.id(), load_number, carrier_id };
        let lost = had.iter().filter(|stream| !has.contains(stream));
        tx.tell_all(lost.map(|stream| (*stream, event.clone())));
    }
    if let Some(carrier_id) = after.carrier() {
        let load_number = after.load_number.clone();
        let event = CarrierLoadAssigned { load_id: after.id(), load_number, carrier_id, load: after.row_for_carrier() };
        let got = has.iter().filter(|stream| !had.contains(stream));
        tx.tell_all(got.map(|stream| (*stream, event.clone())));
    }
}

/// Tells staff, carrier and driver something more about a change that all of them know of already.
async fn also<E: Durable>(tx: &mut Tx<'_>, load: &Record, event: impl Fn(Told) -> E) -> Result<()> {
    tell_of(tx, load, true, event).await
}

/// Tells the staff something of a load, and carrier and driver if it is for them too.
pub(crate) async fn tell_of<E: Durable>(
    tx: &mut Tx<'_>,
    load: &Record,
    outside_too: bool,
    event: impl Fn(Told) -> E,
) -> Result<()> {
    let staff = (Stream::Tenant(tx.tenant()), event(Told::to_staff(tx, load)));
    let others = if outside_too { audience(tx, load).await? } else { Vec::new() };
    let by = outside_name(tx).await?;
    let others = others.into_iter().map(|stream| (stream, event(Told::to_carrier(load, &by))));
    tx.tell_all(std::iter::once(staff).chain(others));
    Ok(())
}
