#!/usr/bin/env bash
# ctest: timeout 480, label nosan
# One measurement at a time on a machine; whoever has the turn is named, and a killed one has it no more.
. "$(dirname "$0")/lib.sh"

# Of this test alone, whoever had its number before: the directory's name is nobody else's.
export CONTEND_TURN=${work##*/}

# A run that goes on until it is killed, however slow this machine is, as $holder.
_hold() {
    "$contend" run --workload sleep --lock none --executor thread --tasks 1 -p sleep.duration=200ms \
        --rounds 1000 --budget 9000s --no-report -o held.json >held.out 2>held.err </dev/null &
    holder=$!
    for _ in $(seq 1000); do
        [ "$(cat held.json.journal 2>/dev/null | wc -l)" -ge 2 ] && return
        kill -0 "$holder" 2>/dev/null || break
        sleep 0.05
    done
    fail "nothing was measured: $(tail -n 1 held.err)"
}

# Processes of a killed holder that are being torn down have the turn for a moment yet.
soon=(--wait 40s)

_let_go() {
    kill -KILL "$holder" 2>/dev/null
    wait "$holder" 2>/dev/null
    rm -f held.json held.json.journal
}

small=(run --workload noop --lock none --executor fake --tasks 1 --rounds 1 --no-report)

a_second_measurement_is_refused_and_told_whose_turn_it_is() {
    local words
    _hold
    while read -r words; do
        # shellcheck disable=SC2086
        run $words
        expect_refusal 3 'another contend measures here' "process $holder" 'contend run --workload sleep' \
            'started' '--wait' '--force'
    done <<'ROWS'
run --workload noop --lock none --executor fake --tasks 1 -o other.json
duel -- true -- true
claims --only 1 -o claims.json
reference cpython --workload noop -o ref.json
doctor --overhead
doctor --moments
doctor --inject 0
doctor --self-test
ROWS
    # Its --wait is what a request does, and no way to wait.
    run advise --cpu 1ms --wait 1ms --concurrency 4
    expect_refusal 3 'another contend measures here' '--force'
    expect_no err '--wait'
    # What cannot be asked at all is told at once.
    run reference nod -o ref.json --wait 60s
    expect_refusal 2 'did you mean node?'
    expect [ ! -e other.json ]
    expect [ ! -e other.json.journal ]
    _let_go
}

what_measures_nothing_asks_for_no_turn() {
    local words
    _hold
    while read -r words; do
        # shellcheck disable=SC2086
        run $words
        expect_status 0
    done <<'ROWS'
list workloads
doctor
claims --list
report held.json
reference cpython --list
once
ROWS
    _let_go
}

who_insists_measures_beside_it_and_is_told() {
    _hold
    run "${small[@]}" --force -o beside.json
    expect_status 0
    expect_err "beside another contend: process $holder"
    run duel --force --pairs 2 -- true -- true
    expect_status 0
    kill -0 "$holder" || fail "the other one has ended"
    _let_go
}

# No file, so nothing that could be stale.
a_killed_holder_has_it_no_more() {
    _hold
    _let_go
    run "${small[@]}" "${soon[@]}" -o after.json
    expect_status 0
    expect_no err 'another|beside'
}

a_turn_is_waited_for() {
    local ending
    _hold
    run "${small[@]}" -o refused.json --wait 1ms
    expect_status 3
    (sleep 1 && touch let_go && kill -KILL "$holder") &
    ending=$!
    run "${small[@]}" -o waited.json "${soon[@]}"
    expect_status 0
    expect [ -e let_go ]
    wait "$ending"
    _let_go
}

# Two builds of contend against each other, say.
what_a_holder_starts_is_part_of_its_turn() {
    printf '#!/bin/sh\n"$0.contend" run --workload noop --lock none --executor fake --tasks 1 --rounds 1 --no-report -o /dev/null >/dev/null\n' >side
    chmod +x side
    ln -s "$contend" side.contend
    run duel --pairs 2 -- ./side -- ./side
    expect_status 0
}

# The child that measures goes on for a moment: it has the turn as well.
an_interrupted_holder_lets_go() {
    _hold
    kill -TERM "$holder"
    wait "$holder" 2>/dev/null
    run "${small[@]}" "${soon[@]}" -o again.json
    expect_status 0
    rm -f held.json held.json.journal
}

turns_may_be_switched_off_or_named() {
    _hold
    CONTEND_TURN=off run "${small[@]}" -o off.json
    expect_status 0
    CONTEND_TURN=another-${work##*.} run "${small[@]}" -o named.json
    expect_status 0
    CONTEND_TURN=$(printf 'x%.0s' $(seq 300)) run "${small[@]}" -o long.json
    expect_status 0
    _let_go
}

# Of another user, whose processes cannot be looked into any more than they can be stopped.
another_user_is_told_too() {
    can_be_nobody || return 0
    _hold
    mkdir -p open
    chmod 777 open
    status=0
    as_nobody timeout 50 "$contend" "${small[@]}" -o "$work/open/x.json" >out 2>err </dev/null || status=$?
    expect_refusal 3 "process $holder"
    _let_go
}

run_tests
