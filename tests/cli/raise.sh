#!/usr/bin/env bash
# ctest: serial, label nosan
# Who may raise priorities, and who may not: contend-raise has the capability, and nobody else gets it.
. "$(dirname "$0")/lib.sh"

[ -n "${CONTEND_BUILD:-}" ] || skip_all "CONTEND_BUILD is not set: not called by ctest"
can_be_nobody || skip_all "commands cannot be run as nobody here"
nice -n -1 true 2>&1 | grep -q . && skip_all "root may not raise priorities here"
[ "$(nice)" -eq 0 ] || skip_all "these tests were started at nice $(nice)"

# Programs that may be given capabilities, which a build tree may not be.
mkdir -p bin
cp "$contend" "$(dirname "$contend")/contend-raise" bin/
cp "$CONTEND_BUILD/tests/plugins/greedy.so" .
chmod 755 . bin bin/* greedy.so
setcap cap_sys_nice+ep bin/contend-raise 2>/dev/null ||
    skip_all "setcap is not there, or the file system of $work takes no capabilities"
mount_options=$(findmnt -no OPTIONS -T "$work" 2>/dev/null)
case $mount_options in *nosuid*) skip_all "$work is mounted nosuid" ;; esac
contend=$work/bin/contend
mkdir -p out_dir
chmod 777 out_dir

# nobody ARGUMENTS: contend as nobody; leaves $status, out and err.
_nobody() {
    last_command=$*
    status=0
    as_nobody timeout 60 "$contend" "$@" >out 2>err </dev/null || status=$?
}

_nice_of_sides() {
    printf '#!/bin/sh\nnice >>%s\n' "$work/out_dir/nices" >nice.sh
    chmod 755 nice.sh
    rm -f out_dir/nices
    _nobody duel "$@" --pairs 3 --format json -- ./nice.sh -- ./nice.sh
    nices=$(sort -u out_dir/nices)
}

a_duel_is_raised_by_the_helper() {
    local nices
    _nice_of_sides
    expect_status 0
    expect [ "$nices" = -20 ]
    expect_json out 'd["priority"]["nice"] == -20 and "session" in d["priority"]["note"]'
    _nice_of_sides --priority keep
    expect [ "$nices" = 0 ]
}

real_time_is_had_from_the_helper_too() {
    chrt -r 1 true 2>/dev/null || return 0
    _nobody duel --placement spread --pairs 3 --format json -- sleep 0.001 -- sleep 0.001
    expect_status 0
    expect_json out 'd["comparisons"][0]["place"]["realtime"] or "mode_note" in d["comparisons"][0]'
}

# How a side sees itself: nothing of what its duel may do is its own.
a_side_has_the_priority_and_not_the_right() {
    printf '#!/bin/sh\ngrep ^Cap /proc/self/status >%s\n' "$work/out_dir/caps" >caps.sh
    chmod 755 caps.sh
    _nobody duel --pairs 2 -- ./caps.sh -- ./caps.sh
    expect [ -s out_dir/caps ]
    expect_no out_dir/caps '^Cap(Inh|Prm|Eff|Amb):.*[1-9a-f]'
}

_greedy() {
    local victim
    sleep 60 &
    victim=$!
    rm -f out_dir/greedy.json
    CONTEND_TEST_VICTIM=$victim CONTEND_TEST_RAISE=$work/bin/contend-raise \
        _nobody run --plugin ./greedy.so --workload greedy --lock none --executor thread,process \
        --tasks 1 --rounds 1 --ops 1 --no-report -o "$work/out_dir/greedy.json"
    kill "$victim"
    wait "$victim" 2>/dev/null
}

_expect_nothing_taken() {
    expect_status 0
    expect_err 'greedy: loaded, has tried'
    expect_err 'greedy: working, has tried'
    expect_no err 'greedy: .* got'
}

a_plug_in_gets_no_priority_of_anybody() {
    _greedy
    _expect_nothing_taken
}

# As the documents of 0.1 said it.
a_plug_in_gets_nothing_from_a_capable_contend_either() {
    setcap cap_sys_nice+ep bin/contend || return
    _greedy
    _expect_nothing_taken
    _nobody duel --pairs 2 -- true -- true
    expect_status 0
    # Whoever has to follow: it says whom to give it to.
    setcap -r bin/contend-raise
    _nobody duel --pairs 2 --format json -- true -- true
    expect_json out 'd["priority"]["nice"] == 0 and "CAP_SYS_NICE" in d["priority"]["note"]'
    expect_json out '"contend-raise" in d["priority"]["note"]'
    setcap -r bin/contend
    setcap cap_sys_nice+ep bin/contend-raise
}

# Set-user-ID is the same thing in another dress.
a_contend_of_somebody_else_is_that_of_who_starts_it() {
    chmod u+s bin/contend
    _nobody run --plugin ./greedy.so --workload greedy --lock none --executor thread --tasks 1 \
        --rounds 1 --ops 1 --no-report -o "$work/out_dir/setuid.json"
    chmod u-s bin/contend
    expect_status 0
    expect_no err 'greedy: .* got'
    expect [ "$(stat -c %U out_dir/setuid.json)" = nobody ]
}

the_helper_raises_nobody_but_the_leader_of_its_own_session() {
    local before after
    before=$(nice)
    as_nobody bin/contend-raise nice >out 2>err </dev/null && fail "it raised somebody"
    expect_err 'no session of its own'
    as_nobody setsid -w bash -c '"$0" nice & wait $!; nice' "$work/bin/contend-raise" >out 2>err
    expect [ "$(cat out)" = -20 ]
    after=$(nice)
    expect [ "$before" = "$after" ]
    # A child of the leader in a group of its own is not who is meant.
    as_nobody setsid -w bash -c 'set -m; "$0" realtime & wait $!; chrt -p $$' \
        "$work/bin/contend-raise" >out 2>err
    expect_out SCHED_OTHER
    as_nobody bin/contend-raise 1 >out 2>err && fail "it took a number"
    as_nobody bin/contend-raise ask >out 2>err || fail "it may, and says that it may not"
}

# A copy of contend alone: it says what is missing, and measures.
without_the_helper_a_duel_says_so() {
    mkdir -p alone
    cp bin/contend alone/
    chmod 755 alone alone/contend
    contend=$work/alone/contend _nobody duel --pairs 2 --format json -- true -- true
    expect_status 0
    expect_json out 'd["priority"]["nice"] == 0 and "no contend-raise" in d["priority"]["note"]'
}

run_tests
