#!/usr/bin/env bash
# Every check that runs nothing of the application. All of them run, also after one has failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
scripts/setup.sh || exit 1
# shellcheck source=scripts/env.sh
. scripts/env.sh

FAILED=()
check() {
  local name=$1 start=$SECONDS
  shift
  if "$@"; then
    echo "ok      $name ($((SECONDS - start)) s)"
  else
    echo "FAILED  $name ($((SECONDS - start)) s)"
    FAILED+=("$name")
  fi
}

lock_current() { cargo metadata --locked --format-version 1 >/dev/null; }

# The crate and the tool share one private format; a difference shows only as a page that does not start.
bindgen_versions() {
  local crate
  crate=$(cargo tree --locked -p app --target wasm32-unknown-unknown --features hydrate --prefix none |
    sed -n 's/^wasm-bindgen v\([^ ]*\).*/\1/p' | sort -u)
  [ "$crate" = "$WASM_BINDGEN_VERSION" ] && [ "$(wasm-bindgen --version)" = "wasm-bindgen $WASM_BINDGEN_VERSION" ] ||
    { echo "Cargo.lock: $crate, tool: $(wasm-bindgen --version), scripts/versions.sh: $WASM_BINDGEN_VERSION" && return 1; }
}

# Nothing that only a server needs may get into the browser's code.
browser_purity() {
  local tree
  tree=$(cargo tree --locked -p app --target wasm32-unknown-unknown --no-default-features --features hydrate \
    -e normal --prefix none) || return 1
  ! grep -E '^(argon2|axum|headhaul|hyper|jsonwebtoken|redis|reqwest|socketioxide|sqlx|tokio|tower-http) ' <<<"$tree"
}

scripts_parse() {
  local file status=0
  for file in scripts/*.sh .ci/run; do bash -n "$file" || status=1; done
  if command -v shellcheck >/dev/null; then shellcheck -x -S warning scripts/*.sh .ci/run || status=1; fi
  return $status
}

# The flags come after the dashes and not from the environment, where they would make cargo rebuild every dependency.
PACKAGES=(-p headhaul -p app -p contract)
check "scripts" scripts_parse
check "format" cargo fmt --all --check
check "lock" lock_current
check "wasm-bindgen versions" bindgen_versions
check "browser purity" browser_purity
check "clippy, server" cargo clippy --quiet "${PACKAGES[@]}" --all-targets -- -D warnings
# cargo-leptos builds the browser's code in this folder, profile and flags, so what it compiled is shared: without the
# flags that it adds for splitting, each would compile every dependency anew after the other.
RUSTFLAGS="--cfg erase_components -Clink-args=--emit-relocs" check "clippy, browser" cargo clippy --quiet -p app --lib --target wasm32-unknown-unknown --no-default-features \
  --features hydrate --profile wasm-dev --target-dir "$CARGO_TARGET_DIR/front" -- -D warnings
RUSTDOCFLAGS="-D warnings" check "documentation" cargo doc --quiet --no-deps "${PACKAGES[@]}"

[ ${#FAILED[@]} = 0 ] || die "lint failed: $(printf '%s; ' "${FAILED[@]}")"
