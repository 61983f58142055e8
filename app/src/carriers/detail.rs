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
    json::{Text, is_asked, resource},
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
        move || (id(), again.get(), live.afresh.get(), live.noted().carriers.get()),
        |(id, ..)| async move {
            // What is no id can't be the id of anything.
            let id = id.ok_or_else(Refusal::not_found)?;
            one_carrier(id).await.map(|One { data }| data)
        },
    );
    when_back(Callback::new(move |()| again.update(|times| *times += 1)));
    view! {
        <Transition fallback=Skeleton>
            <Read detail again />
        </Transition>
    }
}

/// What came of reading it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Came {
    Known,
    Missing,
    Failed,
}

/// The carrier once it has come. What comes later changes what is shown and never a form that is being filled in.
#[component]
fn Read(detail: Resource<Result<CarrierDetail, Fault>, Text>, again: RwSignal<u32>) -> impl IntoView {
    let answer = Memo::new(move |_| detail.get());
    // The last good answer: a call that fails must not take away what was there.
    let kept = Memo::new(move |before: Option<&Option<CarrierDetail>>| {
        answer.with(|answer| answer.clone().and_then(Result::ok)).or_else(|| before.cloned().flatten())
    });
    let came = Memo::new(move |_| {
        let fault = answer.with(|answer| answer.as_ref().map(|answer| answer.as_ref().err().cloned()))?;
        Some(match fault {
            None => Came::Known,
            Some(fault) if fault.says_nothing() && kept.with(Option::is_some) => Came::Known,
            Some(fault) if fault.code() == Some(Code::NotFound) => Came::Missing,
            Some(_) => Came::Failed,
        })
    });
    let words =
        move || answer.with(|answer| answer.as_ref().and_then(|answer| answer.as_ref().err().map(unread_words)));
    move || {
        is_asked().then(|| came.get()).flatten().map(|came| match came {
            Came::Known => EitherOf3::A(view! { <Loaded kept again /> }),
            Came::Missing => EitherOf3::B(view! { <Gone /> }),
            Came::Failed => EitherOf3::C(view! {
                <section class="note" role="alert">
                    <h1>{say!(carriers.failed)}</h1>
                    <p>{words}</p>
                    <div class="acts">
                        <button type="button" class="btn" on:click=move |_| again.update(|again| *again += 1)>
                            <Icon name="refresh-cw" />
                            {say!(common.detail.again)}
                        </button>
                    </div>
                </section>
            }),
        })
    }
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
fn Loaded(kept: Memo<Option<CarrierDetail>>, again: RwSignal<u32>) -> impl IntoView {
    let may_edit = use_context::<Visitor>().is_some_and(|visitor| visitor.can(Permission::CarrierEdit));
    let edits = RwSignal::new(false);
    let done = Callback::new(move |detail: CarrierDetail| {
        toast::done(say!(carriers.saved, name = detail.carrier.name));
        again.update(|again| *again += 1);
        edits.set(false);
    });
    let leave = Callback::new(move |()| edits.set(false));
    let name = move || kept.with(|kept| kept.as_ref().map(|kept| kept.carrier.name.clone()).unwrap_or_default());
    view! {
        <Title text=name />
        {move || {
            if edits.get() && may_edit {
                // As it is now: what others change meanwhile the server tells when it is sent.
                let known = kept.get_untracked();
                Either::Left(view! {
                    <h1 class="page-title">{name}</h1>
                    <CarrierEdit known done leave />
                })
            } else {
                Either::Right(view! { <Facts kept may_edit again edits /> })
            }
        }}
    }
}

#[component]
fn Facts(
    kept: Memo<Option<CarrierDetail>>,
    may_edit: bool,
    again: RwSignal<u32>,
    edits: RwSignal<bool>,
) -> impl IntoView {
    // Apart from what is only shown: a driver's form stays open whatever comes.
    let drivers = Memo::new(move |_| {
        kept.with(|kept| kept.as_ref().map(|kept| kept.carrier.drivers.clone()).unwrap_or_default())
    });
    let id = kept.with_untracked(|kept| kept.as_ref().map(|kept| kept.carrier.id));
    view! {
        {move || kept.get().map(|detail| head(&detail, may_edit, edits))}
        <div class="load-cols">
            <div>{move || kept.get().map(facts)}</div>
            <div>
                {move || kept.get().map(|detail| their_loads(&detail))}
                {id.map(|id| view! { <Drivers id drivers may_edit again /> })}
            </div>
        </div>
    }
}

fn head(detail: &CarrierDetail, may_edit: bool, edits: RwSignal<bool>) -> impl IntoView + use<> {
    let change = may_edit.then(|| {
        view! {
            <button type="button" class="btn" on:click=move |_| edits.set(true)>
                {say!(carriers.edit)}
            </button>
        }
    });
    view! {
        <div class="load-head">
            <h1 class="page-title">{detail.carrier.name.clone()}</h1>
            {cells::status(detail.carrier.status)}
            <span class="grow"></span>
            {change}
        </div>
    }
}

fn their_loads(detail: &CarrierDetail) -> impl IntoView + use<> {
    let CarrierDetail { carrier, open_loads, delivered_loads, .. } = detail;
    let loads = match *open_loads {
        1 => say!(carriers.one_load).to_owned(),
        count => say!(carriers.loads, count = count),
    };
    view! {
        <section class="box">
            <h2>{say!(carriers.their_loads)}</h2>
            <p><a class="link" href=format!("/loads?carrierId={}", carrier.id)>{loads}</a></p>
            <p class="sub">{say!(carriers.delivered, count = *delivered_loads)}</p>
        </section>
    }
}

fn facts(detail: CarrierDetail) -> impl IntoView {
    let CarrierDetail { carrier, covers, notes, updated_at, updated_by, .. } = detail;
    let wrong = carrier.findings.iter().copied().map(cells::finding).collect_view();
    let equipment = carrier.equipment.iter().map(|kind| equipment_word(*kind)).collect::<Vec<_>>().join(", ");
    let changed =
        updated_by.map(|by| say!(carriers.changed, who = by, ago = when::ago(updated_at, when::now_untracked())));
    let way = |scheme: &str, to: Option<String>| match to {
        Some(to) => Either::Left(view! { <a class="link" href=format!("{scheme}:{to}")>{to.clone()}</a> }),
        None => Either::Right("–"),
    };
    let (phone, mail) = (way("tel", carrier.phone), way("mailto", carrier.email));
    view! {
        <section class="box">
            <h2>{say!(carriers.column.standing)}</h2>
            {(!carrier.findings.is_empty()).then(|| view! { <ul class="checks">{wrong}</ul> })}
            <Covers covers />
        </section>
        <section class="box">
            <h2>{say!(carriers.facts)}</h2>
            <dl class="facts">
                <dt>"MC"</dt>
                <dd class="num">{carrier.mc_number}</dd>
                <dt>"DOT"</dt>
                <dd class="num">{carrier.dot_number.unwrap_or_else(|| "–".to_owned())}</dd>
                <dt>{say!(carriers.column.equipment)}</dt>
                <dd>{equipment}</dd>
                <dt>{say!(carriers.column.phone)}</dt>
                <dd>{phone}</dd>
                <dt>{say!(carriers.mail)}</dt>
                <dd>{mail}</dd>
            </dl>
            {notes.map(|notes| view! { <p class="notes">{notes}</p> })}
            {changed.map(|changed| view! { <p class="sub">{changed}</p> })}
        </section>
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
