//! Every text that a user reads, by key; the texts themselves are in `locales/`, one file for each room.

mod texts {
    #![expect(unused_qualifications, clippy::pedantic, reason = "generated from locales/")]
    include!(concat!(env!("OUT_DIR"), "/i18n/mod.rs"));
}

use leptos::prelude::use_context;
pub use texts::i18n::*;

/// The language of this page. It is fixed while the page lives; another one is another page.
pub fn locale() -> Locale {
    use_context::<Locale>().unwrap_or_default()
}

/// A text in the page's language: `say!(loads.title)`, with values `say!(loads.count, count = 3)`.
#[macro_export]
macro_rules! say {
    ($($key:tt)*) => {{
        use $crate::i18n::*;
        td_string!($crate::i18n::locale(), $($key)*)
    }};
}
