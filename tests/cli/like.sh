#!/usr/bin/env bash
# ctest: timeout 480, label nosan
# A result's cells measured once more, and whether what they were is what they are.
. "$(dirname "$0")/lib.sh"

export CONTEND_TURN=off

_first() {
    [ -e first.json ] && return
    run run --workload noop,spin --executor fake --lock none,gil --tasks 2 -p gil.interval=1ms --ops 500 \
        --rounds 7 --seed 5 --no-report -o first.json
    expect_status 0
}

# _changed SCRIPT: first.json as changed.json, after that was done to d.
_changed() {
    python3 - "$1" <<'PY'
import json
import sys

d = json.load(open("first.json"))
exec(sys.argv[1])
json.dump(d, open("changed.json", "w"))
PY
}

the_same_cells_are_measured_with_the_same_settings() {
    _first
    run run --like first.json -o again.json
    expect_status 0
    expect_out 'reproduced: 0 slower'
    expect_out 'what they were'
    expect_valid again.json
    cat >same.py <<'PY'
import json

keys = ("id", "role", "params", "lock_params", "executor_params", "ops_per_task", "batch_ops", "placement", "workers")
a, b = (json.load(open(name)) for name in ("first.json", "again.json"))
told = [{c["id"]: [c.get(k) for k in keys] for c in d["cells"]} for d in (a, b)]
assert told[0] == told[1], told
assert a["run"]["seed"] == b["run"]["seed"] == 5 and b["run"]["rounds"] == 7
assert "suite" not in b["run"] or not b["run"]["suite"]
PY
    python3 same.py || fail "other cells, or other settings"
}

what_is_typed_beside_it_of_rounds_and_seed_counts() {
    _first
    run run --like first.json --rounds 3 --seed 9 -o again.json
    expect_json again.json 'd["run"]["rounds"] == 3 and d["run"]["seed"] == 9'
}

a_row_that_moved_is_named() {
    _first
    _changed 'for c in d["cells"]:
    if c["id"].startswith("spin/none"):
        m = c["metrics"]["throughput_per_s"]
        m["samples"] = [x * 2 for x in m["samples"]]
        m.pop("summary")'
    run run --like changed.json -o again.json
    expect_status 1
    expect_out 'not reproduced: '
    grep -qE 'slower +spin/none/fake/tasks=2 +throughput_per_s' out || fail 'the row is not named'
}

what_differs_is_named_and_keeps_them_apart() {
    _first
    _changed 'd["host"]["kernel"] = "1.2.3"; d["run"]["tool"]["compiler"] = "other"'
    run run --like changed.json -o again.json
    expect_status 5
    expect_out 'not comparable: '
    expect_out 'kernel: "1.2.3" against'
    expect_out 'compiler: "other" against'
}

what_cannot_be_repeated_is_refused() {
    _first
    run run --like first.json --workload spin -o x.json
    expect_refusal 2 '--like' 'first.json'
    run run --like first.json --resume -o x.json
    expect_refusal 2 '--resume'
    run run --like none.json -o x.json
    expect_refusal 2 'none.json'
    _changed 'd["run"]["tool"]["runtime"] = "cpython 3.11.2"'
    run run --like changed.json -o x.json
    expect_refusal 2 'cpython 3.11.2'
    _changed 'd["cells"] = []'
    run run --like changed.json -o x.json
    expect_refusal 2 'no cells'
    _changed 'd["cells"][0]["workload"] = "gone"'
    run run --like changed.json -o x.json
    expect_refusal 2 'changed.json' 'gone'
    expect [ ! -e x.json ]
}

run_tests
