#!/usr/bin/env bash
# ctest: takes 75, timeout 360, label nosan
# Workloads whose tasks hand something over, start, stop and stop for each other, through the real
# program: their counts, the reasons of what cannot be, and nothing left behind.
. "$(dirname "$0")/lib.sh"

tiny=(--lock none --task-time 1ms --rounds 1 --budget 1s)

# _payload WAY SIZE EXECUTORS COPIES BYTES
_payload() {
    run run --workload payload --executor "$3" --tasks 2 -p "payload.way=$1" -p "payload.size=$2" \
        "${tiny[@]}" -o payload.json
    expect_status 0
    expect_none payload.json '[(c["id"], c["reason"]) for c in cells if c["status"] != "ok"]'
    expect_none payload.json "[(c['id'], c['metrics']) for c in cells for m in [c['metrics']]
        if set(m['handover_copies']['samples']) != {$4} or set(m['handover_moved_bytes']['samples']) != {$5}
        or not m['handover_ns']['samples']]"
}

every_way_reports_its_copies_and_bytes() {
    _payload pointer 1MiB thread,coroutine 0 8
    _payload pipe 256KiB thread,spawn,coroutine 2 262144
    _payload json_pipe 64 process,coroutine 6 183
    TMPDIR=$work _payload file 64KiB process,coroutine 2 65536
    expect_valid payload.json
}

ways_that_cannot_be_are_skipped_with_the_reason() {
    run run --workload payload --executor process -p payload.way=pointer --tasks 2 "${tiny[@]}" -o skip.json
    expect_status 3
    expect_json skip.json '[c["status"] for c in cells] == ["skipped"]'
    expect_json skip.json '"processes share nothing" in cells[0]["reason"]'
    run run --workload payload --executor thread --tasks 1 "${tiny[@]}" -o alone.json
    expect_json alone.json '"two tasks" in cells[0]["reason"]'
    run run --workload payload --executor thread -p payload.way=pigeon "${tiny[@]}" -o bad.json
    expect_refusal 2 'pigeon' 'json_pipe'
    run run --workload payload --executor thread -p payload.size=2MiB "${tiny[@]}" -o bad.json
    expect_refusal 2 'payload.size'
}

a_result_and_an_error_take_the_same_steps() {
    local outcome
    for outcome in value error; do
        run run --workload future --executor coroutine,thread,process,spawn --tasks 1 \
            -p "future.outcome=$outcome" "${tiny[@]}" -o future.json
        expect_status 0
        expect_json future.json '{c["executor"]: c["metrics"]["future_steps_count"]["samples"][0]
            for c in cells if c["status"] == "ok"} == {"coroutine": 2, "thread": 5, "process": 6}'
        expect_json future.json 'next(c for c in cells if c["executor"] == "spawn")["reason"]
            == "the executor has no such operation of its own"'
    done
}

a_cancelled_unit_is_gone() {
    run run --workload cancel --executor coroutine,thread,process --tasks 1,2 -p cancel.child=computing \
        "${tiny[@]}" -o cancel.json
    expect_status 0
    expect_valid cancel.json
    expect_json cancel.json 'all(min(c["metrics"]["cancel_latency_ns"]["samples"]) > 0 for c in cells)'
    expect_no_leftovers
    run run --workload cancel --executor coroutine,thread,process --tasks 1 "${tiny[@]}" -o asleep.json
    expect_status 0
    expect_json asleep.json 'all(c["metrics"]["op_ns"]["samples"] for c in cells)'
    expect_json asleep.json 'all("computing" in c["metrics"]["cancel_latency_ns"]["reason"] for c in cells)'
}

one_that_never_gives_way_stops_a_loop_and_nobody_under_a_lock_of_their_own() {
    run run --workload freeze --executor coroutine,thread,process --lock none,gil --tasks 3 \
        -p freeze.duration=5ms --rounds 1 --budget 1s -o freeze.json
    expect_status 0
    expect_valid freeze.json
    expect_json freeze.json 'all(min(c["metrics"]["freeze_wait_ns"]["samples"]) >= 5e6 for c in cells
        if c["executor"] == "coroutine" or c["id"].startswith("freeze/gil/thread"))'
    run run --workload freeze --executor thread --tasks 1 -p freeze.duration=1ms "${tiny[@]}" -o alone.json
    expect_json alone.json '"nobody else" in cells[0]["metrics"]["freeze_wait_ns"]["reason"]'
}

files_are_written_where_tmpdir_says_and_not_left() {
    mkdir files
    TMPDIR=$work/files run run --workload file --executor serial,thread,process,spawn,coroutine --tasks 2 \
        -p file.size=10000 "${tiny[@]}" -o file.json
    expect_status 0
    expect_valid file.json
    expect_none file.json '[(c["id"], c["reason"]) for c in cells if c["status"] != "ok"]'
    expect_json file.json 'all(set(c["metrics"]["file_bytes"]["samples"]) == {20000} for c in cells)'
    [ -z "$(ls -A files)" ] || fail "left: $(ls -A files)"
}

a_directory_that_cannot_be_written_is_named() {
    TMPDIR=$work/none run run --workload file --executor thread --tasks 1 "${tiny[@]}" -o none.json
    expect_status 3
    expect_json none.json 'all(c["status"] == "skipped" and "/none\"" in c["reason"] for c in cells)'
    can_be_nobody || return 0
    mkdir -m 755 closed
    mkdir -m 777 open
    last_command='(as nobody) run --workload file'
    status=0
    TMPDIR=$work/closed as_nobody "$contend" run --workload file --executor thread --tasks 1 "${tiny[@]}" \
        -o open/closed.json >out 2>err </dev/null || status=$?
    expect_status 3
    expect_json open/closed.json 'all(c["status"] == "skipped" and "Permission denied" in c["reason"] for c in cells)'
}

# _kill_run ARGUMENTS: in the middle of its visits, a little later each time.
_kill_run() {
    local delay
    for delay in 0 0.05 0.3; do
        TMPDIR=$work/killed "$contend" run --lock none --executor process --tasks 2 --rounds 1000 --budget 120s \
            -o killed.json "$@" >out 2>err </dev/null &
        pid=$!
        await_lines killed.json.journal 1 '"round"'
        sleep "$delay"
        kill -KILL $pid
        wait $pid 2>/dev/null
        expect_no_leftovers
        [ -z "$(ls -A killed)" ] || fail "$*: left $(ls -A killed)"
        rm -f killed.json*
    done
}

nothing_is_left_of_a_killed_run() {
    mkdir killed
    # The run, its worker, two units, and a child of each.
    _kill_run --workload cancel -p cancel.child=computing -p cancel.delay=300ms
    _kill_run --workload file -p file.size=1MiB --ops 2000
}

run_tests
