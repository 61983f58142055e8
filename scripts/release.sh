#!/usr/bin/env bash
# Builds the one file that is deployed: the server, with the optimised and compressed site inside it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/setup.sh
# shellcheck source=scripts/env.sh
. scripts/env.sh

cargo leptos build --split --release --frontend-only
node scripts/compress.mjs
# Cargo watches the embedded files it knows of and would miss a new one, so it is made to forget the server.
cargo clean --quiet --release -p headhaul
cargo leptos build --release --server-only

size() { printf '%-28s %12s bytes\n' "$1" "$(wc -c <"$2")"; }
echo
for name in headhaul.wasm headhaul.js headhaul.css; do
  size "$name" "target/site/pkg/$name"
  if [ -e "target/site/pkg/$name.br" ]; then size "  as brotli" "target/site/pkg/$name.br"; fi
done
size "server with the site" "$CARGO_TARGET_DIR/release/headhaul"
echo "$CARGO_TARGET_DIR/release/headhaul"
