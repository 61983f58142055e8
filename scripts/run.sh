#!/usr/bin/env bash
# Builds what has changed and starts the demo. RELEASE=1 takes the optimised build; arguments go to the server.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if (exec 3<>/dev/tcp/127.0.0.1/3000) 2>/dev/null; then
  echo "Port 3000 of 127.0.0.1 is taken by another program, perhaps by a Headhaul that still runs. Stop that one first." >&2
  exit 1
fi

scripts/setup.sh
# shellcheck source=scripts/env.sh
. scripts/env.sh
PROFILE=debug
if [ "${RELEASE:-}" = 1 ]; then PROFILE=release; fi
SERVER=$CARGO_TARGET_DIR/$PROFILE/headhaul
STAMP=target/built-$PROFILE

# What a build reads, and what it wrote: other clones build into the same folder, the other profile the same site.
facts() {
  node -e 'const { readFileSync, statSync } = require("fs");
    for (const path of readFileSync(0, "utf8").split("\0")) {
      const file = statSync(path, { throwIfNoEntry: false });
      console.log(path, file?.size, file?.mtimeMs);
    }' | cksum
}
sources() { source_files | facts; }
results() { printf '%s\0' "$SERVER" target/site/pkg/headhaul.wasm | facts; }

SOURCES=$(sources)
if [ ! -x "$SERVER" ] || [ "$(cat "$STAMP" 2>/dev/null)" != "$SOURCES $(results)" ]; then
  if [ $PROFILE = release ]; then
    scripts/release.sh
  else
    echo "Building; the very first build takes about 15 minutes."
    cargo leptos build --split
  fi
  echo "$SOURCES $(results)" >"$STAMP"
fi

cat <<'NOTE'

  Headhaul is starting on http://127.0.0.1:3000
  Sign in as dispatch1@blueridge.demo with the password demo-password. Ctrl-C stops it.

NOTE
exec "$SERVER" serve --demo --data-dir ./data "$@"
