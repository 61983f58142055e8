#!/usr/bin/env bash
# Measures the live plane beside the standard's stack on Node, each server on core 0 and the load on core 1. Nothing else
# should run on the machine meanwhile.
#   scripts/bench.sh [OPTION…]     `scripts/bench.sh --help` names them
set -euo pipefail
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

[ "$(nproc)" -ge 2 ] || die "the server and the load need a core each"
ulimit -n "$(ulimit -Hn)"
(cd end2end/peer && npm ci --silent)
cargo bench --no-run --bench live
DURABLE=yes exec scripts/servers.sh taskset -c 1 cargo bench --bench live -- "$@"
