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
    let open = move || node.get_untracked().filter(web_sys::HtmlDetailsElement::open);
    // Whoever used the menu is back at its button, so that a dialog knows where to lead back to.
    let done = move || {
        if let Some(node) = open() {
            node.set_open(false);
            if let Ok(Some(button)) = node.query_selector("summary")
                && let Ok(button) = button.dyn_into::<web_sys::HtmlElement>()
            {
                _ = button.focus();
            }
        }
    };
    let left = move |event: web_sys::FocusEvent| {
        let to = event.related_target().and_then(|to| to.dyn_into::<web_sys::Node>().ok());
        if let Some(node) = open().filter(|node| !node.contains(to.as_ref())) {
            node.set_open(false);
        }
    };
    let pressed = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape" {
            done();
        }
    };
    view! {
        <details class="drop" node_ref=node on:focusout=left on:keydown=pressed>
            <summary class="btn">{label.run()}</summary>
            <div class="menu" role="group" aria-label=name on:click=move |_| done()>
                {children()}
            </div>
        </details>
    }
}
