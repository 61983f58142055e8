//! Who moves a load, where the truck is, what is on it and what it costs; only what the reader may see.

use contract::{
    actor::Permission,
    loads::{LoadDetail, LoadRow},
};
use leptos::prelude::*;

use crate::{
    live::Entry,
    pages::Visitor,
    say,
    ui::{
        icon::Icon,
        words::{equipment_word, money_words, thousands},
    },
    when,
};

/// The facts, in boxes.
#[component]
pub fn Facts(entry: RwSignal<Entry>, detail: RwSignal<LoadDetail>) -> impl IntoView {
    // Positions come every few seconds and belong to one line only; the rest is not made anew for them.
    let row =
        Memo::new(move |_| entry.with(|entry| LoadRow { current_location: None, eta: None, ..entry.row.clone() }));
    let finds = expect_context::<Visitor>().can(Permission::TrackingView);
    view! {
        <section class="box">
            <h2>{say!(common.detail.facts)}</h2>
            <dl class="facts">
                {move || row.with(|row| detail.with(|detail| people(row, detail)))}
                <Fact name=say!(common.detail.truck)>
                    <LastFix entry />
                    {move || row.with(|row| on_map(row, finds))}
                </Fact>
            </dl>
        </section>
        {move || row.with(money)}
        {move || row.with(|row| detail.with(|detail| freight(row, detail)))}
    }
}

fn people(row: &LoadRow, detail: &LoadDetail) -> impl IntoView + use<> {
    let carrier =
        row.carrier.as_ref().map_or_else(|| say!(common.detail.no_carrier).to_owned(), |carrier| carrier.name.clone());
    let mc = detail.carrier_mc.clone().map(|number| say!(common.detail.mc, number = number));
    let driver =
        row.driver.as_ref().map_or_else(|| say!(common.detail.no_driver).to_owned(), |driver| driver.name.clone());
    let phone = detail.driver_phone.clone().map(|phone| {
        let label = say!(common.detail.call, name = driver.clone());
        view! { <a class="link" href=format!("tel:{}", dialled(&phone)) aria-label=format!("{label}: {phone}")><Icon name="phone" />{phone.clone()}</a> }
    });
    let dispatcher = row.dispatcher.as_ref().map(|dispatcher| dispatcher.name.clone());
    view! {
        <Fact name=say!(common.detail.carrier)>{carrier}{mc.map(|mc| view! { <span class="sub">{mc}</span> })}</Fact>
        <Fact name=say!(common.detail.driver)>{driver}{phone}</Fact>
        {dispatcher.map(|name| view! { <Fact name=say!(common.detail.dispatcher)>{name}</Fact> })}
    }
}

/// The way to the truck on the map, while it is there.
fn on_map(row: &LoadRow, finds: bool) -> Option<impl IntoView + use<>> {
    (finds && row.status.is_under_way()).then(|| {
        let href = format!("/tracking?load={}", row.id);
        view! { <a class="link" href=href><Icon name="map-pin" />{say!(common.detail.on_map)}</a> }
    })
}

/// A number as a telephone takes it.
fn dialled(phone: &str) -> String {
    phone.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+').collect()
}

/// Where the truck was last heard of, and how long ago.
#[component]
fn LastFix(entry: RwSignal<Entry>) -> impl IntoView {
    let fix = Memo::new(move |_| {
        entry.with(|entry| entry.row.current_location.map(|fix| (fix.at, fix.lat, fix.lng, fix.speed)))
    });
    move || {
        let Some((at, lat, lng, speed)) = fix.get() else { return say!(common.detail.no_fix).to_owned() };
        let now = when::now();
        let age = if now.since_ms(at) < 60_000 {
            say!(common.detail.just_now).to_owned()
        } else {
            say!(common.detail.ago, age = when::age(at, now))
        };
        let speed = speed.map(|speed| say!(common.detail.mph, speed = speed.round() as i64));
        [Some(age), speed, Some(format!("{lat:.3}, {lng:.3}"))].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }
}

fn money(row: &LoadRow) -> Option<impl IntoView + use<>> {
    let (carrier, customer) = (row.carrier_rate_cents, row.customer_rate_cents);
    carrier.or(customer)?;
    let margin = customer.zip(carrier).map(|(customer, carrier)| customer - carrier);
    let fact = |name, cents: Option<i64>| cents.map(|cents| view! { <Fact name>{money_words(cents)}</Fact> });
    Some(view! {
        <section class="box">
            <h2>{say!(common.detail.money)}</h2>
            <dl class="facts">
                {fact(say!(common.detail.customer_rate), customer)}
                {fact(say!(common.detail.carrier_rate), carrier)}
                {fact(say!(common.detail.margin), margin)}
            </dl>
        </section>
    })
}

fn freight(row: &LoadRow, detail: &LoadDetail) -> impl IntoView + use<> {
    let (customer, equipment) = (row.customer_name.clone(), equipment_word(row.equipment));
    let fact = |name, text: Option<String>| text.map(|text| view! { <Fact name>{text}</Fact> });
    let weight = detail.weight_lbs.map(|pounds| say!(common.detail.pounds, pounds = thousands(pounds)));
    let notes = detail.notes.clone().map(|notes| {
        view! {
            <section class="box">
                <h2>{say!(common.detail.notes)}</h2>
                <p class="notes">{notes}</p>
            </section>
        }
    });
    view! {
        <section class="box">
            <h2>{say!(common.detail.freight)}</h2>
            <dl class="facts">
                <Fact name=say!(common.detail.customer)>{customer}</Fact>
                <Fact name=say!(common.detail.equipment)>{equipment}</Fact>
                {fact(say!(common.detail.commodity), detail.commodity.clone())}
                {fact(say!(common.detail.weight), weight)}
                {fact(say!(common.detail.reference), detail.reference.clone())}
            </dl>
        </section>
        {notes}
    }
}

/// A name and what it is.
#[component]
fn Fact(name: &'static str, children: Children) -> impl IntoView {
    view! {
        <dt>{name}</dt>
        <dd>{children()}</dd>
    }
}
