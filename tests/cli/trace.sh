#!/usr/bin/env bash
# contend trace: what is written, whether it can be so, and what is refused.
# ctest: takes 45, timeout 480
. "$(dirname "$0")/lib.sh"

# Whatever was traced: slices nest, arrows pair up, one holder at a time, counters end where they can.
cat >check.py <<'PY'
import json, sys
d = json.load(open(sys.argv[1]))
ns = lambda us: round(us * 1000)
faults = []
for part in d["parts"]:
    pid = part["pid"]
    events = [e for e in d["traceEvents"] if e["pid"] == pid]
    lanes = {e["tid"]: e["args"]["name"] for e in events if e["ph"] == "M" and e["name"] == "thread_name"}
    if not lanes:
        faults.append(f"part {pid} has no lane")
    slices = [(e["tid"], ns(e["ts"]), ns(e["ts"] + e["dur"]), e["name"]) for e in events if e["ph"] == "X"]
    for tid in lanes:
        open_until = []
        for _, begin, end, name in sorted((s for s in slices if s[0] == tid), key=lambda s: (s[1], -s[2])):
            while open_until and open_until[-1] <= begin:
                open_until.pop()
            if open_until and end > open_until[-1]:
                faults.append(f"{lanes[tid]}: {name} at {begin} ends at {end}, behind what it lies in")
            open_until.append(end)
            if not part["begin_ns"] <= begin < end <= part["end_ns"]:
                faults.append(f"{lanes[tid]}: {name} at {begin} lies outside the picture")
    # Processes have a lock each.
    holds = sorted(s for s in slices if s[3] == "has the lock")
    if not any(own in part["id"] for own in ("process", "spawn", "fake")):
        holds.sort(key=lambda s: s[1])
        for a, b in zip(holds, holds[1:]):
            if b[1] < a[2]:
                faults.append(f"two have the lock at {b[1]}: {a} {b}")
    starts = {e["id"]: e for e in events if e["ph"] == "s"}
    ends = {e["id"]: e for e in events if e["ph"] == "f"}
    if set(starts) != set(ends) or len(starts) != sum(e["ph"] == "s" for e in events):
        faults.append("arrows do not pair up")
    for id, e in starts.items():
        if ns(e["ts"]) > ns(ends[id]["ts"]) or e["tid"] == ends[id]["tid"]:
            faults.append(f"arrow {id} goes back in time, or to itself")
        if not any(s[0] == ends[id]["tid"] and s[1] == ns(ends[id]["ts"]) for s in holds):
            faults.append(f"arrow {id} does not end where somebody takes the lock")
    waiters = [e["args"]["waiters"] for e in events if e["ph"] == "C"]
    if any(not 0 <= w <= len(lanes) for w in waiters):
        faults.append(f"waiters: {waiters}")
    if part["events_recorded"] < 2:
        faults.append(f"part {pid}: {part['events_recorded']} events")
print("\n".join(faults[:5]))
sys.exit(1 if faults else 0)
PY

_is_sound() {
    python3 check.py "$1" >faults || { fail "$1"; sed 's/^/  /' faults; }
    expect_document trace-1.json "$1"
}

two_that_compute_hand_the_lock_over() {
    local window
    # On a busy machine one of them may not get a CPU at all for so long.
    for window in 60ms 300ms 2s; do
        run trace --workload spin --lock gil --executor thread --tasks 2 --for $window \
            -p gil.interval=1ms -o two.json
        expect_status 0
        ! python3 -c 'import json; d = json.load(open("two.json"))
assert {"s", "i"} <= {e["ph"] for e in d["traceEvents"]}' 2>/dev/null || break
    done
    expect_out "put"
    expect_out "Tracing itself:"
    _is_sound two.json
    expect_json two.json '[p["interval_ns"] for p in d["parts"]] == [1000000]'
    expect_json two.json 'sum(e["ph"] == "s" for e in d["traceEvents"]) >= 1'
    expect_json two.json 'sum(e["ph"] == "i" for e in d["traceEvents"]) >= 1'
    expect_json two.json 'd["parts"][0]["event_cost_ns"] > 0 and "tracing_cost_ratio" in d["parts"][0]'
    # A forced switch: who was put out has let somebody in.
    expect_json two.json '{e["name"] for e in d["traceEvents"] if e["ph"] == "X"} >=
        {"runs", "wants the lock", "has the lock"}'
}

