//! What clients call about loads: pages and programs alike.

use contract::{
    Listed, LoadId, One,
    documents::{Document, RemoveDocument},
    loads::{
        ActiveQuery, AssignLoad, BulkLoads, BulkOutcome, CancelLoad, ChangeStatus, DispatchLoad, LoadDetail, LoadQuery,
        LoadRow, NewLoad, UndoChange, ViewCounts,
        edit::EditLoad,
        import::{ImportLoads, Imported},
    },
    tenders::{AcceptTender, Answered, DeclineTender, Offer, TenderLoad},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
use crate::caller::caller;
use crate::{fault::Fault, json::Json};

/// Loads, for the caller's eyes.
#[server(prefix = "/api/v1", endpoint = "loads", input = GetUrl, output = Json)]
pub async fn list_loads(#[server(flatten)] query: LoadQuery) -> Result<Listed<LoadRow>, Fault> {
    let caller = caller()?;
    Ok(caller.desk.loads(&caller.who, query).await?)
}

/// How many loads each named selection has.
#[server(prefix = "/api/v1", endpoint = "loads/counts", input = GetUrl, output = Json)]
pub async fn count_loads() -> Result<One<ViewCounts>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.load_counts(&caller.who).await? })
}

/// One load with its stops and timeline.
#[server(prefix = "/api/v1", endpoint = "loads/one", input = GetUrl, output = Json)]
pub async fn one_load(id: LoadId) -> Result<One<LoadDetail>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.load(&caller.who, id).await? })
}

/// The loads under way.
#[server(prefix = "/api/v1", endpoint = "loads/active", input = GetUrl, output = Json)]
pub async fn active_loads(#[server(flatten)] query: ActiveQuery) -> Result<Listed<LoadRow>, Fault> {
    let caller = caller()?;
    Ok(caller.desk.active_loads(&caller.who, query).await?)
}

/// Enters a load.
#[server(prefix = "/api/v1", endpoint = "loads", input = Json, output = Json)]
pub async fn create_load(#[server(flatten)] new: NewLoad) -> Result<One<LoadRow>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.create_load(&caller.who, new).await? })
}

/// Enters loads from a spreadsheet, or says what would become of them.
#[server(name = ImportCall, prefix = "/api/v1", endpoint = "loads/import", input = Json, output = Json)]
pub async fn import_loads(#[server(flatten)] ask: ImportLoads) -> Result<One<Imported>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.import_loads(&caller.who, ask).await? })
}

/// Changes what is known of a load, field by field.
#[server(name = EditCall, prefix = "/api/v1", endpoint = "loads/change", input = Json, output = Json)]
pub async fn edit_load(#[server(flatten)] ask: EditLoad) -> Result<One<LoadRow>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.edit_load(&caller.who, ask).await? })
}

/// Moves a load to another status.
#[server(name = StatusCall, prefix = "/api/v1", endpoint = "loads/status", input = Json, output = Json)]
pub async fn change_status(#[server(flatten)] ask: ChangeStatus) -> Result<One<LoadRow>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.change_status(&caller.who, ask).await? })
}

/// Gives a load to a carrier and perhaps a driver.
#[server(name = AssignCall, prefix = "/api/v1", endpoint = "loads/assign", input = Json, output = Json)]
pub async fn assign_load(#[server(flatten)] ask: AssignLoad) -> Result<One<LoadRow>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.assign_load(&caller.who, ask).await? })
}

/// Sends a load on its way.
#[server(name = DispatchCall, prefix = "/api/v1", endpoint = "loads/dispatch", input = Json, output = Json)]
pub async fn dispatch_load(#[server(flatten)] ask: DispatchLoad) -> Result<One<LoadRow>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.dispatch_load(&caller.who, ask).await? })
}

/// Calls a load off.
#[server(name = CancelCall, prefix = "/api/v1", endpoint = "loads/cancel", input = Json, output = Json)]
pub async fn cancel_load(#[server(flatten)] ask: CancelLoad) -> Result<One<LoadRow>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.cancel_load(&caller.who, ask).await? })
}

/// Does the same to several loads at once; what became of each, in their order.
#[server(name = BulkCall, prefix = "/api/v1", endpoint = "loads/bulk", input = Json, output = Json)]
pub async fn change_loads(#[server(flatten)] ask: BulkLoads) -> Result<One<Vec<BulkOutcome>>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.change_loads(&caller.who, ask).await? })
}

/// Offers a load to carriers, in turn or at once.
#[server(name = TenderCall, prefix = "/api/v1", endpoint = "loads/tender", input = Json, output = Json)]
pub async fn tender_load(#[server(flatten)] ask: TenderLoad) -> Result<One<LoadRow>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.tender_load(&caller.who, ask).await? })
}

/// Takes a load for a carrier that was offered it.
#[server(name = AcceptCall, prefix = "/api/v1", endpoint = "loads/accept", input = Json, output = Json)]
pub async fn accept_tender(#[server(flatten)] ask: AcceptTender) -> Result<One<LoadRow>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.accept_tender(&caller.who, ask).await? })
}

/// Says no for a carrier that was offered a load.
#[server(name = DeclineCall, prefix = "/api/v1", endpoint = "loads/decline", input = Json, output = Json)]
pub async fn decline_tender(#[server(flatten)] ask: DeclineTender) -> Result<One<Answered>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.decline_tender(&caller.who, ask).await? })
}

/// What the caller's carrier is offered just now, what ends first first.
#[server(prefix = "/api/v1", endpoint = "tenders", input = GetUrl, output = Json)]
pub async fn list_offers() -> Result<One<Vec<Offer>>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.offers(&caller.who).await? })
}

/// Takes a paper out of a load; gives those that are left.
#[server(name = RemoveDocumentCall, prefix = "/api/v1", endpoint = "loads/documents/remove", input = Json, output = Json)]
pub async fn remove_document(#[server(flatten)] ask: RemoveDocument) -> Result<One<Vec<Document>>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.remove_document(&caller.who, ask).await? })
}

/// Takes back the caller's own newest change of a load.
#[server(name = UndoCall, prefix = "/api/v1", endpoint = "loads/undo", input = Json, output = Json)]
pub async fn undo_change(#[server(flatten)] ask: UndoChange) -> Result<One<LoadRow>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.undo_change(&caller.who, ask).await? })
}
