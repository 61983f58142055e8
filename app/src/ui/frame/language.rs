//! The choice of language. Each is a plain link to the same page in that language, so it works before the page has woken.

use leptos::prelude::*;

use crate::{
    i18n::{LANGUAGES, Language as _, locale, own_name},
    say,
};

/// A link for each language.
#[component]
pub fn LanguageChoice() -> impl IntoView {
    let here = locale();
    let choices = LANGUAGES
        .map(|language| {
            let name = language.as_str();
            view! {
                <a
                    href=format!("/language?to={name}")
                    rel="external nofollow"
                    lang=name
                    hreflang=name
                    aria-current=(language == here).then_some("true")
                >
                    {own_name(language)}
                </a>
            }
        })
        .into_iter()
        .collect_view();
    view! {
        <nav class="seg languages" aria-label=say!(common.me.language)>
            {choices}
        </nav>
    }
}
