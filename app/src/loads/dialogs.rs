//! What is asked before something is done: a new load's details, a carrier, a reason, a confirmation.

mod assign;
mod confirm;
mod edit;
mod import;
mod key_map;
mod modal;
mod new_load;
mod palette;
mod reason;
mod stops;
mod suitable;
mod tender;
mod waive;

use contract::{
    LoadId,
    loads::{CHECKS, Check},
    status::LoadStatus,
};
use leptos::prelude::*;

use self::{
    assign::Assign, confirm::Confirm, edit::EditDetails, import::Import, key_map::KeyMap, new_load::EnterLoad,
    palette::Palette, reason::Reason, tender::SendTender, waive::Waive,
};
pub(crate) use self::{
    modal::{Form, Modal},
    stops::Town,
};
use crate::{check_calls::log::LogCall, live::live, parts, say, ui::toast};

/// What is being asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// Nothing: it tells which keys there are.
    Keys,
    /// What is to be done, by its name.
    Palette {
        /// The load that the keyboard is at.
        load: Option<LoadId>,
    },
    /// The details of a new load.
    NewLoad,
    /// Loads from a spreadsheet.
    Import,
    /// Who moves a load and for how much; then it moves on, if it should.
    Assign {
        /// Which load.
        load: LoadId,
        /// Where it goes once it is assigned.
        then: Option<LoadStatus>,
    },
    /// What is known of a load.
    Edit {
        /// Which load.
        load: LoadId,
    },
    /// What was reported of a load from the road.
    LogCall {
        /// Which load.
        load: LoadId,
    },
    /// To whom a load is offered.
    Tender {
        /// Which load.
        load: LoadId,
    },
    /// Why a load goes back, is called off, or is complete without its papers.
    Reason {
        /// Which load.
        load: LoadId,
        /// Where it goes.
        to: LoadStatus,
    },
    /// Whether a truck starts although something is not as it must be.
    Waive {
        /// Which load.
        load: LoadId,
        /// What is not, in the order of [`contract::loads::CHECKS`].
        failed: [bool; CHECKS.len()],
    },
    /// Whether a load really was delivered, without its papers.
    Confirm {
        /// Which load.
        load: LoadId,
        /// Where it goes.
        to: LoadStatus,
    },
}

/// The dialog that is open, in context.
#[derive(Clone, Copy)]
pub struct Asked(pub RwSignal<Option<Dialog>>);

/// Makes room for dialogs on this page.
pub fn provide() {
    provide_context(Asked(RwSignal::new(None)));
}

/// Opens a dialog.
pub fn ask(dialog: Dialog) {
    expect_context::<Asked>().0.set(Some(dialog));
}

/// Whichever dialog is open.
#[component]
pub fn Dialogs() -> impl IntoView {
    let asked = expect_context::<Asked>().0;
    move || asked.get().map(|dialog| Suspend::new(parts::dialog(dialog)))
}

/// The view of a dialog; nothing when its load is gone.
pub fn open(dialog: Dialog) -> Option<AnyView> {
    let row = |load| {
        let entry = live().book.entry(load);
        if entry.is_none() {
            toast::wrong(say!(common.dialogs.gone));
        }
        entry.map(|entry| entry.get_untracked().row)
    };
    Some(match dialog {
        Dialog::Keys => view! { <KeyMap /> }.into_any(),
        Dialog::Palette { load } => view! { <Palette load /> }.into_any(),
        Dialog::NewLoad => view! { <EnterLoad /> }.into_any(),
        Dialog::Import => view! { <Import /> }.into_any(),
        Dialog::Assign { load, then } => view! { <Assign row=row(load)? then /> }.into_any(),
        Dialog::Edit { load } => view! { <EditDetails row=row(load)? /> }.into_any(),
        Dialog::LogCall { load } => view! { <LogCall row=row(load)? /> }.into_any(),
        Dialog::Tender { load } => view! { <SendTender row=row(load)? /> }.into_any(),
        Dialog::Reason { load, to } => view! { <Reason row=row(load)? to /> }.into_any(),
        Dialog::Waive { load, failed } => view! { <Waive row=row(load)? failed=told(failed) /> }.into_any(),
        Dialog::Confirm { load, to } => view! { <Confirm row=row(load)? to /> }.into_any(),
    })
}

/// Which checks failed, as a dialog carries them.
#[cfg(feature = "hydrate")]
pub fn marked(checks: &[Check]) -> [bool; CHECKS.len()] {
    CHECKS.map(|check| checks.contains(&check))
}

fn told(failed: [bool; CHECKS.len()]) -> Vec<Check> {
    CHECKS.into_iter().zip(failed).filter(|(_, failed)| *failed).map(|(check, _)| check).collect()
}
