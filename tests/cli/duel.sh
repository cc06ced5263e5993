#!/usr/bin/env bash
# ctest: serial
# contend duel from outside: verdicts on planted differences, refusals, sides that misbehave.
. "$(dirname "$0")/lib.sh"

# A command that prints one sample with the value in $1.
_printer() {
    printf '#!/bin/sh\necho "%s"\n' "$2" >"$1"
    chmod +x "$1"
}

_sample() {
    printf '{\\"schema\\": \\"contend.sample/1\\", \\"metrics\\": {\\"cost_ns\\": {\\"value\\": %s, \\"unit\\": \\"ns\\"}}}' "$1"
}

_valid_duel() {
    [ -n "$python" ] || return 0
    "$python" -c 'import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))' \
        "$source_dir/results/schema/duel-1.json" "$1" >validity 2>&1 || {
        fail "$1 is not valid"
        tail -n 5 validity
    }
}

# Nothing that a duel started is left, whatever its name.
_expect_no_sides() {
    local i left
    for i in $(seq 50); do
        left=$(grep -lzxF "CONTEND_TEST_MARK=$work" /proc/[0-9]*/environ 2>/dev/null |
            xargs -r -n1 dirname | while read -r p; do
            grep -qE '^(sleep|contend)$' "$p/comm" 2>/dev/null && echo "$p"
        done)
        [ -z "$left" ] && return
        sleep 0.1
    done
    fail "processes were left: $left"
}

a_side_that_takes_longer_is_slower() {
    run duel --pairs 20 --seed 1 -o slow.json -- sleep 0.001 -- sleep 0.05
    expect_status 1
    expect_out 'slower 1'
    expect_out 'confirmed with another seed and layout'
    _valid_duel slow.json
    expect_json slow.json 'd["schema"] == "contend.duel/1" and d["status"] == "regression"'
    # Begun before the first sample; no timer slack was set, and none is never 0.
    expect_json slow.json 'd["run"]["started_at"] < d["run"]["finished_at"] and d["run"]["status"] == "complete"'
    expect_json slow.json '"timer_slack_ns" not in d["host"] and "rounds_planned" not in d["run"]'
    expect_json slow.json '[r["verdict"] for r in d["comparisons"][0]["rows"] if r["gated"]] == ["slower"]'
    expect_json slow.json '[r["effect"]["lo_ratio"] > 0.01 for r in d["comparisons"][0]["rows"] if r["gated"]] == [True]'
    expect_json slow.json 'd["comparisons"][0]["confirmed"]["seed"] != d["comparisons"][0]["measured"]["seed"]'
    # What the row says can be found again in the raw pairs.
    expect_json slow.json '(lambda m: len(m["orders"]) == len(m["values"]["wall_ns"]["base"]) and
        all((v is not None) == ("N" in o) for v, o in zip(m["values"]["wall_ns"]["null"], m["orders"])))(
        d["comparisons"][0]["measured"])'
}

a_side_that_takes_less_is_faster_and_no_failure() {
    run duel --pairs 20 --seed 2 --format markdown -- sleep 0.05 -- sleep 0.001
    expect_status 0
    expect_out '### No regression'
    expect_out '| faster |'
}

identical_sides_are_recognised_and_never_slower() {
    run duel --seed 3 --pairs 8 --format json -- true -- true
    [ "$status" -eq 0 ] || [ "$status" -eq 5 ] || { fail "expected status 0 or 5"; show_run; }
    expect_json out 'd["comparisons"][0]["identical"] is True'
    expect_json out 'd["status"] != "regression"'
    _valid_duel out
}

the_seed_decides_the_orders() {
    run duel --seed 4 --pairs 6 --format json -q -- true -- true
    cp out first
    run duel --seed 4 --pairs 6 --format json -q -- true -- true
    cp out second
    # How many slots are discarded depends on the machine: there are two more where lanes are tried.
    expect_json first '(lambda a, b: len(a) >= 8 and len(b) >= 8 and all(x == y for x, y in zip(a, b)))(
        d["comparisons"][0]["measured"]["orders"], json.load(open("second"))["comparisons"][0]["measured"]["orders"])'
    expect_json first '(lambda m: len(m["orders"]) == 6 + m["discarded"])(d["comparisons"][0]["measured"])'
}

