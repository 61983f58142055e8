# shellcheck shell=bash disable=SC2034
# The one place that names the versions of the build tools. Everything else is pinned by Cargo.lock and package-lock.json.

# The oldest compiler that builds cargo-leptos and the application, and the one that setup.sh installs where rustup can.
RUST_VERSION=1.96.0

CARGO_LEPTOS_VERSION=0.3.11

# The tool and the crate write and read one private format, so this must equal the pin in Cargo.toml; lint.sh compares.
WASM_BINDGEN_VERSION=0.2.130
