#!/usr/bin/env bash
# ctest: serial, label nosan
# What moments of this machine differ by, measured by runs of their own.
. "$(dirname "$0")/lib.sh"

kinds_of_metrics_have_a_number_each() {
    run doctor --moments --budget 6s --json
    expect_status 0
    expect_document moments-1.json out
    expect_json out 'd["schema"] == "contend.moments/1" and 3 <= d["moments"] <= 10'
    expect_json out '{"startup", "throughput"} <= {k["kind"] for k in d["kinds"]}'
    expect_json out 'all(k["rows"] >= 1 and 0 < k["sd_ratio"] < k["sd_most_ratio"] for k in d["kinds"])'
    expect_json out 'd["moment_sd_ratio"] >= max(k["sd_most_ratio"] for k in d["kinds"])'
}

the_table_says_what_to_do_with_it() {
    run doctor --moments --budget 2s
    expect_status 0
    expect_out 'startup'
    expect grep -qE -- '--moment-sd [0-9.]+%|too much for stored results' out
}

an_interrupt_leaves_nothing_behind() {
    mkdir there
    TMPDIR=$PWD/there "$contend" doctor --moments --budget 60s >out 2>err </dev/null &
    pid=$!
    await_listening "$pid"
    sleep 1
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    expect_status 130
    expect_err 'interrupted; nothing was written'
    expect test -z "$(ls -A there)"
    expect_no_leftovers
}

# Buggy: it lay there for ever.
what_a_killed_doctor_leaves_the_next_one_takes_away() {
    local pid number
    mkdir t
    for number in KILL TERM; do
        TMPDIR=$work/t "$contend" doctor --moments --budget 60s --force >out 2>err &
        pid=$!
        await_listening $pid
        until compgen -G 't/contend-*/runtimes/*' >found || [ ! -e /proc/$pid/exe ]; do sleep 0.05; done
        kill -$number $pid
        wait $pid 2>/dev/null
    done
    [ -z "$(ls t)" ] || fail "left: $(ls t)"
    expect_no_leftovers
}

run_tests
