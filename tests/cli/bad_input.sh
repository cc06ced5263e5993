#!/usr/bin/env bash
# Whatever is typed wrongly gets one clear line, status 2, and leaves nothing behind.
. "$(dirname "$0")/lib.sh"

tiny=(--workload noop --lock none --executor serial --tasks 1)

unknown_names_name_the_nearest() {
    run run --executor tread -o x.json
    expect_refusal 2 '"tread"' 'thread'
    run run --workload slep -o x.json
    expect_refusal 2 '"slep"' 'sleep'
    run run --lock mutx -o x.json
    expect_refusal 2 '"mutx"' 'mutex'
    run run --suite quik -o x.json
    expect_refusal 2 'quik' 'quick'
    run run --placement sprea "${tiny[@]}" -o x.json
    expect_refusal 2 '"sprea"' 'spread'
    run list executor_
    expect_refusal 2 'executor_' 'executors'
    expect test ! -e x.json
}

names_that_are_like_nothing_are_still_named() {
    run run --executor quantum_entanglement -o x.json
    expect_refusal 2 '"quantum_entanglement"'
    run run --executor thread,,process -o x.json
    expect_status 2
    run run --executor '' -o x.json
    expect_status 2
}

task_counts_must_be_sensible() {
    run run "${tiny[@]}" --tasks 0 -o x.json
    expect_refusal 2 '--tasks: "0" is too small (1 to 1000000)'
    run run "${tiny[@]}" --tasks -5 -o x.json
    expect_refusal 2 '--tasks: "-5" is too small (1 to 1000000)'
    run run "${tiny[@]}" --tasks 1000001 -o x.json
    expect_refusal 2 '--tasks: "1000001" is too large (1 to 1000000)'
    run run "${tiny[@]}" --tasks 99999999999999999999999 -o x.json
    expect_refusal 2 'is too large'
    run run "${tiny[@]}" --tasks eight -o x.json
    expect_refusal 2 '--tasks: "eight"'
    run run "${tiny[@]}" --tasks 8x -o x.json
    expect_refusal 2 '--tasks: "8x"'
    run run "${tiny[@]}" --tasks 1,2,zero -o x.json
    expect_refusal 2 '"zero"'
    run run "${tiny[@]}" --tasks '' -o x.json
    expect_refusal 2 '--tasks'
    run run "${tiny[@]}" --tasks
    expect_refusal 2 '--tasks needs a value'
    expect test ! -e x.json
}

other_numbers_must_be_sensible() {
    local pair
    for pair in --rounds=0x --rounds=-1 --budget=-1s --budget=soon --budget=5parsecs \
        --workers=-1 --workers=many --seed=tuesday; do
        run run "${tiny[@]}" "$pair" -o x.json
        expect_refusal 2 "${pair%%=*}" "\"${pair#*=}\""
    done
    expect test ! -e x.json
}

parameters_are_checked_by_their_own_table() {
    run run --workload sleep --executor serial --lock none --tasks 1 -p sleep.duration=-1 -o x.json
    expect_refusal 2 'duration' '"-1"'
    run run --workload sleep --executor serial --lock none --tasks 1 -p sleep.duration=10parsecs -o x.json
    expect_refusal 2 'duration' 'parsecs'
    run run --workload sleep --executor serial --lock none --tasks 1 -p sleep.duratoin=1ms -o x.json
    expect_refusal 2 'duratoin' 'duration'
    run run --workload sleep --executor serial --lock none --tasks 1 -p slep.duration=1ms -o x.json
    expect_refusal 2 'slep'
    run run --workload sleep --executor serial --lock none --tasks 1 -p duration -o x.json
    expect_refusal 2 'duration'
    expect test ! -e x.json
}

arguments_nobody_asked_for_are_refused() {
    run run "${tiny[@]}" surplus -o x.json
    expect_refusal 2 'surplus'
    expect test ! -e x.json
}

an_output_that_is_a_directory_is_refused() {
    mkdir -p here
    run run "${tiny[@]}" -o here
    expect_refusal 2 'here'
}

an_output_below_a_file_is_refused() {
    echo >plain
    run run "${tiny[@]}" -o plain/x.json
    expect_refusal 2 'plain'
}

an_output_that_may_not_be_written_is_refused() {
    can_be_nobody || [ "$(id -u)" -ne 0 ] || return 0
    mkdir -p locked
    chmod 555 locked
    status=0
    last_command="run -o locked/x.json (without rights)"
    if [ "$(id -u)" -eq 0 ]; then
        as_nobody "$contend" run "${tiny[@]}" -o locked/x.json >out 2>err || status=$?
    else
        "$contend" run "${tiny[@]}" -o locked/x.json >out 2>err || status=$?
    fi
    expect_refusal 2 'locked/x.json' 'ermission denied'
}

