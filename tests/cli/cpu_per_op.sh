#!/usr/bin/env bash
# ctest: label nosan
# The CPU time of an operation: what it is made of, where there is none, and that results with other
# numbers of operations are compared by it.
. "$(dirname "$0")/lib.sh"

_run() {
    run run --workload spin --executor thread,process,coroutine --lock none,mutex --tasks 1,3 \
        --rounds 2 --ops "$1" --no-report -q -o "$2"
    expect_status 0
}

it_is_the_units_time_over_all_their_operations() {
    _run 20000 base.json
    expect_valid base.json
    expect_none base.json '[(c["id"], a, b) for c in cells
        for a, b in zip(c["metrics"]["cpu_per_op_ns"]["samples"], c["metrics"]["thread_cpu_ns"]["samples"])
        if abs(a * c["ops_per_task"] * c["tasks"] / b - 1) > 1e-9]'
    expect_none base.json '[c["id"] for c in cells if len(c["metrics"]["cpu_per_op_ns"]["samples"]) != 2]'
}

who_waits_has_none_with_the_reason() {
    run run --workload sleep,noop -p sleep.duration=1ms --executor thread --lock none --tasks 2 --rounds 1 --ops 2 --no-report -q -o waits.json
    expect_status 0
    expect_none waits.json '[c["id"] for c in cells if (c["metrics"]["cpu_per_op_ns"]["samples"] or "do not compute" not in c["metrics"]["cpu_per_op_ns"]["reason"])]'
}

results_with_other_numbers_of_operations_are_compared_by_it() {
    _run 30000 head.json
    run compare base.json head.json --format json
    expect_status 0
    expect_json out 'len([r for r in d["rows"] if r["metric"] == "cpu_per_op_ns" and r["verdict"] != "not comparable"]) == 12'
    run compare base.json head.json --format json --metric thread_cpu_ns
    expect_none out '[r for r in d["rows"] if r["cell"].startswith("spin") and r["verdict"] != "not comparable"]'
}

run_tests
