//! A small menu below a button. It opens without the page being awake, and goes when it is done with.

use leptos::{html, prelude::*, wasm_bindgen::JsCast, web_sys};

/// The button and its menu.
#[component]
pub fn Drop(
    /// What is written on the button.
    #[prop(into)]
    label: ViewFn,
    /// What a screen reader calls the menu.
    name: &'static str,
    /// The actions, as buttons or links of class `menu-item`.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Details>::new();
    let close = move || {
        if let Some(node) = node.get_untracked() {
            node.set_open(false);
        }
    };
    let left = move |event: web_sys::FocusEvent| {
        let to = event.related_target().and_then(|to| to.dyn_into::<web_sys::Node>().ok());
        if node.get_untracked().is_some_and(|node| !node.contains(to.as_ref())) {
            close();
        }
    };
    let pressed = move |event: web_sys::KeyboardEvent| {
        if let Some(node) = node.get_untracked().filter(|node| event.key() == "Escape" && node.open()) {
            event.stop_propagation();
            node.set_open(false);
            if let Ok(Some(summary)) = node.query_selector("summary")
                && let Ok(summary) = summary.dyn_into::<web_sys::HtmlElement>()
            {
                _ = summary.focus();
            }
        }
    };
    view! {
        <details class="drop" node_ref=node on:focusout=left on:keydown=pressed>
            <summary class="btn">{label.run()}</summary>
            <div class="menu" role="group" aria-label=name on:click=move |_| close()>
                {children()}
            </div>
        </details>
    }
}