a_full_file_system_is_refused_before_anything_is_measured() {
    [ "$(id -u)" -eq 0 ] && mkdir -p full && mount -t tmpfs -o size=64k tmpfs full 2>/dev/null || return 0
    head -c 1M /dev/zero >full/filler 2>/dev/null
    run run "${tiny[@]}" -o full/x.json
    local left
    left=$(ls full)
    umount full
    expect_refusal 2 'full/x.json' 'No space left on device'
    [ "$left" = filler ] || fail "left in the full directory: $left"
}

a_file_system_that_fills_up_ends_the_run_with_3_and_no_half_file() {
    [ "$(id -u)" -eq 0 ] && mkdir -p small && mount -t tmpfs -o size=24k tmpfs small 2>/dev/null || return 0
    run run --workload noop --lock none,mutex --executor serial,thread,process,coroutine \
        --tasks 1,2,4,8 --rounds 3 -o small/x.json
    [ ! -e small/x.json ] || cp small/x.json copy.json
    local left
    left=$(find small -name '*.tmp*')
    umount small
    expect_status 3
    expect_err 'No space left on device'
    [ -z "$left" ] || fail "left: $left"
    [ ! -s copy.json ] || expect_valid copy.json
}

unreadable_results_are_refused() {
    run report nowhere.json
    expect_refusal 2 'nowhere.json' 'No such file or directory'
    run report .
    expect_refusal 2 'Is a directory'
    : >empty.json
    run report empty.json
    expect_refusal 2 'empty.json'
    echo '{"schema": "contend.result/1", "cells": [' >torn.json
    run report torn.json
    expect_refusal 2 'torn.json'
    echo '{"schema": "contend.result/2"}' >later.json
    run report later.json
    expect_refusal 2 'later.json' 'contend.result/2'
    echo '{"results": []}' >other.json
    run report other.json
    expect_refusal 2 'other.json'
    head -c 4096 /dev/urandom >noise.json
    run report noise.json
    expect_refusal 2 'noise.json'
}

report_needs_a_result() {
    run report
    expect_status 2
    expect test -s err
}

unknown_report_words_are_refused() {
    run report --format xml nowhere.json
    expect_refusal 2 '"xml"' 'markdown'
}

resuming_what_was_never_begun_is_refused() {
    run run --resume -o never.json
    expect_refusal 2 'never.json'
}

a_worker_that_is_no_program_is_refused() {
    local file
    mkfifo worker.pipe
    echo text >worker.text
    for file in . worker.pipe worker.text /dev/null /nonexistent; do
        status=0
        last_command="CONTEND_WORKER=$file contend run"
        CONTEND_WORKER=$file timeout 20 "$contend" run --workload noop --rounds 1 -o worker.json >out 2>err \
            </dev/null || status=$?
        case $status in 2 | 3) ;; *) fail "status $status" ;; esac
        expect_err "CONTEND_WORKER: $file: "
    done
    expect [ ! -e worker.json ]
}

a_journal_that_is_no_file_is_refused() {
    mkfifo a.json.journal
    echo precious >precious
    ln -s precious b.json.journal
    mkdir c.json.journal
    local name
    for name in a b c; do
        run run --workload noop --lock none --executor fake --tasks 1 --rounds 1 --force -o $name.json
        expect_refusal 2 "$name.json.journal: cannot be written: "
    done
    expect [ "$(cat precious)" = precious ]
    rm -r a.json.journal b.json.journal c.json.journal
}

nothing_is_left_behind() {
    expect_no_temporaries
    expect_no_leftovers
}

# Buggy result: --budget 5 was read as five nanoseconds.
a_bare_number_is_no_duration() {
    local option
    for option in "--budget 5" "--task-time 20" "--timeout 1000000000" "--timer-slack 50000" \
        "-p sleep.duration=10"; do
        # shellcheck disable=SC2086
        run run --workload sleep --executor thread --tasks 1 $option -o x.json
        expect_refusal 2 'needs a unit (ns, us, ms, s, min)'
    done
    for option in claims "duel -- true -- true"; do
        # shellcheck disable=SC2086
        run ${option%% *} --budget 5 $([ "$option" = claims ] || echo -- true -- true)
        expect_refusal 2 '--budget: "5" needs a unit'
    done
    echo '{"summary": "s", "budget": 5, "groups": []}' >bare.json
    run run --suite ./bare.json -o x.json
    expect_refusal 2 '"budget": "5" needs a unit'
}

run_tests
