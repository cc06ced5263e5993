#!/usr/bin/env bash
# ctest: timeout 600
# A journal may have been edited, cut, copied or locked, and an output may be anything that has a
# name: nothing crashes, nothing good is lost, nothing of others is touched.
. "$(dirname "$0")/lib.sh"

cells=(--workload noop,sleep,spin --executor fake --lock none,gil --tasks 1,4 --seed 7
       --task-time 100us --no-report)

# A journal of a run that was killed, of at least 20 lines, as cut.json.journal.
_cut_run() {
    local pid
    rm -f cut.json cut.json.journal
    "$contend" run "${cells[@]}" --rounds 40 -o cut.json >/dev/null 2>&1 &
    pid=$!
    for _ in $(seq 3000); do
        [ "$(cat cut.json.journal 2>/dev/null | wc -l)" -ge 20 ] && break
        sleep 0.02
    done
    kill -KILL $pid
    wait $pid 2>/dev/null
    head -n 20 cut.json.journal >kept.journal
}

# edit PYTHON: changes `lines`, the journal's objects, and writes it as $1.json.journal.
_edit() {
    "${python:-python3}" - "$1" "$2" <<'PY'
import json, sys
lines = [json.loads(l) for l in open("kept.journal")]
head, plan, cell = lines[0], lines[0]["plan"], lines[0]["plan"]["cells"][0]
lines[0]["plan"]["rounds"] = 2
exec(sys.argv[2])
open(sys.argv[1] + ".json.journal", "w").write("".join((l if isinstance(l, str) else json.dumps(l)) + "\n" for l in lines))
PY
}

_resume() {
    run run --resume --no-report -o "$1.json"
}

# Bad lines are named and left out, and everything else counts: the run ends as if they were not there.
lines_that_are_no_visits_are_named_and_the_rest_is_kept() {
    local edit
    _cut_run
    while read -r edit; do
        _edit bad "$edit"
        _resume bad
        expect_status 0
        expect_err 'of the journal could not be used (line '
        expect_valid bad.json
        expect_json bad.json 'all(len({l["round"] for l in c["launches"]}) == len(c["launches"]) for c in cells)'
        expect_json bad.json 'sum(len(c["launches"]) for c in cells) >= 2 * len(cells) - 3'
        rm -f bad.json
    done <<'ROWS'
lines[5] = "{"
lines[5] = "[1, 2]"
lines[5] = '"text"'
lines[5] = ''
lines[5] = '{"cell": 1, "cell": 2}'
lines[5]["cell"] = 9999
lines[5]["cell"] = -1
lines[5]["cell"] = "1"
lines[5]["id"] = 7
lines[5]["id"] = "noop/none/other/tasks=1"
lines[5]["round"] = -1
lines[5]["round"] = 4294967296
lines[5]["round"] = None
lines[5]["round"] = 999
lines[5]["launches"] = {}
lines[5]["launches"] = [7]
lines[5]["launches"] = lines[5]["launches"] * 99
lines[5]["launches"][0]["duration_ns"] = -1
lines[5]["launches"][0]["duration_ns"] = "1"
lines[5]["launches"][0]["steal_ns"] = -5
lines[5]["launches"][0]["excluded"] = 5
lines[5]["metrics"] = []
lines[5]["metrics"]["invented_ns"] = {"v": [1]}
lines[5]["metrics"]["makespan_ns"] = 7
lines[5]["metrics"]["makespan_ns"] = {"v": ["1"]}
lines[5]["metrics"]["makespan_ns"] = {"v": [1, 2, 3]}
lines[5]["metrics"]["makespan_ns"] = {"v": [1], "l": [7]}
lines[5]["metrics"]["makespan_ns"] = {"v": [1], "l": []}
lines[5]["metrics"]["makespan_ns"] = {"v": [1], "h": [1, 2, 3], "min": 1, "max": 1}
lines[5]["metrics"]["makespan_ns"] = {"v": [1], "h": [-1, 2], "min": 1, "max": 1}
lines[5]["metrics"]["makespan_ns"] = {"v": [1], "h": [1, 99999999999], "min": 1, "max": 1}
lines[5]["error"] = 99
lines[5]["error"] = "1"
lines[6] = dict(lines[5])
lines[7] = lines[6] = dict(lines[5])
ROWS
}

