//! Turns the translations in `locales/` into code, so that a missing key or value stops the build.

use std::{env, error::Error, path::PathBuf};

use leptos_i18n_build::{Config, ParseOptions, TranslationsInfos};

/// One file for each room of the application.
const NAMESPACES: [&str; 12] = [
    "common",
    "accounts",
    "loads",
    "board",
    "tracking",
    "carriers",
    "check_calls",
    "kpis",
    "notices",
    "messages",
    "people",
    "links",
];

fn main() -> Result<(), Box<dyn Error>> {
    // Texts with values are wanted as text too, for titles, labels and notices.
    let config = NAMESPACES.into_iter().try_fold(Config::new("en")?.add_locale("es")?, Config::add_namespace)?;
    let config = config.parse_options(ParseOptions::new().interpolate_display(true));
    let translations = TranslationsInfos::parse(config)?;
    translations.emit_diagnostics();
    translations.rerun_if_locales_changed();
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    translations.generate_i18n_module(out.join("i18n"))?;
    Ok(())
}
