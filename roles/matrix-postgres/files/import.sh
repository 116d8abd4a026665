#!/bin/bash
# Imports a dump: of all databases (pg_dumpall) or of one (pg_dump), as plain SQL, packed by gzip or not. What it brings
# must not be there yet: a database with tables in it is never written over. After a failure all is as it was.
#
#   import.sh DUMP DATABASE
#
# DATABASE is where a dump of one database goes.
set -euo pipefail
dump=$1 database=$2

sql() { docker exec --interactive matrix-postgres psql --no-psqlrc --quiet --no-align --tuples-only --username=postgres "$@"; }
refuse() { echo "$*" >&2; exit 1; }
unpacked() { if [[ $dump == *.gz ]]; then zcat "$dump"; else cat "$dump"; fi; }
is_there() { [[ $(sql --command="SELECT count(*) FROM pg_database WHERE datname = '$1'") == 1 ]]; }
tables_in() { sql --dbname="$1" --command="SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"; }
need_empty() { [[ $(tables_in "$1") == 0 ]] || refuse "the database $1 has tables already: it is not written over"; }
# Makes the databases and users of this server that are missing, as every start does.
complete() { docker exec matrix-postgres psql --no-psqlrc --quiet --output=/dev/null --username=postgres --dbname=postgres --file=/config/databases.sql; }

import_one() {
  is_there "$database" || refuse "there is no database $database to import to"
  need_empty "$database"
  local owner
  owner=$(sql --command="SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '$database'")
  # What the dump says of owners is of another server.
  { echo "SET ROLE \"$owner\";"; unpacked | sed -E '/^(ALTER .* OWNER TO|GRANT|REVOKE) /d'; } |
    sql --set=ON_ERROR_STOP=1 --single-transaction --output=/dev/null --dbname="$database"
}

import_all() {
  local brought roles one
  brought=$(unpacked | sed -nE 's/^CREATE DATABASE "?([^" ]+)"? .*/\1/p')
  for one in $brought; do
    if is_there "$one"; then need_empty "$one"; fi
  done
  for one in $brought; do sql --command="DROP DATABASE IF EXISTS \"$one\""; done
  # Users that are here keep their passwords; those that are not are brought along.
  roles=$(sql --command='SELECT rolname FROM pg_roles' | paste -sd'|')
  if ! unpacked | sed -E "/^(CREATE|ALTER) ROLE \"?($roles)\"?(;| )/d" | sql --set=ON_ERROR_STOP=1 --output=/dev/null --dbname=postgres; then
    for one in $brought; do sql --command="DROP DATABASE IF EXISTS \"$one\""; done
    complete
    return 1
  fi
  complete
}

[[ -r $dump ]] || refuse "there is no file $dump on this host"
connects=$(unpacked | grep -c '^\\connect ' || true)
if ((connects > 0)); then import_all; else import_one; fi
