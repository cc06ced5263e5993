#!/usr/bin/env bash
# ctest: timeout 240
# What a plan is made from is checked before anything is measured: suites, shards, plug-ins.
. "$(dirname "$0")/lib.sh"

# suite TEXT-OF-TOP-LEVEL-MEMBERS: a suite of one small group with these besides.
_suite() {
    printf '{%s "groups": [{"workloads": ["noop"], "locks": ["none"], "executors": ["fake"], "tasks": ["1"]}]}' \
        "$1" >suite.json
    run run --suite ./suite.json --no-report -o suite-result.json
}

numbers_of_a_suite_have_the_ranges_of_their_options() {
    local row
    for row in '"rounds": 0' '"rounds": -1' '"rounds": 1001' '"rounds": 4294967296' '"rounds": "0"' \
        '"rounds": 1.5' '"rounds": true' '"rounds": []' '"budget": 0' '"budget": -5' \
        '"budget": "soon"' '"task_time": 0' '"task_time": "61s"' '"task_time": null'; do
        _suite "$row,"
        expect_refusal 2 suite "${row%%:*}"
        [ ! -e suite-result.json ] || fail "$row left a result"
    done
    _suite '"rounds": 2, "budget": "5s", "task_time": "1ms",'
    expect_status 0
    expect_json suite-result.json 'd["run"]["rounds"] == 2'
}

unknown_words_of_a_suite_are_named() {
    _suite '"rouds": 3,'
    expect_refusal 2 '"rouds"' 'did you mean "rounds"?'
    local group
    for group in '{"workloads": ["noop"], "lock_scope": "shard"}' '{"workloads": ["noop"], "lock_scope": 3}' \
        '{"workloads": ["noop"], "params": ["a"]}' '{"workloads": ["noop"], "params": {"a": {}}}' \
        '{"workloads": ["noop"], "ops": 0}' '{"workloads": ["noop"], "ops": 1e3}' \
        '{"workloads": ["noop"], "ops": 9000000000000000}' '["noop"]' '"noop"' '{"workload": ["noop"]}'; do
        printf '{"groups": [%s]}' "$group" >group.json
        run run --suite ./group.json --no-report -o group-result.json
        expect_refusal 2 suite
    done
}

# The parts of a plan are the plan: each measured cell once, and with it the ceilings it refers to.
shards_share_out_the_cells_and_take_their_own_ceilings() {
    local plan=(--workload noop,spin,prime --lock none,gil --executor fake,serial --tasks 1,2
        --task-time 1ms --rounds 1 --no-report) i
    run run "${plan[@]}" -o whole.json
    expect_status 0
    for i in 1 2 3 4 5; do
        run run "${plan[@]}" --shard "$i/5" -o "shard$i.json"
        expect_status 0
    done
    python3 - <<'PY' || fail "the shards are not the plan"
import json
def cells(path): return json.load(open(path))["cells"]
def measured(path): return [c["id"] for c in cells(path) if c["role"] == "measured"]
parts = [f"shard{i}.json" for i in range(1, 6)]
together = [i for p in parts for i in measured(p)]
assert sorted(together) == sorted(measured("whole.json")), together
assert max(len(measured(p)) for p in parts) - min(len(measured(p)) for p in parts) <= 1
ceilings = {c["id"] for c in cells("whole.json") if c["role"] == "control"}
for p in parts:
    works = {c["workload"] for c in cells(p) if c["role"] == "measured"}
    for c in cells(p):
        assert c["role"] == "measured" or c["workload"] in works, (p, c["id"])
PY
    run run --workload noop --lock none --executor fake --tasks 1 --shard 9/9 --no-report -o none.json
    expect_refusal 2 '--shard: "9/9"' 'fewer cells'
    [ ! -e none.json ] || fail "a shard of nothing left a result"
}

a_plugin_that_breaks_the_contract_is_refused_by_name() {
    run run --plugin "${CONTEND_BUILD:?}/tests/plugins/sprawling.so" --workload sprawling --lock none \
        --executor fake --tasks 1 --no-report -o sprawling.json
    expect_refusal 2 sprawling.so '"sprawling"' 'more than 8 parameters'
}

a_workload_may_be_called_like_a_probe() {
    run run --plugin "${CONTEND_BUILD:?}/tests/plugins/namesake.so" --workload clock --lock none \
        --executor thread --tasks 2 --rounds 2 --task-time 1ms --no-report -o namesake.json
    expect_status 0
    expect_json namesake.json \
        'all(set(c["metrics"]["told_ns"]["samples"]) == {42} for c in cells if c["executor"] == "thread")'
    expect_json namesake.json \
        'all(42 not in c["metrics"]["startup_ns"]["samples"] for c in cells if c["executor"] == "thread")'
    expect_json namesake.json \
        'all(c["metrics"]["throughput_per_s"]["samples"] for c in cells if c["executor"] == "thread")'
}

run_tests
