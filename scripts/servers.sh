#!/usr/bin/env bash
# Runs a command beside a PostgreSQL and a Redis of its own, and leaves neither of them behind.
#   scripts/servers.sh COMMAND [ARGUMENT…]        with DURABLE=1 PostgreSQL flushes to disk as it does in earnest
set -euo pipefail
COMPILER=optional
# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"
[ $# -gt 0 ] || die "usage: scripts/servers.sh COMMAND [ARGUMENT…]"

WORK=$(mktemp -d "${TMPDIR:-/tmp}/headhaul-servers.XXXXXX")
POSTGRES=
REDIS=
GROUP=
stop() {
  trap '' INT TERM HUP
  if [ -n "$GROUP" ]; then kill -TERM -- "-$GROUP" 2>/dev/null || true; fi
  # PostgreSQL is told to drop everything: nobody will read its files again.
  if [ -n "$POSTGRES" ]; then kill -QUIT "$POSTGRES" 2>/dev/null || true; fi
  if [ -n "$REDIS" ]; then kill -TERM "$REDIS" 2>/dev/null || true; fi
  wait
  rm -rf "$WORK"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# wait_for NAME PROCESS COMMAND…: until the command succeeds, for up to 30 s.
wait_for() {
  local name=$1 process=$2 tries=150
  shift 2
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    if [ $tries = 0 ] || ! kill -0 "$process" 2>/dev/null; then
      cat "$WORK/$name.log" >&2
      die "servers: $name did not start"
    fi
    sleep 0.2
  done
}

# The two ports are held together until both are known, or the second could be the first again.
read -r PG_PORT REDIS_PORT < <(node -e '
  const servers = [0, 0].map(() => require("net").createServer().listen(0, "127.0.0.1"));
  setTimeout(() => {
    console.log(servers.map((server) => server.address().port).join(" "));
    servers.forEach((server) => server.close());
  }, 20);')

# PostgreSQL refuses to run as root, so root hands it to the user that Debian's package made for it.
BIN=$(postgres_bin) || die "servers: no PostgreSQL server is installed; scripts/setup.sh --test installs one"
AS=()
chmod 711 "$WORK"
mkdir "$WORK/pg"
if [ "$(id -u)" = 0 ]; then
  AS=(setpriv --reuid=postgres --regid=postgres --init-groups)
  chown postgres "$WORK/pg"
fi
"${AS[@]}" "$BIN/initdb" -D "$WORK/pg/data" -U postgres --auth=trust --encoding=UTF8 --locale=C --no-sync \
  >"$WORK/initdb.log" 2>&1 || { cat "$WORK/initdb.log" >&2 && die "servers: initdb failed"; }
# Tests lose nothing that anybody would miss; whoever measures wants it to keep what it acknowledges.
HASTE=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
if [ -n "${DURABLE:-}" ]; then HASTE=(); fi
"${AS[@]}" "$BIN/postgres" -D "$WORK/pg/data" -h 127.0.0.1 -p "$PG_PORT" -k "$WORK/pg" -c max_connections=300 \
  "${HASTE[@]}" >"$WORK/postgres.log" 2>&1 </dev/null &
POSTGRES=$!
wait_for postgres $POSTGRES "$BIN/pg_isready" -q -h 127.0.0.1 -p "$PG_PORT"

redis-server --bind 127.0.0.1 --port "$REDIS_PORT" --dir "$WORK" --save '' --appendonly no >"$WORK/redis.log" 2>&1 </dev/null &
REDIS=$!
wait_for redis $REDIS redis-cli -p "$REDIS_PORT" ping

export TEST_DATABASE_URL="postgres://postgres@127.0.0.1:$PG_PORT/postgres"
export TEST_REDIS_URL="redis://127.0.0.1:$REDIS_PORT/?protocol=resp3"

STATUS=0
if [ -t 0 ]; then
  # At a terminal Ctrl-C reaches the command by itself, and the command may want to read.
  "$@" || STATUS=$?
else
  # In a group of its own the command can be stopped with everything it started, at once.
  set -m
  "$@" <&0 &
  GROUP=$!
  set +m
  wait "$GROUP" || STATUS=$?
  GROUP=
fi
exit "$STATUS"
