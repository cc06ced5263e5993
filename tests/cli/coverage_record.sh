#!/usr/bin/env bash
# ctest: label nosan
# What is recorded of line coverage, and when it no longer counts; measuring it is `make coverage`.
. "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null || skip_all "python3 is not installed"

# _record SHARE LINES: a tree of a hundred lines of source with such a record, checked.
_record() {
    mkdir -p tree/scripts tree/docs tree/bench
    cp "$source_dir"/scripts/coverage "$source_dir"/scripts/coverage.py tree/scripts/
    seq 100 | sed 's/^/int v/; s/$/;/' >tree/bench/a.c
    printf '%s of 80 lines, measured at abc on 2026-01-01; bench/ had %s lines of text.\n' "$1" "$2" >tree/docs/coverage.md
    status=0
    last_command="(scripts/coverage --check)"
    tree/scripts/coverage --check >out 2>err || status=$?
}

a_record_of_enough_counts() {
    _record '90.0 %' 100
    expect_status 0
    expect_out '90.0 %'
}

too_little_is_refused() {
    _record '89.9 %' 100
    expect_status 1
    expect_err '90 % are wanted'
}

a_record_of_another_tree_does_not_count() {
    _record '95.0 %' 96
    expect_status 0
    _record '95.0 %' 94
    expect_status 77
    expect_err 'measured at abc'
    _record '95.0 %' 106
    expect_status 77
    # Too little is too little, of whatever tree.
    _record '89.9 %' 106
    expect_status 1
}

no_record_is_nothing_checked() {
    _record 'nothing' 100
    expect_status 77
    expect_err 'holds no figure'
}

run_tests
