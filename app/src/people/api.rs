//! What clients call about people.

use contract::{
    One,
    people::{ChangePerson, Invite, Invited, Person, Whom},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
use crate::caller::caller;
use crate::{fault::Fault, json::Json};

/// The company's people and its carriers', by name.
#[server(prefix = "/api/v1", endpoint = "people", input = GetUrl, output = Json)]
pub async fn list_people() -> Result<One<Vec<Person>>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.people(&caller.who).await? })
}

/// Invites somebody.
#[server(name = InviteCall, prefix = "/api/v1", endpoint = "people", input = Json, output = Json)]
pub async fn invite(#[server(flatten)] ask: Invite) -> Result<One<Invited>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.invite(&caller.who, ask).await? })
}

/// Gives somebody another way in.
#[server(name = InviteAgainCall, prefix = "/api/v1", endpoint = "people/invitation", input = Json, output = Json)]
pub async fn invite_again(#[server(flatten)] ask: Whom) -> Result<One<Invited>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.invite_again(&caller.who, ask).await? })
}

/// Changes what somebody is, and whether they may sign in.
#[server(name = ChangePersonCall, prefix = "/api/v1", endpoint = "people/change", input = Json, output = Json)]
pub async fn change_person(#[server(flatten)] ask: ChangePerson) -> Result<One<Person>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.change_person(&caller.who, ask).await? })
}

/// Ends all sign-ins of somebody.
#[server(name = EndSessionsCall, prefix = "/api/v1", endpoint = "people/sessions/end", input = Json, output = Json)]
pub async fn end_sessions(#[server(flatten)] ask: Whom) -> Result<One<Person>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.end_sessions(&caller.who, ask).await? })
}
