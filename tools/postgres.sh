# A private PostgreSQL cluster for the tests: a temporary folder, a free port of 127.0.0.1, a password of its own, gone afterwards.

postgres_bin() {
    local folder
    for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -n -r) "$(dirname "$(command -v initdb 2>/dev/null)" 2>/dev/null)"; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then
            printf '%s\n' "$folder"
            return 0
        fi
    done
    return 1
}

# initdb refuses root; the user postgres comes with the package.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --init-groups "$@"; else "$@"; fi
}

start_postgres() {
    local bin port password
    bin=$(postgres_bin) || return 1
    POSTGRES_HOME=$(mktemp -d "${TMPDIR:-/tmp}/keytally-postgres.XXXXXX")
    "$PYTHON" -c 'import secrets; print(secrets.token_hex(16))' >"$POSTGRES_HOME/password"
    port=$("$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    [ "$(id -u)" != 0 ] || chown -R postgres "$POSTGRES_HOME"
    {
        as_postgres "$bin/initdb" -D "$POSTGRES_HOME/data" -U keytally -A scram-sha-256 --pwfile="$POSTGRES_HOME/password" -E UTF8 --locale=C.UTF-8 --no-sync
        as_postgres "$bin/pg_ctl" -D "$POSTGRES_HOME/data" -w -t 60 -l "$POSTGRES_HOME/log" start -o \
            "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=4GB -c checkpoint_timeout=1h"
    } </dev/null >"$POSTGRES_HOME.out" 2>&1 || {
        cat "$POSTGRES_HOME.out" "$POSTGRES_HOME/log" >&2
        return 1
    }
    password=$(cat "$POSTGRES_HOME/password")
    POSTGRES_URL="postgres://keytally:${password}@127.0.0.1:${port}/postgres"
}

stop_postgres() {
    [ -n "${POSTGRES_HOME:-}" ] || return 0
    as_postgres "$(postgres_bin)/pg_ctl" -D "$POSTGRES_HOME/data" -m immediate stop >/dev/null 2>&1
    rm -rf "$POSTGRES_HOME" "$POSTGRES_HOME.out"
    POSTGRES_HOME=""
}
