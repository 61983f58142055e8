#!/usr/bin/env bash
# Runs one of the proofs of the live plane at full size, on an optimised build. `make test` runs the same ones, small.
#   scripts/proof.sh loss|crash|slow|storm|model|redis
# Whatever is set in the environment stays: PROOF_READERS=200 scripts/proof.sh loss
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

# Many sockets: as many files as the system lets this have.
ulimit -n "$(ulimit -Hn)"

size() {
  local setting
  for setting in "$@"; do
    [ -n "$(printenv "PROOF_${setting%%=*}")" ] || export "PROOF_$setting"
  done
}

# Whoever waits for hours waits in vain.
size LONGEST_S=14400
case ${1:-} in
  loss)
    size READERS=1000 CHANGES=5000 SECONDS=120 LONGEST_CUT_MS=5000
    (cd end2end/peer && npm ci --silent)
    TESTS=(loss:: --include-ignored)
    ;;
  crash)
    size ROUNDS=100 READERS=60 BACK_MS=2000 EVEN_MS=5000
    TESTS=(again_and_again_is_soon_back everything_that_was_acknowledged)
    ;;
  slow)
    size READERS=2000 CHANGES=500 BLUR_MS=2 KIB_EACH=64
    TESTS=(stalled::)
    ;;
  storm)
    size READERS=5000 BACK_MS=5000
    TESTS=(storm::)
    ;;
  model)
    size CASES=5000
    TESTS=(model::)
    ;;
  redis)
    size ROUNDS=50
    TESTS=(outage::)
    ;;
  *) die "usage: scripts/proof.sh loss|crash|slow|storm|model|redis" ;;
esac
CI=1 exec scripts/servers.sh cargo test --release --test integration -- --nocapture --test-threads=1 "${TESTS[@]}"