what_a_journal_says_is_no_command_to_a_terminal() {
    _cut_run
    _edit red 'lines[5]["launches"][0]["excluded"] = "\x1b[31m\u202ered"'
    _resume red
    expect_status 0
    expect_valid red.json
    expect_json red.json 'any("red" in l.get("excluded", "") for c in cells for l in c["launches"])'
    expect_none red.json '[l["excluded"] for c in cells for l in c["launches"]
        if set("\x1b\u202e") & set(l.get("excluded", ""))]'
}

# What the whole rests on is refused as a whole, and stays for whoever wants to mend it.
a_plan_or_header_that_is_damaged_is_refused_and_left_there() {
    local edit
    while read -r edit; do
        _edit plan "$edit"
        cp plan.json.journal before
        _resume plan
        expect_refusal 2 plan.json.journal
        cmp -s before plan.json.journal || fail "the journal was changed by: $edit"
        [ ! -e plan.json ] || fail "a result was written for: $edit"
    done <<'ROWS'
lines[0] = "{"
lines[0] = "[]"
del lines[:]
head["schema"] = "contend.journal/9"
head["header"] = []
head["header"]["run"] = 7
del head["header"]["run"]["tool"]
del head["plan"]
plan["cells"] = {}
plan["cells"] = []
plan["cells"][2] = 7
plan["rounds"] = 0
plan["rounds"] = -1
plan["rounds"] = "3"
plan["rounds"] = 99999
plan["timer_slack_ns"] = -1
plan["timer_slack_ns"] = 0
plan["timeout_ns"] = 0
plan["budget_ns"] = -7
plan["seed"] = 1.5
cell["control"] = 9999
cell["control"] = -2
cell["control"] = "0"
cell["placement"] = 70000
cell["placement"] = -1
cell["tasks"] = 0
cell["tasks"] = 4294967297
cell["workers"] = -1
cell["batch_ops"] = -1
cell["batch_count"] = 1e300
cell["is_control"] = 1
cell["workload"] = "bogus"
cell["workload"] = 7
cell["params"] = []
cell["params"] = {"bogus": 1}
cell["lock_params"] = 1
plan["cells"][4]["params"] = {"duration": -1}
plan["cells"][4]["params"] = {"duration": "1s"}
cell["own_probes"] = ["bogus"]
cell["own_probes"] = "clock"
cell["skip_reason"] = 7
head["header"]["run"]["tool"]["commit"] = "0123456"
head["header"]["run"]["tool"]["version"] = "0.0.9"
head["header"]["host"]["hostname"] = "elsewhere"
head["header"]["host"]["kernel"] = "1.0"
ROWS
    expect_err 'begun by another machine'
    expect_err '--force'
}

# Wherever the file ends, its whole lines count.
a_journal_cut_at_any_byte_is_gone_on_with() {
    local size at
    _edit whole pass
    size=$(stat -c %s whole.json.journal)
    for at in $(seq 1 $((size / 11 + 1)) "$size"); do
        head -c "$at" whole.json.journal >part.json.journal
        _resume part
        if [ "$(head -c "$at" whole.json.journal | wc -l)" -eq 0 ]; then
            expect_refusal 2 part.json.journal 'nothing to go on with'
        else
            expect_status 0
            expect_json part.json 'd["run"]["status"] == "complete" and all(len(c["launches"]) == 2 for c in cells)'
        fi
        rm -f part.json part.json.journal
    done
}

# A run of a few seconds, with its process number in $pid, that holds busy.json.
_living_run() {
    "$contend" run --workload sleep --lock none --executor thread --tasks 1 -p sleep.duration=50ms \
        --rounds 100 --budget 60s --no-report -o busy.json >/dev/null 2>busy.err &
    pid=$!
    for _ in $(seq 3000); do
        [ "$(cat busy.json.journal 2>/dev/null | wc -l)" -ge 3 ] && break
        sleep 0.02
    done
}

