//! What pages ask about loads.

use async_trait::async_trait;
use contract::{
    Listed, LoadId, Refusal,
    actor::Actor,
    documents::{Document, RemoveDocument},
    loads::{
        ActiveQuery, AssignLoad, BulkLoads, BulkOutcome, CancelLoad, ChangeStatus, DispatchLoad, LoadDetail, LoadQuery,
        LoadRow, NewLoad, UndoChange, ViewCounts,
        edit::EditLoad,
        import::{ImportLoads, Imported},
    },
    tenders::{AcceptTender, Answered, DeclineTender, Offer, TenderLoad},
};

/// Loads, always as far as `who` may see and change them.
#[async_trait]
pub trait Loads: Send + Sync {
    /// The loads that match, a page of them.
    async fn loads(&self, who: &Actor, query: LoadQuery) -> Result<Listed<LoadRow>, Refusal>;

    /// How many loads each named selection has.
    async fn load_counts(&self, who: &Actor) -> Result<ViewCounts, Refusal>;

    /// One load with its stops and timeline.
    async fn load(&self, who: &Actor, id: LoadId) -> Result<LoadDetail, Refusal>;

    /// The loads under way, for the map.
    async fn active_loads(&self, who: &Actor, query: ActiveQuery) -> Result<Listed<LoadRow>, Refusal>;

    /// Enters a load.
    async fn create_load(&self, who: &Actor, new: NewLoad) -> Result<LoadRow, Refusal>;

    /// Enters loads from a spreadsheet, or says what would become of them.
    async fn import_loads(&self, who: &Actor, ask: ImportLoads) -> Result<Imported, Refusal>;

    /// Changes what is known of a load, field by field.
    async fn edit_load(&self, who: &Actor, ask: EditLoad) -> Result<LoadRow, Refusal>;

    /// Moves a load to another status.
    async fn change_status(&self, who: &Actor, ask: ChangeStatus) -> Result<LoadRow, Refusal>;

    /// Gives a load to a carrier and perhaps a driver.
    async fn assign_load(&self, who: &Actor, ask: AssignLoad) -> Result<LoadRow, Refusal>;

    /// Sends a load on its way.
    async fn dispatch_load(&self, who: &Actor, ask: DispatchLoad) -> Result<LoadRow, Refusal>;

    /// Calls a load off.
    async fn cancel_load(&self, who: &Actor, ask: CancelLoad) -> Result<LoadRow, Refusal>;

    /// Does the same to several loads at once; gives what became of each.
    async fn change_loads(&self, who: &Actor, ask: BulkLoads) -> Result<Vec<BulkOutcome>, Refusal>;

    /// Offers a load to carriers.
    async fn tender_load(&self, who: &Actor, ask: TenderLoad) -> Result<LoadRow, Refusal>;

    /// Takes a load for a carrier that was offered it.
    async fn accept_tender(&self, who: &Actor, ask: AcceptTender) -> Result<LoadRow, Refusal>;

    /// Says no for a carrier that was offered a load.
    async fn decline_tender(&self, who: &Actor, ask: DeclineTender) -> Result<Answered, Refusal>;

    /// What the caller's carrier is offered just now.
    async fn offers(&self, who: &Actor) -> Result<Vec<Offer>, Refusal>;

    /// Takes a paper out of a load; gives those that are left.
    async fn remove_document(&self, who: &Actor, ask: RemoveDocument) -> Result<Vec<Document>, Refusal>;

    /// Takes back the caller's own newest change of a load.
    async fn undo_change(&self, who: &Actor, ask: UndoChange) -> Result<LoadRow, Refusal>;
}
