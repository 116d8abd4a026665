#!/bin/bash
# The part of the official image's entrypoint that roles rely on: as root step down to postgres; on an empty PGDATA make
# the cluster, the user, the database, and run /docker-entrypoint-initdb.d; then start what was asked for.
set -euo pipefail

# value NAME DEFAULT: $NAME, or the content of the file that $NAME_FILE names, or the default.
value() {
  local file=${1}_FILE
  if [[ -n ${!1:-} && -n ${!file:-} ]]; then
    echo "error: both $1 and $file are set" >&2
    exit 1
  fi
  if [[ -n ${!file:-} ]]; then cat "${!file}"; else printf '%s' "${!1:-$2}"; fi
}

step_down() {
  mkdir -p "$PGDATA"
  chown -R postgres: "$PGDATA" /run/postgresql
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
}

# initdb wants a name for its uid; an arbitrary --user has none.
name_this_uid() {
  getent passwd "$(id -u)" >/dev/null && return
  NSS_WRAPPER_PASSWD=$(mktemp) NSS_WRAPPER_GROUP=$(mktemp)
  export LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
  echo "postgres:x:$(id -u):$(id -g):PostgreSQL:$PGDATA:/bin/false" >"$NSS_WRAPPER_PASSWD"
  echo "postgres:x:$(id -g):" >"$NSS_WRAPPER_GROUP"
}

forget_the_name() {
  [[ -n ${NSS_WRAPPER_PASSWD:-} ]] || return 0
  rm -f "$NSS_WRAPPER_PASSWD" "$NSS_WRAPPER_GROUP"
  unset LD_PRELOAD NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
}

make_cluster() {
  name_this_uid
  eval 'initdb --username="$user" --pwfile=<(printf "%s\n" "$password") '"${POSTGRES_INITDB_ARGS:-}"
  forget_the_name
  local method=${POSTGRES_HOST_AUTH_METHOD:-$(postgres -C password_encryption)}
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
}

sql() { psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$user" --no-password "$@"; }

make_content() {
  local file
  PGPASSWORD=$password pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
  export PGPASSWORD=$password
  [[ $database == postgres ]] || sql --dbname postgres --set db="$database" <<<'CREATE DATABASE :"db";'
  # shellcheck source=/dev/null
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) if [[ -x $file ]]; then "$file"; else . "$file"; fi ;;
      *.sql) sql --dbname "$database" -f "$file" ;;
      *.sql.gz) gunzip -c "$file" | sql --dbname "$database" ;;
    esac
  done
  unset PGPASSWORD
  pg_ctl -D "$PGDATA" -m fast -w stop
}

[[ ${1:-} != -* ]] || set -- postgres "$@"
if [[ ${1:-} == postgres ]]; then
  [[ $(id -u) != 0 ]] || step_down "$@"
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA" || true
  if [[ ! -s $PGDATA/PG_VERSION ]]; then
    user=$(value POSTGRES_USER postgres)
    password=$(value POSTGRES_PASSWORD '')
    database=$(value POSTGRES_DB "$user")
    if [[ -z $password && ${POSTGRES_HOST_AUTH_METHOD:-} != trust ]]; then
      echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
      exit 1
    fi
    make_cluster
    make_content
    echo 'PostgreSQL init process complete; ready for start up.'
  fi
fi
exec "$@"
