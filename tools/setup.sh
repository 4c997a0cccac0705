# What ./run, ./test and .ci/run share: bring this folder to the state its lock files describe, doing only what is not done yet.
# Every finished step leaves a stamp, the checksum of all it was made from, so that a step is repeated when its sources
# change and a set-up that was cut off goes on where it stopped.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
TOOL="$ROOT/.tool"
VENV="$ROOT/.venv"
PYTHON="$VENV/bin/python"
STAMPS="$VENV/stamps"
LOG="$TOOL/setup.log"
BUNDLE="$ROOT/src/keytally/site/static/bundle"

export UV_NO_CONFIG=1 UV_NO_PROGRESS=1 UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_BUILD_CONSTRAINT="$ROOT/requirements-dev.lock"
export PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1 DEBIAN_FRONTEND=noninteractive
# Without kept bytecode every process that starts compiles all its modules again, which takes longer than the rest of the start.
unset PYTHONHOME PYTHONPATH VIRTUAL_ENV PYTHONDONTWRITEBYTECODE

say() { printf '%s\n' "$*"; }

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 2
}

# Runs one step quietly; when it fails, shows the end of what it printed and one sentence saying what to do.
step() {
    local title=$1 advice=$2
    shift 2
    say "- $title"
    mkdir -p "$TOOL"
    if ! "$@" </dev/null >"$LOG" 2>&1; then
        tail -n 15 "$LOG" >&2
        fail "$title failed; $advice (the whole output is in .tool/setup.log)."
    fi
}

may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

apt_install() {
    if [ -z "${APT_UPDATED:-}" ]; then
        step "Refreshing the list of system packages" "check that this machine reaches its package registry" apt-get update -q
        APT_UPDATED=1
    fi
    step "Installing system packages: $*" "install them by hand and start again" apt-get install -y -q --no-install-recommends "$@"
}

checksum() {
    local paths=()
    for path in "$@"; do [ -e "$path" ] && paths+=("$path"); done
    {
        printf '%s\n' "$ROOT"
        find "${paths[@]}" -type f -not -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum
    } | sha256sum | cut -d' ' -f1
}

stamped() { [ -f "$STAMPS/$1" ] && [ "$(cat "$STAMPS/$1")" = "$2" ]; }

stamp() {
    mkdir -p "$STAMPS"
    printf '%s\n' "$2" >"$STAMPS/$1.new"
    mv -f "$STAMPS/$1.new" "$STAMPS/$1"
}

# Two starts at once would trip over each other: the second waits.
lock_setup() {
    mkdir -p "$TOOL"
    if command -v flock >/dev/null 2>&1; then
        exec 9>"$TOOL/lock"
        flock -n 9 || { say "- Waiting for another set-up of this folder to end"; flock 9; }
    fi
}

unlock_setup() { exec 9>&-; }

find_python() {
    local candidate
    for candidate in "${KEYTALLY_PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return 0
        fi
    done
    return 1
}

need_python() {
    BASE_PYTHON=$(find_python) && return 0
    may_install || fail "Python 3.11 or newer was not found; install the package python3 (Debian 12 or newer has it) and start again."
    apt_install python3 ca-certificates
    BASE_PYTHON=$(find_python) || fail "the Python of this system is older than 3.11; install a newer one and name it in KEYTALLY_PYTHON."
}

# The certificates and the registry that pip is told to use hold for uv as well, which does not read pip's settings.
follow_pip_settings() {
    export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-1}
    [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ] || return 0
    local index=${PIP_INDEX_URL:-}
    [ -n "$index" ] || index=$("${TOOL_PIP[@]}" config get global.index-url 2>/dev/null) || index=""
    [ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
}

# uv comes from the ordinary registry by pip, at the version and checksum of tools/requirements.lock, into .tool and nowhere else.
need_uv() {
    local sum
    sum=$(checksum "$ROOT/tools/requirements.lock")
    UV="$TOOL/python/bin/uv"
    if [ -f "$TOOL/python/stamp" ] && [ "$(cat "$TOOL/python/stamp")" = "$sum" ] && "$UV" --version >/dev/null 2>&1; then
        TOOL_PIP=("$TOOL/python/bin/python" -m pip)
        return 0
    fi
    need_python
    if ! "$BASE_PYTHON" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        may_install || fail "this Python cannot make virtual environments; install the packages python3-venv and python3-pip and start again."
        apt_install python3-venv python3-pip ca-certificates
        BASE_PYTHON=$(find_python)
    fi
    step "Fetching the tools of the set-up (uv)" "check that this machine reaches its Python package registry" fetch_uv
    TOOL_PIP=("$TOOL/python/bin/python" -m pip)
    printf '%s\n' "$sum" >"$TOOL/python/stamp"
}

fetch_uv() {
    rm -rf "$TOOL/python"
    "$BASE_PYTHON" -m venv "$TOOL/python" || /usr/bin/python3 -m venv "$TOOL/python" || return 1
    "$TOOL/python/bin/python" -m pip install -q --require-hashes --no-deps --only-binary :all: -r <(only uv "$ROOT/tools/requirements.lock")
}