what_sides_print_is_judged_instead_of_wall_time() {
    _printer base.sh "$(_sample 1000)"
    _printer head.sh "$(_sample 1200)"
    run duel --metrics --pairs 14 --seed 5 --format json -- ./base.sh -- ./head.sh
    expect_status 1
    expect_json out '[r["metric"] for r in d["comparisons"][0]["rows"] if r["gated"]] == ["cost_ns"]'
    expect_json out 'abs(d["comparisons"][0]["rows"][-1]["effect"]["center_ratio"] - 0.2) < 1e-9'
    _printer head.sh "$(_sample 1000)"
    run duel --metrics --pairs 14 --seed 5 --format github -- ./base.sh -- ./head.sh
    expect_status 0
    # Ten annotations are all that is shown: what is the same is in the sum alone.
    expect_out '::notice title=contend duel::slower 0, faster 0, same 1 of 1 row judged'
    expect_no out '::notice title=.*head.sh'
    run duel --metrics --pairs 14 --seed 5 --format csv -- ./base.sh -- ./head.sh
    expect_out 'head.sh,cost_ns,ns,lower,1000,1000,0,0,0,14,0.01,threshold,same,'
}

the_metrics_named_are_judged_and_no_others() {
    run duel --gate cpu_ns --pairs 3 --format json -- true -- true
    expect_json out '[r["metric"] for r in d["comparisons"][0]["rows"] if r["gated"]] == ["cpu_ns"]'
    run duel --gate nothing -- true -- true
    expect_refusal 2 '--gate' '"nothing"'
    run duel --gate startup_ns -- true -- true
    expect_refusal 2 '"startup_ns"' '--metrics'
}

tolerances_are_given_by_name() {
    _printer base.sh "$(_sample 1000)"
    _printer head.sh "$(_sample 1200)"
    printf '# what we accept\nother 1%%\n\nhead.sh:cost* 30%%\n' >tolerances
    run duel --metrics --pairs 14 --seed 5 --tolerances tolerances --format junit -- ./base.sh -- ./head.sh
    expect_status 0
    expect_out '<testcase classname="head.sh" name="cost_ns" time="0"><system-out>shifted: +20.00 %'
    run duel --metrics --pairs 14 --seed 5 --floor 300ns -- ./base.sh -- ./head.sh
    expect_status 0
    expect_out '30 % (floor)'
    run duel --metrics --pairs 14 --seed 5 --format junit -- ./base.sh -- ./head.sh
    expect_status 1
    expect_out '<failure message="slower: +20.00 %'
    expect "${python:-python3}" -c 'import xml.dom.minidom as x; x.parse("out")'
}

two_settings_are_compared_in_fresh_images() {
    run duel --workload sleep --set sleep.duration=200us,50ms --tasks 1 --ops 1 --pairs 16 --seed 6 --format json -o set.json
    expect_status 1
    _valid_duel set.json
    expect_json set.json '" -> " in d["comparisons"][0]["name"]'
    expect_json set.json '[r["verdict"] for r in d["comparisons"][0]["rows"] if r["metric"] == "throughput_per_s"] == ["slower"]'
    expect_json set.json '"--ops" in d["comparisons"][0]["base"]["argv"]'
}

builds_and_plugins_are_compared_as_cells() {
    cp "$contend" ./other
    run duel --workload noop --tasks 1 --seed 7 --pairs 3 --format json -- "$contend" -- ./other
    [ "$status" -eq 0 ] || [ "$status" -eq 5 ] || { fail "expected status 0 or 5"; show_run; }
    expect_json out 'd["comparisons"][0]["identical"] is False'
    expect_json out 'any(r["metric"] == "startup_ns" and r["gated"] for r in d["comparisons"][0]["rows"])'
}

