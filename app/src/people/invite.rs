//! Inviting somebody, and the way in that they are to be given.

use contract::{
    CarrierId, DriverId, One,
    actor::{ROLES, Role},
    carriers::CarrierRow,
    people::{Invite, Invited},
};
use leptos::{ev, html, prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys};

use super::api::invite;
use crate::{
    carriers::api::list_carriers,
    fault::Fault,
    say,
    ui::{
        fields::{FaultLine, Line},
        icon::Icon,
        read,
        words::{fault_words, field_of, field_words, role_word, rule_words},
    },
};

/// The form. It stays open with the way in below it, and for the next one.
#[component]
pub fn InviteSomebody(
    /// Hears that somebody was invited.
    done: Callback<()>,
    /// Puts the form away.
    leave: Callback<()>,
) -> impl IntoView {
    let busy = RwSignal::new(false);
    let fault = RwSignal::new(None::<Fault>);
    let role = RwSignal::new(Role::Dispatch);
    let carriers = RwSignal::new(Vec::<CarrierRow>::new());
    let carrier = RwSignal::new(None::<CarrierId>);
    let invited = RwSignal::new(None::<Invited>);
    Effect::new(move |_| {
        spawn_local(async move {
            if let Ok(One { data }) = list_carriers().await {
                carriers.try_set(data);
            }
        });
    });
    let at = move |field: &'static str| {
        Signal::derive(move || {
            fault.with(|fault| {
                let details = fault.as_ref()?.refusal()?.details.as_ref()?;
                if let Some(rule) = details.rule.filter(|rule| field_of(*rule) == Some(field)) {
                    return Some(rule_words(rule).to_owned());
                }
                let text = details.fields.get(field)?;
                Some(field_words(field, details.flaws.get(field).copied(), text))
            })
        })
    };
    // What stands at no field of the form.
    let other = move || {
        fault.with(|fault| {
            let fault = fault.as_ref()?;
            let details = fault.refusal().and_then(|refusal| refusal.details.as_ref());
            let is_at_field = details.is_some_and(|details| {
                !details.fields.is_empty() || details.rule.is_some_and(|rule| field_of(rule).is_some())
            });
            (!is_at_field).then(|| fault_words(fault))
        })
    };
    let form = NodeRef::<html::Form>::new();
    let send = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let data = form.get_untracked().and_then(|form| web_sys::FormData::new_with_form(form.unchecked_ref()).ok());
        let Some(data) = data.filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        fault.set(None);
        let role_signal = role;
        let role = role.get_untracked();
        let ask = Invite {
            email: read::text(&data, "email"),
            name: read::text(&data, "name"),
            role,
            carrier_id: read::text(&data, "carrier").parse().ok().filter(|_| !role.is_staff()),
            driver_id: read::text(&data, "driver").parse::<DriverId>().ok().filter(|_| role == Role::Driver),
        };
        spawn_local(async move {
            match invite(ask).await {
                Ok(One { data }) => {
                    if invited.try_set(Some(data)).is_none() {
                        if let Some(form) = form.get_untracked() {
                            form.reset();
                        }
                        role_signal.set(Role::Dispatch);
                        done.run(());
                    }
                }
                // What was typed stays.
                Err(refused) => _ = fault.try_set(Some(refused)),
            }
            busy.try_set(false);
        });
    };
    let roles = ROLES
        .map(|role| view! { <option value=role.name() selected=role == Role::Dispatch>{role_word(role)}</option> });
    let employer = move || {
        (!role.get().is_staff()).then(|| {
            let options = move || {
                let option = |row: &CarrierRow| view! { <option value=row.id.to_string()>{row.name.clone()}</option> };
                carriers.with(|rows| rows.iter().map(option).collect_view())
            };
            let fault = at("carrierId");
            view! {
                <div class="field">
                    <label for="carrier">{say!(people.carrier)}</label>
                    <select id="carrier" name="carrier" aria-describedby="carrier-fault" on:change=move |event| carrier.set(event_target_value(&event).parse().ok())>
                        <option value="">{say!(common.dialogs.choose_carrier)}</option>
                        {options}
                    </select>
                    <FaultLine id="carrier-fault".to_owned() fault />
                </div>
            }
        })
    };
    let driver = move || {
        (role.get() == Role::Driver).then(|| {
            let options = move || {
                let of = carrier.get();
                carriers.with(|rows| {
                    let row = rows.iter().find(|row| Some(row.id) == of);
                    let option = |id: DriverId, name: String| view! { <option value=id.to_string()>{name}</option> };
                    row.map(|row| {
                        row.drivers.iter().map(|driver| option(driver.id, driver.name.clone())).collect_view()
                    })
                })
            };
            let fault = at("driverId");
            view! {
                <div class="field">
                    <label for="driver">{say!(people.driver)}</label>
                    <select id="driver" name="driver" aria-describedby="driver-fault">
                        <option value="">{say!(common.dialogs.choose_driver)}</option>
                        {options}
                    </select>
                    <FaultLine id="driver-fault".to_owned() fault />
                </div>
            }
        })
    };
    view! {
        <section class="box invite" aria-label=say!(people.invite)>
            <form class="form" node_ref=form on:submit=send>
                <div class="row3">
                    <Line name="name" label=say!(people.name) fault=at("name") required=true first=true />
                    <Line name="email" label=say!(people.email) kind="email" keys="email" fault=at("email") required=true />
                    <div class="field">
                        <label for="role">{say!(people.role)}</label>
                        <select
                            id="role"
                            on:change=move |event| role.set(Role::named(&event_target_value(&event)).unwrap_or(Role::Dispatch))
                        >
                            {roles.into_iter().collect_view()}
                        </select>
                    </div>
                    {employer}
                    {driver}
                </div>
                <div role="alert">
                    {move || other().map(|words| view! { <p class="fault"><Icon name="triangle-alert" /><span>{words}</span></p> })}
                </div>
                <div class="acts">
                    <button type="submit" class="btn pri" aria-disabled=move || busy.get().then_some("true")>{say!(people.do_invite)}</button>
                    <button type="button" class="btn" on:click=move |_| leave.run(())>{say!(common.dialogs.close)}</button>
                </div>
            </form>
            <div role="status">
                {move || invited.get().map(|Invited { person, path }| view! {
                    <p>{say!(people.give_link, name = person.name)}</p>
                    <Way path />
                })}
            </div>
        </section>
    }
}

/// A way in, to be copied: it is shown this once.
#[component]
pub fn Way(path: String) -> impl IntoView {
    let copied = RwSignal::new(false);
    let field = NodeRef::<html::Input>::new();
    let whole = RwSignal::new(path.clone());
    Effect::new(move |_| {
        let origin = window().location().origin().unwrap_or_default();
        whole.update(|whole| *whole = format!("{origin}{path}"));
    });
    let copy = move |_| {
        if let Some(field) = field.get_untracked() {
            field.select();
        }
        #[cfg(feature = "hydrate")]
        {
            let promise = window().navigator().clipboard().write_text(&whole.get_untracked());
            spawn_local(async move {
                if wasm_bindgen_futures::JsFuture::from(promise).await.is_ok() {
                    copied.try_set(true);
                }
            });
        }
    };
    view! {
        <div class="way">
            <input readonly=true node_ref=field aria-label=say!(people.link) prop:value=move || whole.get() />
            <button type="button" class="btn" on:click=copy>
                {move || if copied.get() { say!(people.copied) } else { say!(people.copy) }}
            </button>
        </div>
    }
}
