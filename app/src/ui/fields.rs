//! The fields of forms, each with its label and, when something is wrong with it, the fault below it.

use leptos::prelude::*;

/// A line of text, a number or a time.
#[component]
pub fn Line(
    /// Its name in the form.
    #[prop(into)]
    name: String,
    /// What it is called.
    label: &'static str,
    /// What is wrong with it.
    #[prop(optional, into)]
    fault: Signal<Option<String>>,
    /// What is written in it.
    #[prop(default = "text")]
    kind: &'static str,
    /// Which keys a phone shows.
    #[prop(optional)]
    keys: Option<&'static str>,
    /// What it looks like filled in.
    #[prop(optional)]
    like: Option<&'static str>,
    /// What stands in it at first.
    #[prop(optional, into)]
    value: String,
    /// The list of what it is mostly.
    #[prop(optional, into)]
    list: Option<String>,
    /// Whether it must be filled in.
    #[prop(optional)]
    required: bool,
    /// Whether writing starts here.
    #[prop(optional)]
    first: bool,
    /// Hears what is being written.
    #[prop(optional)]
    on_text: Option<Callback<String>>,
) -> impl IntoView {
    let fault_id = format!("{name}-fault");
    view! {
        <div class="field">
            <label for=name.clone()>{label}</label>
            <input
                id=name.clone()
                name=name
                type=kind
                inputmode=keys
                placeholder=like
                value=value
                list=list
                required=required
                autofocus=first
                autocomplete="off"
                aria-invalid=move || fault.with(Option::is_some).then_some("true")
                aria-describedby=fault_id.clone()
                on:input=move |event| {
                    if let Some(on_text) = on_text {
                        on_text.run(event_target_value(&event));
                    }
                }
            />
            <FaultLine id=fault_id fault />
        </div>
    }
}

/// Several lines of text.
#[component]
pub fn Lines(
    /// Its name in the form.
    name: &'static str,
    /// What it is called.
    label: &'static str,
    /// What is wrong with it.
    #[prop(optional, into)]
    fault: Signal<Option<String>>,
    /// Whether it must be filled in.
    #[prop(optional)]
    required: bool,
    /// Whether writing starts here.
    #[prop(optional)]
    first: bool,
    /// How long it may become.
    #[prop(default = 2_000)]
    most: u16,
    /// What stands in it at first.
    #[prop(optional, into)]
    value: String,
) -> impl IntoView {
    let fault_id = format!("{name}-fault");
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <textarea
                id=name
                name=name
                rows=3
                maxlength=most
                required=required
                autofocus=first
                aria-invalid=move || fault.with(Option::is_some).then_some("true")
                aria-describedby=fault_id.clone()
            >{value}</textarea>
            <FaultLine id=fault_id fault />
        </div>
    }
}

/// What is wrong with a field. The place is always there, so that the field can point to it.
#[component]
pub fn FaultLine(
    /// What the field points to.
    id: String,
    /// What is wrong.
    fault: Signal<Option<String>>,
) -> impl IntoView {
    view! { <small id=id>{move || fault.get()}</small> }
}