locks_that_are_hardly_taken_are_told() {
    run duel --workload noop --tasks 1 --ops 1000000 --set lock=mutex,ticket --pairs 2 -o hardly.json
    expect_out 'its operations hardly took the lock'
    expect_out ': 1 time in 1000'
    expect_json hardly.json '"hardly took" in d["comparisons"][0]["lock_note"]'
    _valid_duel hardly.json
    run duel --workload counter -p counter.locking=each --tasks 1 --ops 1000000 --set lock=mutex,ticket --pairs 2
    expect_no out 'hardly took'
    # Nobody compares locks.
    run duel --workload noop --lock mutex --ops 1000000 --set tasks=1,2 --pairs 2
    expect_no out 'hardly took'
}

one_thread_is_judged_net_of_what_others_took() {
    cat >spin.sh <<'SH'
#!/bin/sh
i=0; while [ $i -lt $1 ]; do i=$((i+1)); done
SH
    chmod +x spin.sh
    run duel --pairs 8 --seed 8 --format json -- ./spin.sh 4000 -- ./spin.sh 12000
    expect_status 1
    if [ -e /proc/self/schedstat ]; then
        expect_json out '[r["metric"] for r in d["comparisons"][0]["rows"] if r["gated"]] == ["wall_net_ns"]'
    fi
    _valid_duel out
    # Asked for, two pairs run at once, also of commands of several processes.
    run duel --pairs 7 --seed 8 --placement lanes -- sh -c 'sleep 0.001; :' -- sh -c 'sleep 0.03; :'
    expect_status 1
    expect_out 'two lanes: two pairs at the same time'
    run duel --pairs 7 --seed 8 --placement free --format json -- ./spin.sh 1000 -- ./spin.sh 3000
    expect_json out 'd["comparisons"][0]["place"]["lanes"] == 1'
    run duel --workload noop --placement lanes --tasks 1 --set lock=none,mutex
    expect_refusal 2 '--placement' 'lanes' 'commands'
}

# Two at once stand in each other's way: then it is one at a time, and no failure.
programs_that_cannot_run_twice_are_run_in_turn() {
    cat >alone.sh <<'SH'
#!/bin/sh
set -C
{ true >busy; } 2>/dev/null || { echo busy >&2; exit 9; }
i=0; while [ $i -lt 10000 ]; do i=$((i+1)); done
exec rm busy
SH
    chmod +x alone.sh
    run duel --pairs 8 --seed 9 -- ./alone.sh 1 -- ./alone.sh 2
    [ "$status" -eq 0 ] || [ "$status" -eq 5 ] || { fail "expected status 0 or 5"; show_run; }
    if [ "$(nproc)" -gt 1 ] && [ -e /proc/self/schedstat ] && grep -q 'lane' out; then
        expect_out 'one lane: two at the same time failed'
    fi
    rm -f busy
    run duel --pairs 8 --seed 9 --placement lanes -- ./alone.sh 1 -- ./alone.sh 2
    [ "$(nproc)" -eq 1 ] || expect_refusal 3 'ended with status 9' 'busy'
    rm -f busy
}

undecided_fails_with_strict_alone() {
    run duel --pairs 2 -- sleep 0.001 -- sleep 0.002
    expect_status 0
    expect_out 'undecided 1'
    expect_out 'more would settle it'
    run duel --pairs 2 --strict -- sleep 0.001 -- sleep 0.002
    expect_status 4
}

a_side_that_fails_is_no_verdict() {
    printf '#!/bin/sh\necho "out of luck" >&2\nexit 7\n' >bad.sh
    printf '#!/bin/sh\nkill -SEGV $$\n' >crash.sh
    chmod +x bad.sh crash.sh
    run duel --seed 1 -- ./bad.sh -- true
    expect_refusal 3 'base' 'ended with status 7' 'out of luck'
    printf '#!/bin/sh\necho "usage: unclear" >&2\nexit 2\n' >unclear.sh
    chmod +x unclear.sh
    run duel -- true -- ./unclear.sh
    expect_refusal 3 'head ended with status 2' 'usage: unclear'
    run duel -- true -- ./crash.sh
    expect_refusal 3 'head was killed by signal 11'
    run duel --metrics -- true -- true
    expect_refusal 3 'printed nothing' 'contend.sample/1'
    _printer garbage.sh 'not json'
    run duel --metrics -- ./garbage.sh -- ./garbage.sh
    expect_refusal 3 'printed no valid JSON: line 1'
}

