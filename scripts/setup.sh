#!/usr/bin/env bash
# Installs whatever is missing to build and run, and with --test what the tests need besides. Does nothing when nothing
# is missing, and goes on where it was interrupted.
#   scripts/setup.sh [--test]
set -euo pipefail
COMPILER=optional
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

WORK=$(mktemp -d)
GUARD=/usr/sbin/policy-rc.d
STEP=
cleanup() {
  [ -z "$STEP" ] || echo "setup: $STEP failed" >&2
  rm -rf "$WORK"
  [ ! -e "$HEADHAUL_CACHE/policy-rc.d" ] || { as_root rm -f "$GUARD" && rm -f "$HEADHAUL_CACHE/policy-rc.d"; }
}
trap cleanup EXIT
# Two setups at once would install the same tools into the same folder.
exec 9>"$HEADHAUL_CACHE/lock"
if command -v flock >/dev/null && ! flock -n 9; then
  echo "setup: waiting for another setup to finish"
  flock 9
fi

# step NAME TIME COMMAND…: says what takes time before it takes it.
step() {
  local start=$SECONDS
  STEP=$1
  echo "setup: $STEP (usually $2)"
  shift 2
  "$@"
  echo "setup: $STEP done in $((SECONDS - start)) s"
  STEP=
}

has() { command -v "$1" >/dev/null; }
on_debian() { has apt-get && grep -q '^ID=debian' /etc/os-release; }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif has sudo; then
    sudo "$@"
  else
    die "setup: root is needed for: $*"
  fi
}

# apt_install PACKAGE…: keeps the packages' services from starting; the tests start private ones.
apt_install() {
  [ "$(id -u)" = 0 ] || has sudo || die "setup: only root can do this: apt-get install $*"
  if [ ! -e "$WORK/apt-updated" ]; then
    as_root apt-get update -qq
    touch "$WORK/apt-updated"
  fi
  if [ ! -e "$GUARD" ]; then
    touch "$HEADHAUL_CACHE/policy-rc.d"
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$GUARD" >/dev/null
    as_root chmod 755 "$GUARD"
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >"$WORK/apt.log" 2>&1 9>&- || {
    cat "$WORK/apt.log"
    return 1
  }
}

rustup_compiler() {
  # A machine may have rustup and yet be unable to reach its downloads, so neither try may take long.
  if new_enough rustc; then timeout 60 rustup target add wasm32-unknown-unknown && choose_compiler && return; fi
  timeout 300 rustup toolchain install "$RUST_VERSION" --profile minimal --no-self-update \
    -c clippy -c rustfmt -t wasm32-unknown-unknown && choose_compiler
}

# Debian's compiler for building browsers is new enough, but no package holds its standard library for the browser.
debian_compiler() {
  apt_install gcc libc6-dev rustc-web cargo-web rust-web-src rust-web-llvm rust-web-clippy rustfmt-web
  # Its rust-lld is a link to a linker that none of these packages brings.
  [ -e /usr/bin/rust-lld ] || apt_install "$(basename "$(readlink /usr/bin/rust-lld)")"
  if has rustup; then rustup toolchain link debian /usr; fi
  choose_compiler || wasm_std
}

# Builds the standard library for the browser with Debian's compiler and puts it into that compiler's folder.
wasm_std() {
  local target=wasm32-unknown-unknown lib
  lib=$(/usr/bin/rustc --print sysroot)/lib/rustlib/$target
  mkdir -p "$WORK/std/src" "$WORK/new/lib"
  printf '#![no_std]\n' >"$WORK/std/src/lib.rs"
  printf '[package]\nname = "seed"\nedition = "2024"\n[profile.release]\ncodegen-units = 1\n[workspace]\n' >"$WORK/std/Cargo.toml"
  # Bitcode stays in the libraries, since the release build optimises across all crates.
  (cd "$WORK/std" && env -u RUSTUP_TOOLCHAIN RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$WORK/std/target" \
    RUSTFLAGS="-Cembed-bitcode=yes -Zunstable-options -Zforce-unstable-if-unmarked" \
    /usr/bin/cargo build --quiet --release -Zbuild-std=std,panic_abort,test,proc_macro --target $target)
  cp "$WORK/std/target/$target/release/deps/"*.rlib "$WORK/new/lib/"
  rm -f "$WORK/new/lib/"libseed-*.rlib
  /usr/bin/rustc -vV >"$WORK/new/.built-by"
  as_root rm -rf "$lib.new" "$lib"
  as_root cp -r "$WORK/new" "$lib.new"
  as_root mv "$lib.new" "$lib"
}

compiler() {
  if has rustup && rustup_compiler; then return; fi
  on_debian || die "setup: install Rust $RUST_VERSION or newer with the target wasm32-unknown-unknown"
  debian_compiler
  choose_compiler
}

# cargo_install CRATE VERSION [ARGUMENT…]: with little optimisation, which makes the tools themselves far quicker to
# build. What an interrupted build left is kept and used by the next try.
cargo_install() {
  local crate=$1 version=$2
  shift 2
  (cd "$HEADHAUL_CACHE" && CARGO_TARGET_DIR=$HEADHAUL_CACHE/tools/build CARGO_PROFILE_RELEASE_DEBUG=0 \
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 \
    cargo install --quiet --force --root "$HEADHAUL_CACHE/tools" "$crate" --version "$version" "$@")
  rm -rf "$HEADHAUL_CACHE/tools/build"
}

# A registry that hangs up once is asked again.
npm_ci() {
  local try
  for try in 1 2 3; do
    if PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --loglevel=error; then
      printf '%s\n' "$LOCK" >node_modules/.lock-hash
      return
    fi
    [ "$try" = 3 ] || { echo "setup: npm failed, trying again" && sleep $((try * 10)); }
  done
  return 1
}

playwright_has_browser() {
  node -e 'process.exit(require("fs").existsSync(require("playwright-core").chromium.executablePath()) ? 0 : 1)'
}

if ! has node || ! has npm; then die "setup: install Node.js 20 or newer, with npm"; fi
[ "$COMPILER" = found ] || step "a Rust compiler for the browser" "1 to 3 min" compiler

[ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $WASM_BINDGEN_VERSION" ] ||
  # Not --locked: the lock it was published with names a crate version that has been withdrawn.
  step "wasm-bindgen $WASM_BINDGEN_VERSION" "4 min" \
    cargo_install wasm-bindgen-cli "$WASM_BINDGEN_VERSION" --bin wasm-bindgen
[ "$(cargo-leptos --version 2>/dev/null)" = "cargo-leptos $CARGO_LEPTOS_VERSION" ] ||
  step "cargo-leptos $CARGO_LEPTOS_VERSION" "7 min" \
    cargo_install cargo-leptos "$CARGO_LEPTOS_VERSION" --locked --features no_downloads

LOCK=$(git hash-object package.json package-lock.json)
[ "$(cat node_modules/.lock-hash 2>/dev/null)" = "$LOCK" ] || step "the npm packages" "10 s" npm_ci
node scripts/vendor.mjs

if [ "${1:-}" = --test ]; then
  missing=()
  postgres_bin >/dev/null || missing+=(postgresql)
  has redis-server || missing+=(redis-server)
  [ -n "$(find_chromium)" ] || ! on_debian || missing+=(chromium)
  if [ ${#missing[@]} -gt 0 ]; then
    has apt-get || die "setup: install what the tests need: ${missing[*]}"
    step "${missing[*]}" "1 min" apt_install "${missing[@]}"
  fi
  [ -n "$(find_chromium)" ] || playwright_has_browser || step "Chromium" "1 min" npx playwright install chromium
fi
