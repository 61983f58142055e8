//! Asks whether a load really was delivered, without its papers, or is at its pickup long before that opens.

use contract::{
    loads::{ChangeStatus, LoadRow},
    status::LoadStatus,
};
use leptos::prelude::*;

use super::{
    super::api::change_status,
    modal::{Form, Modal},
};
use crate::{say, ui::words::status_word, when};

/// The dialog.
#[component]
pub fn Confirm(row: LoadRow, to: LoadStatus) -> impl IntoView {
    let form = Form::about(&row);
    let load = row.id;
    let number = row.load_number.clone();
    let (title, text, submit) = if to < LoadStatus::AtDelivery {
        let (city, at) = (row.origin.city.clone(), when::window_start(&row.pickup));
        (
            say!(common.dialogs.confirm_early, number = number),
            say!(common.dialogs.confirm_early_text, city = city, at = at),
            say!(common.dialogs.do_early),
        )
    } else {
        (
            say!(common.dialogs.confirm_delivered, number = number),
            say!(common.dialogs.confirm_delivered_text).to_owned(),
            say!(common.dialogs.do_delivered),
        )
    };
    let send = Callback::new(move |_| {
        let ask = ChangeStatus { load_id: load, status: to, version: form.version(), reason: None, confirmed: true };
        form.send(Box::pin(change_status(ask)), |row| {
            say!(common.dialogs.moved, number = row.load_number.clone(), status = status_word(row.status))
        });
    });
    view! {
        <Modal form title submit=submit.to_owned() on_submit=send>
            <p>{text}</p>
        </Modal>
    }
}
