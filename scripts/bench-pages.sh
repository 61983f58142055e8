#!/usr/bin/env bash
# Measures a release build with 500 loads: first byte and whole page on the server's side, start, memory, what a first
# visit loads, and how soon one person's change is painted for another. It prints figures and judges none of them.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
BIN=${HEADHAUL_BIN:-$CARGO_TARGET_DIR/release/headhaul}
[ -x "$BIN" ] || die "build it first: make release"
WORK=$(mktemp -d)
URL=http://127.0.0.1:3987
SERVER=
trap '[ -z "$SERVER" ] || kill "$SERVER" 2>/dev/null; rm -rf "$WORK"' EXIT
serve() { RUST_LOG=warn "$BIN" serve --demo --simulator off --demo-loads 440 --listen 127.0.0.1:3987 --data-dir "$WORK" & SERVER=$!; }
wait_for_answer() { until curl -sf "$URL/health/live" >/dev/null; do :; done; }
serve
wait_for_answer
kill "$SERVER" && wait "$SERVER" 2>/dev/null || true
START=$(date +%s%N)
serve
wait_for_answer
echo "start to first answer: $((($(date +%s%N) - START) / 1000000)) ms"
sleep 2
echo "memory at rest: $(($(awk '/VmRSS/ {print $2}' "/proc/$SERVER/status") / 1024)) MB"
curl -s -c "$WORK/jar" -o /dev/null -H 'content-type: application/json' \
  -d '{"email":"dispatch1@blueridge.demo","password":"demo-password"}' "$URL/api/v1/auth/login"
# The two percentiles are taken each of its own order: the slowest first byte need not belong to the slowest page.
percentile() { sort -n | awk '{ all[NR] = $1 } END { printf "%.1f", all[int((NR * 95 + 99) / 100)] * 1000 }'; }
for page in loads?size=500 dispatch tracking; do
  for _ in $(seq 60); do
    curl -s -b "$WORK/jar" --compressed -o /dev/null -w '%{time_starttransfer} %{time_total} %{size_download}\n' "$URL/$page"
  done >"$WORK/times"
  printf '%-16s first byte p95 %s ms, whole page p95 %s ms, %s bytes\n' "$page" \
    "$(cut -d ' ' -f 1 "$WORK/times" | percentile)" "$(cut -d ' ' -f 2 "$WORK/times" | percentile)" \
    "$(tail -n 1 "$WORK/times" | cut -d ' ' -f 3)"
done
for name in headhaul.wasm headhaul.js headhaul.css; do
  if [ -e "target/site/pkg/$name.br" ]; then printf '%8d %s as brotli\n' "$(wc -c <"target/site/pkg/$name.br")" "$name"; fi
done
CHROMIUM=$(find_chromium) node scripts/bench-live.mjs "$URL"
echo "memory after that: $(($(awk '/VmRSS/ {print $2}' "/proc/$SERVER/status") / 1024)) MB"
