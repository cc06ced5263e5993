#!/usr/bin/env bash
# contend for a job, of the sources that this script lies in: built once, kept by the job's cache.
#
#   scripts/ci/obtain.sh key         a word that changes with these sources and with the system
#   scripts/ci/obtain.sh into DIR    contend into DIR/bin, unless what lies there has that key
#
# CONTEND in the environment is one that is there already: then DIR/bin/contend is a link to it.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)

leave() {
    printf 'obtain: %s\n' "$1" >&2
    exit "${2:-2}"
}
key() {
    local system
    # shellcheck disable=SC1091
    system=$(. /etc/os-release 2>/dev/null && echo "${ID:-}${VERSION_ID:-}")
    (cd "$source" && find bench workloads scripts/cmake scripts/reference results/schema CMakeLists.txt -type f ! -path '*/__pycache__/*' -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum) | sha256sum | sed "s/^\(.\{24\}\).*/$system-$(uname -m)-\1/"
}

[ $# -ge 1 ] || leave 'usage: obtain.sh key, or obtain.sh into DIR'
case $1 in
key) key ;;
into)
    [ -n "${2:-}" ] || leave 'into which directory?'
    mkdir -p "$2"
    target=$(cd "$2" && pwd)
    if [ -n "${CONTEND:-}" ]; then
        found=$(command -v "$CONTEND") || leave "CONTEND: there is no program \"$CONTEND\"" 3
        mkdir -p "$target/bin"
        found=$(readlink -f "$found")
        ln -sf "$found" "$target/bin/contend"
        # Where it was installed, its headers are beside it.
        for folder in lib include share; do
            [ ! -d "${found%/*}/../$folder" ] || ln -sfn "$(readlink -f "${found%/*}/../$folder")" "$target/$folder"
        done
        echo "obtain: $("$target/bin/contend" --version | head -n 1), which was there" >&2
        exit 0
    fi
    key=$(key)
    if [ "$(cat "$target/key" 2>/dev/null)" = "$key" ]; then
        "$source/scripts/install-deps" --runtime >&2
        "$target/bin/contend" --version >/dev/null || leave "what the cache has does not run" 3
        echo "obtain: $("$target/bin/contend" --version | head -n 1), from the cache" >&2
        exit 0
    fi
    "$source/scripts/install-deps" >&2
    build=$(mktemp -d)
    trap 'rm -rf "$build"' EXIT
    { cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF &&
        cmake --build "$build" && cmake --install "$build" --prefix "$target"; } >"$build/log" 2>&1 || {
        tail -n 40 "$build/log" >&2
        leave 'contend could not be built' 3
    }
    echo "$key" >"$target/key"
    echo "obtain: $("$target/bin/contend" --version | head -n 1), built" >&2
    ;;
*) leave "unknown \"$1\" (key, into)" ;;
esac
