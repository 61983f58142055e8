//! Everything of one carrier, and changing it.

use contract::{
    CarrierId, Code, One, Refusal,
    actor::Permission,
    carriers::{CarrierDetail, Cover, findings},
};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};
use leptos_meta::Title;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map},
};

use super::{api::one_carrier, cells, drivers::Drivers, edit::CarrierEdit};
use crate::{
    fault::Fault,
    json::resource,
    live::{again::when_back, live},
    pages::Visitor,
    say,
    ui::{
        icon::Icon,
        toast,
        words::{cover_word, equipment_word, unread_words},
    },
    when,
};

/// The page of one carrier; under `new`, the form of a new one.
#[component]
pub fn CarrierPage() -> impl IntoView {
    let params = use_params_map();
    let name = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    view! {
        <div class="load">
            <a class="crumb" href="/carriers"><Icon name="chevron-left" />{say!(carriers.back)}</a>
            {move || if name.with(|name| name == "new") { Either::Left(view! { <Enter /> }) } else { Either::Right(view! { <Known name /> }) }}
        </div>
    }
}

#[component]
fn Enter() -> impl IntoView {
    let may = use_context::<Visitor>().is_some_and(|visitor| visitor.can(Permission::CarrierEdit));
    if !may {
        return Either::Left(view! { <Gone /> });
    }
    let navigate = use_navigate();
    let go = navigate.clone();
    let done = Callback::new(move |detail: CarrierDetail| {
        toast::done(say!(carriers.entered, name = detail.carrier.name.clone()));
        go(&format!("/carriers/{}", detail.carrier.id), NavigateOptions { replace: true, ..Default::default() });
    });
    let leave = Callback::new(move |()| navigate("/carriers", NavigateOptions::default()));
    Either::Right(view! {
        <Title text=say!(carriers.enter) />
        <h1 class="page-title">{say!(carriers.enter)}</h1>
        <CarrierEdit known=None done leave />
    })
}

#[component]
fn Known(name: Memo<String>) -> impl IntoView {
    let live = live();
    let again = RwSignal::new(0_u32);
    let id = move || name.with(|name| name.parse::<CarrierId>().ok());
    let detail = resource(
        move || (id(), again.get(), live.afresh.get(), live.carriers.get()),
        |(id, ..)| async move {
            // What is no id can't be the id of anything.
            let id = id.ok_or_else(Refusal::not_found)?;
            one_carrier(id).await.map(|One { data }| data)
        },
    );
    when_back(Callback::new(move |()| again.update(|times| *times += 1)));
    let kept = RwSignal::new(None::<CarrierDetail>);
    let edits = RwSignal::new(false);
    let shown = move || {
        detail.get().map(|answer: Result<CarrierDetail, Fault>| match answer {
            Ok(detail) => {
                kept.set(Some(detail));
                EitherOf3::A(view! { <Loaded kept edits /> })
            }
            Err(fault) if fault.says_nothing() && kept.with_untracked(Option::is_some) => {
                EitherOf3::A(view! { <Loaded kept edits /> })
            }
            Err(fault) if fault.code() == Some(Code::NotFound) => EitherOf3::B(view! { <Gone /> }),
            Err(fault) => EitherOf3::C(view! {
                <section class="note" role="alert">
                    <h1>{say!(carriers.failed)}</h1>
                    <p>{unread_words(&fault)}</p>
                    <div class="acts">
                        <button type="button" class="btn" on:click=move |_| again.update(|again| *again += 1)>
                            <Icon name="refresh-cw" />
                            {say!(common.detail.again)}
                        </button>
                    </div>
                </section>
            }),
        })
    };
    view! { <Transition fallback=Skeleton>{shown}</Transition> }
}

#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="box skeleton" role="status" aria-label=say!(carriers.loading)>
            <i></i>
            <i></i>
            <i></i>
            <i></i>
        </div>
    }
}

#[component]
fn Gone() -> impl IntoView {
    view! {
        <section class="note">
            <h1>{say!(carriers.missing_title)}</h1>
            <p>{say!(carriers.missing_text)}</p>
        </section>
    }
}

/// The carrier as it is known, or its form.
#[component]
fn Loaded(kept: RwSignal<Option<CarrierDetail>>, edits: RwSignal<bool>) -> impl IntoView {
    let may_edit = use_context::<Visitor>().is_some_and(|visitor| visitor.can(Permission::CarrierEdit));
    let done = Callback::new(move |detail: CarrierDetail| {
        toast::done(say!(carriers.saved, name = detail.carrier.name.clone()));
        kept.set(Some(detail));
        edits.set(false);
    });
    move || {
        let detail = if edits.get() { kept.get_untracked() } else { kept.get() }?;
        let title = detail.carrier.name.clone();
        Some(view! {
            <Title text=title />
            {if edits.get() && may_edit {
                let leave = Callback::new(move |()| edits.set(false));
                Either::Left(
                    view! {
                        <h1 class="page-title">{detail.carrier.name.clone()}</h1>
                        <CarrierEdit known=Some(detail) done leave />
                    },
                )
            } else {
                Either::Right(view! { <Facts detail may_edit kept edits /> })
            }}
        })
    }
}

