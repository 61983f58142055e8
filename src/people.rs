//! People: who may sign in for a company and for its carriers, which its administrator decides.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use contract::{
    Refusal, UserId,
    actor::{Actor, Permission, Role},
    people::{ChangePerson, INVITED_MS, Invite, Invited, MAX_EMAIL, MAX_NAME, Person, Whom, are_alike},
    refusal::{Flaw, Rule},
    text,
};
use rand::RngCore as _;

use crate::{
    auth,
    clock::new_id,
    desk::Desk,
    error::Result,
    store::{
        Tx,
        accounts::{self, NewUser},
        carriers, people as rows,
    },
};

#[async_trait::async_trait]
impl app::people::port::People for Desk {
    async fn people(&self, who: &Actor) -> Result<Vec<Person>, Refusal> {
        who.may(Permission::PeopleEdit)?;
        Ok(rows::list(&self.store, who.tenant, self.clock.now()).await?)
    }

    async fn invite(&self, who: &Actor, ask: Invite) -> Result<Invited, Refusal> {
        Ok(invite(self, who, ask).await?)
    }

    async fn invite_again(&self, who: &Actor, ask: Whom) -> Result<Invited, Refusal> {
        Ok(invite_again(self, who, ask).await?)
    }

    async fn change_person(&self, who: &Actor, ask: ChangePerson) -> Result<Person, Refusal> {
        Ok(change(self, who, ask).await?)
    }

    async fn end_sessions(&self, who: &Actor, ask: Whom) -> Result<Person, Refusal> {
        Ok(end_sessions(self, who, ask).await?)
    }
}

async fn invite(desk: &Desk, who: &Actor, ask: Invite) -> Result<Invited> {
    let grant = who.may(Permission::PeopleEdit)?;
    let flawed = |field: &'static str| move |flaw| Refusal::flawed(field, flaw, "can't be kept so");
    let needed = |field: &'static str| move || Refusal::flawed(field, Flaw::Needed, "is needed");
    let name = text::line(&ask.name, MAX_NAME).map_err(flawed("name"))?.ok_or_else(needed("name"))?;
    let email = text::line(&ask.email, MAX_EMAIL).map_err(flawed("email"))?.ok_or_else(needed("email"))?.to_lowercase();
    if !is_address(&email) {
        return Err(Refusal::flawed("email", Flaw::Unreadable, "is no e-mail address").into());
    }
    let mut tx = desk.begin(grant).await?;
    let (carrier, driver) = employer(&mut tx, &ask).await?;
    if rows::is_taken(&mut tx, &email).await? {
        return Err(Refusal::rule(Rule::EmailTaken).into());
    }
    let id = UserId::new(new_id());
    // Nobody knows what this is the hash of: the way in is the invitation.
    let password_hash = auth::hash(&secret()).map_err(crate::error::Error::from)?;
    let user = NewUser { id, email, name, role: ask.role, password_hash, carrier, driver };
    accounts::add_user(&mut tx, user).await?;
    rows::await_joining(&mut tx, id).await?;
    let invited = open_way(&mut tx, id).await?;
    tx.commit().await?;
    Ok(invited)
}

/// For whom somebody is to work: the company itself, or a carrier of its own, as one of its drivers perhaps.
async fn employer(tx: &mut Tx<'_>, ask: &Invite) -> Result<(Option<contract::CarrierId>, Option<contract::DriverId>)> {
    let not_theirs = |field| Refusal::flawed(field, Flaw::NotAllowed, "doesn't go with that role");
    if ask.role.is_staff() {
        return match (ask.carrier_id, ask.driver_id) {
            (None, None) => Ok((None, None)),
            (Some(_), _) => Err(not_theirs("carrierId").into()),
            (None, Some(_)) => Err(not_theirs("driverId").into()),
        };
    }
    let carrier = ask.carrier_id.ok_or_else(|| Refusal::flawed("carrierId", Flaw::Needed, "is needed"))?;
    if carriers::in_tx(tx, carrier, false).await?.is_none() {
        return Err(Refusal::flawed("carrierId", Flaw::Unknown, "is not known").into());
    }
    match (ask.role == Role::Driver, ask.driver_id) {
        (false, Some(_)) => Err(not_theirs("driverId").into()),
        (false, None) => Ok((Some(carrier), None)),
        (true, None) => Err(Refusal::flawed("driverId", Flaw::Needed, "is needed").into()),
        (true, Some(driver)) if rows::drives(tx, carrier, driver).await? => Ok((Some(carrier), Some(driver))),
        (true, Some(_)) => Err(Refusal::flawed("driverId", Flaw::Unknown, "is not known").into()),
    }
}

