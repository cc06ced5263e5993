#!/usr/bin/env bash
# ctest: serial, label nosan
# On a machine that others keep busy, a run says so where it is read: first line, findings, last line.
. "$(dirname "$0")/lib.sh"

_with_hogs() {
    local hogs=() i
    for i in $(seq $((2 * $(nproc)))); do
        while :; do :; done &
        hogs+=($!)
    done
    "$@"
    kill "${hogs[@]}"
    wait "${hogs[@]}" 2>/dev/null
}

# Launches of 60 ms are long enough for the ledger, which counts in ticks.
what_was_measured_beside_others_is_called_unusable() {
    [ -r /proc/stat ] || return 0
    _with_hogs run run --workload spin --lock none --executor thread,process --tasks 1,2 \
        --task-time 60ms --rounds 1 -o busy.json
    expect_status 0
    expect_valid busy.json
    expect_none busy.json '[c["id"] for c in cells if c["role"] == "measured"
        and "unusable" not in [w["code"] for w in c["warnings"]]]'
    expect_err '4 of 4 UNUSABLE'
    expect_err '4 cells measured in 1 round,'
    expect grep -q '4 of 4 cells UNUSABLE' <(tr -s ' \n' ' ' <out)
    expect grep -q 'so it is not said' <(tr -s ' \n' ' ' <out)
    expect_no out 'the work of one|a unit takes|pays off'
}

a_single_cell_is_one_cell() {
    run run --workload noop --lock none --executor thread --tasks 1 --rounds 1 -o one.json
    expect_status 0
    expect_err '1 cell measured in 1 round,'
}

run_tests
