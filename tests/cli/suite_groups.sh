#!/usr/bin/env bash
# What a suite's group may say of its cells: probes with launches of their own, and operations.
. "$(dirname "$0")/lib.sh"

_suite() {
    printf '{"summary": "s", "rounds": 3, "task_time": "1ms", "groups": [{"workloads": ["noop"], "locks": ["mutex"],
        "executors": ["thread"], "tasks": ["2"], %s}]}' "$1" >own.json
}

named_probes_are_taken_in_every_round_and_others_never() {
    _suite '"probes": ["memory"], "ops": 3'
    run run --suite ./own.json --no-report -o result.json -q
    expect_status 0
    expect_valid result.json
    expect_json result.json 'cells[0]["ops_per_task"] == 3'
    # Resident memory: others that start or end cost the sum a round, by their kernel stacks.
    expect_json result.json 'len(cells[0]["metrics"]["memory_resident_bytes"]["samples"]) == 3'
    expect_json result.json '"suite leaves" in cells[0]["metrics"]["lock_hold_ns"]["reason"]'
}

an_empty_list_means_none() {
    _suite '"probes": []'
    run run --suite ./own.json --no-report -o none.json -q
    expect_status 0
    expect_json none.json '"suite leaves" in cells[0]["metrics"]["memory_bytes"]["reason"]'
    expect_json none.json 'cells[0]["ops_per_task"] > 3'
}

the_command_line_overrides_the_operations() {
    _suite '"ops": 3'
    run run --suite ./own.json --ops 5 --no-report -o five.json -q
    expect_status 0
    expect_json five.json 'cells[0]["ops_per_task"] == 5'
}

an_interrupted_run_remembers_them() {
    _suite '"probes": ["memory"]'
    "$contend" run --suite ./own.json --task-time 50ms --rounds 12 --no-report -o cut.json -q 2>err >out &
    local pid=$!
    await_lines cut.json.journal 3 '"round"'
    kill -INT "$pid"
    wait "$pid"
    expect grep -q '"own_probes":' cut.json.journal
    run run --resume -o cut.json --no-report -q
    expect_status 0
    # Forgotten probes would leave those of before the interruption alone; a reading may be missing.
    expect_json cut.json 'len(cells[0]["metrics"]["makespan_ns"]["samples"]) == 12'
    expect_json cut.json 'len(cells[0]["metrics"]["memory_resident_bytes"]["samples"]) >= 9'
}

mistakes_are_named() {
    _suite '"probes": ["memroy"]'
    run run --suite ./own.json -o x.json
    expect_refusal 2 '"memroy"' 'memory'
    _suite '"probes": "memory"'
    run run --suite ./own.json -o x.json
    expect_refusal 2 '"probes" must be a list'
    _suite '"ops": 0'
    run run --suite ./own.json -o x.json
    expect_refusal 2 '"ops" must be a whole number'
    _suite '"ops": "many"'
    run run --suite ./own.json -o x.json
    expect_refusal 2 '"ops" must be a whole number'
}

the_suite_of_the_claims_is_listed_and_runs() {
    run list suites
    expect_out ' claims '
    run run --suite claims --workload switch --rounds 1 --task-time 1ms --no-report -o claims.json
    expect_status 0
    expect_json claims.json 'len([c for c in cells if c["role"] == "measured"]) == 3'
}

run_tests
