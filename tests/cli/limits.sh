#!/usr/bin/env bash
# ctest: serial, label nosan
# A machine's limits are met with a reason in the cell, not with a broken run.
. "$(dirname "$0")/lib.sh"
run_limit=110

limit_names='pid_max|threads-max|threads_max|max_map_count|RLIMIT_NPROC|nproc|pids.max|memory|RLIMIT_AS'

more_threads_than_the_machine_has_room_for_are_skipped_by_name() {
    run run --workload noop --lock none --executor thread --tasks 2,100000 --rounds 1 -o limit.json
    expect_status 0
    expect_valid limit.json
    expect_json limit.json '[c["status"] for c in cells if c["executor"] == "thread" and c["tasks"] == 2] == ["ok"]'
    # A machine with room for all of them may measure them.
    expect_none limit.json '[c.get("reason") for c in cells if c["tasks"] == 100000 and c["status"] != "ok"
        and not (c["status"] == "skipped" and __import__("re").search("'"$limit_names"'", c["reason"]))]'
    expect_no_leftovers
}

a_limit_of_the_user_is_named() {
    can_be_nobody || return 0
    mkdir -p open
    chmod 777 open
    local executor
    for executor in thread process; do
        status=0
        last_command="run --executor $executor --tasks 1,60 (at most 30 processes)"
        as_nobody bash -c 'ulimit -u 30; exec timeout 50 "$2" run --workload noop --lock none \
            --executor "$1" --tasks 1,60 --rounds 1 -o open/few.json' - "$executor" "$contend" >out 2>err || status=$?
        expect_status 0
        expect_none open/few.json '[(c["id"], c["reason"]) for c in cells if c["tasks"] == 1 and c["status"] != "ok"]'
        expect_none open/few.json '[c.get("reason") for c in cells if c["tasks"] == 60
            and not (c["status"] == "skipped" and __import__("re").search("'"$limit_names"'", c["reason"]))]'
        expect_valid open/few.json
        rm -f open/few.json
    done
    expect_no_leftovers
}

few_descriptors_are_told_as_what_they_are() {
    local most
    for most in 8 10 11; do
        status=0
        last_command="run with at most $most descriptors"
        (ulimit -n $most && exec "$contend" run --workload noop --lock none --executor thread --tasks 1 \
            --rounds 1 -o fds.json) >out 2>err </dev/null || status=$?
        expect_status 3
        expect_err 'Too many open files'
    done
    expect_no_leftovers
}

# Buggy result: a signal somewhere. Below some 16 KiB no program gets as far as to say so, and its environment lies there too.
a_stack_that_is_too_small_is_told_as_what_it_is() {
    local kib
    for kib in 20 32 128; do
        status=0
        last_command="doctor with a stack of $kib KiB"
        (ulimit -s "$kib" && exec env -i "$contend" doctor) >out 2>err </dev/null || status=$?
        expect_refusal 3 'stack' 'ulimit -s'
    done
}

# Half a CPU of however many is one: pools have a worker, and "cpus" tasks are one.
a_quota_of_a_control_group_counts_as_cpus() {
    local group=/sys/fs/cgroup/cpu/${work##*/}
    mkdir "$group" 2>/dev/null || return 0
    echo 50000 >"$group/cpu.cfs_quota_us" 2>/dev/null || { rmdir "$group"; return 0; }
    status=0
    last_command='(half a CPU) run --executor thread_pool --tasks cpus'
    bash -c 'echo $$ >"$1/cgroup.procs" && exec "$2" run --workload noop --lock none --executor thread_pool \
        --tasks cpus --rounds 1 --no-report -o quota.json' - "$group" "$contend" >out 2>err </dev/null || status=$?
    rmdir "$group"
    expect_status 0
    expect_json quota.json 'all(c["tasks"] == 1 and c["workers"] in (0, 1) for c in cells)'
}

a_machine_without_a_loopback_interface_leaves_what_wants_one_out() {
    unshare -n true 2>/dev/null || unshare -rn true 2>/dev/null || return 0
    local own=-n
    unshare -n true 2>/dev/null || own=-rn
    status=0
    last_command='unshare -n contend run --workload echo'
    unshare $own "$contend" run --workload echo,noop --lock none --executor thread,process --tasks 2 \
        --rounds 1 -o alone.json >out 2>err </dev/null || status=$?
    expect_status 0
    expect_json alone.json 'all(c["status"] == "skipped" and "over the loopback interface" in c["reason"]
        for c in cells if c["workload"] == "echo")'
    expect_json alone.json 'all(c["status"] == "ok" for c in cells if c["workload"] == "noop")'
    # Local sockets need none.
    unshare $own "$contend" run --workload echo -p echo.transport=unix --lock none --executor thread --tasks 2 \
        --rounds 1 -o local.json >out 2>err </dev/null || fail "local sockets"
    expect_json local.json 'all(c["status"] == "ok" for c in cells)'
}

run_tests
