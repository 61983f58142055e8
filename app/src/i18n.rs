//! Every text that a user reads, by key; the texts themselves are in `locales/`, one file for each room.

mod texts {
    #![expect(unused_qualifications, clippy::pedantic, reason = "generated from locales/")]
    include!(concat!(env!("OUT_DIR"), "/i18n/mod.rs"));
}

pub use leptos_i18n::Locale as Language;
pub use texts::i18n::*;

/// The language of this page. It is fixed while the page lives; another one is another page.
#[cfg(not(feature = "hydrate"))]
pub fn locale() -> Locale {
    leptos::prelude::use_context::<Locale>().unwrap_or_default()
}

/// The language of this page, as its document says. It is fixed while the page lives; another one is another page.
#[cfg(feature = "hydrate")]
pub fn locale() -> Locale {
    thread_local! {
        static SHOWN: Locale = leptos::prelude::document()
            .document_element()
            .and_then(|root| root.get_attribute("lang"))
            .and_then(|name| LANGUAGES.into_iter().find(|locale| locale.as_str() == name))
            .unwrap_or_default();
    }
    SHOWN.with(|shown| *shown)
}

/// The languages there are.
pub const LANGUAGES: [Locale; 2] = [Locale::en, Locale::es];

/// What a language calls itself.
pub const fn own_name(language: Locale) -> &'static str {
    match language {
        Locale::en => "English",
        Locale::es => "Español",
    }
}

/// A text in the page's language: `say!(loads.title)`, with values `say!(loads.count, count = 3)`.
#[macro_export]
macro_rules! say {
    ($($key:tt)*) => {{
        use $crate::i18n::*;
        td_string!($crate::i18n::locale(), $($key)*)
    }};
}
