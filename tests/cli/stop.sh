#!/usr/bin/env bash
# ctest: timeout 480, label nosan
# Ctrl-Z stops all that a duel started, and what was measured meanwhile is measured again.
. "$(dirname "$0")/lib.sh"

# States of all processes of this test but for this shell and what it calls, e.g. "TTT".
_states() {
    local file pid
    for file in $(grep -lzxF "CONTEND_TEST_MARK=$work" /proc/[0-9]*/environ 2>/dev/null); do
        pid=${file#/proc/}
        pid=${pid%/environ}
        case $(cat "/proc/$pid/comm" 2>/dev/null) in contend | sleep)
            sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$pid/status" 2>/dev/null ;;
        esac
    done | tr -d '\n'
}

_stopped_duel() {
    local states i
    "$contend" duel --priority "$1" --pairs 12 --budget 60s --threshold 50% --format json \
        -- /bin/sleep 0.1 -- /bin/sleep 0.1 >out 2>err </dev/null &
    pid=$!
    last_command="duel --priority $1"
    sleep 0.6
    kill -TSTP "$pid"
    for i in $(seq 50); do
        states=$(_states)
        case $states in *[!T]* | '' | T) sleep 0.05 ;; *) break ;; esac
    done
    case $states in TT*) ;; *) fail "after Ctrl-Z: states \"$states\"" ;; esac
    # Long enough that a sample with it would stand out.
    command sleep 1.5
    expect [ "$(_states)" = "$states" ]
    kill -CONT "$pid"
    status=0
    wait "$pid" || status=$?
    expect_status 0
    # None of them holds the 1.5 s.
    expect_json out 'all(v < 1.4e9 for values in d["comparisons"][0]["measured"]["values"]["wall_ns"].values()
        for v in values if v is not None)'
    expect_no_leftovers
}

a_stopped_duel_stops_all_that_it_started() {
    _stopped_duel keep
}

# In a session of its own, which no terminal stops.
a_stopped_duel_that_is_raised_does_so_too() {
    _stopped_duel auto
}

run_tests