# Prints the entries of a lock file whose names begin with the given word.
only() { awk -v word="$1" '/^[a-z]/ { keep = index($0, word) == 1 } keep' "$2"; }

uv_pip() { "$UV" pip "$1" -q --python "$PYTHON" "${@:2}"; }

fresh_venv() {
    rm -rf "$VENV"
    "$UV" venv -q --python "$BASE_PYTHON" "$VENV"
}

# Takes the name of a lock file; what the development lock brings covers the run-time lock, which is a part of it.
need_packages() {
    local lock=$1 sum
    if ! "$PYTHON" -c '' >/dev/null 2>&1 || [ ! -f "$VENV/pyvenv.cfg" ]; then
        need_uv
        need_python
        step "Making the Python environment .venv" "remove the folder .venv and start again" fresh_venv
    fi
    sum=$(checksum "$ROOT/requirements.lock" "$ROOT/requirements-dev.lock")
    if ! stamped "$lock" "$sum" && ! stamped requirements-dev.lock "$sum"; then
        need_uv
        follow_pip_settings
        step "Installing Python packages ($lock)" "check that this machine reaches its Python package registry" \
            uv_pip install --require-hashes --no-deps -r "$ROOT/$lock"
        stamp "$lock" "$sum"
    fi
    sum=$(checksum "$ROOT/pyproject.toml" "$ROOT/README.md" "$ROOT/LICENSE")
    if ! stamped project "$sum" || [ ! -x "$VENV/bin/keytally" ]; then
        need_uv
        follow_pip_settings
        step "Installing keytally itself" "check that this machine reaches its Python package registry" uv_pip install --no-deps -e "$ROOT"
        stamp project "$sum"
    fi
}

# The machine's own Node if it has one, else the one that comes as a Python package.
need_node() {
    # Node brings certificates of its own; those that this machine trusts hold as well.
    [ -n "${NODE_EXTRA_CA_CERTS:-}" ] || [ ! -f /etc/ssl/certs/ca-certificates.crt ] || export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
    if command -v npm >/dev/null 2>&1 && node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 18 ? 1 : 0)' >/dev/null 2>&1; then
        return 0
    fi
    need_uv
    if ! "$TOOL/python/bin/npm" --version >/dev/null 2>&1; then
        step "Fetching Node as a Python package" "check that this machine reaches its Python package registry" \
            "${TOOL_PIP[@]}" install -q --require-hashes --no-deps --only-binary :all: -r <(only nodejs "$ROOT/tools/requirements.lock")
    fi
    export PATH="$TOOL/python/bin:$PATH"
}

build_bundle() { npm ci --ignore-scripts --no-audit --no-fund && npm run build; }

need_bundle() {
    local sum
    [ -f "$ROOT/package.json" ] || return 0
    sum=$(checksum "$ROOT/package.json" "$ROOT/package-lock.json" "$ROOT/frontend")
    if stamped bundle "$sum" && [ -d "$BUNDLE" ]; then return 0; fi
    need_node
    cd "$ROOT" || exit 2
    step "Building the front end" "check that this machine reaches its npm registry" build_bundle
    stamp bundle "$sum"
}

compile_translations() {
    find "$ROOT/src" -name '*.mo' -delete
    "$PYTHON" -m keytally.site compile_translations
}

need_translations() {
    local sum
    sum=$(find "$ROOT/src" -name '*.po' -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum)
    if stamped translations "$sum" && [ "$(find "$ROOT/src" -name '*.mo' | wc -l)" -ge "$(find "$ROOT/src" -name '*.po' | wc -l)" ]; then return 0; fi
    step "Compiling translations" "see the message above" compile_translations
    stamp translations "$sum"
}

need_project() {
    need_packages "$1"
    need_bundle
    need_translations
}

# Where the embedded database and everything it points at are kept.
DATA="${KEYTALLY_VAR:-$ROOT/var}"

empty_database() {
    [ -z "${DATABASE_URL:-}" ] || fail "--fresh empties the embedded database only; unset DATABASE_URL or empty that database yourself."
    [ -e "$DATA" ] || return 0
    local kept="$DATA/before-fresh"
    local entry
    rm -rf "$kept"
    mkdir -p "$kept"
    for entry in "$DATA"/* "$DATA"/.[!.]*; do
        [ ! -e "$entry" ] || [ "$entry" = "$kept" ] || mv "$entry" "$kept/"
    done
    say "- The old data is kept in $kept until the next --fresh"
}

need_database() {
    local sum
    sum="$(checksum "$ROOT"/src/keytally/*/migrations) ${DATABASE_URL:-}"
    mkdir -p "$DATA"
    if [ -f "$DATA/keytally.sqlite3" ] && [ "$(cat "$DATA/stamp" 2>/dev/null)" = "$sum" ]; then return 0; fi
    step "Preparing the database" "see the message above" "$PYTHON" -m keytally.site migrate --no-input
    step "Collecting the files for browsers" "see the message above" "$PYTHON" -m keytally.site prepare
    step "Laying out the demo data" "see the message above" "$PYTHON" -m keytally.site seed_demo
    cp "$LOG" "$DATA/log-ins"
    printf '%s\n' "$sum" >"$DATA/stamp"
}
