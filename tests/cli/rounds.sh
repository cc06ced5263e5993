#!/usr/bin/env bash
# ctest: timeout 480, label nosan
# How many rounds a run makes, what it says of them before and after, and that results whose cells
# have different numbers of samples are read by every command.
. "$(dirname "$0")/lib.sh"
run_limit=60

# A fake sleep of 10 ms takes 10 ms of simulated time: budgets are exact, whatever the machine does.
_fake() {
    run run --workload sleep -p sleep.duration=10ms --lock none --executor fake --tasks 1 --no-report "$@"
}

a_budget_ends_a_run_and_the_last_lines_say_what_would_do() {
    _fake --rounds 20 --budget 35ms -o short.json
    expect_status 0
    expect_json short.json 'd["run"]["rounds"] == 3 and d["run"]["rounds_planned"] == 20'
    expect_json short.json 'len(cells[0]["metrics"]["makespan_ns"]["samples"]) == 3'
    expect_err '1 cell measured in 3 rounds, '
    expect_err '(20 rounds were wanted; --budget 221ms would do for them)'
    expect_no err 'of 20 rounds'
}

that_budget_does() {
    _fake --rounds 20 --budget 221ms -o enough.json
    expect_json enough.json 'd["run"]["rounds"] == 20'
    expect_err '1 cell measured in 20 rounds, '
    expect_no err 'were wanted'
}

what_a_run_will_take_is_said_before_it_begins() {
    run run --workload sleep -p sleep.duration=40ms --lock none --executor thread --tasks 2 --rounds 3 --no-report -o said.json
    expect_status 0
    # Two cells, three visits of 40 ms and what is beside them each; counters take another 40 ms.
    expect grep -q '^1 cell (and 1 to compare with): 3 rounds in about 0\.[3-9] s$' err
    run run --workload sleep --lock none --executor thread --tasks 2 --rounds 9 --budget 500ms --no-report -o cut_short.json
    expect grep -q ': 9 rounds in about [0-9.]* s; as many of them as fit into 0.5 s$' err
    run run --workload sleep --lock none --executor thread --tasks 2 --rounds 3 --budget 1ms --no-report -q -o quiet.json
    expect_no err 'about'
}

# Ten cells that wait as long as they are told, and two that start a thread: those differ widely.
_uneven() {
    cat >uneven.json <<'SUITE'
{ "summary": "s", "rounds": 3, "rounds_most": 9, "budget": "40s", "task_time": "1ms", "groups": [
    { "workloads": ["sleep"], "locks": ["none"], "executors": ["thread", "coroutine"], "tasks": ["1", "2", "3", "4", "5"],
      "params": { "sleep.duration": "20ms" }, "probes": [] },
    { "workloads": ["noop"], "locks": ["none"], "executors": ["thread", "process"], "tasks": ["1"], "ops": 1000, "probes": [] } ] }
SUITE
}

later_rounds_go_where_intervals_are_wide() {
    _uneven
    run run --suite ./uneven.json --seed 3 --no-report -o uneven_result.json
    expect_status 0
    expect_valid uneven_result.json
    expect_err '12 cells (and 2 to compare with): 3 rounds in about '
    expect_err ', then where intervals are wide; in all at most 40 s'
    expect grep -q '^12 cells measured in 3 rounds and [0-9]* more visits* where intervals were wide, ' err
    expect_json uneven_result.json 'd["run"]["rounds"] == 3 and d["run"]["status"] == "complete"'
    expect_json uneven_result.json 'd["run"]["visits"] == sum(len(c["launches"]) for c in cells) > 3 * len(cells)'
    expect_json uneven_result.json 'min(len(c["launches"]) for c in cells) >= 3 and max(len(c["launches"]) for c in cells) <= 9'
    expect_json uneven_result.json 'len({len(c["launches"]) for c in cells}) > 1'
    # Waiting takes as long as it takes; starting a process does not.
    expect_json uneven_result.json 'max(len(c["launches"]) for c in cells if c["workload"] == "noop")
        >= max(len(c["launches"]) for c in cells if c["workload"] == "sleep" and c["role"] == "measured")'
}

rounds_asked_for_by_number_are_the_same_for_all() {
    run run --suite ./uneven.json --rounds 2 --no-report -o even.json -q
    expect_json even.json '{len(c["launches"]) for c in cells} == {2}'
    expect_json even.json '"visits" not in d["run"]'
    run run --suite ./uneven.json --rounds 2 --rounds-most 3 --workload noop --no-report -o few.json -q
    expect_json few.json 'd["run"]["rounds"] == 2 and 2 <= max(len(c["launches"]) for c in cells) <= 3'
}

cells_with_unequal_numbers_of_samples_are_read_by_every_command() {
    local format
    [ -f uneven_result.json ] || return 0
    for format in text markdown csv latex json; do
        run report uneven_result.json --format "$format"
        expect_status 0
    done
    run report uneven_result.json --scaling
    expect_status 0
    run report uneven_result.json --sentences
    expect_status 0
    run compare uneven_result.json even.json --format json
    expect_status 0
    cp out compared.json
    # Each side says how many rounds it has of that very cell.
    expect_none compared.json '[(row["cell"], row["metric"]) for row in d["rows"]
        for c in json.load(open("uneven_result.json"))["cells"] if c["id"] == row["cell"]
        if row["metric"] == "lifecycle_ns" and (row["base_rounds"] != len(c["launches"]) or row["head_rounds"] != 2)]'
    for format in benchfmt pyperf csv openmetrics google-benchmark; do
        run export uneven_result.json --to "$format"
        expect_status 0
    done
}

# Stopped in one of the rounds that only some cells are in, and gone on with.
an_uneven_run_that_was_stopped_is_finished() {
    local visits pid i
    "$contend" run --suite ./uneven.json --seed 3 --rounds 2 --rounds-most 30 --no-report -q -o cut.json >out 2>err &
    pid=$!
    for i in $(seq 600); do
        [ "$(cat cut.json.journal 2>/dev/null | wc -l)" -ge 40 ] && break
        kill -0 $pid 2>/dev/null || break
        sleep 0.05
    done
    kill -KILL $pid
    wait $pid 2>/dev/null
    [ -f cut.json.journal ] || { fail "it ended before it was stopped"; return; }
    visits=$(($(tr -cd '\n' <cut.json.journal | wc -c) - 1))
    run run --resume -o cut.json --no-report -q
    expect_status 0
    expect_valid cut.json
    expect_json cut.json "d['run']['status'] == 'complete' and d['run']['visits'] >= $visits"
    expect_json cut.json 'd["run"]["visits"] == sum(len(c["launches"]) for c in cells)'
    # No cell was visited twice in a round.
    expect_none cut.json '[c["id"] for c in cells
        if len({l["round"] for l in c["launches"]}) != len(c["launches"])]'
}

run_tests
