#!/usr/bin/env bash
# ctest: serial
# doctor --self-test: what it tries, what it says of it, and that it fails where something is wrong.
. "$(dirname "$0")/lib.sh"

names='["clocks", "a known sleep", "event counters", "killed and resumed", "interrupted", "a planted slow-down", "a pair of equals"]'

# A busy machine may fail its duels: then the status says so, and nothing else is wrong.
the_self_test_says_of_each_check_what_was_tried_and_seen() {
    run doctor --self-test --json
    expect_document self-test-1.json out
    expect_json out "[c['name'] for c in d['checks']] == $names"
    expect_json out 'all(c["tried"] and c["seen"] for c in d["checks"])'
    expect_none out '[c for c in d["checks"] if c["outcome"] == "failed" and c["name"] in
        ("clocks", "killed and resumed", "interrupted")]'
    if json out 'any(c["outcome"] == "failed" for c in d["checks"])' >/dev/null; then
        expect_status 3
    else
        expect_status 0
    fi
    expect_no_leftovers
    expect [ -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'contend-self-test.*' -newer "$work/lib_mark" 2>/dev/null)" ]
}

the_page_is_shown_like_any_other() {
    run doctor --self-test --format junit
    expect_out '<testcase'
    expect_out 'killed and resumed'
}

# A clock that somebody turns, and a machine that sleeps too long, are found.
a_clock_that_lies_is_found() {
    [ -n "${CONTEND_FAST_CLOCK:-}" ] || return 0
    LD_PRELOAD=$CONTEND_FAST_CLOCK run doctor --self-test --json
    expect_status 3
    expect_json out 'd["checks"][0]["outcome"] == "failed" and "ppm from" in d["checks"][0]["seen"]'
}

without_a_place_for_its_runs_it_says_so() {
    TMPDIR=/nowhere run doctor --self-test
    expect_refusal 3 '/nowhere' 'TMPDIR'
}

an_interrupt_prints_what_there_is() {
    "$contend" doctor --self-test >out 2>err </dev/null &
    pid=$!
    await_listening "$pid"
    sleep 2
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    expect_status 130
    expect_no_leftovers
}

: >lib_mark
run_tests