# Buggy: it was written in 15 digits, which round to more than any double, and nobody could read the document.
a_number_that_is_too_large_is_none() {
    printf '#!/bin/sh\necho "{\\"schema\\": \\"contend.sample/1\\", \\"metrics\\": {\\"a_ns\\": {\\"value\\": $1, \\"unit\\": \\"ns\\", \\"better\\": \\"lower\\"}}}"\n' >large.sh
    chmod +x large.sh
    run duel --metrics --pairs 2 -o large.json -- ./large.sh 1.7976931348623157e308 -- ./large.sh 1
    expect_refusal 3 'base printed 1.79769e+308 at metrics.a_ns.value (at most 1e+21)'
    run duel --metrics --pairs 2 -o large.json -- ./large.sh 1e21 -- ./large.sh -1e21
    _valid_duel large.json
}

a_side_that_hangs_is_killed_with_what_it_started() {
    printf '#!/bin/sh\nsetsid sleep 987 &\nsleep 987\n' >hang.sh
    chmod +x hang.sh
    run duel --timeout 300ms -- ./hang.sh -- true
    expect_refusal 3 'did not end within 0.3 s'
    _expect_no_sides
}

an_interrupt_leaves_no_process_and_a_partial_document() {
    "$contend" duel -o cut.json --budget 60s --threshold 0 -- sleep 0.02 -- sleep 0.02 >out 2>err </dev/null &
    pid=$!
    await_listening "$pid"
    sleep 0.5
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    expect_status 130
    _valid_duel cut.json
    expect_json cut.json 'd["run"]["status"] == "partial"'
    expect_err 'interrupted: what was measured is in cut.json'
    expect test "$(wc -l <err)" -eq 1
    _expect_no_sides
}

an_interrupt_before_the_first_pair_leaves_the_earlier_document() {
    printf '#!/bin/sh\n: >began\nexec sleep 30\n' >slow.sh
    chmod +x slow.sh
    cp cut.json before.json
    "$contend" duel -o cut.json --quiet -- ./slow.sh -- true >out 2>err </dev/null &
    pid=$!
    for _ in $(seq 3000); do
        [ -e began ] && break
        sleep 0.02
    done
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    expect_status 130
    expect cmp cut.json before.json
    expect_err 'interrupted; nothing was written'
    _expect_no_sides
}

# Expected: it ends, though nobody writes.  Buggy: it went on to read, also as the orphan of a duel that was killed.
an_interrupt_ends_what_waits_for_its_input() {
    local number
    mkfifo silent
    exec 8<>silent
    for number in TERM KILL; do
        "$contend" duel --tolerances silent -q -- true -- true >out 2>err </dev/null 8<&- &
        pid=$!
        await_listening "$pid"
        sleep 0.3
        kill -$number "$pid"
        status=0
        wait "$pid" || status=$?
        [ "$number" = KILL ] || expect_status 130
        expect_no_leftovers
    done
    exec 8<&-
}

a_duel_that_is_killed_takes_all_with_it() {
    "$contend" duel --budget 60s --threshold 0 -- sleep 0.02 -- sleep 0.02 >out 2>err </dev/null &
    pid=$!
    sleep 0.5
    kill -KILL "$pid"
    wait "$pid"
    _expect_no_sides
}

_nice_of_sides() {
    printf '#!/bin/sh\nnice >>%s\n' "$work/nices" >nice.sh
    chmod +x nice.sh
    rm -f nices
    run "$@" --pairs 3 --format json -- ./nice.sh -- ./nice.sh
    nices=$(sort -u nices)
}

# A nice value of the user's own is left alone: what these two try begins at none.
_begins_niced() {
    [ "$(nice)" -ne 0 ] && echo "     left out: these tests were started at nice $(nice)"
}

