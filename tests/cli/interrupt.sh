#!/usr/bin/env bash
# ctest: takes 60, timeout 480, label nosan
# A run that is stopped leaves what it has; one that is killed can be taken up again.
. "$(dirname "$0")/lib.sh"

# A few seconds of work: 24 cells, 3 rounds, sleeps among them.
job=(run --workload sleep,spin --lock none,mutex --executor thread,process,coroutine --tasks 1,4
     -p sleep.duration=20ms --task-time 20ms --rounds 3 --seed 3)

# Starts the job with its output in $1 and waits until the journal has at least $2 lines.
_start_job() {
    local i
    last_command="${job[*]} -o $1"
    "$contend" "${job[@]}" -o "$1" >out 2>err </dev/null &
    pid=$!
    for i in $(seq 1200); do
        [ -f "$1.journal" ] && [ "$(wc -l <"$1.journal")" -ge "$2" ] && return 0
        kill -0 $pid 2>/dev/null || break
        sleep 0.05
    done
    fail "the journal never had $2 lines"
}

_end_job() {
    status=0
    wait "$pid" 2>/dev/null || status=$?
}

_stopped_by() {
    _start_job "$2" 6 || { kill -KILL "$pid"; _end_job; return; }
    kill -"$1" "$pid"
    _end_job
    expect_status 130
    expect_valid "$2"
    expect_json "$2" 'd["run"]["status"] == "partial"'
    expect_no_leftovers
    expect_no_temporaries
}

an_interrupt_leaves_a_valid_partial_result() {
    _stopped_by INT int.json
    expect_err 'resume'
}

a_termination_leaves_a_valid_partial_result() {
    _stopped_by TERM term.json
}

what_an_interrupt_left_is_completed_by_resume() {
    _resume_keeps int.json
}

# Completes $1 and checks that every sample it had is still there, at the front.
_resume_keeps() {
    cp "$1" before.json
    [ -f "$1.journal" ] && cp "$1.journal" before.journal
    run run --resume -o "$1"
    expect_status 0
    expect_valid "$1"
    expect_json "$1" 'd["run"]["status"] == "complete"'
    expect_json "$1" 'len(cells) >= 24'
    expect_none "$1" '[(c["id"], c["reason"]) for c in cells if c["status"] != "ok"]'
    # What is computed against the ceiling moves with it; everything measured stays.
    expect_none "$1" '[(old["id"], m, metric["samples"][:4], new["metrics"][m]["samples"][:4])
        for old in json.load(open("before.json"))["cells"] if old["status"] == "ok"
        for new in cells if new["id"] == old["id"]
        for m, metric in old["metrics"].items() if m != "efficiency_ratio"
        and new["metrics"][m]["samples"][:len(metric["samples"])] != metric["samples"]]'
    expect_none "$1" '[old["id"] for old in json.load(open("before.json"))["cells"]
        if old["id"] not in [c["id"] for c in cells]]'
    expect test ! -e "$1.journal"
}

a_killed_run_is_completed_by_resume_and_keeps_its_samples() {
    _start_job kill.json 35
    kill -KILL "$pid"
    _end_job
    [ "$status" -eq 137 ] || fail "the run ended by itself: status $status"
    expect_no_leftovers
    expect test -s kill.json.journal
    expect_valid kill.json
    expect_json kill.json 'd["run"]["status"] == "partial"'
    _resume_keeps kill.json
}

each_journal_line_of_a_killed_run_ends_in_the_result() {
    local visits
    _start_job last.json 20
    kill -KILL "$pid"
    _end_job
    # The first line is the plan; a line without its end was being written.
    visits=$(($(tr -cd '\n' <last.json.journal | wc -c) - 1))
    run run --resume -o last.json
    expect_status 0
    expect_json last.json "sum(len(c['launches']) for c in cells) >= $visits"
    expect_json last.json 'len(set(len(c["launches"]) for c in cells)) == 1'
}

a_torn_last_line_of_the_journal_is_dropped() {
    _start_job torn.json 12
    kill -KILL "$pid"
    _end_job
    expect_no_leftovers
    truncate -s -7 torn.json.journal
    _resume_keeps torn.json
}

resuming_a_complete_result_is_harmless_or_refused() {
    cp torn.json whole.json
    run run --resume -o torn.json
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || fail "status $status"
    expect_valid torn.json
    expect_json torn.json 'len(cells) == len(json.load(open("whole.json"))["cells"])'
}

# Somebody clears up while it runs: the journal has gone with the folder, and memory has the only copy.
a_folder_that_goes_costs_nothing_that_was_measured() {
    mkdir gone
    _start_job gone/gone.json 8 || { kill -KILL "$pid"; _end_job; return; }
    rm -r gone
    kill -INT "$pid"
    _end_job
    expect_status 3
    expect_err 'what was measured is in ./contend-kept-'
    expect_valid contend-kept-*.json
    expect_json contend-kept-*.json 'd["run"]["status"] == "partial" and sum(len(c["launches"]) for c in cells) >= 7'
    rm -f contend-kept-*.json
    expect_no_leftovers
}

run_tests
