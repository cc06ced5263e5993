#!/bin/bash
# `contend report` on stored results, byte for byte.  What differs is shown and written to
# report/NAME.got; `UPDATE_GOLDEN=1 tests/golden/report.sh build/release/contend .` accepts it.
set -u
contend=$(readlink -f "${1:?the path of the contend binary}")
source_dir=$(readlink -f "${2:?the source directory}")
expected=$source_dir/tests/golden/report
# Paths stand in the output: they must not depend on where the tree lies.
cd "$source_dir/tests/fixtures/report" || exit 1
export NO_COLOR=1
failed=0

# golden NAME ARGUMENTS...: standard output, then standard error and the exit status.
golden() {
    local name=$1 got
    shift
    got=$(mktemp)
    "$contend" report "$@" >"$got" 2>"$got.err"
    local status=$?
    if [ -s "$got.err" ] || [ "$status" -ne 0 ]; then
        cat "$got.err" >>"$got"
        echo "exit status $status" >>"$got"
    fi
    if [ -n "${UPDATE_GOLDEN:-}" ]; then
        cp "$got" "$expected/$name"
    elif ! diff -u "$expected/$name" "$got"; then
        cp "$got" "$expected/$name.got"
        failed=$((failed + 1))
    else
        echo "ok   $name"
    fi
    rm -f "$got" "$got.err"
}

golden headline_80.txt standard.json --sentences --width 80
golden headline_120.txt standard.json --sentences --width 120
golden headline_200.txt standard.json --sentences --width 200
golden headline.md standard.json --format markdown --sentences
golden headline.csv standard.json --format csv
golden headline.json standard.json --format json --sentences
golden headline.tex standard.json --format latex
golden pivot.txt standard.json --rows tasks --cols executor --filter workload=spin \
    --metric throughput_per_s --ratio --width 120
golden hosts.txt host_a.json host_b.json --sentences --width 100
golden params.txt params.json --width 100
golden params_cols.txt params.json --cols duration --metric wakeups_count,startup_ns --width 100
golden params.md params.json --format markdown
golden params.csv params.json --format csv --metric all
golden params.tex params.json --format latex
golden controls.txt params.json --filter role=control --width 80
golden empty.txt empty.json
golden newer.txt broken/next_version.json
golden broken.txt broken/samples_is_text.json
golden twice.txt host_a.json host_a.json
golden filter.txt standard.json --filter 'executer=thread'
golden help.txt --help

[ "$failed" -eq 0 ]
