#!/usr/bin/env bash
# ctest: timeout 360, label nosan
# Whom contend starts: what was handed on to it is not handed on to them, how they end is told, and
# whoever is killed, nothing is left running.
. "$(dirname "$0")/lib.sh"
run_limit=100

refuse=${CONTEND_REFUSE:-}

# Live processes of the test that are no part of it: by the mark in their environment.
_left() {
    local file pid
    for file in $(grep -lzxF "CONTEND_TEST_MARK=$work" /proc/[0-9]*/environ 2>/dev/null); do
        pid=${file#/proc/}
        pid=${pid%/environ}
        grep -qE '^(sleep|contend)' "/proc/$pid/comm" 2>/dev/null &&
            ! grep -q '^State:[[:space:]]*[ZX]' "/proc/$pid/status" 2>/dev/null && echo "$pid"
    done
    return 0
}

_expect_nothing_left() {
    local i
    for i in $(seq 100); do
        [ -z "$(_left)" ] && return
        sleep 0.1
    done
    fail "$1: processes were left: $(for p in $(_left); do tr '\0' ' ' <"/proc/$p/cmdline"; echo ";"; done)"
    # shellcheck disable=SC2046
    kill -KILL $(_left) 2>/dev/null
}

_lines() {
    [ -f "$1" ] && wc -l <"$1" || echo 0
}

# ---- What contend was started with ----------------------------------------------------------

# Buggy result: sides that die of a signal were good samples, exit status 0.
a_side_that_dies_is_told_where_sigchld_was_ignored() {
    last_command="(SIGCHLD ignored) duel -- true -- sh -c 'kill -SEGV \$\$'"
    status=0
    timeout 50 env --ignore-signal=CHLD "$contend" duel --pairs 5 -- true -- sh -c 'kill -SEGV $$' \
        >out 2>err </dev/null || status=$?
    expect_refusal 3 'head was killed by signal 11 (Segmentation fault)'
}

a_run_is_whole_where_sigchld_was_ignored() {
    status=0
    last_command="(SIGCHLD ignored) run"
    timeout 50 env --ignore-signal=CHLD "$contend" run --workload noop --lock none \
        --executor thread,process,spawn --tasks 2 --rounds 1 --budget 2s -o chld.json --no-report \
        >out 2>err </dev/null || status=$?
    expect_status 0
    expect_none chld.json '[(c["id"], c.get("reason")) for c in cells if c["status"] != "ok"]'
}

signals_that_were_blocked_are_heard() {
    env --block-signal "$contend" run --workload sleep --executor thread --tasks 1 --lock none \
        --rounds 400 --budget 60s -o blocked.json --no-report >out 2>err </dev/null &
    local pid=$! i
    for i in $(seq 200); do
        [ "$(_lines blocked.json.journal)" -ge 3 ] && break
        sleep 0.05
    done
    kill -TERM $pid
    status=0
    wait $pid || status=$?
    last_command='(all signals blocked) run, TERM'
    expect_status 130
}

# The signals a side ignores, without the two that belong to the C library: make hands these on
# ignored, and no program may change them.
_ignored() {
    echo $((0x$(sed -n 's/^SigIgn:[[:space:]]*//p' "$1") & 0x7fffffff))
}

# What a side finds in /proc/self/status, when contend has all of that.
sides_have_the_signals_of_a_fresh_program() {
    cat >status.sh <<'SH'
#!/bin/sh
grep '^Sig[BI]' /proc/self/status >"$1"
SH
    chmod +x status.sh
    status=0
    last_command="duel with signals ignored and blocked"
    timeout 50 env --default-signal=HUP --ignore-signal=INT,QUIT,USR1,PIPE,CHLD --block-signal=USR2 "$contend" duel --pairs 2 \
        --budget 5s --quiet -- ./status.sh a -- ./status.sh b >out 2>err </dev/null || status=$?
    expect grep -qE '^SigBlk:[[:space:]]0+$' a
    expect test "$(_ignored a)" -eq 0
    timeout 50 env --ignore-signal=HUP,INT "$contend" duel --pairs 2 --budget 5s --quiet \
        -- ./status.sh a -- ./status.sh b >out 2>err </dev/null
    expect test "$(_ignored a)" -eq 1
}

a_hang_up_does_not_end_what_runs_under_nohup() {
    local i
    # shellcheck disable=SC2024
    nohup "$contend" run --workload sleep --executor thread --tasks 1 --lock none -p sleep.duration=20ms \
        --rounds 8 --budget 60s -o nohup.json --no-report >out 2>err </dev/null &
    local pid=$!
    for i in $(seq 200); do
        [ "$(_lines nohup.json.journal)" -ge 3 ] && break
        sleep 0.05
    done
    kill -HUP $pid
    status=0
    wait $pid || status=$?
    last_command="nohup run, HUP"
    expect_status 0
    expect_json nohup.json 'd["run"]["status"] == "complete"'
    nohup "$contend" duel --pairs 30 --budget 20s --quiet -- sleep 0.02 -- sleep 0.02 >out 2>err </dev/null &
    pid=$!
    sleep 0.5
    kill -HUP $pid
    status=0
    wait $pid || status=$?
    last_command="nohup duel, HUP"
    [ "$status" -ne 130 ] && [ "$status" -ne 129 ] || { fail "the duel was ended"; show_run; }
    _expect_nothing_left nohup
}

a_file_that_may_not_grow_is_an_error_in_words() {
    local kib
    "$contend" run --workload noop,sleep --lock none --executor serial,thread --tasks 2 --rounds 2 --budget 2s \
        -o whole.json --no-report >out 2>err </dev/null || fail "no result to work with"
    for kib in 0 1 8; do
        last_command="(ulimit -f $kib) run"
        status=0
        (ulimit -f $kib; exec timeout 50 "$contend" run --workload noop,sleep --lock none \
            --executor serial,thread --tasks 2 --rounds 2 --budget 2s -o small.json --no-report) \
            2>&1 >/dev/null </dev/null | cat >err
        status=${PIPESTATUS[0]}
        [ "$status" -eq 3 ] || [ "$status" -eq 2 ] || { fail "status $status"; show_run; }
        expect_err 'File too large'
        expect_no_temporaries
        last_command="(ulimit -f $kib) export"
        (ulimit -f $kib; exec timeout 50 "$contend" export whole.json --to csv -o exported.csv) 2>&1 >/dev/null | cat >err
        status=${PIPESTATUS[0]}
        if [ "$status" -ne 0 ]; then
            [ "$status" -eq 3 ] || [ "$status" -eq 2 ] || { fail "status $status"; show_run; }
            expect_err 'File too large'
            expect test ! -e exported.csv
        fi
        rm -f exported.csv
        expect_no_temporaries
    done
    _expect_nothing_left 'ulimit -f'
}

# ---- Memory -----------------------------------------------------------------------------------

# A control group of 64 MiB for $1 (its name), where one may be made: sets $group.
_limited_group() {
    local at
    if [ -w /sys/fs/cgroup/cgroup.procs ]; then
        group=/sys/fs/cgroup/$1
        mkdir "$group" 2>/dev/null && echo 64M >"$group/memory.max" 2>/dev/null && return
    fi
    at=$(sed -n 's/^[0-9]*:memory:\(.*\)$/\1/p' /proc/self/cgroup)
    for group in "/sys/fs/cgroup/memory$at/$1" "/sys/fs/cgroup/memory/$1"; do
        mkdir "$group" 2>/dev/null && echo 64M 2>/dev/null >"$group/memory.limit_in_bytes" && return
    done
    return 1
}

a_side_that_the_kernel_killed_for_memory_is_told_with_the_limit() {
    local group i
    _limited_group "${work##*/}" || { echo "no control group can be made here"; return 0; }
    status=0
    last_command="(in a control group of 64 MiB) duel -- true -- tail </dev/zero"
    timeout 50 sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' - "$group" \
        "$contend" duel --pairs 3 --quiet -- true -- sh -c 'exec tail </dev/zero' >out 2>err </dev/null || status=$?
    expect_refusal 3 'head was killed by signal 9 (Killed)' 'memory ran out' '64 MiB'
    for i in $(seq 50); do
        rmdir "$group" 2>/dev/null && break
        sleep 0.1
    done
    _expect_nothing_left 'out of memory'
}

# ---- Without pidfd_open ---------------------------------------------------------------------

everything_runs_where_a_process_has_no_descriptor() {
    local error
    [ -x "$refuse" ] || { echo "no refuse in this build"; return 0; }
    "$refuse" EPERM /bin/true || { echo "no filter of system calls here"; return 0; }
    for error in EPERM ENOSYS; do
        last_command="($error) duel -- true -- sleep 0.05"
        status=0
        timeout 50 "$refuse" $error "$contend" duel --pairs 20 --budget 20s --quiet -- true -- sleep 0.05 \
            >out 2>err </dev/null || status=$?
        expect_status 1
        status=0
        last_command="($error) duel --timeout"
        timeout 50 "$refuse" $error "$contend" duel --timeout 300ms --quiet -- true -- sleep 60 \
            >out 2>err </dev/null || status=$?
        expect_refusal 3 'head did not end within 0.3 s'
        status=0
        last_command="($error) run"
        timeout 50 "$refuse" $error "$contend" run --workload noop --lock none --executor thread,process --tasks 2 \
            --rounds 2 --budget 2s -o refused.json --no-report >out 2>err </dev/null || status=$?
        expect_status 0
        expect_none refused.json '[(c["id"], c.get("reason")) for c in cells if c["status"] != "ok"]'
    done
    _expect_nothing_left refused
}

# ---- Whoever is killed ------------------------------------------------------------------------

# A side with children of its own, in its group and out of it; they would sleep for minutes.
_family='sleep 301 & setsid sleep 302 & (sleep 303 & exec sleep 304) & wait'

# _start_duel OPTION...: sets $front, the process that was started, and $behind, which measures.
_start_duel() {
    local i
    last_command="duel $*, killed"
    "$contend" duel --timeout 100s --budget 100s --quiet "$@" -- sh -c "$_family" -- sh -c "$_family" \
        >out 2>err </dev/null &
    front=$!
    behind=
    for i in $(seq 200); do
        [ "$(_left | wc -l)" -ge 6 ] && behind=$(pgrep -P $front | head -n 1) && [ -n "$behind" ] && return 0
        sleep 0.05
    done
    fail "the duel has no children"
    kill -KILL $front
    return 1
}

a_duel_that_is_killed_leaves_nothing() {
    local priority round
    for priority in auto keep; do
        for round in 1 2 3; do
            _start_duel --priority $priority || return
            kill -KILL "$front"
            wait "$front" 2>/dev/null
            _expect_nothing_left "the first of a duel ($priority) was killed"
            _start_duel --priority $priority || return
            kill -KILL "$behind"
            status=0
            wait "$front" 2>/dev/null || status=$?
            expect_status 3
            expect_err 'the process that measured was killed by signal 9 (Killed)'
            _expect_nothing_left "the second of a duel ($priority) was killed"
        done
        _start_duel --priority $priority || return
        kill -TERM "$front"
        status=0
        wait "$front" 2>/dev/null || status=$?
        expect_status 130
        _expect_nothing_left "a duel ($priority) was ended"
    done
}

# Children that a shell left to the program it became are not contend's.
who_was_there_before_lives_on() {
    sh -c 'sleep 299 & echo $! >before.pid; exec "$1" duel --pairs 3 --budget 3s --quiet -- true -- true' - "$contend" \
        >out 2>err </dev/null
    local before
    before=$(cat before.pid)
    expect kill -0 "$before"
    kill "$before" 2>/dev/null
    _expect_nothing_left 'a child from before'
}

the_kernel_would_take_a_worker_first() {
    [ -w /proc/self/oom_score_adj ] || return 0
    local i pid score=
    "$contend" run --workload sleep -p sleep.duration=200ms --executor thread --tasks 1 --lock none --rounds 3 \
        --budget 10s -o oom.json --no-report >out 2>err </dev/null &
    pid=$!
    for i in $(seq 200); do
        score=$(for c in $(pgrep -P $pid); do cat "/proc/$c/oom_score_adj"; done 2>/dev/null | head -n 1)
        [ "${score:-0}" = 1000 ] && break
        sleep 0.02
    done
    expect test "$score" = 1000
    expect test "$(cat /proc/$pid/oom_score_adj 2>/dev/null || echo 0)" -lt 1000
    kill -INT $pid
    wait $pid 2>/dev/null
    _expect_nothing_left 'a worker'
}

run_tests
