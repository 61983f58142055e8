//! The HTML around every page.

use std::{collections::BTreeMap, sync::Arc};

use leptos::{config::LeptosOptions, prelude::*};
use leptos_meta::MetaTags;
use leptos_router::location::RequestUrl;

use crate::{
    i18n::{Language as _, locale},
    pages::Visitor,
    parts::Part,
    ui::frame::theme::EARLY,
};

/// Where the site's files are, each under an address that changes with its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    /// The style sheet.
    pub css: String,
    /// The script that starts the page.
    pub js: String,
    /// The compiled page.
    pub wasm: String,
    /// The files of each of its parts, by the part's name.
    pub parts: Arc<BTreeMap<String, Vec<String>>>,
}

impl Assets {
    /// What the page at an address needs besides, so that the browser can fetch everything at once.
    fn besides(&self, address: &str) -> &[String] {
        if use_context::<Visitor>().is_none_or(|visitor| visitor.refused) {
            return &[];
        }
        let path = address.split(['?', '#']).next().unwrap_or_default();
        Part::of(path).and_then(|part| self.parts.get(part.name())).map_or(&[], Vec::as_slice)
    }
}

/// The document: the browser gets the styles and starts fetching the compiled page at once.
pub fn shell(options: LeptosOptions, assets: &Assets) -> impl IntoView + use<> {
    let address = use_context::<RequestUrl>().unwrap_or_default();
    let besides: Vec<_> = assets
        .besides(address.as_ref())
        .iter()
        .map(|part| view! { <link rel="preload" href=part.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous" /> })
        .collect();
    let Assets { css, js, wasm, .. } = assets.clone();
    let boot = format!("import init,{{hydrate}} from '{js}';init({{module_or_path:'{wasm}'}}).then(hydrate)");
    view! {
        <!DOCTYPE html>
        <html lang=locale().as_str()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <script>{EARLY}</script>
                <link rel="preload" href="/vendor/inter.woff2" r#as="font" r#type="font/woff2" crossorigin="anonymous" />
                <link rel="stylesheet" href=css />
                <link rel="icon" href="/icon.svg" r#type="image/svg+xml" />
                <link rel="modulepreload" href=js />
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
                {besides}
                <script r#type="module">{boot}</script>
                <AutoReload options />
                <MetaTags />
            </head>
            <body>
                <crate::App />
            </body>
        </html>
    }
}
