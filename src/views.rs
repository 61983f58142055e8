//! Saved views: who may keep, share and remove them.

use contract::{
    Refusal,
    actor::{Actor, Permission, Role},
    refusal::Flaw,
    text,
    views::{MAX_NAME, MAX_QUERY, MOST, RemoveView, SaveView, SavedView},
};

use crate::{desk::Desk, error::Result, store::views as rows};

#[async_trait::async_trait]
impl app::views::port::Views for Desk {
    async fn views(&self, who: &Actor) -> Result<Vec<SavedView>, Refusal> {
        who.may(Permission::ViewKeep)?;
        Ok(rows::list(&self.store, who.tenant, who.user).await?)
    }

    async fn save_view(&self, who: &Actor, ask: SaveView) -> Result<SavedView, Refusal> {
        Ok(save(self, who, ask).await?)
    }

    async fn remove_view(&self, who: &Actor, ask: RemoveView) -> Result<SavedView, Refusal> {
        Ok(remove(self, who, ask).await?)
    }
}

async fn save(desk: &Desk, who: &Actor, ask: SaveView) -> Result<SavedView> {
    let grant = who.may(if ask.shared { Permission::ViewShare } else { Permission::ViewKeep })?;
    let flawed = |field: &'static str| move |flaw| Refusal::flawed(field, flaw, "can't be kept so");
    let name = text::line(&ask.name, MAX_NAME).map_err(flawed("name"))?;
    let name = name.ok_or_else(|| Refusal::flawed("name", Flaw::Needed, "is needed"))?;
    let query = text::line(&ask.query, MAX_QUERY).map_err(flawed("query"))?.unwrap_or_default();
    let ask = SaveView { name, query, ..ask };
    let mut tx = desk.begin(grant).await?;
    if rows::others(&mut tx, who.user, ask.page, &ask.name).await? >= MOST {
        return Err(Refusal::flawed("name", Flaw::OutOfRange, format!("at most {MOST} of a page")).into());
    }
    let id = rows::save(&mut tx, who.user, &ask).await?;
    tx.commit().await?;
    let SaveView { page, name, query, shared } = ask;
    Ok(SavedView { id, page, name, query, shared, mine: true, owner: who.name.clone() })
}

/// Removes a view: one's own, or for the company's administrator any that is shared.
async fn remove(desk: &Desk, who: &Actor, ask: RemoveView) -> Result<SavedView> {
    let grant = who.may(Permission::ViewKeep)?;
    let mut tx = desk.begin(grant).await?;
    let view = rows::one(&mut tx, who.user, ask.id).await?.ok_or_else(Refusal::not_found)?;
    if !view.mine && who.role != Role::Admin {
        return Err(Refusal::forbidden().into());
    }
    rows::remove(&mut tx, view.id).await?;
    tx.commit().await?;
    Ok(view)
}