#[component]
fn Facts(
    detail: CarrierDetail,
    may_edit: bool,
    kept: RwSignal<Option<CarrierDetail>>,
    edits: RwSignal<bool>,
) -> impl IntoView {
    let CarrierDetail { carrier, covers, notes, open_loads, delivered_loads, updated_at, updated_by } = detail;
    let id = carrier.id;
    let wrong = carrier.findings.iter().copied().map(cells::finding).collect_view();
    let equipment = carrier.equipment.iter().map(|kind| equipment_word(*kind)).collect::<Vec<_>>().join(", ");
    let loads =
        if open_loads == 1 { say!(carriers.one_load).to_owned() } else { say!(carriers.loads, count = open_loads) };
    let changed =
        updated_by.map(|by| say!(carriers.changed, who = by, ago = when::ago(updated_at, when::now_untracked())));
    let mail = carrier.email.clone();
    let phone = carrier.phone.clone();
    view! {
        <div class="load-head">
            <h1 class="page-title">{carrier.name.clone()}</h1>
            {cells::status(carrier.status)}
            <span class="grow"></span>
            {may_edit
                .then(|| {
                    view! {
                        <button type="button" class="btn" on:click=move |_| edits.set(true)>
                            {say!(carriers.edit)}
                        </button>
                    }
                })}
        </div>
        <div class="load-cols">
            <div>
                <section class="box">
                    <h2>{say!(carriers.column.standing)}</h2>
                    {(!carrier.findings.is_empty()).then(|| view! { <ul class="checks">{wrong}</ul> })}
                    <Covers covers />
                </section>
                <section class="box">
                    <h2>{say!(carriers.facts)}</h2>
                    <dl class="facts">
                        <dt>"MC"</dt>
                        <dd class="num">{carrier.mc_number.clone()}</dd>
                        <dt>"DOT"</dt>
                        <dd class="num">{carrier.dot_number.clone().unwrap_or_else(|| "–".to_owned())}</dd>
                        <dt>{say!(carriers.column.equipment)}</dt>
                        <dd>{equipment}</dd>
                        <dt>{say!(carriers.column.phone)}</dt>
                        <dd>{phone.map_or_else(|| Either::Left("–"), |phone| Either::Right(view! { <a class="link" href=format!("tel:{phone}")>{phone.clone()}</a> }))}</dd>
                        <dt>{say!(carriers.mail)}</dt>
                        <dd>{mail.map_or_else(|| Either::Left("–"), |mail| Either::Right(view! { <a class="link" href=format!("mailto:{mail}")>{mail.clone()}</a> }))}</dd>
                    </dl>
                    {notes.map(|notes| view! { <p class="notes">{notes}</p> })}
                    {changed.map(|changed| view! { <p class="sub">{changed}</p> })}
                </section>
            </div>
            <div>
                <section class="box">
                    <h2>{say!(carriers.their_loads)}</h2>
                    <p><a class="link" href=format!("/loads?carrierId={id}")>{loads}</a></p>
                    <p class="sub">{say!(carriers.delivered, count = delivered_loads)}</p>
                </section>
                <Drivers id drivers=carrier.drivers may_edit kept />
            </div>
        </div>
    }
}

/// What the carrier has in force, or had.
#[component]
fn Covers(covers: Vec<Cover>) -> impl IntoView {
    if covers.is_empty() {
        return Either::Left(view! { <p class="sub">{say!(carriers.no_covers)}</p> });
    }
    let lines = covers
        .iter()
        .map(|cover| {
            // A cover alone says what is wrong with it, against its own last day.
            let wrong = findings(std::slice::from_ref(cover), cover.expires_on);
            let too_low = wrong.iter().any(|finding| finding.kind == cover.kind && finding.stands_against());
            let amount =
                cover.amount_cents.filter(|cents| *cents > 0).map(|cents| format!("${}", grouped(cents / 100)));
            view! {
                <tr>
                    <th scope="row">{cover_word(cover.kind)}</th>
                    <td class="num">{cover.number.clone()}</td>
                    <td class="amount" class:bad=too_low>{amount}</td>
                    <td>{when::date(cover.expires_on)}</td>
                </tr>
            }
        })
        .collect_view();
    Either::Right(view! {
        <table class="covers">
            <thead>
                <tr>
                    <th scope="col">{say!(carriers.cover.kind)}</th>
                    <th scope="col">{say!(carriers.cover.number)}</th>
                    <th scope="col" class="amount">{say!(carriers.cover.amount)}</th>
                    <th scope="col">{say!(carriers.cover.until)}</th>
                </tr>
            </thead>
            <tbody>{lines}</tbody>
        </table>
    })
}

/// `1,000,000`
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