/// Gives somebody another way in, as when they never came or have forgotten their password.
async fn invite_again(desk: &Desk, who: &Actor, ask: Whom) -> Result<Invited> {
    let grant = who.may(Permission::PeopleEdit)?;
    let mut tx = desk.begin(grant).await?;
    rows::one(&mut tx, ask.id).await?.ok_or_else(Refusal::not_found)?;
    let invited = open_way(&mut tx, ask.id).await?;
    tx.commit().await?;
    Ok(invited)
}

async fn change(desk: &Desk, who: &Actor, ask: ChangePerson) -> Result<Person> {
    let grant = who.may(Permission::PeopleEdit)?;
    let mut tx = desk.begin(grant).await?;
    let person = rows::one(&mut tx, ask.id).await?.ok_or_else(Refusal::not_found)?;
    // Else the last administrator could shut out everybody, themselves included.
    if person.id == who.user {
        return Err(Refusal::rule(Rule::NotYourself).into());
    }
    if let Some(role) = ask.role.filter(|role| *role != person.role) {
        if !are_alike(person.role, role) {
            return Err(Refusal::flawed("role", Flaw::NotAllowed, "is of another side").into());
        }
        accounts::set_role(&mut tx, ask.id, role).await?;
    }
    if let Some(active) = ask.active {
        if !active {
            rows::close(&mut tx, ask.id).await?;
        }
        accounts::set_active(&mut tx, ask.id, active).await?;
    }
    let person = rows::one(&mut tx, ask.id).await?.ok_or_else(Refusal::not_found)?;
    tx.commit().await?;
    Ok(person)
}

async fn end_sessions(desk: &Desk, who: &Actor, ask: Whom) -> Result<Person> {
    let grant = who.may(Permission::PeopleEdit)?;
    let mut tx = desk.begin(grant).await?;
    rows::one(&mut tx, ask.id).await?.ok_or_else(Refusal::not_found)?;
    accounts::end_sessions(&mut tx, ask.id).await?;
    let person = rows::one(&mut tx, ask.id).await?.ok_or_else(Refusal::not_found)?;
    tx.commit().await?;
    Ok(person)
}

async fn open_way(tx: &mut Tx<'_>, id: UserId) -> Result<Invited> {
    let token = secret();
    let until = tx.now().plus_ms(INVITED_MS);
    rows::invite(tx, id, &auth::digest(&token), until).await?;
    let person = rows::one(tx, id).await?.ok_or_else(Refusal::not_found)?;
    Ok(Invited { person, path: format!("/join?token={token}") })
}

/// 128 random bits, as an address can carry them.
fn secret() -> String {
    let mut bytes = [0_u8; 16];
    rand::rng().fill_bytes(&mut bytes);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether it looks like an address: whether it is one, only a message to it could tell.
fn is_address(email: &str) -> bool {
    email.split_once('@').is_some_and(|(who, at)| {
        !who.is_empty()
            && at.split('.').count() > 1
            && at.split('.').all(|part| !part.is_empty())
            && !email.contains(' ')
            && !at.contains('@')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_somebody_and_somewhere() {
        for good in ["dana@headhaul.example", "a.b+c@x.co"] {
            assert!(is_address(good), "{good}");
        }
        for bad in ["dana", "@x.co", "a@b", "a@b.", "a@.b", "a b@x.co", "a@b@c.co"] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn no_secret_is_like_another() {
        assert_ne!(secret(), secret());
        assert_eq!(secret().len(), 22);
    }
}
