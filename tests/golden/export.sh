#!/bin/bash
# Exports, imports and comparisons of stored files, byte for byte.  What differs is shown and
# written to export/NAME.got; `UPDATE_GOLDEN=1 tests/golden/export.sh build/release/contend .`
# accepts it.
set -u
contend=$(readlink -f "${1:?the path of the contend binary}")
source_dir=$(readlink -f "${2:?the source directory}")
expected=$source_dir/tests/golden/export
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Paths stand in the output: they must not depend on where the tree lies.
cd "$source_dir/tests/fixtures" || exit 1
export NO_COLOR=1
failed=0

same() { # NAME FILE
    if [ -n "${UPDATE_GOLDEN:-}" ]; then
        cp "$2" "$expected/$1"
    elif ! diff -u "$expected/$1" "$2"; then
        cp "$2" "$expected/$1.got"
        failed=$((failed + 1))
    else
        echo "ok   $1"
    fi
}

# golden NAME ARGUMENTS...: standard output, then standard error and the exit status.
golden() {
    local name=$1 status
    shift
    "$contend" "$@" >"$work/out" 2>"$work/err"
    status=$?
    if [ -s "$work/err" ] || [ "$status" -ne 0 ]; then
        cat "$work/err" >>"$work/out"
        echo "exit status $status" >>"$work/out"
    fi
    same "$name" "$work/out"
}

for format in bencher google-benchmark pyperf openmetrics prometheus otava-csv otava-json benchfmt \
    junit csv; do
    golden "$format.txt" export report/host_a.json --to $format --branch main
done
"$contend" export report/host_a.json --to github-benchmark -o "$work/gh" || failed=$((failed + 1))
same github-smaller.txt "$work/gh-smaller.json"
same github-bigger.txt "$work/gh-bigger.json"
golden hosts.txt export report/host_a.json report/host_b.json --to benchfmt --metric all
golden help.txt export --help

for file in hyperfine_1 hyperfine_2 pyperf google_benchmark; do
    golden "import_$file.txt" import "import/$file.json"
done
golden import_help.txt import --help

golden compare.txt compare compare/base.json compare/head.json
golden compare.md compare compare/base.json compare/head.json --format markdown
golden compare.json compare compare/base.json compare/head.json --format json
golden compare.xml compare compare/base.json compare/head.json --format junit
golden compare_github.txt compare compare/base.json compare/head.json --format github
golden compare_refused.txt compare report/host_a.json report/host_b.json
golden compare_help.txt compare --help

[ "$failed" -eq 0 ]
