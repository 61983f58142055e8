//! Narrowing the list: a panel that is a plain form and works before the page has woken, and a chip for each filter
//! that is on.

use std::time::Duration;

use contract::{
    loads::{EQUIPMENT, Equipment, LoadQuery},
    status::{LoadStatus, STATUSES},
};
use leptos::{html, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::asked::{PATH, chosen, href, is_filtered, parameters, toggled, whole};
use crate::{
    live::live,
    say,
    ui::{
        icon::Icon,
        words::{equipment_word, status_word},
    },
};

/// How long a typist may pause before the list follows.
const TYPING_MS: u64 = 250;

/// The button and its panel.
#[component]
pub fn Filter(
    /// What the address asks for.
    asked: Memo<LoadQuery>,
) -> impl IntoView {
    let go = steer();
    let mut search = debounce(Duration::from_millis(TYPING_MS), move |text: String| {
        go.run(LoadQuery { q: (!text.is_empty()).then_some(text), ..asked.get_untracked() });
    });
    let turn_status = Callback::new(move |name: &'static str| {
        let asked = asked.get_untracked();
        go.run(LoadQuery { status: toggled(asked.status.as_deref(), name), ..asked });
    });
    let turn_equipment = Callback::new(move |name: &'static str| {
        let asked = asked.get_untracked();
        go.run(LoadQuery { equipment: toggled(asked.equipment.as_deref(), name), ..asked });
    });
    let panel = NodeRef::<html::Details>::new();
    #[cfg(feature = "hydrate")]
    close_when_left(panel);

    view! {
        <details class="filter" node_ref=panel>
            <summary class="btn">
                <Icon name="list-filter" size=14 />
                {say!(loads.filter.open)}
                {move || asked.with(|asked| Some(filters_on(asked)).filter(|on| *on > 0)).map(|on| view! { <b class="on">{on}</b> })}
            </summary>
            <form
                class="float"
                method="get"
                action=PATH
                on:submit=move |event| {
                    event.prevent_default();
                    close(panel);
                }
            >
                {move || asked.with(kept)}
                <label>
                    {say!(loads.filter.text)}
                    <input
                        r#type="search"
                        name="q"
                        maxlength="100"
                        autocomplete="off"
                        placeholder=say!(loads.filter.text_hint)
                        value=asked.with_untracked(|asked| asked.q.clone())
                        prop:value=move || asked.with(|asked| asked.q.clone().unwrap_or_default())
                        on:input=move |event| search(event_target_value(&event))
                    />
                </label>
                <fieldset>
                    <legend>{say!(loads.filter.status)}</legend>
                    {move || asked.with(|asked| {
                        let options = STATUSES.map(|status| (status.name(), status_word(status)));
                        boxes("status", options, asked.status.as_deref(), turn_status)
                    })}
                </fieldset>
                <fieldset>
                    <legend>{say!(loads.filter.equipment)}</legend>
                    {move || asked.with(|asked| {
                        let options = EQUIPMENT.map(|equipment| (equipment.name(), equipment_word(equipment)));
                        boxes("equipment", options, asked.equipment.as_deref(), turn_equipment)
                    })}
                </fieldset>
                <button class="btn pri">{say!(loads.filter.show)}</button>
            </form>
        </details>
    }
}

/// The filters that are on, each with the way to take it off.
#[component]
pub fn Chips(
    /// What the address asks for.
    asked: Memo<LoadQuery>,
) -> impl IntoView {
    let chips = move |asked: &LoadQuery| {
        let without = |change: &dyn Fn(&mut LoadQuery)| {
            let mut rest = LoadQuery { page: None, ..asked.clone() };
            change(&mut rest);
            href(&rest)
        };
        let mut chips = Vec::new();
        for status in chosen(asked.status.as_deref()).filter_map(LoadStatus::named) {
            let rest = without(&|rest| rest.status = toggled(rest.status.as_deref(), status.name()));
            chips.push(chip(status_word(status).to_owned(), rest));
        }
        for equipment in chosen(asked.equipment.as_deref()).filter_map(Equipment::named) {
            let rest = without(&|rest| rest.equipment = toggled(rest.equipment.as_deref(), equipment.name()));
            chips.push(chip(equipment_word(equipment).to_owned(), rest));
        }
        if asked.carrier_id.is_some() {
            chips.push(chip(carrier_name(asked), without(&|rest| rest.carrier_id = None)));
        }
        if let Some(text) = &asked.q {
            chips.push(chip(format!("“{text}”"), without(&|rest| rest.q = None)));
        }
        let all = href(&whole(asked, asked.view));
        view! {
            <div class="chips" role="group" aria-label=say!(loads.filter.active)>
                {chips}
                <a class="clear" href=all>{say!(loads.filter.clear)}</a>
            </div>
        }
    };
    move || asked.with(|asked| is_filtered(asked).then(|| chips(asked)))
}

