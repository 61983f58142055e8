//! Taking back what the visitor did: a notice offers it, and Ctrl Z does it.

use contract::{LoadId, loads::LoadRow, status::LoadStatus};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ui::toast;

/// How many changes of different loads can be taken back one after the other.
const MOST: usize = 20;

/// A change of the visitor's own that can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Of which load.
    pub load: LoadId,
    /// The version that it made.
    pub version: i64,
    /// The status before it, to be shown at once.
    pub was: LoadStatus,
}

/// The visitor's own changes, the newest last; in context.
#[derive(Clone, Copy)]
struct Offers(StoredValue<Vec<Offer>>);

/// Makes room for changes that can be taken back.
pub fn provide() {
    let offers = Offers(StoredValue::new(Vec::new()));
    provide_context(offers);
    // A reload forgets the page, but not what can still be taken back.
    Effect::new(move |_| {
        #[cfg(feature = "hydrate")]
        sending::recall(offers);
    });
}

/// Says what was done to a load, and offers to take it back.
pub fn offer(text: String, was: LoadStatus, now: &LoadRow) {
    toast::undoable(text, keep(was, now));
}

/// Keeps what was done to a load, so that the key takes it back.
pub fn keep(was: LoadStatus, now: &LoadRow) -> Offer {
    let offer = Offer { load: now.id, version: now.version, was };
    if let Some(Offers(offers)) = use_context() {
        offers.update_value(|offers| {
            // Of a load only the newest change can be taken back.
            offers.retain(|other| other.load != offer.load);
            offers.push(offer);
            if offers.len() > MOST {
                offers.remove(0);
            }
        });
        #[cfg(feature = "hydrate")]
        sending::keep(Offers(offers));
    }
    offer
}

/// Tells the visitor when a colleague gives a load to another carrier after them: their own change can't be taken back any
/// more, and the first carrier may have been called already.
pub fn tell_when_replaced() {
    Effect::new(move |_| {
        #[cfg(feature = "hydrate")]
        sending::watch();
    });
}

/// Takes back the visitor's newest change; whether there is one.
pub fn take_back_last() -> bool {
    let last = use_context::<Offers>().and_then(|Offers(offers)| offers.with_value(|offers| offers.last().copied()));
    last.map(take_back).is_some()
}

/// Takes a change back: shown at once, and made good by the server's answer.
pub fn take_back(offer: Offer) {
    if let Some(Offers(offers)) = use_context() {
        offers.update_value(|offers| offers.retain(|other| other.load != offer.load));
        #[cfg(feature = "hydrate")]
        sending::keep(Offers(offers));
    }
    toast::clear();
    #[cfg(feature = "hydrate")]
    sending::send(offer);
}

#[cfg(feature = "hydrate")]
mod sending {
    use contract::{Code, One, event::Happened, loads::UndoChange};
    use leptos::{prelude::*, task::spawn_local};

    use super::{Offer, Offers};
    use crate::{
        json,
        live::{self, live},
        loads::{act, api},
        say,
        ui::{toast, words::fault_words},
    };

    /// Where they are kept, in this tab alone.
    const KEPT: &str = "undo";

    pub fn keep(Offers(offers): Offers) {
        let text = offers.with_value(serde_json::to_string).unwrap_or_default();
        if let Ok(Some(storage)) = window().session_storage() {
            _ = storage.set_item(KEPT, &text);
        }
    }

    pub fn recall(Offers(offers): Offers) {
        let text = window().session_storage().ok().flatten().and_then(|storage| storage.get_item(KEPT).ok().flatten());
        if let Some(kept) = text.and_then(|text| json::read(&text).ok()) {
            offers.set_value(kept);
        }
    }

    pub fn watch() {
        let live = live();
        let owner = Owner::current();
        // At once and not with the next frame: of several events that come together, a plain effect sees the last.
        ImmediateEffect::new_scoped(move || {
            let Some(Happened::LoadAssigned(event)) = live.heard.get() else { return };
            let tell = || {
                let Some(Offers(offers)) = use_context() else { return };
                let is_after_mine = |offer: &Offer| offer.load == event.load_id && offer.version < event.load.version;
                let is_replaced = offers.with_value(|offers| offers.iter().any(is_after_mine))
                    && !live.is_mine(&Happened::LoadAssigned(event.clone()));
                if is_replaced {
                    offers.update_value(|offers| offers.retain(|offer| offer.load != event.load_id));
                    let (who, number, carrier) = (&event.updated_by, &event.load_number, &event.carrier_name);
                    toast::wrong(say!(
                        common.fault.replaced,
                        who = who.clone(),
                        number = number.clone(),
                        carrier = carrier.clone()
                    ));
                }
            };
            untrack(|| owner.as_ref().map_or_else(tell, |owner| owner.with(tell)));
        });
    }

    pub fn send(offer: Offer) {
        let live = live();
        let Offer { load, version, was } = offer;
        let ticket = live.book.want(load, was);
        spawn_local(async move {
            let ask = UndoChange { load_id: load, version };
            let mut answer = api::undo_change(ask).await;
            if answer.as_ref().is_err_and(|fault| fault.code() == Some(Code::TokenExpired)) && live::renewed().await {
                answer = api::undo_change(ask).await;
            }
            match answer {
                Ok(One { data }) => {
                    let number = data.load_number.clone();
                    live.book.settle(load, ticket, Some(data));
                    live.within(|| toast::done(say!(common.undo.done, number = number)));
                }
                Err(fault) => {
                    live.book.settle(load, ticket, None);
                    live.within(|| toast::wrong(fault_words(&fault)));
                    act::heal(live, load).await;
                }
            }
        });
    }
}