every_executor_and_lock_can_be_traced_or_says_why_not() {
    local executor lock
    for executor in serial thread thread_pool process process_pool process_vfork spawn coroutine ucontext fake; do
        run trace --workload spin --executor $executor --tasks 3 --ops 2000 --events 200 -o x.json
        if [ "$status" -eq 0 ]; then _is_sound x.json; else expect_refusal 3 'sanitizer of this build'; fi
    done
    for lock in none mutex spin ticket mcs gil_ticks gil_per_unit rwlock; do
        run trace --workload counter --lock $lock --tasks 2 --ops 5000 -o x.json
        if [ "$status" -eq 0 ]; then _is_sound x.json; else expect_refusal 3 "$lock"; fi
    done
    run trace --workload sleep --executor coroutine_stackless -p sleep.duration=1ms
    expect_refusal 3 "units without a stack"
}

sleepers_sleep_and_a_queue_moves() {
    run trace --workload sleep --lock gil --executor process --tasks 2 -p sleep.duration=5ms --ops 2 -o s.json
    expect_status 0
    _is_sound s.json
    # Each sleeps twice for 5 ms at the least.
    expect_json s.json 'all(sum(e["dur"] for e in d["traceEvents"] if e["ph"] == "X" and e["tid"] == t and
        e["name"] in ("sleeps", "waits for a CPU")) >= 9990 for t in (1, 2))'
    run trace --workload queue --executor thread --tasks 2 --ops 50 -o q.json
    expect_status 0
    _is_sound q.json
}

a_ring_that_runs_over_says_how_much_was_lost() {
    run trace --workload counter --lock gil --tasks 2 -p counter.locking=each --ops 2000 --events 64 -o lost.json
    expect_status 0
    expect_out "events were lost"
    _is_sound lost.json
    expect_json lost.json 'd["parts"][0]["events_lost"] >= 1000 and d["parts"][0]["begin_ns"] > 0'
    expect_json lost.json 'd["parts"][0]["events_recorded"] - d["parts"][0]["events_lost"] <= 3 * 64'
}

a_simulated_clock_gives_the_same_bytes() {
    local i
    for i in 1 2; do
        run trace --workload spin,noop --executor fake
        expect_refusal 2 "several cells"
        run trace --workload sleep --lock gil --executor fake --tasks 2 --ops 1 --format json
        expect_status 0
        python3 -c 'import json; d = json.load(open("out")); print(d["parts"], d["traceEvents"])' >fake$i
    done
    cmp fake1 fake2 || fail "the simulation differs from itself"
    grep -qF "'dur': 100000.0" fake1 || fail "a sleep of 100 ms is not there"
}

a_picture_is_drawn_here_and_from_the_file() {
    run trace --workload spin --ops 20000 --plot timeline -o here.svg
    expect_status 0
    run trace --workload spin --ops 20000 -o t.json
    run report t.json --plot timeline -o there.svg
    expect_status 0
    run report t.json t.json --plot timeline --format svg
    expect_status 0
    cp out both.svg
    for file in here.svg there.svg both.svg; do
        python3 -c 'import sys, xml.etree.ElementTree as E; E.parse(sys.argv[1])' $file || fail "$file: no XML"
        grep -q 'viewBox="0 0 600 ' $file || fail "$file is not 600 wide"
        grep -q '>thread 0</text>' $file || fail "$file has no lane"
        grep -q 'runs with the lock' $file || fail "$file has no legend"
        if grep -qE '[( ,"][-]?(nan|inf)' $file; then fail "$file: not a number"; fi
    done
    [ "$(grep -o '>thread 0</text>' both.svg | wc -l)" -eq 2 ] || fail "two traces are not two panels"
    if command -v rsvg-convert >/dev/null; then
        run report t.json --plot timeline -o t.png
        expect_status 0
        [ "$(head -c 4 t.png | tail -c 3)" = PNG ] || fail "t.png is no PNG"
        run trace --workload spin --ops 20000 -o t.pdf
        expect_status 0
        [ "$(head -c 4 t.pdf)" = %PDF ] || fail "t.pdf is no PDF"
    fi
    run trace --workload spin --ops 20000 -o page.html
    expect_status 0
    grep -q '<svg class="chart"' page.html || fail "the page has no picture"
}

# Buggy: the ruler of the longest interval was that of all parts.
a_ruler_is_not_said_to_be_the_interval_of_another_part() {
    run trace --workload spin --lock gil --ops 2000 -o long.json
    run trace --workload spin --lock gil -p gil.interval=500us --ops 2000 -o short.json
    run report long.json short.json --plot timeline --format json
    expect_status 0
    expect_out 'A line each 5 ms; waiters ask after 5 ms, 500 us, part by part'
    run report long.json --plot timeline --format json
    expect_out 'A line each 5 ms, the interval after which a waiter asks'
}