fn chip(word: String, rest: String) -> AnyView {
    let label = say!(loads.filter.remove, what = word.clone());
    view! { <a class="chip" href=rest aria-label=label>{word}<Icon name="x" size=12 /></a> }.into_any()
}

/// The carrier's name as one of its loads tells it, once the list has come.
fn carrier_name(asked: &LoadQuery) -> String {
    let live = live();
    let of_carrier =
        |entry: &crate::live::Entry| entry.row.carrier.as_ref().map(|carrier| carrier.id) == asked.carrier_id;
    let told = live.book.select(of_carrier, |_| ()).first().and_then(|id| live.book.entry(*id));
    told.and_then(|entry| entry.with_untracked(|entry| entry.row.carrier.as_ref().map(|carrier| carrier.name.clone())))
        .unwrap_or_else(|| say!(loads.filter.carrier).to_owned())
}

/// Goes to what is asked for and leaves no step in the history: one press of Back undoes the filters, not one key.
fn steer() -> Callback<LoadQuery> {
    let navigate = use_navigate();
    Callback::new(move |asked: LoadQuery| {
        let start = LoadQuery { page: None, ..asked };
        navigate(&href(&start), NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    })
}

/// What the form must send along that has no field of its own.
fn kept(asked: &LoadQuery) -> Vec<impl IntoView + use<>> {
    parameters(asked)
        .into_iter()
        .filter(|(key, _)| ["view", "carrierId", "sort", "size"].contains(key))
        .map(|(key, value)| view! { <input r#type="hidden" name=key value=value /> })
        .collect()
}

fn boxes<const N: usize>(
    name: &'static str,
    options: [(&'static str, &'static str); N],
    on: Option<&str>,
    turn: Callback<&'static str>,
) -> Vec<impl IntoView + use<N>> {
    options
        .into_iter()
        .map(|(value, word)| {
            let is_on = chosen(on).any(|name| name == value);
            view! {
                <label>
                    <input r#type="checkbox" name=name value=value checked=is_on prop:checked=is_on on:change=move |_| turn.run(value) />
                    {word}
                </label>
            }
        })
        .collect()
}

fn filters_on(asked: &LoadQuery) -> usize {
    chosen(asked.status.as_deref()).count()
        + chosen(asked.equipment.as_deref()).count()
        + usize::from(asked.q.is_some())
        + usize::from(asked.carrier_id.is_some())
}

/// Closes the panel.
fn close(panel: NodeRef<html::Details>) {
    if let Some(panel) = panel.get_untracked() {
        panel.set_open(false);
    }
}

/// Closes the panel on Escape and on a press elsewhere, as people expect of what floats.
#[cfg(feature = "hydrate")]
fn close_when_left(panel: NodeRef<html::Details>) {
    use leptos::ev;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlElement};

    let is_open = move || panel.get_untracked().filter(web_sys::HtmlDetailsElement::open);
    let pressed = window_event_listener(ev::pointerdown, move |event| {
        let Some(panel) = is_open() else { return };
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if !target.is_some_and(|target| panel.contains(Some(&target))) {
            panel.set_open(false);
        }
    });
    let escaped = window_event_listener(ev::keydown, move |event| {
        let Some(panel) = is_open().filter(|_| event.key() == "Escape") else { return };
        panel.set_open(false);
        if let Some(button) = panel.first_element_child().and_then(|child| child.dyn_into::<HtmlElement>().ok()) {
            _ = button.focus();
        }
    });
    on_cleanup(move || {
        pressed.remove();
        escaped.remove();
    });
}
