#!/usr/bin/env bash
# ctest: timeout 480, label nosan
# Lies that the claims must see through. Where a counter-example is enough a round or two will do;
# the others are lies so gross that they are seen on a busy machine too.
. "$(dirname "$0")/lib.sh"

liars=${CONTEND_BUILD:-}/tests/plugins/liars.so

# What became of a claim in claims.json: its verdict, or "loaded" where it was left open because
# others used more of the machine than a refutation allows for.
_outcome() {
    "${python:-python3}" -c '
import json, sys
claim = next(c for c in json.load(open("claims.json"))["claims"] if c["name"] == sys.argv[1])
loaded = claim["verdict"] == "undecided" and any(p["load_ratio"] > 0.2 for p in claim["parts"])
print("loaded" if loaded else claim["verdict"])' "$1"
}

# _lie NAME=OTHER ROUNDS CLAIM...: with OTHER in its place each of the claims must be refuted.
_lie() {
    local substitution=$1 rounds=$2 names name outcome
    shift 2
    [ -f "$liars" ] || { fail "no plug-in $liars"; return; }
    names=$(IFS=,; echo "$*")
    run claims --plugin "$liars" --as "$substitution" --only "$names" --rounds "$rounds" --format json \
        -o lie.json --force -q
    [ "$status" -le 1 ] || { fail "$substitution: status $status"; show_run; return; }
    cp out claims.json
    for name in "$@"; do
        outcome=$(_outcome "$name")
        case $outcome in
        refuted) expect_status 1 ;;
        loaded) [ "$rounds" -gt 2 ] && echo "$name: left open, the machine is too busy" ||
            fail "$substitution: no counter-example to $name" ;;
        *) fail "$substitution: $name is $outcome"; show_run ;;
        esac
    done
}

a_lock_that_does_not_lock_is_seen() {
    _lie gil=liar_lock 2 lost_updates one_at_a_time
    _lie mutex=liar_lock 2 lost_updates
}

an_io_thread_that_never_waits_for_the_lock_is_seen() {
    _lie gil=liar_lock 7 convoy
}

a_lock_asked_back_ten_times_too_late_is_seen() {
    _lie gil=liar_gil 7 switch_interval
}

a_loop_with_hidden_threads_is_seen() {
    _lie coroutine=liar_coroutine 2 lost_updates coroutines_indifferent
    _lie coroutine=liar_coroutine 7 cooperation
}

honest_ones_are_not_refuted() {
    run claims --only lost_updates,one_at_a_time,coroutines_indifferent --rounds 2 -o honest.json -q
    expect_status 0
    expect_no out ' refuted'
}

run_tests
