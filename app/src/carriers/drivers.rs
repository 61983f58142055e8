//! Who drives for a carrier.

use contract::{
    CarrierId, Code,
    carriers::{DriverRow, SetDriver},
};
use leptos::{either::Either, ev, html, prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys};

use super::api::set_driver;
use crate::{
    fault::Fault,
    say,
    ui::{
        fields::Line,
        icon::Icon,
        read,
        words::{fault_words, field_words},
    },
};

/// Which driver's form is open.
#[derive(Clone)]
enum Open {
    Nobody,
    Another,
    Known(DriverRow),
}

/// Who drives for the carrier; each can be changed, and another entered.
#[component]
pub fn Drivers(id: CarrierId, drivers: Memo<Vec<DriverRow>>, may_edit: bool, again: RwSignal<u32>) -> impl IntoView {
    let open = RwSignal::new(Open::Nobody);
    let line = move |driver: DriverRow| {
        let phone = driver.phone.clone();
        let label = say!(carriers.driver.change, name = driver.name.clone());
        let name = driver.name.clone();
        view! {
            <li>
                <span class="grow">{name}</span>
                {phone.map(|phone| view! { <a class="link num" href=format!("tel:{phone}")>{phone.clone()}</a> })}
                {may_edit
                    .then(|| {
                        // One form at a time: what is typed for one driver must not end up with another.
                        view! {
                            <button
                                type="button"
                                class="btn"
                                aria-label=label.clone()
                                disabled=move || open.with(|open| !matches!(open, Open::Nobody))
                                on:click=move |_| open.set(Open::Known(driver.clone()))
                            >
                                {say!(carriers.edit)}
                            </button>
                        }
                    })}
            </li>
        }
    };
    let lines = move || drivers.get().into_iter().map(line).collect_view();
    view! {
        <section class="box">
            <h2>{say!(carriers.column.drivers)}</h2>
            <ul class="drivers">{lines}</ul>
            {move || match open.get() {
                _ if !may_edit => None,
                Open::Nobody => {
                    Some(
                        Either::Left(
                            view! {
                                <button type="button" class="btn" on:click=move |_| open.set(Open::Another)>
                                    <Icon name="plus" size=14 />
                                    {say!(carriers.driver.enter)}
                                </button>
                            },
                        ),
                    )
                }
                Open::Another => Some(Either::Right(view! { <DriverForm id driver=None open again /> })),
                Open::Known(driver) => Some(Either::Right(view! { <DriverForm id driver=Some(driver) open again /> })),
            }}
        </section>
    }
}

#[component]
fn DriverForm(id: CarrierId, driver: Option<DriverRow>, open: RwSignal<Open>, again: RwSignal<u32>) -> impl IntoView {
    let busy = RwSignal::new(false);
    let fault = RwSignal::new(None::<Fault>);
    let driver_id = driver.as_ref().map(|driver| driver.id);
    let (name, phone) = driver.map(|driver| (driver.name, driver.phone.unwrap_or_default())).unwrap_or_default();
    let at = move |field: &'static str| {
        Signal::derive(move || {
            fault.with(|fault| {
                let details = fault.as_ref()?.refusal()?.details.as_ref()?;
                let text = details.fields.get(field)?;
                Some(field_words(field, details.flaws.get(field).copied(), text))
            })
        })
    };
    let send = move |has_left: bool, data: web_sys::FormData| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let ask = SetDriver {
            carrier_id: id,
            driver_id,
            name: read::text(&data, "name"),
            phone: read::text(&data, "phone"),
            has_left,
        };
        spawn_local(async move {
            match set_driver(ask).await {
                Ok(_) => {
                    open.try_set(Open::Nobody);
                    again.try_update(|again| *again += 1);
                }
                Err(wrong) => _ = fault.try_set(Some(wrong)),
            }
            busy.try_set(false);
        });
    };
    let form = NodeRef::<html::Form>::new();
    let data =
        move || form.get_untracked().and_then(|form| web_sys::FormData::new_with_form(form.unchecked_ref()).ok());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if let Some(data) = data() {
            send(false, data);
        }
    };
    view! {
        <form class="form driver-form" node_ref=form on:submit=submit>
            <div class="row2">
                <Line name="name" label=say!(carriers.driver.name) value=name fault=at("name") required=true first=true />
                <Line name="phone" label=say!(carriers.column.phone) kind="tel" keys="tel" value=phone fault=at("phone") required=true />
            </div>
            <div role="alert">
                {move || {
                    fault
                        .with(|fault| fault.as_ref().filter(|fault| fault.code() != Some(Code::Invalid)).map(fault_words))
                        .map(|words| view! { <p class="fault"><Icon name="triangle-alert" /><span>{words}</span></p> })
                }}
            </div>
            <div class="acts">
                <button type="submit" class="btn pri" aria-disabled=move || busy.get().then_some("true")>{say!(carriers.save)}</button>
                <button type="button" class="btn" on:click=move |_| open.set(Open::Nobody)>{say!(common.dialogs.cancel)}</button>
                {driver_id
                    .is_some()
                    .then(|| {
                        view! {
                            <span class="grow"></span>
                            <button
                                type="button"
                                class="btn danger"
                                on:click=move |_| {
                                    if let Some(data) = data() {
                                        send(true, data);
                                    }
                                }
                            >
                                {say!(carriers.driver.left)}
                            </button>
                        }
                    })}
            </div>
        </form>
    }
}
