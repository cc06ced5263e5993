#!/usr/bin/env bash
# Placements: units are where the result says, and what a machine cannot do is said.
. "$(dirname "$0")/lib.sh"

placements=(core smt llc numa)

"$contend" doctor >seen 2>err || true
grep -q 'topology  *unknown' seen && skip_all 'hwloc is not here'

# Each unit starts a program that tells where it may run: beside what is started for the ceiling and
# for the size of the work, which may run anywhere, all CPUs of the list must be there.
units_are_on_the_cpus_that_the_result_names() {
    local placement
    for placement in "${placements[@]}"; do
        rm -f where
        run run --workload command --executor process --lock none --tasks 2 --placement "$placement" --rounds 1 \
            -p command.argv="sh -c 'grep Cpus_allowed_list: /proc/self/status >>$PWD/where'" -o placed.json
        [ "$placement" != smt ] && expect_status 0
        expect_valid placed.json
        "${python:-python3}" - "$placement" <<'PY' || fail "placement $placement: units are elsewhere"
import json, os, sys
cell = next(c for c in json.load(open("placed.json"))["cells"] if "placement=" in c["id"])
if cell["status"] == "skipped":
    assert cell["reason"].startswith("placement " + sys.argv[1] + ": "), cell["reason"]
    assert "cpus" not in cell
    sys.exit(0)
assert cell["status"] == "ok", cell
masks = {line.split()[1] for line in open("where")}
alone = {int(mask) for mask in masks if mask.isdigit()}
assert 1 <= len(cell["cpus"]) <= 2 and len(set(cell["cpus"])) == len(cell["cpus"]), cell["cpus"]
assert set(cell["cpus"]) <= os.sched_getaffinity(0)
assert set(cell["cpus"]) <= alone, (cell["cpus"], masks)
PY
    done
}

# hwloc's own variables, left in the environment by who looked at another machine.
a_machine_that_is_only_told_of_places_nobody() {
    HWLOC_SYNTHETIC='pack:2 numa:2 l3:2 core:3 pu:2' run run --workload spin --executor thread --lock none --tasks 2 \
        --placement core,free --rounds 1 --task-time 1ms -o told.json
    expect_status 0
    expect_json told.json '{c["placement"]: c["status"] for c in cells if c["role"] == "measured"} == {"core": "skipped", "free": "ok"}'
    expect_json told.json '"topology" not in d["host"] and all("another machine" in c["reason"] for c in cells if c["status"] == "skipped")'
    HWLOC_SYNTHETIC='pack:2 numa:2 l3:2 core:3 pu:2' run doctor
    grep -q 'topology  *unknown' out || { fail "doctor believes it"; show_run; }
    # Where its administrator says that it is this one, it is.
    HWLOC_THISSYSTEM=1 HWLOC_SYNTHETIC='numa:1 core:1 pu:1' run run --workload spin --executor thread --lock none --tasks 1 \
        --placement core --rounds 1 --task-time 1ms -o said.json
    expect_status 0
    expect_json said.json 'd["host"]["topology"]["cpus"] == 1'
}

pools_and_event_loops_are_placed_as_well() {
    run run --workload spin --executor thread,thread_pool,process_pool,process_coroutine --lock none --tasks 2 --workers 2 \
        --placement core --rounds 1 --task-time 1ms -o pools.json
    expect_status 0
    expect_valid pools.json
    expect_json pools.json '[c["cpus"] for c in cells if c["role"] == "measured"] == 4 * [cells[0]["cpus"]]'
    expect_json pools.json 'all("cpus" not in c for c in cells if c["role"] == "control")'
}

what_has_no_threads_to_place_is_skipped_by_name() {
    run run --workload spin --executor coroutine,thread --lock none --tasks 1 --placement core --rounds 1 --task-time 1ms \
        -o loop.json
    expect_status 0
    expect_json loop.json '[c["reason"] for c in cells if c["status"] == "skipped"] ==
        ["placement core: the executor coroutine has all its units on one thread"]'
}

one_cpu_has_no_second_one_of_its_core() {
    local last
    last=$("${python:-python3}" -c 'import os; print(max(os.sched_getaffinity(0)))')
    status=0
    last_command="run --placement smt,core,numa on CPU $last"
    taskset -c "$last" "$contend" run --workload spin --executor thread --lock none --tasks 2 --placement smt,core,numa --rounds 1 \
        --task-time 1ms -o one.json >out 2>err || status=$?
    expect_status 0
    expect_valid one.json
    expect_json one.json '[c["reason"] for c in cells if c["status"] == "skipped"] ==
        ["placement smt: no core here has a second CPU that may be used"]'
    expect_json one.json 'all(c["cpus"] == [max(__import__("os").sched_getaffinity(0))] for c in cells
        if c["status"] == "ok" and c["role"] == "measured")'
}

the_host_says_what_it_is_made_of() {
    expect_json one.json 'd["host"]["topology"]["source"].startswith("hwloc ")
        and d["host"]["topology"]["cores"] <= d["host"]["topology"]["cpus"]
        and d["host"]["topology"]["cpus"] == d["host"]["cpus_online"]'
    run doctor
    expect_out topology
    run doctor --format json
    expect_json out '[f["level"] for f in d["findings"] if f["name"] == "topology"] == ["ok"]'
}

another_topology_is_another_machine() {
    "${python:-python3}" - <<'PY'
import json
d = json.load(open("one.json"))
d["host"]["topology"]["packages"] += 3
json.dump(d, open("moved.json", "w"))
PY
    run compare --allow sanitizer one.json moved.json
    expect_status 5
    grep -q 'packages: [0-9]* against' out err || { fail "compare names what differs"; show_run; }
}

unknown_placements_are_refused_with_those_there_are() {
    run run --workload spin --placement cores
    expect_refusal 2 cores core smt llc numa spread
}

# Whether a process of the command loads hwloc.
_loads_hwloc() {
    rm -f loaded.*
    LD_DEBUG=files LD_DEBUG_OUTPUT=$PWD/loaded "$contend" "$@" >out 2>err
    grep -q libhwloc loaded.*
}

# Where it is not needed it is not loaded: it would be in every command's start.
hwloc_is_loaded_when_asked_for() {
    for words in --version 'list executors' 'run --help'; do
        # shellcheck disable=SC2086
        _loads_hwloc $words && fail "contend $words loads hwloc"
    done
    _loads_hwloc doctor || fail "contend doctor does not load hwloc"
}

like_measures_the_same_placements() {
    rm -f again.json*
    run run --workload spin --executor thread --lock none --tasks 2 --placement core --rounds 3 --task-time 1ms -o again.json
    expect_status 0
    expect_valid again.json
    run run --like again.json -o like.json
    expect_json like.json '[c["id"] for c in cells] == [c["id"] for c in __import__("json").load(open("again.json"))["cells"]]'
}

run_tests
