#!/usr/bin/env bash
# ctest: timeout 480
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
    "${python:-python3}" - <<'PY' || fail "the shards are not the plan"
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
    run run --workload noop --lock none --executor fake --tasks 1 --shard 1/1000000 --no-report -o none.json
    expect_refusal 2 '--shard: "1/1000000"' '100000'
}

# Expected: a shard that has the long cell has nearly nothing else.  Buggy result: every second cell each.
shards_take_about_as_long_as_each_other() {
    local i
    printf '{"groups": [%s, %s]}' '{"workloads": ["sleep"], "executors": ["thread"], "locks": ["none"], "tasks": ["1"], "params": {"sleep.duration": "10s"}}' \
        '{"workloads": ["sleep"], "executors": ["thread"], "locks": ["none"], "tasks": ["1","2","3","4","5","6","7","8"], "params": {"sleep.duration": "1ms"}}' >long.json
    for i in 1 2; do
        run run --suite ./long.json --shard "$i/2" --dry-run --format json
        expect_status 0
        cp out "part$i.json"
    done
    python3 - <<'PY' || fail "the shards are not balanced"
import json
def rows(path):
    return [r for b in json.load(open(path))["blocks"] if "rows" in b for r in b["rows"] if r["role"] == "measured"]
assert sorted(len(rows(f"part{i}.json")) for i in (1, 2)) == [1, 8], [rows(f"part{i}.json") for i in (1, 2)]
PY
}

a_dry_run_tells_and_measures_nothing() {
    run run --workload sleep,spin --lock none --executor thread,fake --tasks 1 -p sleep.duration=30ms --dry-run -o dry.json
    expect_status 0
    expect_out 'sleep/none/thread/tasks=1,duration=30ms'
    expect_out control
    expect_out 'Nothing was measured'
    grep -qE '^4 cells \(and 2 to compare with\): 11 rounds in about [0-9.]+ s' out || fail "the time is not told"
    [ ! -e dry.json ] && [ ! -e dry.json.journal ] && [ ! -e results ] || fail "something was written"
    run run --workload spin --lock none --executor thread --tasks 1 --ops 10 --dry-run
    expect_out 'The operations of 2 cells are a number that was given'
    run run --workload sleep --executor nobody --tasks 1 --dry-run
    expect_refusal 2 nobody
    run run --resume --dry-run -o dry.json
    expect_refusal 2 --dry-run
    run run --workload sleep --lock none --executor thread --tasks 1000000 --dry-run --format csv
    expect_status 0
    expect_out skipped
}

a_plugin_that_breaks_the_contract_is_refused_by_name() {
    run run --plugin "${CONTEND_BUILD:?}/tests/plugins/sprawling.so" --workload sprawling --lock none \
        --executor fake --tasks 1 --no-report -o sprawling.json
    expect_refusal 2 sprawling.so '"sprawling"' 'more than 8 parameters'
}

what_a_plugin_prints_while_it_is_opened_is_in_no_document() {
    local ending=${CONTEND_BUILD:?}/tests/plugins/ending.so
    run list workloads --json --plugin "$ending"
    expect_status 0
    expect_err 'a line that no document wants'
    "${python:-python3}" -c 'import json, sys; json.load(open("out"))' || fail "list --json is no JSON"
    run run --plugin "$ending" --workload ending --lock none --executor fake --tasks 1 --ops 10 --rounds 1 -o - --no-report
    expect_status 0
    "${python:-python3}" -c 'import json, sys; json.load(open("out"))' || fail "the result is no JSON"
}

a_plugin_that_ends_the_program_is_told() {
    CONTEND_TEST_END=1 run run --plugin "${CONTEND_BUILD:?}/tests/plugins/ending.so" --workload ending --lock none \
        --executor fake --tasks 1 --ops 10 --rounds 1 --no-report -o ended.json
    expect_status 3
    expect_err 'ending.so ended the program while it was loaded'
    [ ! -e ended.json ] || fail "there is a result"
}

# Buggy: killed by the signal, without a word.
a_plugin_that_crashes_while_it_is_asked_is_told() {
    local words=(--plugin "${CONTEND_BUILD:?}/tests/plugins/brittle.so" --workload brittle --lock none --tasks 1)
    run run "${words[@]}" --executor fake --rounds 1 --no-report -q -o fine.json
    expect_status 0
    [ -z "${CONTEND_SANITIZER:-}" ] || return 0 # it tells of crashes itself
    run run "${words[@]}" --executor fake -p brittle.crashes=1 --rounds 1 --no-report -o crashed.json
    expect_refusal 3 'a plug-in crashed the program'
    run trace "${words[@]}" --executor thread -p brittle.crashes=1 --for 1ms -o crashed.json
    expect_refusal 3 'a plug-in crashed the program'
    expect test -z "$(find . -name '*crashed*')"
}

what_a_plugin_does_at_the_end_is_not_done() {
    local how parting=${CONTEND_BUILD:?}/tests/plugins/parting.so
    for how in abort exit stay; do
        CONTEND_TEST_PART=$how run run --plugin "$parting" --workload parting --lock none --executor thread --tasks 1 \
            --ops 10 --rounds 1 --no-report -o "$how.json"
        expect_status 0
        expect_json "$how.json" 'all(c["status"] == "ok" for c in cells)'
        CONTEND_TEST_PART=$how run run --plugin "$parting" --workload nothing_known
        expect_status 2
    done
}

what_a_plugin_asks_too_much_memory_for_is_no_cell() {
    run run --plugin "${CONTEND_BUILD:?}/tests/plugins/parting.so" --workload vast --lock none --executor thread \
        --tasks 1 --ops 10 --rounds 1 --no-report -o vast.json
    expect_status 3
    expect_json vast.json 'all(c["status"] == "skipped" and "no memory" in c["reason"] for c in cells)'
    run list locks --plugin "${CONTEND_BUILD:?}/tests/plugins/endless.so"
    expect_refusal 2 'endless.so: lock "endless": its unit_bytes is 18446744073709551615 (at most 68719476736)'
}

a_plugin_that_holds_nothing_is_refused() {
    run list locks --plugin "${CONTEND_BUILD:?}/tests/plugins/hollow.so"
    expect_refusal 2 'hollow.so holds no workload, executor, lock or probe'
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
