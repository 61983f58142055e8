//! The stops of a new load: two at first, and as many between as it takes.

use std::{collections::BTreeMap, time::Duration};

use contract::{
    One,
    loads::{NewStop, Place, StopKind},
};
use leptos::{prelude::*, task::spawn_local, web_sys::FormData};

use super::modal::Form;
use crate::{
    carriers::api::find_places,
    say,
    ui::{
        fields::{FaultLine, Line},
        icon::Icon,
        read,
        words::stop_word,
    },
};

/// How long writing must rest before towns are looked up.
const REST: Duration = Duration::from_millis(150);
/// A load has so many stops at most.
const MOST: usize = 20;

/// The stops that the form has, each by a number that stays its own when others come and go.
#[derive(Clone, Copy)]
pub struct Stops(RwSignal<Vec<u32>>);

impl Stops {
    /// A pickup and a delivery.
    pub fn new() -> Self {
        Self(RwSignal::new(vec![0, 1]))
    }

    /// One more, before the last.
    fn add(self) {
        self.0.update(|stops| {
            let number = stops.iter().max().map_or(0, |number| number + 1);
            stops.insert(stops.len().saturating_sub(1), number);
        });
    }

    fn place(self, number: u32) -> usize {
        self.0.with(|stops| stops.iter().position(|known| *known == number).unwrap_or_default())
    }
}

/// All stops.
#[component]
pub fn StopList(form: Form, stops: Stops) -> impl IntoView {
    let fault = form.at(|| vec!["stops".to_owned()]);
    view! {
        <h3>{say!(common.dialogs.stops)}</h3>
        <For each=move || stops.0.get() key=|number| *number children=move |number| view! { <StopFields form stops number /> } />
        <FaultLine id="stops-fault".to_owned() fault />
        <div>
            <button type="button" class="btn" disabled=move || stops.0.with(|stops| stops.len() >= MOST) on:click=move |_| stops.add()>
                <Icon name="plus" />
                {say!(common.dialogs.add_stop)}
            </button>
        </div>
    }
}

/// One stop.
#[component]
fn StopFields(form: Form, stops: Stops, number: u32) -> impl IntoView {
    let place = Memo::new(move |_| stops.place(number));
    let at = move |names: &'static [&'static str]| {
        form.at(move || names.iter().map(|name| format!("stops[{}].{name}", place.get())).collect())
    };
    let named = move |name: &str| format!("{number}.{name}");
    let kinds = [StopKind::Pickup, StopKind::Delivery]
        .map(|kind| {
            // The first stop is a pickup; those that follow are mostly deliveries.
            let selected = (kind == StopKind::Pickup) == (number == 0);
            view! { <option value=kind.name() selected=selected>{stop_word(kind)}</option> }
        })
        .into_iter()
        .collect_view();
    let kind_fault = at(&["kind"]);
    let remove = move |_| {
        form.mark(BTreeMap::new());
        stops.0.update(|stops| stops.retain(|known| *known != number));
    };
    view! {
        <fieldset class="stop-form" aria-label=move || say!(common.dialogs.stop, number = place.get() + 1)>
            <header>
                <h3>{move || say!(common.dialogs.stop, number = place.get() + 1)}</h3>
                {move || {
                    (stops.0.with(Vec::len) > 2)
                        .then(|| {
                            let label = say!(common.dialogs.remove_stop, number = place.get() + 1);
                            view! { <button type="button" class="iconb" aria-label=label on:click=remove><Icon name="x" /></button> }
                        })
                }}
            </header>
            <div class="row3">
                <div class="field">
                    <label for=named("kind")>{say!(common.dialogs.kind)}</label>
                    <select
                        id=named("kind")
                        name=named("kind")
                        aria-invalid=move || kind_fault.with(Option::is_some).then_some("true")
                        aria-describedby=named("kind-fault")
                    >
                        {kinds}
                    </select>
                    <FaultLine id=named("kind-fault") fault=kind_fault />
                </div>
                <Town name=named("town") fault=at(&["city", "state", "point", "zone"]) />
                <Line name=named("facility") label=say!(common.dialogs.facility) fault=at(&["facility"]) />
            </div>
            <div class="row2">
                <Line name=named("opens") label=say!(common.dialogs.opens) kind="datetime-local" fault=at(&["windowStart"]) required=true />
                <Line name=named("closes") label=say!(common.dialogs.closes) kind="datetime-local" fault=at(&["windowEnd"]) required=true />
            </div>
        </fieldset>
    }
}

/// City and state, with the towns that begin likewise, and whose clock the times are on.
#[component]
pub fn Town(
    /// Its name in the form.
    name: String,
    /// What is wrong with it.
    fault: Signal<Option<String>>,
    /// What stands in it at first.
    #[prop(optional)]
    value: String,
    /// Whether it has no times of its own, so that its clock is of no interest.
    #[prop(optional)]
    bare: bool,
    /// Whether writing starts here.
    #[prop(optional)]
    first: bool,
) -> impl IntoView {
    let places = RwSignal::new(Vec::<Place>::new());
    let written = RwSignal::new(String::new());
    let look_up = debounce(REST, move |text: String| {
        let town = text.split(',').next().unwrap_or_default().trim().to_owned();
        if town.chars().count() < 2 {
            return;
        }
        spawn_local(async move {
            // What came too late, or not at all, is no help and no harm: the server checks the town anyway.
            if let Ok(One { data }) = find_places(town).await
                && written.try_get_untracked().is_some_and(|now| now == text)
            {
                places.set(data);
            }
        });
    });
    let list = format!("{name}-list");
    let on_text = Callback::new({
        let look_up = StoredValue::new_local(look_up);
        move |text: String| {
            written.set(text.clone());
            look_up.update_value(|look_up| look_up(text));
        }
    });
    let zone = move || {
        let written = written.get();
        places.with(|places| places.iter().find(|place| label(place) == written).map(|place| place.zone_short.clone()))
    };
    view! {
        <div>
            <Line
                name=name
                label=say!(common.dialogs.town)
                like=say!(common.dialogs.town_hint)
                fault
                value
                first
                list=list.clone()
                required=true
                on_text
            />
            <datalist id=list>
                {move || places.get().iter().map(|place| view! { <option value=label(place)></option> }).collect_view()}
            </datalist>
            {(!bare)
                .then(|| {
                    view! {
                        <small class="sub">
                            {move || zone().map_or_else(|| say!(common.dialogs.own_zone).to_owned(), |zone| say!(common.dialogs.zone, zone = zone))}
                        </small>
                    }
                })}
        </div>
    }
}

fn label(place: &Place) -> String {
    format!("{}, {}", place.city, place.state)
}

/// The stops that were filled in; what is wrong goes to `faults`.
pub fn read_stops(data: &FormData, stops: Stops, faults: &mut BTreeMap<String, String>) -> Vec<NewStop> {
    let numbers = stops.0.get_untracked();
    let mut read = |(place, number): (usize, u32)| {
        let named = |name: &str| read::text(data, &format!("{number}.{name}"));
        let (city, state) = read::town(&named("town")).unwrap_or_else(|| {
            faults.insert(format!("stops[{place}].city"), say!(common.dialogs.bad_town).to_owned());
            Default::default()
        });
        NewStop {
            kind: if named("kind") == StopKind::Pickup.name() { StopKind::Pickup } else { StopKind::Delivery },
            facility: named("facility"),
            city,
            state,
            point: None,
            zone: None,
            window_start: named("opens"),
            window_end: named("closes"),
        }
    };
    numbers.into_iter().enumerate().map(&mut read).collect()
}
