#!/bin/bash
# Writes all databases and users to DIRECTORY/DATE.sql.gz, and keeps the last KEPT of these.
#
#   backup.sh DIRECTORY KEPT
set -euo pipefail
umask 077
cd "$1"
rm -f ./*.new
name=$(date -u +%Y%m%dT%H%M%SZ).sql.gz
docker exec matrix-postgres pg_dumpall --username=postgres | gzip >"$name.new"
mv "$name.new" "$name"
ls -1 ./*.sql.gz | head -n "-$2" | xargs --no-run-if-empty rm --