priority_is_raised_where_it_may_be_and_wanted() {
    local nices
    _begins_niced && return
    _nice_of_sides duel --priority keep
    expect [ "$nices" = 0 ]
    expect_json out 'd["priority"]["nice"] == 0 and "as asked" in d["priority"]["note"]'
    _nice_of_sides duel
    if nice -n -20 true 2>&1 | grep -q .; then
        expect [ "$nices" = 0 ]
        expect_json out 'd["priority"]["nice"] == 0 and "CAP_SYS_NICE" in d["priority"]["note"]'
    else
        expect [ "$nices" = -20 ]
        expect_json out 'd["priority"]["nice"] == -20 and "session" in d["priority"]["note"]'
    fi
    _valid_duel out
    # Who asked for another one has it.
    printf '#!/bin/sh\nexec nice -n 3 "%s" "$@"\n' "$contend" >niced
    chmod +x niced
    contend=./niced _nice_of_sides duel
    expect [ "$nices" = 3 ]
    expect_json out '"another one" in d["priority"]["note"]'
    run duel --priority high -- true -- true
    expect_refusal 2 '--priority' '"high"' 'auto, raise, keep'
}

real_time_is_for_threads_that_have_a_cpu_each() {
    _begins_niced && return
    run duel --placement spread --priority raise --pairs 3 --format json -- sleep 0.001 -- sleep 0.001
    expect_json out 'd["comparisons"][0]["place"]["realtime"] is False'
    expect_json out '"mode_note" not in d["comparisons"][0]'
    # Tried where it may be, and then kept, or given up in words.
    run duel --placement spread --pairs 3 --format json -- sleep 0.001 -- sleep 0.001
    expect_json out '(d["comparisons"][0]["place"]["realtime"] or "mode_note" in d["comparisons"][0]) == '"$(
        chrt -r 1 true 2>/dev/null && nice -n -20 true 2>/dev/null && echo True || echo False)"
    _valid_duel out
    run duel --workload spin --set lock=none,mutex --tasks 100 --pairs 2 --ops 10 --format json
    expect_json out 'd["comparisons"][0]["place"]["realtime"] is False'
}

cells_of_tasks_that_fight_have_fewer_operations() {
    run cell --workload counter --lock none --tasks 2 --placement spread --calibrate
    expect_status 0
    cp out alone
    run cell --workload counter --lock ticket --tasks 2 --placement spread --calibrate
    expect_status 0
    expect_json out 'd["ops"] < json.load(open("alone"))["ops"]'
}

what_is_not_offered_is_refused() {
    run duel
    expect_refusal 2 'nothing to compare'
    run duel -- true
    expect_refusal 2 'HEAD is missing'
    run duel -- -- true
    expect_refusal 2 'BASE is missing'
    run duel -- ./no-such -- true
    expect_refusal 2 'BASE: "./no-such" is no program'
    run duel -- true -- no-such-program
    expect_refusal 2 'no program in PATH'
    run duel --set lock=mutex,spin
    expect_refusal 2 '--workload is needed'
    run duel --workload counter --set lock=mutex
    expect_refusal 2 'KEY=A,B'
    run duel --workload counter --set lok=mutex,spin
    expect_refusal 2 '"lok" is unknown' 'did you mean "lock"'
    run duel --workload counter --set lock=mutex,spinn
    expect_refusal 2 'spinn' 'spin'
    run duel --workload nosuch --set lock=mutex,spin
    expect_refusal 2 'nosuch'
    run duel --workload counter --plugin ./a.so
    expect_refusal 2 'two are compared'
    run duel --threshold 200% -- true -- true
    expect_refusal 2 '--threshold'
    run duel --budget 0 -- true -- true
    expect_refusal 2 '--budget'
    printf 'glob\n' >tolerances
    run duel --tolerances tolerances -- true -- true
    expect_refusal 2 'tolerances: line 1'
    run duel --tolerances no-such-file -- true -- true
    expect_refusal 2 'no-such-file'
    run duel -o no/such/../dir/ -- true -- true
    [ "$status" -ge 2 ] || { fail "expected an error"; show_run; }
    run duel --relinked ./no-such -- true -- true
    expect_refusal 2 '--relinked'
}

run_tests
