//! Who asks, and the ports by which the answer is found: the one value that the server puts into every request.

use std::sync::Arc;

use contract::{Refusal, accounts::Me, actor::Actor};
use leptos::prelude::use_context;

use crate::{
    carriers::port::Carriers, check_calls::port::CheckCalls, fault::Fault, kpis::port::Figures, links::port::Links,
    live::port::Journal, loads::port::Loads, messages::port::Messages, notices::port::Notices, people::port::People,
    tracking::port::Tracking, views::port::Views,
};

/// Everything that the pages ask of the server.
pub trait Desk:
    Loads + Tracking + Carriers + CheckCalls + Messages + Notices + Journal + Figures + Links + Views + People
{
}

/// Who asks, and whom they can ask.
#[derive(Clone)]
pub struct Caller {
    /// The verified visitor, if they are signed in.
    pub who: Option<Arc<Actor>>,
    /// The same, as pages show them.
    pub me: Option<Me>,
    /// The ports.
    pub desk: Arc<dyn Desk>,
}

/// A caller who is signed in.
pub struct SignedIn {
    /// Who.
    pub who: Arc<Actor>,
    /// The ports.
    pub desk: Arc<dyn Desk>,
}

/// The signed-in caller of this request.
///
/// # Errors
/// `unauthorized` when nobody is signed in.
pub fn caller() -> Result<SignedIn, Fault> {
    let Caller { who, desk, .. } = use_context::<Caller>().ok_or_else(Refusal::unauthorized)?;
    Ok(SignedIn { who: who.ok_or_else(Refusal::unauthorized)?, desk })
}
