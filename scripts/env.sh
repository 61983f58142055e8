# shellcheck shell=bash
# Sourced by every script, so that all of them work in the same folder with the same compiler, flags and tools.
# A script that gets along without a compiler sets COMPILER=optional first.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
# shellcheck source=scripts/versions.sh
. scripts/versions.sh

die() {
  printf '%s\n' "$*" >&2
  exit 1
}

# The tools and the compiled dependencies live outside the clone: the next clone finds them ready.
export HEADHAUL_CACHE="${HEADHAUL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/headhaul}"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HEADHAUL_CACHE/target}"
case $CARGO_TARGET_DIR in /*) ;; *) CARGO_TARGET_DIR=$PWD/$CARGO_TARGET_DIR ;; esac
# The server embeds the site's folder, and does not compile where that is absent.
mkdir -p "$HEADHAUL_CACHE" "$CARGO_TARGET_DIR" target/site

# Leptos reads this name while it is compiled. cargo-leptos sets it, so plain cargo has to as well, or each of the two
# would recompile what the other one built.
export LEPTOS_OUTPUT_NAME=headhaul
# These would replace the flags of .cargo/config.toml, and every dependency would be compiled once more.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS

# source_files: everything that a build reads, each name closed by a zero byte; also where there is no git, as in a
# container's copy.
source_files() {
  git ls-files -z --cached --others --exclude-standard -- . ':!end2end' ':!*.md' 2>/dev/null ||
    find . \( -name target -o -name node_modules -o -name data -o -name end2end \) -prune -o -type f -print0
}

# Cargo tells two clones' packages apart by nothing but their files' times, so one clone could be handed the other's
# build. Files that are newer than any build prevent that.
if [ "$(cat "$CARGO_TARGET_DIR/.clone" 2>/dev/null)" != "$PWD" ]; then
  source_files | xargs -0 touch -c
  printf '%s\n' "$PWD" >"$CARGO_TARGET_DIR/.clone"
fi

# new_enough RUSTC: whether this compiler is at least the version that is asked for.
new_enough() {
  local version
  version=$("$@" --version 2>/dev/null | cut -d ' ' -f 2) || return 1
  [ "$(printf '%s\n' "$RUST_VERSION" "$version" | sort -V | head -n 1)" = "$RUST_VERSION" ]
}

# builds_wasm RUSTC: whether this compiler is new enough and can build for the browser.
builds_wasm() {
  local std
  new_enough "$@" || return 1
  std=$("$@" --print sysroot)/lib/rustlib/wasm32-unknown-unknown
  compgen -G "$std/lib/libstd-*.rlib" >/dev/null || return 1
  # A standard library that setup.sh built carries a stamp, because it fits only the compiler that built it.
  [ ! -e "$std/.built-by" ] || [ "$(cat "$std/.built-by")" = "$("$@" -vV)" ]
}

# choose_compiler: the one in use if it will do, else the one setup.sh installed by rustup, else Debian's.
choose_compiler() {
  local toolchains=${RUSTUP_HOME:-$HOME/.rustup}/toolchains
  if builds_wasm rustc; then
    return
  elif compgen -G "$toolchains/$RUST_VERSION-*" >/dev/null && builds_wasm rustc "+$RUST_VERSION"; then
    export RUSTUP_TOOLCHAIN=$RUST_VERSION
  elif builds_wasm /usr/bin/rustc && ! command -v rustup >/dev/null; then
    PATH=/usr/bin:$PATH
  elif builds_wasm /usr/bin/rustc && [ -e "$toolchains/debian" ]; then
    export RUSTUP_TOOLCHAIN=debian
  else
    return 1
  fi
}
if choose_compiler; then
  COMPILER=found
elif [ "${COMPILER:-}" != optional ]; then
  die "No Rust compiler that builds for the browser was found. scripts/setup.sh installs one."
fi

# cargo-leptos takes the first tool of each name on PATH and downloads none that it finds.
export PATH="$HEADHAUL_CACHE/tools/bin:$PWD/node_modules/.bin:$PATH"

# postgres_bin: the folder of the newest PostgreSQL server. Debian keeps the server's programs off PATH.
postgres_bin() {
  local found
  found=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1)
  found=${found:-$(command -v initdb)} && dirname "$found"
}

# find_chromium: the browser of the end-to-end tests; empty means the one Playwright manages itself.
find_chromium() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && command -v "$name"; then return; fi
  done
}
