//! Asks why a load goes back, is called off, or is complete without its papers.

use contract::{
    loads::{CancelLoad, ChangeStatus, LoadRow},
    status::LoadStatus,
};
use leptos::{prelude::*, web_sys};

use super::{
    super::api::{cancel_load, change_status},
    modal::{Call, Form, Modal},
};
use crate::{
    say,
    ui::{fields::Lines, read, words::status_word},
};

/// How long a reason may be.
const MOST: u16 = 500;

/// The dialog.
#[component]
pub fn Reason(row: LoadRow, to: LoadStatus) -> impl IntoView {
    let form = Form::about(&row);
    let load = row.id;
    let off = to == LoadStatus::Cancelled;
    let completes = to == LoadStatus::Completed;
    let number = row.load_number.clone();
    let (title, submit, cancel) = if off {
        (say!(common.dialogs.call_off, number = number), say!(common.dialogs.do_call_off), say!(common.dialogs.keep))
    } else if completes {
        let title = say!(common.dialogs.without_proof, number = number);
        (title, say!(common.dialogs.do_without_proof), say!(common.dialogs.cancel))
    } else {
        let title = say!(common.dialogs.take_back, number = number, status = status_word(to));
        (title, say!(common.dialogs.do_take_back), say!(common.dialogs.cancel))
    };
    let send = Callback::new(move |data: web_sys::FormData| {
        let reason = read::text(&data, "reason");
        if reason.is_empty() {
            return form.mark([("reason".to_owned(), say!(common.fault.reason_needed).to_owned())].into());
        }
        let version = form.version();
        let call: Call = if off {
            Box::pin(cancel_load(CancelLoad { load_id: load, version, reason }))
        } else {
            let ask = ChangeStatus { load_id: load, status: to, version, reason: Some(reason), confirmed: completes };
            Box::pin(change_status(ask))
        };
        form.send(call, |row| {
            say!(common.dialogs.moved, number = row.load_number.clone(), status = status_word(row.status))
        });
    });
    view! {
        <Modal form title submit=submit.to_owned() cancel danger=off on_submit=send>
            {off.then(|| view! { <p>{say!(common.dialogs.call_off_text)}</p> })}
            {completes.then(|| view! { <p>{say!(common.dialogs.without_proof_text)}</p> })}
            <Lines
                name="reason"
                label=say!(common.dialogs.reason)
                fault=form.at(|| vec!["reason".to_owned()])
                required=true
                first=true
                most=MOST
            />
            <p class="sub">{say!(common.dialogs.reason_hint)}</p>
        </Modal>
    }
}
