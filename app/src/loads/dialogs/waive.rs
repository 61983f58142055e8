//! Asks why a truck starts although something is not as it must be.

use contract::loads::{Check, DispatchLoad, LoadRow};
use leptos::{prelude::*, web_sys};

use super::{
    super::api::dispatch_load,
    modal::{Form, Modal},
};
use crate::{
    say,
    ui::{
        fields::Lines,
        icon::Icon,
        read,
        words::{check_words, status_word},
    },
};

/// How long a reason may be.
const MOST: u16 = 500;

/// The dialog.
#[component]
pub fn Waive(row: LoadRow, failed: Vec<Check>) -> impl IntoView {
    let form = Form::about(&row);
    let load = row.id;
    let send = Callback::new(move |data: web_sys::FormData| {
        let reason = read::text(&data, "reason");
        if reason.is_empty() {
            return form.mark([("reason".to_owned(), say!(common.fault.reason_needed).to_owned())].into());
        }
        let ask = DispatchLoad { load_id: load, version: form.version(), reason: Some(reason), confirmed: true };
        form.send(Box::pin(dispatch_load(ask)), |row| {
            say!(common.dialogs.moved, number = row.load_number.clone(), status = status_word(row.status))
        });
    });
    let lines = failed.into_iter().map(|check| view! { <li><Icon name="triangle-alert" />{check_words(check)}</li> });
    view! {
        <Modal
            form
            title=say!(common.check.title, number = row.load_number)
            submit=say!(common.check.start).to_owned()
            danger=true
            on_submit=send
        >
            <ul class="checks">{lines.collect_view()}</ul>
            <p class="sub">{say!(common.check.text)}</p>
            <Lines
                name="reason"
                label=say!(common.dialogs.reason)
                fault=form.at(|| vec!["reason".to_owned()])
                required=true
                first=true
                most=MOST
            />
        </Modal>
    }
}
