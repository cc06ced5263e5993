#!/usr/bin/env bash
# ctest: serial, timeout 120, label nosan
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
    cp "$contend" ./contend-copy
    chmod 755 ./contend-copy
    mkdir -p open
    chmod 777 open
    local executor
    for executor in thread process; do
        status=0
        last_command="run --executor $executor --tasks 1,60 (at most 30 processes)"
        as_nobody bash -c 'ulimit -u 30; exec timeout 50 ./contend-copy run --workload noop --lock none \
            --executor "$1" --tasks 1,60 --rounds 1 -o open/few.json' - "$executor" >out 2>err || status=$?
        expect_status 0
        expect_none open/few.json '[(c["id"], c["reason"]) for c in cells if c["tasks"] == 1 and c["status"] != "ok"]'
        expect_none open/few.json '[c.get("reason") for c in cells if c["tasks"] == 60
            and not (c["status"] == "skipped" and __import__("re").search("'"$limit_names"'", c["reason"]))]'
        expect_valid open/few.json
        rm -f open/few.json
    done
    expect_no_leftovers
    rm -f ./contend-copy
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
