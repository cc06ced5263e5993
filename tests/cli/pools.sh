#!/usr/bin/env bash
# ctest: timeout 360, label nosan
# Pools and processes through the real program: fresh images do the same work as forked ones, with
# plug-ins too; nothing is left when the run is killed; a heap and a dispatch say what they found.
. "$(dirname "$0")/lib.sh"

fresh_images_do_the_work_under_every_lock() {
    run run --workload sleep,prime,noop --lock none,mutex,gil --executor spawn --tasks 1,3 \
        -p sleep.duration=1ms -p prime.number=1000003 --task-time 1ms --rounds 1 --budget 1s \
        -o spawn.json
    expect_status 0
    expect_valid spawn.json
    expect_json spawn.json 'len([c for c in cells if c["role"] == "measured"]) == 18'
    expect_none spawn.json '[(c["id"], c["reason"]) for c in cells if c["status"] != "ok"]'
    expect_json spawn.json 'all(c["metrics"]["startup_ns"]["samples"] for c in cells if c["executor"] == "spawn")'
    expect_no_leftovers
}

fresh_images_load_the_plugins_again() {
    local plugin=${CONTEND_BUILD:-}/tests/plugins/numbers.so
    [ -f "$plugin" ] || return 0
    run run --plugin "$plugin" --workload collatz --lock none --executor spawn --tasks 2 \
        --task-time 1ms --rounds 1 --budget 1s -o plugin.json
    expect_status 0
    expect_none plugin.json '[(c["id"], c["reason"]) for c in cells if c["status"] != "ok"]'
}

the_program_of_the_workers_refuses_strangers() {
    local contend=${CONTEND_BUILD:-}/contend-worker
    [ -x "$contend" ] || return 0
    run
    expect_refusal 2 'contend starts it'
    run unit
    expect_refusal 2 'only the executor "spawn" calls this'
    run unit 3 x 4096 1 1 0
    expect_refusal 2 'unit: "x"'
    run worker
    expect_refusal 2 'descriptor 3 holds no assignment'
}

units_die_with_a_killed_run() {
    local executor i
    for executor in process_pool process_vfork spawn; do
        "$contend" run --workload sleep --lock none --executor "$executor" --tasks 3 \
            -p sleep.duration=500ms --rounds 50 -o "$executor.json" >out 2>err </dev/null &
        pid=$!
        # The run, its worker, and at least one unit that sleeps.
        for i in $(seq 1200); do
            [ "$(our_processes | wc -l)" -ge 3 ] && break
            sleep 0.05
        done
        [ "$i" -lt 1200 ] || fail "$executor: no unit was seen"
        kill -KILL $pid
        wait $pid 2>/dev/null
        expect_no_leftovers
    done
}

a_held_heap_is_reported_with_its_pages() {
    run run --workload heap --executor thread,process,process_vfork,spawn --lock none --tasks 1 \
        -p heap.bytes=16MiB --rounds 1 --budget 1s -o heap.json
    expect_status 0
    expect_valid heap.json
    expect_none heap.json '[(c["id"], c["reason"]) for c in cells if c["status"] == "failed"]'
    expect_json heap.json 'all("huge_page_ratio" in c["metrics"] for c in cells if c["status"] == "ok")'
}

a_heap_that_does_not_fit_is_skipped_with_the_reason() {
    run run --workload heap --executor thread --lock none --tasks 1 -p heap.bytes=1000GiB --rounds 1 \
        --budget 1s -o big.json
    expect_json big.json '[c["status"] for c in cells] == ["skipped"]'
    expect_json big.json '"available" in cells[0]["reason"]'
}

a_dispatch_has_both_its_figures_under_every_executor() {
    run run --workload dispatch --executor serial,thread,thread_pool,process_pool,coroutine,fake \
        --lock none --tasks 1,100 -p dispatch.pause=10us --rounds 1 --budget 1s -o dispatch.json
    expect_status 0
    expect_valid dispatch.json
    expect_json dispatch.json 'all(c["metrics"][m]["samples"] for c in cells for m in ("dispatch_ns", "round_trip_ns"))'
}

run_tests
