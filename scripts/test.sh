#!/usr/bin/env bash
# Runs every test, also after one has failed, and closes with one table and the sums.
#   scripts/test.sh [rust] [e2e]
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
scripts/setup.sh --test || exit 1
# shellcheck source=scripts/env.sh
. scripts/env.sh

[ $# -gt 0 ] || set -- rust e2e
for part in "$@"; do
  case $part in rust | e2e) ;; *) die "scripts/test.sh knows the parts rust and e2e, not $part" ;; esac
done

LOGS=$PWD/target/test-logs
rm -rf "$LOGS"
mkdir -p "$LOGS"
PASSED=0
FAILED=0
TABLE=()

# part NAME COUNT COMMAND…: runs the command, and has the function COUNT print its "passed failed skipped".
part() {
  local name=$1 count=$2 start=$SECONDS status=0 result=ok passed=0 failed=0 skipped=0
  shift 2
  printf '\n--- %s\n' "$name"
  "$@" 2>&1 | tee "$LOGS/$name.log" || status=1
  read -r passed failed skipped < <("$count")
  # What broke before its tests could be counted, such as code that does not compile, is one failure too.
  [ $status = 0 ] || [ "$failed" -gt 0 ] || failed=1
  [ "$failed" = 0 ] || { result=FAILED && status=1; }
  PASSED=$((PASSED + passed))
  FAILED=$((FAILED + failed))
  TABLE+=("$(printf '%-8s %-8s %8s %8s %8s %9s' "$name" "$result" "$passed" "$failed" "$skipped" $((SECONDS - start)))")
  return $status
}

count_none() { echo 0 0 0; }

count_rust() {
  awk '/^test result:/ {
    for (i = 2; i <= NF; i++) {
      if ($i ~ /^passed/) passed += $(i - 1)
      if ($i ~ /^failed/) failed += $(i - 1)
      if ($i ~ /^ignored/) skipped += $(i - 1)
    }
  } END { print passed + 0, failed + 0, skipped + 0 }' "$LOGS/rust.log"
}

count_e2e() {
  node -p 'const { stats } = require(process.argv[1]);
    `${stats.expected + stats.flaky} ${stats.unexpected} ${stats.skipped}`' "$LOGS/e2e.json" 2>/dev/null || count_none
}

e2e() {
  local browser
  browser=$(find_chromium)
  if [ -n "$browser" ]; then export CHROMIUM="$browser"; fi
  export HEADHAUL_BIN="$CARGO_TARGET_DIR/debug/headhaul" PLAYWRIGHT_JSON_OUTPUT_FILE="$LOGS/e2e.json"
  scripts/servers.sh bash -c 'cd end2end && playwright test --reporter=list,json'
}

# The browser tests need the site and the server as files; without them there is nothing that they could test.
BUILT=yes
if [[ " $* " == *" e2e "* ]]; then part build count_none cargo leptos build --split || BUILT=no; fi
if [[ " $* " == *" rust "* ]]; then part rust count_rust scripts/servers.sh cargo test --workspace --no-fail-fast; fi
if [[ " $* " == *" e2e "* ]] && [ $BUILT = yes ]; then part e2e count_e2e e2e; fi

printf '\n%-8s %-8s %8s %8s %8s %9s\n' part result passed failed skipped seconds
printf '%s\n' "${TABLE[@]}" "logs: target/test-logs" ""
echo "$PASSED passed, $FAILED failed" | tee "$LOGS/summary"
[ "$FAILED" = 0 ]