a_real_interpreter_stands_in_the_same_picture() {
    local workload python=${CONTEND_PYTHON:-/usr/bin/python3}
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || return 0
    for workload in spin mixed sleep release; do
        run reference cpython --trace --python "$python" --workload $workload --interval 1ms --task-time 40ms -o $workload.json -q
        expect_status 0
        _is_sound $workload.json
        expect_json $workload.json 'd["parts"][0]["source"].startswith("cpython 3.")'
    done
    # It sleeps no shorter than it was told to.
    expect_json sleep.json 'all(e["dur"] >= 99000 for e in d["traceEvents"] if e["ph"] == "X" and e["name"] == "sleeps")'
    expect_json sleep.json 'sum(e["name"] == "sleeps" for e in d["traceEvents"] if e["ph"] == "X") == 2'
    run trace --workload spin --ops 20000 -o t.json
    run report t.json spin.json --plot timeline -o both.svg
    expect_status 0
    grep -q '>cpython 3' both.svg || fail "the interpreter is not named"
    run reference cpython --trace --executor process -o refused.json
    expect_refusal 2 process threads
    run reference cpython --trace --workload prime -o refused.json
    expect_refusal 2 prime spin
    run reference cpython --trace --tasks 1,2 -o refused.json
    expect_refusal 2 --trace
    [ ! -e refused.json ] || fail "a file was left"
}

what_cannot_be_traced_is_refused_in_one_line() {
    run trace
    expect_refusal 2 --workload --scene
    run trace --workload spni
    expect_refusal 2 spni spin
    run trace --workload spin --executor thread,process
    expect_refusal 2 "several cells"
    run trace --workload spin --tasks 0
    expect_refusal 2 --tasks
    run trace --workload spin --tasks 257
    expect_refusal 2 --tasks 257 256
    run trace --workload spin --tasks 256 --events 1000000
    expect_refusal 2 --events "1 GiB"
    run trace --workload spin --events 1
    expect_refusal 2 --events
    run trace --workload spin --for 5
    expect_refusal 2 --for
    run trace --workload spin --plot ladder
    expect_refusal 2 --plot timeline
    run trace --scene convoi
    expect_refusal 2 convoi
    run trace --scene convoy --tasks 3
    expect_refusal 2 --scene --for
    run trace --workload spin --for 1ms -o /proc/no/t.json
    [ "$status" -ne 0 ] || { fail "written to /proc"; show_run; }
    run trace --workload spin --for 1ms --format csv -o t.png
    expect_refusal 2 "drawn from svg"
    mkdir -p sub
    run trace --workload spin --for 1ms -o sub
    [ "$status" -ne 0 ] || { fail "written onto a directory"; show_run; }
    expect_no_temporaries
}

what_is_no_trace_is_refused_in_one_line() {
    run report "$source_dir/tests/fixtures/report/standard.json" --plot timeline
    expect_refusal 2 "is no trace" "contend trace -o"
    echo '{"schema": "contend.trace/1", "parts": [' >cut.json
    run report cut.json --plot timeline
    expect_refusal 2 "cut.json: line"
    run report none.json --plot timeline
    expect_refusal 2 none.json
    run trace --workload spin --for 1ms -o t.json
    run report t.json --plot timeline --filter tasks=2
    expect_refusal 2 --filter
}

who_is_killed_leaves_nothing() {
    local pid i
    "$contend" trace --workload sleep -p sleep.duration=20s --ops 1 -o killed.json >out 2>err </dev/null &
    pid=$!
    for i in $(seq 100); do
        [ "$(our_processes | wc -l)" -ge 2 ] && break
        sleep 0.1
    done
    kill -9 $pid
    wait $pid 2>/dev/null
    [ ! -e killed.json ] || fail "a file was left"
    expect_no_leftovers
    expect_no_temporaries
}

a_unit_that_is_killed_is_told() {
    local worker i
    "$contend" trace --workload sleep --executor process -p sleep.duration=20s --ops 1 -o u.json >out 2>err </dev/null &
    last_command="trace, its worker killed"
    for i in $(seq 100); do
        worker=$(our_processes | cut -d' ' -f1 | grep -vx $! | head -n 1)
        [ -n "$worker" ] && break
        sleep 0.1
    done
    kill -9 "$worker"
    status=0
    wait $! || status=$?
    expect_refusal 3 "sleep/gil/process/tasks=2"
    [ ! -e u.json ] || fail "a file was left"
    expect_no_leftovers
}

tracing_is_no_part_of_a_measured_run() {
    run list probes --format tsv
    expect_no out '^trace	'
    run run --workload spin --lock gil --executor thread --tasks 2 --rounds 1 --task-time 1ms -o r.json
    expect_status 0
    expect_none r.json '[m for c in cells for m in c["metrics"] if "trace" in m]'
}

run_tests
