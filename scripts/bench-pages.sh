#!/usr/bin/env bash
# Measures the pages of a release build with 500 loads: first byte, whole page, start, memory, and what a first visit
# loads. It prints figures and judges none of them.
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
for page in loads?size=500 dispatch tracking; do
  for _ in $(seq 60); do
    curl -s -b "$WORK/jar" --compressed -o /dev/null -w '%{time_starttransfer} %{time_total} %{size_download}\n' "$URL/$page"
  done | sort -n >"$WORK/times"
  awk -v page="$page" '{ first[NR] = $1; whole[NR] = $2; size = $3 }
    END { n = asort(whole); p = int(NR * 0.95); printf "%-16s first byte p95 %.1f ms, whole page p95 %.1f ms, %d bytes\n", page, first[p] * 1000, whole[p] * 1000, size }' "$WORK/times" 2>/dev/null ||
    awk -v page="$page" '{ first[NR] = $1; whole[NR] = $2; size = $3 } END { p = int(NR * 0.95); printf "%-16s first byte p95 %.1f ms, whole page p95 (by first byte) %.1f ms, %d bytes\n", page, first[p] * 1000, whole[p] * 1000, size }' "$WORK/times"
done
curl -s -b "$WORK/jar" "$URL/dispatch" | grep -oE '/(pkg|vendor)/[^"'"'"' ]+' | sort -u >"$WORK/files"
printf '%s\n' /vendor/socket.io-4.8.4.esm.min.js /icons.svg >>"$WORK/files"
sort -u "$WORK/files" | while read -r file; do
  printf '%8d %s\n' "$(curl -s -H 'accept-encoding: br' -o /dev/null -w '%{size_download}' "$URL$file")" "${file##*/}"
done | tee "$WORK/sizes"
awk '{ sum += $1 } END { print sum " bytes on a first visit, beside the page itself" }' "$WORK/sizes"
