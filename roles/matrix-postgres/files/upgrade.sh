#!/bin/bash
# Brings a data directory to another major release: dumps it with the old one, fills a new directory with the new one,
# compares, and only then lets the new one take its place. The old one stays beside it.
#
#   upgrade.sh OLD_IMAGE NEW_IMAGE DATA UID:GID INITDB_ARGUMENTS
#
# Cut off at any point, it is begun again by the next call. Where DATA is gone then and DATA.upgraded is there, the role
# takes the last step.
set -euo pipefail
old_image=$1 new_image=$2 data=$3 owner=$4 initdb_arguments=$5
work=$data.upgrade

# serve IMAGE DATA: starts a server that nobody but the scripts below can reach.
serve() {
  docker run --detach --name "$server" --log-driver=json-file --pull=never --network=none --user="$owner" --cap-drop=ALL \
    --security-opt=no-new-privileges --read-only --tmpfs=/tmp --tmpfs=/run/postgresql:mode=1777 --shm-size=256m \
    --mount="type=bind,source=$2,target=/data" --mount="type=bind,source=$work,target=/work" --env=PGDATA=/data \
    --env=POSTGRES_HOST_AUTH_METHOD=trust --env="POSTGRES_INITDB_ARGS=$initdb_arguments" \
    "$1" postgres -c listen_addresses= -c unix_socket_directories=/run/postgresql -c hba_file=/work/pg_hba.conf >/dev/null
  local tries=3000
  # The server that prepares a new directory answers, too, and is gone again when the first process is `postgres` itself.
  until docker exec "$server" sh -c 'grep -qx postgres /proc/1/comm && pg_isready -q -U postgres' 2>/dev/null; do
    if [[ $(docker inspect --format='{{.State.Running}}' "$server") != true ]] || ((tries-- == 0)); then
      docker logs --tail=20 "$server" >&2
      echo "the server of $1 does not come up" >&2
      return 1
    fi
    sleep 0.2
  done
}

stop() { docker stop --time 300 "$server" >/dev/null 2>&1 || true; docker rm --force "$server" >/dev/null 2>&1 || true; }

sql() { docker exec --interactive "$server" psql --no-psqlrc --quiet --no-align --tuples-only --username=postgres "$@"; }

# Every database, and how many rows each of its tables has.
rows() {
  local database
  for database in $(sql --command='SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1'); do
    sql --dbname="$database" <<'SQL' | sed "s/^/$database|/"
SELECT format('SELECT %L, count(*) FROM %I.%I', schemaname || '.' || tablename, schemaname, tablename) FROM pg_tables
  WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY schemaname, tablename
\gexec
SQL
  done
}

dump() {
  serve "$old_image" "$data"
  rows >"$work/rows-before"
  # The superuser is there in every new directory.
  docker exec "$server" pg_dumpall --username=postgres | sed '/^CREATE ROLE postgres;$/d' | gzip >"$work/dump.sql.gz"
  stop
}

fill() {
  mkdir "$work/data"
  chown "$owner" "$work/data"
  serve "$new_image" "$work/data"
  zcat "$work/dump.sql.gz" | sql --set=ON_ERROR_STOP=1 --output=/dev/null --dbname=postgres
  sql --dbname=postgres --command=ANALYZE >/dev/null
  rows >"$work/rows-after"
  stop
  diff "$work/rows-before" "$work/rows-after" >&2 || { echo "the new data is not the old: nothing was changed" >&2; return 1; }
}

# One of an earlier run may still be at it.
exec 9>"$data.lock"
flock 9
server=matrix-postgres-upgrade
stop
rm -rf "$work" "$data.upgraded"
mkdir -m 0711 "$work"
printf 'local all all trust\n' >"$work/pg_hba.conf"
trap stop EXIT
dump
fill
mv "$work/data" "$data.upgraded"
mv "$data" "$data-of-$(<"$data/PG_VERSION")-$(date -u +%Y%m%dT%H%M%S)"
mv "$data.upgraded" "$data"
rm -rf "$work" "$data.lock"