a_second_run_at_the_same_place_is_refused_and_harms_nothing() {
    local pid how lines
    printf 'precious' >victim
    ln -s victim busy.json.tmp
    _living_run
    lines=$(wc -l <busy.json.journal)
    for how in --seed=1 --force --resume; do
        run run --workload noop --lock none --executor fake --tasks 1 "$how" --no-report -o busy.json
        expect_refusal 2 busy.json.journal 'another run is writing here'
    done
    [ "$(wc -l <busy.json.journal)" -ge "$lines" ] || fail "the journal became shorter"
    kill -INT "$pid"
    wait "$pid"
    [ $? -eq 130 ] || fail "the run in the way ended otherwise"
    expect_valid busy.json
    [ "$(cat victim)" = precious ] || fail "a neighbour's file was written"
    rm -f busy.json.tmp
    run run --resume --no-report -o busy.json --budget 1s
    expect_status 0
    expect_valid busy.json
}

# Stopped before the first visit, whatever the moment: the older result is as it was.
a_run_that_is_stopped_early_leaves_the_older_result() {
    local delay pid code
    run run --workload noop --lock none --executor fake --tasks 1 --no-report -o older.json
    expect_status 0
    cp older.json before.json
    for delay in 0.005 0.02 0.05 0.1 0.2 0.4; do
        "$contend" run --workload spin,prime --lock none --executor thread --tasks 1 --task-time 2s \
            --rounds 3 --no-report -o older.json >/dev/null 2>early.err &
        pid=$!
        sleep "$delay"
        kill -TERM "$pid" 2>/dev/null # the shell has told what it starts beside it to ignore INT
        wait "$pid"
        code=$?
        # 143: it had not come to listening yet.
        [ "$code" -eq 130 ] || [ "$code" -eq 143 ] || fail "stopped after $delay s: status $code"
        cmp -s older.json before.json || fail "stopped after $delay s: the older result was touched"
        [ ! -e older.json.journal ] || fail "stopped after $delay s: a journal of nothing was left"
    done
}

# What is opened first would get the numbers of what is closed, and be written to as if it were that.
no_file_takes_the_place_of_a_closed_descriptor() {
    local closed
    for closed in '0<&-' '1>&-' '2>&-' '0<&- 1>&- 2>&-'; do
        rm -f closed.json
        eval "\"\$contend\" run --workload noop,spin --lock none --executor fake,thread --tasks 2 \
            --rounds 2 --task-time 1ms --no-report -o closed.json $closed"
        [ $? -eq 0 ] || [ "$closed" != '0<&-' ] || fail "$closed: another status"
        expect_valid closed.json
        expect_json closed.json 'd["run"]["status"] == "complete"'
    done
}

documents_go_where_they_are_sent() {
    run run --workload noop --lock none --executor fake --tasks 1 -o -
    expect_status 0
    cp out stdout.json
    expect_valid stdout.json
    run run --workload noop --lock none --executor fake --tasks 1 -o /dev/null
    expect_status 0
    [ -c /dev/null ] || fail "/dev/null is no device any more"
    mkfifo fifo
    cat fifo >through.json &
    run run --workload noop --lock none --executor fake --tasks 1 -o fifo
    expect_status 0
    wait
    expect_valid through.json
    [ -p fifo ] || fail "the pipe was replaced"
    mkdir -p there
    ln -s there/target.json link.json
    run run --workload noop --lock none --executor fake --tasks 1 --no-report -o link.json
    expect_status 0
    [ -L link.json ] && expect_valid there/target.json
    run run --workload noop --lock none --executor fake --tasks 1 -o ''
    expect_refusal 2 'an empty name'
    run run --workload noop --lock none --executor fake --tasks 1 -o there
    expect_refusal 2 'there: is a directory'
    run run --resume -o /dev/null
    expect_refusal 2 '/dev/null'
    run export stdout.json --to csv -o ''
    expect_refusal 2 'an empty name'
    expect_no_temporaries
}

run_tests
